import Vectors

/// Numbers that order as a sort key does: comparing them decides most pairs of rows without looking at
/// the values. Equal numbers decide nothing, unless `isExact`.
enum OrderPrefix {
    /// Whether equal prefixes mean equal values, NULLs included.
    static func isExact(_ vector: Vector) -> Bool {
        switch vector.physical {
        case .bool, .int16, .int32: true
        default: false
        }
    }

    /// Writes the prefixes of the first `count` rows.
    static func fill(
        _ vector: Vector, descending: Bool, nullsFirst: Bool, count: Int,
        into out: UnsafeMutablePointer<UInt64>
    ) {
        let sign = UInt64(1) << 63
        switch vector.physical {
        case .bool: each(vector, UInt8.self, count, out, descending) { UInt64($0) }
        case .int16:
            each(vector, Int16.self, count, out, descending) {
                UInt64(bitPattern: Int64($0)) ^ sign
            }
        case .int32 where !vector.type.isObjectID:
            each(vector, Int32.self, count, out, descending) {
                UInt64(bitPattern: Int64($0)) ^ sign
            }
        case .int64:
            each(vector, Int64.self, count, out, descending) { UInt64(bitPattern: $0) ^ sign }
        case .bytes where !vector.type.comparesSpecially:
            each(vector, StringView.self, count, out, descending) { UInt64($0.prefix) << 32 }
        default: out.update(repeating: 1 << 62, count: count)
        }
        guard let validity = vector.validity else { return }
        let mask = vector.rowMask
        for row in 0..<count where validity[row & mask] == 0 {
            out[row] = nullsFirst ? 0 : .max
        }
    }

    @inline(__always)
    private static func each<T>(
        _ vector: Vector, _: T.Type, _ count: Int, _ out: UnsafeMutablePointer<UInt64>,
        _ descending: Bool, _ number: (T) -> UInt64
    ) {
        let data = vector.pointer(T.self)
        let mask = vector.rowMask
        let flip: UInt64 = descending ? .max : 0
        // 0 and max are kept for NULLs; the clamp only merges neighbours.
        for row in 0..<count {
            out[row] = min(max(number(data[row & mask]) ^ flip, 1), .max - 1)
        }
    }
}
