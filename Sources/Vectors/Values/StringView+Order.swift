import Glibc

extension StringView {
    /// Byte-wise order, which is the order of code points in UTF-8: <0, 0 or >0.
    @inline(__always)
    package static func compare(_ a: StringView, _ b: StringView) -> Int {
        if a.prefix != b.prefix { return a.prefix < b.prefix ? -1 : 1 }
        let common = Int(min(a.count, b.count))
        if common > 4 {
            let order = memcmp(a.start + 4, b.start + 4, common - 4)
            if order != 0 { return Int(order) }
        }
        return Int(a.count) - Int(b.count)
    }

    @inline(__always)
    package static func equal(_ a: StringView, _ b: StringView) -> Bool {
        guard a.prefix == b.prefix, a.count == b.count else { return false }
        return a.count <= 4 || a.start == b.start || memcmp(a.start + 4, b.start + 4, Int(a.count) - 4) == 0
    }

    /// The view without trailing blanks, which character(n) ignores in comparisons.
    @inline(__always)
    package var withoutTrailingBlanks: StringView {
        var length = Int(count)
        while length > 0, start[length - 1] == 0x20 { length -= 1 }
        return length == Int(count) ? self : StringView(start: start, count: length)
    }

    /// A 64-bit hash of the bytes.
    @inline(__always)
    package var hash: UInt64 {
        var state = UInt64(count) &* 0x9E37_79B9_7F4A_7C15
        let raw = UnsafeRawPointer(start)
        var offset = 0
        let length = Int(count)
        while offset + 8 <= length {
            let word = raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            state = VectorHash.mix(state ^ word)
            offset += 8
        }
        if offset < length {
            var tail: UInt64 = 0
            var shift: UInt64 = 0
            while offset < length {
                tail |= UInt64(start[offset]) << shift
                shift += 8
                offset += 1
            }
            state = VectorHash.mix(state ^ tail)
        }
        return VectorHash.mix(state)
    }
}

extension Interval {
    /// Microseconds, a month counted as 30 days and a day as 24 hours: what comparisons go by.
    @inline(__always)
    package var comparable: Int128 {
        Int128(months) * (30 * 86_400_000_000) + Int128(days) * 86_400_000_000
            + Int128(microseconds)
    }
}

extension UUIDBytes {
    @inline(__always)
    package static func compare(_ a: UUIDBytes, _ b: UUIDBytes) -> Int {
        if a.high != b.high { return a.high < b.high ? -1 : 1 }
        if a.low != b.low { return a.low < b.low ? -1 : 1 }
        return 0
    }
}

/// PostgreSQL's total order of floats: NaN equals NaN and is above everything else.
@inline(__always)
package func compareFloats<F: BinaryFloatingPoint>(_ a: F, _ b: F) -> Int {
    if a < b { return -1 }
    if a > b { return 1 }
    if a == b { return 0 }
    return (a.isNaN ? 1 : 0) - (b.isNaN ? 1 : 0)
}
