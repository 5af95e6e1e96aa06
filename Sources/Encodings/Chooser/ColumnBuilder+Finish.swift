import Basics
import CKernels
import Vectors

extension ColumnBuilder {
    /// Chooses encodings by size, encodes all chunks and computes their bounds. Call once.
    package func finish(policy: CodecPolicy) throws -> EncodedColumn {
        var column = EncodedColumn(
            bounds: ChunkZone(
                rowCount: rowCount, nullCount: nullCount, min: .null, max: .null, isExact: true))
        switch physical {
        case .bool, .int16, .int32, .int64: finishIntegers(&column, policy)
        case .bytes: try finishStrings(&column, policy)
        case .int128: finishInt128(&column, policy)
        case .float32: finishFloats(values.pointer(Float.self), &column, policy)
        case .float64: finishFloats(values.pointer(Double.self), &column, policy)
        case .decimal: finishDecimals(&column, policy)
        case .uuid, .interval: finishPlain(&column, policy)
        }
        column.bounds = ZoneBounds.merge(column.zones)
        return column
    }

    /// The frame of every chunk, with its first row.
    private var frames: [(first: Int, frame: ChunkEncoder.Frame)] {
        stride(from: 0, to: rowCount, by: ColumnChunk.rowsMax).map { first in
            let count = min(ColumnChunk.rowsMax, rowCount - first)
            let valid = validity.map { UnsafePointer($0.pointer(UInt8.self) + first) }
            var nulls = 0
            if let valid {
                for row in 0..<count { nulls += Int(1 - valid[row]) }
            }
            let frame = ChunkEncoder.Frame(
                physical: physical, count: count, validity: nulls > 0 ? valid : nil,
                nullCount: nulls)
            return (first, frame)
        }
    }

    private func add(
        _ body: AlignedBytes, _ frame: ChunkEncoder.Frame, bounds: ZoneBounds.Pair?,
        to column: inout EncodedColumn, _ policy: CodecPolicy, isPacked: Bool
    ) {
        column.chunks.append(EncodedBytes(body, policy: policy, isPacked: isPacked))
        column.zones.append(
            ChunkZone(
                rowCount: frame.count, nullCount: frame.nullCount, min: bounds?.min ?? .null,
                max: bounds?.max ?? .null, isExact: bounds?.isExact ?? true))
    }

    private func addAllNull(
        _ frame: ChunkEncoder.Frame, to column: inout EncodedColumn, _ policy: CodecPolicy
    ) {
        add(
            ChunkEncoder.allNull(frame), frame, bounds: nil, to: &column, policy, isPacked: true)
    }

    // MARK: Integers

    private func finishIntegers(_ column: inout EncodedColumn, _ policy: CodecPolicy) {
        let all = values.pointer(Int64.self)
        let frames = self.frames
        for (first, frame) in frames { ChunkEncoder.fillNulls(all + first, frame) }
        let bounds = frames.map { first, frame in
            ZoneBounds.integers(all + first, frame, physical)
        }
        var flags: ChunkHeader.Flags = []
        if let dictionary = integerDictionary(frames, all) {
            column.dictionary = EncodedBytes(
                SegmentDictionary.body(integers: dictionary), policy: policy, isPacked: true)
            flags = .dictionary
        }
        for (index, (first, var frame)) in frames.enumerated() {
            guard frame.nullCount < frame.count else {
                addAllNull(frame, to: &column, policy)
                continue
            }
            frame.flags = flags
            let body = ChunkEncoder.integers(all + first, frame, preferSmall: policy.isCold)
            add(body, frame, bounds: bounds[index], to: &column, policy, isPacked: true)
        }
    }

    /// The sorted distinct values where codes save 30 % over the integers themselves, which are then
    /// replaced by their codes; nil otherwise.
    private func integerDictionary(
        _ frames: [(first: Int, frame: ChunkEncoder.Frame)], _ all: UnsafeMutablePointer<Int64>
    ) -> [Int64]? {
        guard physical != .bool, rowCount >= 1024 else { return nil }
        // A strided sample tells cheaply that most columns have too many values.
        var sample = IntegerInterner(limit: 1024)
        let step = max(rowCount / 4096, 1)
        for row in stride(from: 0, to: rowCount, by: step) where sample.intern(all[row]) == nil {
            return nil
        }
        var directBytes = 0
        for (first, frame) in frames where frame.nullCount < frame.count {
            var scan = sh_scan()
            sh_scan_i64(all + first, frame.count, &scan)
            directBytes +=
                IntegerChoice(all + first, scan, count: frame.count, preferSmall: false)
                .byteCount
        }
        // 12 bits a row are packed so well that codes cannot pay.
        guard directBytes > rowCount + rowCount / 2 else { return nil }
        var table = IntegerInterner(limit: 65_536)
        let numbers = UnsafeMutablePointer<UInt32>.allocate(capacity: rowCount)
        defer { numbers.deallocate() }
        for (first, frame) in frames {
            for row in first..<first + frame.count {
                if frame.nullCount == frame.count {
                    numbers[row] = 0
                    continue
                }
                guard let number = table.intern(all[row]) else { return nil }
                numbers[row] = number
            }
        }
        let distinct = table.values.count
        let codeBits = BitPackedBlocks.width(of: UInt64(max(distinct - 1, 1)))
        guard distinct * 8 + rowCount * codeBits / 8 < directBytes / 10 * 7 else { return nil }
        let order = table.values.indices.sorted { table.values[$0] < table.values[$1] }
        var codes = [Int64](repeating: 0, count: distinct)
        for (code, number) in order.enumerated() { codes[number] = Int64(code) }
        for row in 0..<rowCount { all[row] = codes[Int(numbers[row])] }
        return order.map { table.values[$0] }
    }

    // MARK: Strings

    private func finishStrings(_ column: inout EncodedColumn, _ policy: CodecPolicy) throws {
        let frames = self.frames
        guard let table = interner, !table.values.isEmpty else {
            if nullCount < rowCount || interner == nil {
                try finishPlainStrings(values.pointer(StringView.self), frames, &column, policy)
            } else {
                for (_, frame) in frames { addAllNull(frame, to: &column, policy) }
            }
            return
        }
        let numbers = values.pointer(UInt32.self)
        let distinct = table.values.count
        let codeBits = BitPackedBlocks.width(of: UInt64(distinct - 1))
        let coded = table.byteCount + distinct * 2 + rowCount * codeBits / 8
        guard coded <= stringBytes + rowCount else {
            let views = UnsafeMutablePointer<StringView>.allocate(capacity: rowCount)
            defer { views.deallocate() }
            let valid = validity?.pointer(UInt8.self)
            for row in 0..<rowCount {
                let isValid = valid.map { $0[row] != 0 } ?? true
                views[row] = isValid ? table.values[Int(numbers[row])] : StringView.empty
            }
            try finishPlainStrings(views, frames, &column, policy)
            return
        }
        let order = table.values.indices.sorted {
            ByteOrder.isLess(table.values[$0], table.values[$1])
        }
        var codeOf = [Int64](repeating: 0, count: distinct)
        for (code, number) in order.enumerated() { codeOf[number] = Int64(code) }
        let sorted = order.map { table.values[$0] }
        column.dictionary = EncodedBytes(
            try SegmentDictionary.body(strings: sorted), policy: policy, isPacked: false)
        let codes = UnsafeMutablePointer<Int64>.allocate(capacity: ColumnChunk.rowsMax)
        defer { codes.deallocate() }
        for (first, var frame) in frames {
            guard frame.nullCount < frame.count else {
                addAllNull(frame, to: &column, policy)
                continue
            }
            for row in 0..<frame.count { codes[row] = codeOf[Int(numbers[first + row])] }
            ChunkEncoder.fillNulls(codes, frame)
            var low: Int64 = 0
            var high: Int64 = 0
            sh_minmax_i64(codes, frame.count, &low, &high)
            frame.flags = .dictionary
            let body = ChunkEncoder.integers(codes, frame, preferSmall: policy.isCold)
            let bounds = ZoneBounds.strings(min: sorted[Int(low)], max: sorted[Int(high)])
            add(body, frame, bounds: bounds, to: &column, policy, isPacked: true)
        }
    }

    private func finishPlainStrings(
        _ views: UnsafePointer<StringView>,
        _ frames: [(first: Int, frame: ChunkEncoder.Frame)], _ column: inout EncodedColumn,
        _ policy: CodecPolicy
    ) throws {
        for (first, frame) in frames {
            guard frame.nullCount < frame.count else {
                addAllNull(frame, to: &column, policy)
                continue
            }
            let body = try ChunkEncoder.strings(views + first, frame)
            add(
                body, frame, bounds: ZoneBounds.strings(views + first, frame), to: &column, policy,
                isPacked: false)
        }
    }

    // MARK: Other types

    private func finishInt128(_ column: inout EncodedColumn, _ policy: CodecPolicy) {
        let all = values.pointer(Int128.self)
        let narrow = UnsafeMutablePointer<Int64>.allocate(capacity: ColumnChunk.rowsMax)
        defer { narrow.deallocate() }
        finishScaled(&column, policy) { first, frame in
            let bounds = ZoneBounds.comparable(all + first, frame) { .int128($0) }
            for row in 0..<frame.count where frame.isValid(row) {
                guard let value = Int64(exactly: all[first + row]) else {
                    return (nil, 0, bounds)
                }
                narrow[row] = value
            }
            return (narrow, 0, bounds)
        }
    }

    private func finishFloats<F: BinaryFloatingPoint>(
        _ all: UnsafePointer<F>, _ column: inout EncodedColumn, _ policy: CodecPolicy
    ) {
        let integers = UnsafeMutablePointer<Int64>.allocate(capacity: ColumnChunk.rowsMax)
        defer { integers.deallocate() }
        let isSingle = physical == .float32
        let singles = values.pointer(Float.self)
        let doubles = values.pointer(Double.self)
        finishScaled(&column, policy) { first, frame in
            let bounds = ZoneBounds.floats(all + first, frame)
            let scale =
                isSingle
                ? ScaledFloats.encode(
                    frame, into: integers,
                    integer: { ScaledFloats.integer32(singles[first + $0], $1) })
                : ScaledFloats.encode(
                    frame, into: integers,
                    integer: { ScaledFloats.integer64(doubles[first + $0], $1) })
            return (scale == nil ? nil : integers, scale ?? 0, bounds)
        }
    }

    private func finishDecimals(_ column: inout EncodedColumn, _ policy: CodecPolicy) {
        let all = values.pointer(Decimal.self)
        let integers = UnsafeMutablePointer<Int64>.allocate(capacity: ColumnChunk.rowsMax)
        defer { integers.deallocate() }
        finishScaled(&column, policy) { first, frame in
            let bounds = ZoneBounds.decimals(all + first, frame)
            var scale: Int16?
            for row in 0..<frame.count {
                let value = all[first + row]
                guard frame.isValid(row) else {
                    // What lies in a NULL row is anybody's guess, its scale included.
                    all[first + row] = Decimal(mantissa: 0, scale: 0)
                    continue
                }
                guard !value.isNaN, (scale ?? value.scale) == value.scale,
                    let mantissa = Int64(exactly: value.mantissa)
                else {
                    scale = nil
                    for rest in row..<frame.count where !frame.isValid(rest) {
                        all[first + rest] = Decimal(mantissa: 0, scale: 0)
                    }
                    return (nil, 0, bounds)
                }
                scale = value.scale
                integers[row] = mantissa
            }
            return (integers, Int(scale ?? 0), bounds)
        }
    }

    private func finishPlain(_ column: inout EncodedColumn, _ policy: CodecPolicy) {
        let uuids = values.pointer(UUIDBytes.self)
        finishScaled(&column, policy) { first, frame in
            let bounds = self.physical == .uuid ? ZoneBounds.uuids(uuids + first, frame) : nil
            return (nil, 0, bounds)
        }
    }

    /// Encodes each chunk from the integers that stand for it where there are some and they take less
    /// than nine tenths, and plain otherwise.
    private func finishScaled(
        _ column: inout EncodedColumn, _ policy: CodecPolicy,
        _ integers: (Int, ChunkEncoder.Frame) -> (
            values: UnsafeMutablePointer<Int64>?, scale: Int, bounds: ZoneBounds.Pair?
        )
    ) {
        let stride = physical.stride
        for (first, frame) in frames {
            guard frame.nullCount < frame.count else {
                addAllNull(frame, to: &column, policy)
                continue
            }
            let (whole, scale, bounds) = integers(first, frame)
            if let whole {
                ChunkEncoder.fillNulls(whole, frame)
                var scaled = frame
                scaled.scale = scale
                if !ColumnChunk.isIntegerLike(physical) { scaled.flags = .scaled }
                let body = ChunkEncoder.integers(whole, scaled, preferSmall: policy.isCold)
                let plainBytes = PlainValues.byteCount(count: frame.count, physical)
                if body.count < plainBytes / 10 * 9 + 64 {
                    add(body, frame, bounds: bounds, to: &column, policy, isPacked: true)
                    continue
                }
            }
            let body = ChunkEncoder.plain(values.start + first * stride, frame)
            add(body, frame, bounds: bounds, to: &column, policy, isPacked: false)
        }
    }
}

extension CodecPolicy {
    var isCold: Bool { if case .cold = self { true } else { false } }
}
