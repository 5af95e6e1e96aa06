import Basics
import NIOCore
import PostgresProtocol

/// Frames on their way from the event loop to the session's thread.
///
/// The event loop never waits: when too much lies here it stops reading the socket, and the thread
/// starts it again.
final class Inbox: Sendable {
    enum Item {
        case frame(FrontendCode, ByteBuffer)
        case framingFailed(SQLError)
        case shutdown
        case disconnected
    }

    private struct State {
        var items: [Item] = []
        var head = 0
        var bytes = 0
        var isDisconnected = false
        var isShutDown = false
        var saidGoodbye = false
        var pausesReading = false
    }

    private static let pauseBytes = 1 << 20

    private let state = Monitor(State())
    private let resumeReading: @Sendable () -> Void

    init(resumeReading: @escaping @Sendable () -> Void) { self.resumeReading = resumeReading }

    /// Adds an item; false asks the caller to stop reading until `resumeReading` is called.
    func push(_ item: Item) -> Bool {
        state.update { state in
            if case .frame(let code, let body) = item {
                state.bytes += body.readableBytes + 64
                if code == .terminate { state.saidGoodbye = true }
            }
            state.items.append(item)
            if state.bytes > Self.pauseBytes { state.pausesReading = true }
            return !state.pausesReading
        }
    }

    /// The client is gone. True if it left without Terminate, so that its statement can stop.
    func disconnect() -> Bool {
        state.update { state in
            state.isDisconnected = true
            return !state.saidGoodbye
        }
    }

    func shutDown() { state.update { $0.isShutDown = true } }

    /// The next item, waiting for it. What came before a disconnect is still handed out; a shutdown
    /// is told before anything else, once.
    func next() -> Item {
        var resumes = false
        let item: Item = state.wait { state in
            if state.isShutDown {
                state.isShutDown = false
                return .shutdown
            }
            guard state.head < state.items.count else {
                return state.isDisconnected ? .disconnected : nil
            }
            let item = state.items[state.head]
            state.head += 1
            if state.head == state.items.count {
                state.items.removeAll(keepingCapacity: state.head < 256)
                state.head = 0
            } else if state.head > 1024, state.head > state.items.count / 2 {
                state.items.removeFirst(state.head)
                state.head = 0
            }
            if case .frame(_, let body) = item { state.bytes -= body.readableBytes + 64 }
            if state.pausesReading, state.bytes < Self.pauseBytes / 2 {
                state.pausesReading = false
                resumes = true
            }
            return item
        }
        if resumes { resumeReading() }
        return item
    }
}
