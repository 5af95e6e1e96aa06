import Basics

extension TextParse {
    /// Digits, point and exponent of a decimal number, at most 38 digits after leading zeros.
    package static func decimal(_ text: Bytes) throws -> Decimal {
        let word = trimmed(text)
        var index = 0
        var negative = false
        if index < word.count, word[index] == 0x2D || word[index] == 0x2B {
            negative = word[index] == 0x2D
            index += 1
        }
        guard index < word.count else { throw invalid("numeric", text) }
        if word[index] &- 0x30 > 9, word[index] != 0x2E { return try special(word, text) }
        var mantissa: Int128 = 0
        var small: Int64 = 0
        var digits = 0
        var scale = 0
        var seen = false
        var sawPoint = false
        var tooLong = false
        while index < word.count {
            let byte = word[index]
            let digit = byte &- 0x30
            if digit <= 9 {
                seen = true
                if digits < 18 {
                    small = small &* 10 &+ Int64(digit)
                    mantissa = Int128(small)
                } else if digits < 38 {
                    mantissa = mantissa &* 10 &+ Int128(digit)
                } else {
                    tooLong = true
                }
                if mantissa != 0 { digits += 1 }
                if sawPoint { scale += 1 }
            } else if byte == 0x2E, !sawPoint {
                sawPoint = true
            } else {
                break
            }
            index += 1
        }
        guard seen else { throw invalid("numeric", text) }
        if index < word.count {
            guard word[index] | 0x20 == 0x65 else { throw invalid("numeric", text) }
            let rest = Bytes(rebasing: word[(index + 1)...])
            guard let first = rest.first, !isSpace(first) else { throw invalid("numeric", text) }
            let exponent: Int16
            do {
                exponent = try integer(rest, "numeric")
            } catch let error as SQLError where error.state == .numericValueOutOfRange {
                throw Decimal.overflow()
            } catch {
                throw invalid("numeric", text)
            }
            scale -= Int(exponent)
        }
        if scale < 0, mantissa != 0 {
            guard -scale <= 38, !tooLong else { throw Decimal.overflow() }
            guard let wide = Decimal.rescale(mantissa, from: 0, to: -scale) else {
                throw Decimal.overflow()
            }
            mantissa = wide
        }
        scale = max(scale, 0)
        guard !tooLong, scale <= Decimal.maxScale else { throw Decimal.overflow() }
        return Decimal(mantissa: negative ? -mantissa : mantissa, scale: scale)
    }

    private static func special(_ word: Bytes, _ text: Bytes) throws -> Decimal {
        switch String(decoding: word, as: UTF8.self).lowercased() {
        case "nan": return .nan
        case "infinity", "inf", "+infinity", "+inf", "-infinity", "-inf":
            throw SQLError.unsupported("numeric infinity")
        default: throw invalid("numeric", text)
        }
    }

    /// The scaled integer of numeric(precision, scale), rounded half away from zero.
    @inline(__always)
    static func numeric(_ text: Bytes, precision: Int, scale: Int) throws -> Int128 {
        if precision <= 18, let quick = quickNumeric(text, precision, scale) {
            return Int128(quick)
        }
        return try slowNumeric(text, precision, scale)
    }

    /// Plain digits with at most `scale` after the point and at most 18 in all.
    private static func quickNumeric(_ text: Bytes, _ precision: Int, _ scale: Int) -> Int64? {
        var index = 0
        var negative = false
        if let first = text.first, first == 0x2D {
            negative = true
            index = 1
        }
        guard text.count - index <= 18, index < text.count else { return nil }
        var value: Int64 = 0
        var point = -1
        while index < text.count {
            let digit = text[index] &- 0x30
            if digit <= 9 {
                value = value &* 10 &+ Int64(digit)
            } else if text[index] == 0x2E, point < 0, text.count > 1 {
                point = index
            } else {
                return nil
            }
            index += 1
        }
        let places = point < 0 ? 0 : text.count - point - 1
        guard places <= scale else { return nil }
        if point >= 0, text.count - (negative ? 1 : 0) < 2 { return nil }
        let powers = PowerOfTen.table64
        let (scaled, overflow) = value.multipliedReportingOverflow(by: powers[scale - places])
        guard !overflow, scaled < powers[precision] else { return nil }
        return negative ? -scaled : scaled
    }

    private static func slowNumeric(
        _ text: Bytes, _ precision: Int, _ scale: Int
    ) throws -> Int128 {
        let value: Decimal
        do {
            value = try decimal(text)
        } catch let error as SQLError where error.state == .numericValueOutOfRange {
            // More digits than a decimal holds: what lies beyond scale + 1 cannot matter but once.
            value = try longDecimal(text, scale: scale, precision: precision)
        }
        return try DecimalCast.fit(value, precision: precision, scale: scale)
    }

    /// Drops digits after the point that rounding to `scale` cannot see.
    private static func longDecimal(
        _ text: Bytes, scale: Int, precision: Int
    ) throws -> Decimal {
        let word = trimmed(text)
        guard let point = word.firstIndex(of: 0x2E),
            !word.contains(where: { $0 | 0x20 == 0x65 })
        else { throw DecimalCast.fieldOverflow(precision: precision, scale: scale) }
        let kept = Bytes(rebasing: word[..<min(word.count, point + scale + 2)])
        do {
            return try decimal(kept)
        } catch {
            throw DecimalCast.fieldOverflow(precision: precision, scale: scale)
        }
    }
}

/// Moving decimals into fixed precision and scale.
package enum DecimalCast {
    package static func fieldOverflow(precision: Int, scale: Int) -> SQLError {
        let whole = precision - scale
        return SQLError(
            .numericValueOutOfRange, "numeric field overflow",
            detail: "A field with precision \(precision), scale \(scale) must round to an "
                + "absolute value less than \(whole == 0 ? "1" : "10^\(whole)").")
    }

    /// The scaled integer of numeric(precision, scale).
    package static func fit(
        _ value: Decimal, precision: Int, scale: Int
    ) throws -> Int128 {
        guard !value.isNaN else { throw SQLError.unsupported("NaN in numeric(p,s)") }
        return try fit(value.mantissa, from: Int(value.scale), precision: precision, scale: scale)
    }

    @inline(__always)
    package static func fit(
        _ mantissa: Int128, from: Int, precision: Int, scale: Int
    ) throws -> Int128 {
        guard let scaled = Decimal.rescale(mantissa, from: from, to: scale),
            scaled.magnitude < PowerOfTen.table[precision].magnitude
        else { throw fieldOverflow(precision: precision, scale: scale) }
        return scaled
    }
}
