import Vectors

extension RowComparator.Key {
    private static let sign = UInt64(1) << 63

    /// For each of `count` elements sets a number that orders as its row's key does; keys that differ
    /// may share one.
    @inline(__always)
    func prefixes<Element>(
        _ elements: UnsafeMutablePointer<Element>, _ count: Int, _ row: (Element) -> UInt32,
        _ set: (inout Element, UInt64) -> Void
    ) {
        @inline(__always)
        func each<T>(_: T.Type, _ word: (T) -> UInt64) {
            let data = vector.pointer(T.self)
            let (rowMask, flip) = (vector.rowMask, descending ? UInt64.max : 0)
            let null = nullsFirst ? UInt64.min : .max
            for index in 0..<count {
                let at = Int(row(elements[index])) & rowMask
                if let validity = vector.validity, validity[at] == 0 {
                    set(&elements[index], null)
                } else {
                    // 0 and max are for NULLs; the clamp only merges neighbours.
                    set(&elements[index], min(max(word(data[at]) ^ flip, 1), .max - 1))
                }
            }
        }
        switch vector.physical {
        case .bool: each(UInt8.self) { UInt64($0) + 1 }
        case .int16: each(Int16.self) { UInt64(bitPattern: Int64($0)) ^ Self.sign }
        case .int32 where vector.type.isObjectID:
            each(UInt32.self) { UInt64($0) + 1 }
        case .int32: each(Int32.self) { UInt64(bitPattern: Int64($0)) ^ Self.sign }
        case .int64: each(Int64.self) { UInt64(bitPattern: $0) ^ Self.sign }
        case .int128: each(Int128.self) { Self.clamped($0) }
        case .float32: each(Float.self) { Self.ordered(Double($0)) }
        case .float64: each(Double.self) { Self.ordered($0) }
        case .decimal: each(Decimal.self) { Self.ordered($0.double) }
        case .uuid: each(UUIDBytes.self) { $0.high }
        case .bytes where !vector.type.comparesSpecially:
            each(StringView.self) { Self.leading($0) }
        default: each(UInt8.self) { _ in Self.sign }
        }
    }

    /// The value of an integer key that has this prefix, neither the least nor the greatest.
    static func integer(_ prefix: UInt64, descending: Bool) -> Int64 {
        Int64(bitPattern: prefix ^ (descending ? .max : 0) ^ sign)
    }

    func prefix(_ row: Int) -> UInt64 {
        var entry = (row: UInt32(truncatingIfNeeded: row), prefix: UInt64(0))
        prefixes(&entry, 1, { $0.row }, { $0.prefix = $1 })
        return entry.prefix
    }

    /// Whether rows with this prefix have equal keys.
    func isExact(_ prefix: UInt64) -> Bool {
        if prefix == 0 || prefix == .max { return true }
        switch vector.physical {
        case .bool, .int16, .int32: return true
        case .int64: return prefix > 1 && prefix < .max - 1
        default: return false
        }
    }

    private static func clamped(_ value: Int128) -> UInt64 {
        UInt64(bitPattern: Int64(clamping: value)) ^ sign
    }

    /// NaN comes last, and both zeros are one.
    private static func ordered(_ value: Double) -> UInt64 {
        if value.isNaN { return .max - 1 }
        let bits = value == 0 ? 0 : value.bitPattern
        return bits & sign != 0 ? ~bits : bits | sign
    }

    private static func leading(_ view: StringView) -> UInt64 {
        let bytes = view.buffer
        if bytes.count >= 8, let base = bytes.baseAddress {
            return UInt64(
                bigEndian: UnsafeRawPointer(base).loadUnaligned(as: UInt64.self))
        }
        var word: UInt64 = 0
        for index in 0..<bytes.count { word |= UInt64(bytes[index]) << UInt64(56 - index * 8) }
        return word
    }
}
