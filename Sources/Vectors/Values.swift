// In-memory forms of single values. Date and time follow PostgreSQL: days, and microseconds, since
// 2000-01-01; `Int32.min/.max` and `Int64.min/.max` are -infinity and infinity.

/// A view of bytes owned by somebody else: a chunk, a dictionary, or an arena in `Vector.owners`.
package struct StringView {
    package var start: UnsafePointer<UInt8>
    package var count: UInt32
    /// The first four bytes, big-endian, zero-padded: comparing two prefixes as integers orders
    /// strings byte-wise unless they are equal.
    package var prefix: UInt32

    @inline(__always)
    package init(start: UnsafePointer<UInt8>, count: Int) {
        self.start = start
        self.count = UInt32(truncatingIfNeeded: count)
        if count >= 4 {
            prefix = UInt32(bigEndian: UnsafeRawPointer(start).loadUnaligned(as: UInt32.self))
        } else {
            var value: UInt32 = 0
            for index in 0..<4 {
                value = value << 8 | (index < count ? UInt32(start[index]) : 0)
            }
            prefix = value
        }
    }

    package var buffer: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: start, count: Int(count))
    }
    package var string: String { String(decoding: buffer, as: UTF8.self) }
}

/// PostgreSQL's interval: three fields that do not mix.
package struct Interval: Hashable, Sendable {
    package var microseconds: Int64
    package var days: Int32
    package var months: Int32
    package init(months: Int32 = 0, days: Int32 = 0, microseconds: Int64 = 0) {
        self.months = months
        self.days = days
        self.microseconds = microseconds
    }
}

package struct UUIDBytes: Hashable, Sendable {
    /// Both halves as big-endian numbers, so that (high, low) orders as PostgreSQL's memcmp does.
    package var high: UInt64
    package var low: UInt64
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

/// An exact decimal with a scale of its own: mantissa × 10^-scale, or NaN.
package struct Decimal: Sendable {
    package var mantissa: Int128
    /// Digits after the point, 0…38 as displayed.
    package var scale: Int16
    package var isNaN: Bool
    package init(mantissa: Int128, scale: Int, isNaN: Bool = false) {
        self.mantissa = mantissa
        self.scale = Int16(truncatingIfNeeded: scale)
        self.isNaN = isNaN
    }
}

/// One value outside a vector: literals, parameters, zone-map bounds, sort keys. Never in a per-row loop.
package enum Datum: Sendable {
    case null
    case bool(Bool)
    /// smallint, integer, bigint, date, time, timestamp(tz), oid, numeric with precision ≤ 18.
    case int(Int64)
    /// numeric with precision > 18, scaled.
    case int128(Int128)
    /// real and double.
    case double(Double)
    /// text and everything else that lies in memory as bytes.
    case bytes([UInt8])
    case uuid(UUIDBytes)
    case interval(Interval)
    case decimal(Decimal)

    package static func text(_ string: String) -> Datum { .bytes(Array(string.utf8)) }
    package var isNull: Bool { if case .null = self { true } else { false } }
}
