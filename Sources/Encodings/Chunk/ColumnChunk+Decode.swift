import CKernels
import Vectors

extension ColumnChunk {
    /// Writes the rows from row 0 of the vector on and sets its count, validity and owners.
    ///
    /// The vector has the chunk's physical type and capacity for the rows, which the chunk holds.
    package func decode(rows: Range<Int>, into vector: Vector) {
        precondition(vector.physical == physical && rows.count <= vector.capacity)
        precondition(rows.lowerBound >= 0 && rows.upperBound <= count)
        vector.count = rows.count
        vector.owners = owners
        vector.stringsLast = sharesStrings
        switch layout {
        case .allNull: break
        case .plain(let values):
            values.copy(first: rows.lowerBound, count: rows.count, to: vector.data)
        case .integers, .strings:
            var row = rows.lowerBound
            while row < rows.upperBound {
                let block = row >> 10
                let end = min(block << 10 + 1024, rows.upperBound)
                decodePart(
                    block: block, from: row - block << 10, to: end - block << 10,
                    at: row - rows.lowerBound, into: vector)
                row = end
            }
        }
        applyValidity(rows: rows, to: vector)
    }

    /// Rows from..<to of one block, to row `at` of the vector.
    private func decodePart(block: Int, from: Int, to: Int, at: Int, into vector: Vector) {
        switch layout {
        case .strings(let strings):
            strings.views(
                block: block, from: from, to: to, into: vector.pointer(StringView.self) + at)
        case .integers(let stream):
            if stream.isNarrow {
                withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 1024) { scratch in
                    guard let codes = scratch.baseAddress else { return }
                    stream.codes32(block: block, into: codes)
                    widen(codes + from, to - from, base: stream.base, at: at, into: vector)
                }
            } else {
                withUnsafeTemporaryAllocation(of: Int64.self, capacity: 1024) { scratch in
                    guard let values = scratch.baseAddress else { return }
                    stream.values(block: block, into: values)
                    store(values + from, to - from, at: at, into: vector)
                }
            }
        case .allNull, .plain: break
        }
    }

    /// Writes the rows at positions 0…1023 of a block, in the order given.
    package func decode(
        block: Int, positions: UnsafePointer<UInt16>, count: Int, into vector: Vector
    ) {
        precondition(vector.physical == physical && count <= vector.capacity)
        vector.count = count
        vector.owners = owners
        vector.stringsLast = sharesStrings
        decodeSparse(block: block, positions: positions, count: count, at: 0, into: vector)
        applyValidity(base: block << 10, positions: positions, count: count, to: vector)
    }

    /// Writes the rows at ascending positions in the chunk.
    package func decode(positions: UnsafePointer<UInt32>, count: Int, into vector: Vector) {
        precondition(vector.physical == physical && count <= vector.capacity)
        vector.count = count
        vector.owners = owners
        vector.stringsLast = sharesStrings
        if case .plain(let values) = layout {
            values.copy(base: 0, positions: positions, count: count, to: vector.data)
        } else {
            withUnsafeTemporaryAllocation(of: UInt16.self, capacity: 1024) { scratch in
                guard let local = scratch.baseAddress else { return }
                var index = 0
                while index < count {
                    let first = index
                    let block = positions[first] >> 10
                    while index < count, index - first < 1024, positions[index] >> 10 == block {
                        local[index - first] = UInt16(truncatingIfNeeded: positions[index] & 1023)
                        index += 1
                    }
                    decodeSparse(
                        block: Int(block), positions: local, count: index - first, at: first,
                        into: vector)
                }
            }
        }
        applyValidity(base: 0, positions: positions, count: count, to: vector)
    }

    private func decodeSparse(
        block: Int, positions: UnsafePointer<UInt16>, count: Int, at: Int, into vector: Vector
    ) {
        switch layout {
        case .allNull: break
        case .plain(let values):
            values.copy(
                base: block << 10, positions: positions, count: count,
                to: vector.data + at * physical.stride)
        case .strings(let strings):
            strings.views(
                block: block, positions: positions, count: count,
                into: vector.pointer(StringView.self) + at)
        case .integers(let stream):
            if stream.isNarrow {
                withUnsafeTemporaryAllocation(of: UInt32.self, capacity: max(count, 1)) {
                    guard let codes = $0.baseAddress else { return }
                    stream.codes32(block: block, positions: positions, count: count, into: codes)
                    widen(codes, count, base: stream.base, at: at, into: vector)
                }
            } else {
                withUnsafeTemporaryAllocation(of: Int64.self, capacity: max(count, 1)) {
                    guard let values = $0.baseAddress else { return }
                    stream.values(block: block, positions: positions, count: count, into: values)
                    store(values, count, at: at, into: vector)
                }
            }
        }
    }

    /// Turns codes into the vector's values.
    private func widen(
        _ codes: UnsafePointer<UInt32>, _ count: Int, base: Int64, at: Int, into vector: Vector
    ) {
        if let dictionary {
            let base = UInt32(truncatingIfNeeded: base)
            if dictionary.isInteger {
                withUnsafeTemporaryAllocation(of: Int64.self, capacity: max(count, 1)) { scratch in
                    guard let values = scratch.baseAddress else { return }
                    let integers = dictionary.integers
                    for row in 0..<count { values[row] = integers[Int(codes[row] &+ base)] }
                    store(values, count, at: at, into: vector)
                }
            } else {
                let out = vector.pointer(StringView.self) + at
                let views = dictionary.views
                for row in 0..<count { out[row] = views[Int(codes[row] &+ base)] }
            }
            return
        }
        switch physical {
        case .bool:
            sh_add_u8(
                codes, count, UInt8(truncatingIfNeeded: base), vector.pointer(UInt8.self) + at)
        case .int16:
            sh_add_i16(
                codes, count, Int16(truncatingIfNeeded: base), vector.pointer(Int16.self) + at)
        case .int32:
            sh_add_i32(
                codes, count, Int32(truncatingIfNeeded: base), vector.pointer(Int32.self) + at)
        case .int64: sh_add_i64(codes, count, base, vector.pointer(Int64.self) + at)
        default:
            withUnsafeTemporaryAllocation(of: Int64.self, capacity: max(count, 1)) { scratch in
                guard let values = scratch.baseAddress else { return }
                sh_add_i64(codes, count, base, values)
                store(values, count, at: at, into: vector)
            }
        }
    }

    /// Turns integers into the vector's values.
    private func store(
        _ values: UnsafePointer<Int64>, _ count: Int, at: Int, into vector: Vector
    ) {
        @inline(__always)
        func write<T>(_: T.Type, _ make: (Int64) -> T) {
            let out = vector.pointer(T.self) + at
            for row in 0..<count { out[row] = make(values[row]) }
        }
        switch physical {
        case .bool: write(UInt8.self) { UInt8(truncatingIfNeeded: $0) }
        case .int16: write(Int16.self) { Int16(truncatingIfNeeded: $0) }
        case .int32: write(Int32.self) { Int32(truncatingIfNeeded: $0) }
        case .int64: (vector.pointer(Int64.self) + at).update(from: values, count: count)
        case .int128: write(Int128.self) { Int128($0) }
        case .float32:
            let power = ScaledFloats.powers[scale]
            write(Float.self) { ScaledFloats.float32($0, power) }
        case .float64:
            let power = ScaledFloats.powers[scale]
            write(Double.self) { ScaledFloats.float64($0, power) }
        case .decimal:
            let scale = self.scale
            write(Decimal.self) { Decimal(mantissa: Int128($0), scale: scale) }
        case .bytes, .uuid, .interval: break
        }
    }
}
