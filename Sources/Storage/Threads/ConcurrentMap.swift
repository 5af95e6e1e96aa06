import Dispatch
import Synchronization

/// Numbered parts of one piece of work, on a few threads.
enum ConcurrentMap {
    /// Calls `body` for 0..<count, with one thread on the caller's own; the results in order. Once one
    /// has failed no other begins, and those that never began are left out.
    static func results<T: Sendable>(
        _ count: Int, threads: Int, _ body: @Sendable (Int) throws -> T
    ) -> [Result<T, any Error>] {
        let state = Mutex(State<T>(results: Array(repeating: nil, count: count)))
        DispatchQueue.concurrentPerform(iterations: min(max(threads, 1), count)) { _ in
            while true {
                let index = state.withLock { state in
                    defer { state.next += 1 }
                    return state.hasFailed ? count : state.next
                }
                if index >= count { return }
                let result = Result { try body(index) }
                state.withLock { state in
                    if case .failure = result { state.hasFailed = true }
                    state.results[index] = result
                }
            }
        }
        return state.withLock { $0.results }.compactMap { $0 }
    }

    private struct State<T: Sendable> {
        var next = 0
        var hasFailed = false
        var results: [Result<T, any Error>?]
    }
}
