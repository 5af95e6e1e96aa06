import Basics
import Encodings

/// Encodes the columns of a segment on a few threads; they share nothing.
enum ParallelEncoding {
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
        return try ConcurrentMap.results(builders.count, threads: threads, encode)
            .map { try $0.get() }
    }
}
