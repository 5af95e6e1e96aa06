import Basics
import Encodings
import Vectors

/// Where a segment's bytes go: a file, or memory in tests.
package protocol SegmentSink {
    mutating func append(_ bytes: UnsafeRawBufferPointer) throws
}

/// How chunks are wrapped.
package enum SegmentCodec: Sendable {
    /// Never wrapped.
    case none
    /// LZ4 over strings and plain values, where it saves 20 % or more.
    case hot
    /// zstd over everything that it makes smaller.
    case cold
}

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

    /// - Parameters:
    ///   - sortKey: ids of the columns by which the rows arrive sorted.
    ///   - hasKeys: whether every `append` brings key hashes.
    ///   - threads: how many columns are encoded at a time.
    package init(
        columns: [SegmentColumn], sortKey: [UInt32] = [], hasKeys: Bool = false,
        codec: SegmentCodec = .hot, threads: Int = 1
    ) throws {}

    /// Rows taken so far.
    package var rowCount: Int { 0 }
    /// Estimate of the memory held, for the caller's budget.
    package var byteCount: Int { 0 }

    /// Takes the batch's rows; its columns are the writer's, in order, with the same physical types.
    package mutating func append(
        _ batch: Batch, keyHashes: UnsafePointer<UInt64>? = nil
    ) throws {}

    /// Writes the file's bytes in order.
    package consuming func finish(into sink: inout some SegmentSink) throws -> SegmentSummary {
        throw SQLError(.dataCorrupted, "follows")
    }
}
