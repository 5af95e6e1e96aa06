import Vectors

extension ColumnChunk {
    /// Whether some row is NULL.
    package var hasNulls: Bool { nullCount > 0 }

    /// Bit i of the block's 16 words tells that row i is not NULL; rows past the end are 0.
    package func validityMask(block: Int, into mask: UnsafeMutablePointer<UInt64>) {
        preconditionFailure("follows")
    }

    /// A byte per row, 1 valid and 0 NULL.
    package func validityBytes(rows: Range<Int>, into out: UnsafeMutablePointer<UInt8>) {
        preconditionFailure("follows")
    }

    /// Whether the row of the chunk is NULL; for single rows, not for loops.
    package func isNull(_ row: Int) -> Bool { false }
}
