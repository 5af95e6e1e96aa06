/// Decimal text of integers, written straight into memory.
package enum IntegerText {
    nonisolated(unsafe) private static let pairs: UnsafePointer<UInt8> = {
        let table = UnsafeMutablePointer<UInt8>.allocate(capacity: 200)
        for value in 0..<100 {
            table[value * 2] = UInt8(0x30 + value / 10)
            table[value * 2 + 1] = UInt8(0x30 + value % 10)
        }
        return UnsafePointer(table)
    }()

    /// Returns the bytes written, at most 20.
    @inline(__always)
    package static func write(_ value: Int64, to out: UnsafeMutablePointer<UInt8>) -> Int {
        guard value < 0 else { return write(UInt64(value), to: out) }
        out[0] = 0x2D
        return 1 + write(value.magnitude, to: out + 1)
    }

    package static func write(_ value: UInt64, to out: UnsafeMutablePointer<UInt8>) -> Int {
        var digits = 1
        var bound: UInt64 = 10
        while value >= bound {
            digits += 1
            let (next, overflow) = bound.multipliedReportingOverflow(by: 10)
            if overflow { break }
            bound = next
        }
        writePadded(value, digits: digits, to: out)
        return digits
    }

    /// Exactly `digits` digits, zero-padded, higher ones dropped.
    package static func writePadded(
        _ value: UInt64, digits: Int, to out: UnsafeMutablePointer<UInt8>
    ) {
        let table = pairs
        var rest = value
        var at = digits
        while at >= 2 {
            let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 100)
            at -= 2
            out[at] = table[Int(remainder) * 2]
            out[at + 1] = table[Int(remainder) * 2 + 1]
            rest = quotient
        }
        if at == 1 { out[0] = UInt8(0x30 + rest % 10) }
    }

    /// Returns the bytes written, at most 40.
    package static func write(_ value: Int128, to out: UnsafeMutablePointer<UInt8>) -> Int {
        if let small = Int64(exactly: value) { return write(small, to: out) }
        var at = 0
        if value < 0 {
            out[0] = 0x2D
            at = 1
        }
        let chunk: UInt128 = 1_000_000_000_000_000_000
        let (high, low) = value.magnitude.quotientAndRemainder(dividingBy: chunk)
        let (top, middle) = high.quotientAndRemainder(dividingBy: chunk)
        if top > 0 {
            at += write(UInt64(truncatingIfNeeded: top), to: out + at)
            writePadded(UInt64(truncatingIfNeeded: middle), digits: 18, to: out + at)
            at += 18
        } else if middle > 0 {
            at += write(UInt64(truncatingIfNeeded: middle), to: out + at)
        } else {
            return at + write(UInt64(truncatingIfNeeded: low), to: out + at)
        }
        writePadded(UInt64(truncatingIfNeeded: low), digits: 18, to: out + at)
        return at + 18
    }

    /// mantissa × 10^-scale with all `scale` digits after the point; at most 42 bytes (scale ≤ 38).
    package static func writeDecimal(
        _ mantissa: Int128, scale: Int, to out: UnsafeMutablePointer<UInt8>
    ) -> Int {
        if scale <= 0 { return write(mantissa, to: out) }
        if scale <= 18, let small = Int64(exactly: mantissa) {
            var at = 0
            if small < 0 {
                out[0] = 0x2D
                at = 1
            }
            let unit = UInt64(PowerOfTen.table64[scale])
            let (whole, fraction) = small.magnitude.quotientAndRemainder(dividingBy: unit)
            at += write(whole, to: out + at)
            out[at] = 0x2E
            writePadded(fraction, digits: scale, to: out + at + 1)
            return at + 1 + scale
        }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { scratch in
            guard let digits = scratch.baseAddress else { return 0 }
            var count = write(Int128(clamping: mantissa.magnitude), to: digits)
            var at = 0
            if mantissa < 0 {
                out[0] = 0x2D
                at = 1
            }
            var from = 0
            if count > scale {
                out.advanced(by: at).update(from: digits, count: count - scale)
                at += count - scale
                from = count - scale
            } else {
                out[at] = 0x30
                at += 1
            }
            out[at] = 0x2E
            at += 1
            for _ in 0..<max(0, scale - count) {
                out[at] = 0x30
                at += 1
            }
            count -= from
            out.advanced(by: at).update(from: digits + from, count: count)
            return at + count
        }
    }
}
