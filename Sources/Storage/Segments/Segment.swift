import Basics
import Encodings
import Vectors

/// Where a segment's bytes are read from: a file, or memory in tests.
package protocol SegmentSource: Sendable {
    /// Bytes of the whole segment.
    var byteCount: Int { get }
    /// Fills the whole buffer from the offset on, or throws.
    func read(offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws
}

/// One immutable, sorted file of up to 1,048,576 rows.
///
/// Opening reads the footer only; chunks and dictionaries come through the shared `ChunkCache`.
package final class Segment: Sendable {
    /// Identifies the segment in the cache; unique while the process lives.
    package let id: UInt64
    package let source: any SegmentSource
    package let cache: ChunkCache
    package let footer: SegmentFooter

    /// Reads and checks the footer.
    ///
    /// - Throws: `SQLError` with SQLSTATE XX001 naming what is damaged.
    package init(id: UInt64, source: any SegmentSource, cache: ChunkCache) throws {
        throw SQLError(.dataCorrupted, "follows")
    }

    /// Rows of the segment.
    package var rowCount: Int { footer.rowCount }
    /// Chunks of every column.
    package var chunkCount: Int { (rowCount + 65_535) >> 16 }
    /// Rows of a chunk: 65,536, fewer in the last.
    package func rows(inChunk chunk: Int) -> Int { min(65_536, rowCount - chunk << 16) }
    /// The columns stored, in the writer's order.
    package var columns: [SegmentColumn] { footer.columns }
    /// Whether the segment was written with the column.
    package func hasColumn(_ column: UInt32) -> Bool { footer.index[column] != nil }

    /// The encoded chunk, from the cache or read, checked and cached.
    package func chunk(column: UInt32, index: Int) throws -> ColumnChunk {
        throw SQLError(.dataCorrupted, "follows")
    }

    /// The dictionary that the column's chunks share; nil where it has none.
    package func dictionary(column: UInt32) throws -> SegmentDictionary? { nil }

    /// Bounds and NULL count of a chunk, from the footer. nil for columns it does not hold.
    package func zone(column: UInt32, chunk: Int) -> ChunkZone? { nil }

    /// Bounds and NULL count of a whole column, from the footer. nil for columns it does not hold.
    package func bounds(column: UInt32) -> ChunkZone? { nil }
}
