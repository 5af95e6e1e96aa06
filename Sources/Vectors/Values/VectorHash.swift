/// Hashes of rows, for joins and grouping. Equal values of one type hash equally, whatever their form.
package enum VectorHash {
    @inline(__always)
    package static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 32)) &* 0xD6E8_FEB8_6659_FD93
        z = (z ^ (z >> 32)) &* 0xD6E8_FEB8_6659_FD93
        return z ^ (z >> 32)
    }

    /// What a NULL adds to the hash of a row.
    package static let nullWord: UInt64 = 0x51_7C_C1_B7_27_22_0A_95

    /// The hash of a row with one more column, by that column's word: `StringView.hash` for texts.
    @inline(__always)
    package static func combine(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        mix(hash &* 0x9E37_79B9_7F4A_7C15 &+ word)
    }

    /// One hash for each of `count` rows over all columns.
    package static func rows(_ columns: [Vector], count: Int) -> [UInt64] {
        [UInt64](unsafeUninitializedCapacity: count) { buffer, initialized in
            initialized = count
            guard let out = buffer.baseAddress, count > 0 else { return }
            out.initialize(repeating: 0, count: count)
            for column in columns { add(column, count: count, to: out) }
        }
    }

    /// Mixes a column into the hashes of earlier columns (zero at first).
    package static func add(
        _ column: Vector, count: Int, to out: UnsafeMutablePointer<UInt64>
    ) {
        switch column.physical {
        case .bool: each(column, UInt8.self, count, out) { UInt64($0) }
        case .int16: each(column, Int16.self, count, out) { UInt64(bitPattern: Int64($0)) }
        case .int32: each(column, Int32.self, count, out) { UInt64(bitPattern: Int64($0)) }
        case .int64: each(column, Int64.self, count, out) { UInt64(bitPattern: $0) }
        case .int128: each(column, Int128.self, count, out) { words($0) }
        case .float32: each(column, Float.self, count, out) { bits(Double($0)) }
        case .float64: each(column, Double.self, count, out) { bits($0) }
        case .bytes:
            if case .char = column.type {
                each(column, StringView.self, count, out) { $0.withoutTrailingBlanks.hash }
            } else {
                each(column, StringView.self, count, out) { $0.hash }
            }
        case .uuid: each(column, UUIDBytes.self, count, out) { $0.high &* 31 ^ $0.low }
        case .interval: each(column, Interval.self, count, out) { words($0.comparable) }
        case .decimal:
            each(column, Decimal.self, count, out) { value in
                let plain = value.withoutTrailingZeros
                return plain.isNaN
                    ? 7 : words(plain.mantissa) &+ UInt64(truncatingIfNeeded: plain.scale)
            }
        }
    }

    @inline(__always)
    private static func each<T>(
        _ column: Vector, _: T.Type, _ count: Int, _ out: UnsafeMutablePointer<UInt64>,
        _ word: (T) -> UInt64
    ) {
        let data = column.pointer(T.self)
        let rowMask = column.rowMask
        if let validity = column.validity {
            for row in 0..<count {
                let at = row & rowMask
                out[row] = combine(out[row], validity[at] == 0 ? nullWord : word(data[at]))
            }
        } else {
            for row in 0..<count {
                out[row] = combine(out[row], word(data[row & rowMask]))
            }
        }
    }

    @inline(__always)
    private static func bits(_ value: Double) -> UInt64 {
        value.isNaN ? 0x7FF8_0000_0000_0000 : value == 0 ? 0 : value.bitPattern
    }

    @inline(__always)
    private static func words(_ value: Int128) -> UInt64 {
        UInt64(truncatingIfNeeded: value) ^ mix(UInt64(truncatingIfNeeded: value >> 64))
    }
}
