extension Vector {
    /// <0, 0 or >0 for the values at two rows of vectors of one type; NULLs are the caller's.
    package static func compare(_ a: Vector, _ i: Int, _ b: Vector, _ j: Int) -> Int {
        let (i, j) = (i & a.rowMask, j & b.rowMask)
        switch a.physical {
        case .bool: return three(a.pointer(UInt8.self)[i], b.pointer(UInt8.self)[j])
        case .int16: return three(a.pointer(Int16.self)[i], b.pointer(Int16.self)[j])
        case .int32:
            let (x, y) = (a.pointer(Int32.self)[i], b.pointer(Int32.self)[j])
            return a.type.isObjectID
                ? three(UInt32(bitPattern: x), UInt32(bitPattern: y)) : three(x, y)
        case .int64: return three(a.pointer(Int64.self)[i], b.pointer(Int64.self)[j])
        case .int128: return three(a.pointer(Int128.self)[i], b.pointer(Int128.self)[j])
        case .float32: return compareFloats(a.pointer(Float.self)[i], b.pointer(Float.self)[j])
        case .float64: return compareFloats(a.pointer(Double.self)[i], b.pointer(Double.self)[j])
        case .uuid:
            return UUIDBytes.compare(a.pointer(UUIDBytes.self)[i], b.pointer(UUIDBytes.self)[j])
        case .interval:
            return three(
                a.pointer(Interval.self)[i].comparable, b.pointer(Interval.self)[j].comparable)
        case .decimal:
            return Decimal.compare(a.pointer(Decimal.self)[i], b.pointer(Decimal.self)[j])
        case .bytes:
            let (x, y) = (a.pointer(StringView.self)[i], b.pointer(StringView.self)[j])
            switch a.type {
            case .char:
                return StringView.compare(x.withoutTrailingBlanks, y.withoutTrailingBlanks)
            case .array, .int2vector, .oidvector, .anyArray: return ArrayValue.compare(x, y)
            default: return StringView.compare(x, y)
            }
        }
    }

    /// Whether two rows of vectors of one type are not distinct: NULL equals NULL.
    package static func equal(_ a: Vector, _ i: Int, _ b: Vector, _ j: Int) -> Bool {
        let nullA = a.isNull(i)
        let nullB = b.isNull(j)
        if nullA || nullB { return nullA && nullB }
        if a.physical == .bytes, !a.type.comparesSpecially {
            return StringView.equal(
                a.pointer(StringView.self)[i & a.rowMask],
                b.pointer(StringView.self)[j & b.rowMask])
        }
        return compare(a, i, b, j) == 0
    }

    /// For each pair of rows, clears `keep[k]` where the columns differ; NULL equals NULL.
    ///
    /// `left` and `right` give the rows of pair k; the type is switched on once for all pairs.
    package static func equalRows(
        _ a: Vector, _ left: UnsafePointer<UInt32>, _ b: Vector, _ right: UnsafePointer<UInt32>,
        count: Int, keep: UnsafeMutablePointer<UInt8>
    ) {
        switch a.physical {
        case .bool: pairs(a, left, b, right, count, keep, UInt8.self) { $0 == $1 }
        case .int16: pairs(a, left, b, right, count, keep, Int16.self) { $0 == $1 }
        case .int32: pairs(a, left, b, right, count, keep, Int32.self) { $0 == $1 }
        case .int64: pairs(a, left, b, right, count, keep, Int64.self) { $0 == $1 }
        case .int128: pairs(a, left, b, right, count, keep, Int128.self) { $0 == $1 }
        case .uuid: pairs(a, left, b, right, count, keep, UUIDBytes.self) { $0 == $1 }
        case .bytes where !a.type.comparesSpecially:
            pairs(a, left, b, right, count, keep, StringView.self) { StringView.equal($0, $1) }
        default:
            for k in 0..<count where keep[k] != 0 {
                keep[k] = equal(a, Int(left[k]), b, Int(right[k])) ? 1 : 0
            }
        }
    }

    @inline(__always)
    private static func pairs<T>(
        _ a: Vector, _ left: UnsafePointer<UInt32>, _ b: Vector, _ right: UnsafePointer<UInt32>,
        _ count: Int, _ keep: UnsafeMutablePointer<UInt8>, _: T.Type, _ same: (T, T) -> Bool
    ) {
        let (x, y) = (a.pointer(T.self), b.pointer(T.self))
        let (maskA, maskB) = (a.rowMask, b.rowMask)
        let nulls = a.hasNulls || b.hasNulls
        for k in 0..<count where keep[k] != 0 {
            let (i, j) = (Int(left[k]), Int(right[k]))
            if nulls {
                let (nullA, nullB) = (a.isNull(i), b.isNull(j))
                if nullA || nullB {
                    keep[k] = nullA && nullB ? 1 : 0
                    continue
                }
            }
            keep[k] = same(x[i & maskA], y[j & maskB]) ? 1 : 0
        }
    }

    @inline(__always)
    private static func three<T: Comparable>(_ a: T, _ b: T) -> Int {
        a < b ? -1 : (a > b ? 1 : 0)
    }
}

extension SQLType {
    /// Held as bytes, but equal values may differ in bytes.
    package var comparesSpecially: Bool {
        switch self {
        case .char, .array, .int2vector, .oidvector, .anyArray: true
        default: false
        }
    }
}
