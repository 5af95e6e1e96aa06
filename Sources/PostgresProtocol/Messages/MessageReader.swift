import Basics
import NIOCore

/// Reads a message's fields from untrusted bytes; throws 08P01 at the first that does not fit.
struct MessageReader {
    private var buffer: ByteBuffer

    init(_ buffer: ByteBuffer) { self.buffer = buffer }

    static let malformed = SQLError(.protocolViolation, "invalid message format")

    var isAtEnd: Bool { buffer.readableBytes == 0 }

    mutating func integer<T: FixedWidthInteger>(_: T.Type = T.self) throws -> T {
        guard let value = buffer.readInteger(as: T.self) else { throw Self.malformed }
        return value
    }

    mutating func bytes(_ count: Int) throws -> [UInt8] {
        guard count >= 0, let bytes = buffer.readBytes(length: count) else {
            throw Self.malformed
        }
        return bytes
    }

    /// Everything up to the end.
    mutating func rest() -> [UInt8] {
        buffer.readBytes(length: buffer.readableBytes) ?? []
    }

    /// A zero-terminated string of valid UTF-8.
    mutating func string() throws -> String {
        guard let length = buffer.readableBytesView.firstIndex(of: 0) else {
            throw Self.malformed
        }
        let count = length - buffer.readerIndex
        let text = buffer.withUnsafeReadableBytes { raw in
            String(validating: raw.prefix(count), as: UTF8.self)
        }
        guard let text else {
            throw SQLError(
                .characterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\"")
        }
        buffer.moveReaderIndex(forwardBy: count + 1)
        return text
    }

    /// A 16-bit count, then so many elements. Grows with the bytes read, not with the count.
    mutating func array<T>(_ element: (inout MessageReader) throws -> T) throws -> [T] {
        let count = Int(try integer(UInt16.self))
        var elements: [T] = []
        for _ in 0..<count { elements.append(try element(&self)) }
        return elements
    }

    mutating func target() throws -> FrontendMessage.Target {
        guard let target = FrontendMessage.Target(rawValue: try integer()) else {
            throw Self.malformed
        }
        return target
    }
}

extension ByteBuffer {
    /// Writes a frontend frame: code, length, and what `body` appends.
    mutating func writeFrame(_ code: FrontendCode, _ body: (inout ByteBuffer) -> Void) {
        writeInteger(code.rawValue)
        writeSized(body)
    }

    /// Writes a backend frame: code, length, and what `body` appends.
    mutating func writeFrame(_ code: BackendCode, _ body: (inout ByteBuffer) -> Void) {
        writeInteger(code.rawValue)
        writeSized(body)
    }

    /// Writes a length that counts itself, and what `body` appends.
    mutating func writeSized(_ body: (inout ByteBuffer) -> Void) {
        let start = writerIndex
        writeInteger(Int32(0))
        body(&self)
        setInteger(Int32(truncatingIfNeeded: writerIndex - start), at: start)
    }

    /// A zero-terminated string; a zero inside would end it early, so it is left out.
    mutating func writeCString(_ text: String) {
        if text.utf8.contains(0) {
            writeBytes(text.utf8.filter { $0 != 0 })
        } else {
            writeString(text)
        }
        writeInteger(UInt8(0))
    }

    mutating func writeCount(_ count: Int) { writeInteger(UInt16(truncatingIfNeeded: count)) }

    /// A value: its length and bytes, or -1 for NULL.
    mutating func writeValue(_ value: [UInt8]?) {
        if let value {
            writeInteger(Int32(truncatingIfNeeded: value.count))
            writeBytes(value)
        } else {
            writeInteger(Int32(-1))
        }
    }
}
