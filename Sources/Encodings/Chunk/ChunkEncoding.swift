/// How a chunk's values are encoded. Raw values are on disk, never change.
package enum ChunkEncoding: UInt8, Sendable, CaseIterable {
    /// Every row is NULL; no data.
    case allNull = 0
    /// Integer-like: every row has the base value.
    case constant = 1
    /// Integer-like: base + bit-packed code (frame of reference).
    case bitPacked = 2
    /// Integer-like: long runs of equal values, by their last rows.
    case runLength = 3
    /// Integer-like: bit-packed differences, restarting in every block.
    case delta = 4
    /// Fixed-width values as they are.
    case plain = 5
    /// Bit-packed lengths, then the bytes.
    case strings = 6
    /// Integer-like: short runs of equal values, by a bit a row.
    case shortRuns = 7
}
