import Basics
import NIOCore

/// Cuts a server's bytes into messages, for clients.
package struct BackendDecoder {
    private static let frameBytesMax = 1 << 30

    private var buffer = ByteBuffer()

    package init() {}

    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        if buffer.readableBytes == 0 { buffer.clear() }
        if buffer.readerIndex > buffer.capacity / 2 { buffer.discardReadBytes() }
        buffer.writeBytes(bytes)
    }

    /// The next whole message; nil if more bytes are needed.
    package mutating func next() throws -> BackendMessage? {
        let start = buffer.readerIndex
        guard let byte = buffer.getInteger(at: start, as: UInt8.self),
            let length = buffer.getInteger(at: start + 1, as: Int32.self)
        else { return nil }
        guard let code = BackendCode(rawValue: byte), length >= 4,
            Int(length) <= Self.frameBytesMax
        else {
            throw SQLError(.protocolViolation, "unexpected message from the server")
        }
        guard buffer.readableBytes >= Int(length) + 1 else { return nil }
        buffer.moveReaderIndex(forwardBy: 5)
        guard let body = buffer.readSlice(length: Int(length) - 4) else { return nil }
        return try BackendMessage(code: code, body: body)
    }
}

extension FrontendMessage {
    /// The whole frame.
    package var bytes: [UInt8] {
        var buffer = ByteBuffer()
        encode(into: &buffer)
        return Array(buffer.readableBytesView)
    }
}

extension StartupPacket {
    /// The whole packet.
    package var bytes: [UInt8] {
        var buffer = ByteBuffer()
        encode(into: &buffer)
        return Array(buffer.readableBytesView)
    }
}
