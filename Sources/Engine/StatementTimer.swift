import Execution
import Glibc
import Synchronization

/// Cancels statements that outlive their `statement_timeout`; one thread for all sessions.
final class StatementTimer: Sendable {
    static let shared = StatementTimer()

    private struct Entry: Sendable {
        let deadline: Int
        let cancellation: Cancellation
    }
    private struct State {
        var entries: [Int: Entry] = [:]
        var nextID = 0
        var isRunning = false
    }
    private let state = Mutex(State())

    func start(_ milliseconds: Int, _ cancellation: Cancellation) -> Int {
        let (sum, isNever) = Self.now().addingReportingOverflow(milliseconds)
        let deadline = isNever ? Int.max : sum
        return state.withLock { state in
            state.nextID += 1
            state.entries[state.nextID] = Entry(deadline: deadline, cancellation: cancellation)
            if !state.isRunning {
                state.isRunning = true
                startThread()
            }
            return state.nextID
        }
    }

    func stop(_ id: Int) { state.withLock { _ = $0.entries.removeValue(forKey: id) } }

    private static func now() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }

    private func startThread() {
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { _ in
                while StatementTimer.shared.tick() { usleep(5000) }
                return nil
            }, nil)
        pthread_detach(thread)
    }

    /// False when there is nothing left to watch.
    private func tick() -> Bool {
        let now = Self.now()
        return state.withLock { state in
            for (id, entry) in state.entries where entry.deadline <= now {
                entry.cancellation.cancel(.timeout)
                state.entries[id] = nil
            }
            if state.entries.isEmpty { state.isRunning = false }
            return state.isRunning
        }
    }
}
