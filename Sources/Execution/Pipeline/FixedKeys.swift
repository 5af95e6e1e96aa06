import Vectors

/// Key columns that are compared and stored one row at a time: integers, not NULL.
enum FixedKeyForm {
    case one32, one64, two32, two64, low32, low64

    /// nil where the types ask for the general comparison.
    init?(_ types: [SQLType]) {
        switch types.map(\.physical) {
        case [.int32]: self = .one32
        case [.int64]: self = .one64
        case [.int32, .int32]: self = .two32
        case [.int64, .int64]: self = .two64
        case [.int32, .int64]: self = .low32
        case [.int64, .int32]: self = .low64
        default: return nil
        }
    }
}

/// Access to the rows of a batch and to the keys kept so far.
protocol FixedKeys {
    func equals(_ row: Int, _ number: Int) -> Bool
    /// There must be room for key `number`.
    func store(_ row: Int, _ number: Int)
}

struct OneKey<Value: FixedWidthInteger>: FixedKeys {
    private let values: UnsafeMutablePointer<Value>
    private let rowMask: Int
    private let kept: UnsafeMutablePointer<Value>

    init(_ vector: Vector, _ keys: Vector) {
        values = vector.pointer(Value.self)
        rowMask = vector.rowMask
        kept = keys.pointer(Value.self)
    }

    @inline(__always)
    func equals(_ row: Int, _ number: Int) -> Bool { values[row & rowMask] == kept[number] }
    @inline(__always)
    func store(_ row: Int, _ number: Int) { kept[number] = values[row & rowMask] }
}

struct TwoKeys<First: FixedWidthInteger, Second: FixedWidthInteger>: FixedKeys {
    private let first: OneKey<First>
    private let second: OneKey<Second>

    init(_ vectors: [Vector], _ keys: [Vector]) {
        first = OneKey(vectors[0], keys[0])
        second = OneKey(vectors[1], keys[1])
    }

    @inline(__always)
    func equals(_ row: Int, _ number: Int) -> Bool {
        first.equals(row, number) && second.equals(row, number)
    }
    @inline(__always)
    func store(_ row: Int, _ number: Int) {
        first.store(row, number)
        second.store(row, number)
    }
}
