/// Reads little-endian fields from untrusted bytes; never traps, throws at the first byte missing.
package struct ByteReader {
    package let bytes: UnsafeRawBufferPointer
    package private(set) var offset: Int

    package init(_ bytes: UnsafeRawBufferPointer, offset: Int = 0) {
        self.bytes = bytes
        self.offset = min(max(offset, 0), bytes.count)
    }

    package var remaining: Int { bytes.count - offset }
    package var isAtEnd: Bool { remaining == 0 }

    package mutating func integer<T: FixedWidthInteger>(_: T.Type = T.self) throws -> T {
        let size = MemoryLayout<T>.size
        guard remaining >= size else { throw ByteReaderError.truncated(offset: offset) }
        let value = bytes.loadUnaligned(fromByteOffset: offset, as: T.self)
        offset += size
        return T(littleEndian: value)
    }

    package mutating func slice(_ count: Int) throws -> UnsafeRawBufferPointer {
        guard count >= 0, remaining >= count else {
            throw ByteReaderError.truncated(offset: offset)
        }
        defer { offset += count }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + count)])
    }

    /// A UInt32 byte count, then UTF-8. Malformed UTF-8 throws.
    package mutating func string() throws -> String {
        let count = Int(try integer(UInt32.self))
        let at = offset
        let raw = try slice(count)
        guard let text = String(validating: raw, as: UTF8.self) else {
            throw ByteReaderError.malformed("invalid UTF-8", offset: at)
        }
        return text
    }
}

package enum ByteReaderError: Error, Equatable {
    case truncated(offset: Int)
    case malformed(String, offset: Int)
}

/// Appends little-endian fields.
package struct ByteWriter {
    package var bytes: [UInt8] = []
    package init() {}

    package mutating func integer<T: FixedWidthInteger>(_ value: T) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
    package mutating func append(_ raw: UnsafeRawBufferPointer) { bytes.append(contentsOf: raw) }
    package mutating func append(_ raw: [UInt8]) { bytes.append(contentsOf: raw) }
    package mutating func string(_ text: String) {
        var copy = text
        copy.withUTF8 { utf8 in
            integer(UInt32(truncatingIfNeeded: utf8.count))
            bytes.append(contentsOf: utf8)
        }
    }
}
