import Basics
import CKernels
import Vectors

/// The data inside a chunk.
enum ChunkLayout {
    case allNull
    case integers(IntegerStream)
    case plain(PlainValues)
    case strings(StringBlocks)
}

extension ColumnChunk {
    /// Checks and takes over the unwrapped bytes of a chunk.
    ///
    /// - Parameter dictionary: the column's dictionary in this segment, if it has one.
    /// - Throws: `SQLError` with SQLSTATE XX001 naming what is damaged.
    package static func open(
        _ bytes: AlignedBytes, type: SQLType, dictionary: SegmentDictionary?
    ) throws -> ColumnChunk {
        // Pointers into the bytes are made below, and the chunk comes to hold them only at the end.
        defer { withExtendedLifetime(bytes) {} }
        let header = try bytes.withBytes { try ChunkHeader($0) }
        guard header.physical == type.physical else {
            throw ChunkDamage.error("\(header.physical) where \(type.physical) is expected")
        }
        let usesDictionary = header.flags.contains(.dictionary)
        guard !usesDictionary || dictionary != nil else {
            throw ChunkDamage.error("codes without a dictionary")
        }
        var body = Sections(bytes: bytes, offset: ChunkHeader.byteCount)
        let validity = try body.take(header.validityBytes).assumingMemoryBound(to: UInt8.self)
        if header.validityBytes > 0 { try check(validity, header) }
        let layout = try layout(header, &body)
        guard body.isAtEnd else { throw ChunkDamage.error("bytes left over") }

        var hasCodes = false
        var hasValues = false
        var codeBase: Int64 = 0
        var codeMax: UInt32 = 0
        // A chunk without any value still presents the dictionary's codes.
        let codesOf = usesDictionary || header.encoding == .allNull ? dictionary : nil
        switch layout {
        case .integers(let stream):
            try check(stream, header, dictionary: codesOf)
            if usesDictionary {
                hasCodes = true
                hasValues = codesOf?.isInteger ?? false
                codeMax = UInt32(truncatingIfNeeded: stream.base + Int64(stream.range))
            } else if isIntegerLike(header.physical) {
                hasCodes = stream.isNarrow
                hasValues = true
                codeBase = stream.base
                codeMax = UInt32(truncatingIfNeeded: stream.range)
            }
        case .allNull:
            hasValues = isIntegerLike(header.physical)
            hasCodes = hasValues || codesOf != nil
        case .plain, .strings: break
        }
        return ColumnChunk(
            type: type, count: header.count, nullCount: header.nullCount,
            encoding: header.encoding, dictionary: codesOf, hasCodes: hasCodes,
            hasValues: hasValues, codeBase: codeBase, codeMax: codeMax, bytes: bytes,
            validity: header.validityBytes > 0 ? UnsafePointer(validity) : nil, layout: layout,
            scale: header.scale)
    }

    /// Types whose values are Int64s or can be.
    static func isIntegerLike(_ physical: PhysicalType) -> Bool {
        switch physical {
        case .bool, .int16, .int32, .int64, .int128: true
        case .float32, .float64, .bytes, .uuid, .interval, .decimal: false
        }
    }

    private static func layout(_ header: ChunkHeader, _ body: inout Sections) throws -> ChunkLayout {
        let blocks = header.blockCount
        func stream(_ kind: IntegerStream.Blocks) -> ChunkLayout {
            .integers(
                IntegerStream(
                    base: header.base, range: header.range, count: header.count, blocks: kind))
        }
        switch header.encoding {
        case .allNull: return .allNull
        case .constant:
            guard header.range == 0 else { throw ChunkDamage.error("constant with a range") }
            return stream(.constant)
        case .bitPacked:
            guard header.range > UInt64(UInt32.max) || header.width <= 32 else {
                throw ChunkDamage.error("bit width \(header.width)")
            }
            let size = BitPackedBlocks.byteCount(blocks: blocks, width: header.width)
            return stream(
                .bitPacked(BitPackedBlocks(packed: try body.take(size), width: header.width)))
        case .runLength:
            guard [8, 16, 32, 64].contains(header.width) else {
                throw ChunkDamage.error("run width \(header.width)")
            }
            let rows = try body.take(RunLengthBlocks.rowBytes(runs: header.runs))
            let codes = try body.take(
                RunLengthBlocks.codeBytes(runs: header.runs, width: header.width))
            return stream(
                .runLength(
                    try RunLengthBlocks(
                        lastRows: rows.assumingMemoryBound(to: UInt16.self), codes: codes,
                        width: header.width, runs: header.runs, count: header.count)))
        case .shortRuns:
            guard header.width <= 32, header.range <= UInt64(UInt32.max), header.runs > 0 else {
                throw ChunkDamage.error("short runs of width \(header.width)")
            }
            let starts = try body.take(ShortRunBlocks.startBytes(blocks: blocks))
            let codes = try body.take(
                ShortRunBlocks.codeBytes(runs: header.runs, width: header.width))
            return stream(
                .shortRuns(
                    try ShortRunBlocks(
                        starts: starts.assumingMemoryBound(to: UInt64.self),
                        codes: BitPackedBlocks(packed: codes, width: header.width),
                        runs: header.runs, count: header.count)))
        case .delta:
            guard header.width <= 32 else { throw ChunkDamage.error("delta width") }
            let restarts = try body.take(blocks * 8).assumingMemoryBound(to: UInt64.self)
            let size = BitPackedBlocks.byteCount(blocks: blocks, width: header.width)
            return stream(
                .delta(
                    DeltaBlocks(
                        restarts: restarts,
                        deltas: BitPackedBlocks(
                            packed: try body.take(size), width: header.width),
                        deltaMin: header.deltaMin)))
        case .plain:
            guard PlainValues.stride(header.physical) > 0 else {
                throw ChunkDamage.error("\(header.physical) cannot be plain")
            }
            let values = try body.take(
                PlainValues.byteCount(count: header.count, header.physical))
            return .plain(
                try PlainValues(start: values, count: header.count, physical: header.physical))
        case .strings:
            guard header.physical == .bytes, header.width <= 32, header.count > 0,
                let bytes = Int(exactly: header.range), bytes <= Int(Int32.max),
                let lengthMin = UInt32(exactly: header.base), Int(lengthMin) <= bytes
            else { throw ChunkDamage.error("string header") }
            let section = try body.take(
                StringBlocks.byteCount(count: header.count, width: header.width, bytes: bytes))
            return .strings(
                try StringBlocks(
                    section: section, count: header.count, width: header.width,
                    lengthMin: lengthMin, byteCount: bytes))
        }
    }

    private static func check(_ validity: UnsafePointer<UInt8>, _ header: ChunkHeader) throws {
        let words = UnsafeRawPointer(validity).assumingMemoryBound(to: UInt64.self)
        let count = header.validityBytes / 8
        var valid = 0
        for word in 0..<count { valid += words[word].nonzeroBitCount }
        let spare = count * 64 - header.count
        guard valid == header.count - header.nullCount,
            spare == 0 || words[count - 1] >> UInt64(64 - spare) == 0
        else { throw ChunkDamage.error("validity bitmap contradicts the NULL count") }
    }

    /// Checks that every value lies in its type or dictionary, and every code in the range promised.
    private static func check(
        _ stream: IntegerStream, _ header: ChunkHeader, dictionary: SegmentDictionary?
    ) throws {
        let largest = Int128(stream.base) + Int128(stream.range)
        let bounds: ClosedRange<Int128>
        if let dictionary {
            guard dictionary.count > 0, dictionary.isInteger == (header.physical != .bytes) else {
                throw ChunkDamage.error("dictionary of another kind")
            }
            bounds = 0...Int128(dictionary.count - 1)
        } else {
            switch header.physical {
            case .bool: bounds = 0...1
            case .int16: bounds = Int128(Int16.min)...Int128(Int16.max)
            case .int32: bounds = Int128(Int32.min)...Int128(Int32.max)
            case .int64, .int128: bounds = Int128(Int64.min)...Int128(Int64.max)
            case .float32, .float64, .decimal:
                guard header.flags.contains(.scaled),
                    header.physical == .decimal || header.scale < ScaledFloats.powers.count
                else { throw ChunkDamage.error("integers where \(header.physical) is expected") }
                bounds = Int128(Int64.min)...Int128(Int64.max)
            case .bytes, .uuid, .interval:
                throw ChunkDamage.error("integers where \(header.physical) is expected")
            }
        }
        guard Int128(stream.base) >= bounds.lowerBound, largest <= bounds.upperBound,
            stream.count > 0
        else { throw ChunkDamage.error("values out of range") }
        try checkCodes(stream)
    }

    private static func checkCodes(_ stream: IntegerStream) throws {
        if case .constant = stream.blocks { return }
        try withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 1024) { scratch in
            guard let wide = scratch.baseAddress else { return }
            for block in 0..<((stream.count + 1023) >> 10) {
                let rows = min(1024, stream.count - block << 10)
                var largest: UInt64 = 0
                if stream.isNarrow {
                    wide.withMemoryRebound(to: UInt32.self, capacity: 1024) { narrow in
                        stream.codes32(block: block, into: narrow)
                        largest = UInt64(sh_max_u32(narrow, rows))
                    }
                } else {
                    stream.codes64(block: block, into: wide)
                    for row in 0..<rows { largest = max(largest, wide[row]) }
                }
                guard largest <= stream.range else {
                    throw ChunkDamage.error("code out of range in block \(block)")
                }
            }
        }
    }
}

/// Hands out the body's sections in order.
struct Sections {
    let bytes: AlignedBytes
    var offset: Int

    var isAtEnd: Bool { offset == bytes.count }

    /// The next section; sizes are derived from checked header fields, so they cannot overflow.
    mutating func take(_ size: Int) throws -> UnsafeRawPointer {
        guard size >= 0, size <= bytes.count - offset else {
            throw ChunkDamage.error("truncated")
        }
        defer { offset += size }
        return bytes.start + offset
    }
}
