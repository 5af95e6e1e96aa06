import Basics
import Vectors

/// Compares single values of two vectors of one type.
enum RowCompare {
    /// Whether two rows that are not NULL hold the same key value.
    static func areEqual(_ a: Vector, _ i: Int, _ b: Vector, _ j: Int) -> Bool {
        let i = i & a.rowMask
        let j = j & b.rowMask
        switch a.physical {
        case .bool: return a.pointer(UInt8.self)[i] == b.pointer(UInt8.self)[j]
        case .int16: return a.pointer(Int16.self)[i] == b.pointer(Int16.self)[j]
        case .int32: return a.pointer(Int32.self)[i] == b.pointer(Int32.self)[j]
        case .int64: return a.pointer(Int64.self)[i] == b.pointer(Int64.self)[j]
        case .bytes where KeyHash.isPadded(a.type):
            let x = a.pointer(StringView.self)[i]
            let y = b.pointer(StringView.self)[j]
            let count = KeyHash.trimmedCount(x)
            return count == KeyHash.trimmedCount(y)
                && x.buffer.prefix(count).elementsEqual(y.buffer.prefix(count))
        default: return compare(a, i, b, j) == 0
        }
    }

    /// Negative, zero or positive as row i of `a` sorts before, with or after row j of `b`.
    /// NULLs are last, NaN is the greatest number, strings compare bytewise.
    static func order(_ a: Vector, _ i: Int, _ b: Vector, _ j: Int) -> Int {
        let aNull = a.isNull(i)
        let bNull = b.isNull(j)
        if aNull || bNull { return aNull == bNull ? 0 : aNull ? 1 : -1 }
        return compare(a, i & a.rowMask, b, j & b.rowMask)
    }

    /// The order of two rows by several columns, the first counting most.
    static func order(_ a: [Vector], _ i: Int, _ b: [Vector], _ j: Int) -> Int {
        for (x, y) in zip(a, b) {
            let order = order(x, i, y, j)
            if order != 0 { return order }
        }
        return 0
    }

    private static func compare(_ a: Vector, _ i: Int, _ b: Vector, _ j: Int) -> Int {
        switch a.physical {
        case .bool: return three(a.pointer(UInt8.self)[i], b.pointer(UInt8.self)[j])
        case .int16: return three(a.pointer(Int16.self)[i], b.pointer(Int16.self)[j])
        case .int32: return three(a.pointer(Int32.self)[i], b.pointer(Int32.self)[j])
        case .int64: return three(a.pointer(Int64.self)[i], b.pointer(Int64.self)[j])
        case .int128: return three(a.pointer(Int128.self)[i], b.pointer(Int128.self)[j])
        case .float32:
            return floats(Double(a.pointer(Float.self)[i]), Double(b.pointer(Float.self)[j]))
        case .float64: return floats(a.pointer(Double.self)[i], b.pointer(Double.self)[j])
        case .bytes: return strings(a.pointer(StringView.self)[i], b.pointer(StringView.self)[j])
        case .uuid:
            let x = a.pointer(UUIDBytes.self)[i]
            let y = b.pointer(UUIDBytes.self)[j]
            return x.high == y.high ? three(x.low, y.low) : three(x.high, y.high)
        case .interval:
            return three(
                KeyHash.total(a.pointer(Interval.self)[i]),
                KeyHash.total(b.pointer(Interval.self)[j]))
        case .decimal: return decimals(a.pointer(Decimal.self)[i], b.pointer(Decimal.self)[j])
        }
    }

    @inline(__always)
    private static func three<T: Comparable>(_ a: T, _ b: T) -> Int { a < b ? -1 : a > b ? 1 : 0 }

    private static func floats(_ a: Double, _ b: Double) -> Int {
        if a.isNaN || b.isNaN { return a.isNaN == b.isNaN ? 0 : a.isNaN ? 1 : -1 }
        return three(a, b)
    }

    static func strings(_ a: StringView, _ b: StringView) -> Int {
        if a.prefix != b.prefix { return a.prefix < b.prefix ? -1 : 1 }
        let common = Int(min(a.count, b.count))
        var at = 0
        while at < common {
            if a.start[at] != b.start[at] { return a.start[at] < b.start[at] ? -1 : 1 }
            at += 1
        }
        return three(a.count, b.count)
    }

    private static func decimals(_ a: Decimal, _ b: Decimal) -> Int {
        if a.isNaN || b.isNaN { return a.isNaN == b.isNaN ? 0 : a.isNaN ? 1 : -1 }
        let x = KeyHash.canonical(a)
        let y = KeyHash.canonical(b)
        if x.scale == y.scale { return three(x.mantissa, y.mantissa) }
        if (x.mantissa < 0) != (y.mantissa < 0) { return x.mantissa < 0 ? -1 : 1 }
        // Compare whole parts, then fractions scaled to the longer one: neither overflows for 38
        // digits.
        let (xWhole, xPart) = split(x)
        let (yWhole, yPart) = split(y)
        if xWhole != yWhole { return three(xWhole, yWhole) }
        let scale = max(x.scale, y.scale)
        return three(
            xPart &* power(scale - x.scale), yPart &* power(scale - y.scale))
    }

    private static func split(_ value: Decimal) -> (Int128, Int128) {
        let divided = value.mantissa.quotientAndRemainder(dividingBy: power(value.scale))
        return (divided.quotient, divided.remainder)
    }

    private static func power(_ scale: Int16) -> Int128 {
        var result: Int128 = 1
        for _ in 0..<min(max(scale, 0), 38) { result &*= 10 }
        return result
    }

    /// A datum against a bound of the same type, for ageing.
    static func isBelow(_ datum: Datum, _ bound: Datum) -> Bool {
        switch (datum, bound) {
        case (.int(let a), .int(let b)): a < b
        case (.int128(let a), .int128(let b)): a < b
        case (.int128(let a), .int(let b)): a < Int128(b)
        case (.int(let a), .int128(let b)): Int128(a) < b
        case (.double(let a), .double(let b)): floats(a, b) < 0
        case (.bool(let a), .bool(let b)): !a && b
        case (.bytes(let a), .bytes(let b)): a.lexicographicallyPrecedes(b)
        case (.uuid(let a), .uuid(let b)): a.high == b.high ? a.low < b.low : a.high < b.high
        case (.interval(let a), .interval(let b)): KeyHash.total(a) < KeyHash.total(b)
        case (.decimal(let a), .decimal(let b)): decimals(a, b) < 0
        default: false
        }
    }

    /// Text for `Key (a)=(1) already exists.`
    static func text(_ vector: Vector, _ row: Int) -> String {
        let row = row & vector.rowMask
        switch vector.physical {
        case .bool: return vector.pointer(UInt8.self)[row] == 0 ? "f" : "t"
        case .int16: return "\(vector.pointer(Int16.self)[row])"
        case .int32: return "\(vector.pointer(Int32.self)[row])"
        case .int64: return "\(vector.pointer(Int64.self)[row])"
        case .int128: return "\(vector.pointer(Int128.self)[row])"
        case .float32: return "\(vector.pointer(Float.self)[row])"
        case .float64: return "\(vector.pointer(Double.self)[row])"
        case .bytes: return vector.pointer(StringView.self)[row].string
        default: return "…"
        }
    }
}
