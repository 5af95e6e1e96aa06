import Basics
import Vectors

/// Batches in a temporary file, in the order they were appended. One writer, then any number of readers.
package final class SpillRun {
    let types: [SQLType]
    private let file: SpillFile
    private let statistics: OperatorStatistics?
    private var blocks: [SpillFile.Block] = []
    private var buffer = ByteWriter()
    private(set) var rowCount = 0
    /// Bytes appended, those not yet written included.
    private(set) var byteCount = 0
    /// Blocks hold whole batches and about this many bytes.
    private static let blockBytes = 128 << 10

    /// - Parameter statistics: where EXPLAIN ANALYZE counts the bytes.
    package init(
        _ types: [SQLType], _ file: SpillFile, _ statistics: OperatorStatistics? = nil
    ) {
        self.types = types
        self.file = file
        self.statistics = statistics
    }

    package func append(_ batch: Batch) throws {
        let before = buffer.bytes.count
        SpillCodec.write(batch, to: &buffer)
        rowCount += batch.count
        byteCount += buffer.bytes.count - before
        if buffer.bytes.count >= Self.blockBytes { try flush() }
    }

    /// Writes what is buffered; the run may be appended to afterwards.
    func flush() throws {
        guard !buffer.bytes.isEmpty else { return }
        blocks.append(try buffer.bytes.withUnsafeBytes { try file.write($0) })
        statistics?.note("bytes spilled", buffer.bytes.count)
        buffer.bytes.removeAll(keepingCapacity: true)
    }

    /// Gives back the write buffer's memory as well.
    package func finish() throws {
        try flush()
        buffer = ByteWriter()
    }

    /// All batches from the start; the run must be finished.
    package func makeReader() -> BatchReader { Reader(types, file, blocks) }

    private final class Reader: BatchReader {
        private let types: [SQLType]
        private let file: SpillFile
        private var blocks: ArraySlice<SpillFile.Block>
        private var bytes: [UInt8] = []
        private var offset = 0

        init(_ types: [SQLType], _ file: SpillFile, _ blocks: [SpillFile.Block]) {
            self.types = types
            self.file = file
            self.blocks = blocks[...]
        }

        override func next() throws -> Batch? {
            if offset == bytes.count {
                guard let block = blocks.popFirst() else { return nil }
                bytes = try file.read(block)
                offset = 0
            }
            return try bytes.withUnsafeBytes { raw in
                var reader = ByteReader(raw, offset: offset)
                let batch: Batch
                do {
                    batch = try SpillCodec.read(types, from: &reader)
                } catch is ByteReaderError {
                    throw SQLError(.dataCorrupted, "a block of a temporary file is malformed")
                }
                offset = reader.offset
                return batch
            }
        }
    }
}
