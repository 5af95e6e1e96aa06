import Basics
import CKernels
import Vectors

/// The byte table of a dictionary's body is in `Storage/FORMAT.md`. Never change.
extension SegmentDictionary {
    private static let headerBytes = 32
    /// A segment has no more rows, so no more values.
    private static let countMax = 1_048_576

    /// Checks and takes over the unwrapped bytes of a dictionary.
    ///
    /// - Throws: `SQLError` with SQLSTATE XX001 naming what is damaged.
    package static func open(_ bytes: AlignedBytes, type: SQLType) throws -> SegmentDictionary {
        defer { withExtendedLifetime(bytes) {} }
        let body = UnsafeRawBufferPointer(start: bytes.start, count: bytes.count)
        guard body.count >= headerBytes, body.count & 7 == 0 else {
            throw damage("\(body.count) bytes")
        }
        let kind = body[0]
        let width = Int(body[1])
        let count = Int(UInt32(littleEndian: body.load(fromByteOffset: 4, as: UInt32.self)))
        let lengthMin = UInt64(littleEndian: body.load(fromByteOffset: 8, as: UInt64.self))
        let size = UInt64(littleEndian: body.load(fromByteOffset: 16, as: UInt64.self))
        guard body[2] == 0, body[3] == 0, count > 0, count <= countMax, width <= 32,
            size <= UInt64(Int32.max), lengthMin <= size,
            body[24..<32].allSatisfy({ $0 == 0 })
        else { throw damage("header out of range") }
        switch (kind, type.physical) {
        case (1, .bytes):
            return try strings(
                bytes, type: type, count: count, width: width, lengthMin: UInt32(lengthMin),
                size: Int(size))
        case (2, .int16), (2, .int32), (2, .int64):
            return try integers(bytes, type: type, count: count)
        default: throw damage("kind \(kind) for \(type)")
        }
    }

    private static func damage(_ what: String) -> SQLError {
        SQLError(.dataCorrupted, "damaged dictionary: \(what)")
    }

    private static func integers(
        _ bytes: AlignedBytes, type: SQLType, count: Int
    ) throws -> SegmentDictionary {
        guard bytes.count == headerBytes + count * 8 else { throw damage("truncated") }
        let values = (bytes.start + headerBytes).assumingMemoryBound(to: Int64.self)
        for index in 1..<count where values[index] <= values[index - 1] {
            throw damage("values do not ascend")
        }
        let low = values[0]
        let high = values[count - 1]
        let fits =
            switch type.physical {
            case .int16: Int16(exactly: low) != nil && Int16(exactly: high) != nil
            case .int32: Int32(exactly: low) != nil && Int32(exactly: high) != nil
            default: true
            }
        guard fits else { throw damage("values out of the type's range") }
        let none = bytes.start.assumingMemoryBound(to: StringView.self)
        return SegmentDictionary(
            type: type, count: count, isInteger: true, views: none, integers: values,
            memory: [bytes])
    }

    private static func strings(
        _ bytes: AlignedBytes, type: SQLType, count: Int, width: Int, lengthMin: UInt32, size: Int
    ) throws -> SegmentDictionary {
        let blocks = (count + 1023) >> 10
        let packedBytes = BitPackedBlocks.byteCount(blocks: blocks, width: width)
        guard bytes.count == headerBytes + packedBytes + (size + 7) & ~7 else {
            throw damage("truncated")
        }
        let packed = BitPackedBlocks(packed: bytes.start + headerBytes, width: width)
        let data = (bytes.start + headerBytes + packedBytes).assumingMemoryBound(to: UInt8.self)
        let table = try AlignedBytes(count: count * MemoryLayout<StringView>.stride) { raw in
            guard let out = raw.baseAddress?.assumingMemoryBound(to: StringView.self) else {
                return
            }
            try withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 1024) { scratch in
                guard let lengths = scratch.baseAddress else { return }
                var offset = 0
                for index in 0..<count {
                    if index & 1023 == 0 { packed.codes32(block: index >> 10, into: lengths) }
                    let length = Int(lengths[index & 1023]) + Int(lengthMin)
                    guard length <= size - offset else { throw damage("string lengths") }
                    out[index] = StringView(start: data + offset, count: length)
                    offset += length
                    guard index == 0 || ByteOrder.isLess(out[index - 1], out[index]) else {
                        throw damage("values do not ascend")
                    }
                }
                guard offset == size else { throw damage("string lengths") }
            }
        }
        return SegmentDictionary(
            type: type, count: count, isInteger: false,
            views: table.start.assumingMemoryBound(to: StringView.self),
            integers: bytes.start.assumingMemoryBound(to: Int64.self), memory: [bytes, table])
    }

    /// The body of an integer dictionary; the values ascend and there is one at least.
    static func body(integers values: [Int64]) -> AlignedBytes {
        AlignedBytes(count: headerBytes + values.count * 8) { raw in
            guard let out = raw.baseAddress else { return }
            writeHeader(to: out, kind: 2, width: 0, count: values.count, lengthMin: 0, size: 0)
            values.withUnsafeBytes { from in
                guard let start = from.baseAddress else { return }
                (out + headerBytes).copyMemory(from: start, byteCount: from.count)
            }
        }
    }

    /// The body of a bytes dictionary; the values ascend and there is one at least.
    static func body(strings values: [StringView]) throws -> AlignedBytes {
        var lengthMin = UInt32.max
        var lengthMax: UInt32 = 0
        var size = 0
        for value in values {
            lengthMin = min(lengthMin, value.count)
            lengthMax = max(lengthMax, value.count)
            size += Int(value.count)
        }
        guard size <= Int(Int32.max) else {
            throw SQLError(.programLimitExceeded, "strings of one segment column exceed 2 GB")
        }
        let width = BitPackedBlocks.width(of: UInt64(lengthMax - min(lengthMin, lengthMax)))
        let blocks = (values.count + 1023) >> 10
        let packedBytes = BitPackedBlocks.byteCount(blocks: blocks, width: width)
        let total = headerBytes + packedBytes + (size + 7) & ~7
        return AlignedBytes(count: total) { raw in
            guard let out = raw.baseAddress else { return }
            raw.initializeMemory(as: UInt8.self, repeating: 0)
            writeHeader(
                to: out, kind: 1, width: width, count: values.count, lengthMin: UInt64(lengthMin),
                size: UInt64(size))
            let lengths = values.map { Int64($0.count) }
            lengths.withUnsafeBufferPointer {
                guard let start = $0.baseAddress else { return }
                BitPackedBlocks.pack(
                    start, count: values.count, base: Int64(lengthMin), width: width,
                    to: out + headerBytes)
            }
            var to = out + headerBytes + packedBytes
            for value in values {
                to.copyMemory(from: value.start, byteCount: Int(value.count))
                to += Int(value.count)
            }
        }
    }

    private static func writeHeader(
        to out: UnsafeMutableRawPointer, kind: UInt8, width: Int, count: Int, lengthMin: UInt64,
        size: UInt64
    ) {
        out.initializeMemory(as: UInt8.self, repeating: 0, count: headerBytes)
        out.storeBytes(of: kind, as: UInt8.self)
        out.storeBytes(of: UInt8(truncatingIfNeeded: width), toByteOffset: 1, as: UInt8.self)
        out.storeBytes(
            of: UInt32(truncatingIfNeeded: count).littleEndian, toByteOffset: 4, as: UInt32.self)
        out.storeBytes(of: lengthMin.littleEndian, toByteOffset: 8, as: UInt64.self)
        out.storeBytes(of: size.littleEndian, toByteOffset: 16, as: UInt64.self)
    }
}
