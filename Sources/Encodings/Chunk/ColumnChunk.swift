import Basics
import CKernels
import Vectors

/// Up to 65,536 values of one column, encoded, as the buffer cache holds them.
///
/// A chunk is made from untrusted bytes by `open`, which checks every width, offset, count and
/// code once; afterwards decoding cannot fail and reads only the chunk's own memory. Immutable, so any
/// number of threads may decode from it. Blocks are runs of 1,024 rows; the last may be shorter.
///
/// Integer-like chunks (`hasValues`) stand for Int64 values under every integer encoding; where their
/// range fits 32 bits (`hasCodes`) they also yield UInt32 codes with value = codeBase + code. In
/// dictionary chunks (`isDictionaryCoded`) the codes are dictionary codes and codeBase is 0. At NULL rows
/// codes and values are arbitrary, but never above `codeMax`: look at the validity.
package final class ColumnChunk: @unchecked Sendable {
    /// Most rows of a chunk. On disk, never change.
    package static let rowsMax = 65_536
    /// Rows of a block. On disk, never change.
    package static let blockRows = 1024

    package let type: SQLType
    package let physical: PhysicalType
    package let count: Int
    package let nullCount: Int
    package let encoding: ChunkEncoding
    /// The segment column's dictionary where the chunk holds dictionary codes.
    package let dictionary: SegmentDictionary?
    /// Whether `codes` may be called: integer-like or dictionary-coded, and the range fits 32 bits.
    package let hasCodes: Bool
    /// Whether `values` may be called: integer-like. Integer dictionaries are resolved.
    package let hasValues: Bool
    /// value = codeBase &+ code; 0 in dictionary chunks.
    package let codeBase: Int64
    /// No code is greater, so a table of codeMax + 1 entries may be indexed without a check.
    package let codeMax: UInt32
    /// Bit i & 7 of byte i >> 3 tells that row i is not NULL; nil where no row or every row is NULL.
    /// Whole 64-bit words may be loaded.
    package let validity: UnsafePointer<UInt8>?
    /// The unwrapped bytes; vectors of strings keep them alive as an owner.
    let bytes: AlignedBytes
    let layout: ChunkLayout
    /// Digits after the point where floats or decimals are stored as integers.
    let scale: Int
    /// What string views point into.
    let owners: [AnyObject]

    /// Whether the codes are dictionary codes.
    package var isDictionaryCoded: Bool { dictionary != nil }
    /// Whether string views point into a dictionary of the whole column.
    var sharesStrings: Bool { physical == .bytes && dictionary != nil }
    /// Blocks of 1,024 rows.
    package var blockCount: Int { (count + 1023) >> 10 }
    /// Rows of a block: 1,024, fewer in the last.
    package func rows(inBlock block: Int) -> Int { min(1024, count - block << 10) }
    /// Memory that the chunk takes, for the cache's budget.
    package var byteCount: Int { bytes.count + 256 }

    init(
        type: SQLType, count: Int, nullCount: Int, encoding: ChunkEncoding,
        dictionary: SegmentDictionary?, hasCodes: Bool, hasValues: Bool, codeBase: Int64,
        codeMax: UInt32, bytes: AlignedBytes, validity: UnsafePointer<UInt8>?, layout: ChunkLayout,
        scale: Int
    ) {
        self.type = type
        physical = type.physical
        self.count = count
        self.nullCount = nullCount
        self.encoding = encoding
        self.dictionary = dictionary
        self.hasCodes = hasCodes
        self.hasValues = hasValues
        self.codeBase = codeBase
        self.codeMax = codeMax
        self.bytes = bytes
        self.validity = validity
        self.layout = layout
        self.scale = scale
        switch layout {
        case .strings: owners = [bytes]
        case .integers: owners = dictionary.map { $0.isInteger ? [] : [$0] } ?? []
        case .allNull, .plain: owners = []
        }
    }
}
