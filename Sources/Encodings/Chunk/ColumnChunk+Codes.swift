import Basics
import Vectors

extension ColumnChunk {
    /// Writes the codes of a block; `out` has room for 1,024. Needs `hasCodes`.
    package func codes(block: Int, into out: UnsafeMutablePointer<UInt32>) {
        preconditionFailure("follows")
    }

    /// Writes the codes at positions 0…1023 of a block, in the order given. Needs `hasCodes`.
    package func codes(
        block: Int, positions: UnsafePointer<UInt16>, count: Int,
        into out: UnsafeMutablePointer<UInt32>
    ) { preconditionFailure("follows") }

    /// Writes the values of a block; `out` has room for 1,024. Needs `hasValues`.
    package func values(block: Int, into out: UnsafeMutablePointer<Int64>) {
        preconditionFailure("follows")
    }

    /// Writes the values at positions 0…1023 of a block, in the order given. Needs `hasValues`.
    package func values(
        block: Int, positions: UnsafePointer<UInt16>, count: Int,
        into out: UnsafeMutablePointer<Int64>
    ) { preconditionFailure("follows") }

    /// The code that every row has (validity aside), where the chunk is constant and `hasCodes`.
    package var constantCode: UInt32? { nil }
}
