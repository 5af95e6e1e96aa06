import Basics
import Vectors

/// Bytes of a batch in the log: columns one after another. On disk, never change; see FORMAT.md.
enum BatchCodec {
    static func write(_ batch: Batch, columns: [ColumnSpec], to out: inout ByteWriter) {
        out.integer(UInt32(truncatingIfNeeded: batch.count))
        out.integer(UInt16(truncatingIfNeeded: columns.count))
        for (vector, column) in zip(batch.columns, columns) {
            out.integer(column.id)
            TypeCode.write(column.type, to: &out)
            write(vector, count: batch.count, to: &out)
        }
    }

    private static func write(_ vector: Vector, count: Int, to out: inout ByteWriter) {
        if let validity = vector.validity {
            out.integer(UInt8(1))
            var byte: UInt8 = 0
            for row in 0..<count {
                byte |= (validity[row] & 1) << UInt8(row & 7)
                if row & 7 == 7 || row == count - 1 {
                    out.bytes.append(byte)
                    byte = 0
                }
            }
        } else {
            out.integer(UInt8(0))
        }
        switch vector.physical {
        case .int16: integers(vector.pointer(Int16.self), count, &out)
        case .int32: integers(vector.pointer(Int32.self), count, &out)
        case .int64: integers(vector.pointer(Int64.self), count, &out)
        case .bytes: strings(vector.pointer(StringView.self), count, &out)
        case .decimal:
            let values = vector.pointer(Decimal.self)
            for row in 0..<count {
                out.integer(values[row].mantissa)
                out.integer(values[row].scale)
                out.integer(UInt8(values[row].isNaN ? 1 : 0))
            }
        default:
            out.append(
                UnsafeRawBufferPointer(
                    start: vector.data, count: count * vector.physical.stride))
        }
    }

    /// The least value, then every value's distance from it in 0, 1, 2, 4 or 8 bytes.
    private static func integers<T: FixedWidthInteger>(
        _ values: UnsafeMutablePointer<T>, _ count: Int, _ out: inout ByteWriter
    ) {
        var low = Int64.max
        var high = Int64.min
        for row in 0..<count {
            low = min(low, Int64(truncatingIfNeeded: values[row]))
            high = max(high, Int64(truncatingIfNeeded: values[row]))
        }
        if count == 0 {
            low = 0
            high = 0
        }
        let range = UInt64(bitPattern: high) &- UInt64(bitPattern: low)
        let width: UInt8 =
            range == 0 ? 0 : range < 1 << 8 ? 1 : range < 1 << 16 ? 2 : range < 1 << 32 ? 4 : 8
        out.integer(width)
        out.integer(low)
        func put<U: FixedWidthInteger>(_: U.Type) {
            withUnsafeTemporaryAllocation(of: U.self, capacity: count) { buffer in
                for row in 0..<count {
                    buffer[row] = U(
                        truncatingIfNeeded: Int64(truncatingIfNeeded: values[row]) &- low)
                }
                out.append(UnsafeRawBufferPointer(buffer))
            }
        }
        switch width {
        case 0: break
        case 1: put(UInt8.self)
        case 2: put(UInt16.self)
        case 4: put(UInt32.self)
        default: put(UInt64.self)
        }
    }

    /// All lengths as integers, then the bytes.
    private static func strings(
        _ views: UnsafeMutablePointer<StringView>, _ count: Int, _ out: inout ByteWriter
    ) {
        withUnsafeTemporaryAllocation(of: Int64.self, capacity: count) { lengths in
            for row in 0..<count { lengths[row] = Int64(views[row].count) }
            guard let base = lengths.baseAddress else { return }
            integers(base, count, &out)
        }
        for row in 0..<count { out.append(UnsafeRawBufferPointer(views[row].buffer)) }
    }

    /// The batch and its columns' ids and types.
    static func read(_ reader: inout ByteReader) throws -> (batch: Batch, columns: [ColumnSpec]) {
        let at = reader.offset
        let count = Int(try reader.integer(UInt32.self))
        guard count <= TailBatches.rowsMax else {
            throw ByteReaderError.malformed("batch of \(count) rows", offset: at)
        }
        var columns: [ColumnSpec] = []
        var vectors: [Vector] = []
        for _ in 0..<(try reader.integer(UInt16.self)) {
            let id = try reader.integer(UInt32.self)
            let type = try TypeCode.read(&reader)
            columns.append(ColumnSpec(id: id, type: type))
            vectors.append(try readVector(type, count: count, &reader))
        }
        return (Batch(columns: vectors, count: count), columns)
    }

    private static func readVector(
        _ type: SQLType, count: Int, _ reader: inout ByteReader
    ) throws -> Vector {
        let vector = Vector(type, capacity: count)
        vector.count = count
        if try reader.integer(UInt8.self) != 0 {
            let bits = try reader.slice((count + 7) / 8)
            let validity = vector.makeValidity()
            for row in 0..<count { validity[row] = bits[row >> 3] >> UInt8(row & 7) & 1 }
        }
        switch vector.physical {
        case .int16: try readIntegers(vector.pointer(Int16.self), count, &reader)
        case .int32: try readIntegers(vector.pointer(Int32.self), count, &reader)
        case .int64: try readIntegers(vector.pointer(Int64.self), count, &reader)
        case .bytes: try readStrings(vector, count, &reader)
        case .decimal:
            for row in 0..<count {
                let mantissa = try reader.integer(Int128.self)
                let scale = Int(try reader.integer(Int16.self))
                vector.pointer(Decimal.self)[row] = Decimal(
                    mantissa: mantissa, scale: scale,
                    isNaN: try reader.integer(UInt8.self) != 0)
            }
        default:
            let raw = try reader.slice(count * vector.physical.stride)
            if let base = raw.baseAddress, raw.count > 0 {
                vector.data.copyMemory(from: base, byteCount: raw.count)
            }
        }
        return vector
    }

    private static func readIntegers<T: FixedWidthInteger>(
        _ values: UnsafeMutablePointer<T>, _ count: Int, _ reader: inout ByteReader
    ) throws {
        let at = reader.offset
        let width = Int(try reader.integer(UInt8.self))
        let low = try reader.integer(Int64.self)
        guard [0, 1, 2, 4, 8].contains(width) else {
            throw ByteReaderError.malformed("integer width", offset: at)
        }
        let raw = try reader.slice(count * width)
        func take<U: FixedWidthInteger>(_: U.Type) {
            for row in 0..<count {
                let step = raw.loadUnaligned(fromByteOffset: row * width, as: U.self)
                values[row] = T(truncatingIfNeeded: low &+ Int64(truncatingIfNeeded: step))
            }
        }
        switch width {
        case 0: for row in 0..<count { values[row] = T(truncatingIfNeeded: low) }
        case 1: take(UInt8.self)
        case 2: take(UInt16.self)
        case 4: take(UInt32.self)
        default: take(UInt64.self)
        }
    }

    private static func readStrings(
        _ vector: Vector, _ count: Int, _ reader: inout ByteReader
    ) throws {
        let at = reader.offset
        let lengths = UnsafeMutablePointer<Int64>.allocate(capacity: max(count, 1))
        defer { lengths.deallocate() }
        try readIntegers(lengths, count, &reader)
        var total: Int64 = 0
        for row in 0..<count {
            guard lengths[row] >= 0, lengths[row] <= reader.remaining else {
                throw ByteReaderError.malformed("string length", offset: at)
            }
            total += lengths[row]
        }
        let raw = try reader.slice(Int(total))
        let arena = StringArena()
        let start = arena.reserve(Int(total))
        if let base = raw.baseAddress {
            start.update(from: base.assumingMemoryBound(to: UInt8.self), count: Int(total))
        }
        var place = UnsafePointer(start)
        for row in 0..<count {
            let length = Int(lengths[row])
            vector.pointer(StringView.self)[row] =
                length == 0 ? .empty : StringView(start: place, count: length)
            place += length
        }
        vector.owners.append(arena)
    }
}
