import Basics
import Vectors

extension ColumnChunk {
    /// Writes the rows from row 0 of the vector on and sets its count, validity and owners.
    ///
    /// The vector has the chunk's physical type and capacity for the rows.
    package func decode(rows: Range<Int>, into vector: Vector) { preconditionFailure("follows") }

    /// Writes the rows at positions 0…1023 of a block, in the order given.
    package func decode(
        block: Int, positions: UnsafePointer<UInt16>, count: Int, into vector: Vector
    ) { preconditionFailure("follows") }

    /// Writes the rows at ascending positions in the chunk.
    package func decode(positions: UnsafePointer<UInt32>, count: Int, into vector: Vector) {
        preconditionFailure("follows")
    }
}
