import Basics
import NIOCore

/// Bytes on their way from the session's thread to the socket.
///
/// At most `pendingBytesMax` and one chunk lie here: a client that does not read stops its own
/// thread and costs no more memory.
final class Outbox: Sendable {
    private struct State {
        var pendingBytes = 0
        var isClosed = false
    }

    static let pendingBytesMax = 1 << 20

    private let channel: any Channel
    private let state = Monitor(State())

    init(channel: any Channel) { self.channel = channel }

    /// Hands bytes over, waiting while too many are unsent. Throws once the client is gone.
    func write(_ bytes: ByteBuffer) throws {
        let count = bytes.readableBytes
        guard count > 0 else { return }
        let isOpen: Bool = state.wait { state in
            if state.isClosed { return false }
            guard state.pendingBytes <= Self.pendingBytesMax else { return nil }
            state.pendingBytes += count
            return true
        }
        guard isOpen else {
            throw SQLError(.connectionFailure, "connection to client lost")
        }
        channel.writeAndFlush(bytes).whenComplete { [state] result in
            state.update { state in
                state.pendingBytes -= count
                if case .failure = result { state.isClosed = true }
            }
        }
    }

    func close() { state.update { $0.isClosed = true } }
}
