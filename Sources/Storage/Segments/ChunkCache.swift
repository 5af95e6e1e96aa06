import Encodings
import Synchronization

/// Encoded chunks and dictionaries of all segments, kept within a byte budget.
package final class ChunkCache: Sendable {
    package init(byteBudget: Int) {}

    /// Bytes held now.
    package var byteCount: Int { 0 }
    /// Lookups served from memory, and lookups that had to read, since the start.
    package var statistics: (hits: UInt64, misses: UInt64) { (0, 0) }
    /// Drops whatever belongs to a segment that is gone.
    package func remove(segment: UInt64) {}
    /// Drops everything; chunks in use live on.
    package func removeAll() {}
}
