import Basics
import NIOCore

/// Cuts a client's bytes into frames, as they come.
///
/// A frame is held back until it is whole; what is held grows with the bytes received, never by the
/// length that a header declares. The first violation throws, and ends the connection: after it,
/// nothing tells where the next frame starts.
package struct FrameDecoder: Sendable {
    package struct Limits: Sendable {
        /// A frame before authentication, and later one that carries names at most.
        package var shortBytesMax = 10_000
        /// Any other frame.
        package var frameBytesMax = 64 << 20
        package init() {}
    }

    package enum Frame: Sendable {
        case startup(ByteBuffer)
        case message(FrontendCode, ByteBuffer)
    }

    private enum Phase { case startup, authentication, session }

    private var buffer = ByteBuffer()
    private var phase = Phase.startup
    private let limits: Limits

    package init(limits: Limits = Limits()) { self.limits = limits }

    /// Bytes received and not yet handed out.
    package var bufferedBytes: Int { buffer.readableBytes }

    package mutating func append(_ bytes: ByteBuffer) {
        if buffer.readableBytes == 0 {
            buffer = bytes
            return
        }
        if buffer.readerIndex > buffer.capacity / 2 { buffer.discardReadBytes() }
        buffer.writeImmutableBuffer(bytes)
    }

    /// The start-up packet was read: messages with codes follow.
    package mutating func startupEnded() { phase = .authentication }

    /// The client is known: the larger limit holds from here.
    package mutating func authenticated() { phase = .session }

    /// The next whole frame; nil if more bytes are needed. Throws 08P01.
    package mutating func next() throws -> Frame? {
        phase == .startup ? try nextStartup() : try nextMessage()
    }

    private mutating func nextStartup() throws -> Frame? {
        let start = buffer.readerIndex
        guard let length = buffer.getInteger(at: start, as: Int32.self) else { return nil }
        guard length >= 8, length <= limits.shortBytesMax else {
            throw SQLError(.protocolViolation, "invalid length of startup packet")
        }
        guard buffer.readableBytes >= length else { return nil }
        buffer.moveReaderIndex(forwardBy: 4)
        return buffer.readSlice(length: Int(length) - 4).map { .startup($0) }
    }

    private mutating func nextMessage() throws -> Frame? {
        let start = buffer.readerIndex
        guard let byte = buffer.getInteger(at: start, as: UInt8.self) else { return nil }
        guard let code = FrontendCode(rawValue: byte), allowed(code) else {
            throw SQLError(.protocolViolation, "invalid frontend message type \(byte)")
        }
        guard let length = buffer.getInteger(at: start + 1, as: Int32.self) else { return nil }
        let limit = code.isShort ? limits.shortBytesMax : limits.frameBytesMax
        guard length >= 4, length <= limit else {
            throw SQLError(.protocolViolation, "invalid message length")
        }
        guard buffer.readableBytes >= Int(length) + 1 else { return nil }
        buffer.moveReaderIndex(forwardBy: 5)
        return buffer.readSlice(length: Int(length) - 4).map { .message(code, $0) }
    }

    private func allowed(_ code: FrontendCode) -> Bool {
        phase == .session || code == .password || code == .terminate
    }
}
