import Basics
import CKernels
import Encodings
import Vectors

/// Where a segment's bytes go: a file, or memory in tests.
package protocol SegmentSink {
    mutating func append(_ bytes: UnsafeRawBufferPointer) throws
}

/// How bodies are wrapped.
package typealias SegmentCodec = CodecPolicy

/// What the manifest records of a finished segment.
package struct SegmentSummary: Sendable {
    package var rowCount: Int
    package var byteCount: Int
    /// CRC-32C of the footer: with the size, the segment's fingerprint.
    package var footerChecksum: UInt32
    /// One zone per column, in the writer's order.
    package var bounds: [ChunkZone]
    package var sortKeyFirst: [Datum]
    package var sortKeyLast: [Datum]
}

/// Encodes sorted batches into one segment file.
///
/// Rows are held unencoded until `finish`, so that dictionaries span the whole segment.
package struct SegmentWriter: ~Copyable {
    /// Most rows of a segment. On disk, never change.
    package static let rowsMax = 1_048_576

    private let columns: [SegmentColumn]
    private let builders: [ColumnBuilder]
    private let sortKey: [UInt32]
    private let sortPlaces: [Int]
    private let hasKeys: Bool
    private let codec: SegmentCodec
    private let threads: Int
    private var fill: ParallelEncoding.Fill?
    private var keys: [KeyEntry] = []
    private var sortKeyFirst: [Datum] = []
    private var sortKeyLast: [Datum] = []
    /// Rows taken so far.
    package private(set) var rowCount = 0

    /// - Parameters:
    ///   - sortKey: ids of the columns by which the rows arrive sorted.
    ///   - hasKeys: whether every `append` brings key hashes.
    ///   - threads: how many columns are encoded at a time.
    package init(
        columns: [SegmentColumn], sortKey: [UInt32] = [], hasKeys: Bool = false,
        codec: SegmentCodec = .hot, threads: Int = 1
    ) throws {
        guard Set(columns.map(\.id)).count == columns.count else {
            throw SQLError(.internalError, "column ids of a segment repeat")
        }
        sortPlaces = try sortKey.map { id in
            guard let place = columns.firstIndex(where: { $0.id == id }) else {
                throw SQLError(.internalError, "sort key column \(id) is not in the segment")
            }
            return place
        }
        self.columns = columns
        builders = columns.map { ColumnBuilder(type: $0.type) }
        self.sortKey = sortKey
        self.hasKeys = hasKeys
        self.codec = codec
        self.threads = max(threads, 1)
    }

    /// Estimate of the memory held, for the caller's budget.
    package var byteCount: Int {
        builders.reduce(keys.count * MemoryLayout<KeyEntry>.stride) { $0 + $1.byteCount }
    }

    /// Takes the batch's rows; its columns are the writer's, in order, with the same physical types.
    package mutating func append(
        _ batch: Batch, keyHashes: UnsafePointer<UInt64>? = nil
    ) throws {
        guard batch.columns.count == columns.count, hasKeys == (keyHashes != nil) else {
            throw SQLError(.internalError, "batch does not fit the segment's columns")
        }
        guard batch.count <= Self.rowsMax - rowCount else {
            throw SQLError(.internalError, "segment of more than \(Self.rowsMax) rows")
        }
        guard batch.count > 0 else { return }
        for (builder, vector) in zip(builders, batch.columns) {
            try builder.append(vector, count: batch.count)
        }
        if let keyHashes {
            for row in 0..<batch.count {
                let number = UInt32(truncatingIfNeeded: rowCount + row)
                keys.append(KeyEntry(hash: keyHashes[row], row: number))
            }
        }
        if rowCount == 0 {
            sortKeyFirst = sortPlaces.map { DatumCode.datum(batch.columns[$0], 0) }
        }
        sortKeyLast = sortPlaces.map { DatumCode.datum(batch.columns[$0], batch.count - 1) }
        rowCount += batch.count
    }

    /// Takes all rows of the segment at once, column by column on the encoding threads.
    ///
    /// - Parameters:
    ///   - keyHashes: one a row where the segment has keys.
    ///   - first: the sort key of the first row, and `last` that of the last.
    ///   - fill: appends all rows of the column at a place to its builder; called once a column,
    ///     by several threads.
    mutating func takeAll(
        _ count: Int, keyHashes: [UInt64]?, first: [Datum], last: [Datum],
        fill: @escaping @Sendable (Int, ColumnBuilder) throws -> Void
    ) throws {
        guard rowCount == 0, hasKeys == (keyHashes != nil), keyHashes?.count ?? count == count,
            count > 0, count <= Self.rowsMax
        else { throw SQLError(.internalError, "rows do not fit the segment") }
        keys = (keyHashes ?? []).enumerated().map { row, hash in
            KeyEntry(hash: hash, row: UInt32(truncatingIfNeeded: row))
        }
        sortKeyFirst = first
        sortKeyLast = last
        rowCount = count
        self.fill = fill
    }

    /// Writes the file's bytes in order: header, bodies, footer, trailer.
    package consuming func finish(into sink: inout some SegmentSink) throws -> SegmentSummary {
        let encoded = try ParallelEncoding.finish(
            builders, policy: codec, threads: threads, rows: rowCount, fill: fill)
        var offset = SegmentFormat.headerBytes
        var header = ByteWriter()
        header.append(SegmentFormat.magic)
        header.integer(SegmentFormat.version)
        header.integer(UInt32(0))
        try header.bytes.withUnsafeBytes { try sink.append($0) }

        let stored = try encoded.map { try Self.write($0, &offset, &sink) }
        var keyRun: StoredKeys?
        if hasKeys {
            let run = KeyRun(&keys)
            let hashes = try run.hashes.finish(policy: .none)
            let rows = try run.rows.finish(policy: .none)
            keyRun = StoredKeys(
                hashes: try Self.write(hashes, &offset, &sink),
                rows: try Self.write(rows, &offset, &sink),
                filter: try Self.write(run.filter, &offset, &sink))
        }
        if rowCount == 0 {
            sortKeyFirst = sortKey.map { _ in .null }
            sortKeyLast = sortKeyFirst
        }
        let footer = SegmentFooter(
            rowCount: rowCount, columns: columns, index: [:], sortKey: sortKey,
            sortKeyFirst: sortKeyFirst, sortKeyLast: sortKeyLast, stored: stored, keys: keyRun)
        var out = ByteWriter()
        footer.write(to: &out)
        let footerBytes = out.bytes.count
        guard footerBytes <= SegmentFormat.footerBytesMax else {
            throw SQLError(.programLimitExceeded, "segment has too many columns")
        }
        let checksum = out.bytes.withUnsafeBytes { sh_crc32c(0, $0.baseAddress, $0.count) }
        out.integer(UInt64(offset))
        out.integer(UInt32(footerBytes))
        out.integer(checksum)
        out.append(SegmentFormat.endMagic)
        try out.bytes.withUnsafeBytes { try sink.append($0) }
        return SegmentSummary(
            rowCount: rowCount, byteCount: offset + out.bytes.count, footerChecksum: checksum,
            bounds: stored.map(\.bounds), sortKeyFirst: sortKeyFirst, sortKeyLast: sortKeyLast)
    }

    private static func write(
        _ bytes: EncodedBytes, _ offset: inout Int, _ sink: inout some SegmentSink
    ) throws -> StoredBody {
        try bytes.withStored { try sink.append($0) }
        defer { offset += bytes.storedBytes }
        return StoredBody(
            offset: offset, storedBytes: bytes.storedBytes, bodyBytes: bytes.bodyBytes,
            codec: bytes.codec, checksum: bytes.checksum)
    }

    private static func write(
        _ column: EncodedColumn, _ offset: inout Int, _ sink: inout some SegmentSink
    ) throws -> StoredColumn {
        var dictionary: StoredBody?
        if let bytes = column.dictionary { dictionary = try write(bytes, &offset, &sink) }
        var chunks: [StoredBody] = []
        for chunk in column.chunks { chunks.append(try write(chunk, &offset, &sink)) }
        return StoredColumn(
            dictionary: dictionary, chunks: chunks, zones: column.zones, bounds: column.bounds)
    }
}
