import Basics
import Dispatch
import Encodings
import Synchronization

/// Encodes the columns of a segment on a few threads; they share nothing.
enum ParallelEncoding {
    private struct State {
        var next = 0
        var results: [Result<EncodedColumn, any Error>?]
    }

    /// Appends a column's rows to its builder.
    typealias Fill = @Sendable (Int, ColumnBuilder) throws -> Void

    /// Fills the builders, where they are not full already, and encodes them; a builder's memory
    /// goes as soon as its column is done.
    static func finish(
        _ builders: [ColumnBuilder], policy: CodecPolicy, threads: Int, rows: Int, fill: Fill?
    ) throws -> [EncodedColumn] {
        @Sendable func encode(_ index: Int) throws -> EncodedColumn {
            let builder = builders[index]
            try fill?(index, builder)
            guard builder.rowCount == rows else {
                throw SQLError(.internalError, "a column of \(builder.rowCount) rows, not \(rows)")
            }
            defer { builder.release() }
            return try builder.finish(policy: policy)
        }
        guard threads > 1, builders.count > 1 else { return try builders.indices.map(encode) }
        let state = Mutex(State(results: builders.map { _ in nil }))
        DispatchQueue.concurrentPerform(iterations: min(threads, builders.count)) { _ in
            while true {
                let index = state.withLock { state in
                    defer { state.next += 1 }
                    return state.next
                }
                guard index < builders.count else { return }
                let result = Result { try encode(index) }
                state.withLock { $0.results[index] = result }
            }
        }
        return try state.withLock { $0.results }.compactMap { try $0?.get() }
    }
}
