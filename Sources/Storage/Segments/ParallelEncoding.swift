import Dispatch
import Encodings
import Synchronization

/// Encodes the columns of a segment on a few threads; they share nothing.
enum ParallelEncoding {
    private struct State {
        var next = 0
        var results: [Result<EncodedColumn, any Error>?]
    }

    static func finish(
        _ builders: [ColumnBuilder], policy: CodecPolicy, threads: Int
    ) throws -> [EncodedColumn] {
        guard threads > 1, builders.count > 1 else {
            return try builders.map { try $0.finish(policy: policy) }
        }
        let state = Mutex(State(results: builders.map { _ in nil }))
        DispatchQueue.concurrentPerform(iterations: min(threads, builders.count)) { _ in
            while true {
                let index = state.withLock { state in
                    defer { state.next += 1 }
                    return state.next
                }
                guard index < builders.count else { return }
                let result = Result { try builders[index].finish(policy: policy) }
                state.withLock { $0.results[index] = result }
            }
        }
        return try state.withLock { $0.results }.compactMap { try $0?.get() }
    }
}
