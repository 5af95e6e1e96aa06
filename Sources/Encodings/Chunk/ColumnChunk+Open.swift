import Basics
import Vectors

/// The integer stream, fixed-width or string data inside a chunk.
struct ChunkLayout {}

extension ColumnChunk {
    /// Checks and takes over the bytes of a stored chunk, unwrapping its codec.
    ///
    /// - Throws: `SQLError` with SQLSTATE XX001 naming what is damaged.
    package static func open(
        stored: UnsafeRawBufferPointer, type: SQLType, dictionary: SegmentDictionary?
    ) throws -> ColumnChunk { throw SQLError(.dataCorrupted, "follows") }
}
