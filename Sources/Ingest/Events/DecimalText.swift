/// Exact decimals from their digits: never through a Double.
package enum DecimalText {
    /// The value × 10^scale, rounded half away from zero as PostgreSQL's numeric rounds, or nil when
    /// the text is no plain decimal or has more than `digits` digits before the point.
    package static func parse(
        _ text: some Sequence<UInt8>, scale: Int, integerDigits digits: Int
    ) -> Int64? {
        var value: Int64 = 0
        var negative = false
        var fraction = -1
        var seen = false
        var first = true
        var roundUp = false
        for byte in text {
            defer { first = false }
            switch byte {
            case UInt8(ascii: "-") where first: negative = true
            case UInt8(ascii: "+") where first: break
            case UInt8(ascii: ".") where fraction < 0: fraction = 0
            case 0x30...0x39:
                seen = true
                if fraction >= scale {
                    if fraction == scale { roundUp = byte >= 0x35 }
                    fraction += 1
                    continue
                }
                if fraction >= 0 { fraction += 1 }
                let (scaled, tooBig) = value.multipliedReportingOverflow(by: 10)
                let (sum, tooBigSum) = scaled.addingReportingOverflow(Int64(byte &- 0x30))
                if tooBig || tooBigSum { return nil }
                value = sum
            default: return nil
            }
        }
        guard seen else { return nil }
        for _ in max(fraction, 0)..<max(scale, fraction) {
            let (scaled, tooBig) = value.multipliedReportingOverflow(by: 10)
            if tooBig { return nil }
            value = scaled
        }
        let limit = powerOfTen(digits + scale)
        guard value < limit else { return nil }
        if roundUp { value += 1 }
        guard value < limit else { return nil }
        return negative ? -value : value
    }

    /// 10^exponent for exponents up to 18.
    package static func powerOfTen(_ exponent: Int) -> Int64 {
        var value: Int64 = 1
        for _ in 0..<min(exponent, 18) { value *= 10 }
        return value
    }

    /// value ÷ divisor, half away from zero; nil when it does not fit or the divisor is zero.
    package static func divideRounded(_ value: Int128, by divisor: Int128) -> Int64? {
        guard divisor != 0 else { return nil }
        let (quotient, rest) = value.quotientAndRemainder(dividingBy: divisor)
        let twice = rest.magnitude * 2
        let away: Int128 = (value < 0) != (divisor < 0) ? -1 : 1
        return Int64(exactly: twice >= divisor.magnitude ? quotient + away : quotient)
    }
}
