import Basics
import Vectors

/// The distinct values of one column of one segment, sorted: strings bytewise, integers by value.
///
/// Code c is the c-th smallest value. NULL has no code. Immutable; views point into its own memory.
package final class SegmentDictionary: @unchecked Sendable {
    package let type: SQLType
    package let count: Int
    /// Whether the values are integers (`integers`) or bytes (`views`).
    package let isInteger: Bool
    /// The values of a bytes dictionary, `count` of them.
    package let views: UnsafePointer<StringView>
    /// The values of an integer dictionary, `count` of them.
    package let integers: UnsafePointer<Int64>
    private let memory: [AlignedBytes]

    init(
        type: SQLType, count: Int, isInteger: Bool, views: UnsafePointer<StringView>,
        integers: UnsafePointer<Int64>, memory: [AlignedBytes]
    ) {
        self.type = type
        self.count = count
        self.isInteger = isInteger
        self.views = views
        self.integers = integers
        self.memory = memory
    }

    /// Memory that the dictionary takes.
    package var byteCount: Int { memory.reduce(256) { $0 + $1.count } }

    /// The value of a code; bytes dictionaries only.
    @inline(__always)
    package func view(_ code: UInt32) -> StringView { views[Int(code)] }

    /// The value of a code; integer dictionaries only.
    @inline(__always)
    package func integer(_ code: UInt32) -> Int64 { integers[Int(code)] }

    /// The value of a code as a datum of the column's type.
    package func datum(_ code: UInt32) -> Datum {
        isInteger ? .int(integer(code)) : .bytes(Array(view(code).buffer))
    }

    /// The code of a value, nil where the segment does not hold it.
    package func code(of bytes: UnsafeBufferPointer<UInt8>) -> UInt32? {
        guard !isInteger else { return nil }
        let at = lowerBound(of: bytes)
        guard at < count, ByteOrder.compare(views[at].buffer, bytes) == 0 else { return nil }
        return UInt32(truncatingIfNeeded: at)
    }

    /// The code of a value, nil where the segment does not hold it.
    package func code(of integer: Int64) -> UInt32? {
        guard isInteger else { return nil }
        let at = lowerBound(of: integer)
        return at < count && integers[at] == integer ? UInt32(truncatingIfNeeded: at) : nil
    }

    /// The code of a datum, nil where the segment does not hold it.
    package func code(of datum: Datum) -> UInt32? {
        switch datum {
        case .int(let value): code(of: value)
        case .bytes(let bytes): bytes.withUnsafeBufferPointer { code(of: $0) }
        default: nil
        }
    }

    /// How many values are smaller: the first code whose value is >= the bytes.
    package func lowerBound(of bytes: UnsafeBufferPointer<UInt8>) -> Int {
        isInteger ? 0 : firstCode { ByteOrder.compare(views[$0].buffer, bytes) >= 0 }
    }

    /// How many values are smaller: the first code whose value is >= the integer.
    package func lowerBound(of integer: Int64) -> Int {
        isInteger ? firstCode { integers[$0] >= integer } : 0
    }

    /// How many values are smaller or equal: the first code whose value is > the bytes.
    package func upperBound(of bytes: UnsafeBufferPointer<UInt8>) -> Int {
        isInteger ? 0 : firstCode { ByteOrder.compare(views[$0].buffer, bytes) > 0 }
    }

    /// How many values are smaller or equal: the first code whose value is > the integer.
    package func upperBound(of integer: Int64) -> Int {
        isInteger ? firstCode { integers[$0] > integer } : 0
    }

    private func firstCode(where holds: (Int) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) >> 1
            if holds(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
