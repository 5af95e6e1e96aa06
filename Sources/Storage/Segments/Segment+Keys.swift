import Basics
import Encodings

/// A row whose key hash was asked for.
package struct KeyMatch: Sendable, Equatable {
    /// Index into the hashes given.
    package var hash: Int
    /// Row of the segment. Equal hashes are no proof of equal keys: compare the values.
    package var row: UInt32
}

extension Segment {
    /// Whether the segment was written with key hashes.
    package var hasKeys: Bool { false }

    /// Whether some key may have the hash; false is certain. About 1 % of absent hashes pass.
    package func mayContain(hash: UInt64) throws -> Bool { true }

    /// All rows whose key hash is among the ascending hashes, ordered by hash.
    package func keyLookup(sorted hashes: UnsafeBufferPointer<UInt64>) throws -> [KeyMatch] { [] }
}
