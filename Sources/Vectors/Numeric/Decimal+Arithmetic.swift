import Basics

/// 10^0 … 10^38.
package enum PowerOfTen {
    nonisolated(unsafe) package static let table: UnsafePointer<Int128> = {
        let powers = UnsafeMutablePointer<Int128>.allocate(capacity: 39)
        var value: Int128 = 1
        for exponent in 0...38 {
            powers[exponent] = value
            if exponent < 38 { value *= 10 }
        }
        return UnsafePointer(powers)
    }()
    nonisolated(unsafe) package static let table64: UnsafePointer<Int64> = {
        let powers = UnsafeMutablePointer<Int64>.allocate(capacity: 19)
        for exponent in 0...18 { powers[exponent] = Int64(truncatingIfNeeded: table[exponent]) }
        return UnsafePointer(powers)
    }()
    /// The largest magnitude of a decimal: 10^38 - 1.
    package static let limit: Int128 = table[38] - 1
}

extension Decimal {
    package static let nan = Decimal(mantissa: 0, scale: 0, isNaN: true)
    package static let zero = Decimal(mantissa: 0, scale: 0)
    package static let maxScale = 38

    package static func overflow() -> SQLError {
        SQLError(
            .numericValueOutOfRange, "numeric field overflow",
            detail: "A numeric value must have at most 38 digits.")
    }

    /// A decimal of a mantissa and a scale, checked against 38 digits.
    @inline(__always)
    package static func checked(_ mantissa: Int128, scale: Int) throws -> Decimal {
        guard mantissa <= PowerOfTen.limit, mantissa >= -PowerOfTen.limit, scale <= maxScale
        else { throw overflow() }
        return Decimal(mantissa: mantissa, scale: scale)
    }

    package var withoutTrailingZeros: Decimal {
        guard !isNaN else { return .nan }
        guard mantissa != 0 else { return .zero }
        var (value, places) = (mantissa, Int(scale))
        while places > 0, value % 10 == 0 {
            value /= 10
            places -= 1
        }
        return Decimal(mantissa: value, scale: places)
    }

    /// mantissa × 10^(to - from), rounding half away from zero; nil on overflow of 38 digits.
    package static func rescale(_ mantissa: Int128, from: Int, to: Int) -> Int128? {
        if from == to { return mantissa }
        if to > from {
            if mantissa == 0 { return 0 }
            guard to - from <= 38 else { return nil }
            let (value, overflow) = mantissa.multipliedReportingOverflow(
                by: PowerOfTen.table[to - from])
            guard !overflow, value <= PowerOfTen.limit, value >= -PowerOfTen.limit else {
                return nil
            }
            return value
        }
        guard from - to <= 38 else { return 0 }
        let divisor = PowerOfTen.table[from - to]
        let (quotient, remainder) = mantissa.quotientAndRemainder(dividingBy: divisor)
        if remainder.magnitude &* 2 >= divisor.magnitude {
            return mantissa < 0 ? quotient - 1 : quotient + 1
        }
        return quotient
    }

    /// This value at another scale, rounded half away from zero.
    package func rescaled(to scale: Int) throws -> Decimal {
        if isNaN { return self }
        guard scale <= Decimal.maxScale,
            let value = Decimal.rescale(mantissa, from: Int(self.scale), to: scale)
        else { throw Decimal.overflow() }
        return Decimal(mantissa: value, scale: scale)
    }

    package static func add(_ a: Decimal, _ b: Decimal) throws -> Decimal {
        if a.isNaN || b.isNaN { return .nan }
        let scale = max(a.scale, b.scale)
        let x = try a.rescaled(to: Int(scale))
        let y = try b.rescaled(to: Int(scale))
        let (sum, overflow) = x.mantissa.addingReportingOverflow(y.mantissa)
        guard !overflow else { throw Decimal.overflow() }
        return try checked(sum, scale: Int(scale))
    }

    package static func subtract(_ a: Decimal, _ b: Decimal) throws -> Decimal {
        try add(a, b.negated)
    }

    package var negated: Decimal {
        Decimal(mantissa: -mantissa, scale: Int(scale), isNaN: isNaN)
    }

    package static func multiply(_ a: Decimal, _ b: Decimal) throws -> Decimal {
        if a.isNaN || b.isNaN { return .nan }
        let (product, overflow) = a.mantissa.multipliedReportingOverflow(by: b.mantissa)
        guard !overflow else { throw Decimal.overflow() }
        return try checked(product, scale: Int(a.scale) + Int(b.scale))
    }

    /// Weight and value of the first base-10,000 digit, aligned to the decimal point.
    private static func leadingGroup(_ value: Decimal) -> (weight: Int, digit: Int) {
        if value.mantissa == 0 { return (0, 0) }
        let magnitude = Int128(value.mantissa.magnitude)
        // Digits before the point (negative: zeros after it).
        let whole = decimalDigits(magnitude) - Int(value.scale)
        let weight = whole > 0 ? (whole - 1) / 4 : -((-whole) / 4) - 1
        // The group covers decimal exponents 4 × weight and up.
        let shift = 4 * weight + Int(value.scale)
        let group: Int128
        if shift >= 0 {
            group = shift > 38 ? 0 : magnitude / PowerOfTen.table[shift]
        } else {
            group = magnitude * PowerOfTen.table[min(-shift, 4)]
        }
        return (weight, Int(truncatingIfNeeded: group))
    }

    /// Decimal digits of a non-negative number; 0 for 0.
    package static func decimalDigits(_ magnitude: Int128) -> Int {
        if magnitude <= Int128(Int64.max) {
            let small = Int64(truncatingIfNeeded: magnitude)
            var digits = 0
            let powers = PowerOfTen.table64
            while digits < 19, digits == 18 ? small >= powers[18] : small >= powers[digits] {
                digits += 1
            }
            return digits
        }
        var digits = 18
        while digits < 39, magnitude >= PowerOfTen.table[min(digits, 38)] {
            digits += 1
            if digits == 39 { break }
        }
        return digits
    }

    /// The scale of a quotient: at least 16 significant digits and the operands' scales.
    package static func quotientScale(_ a: Decimal, _ b: Decimal) -> Int {
        let (weightA, digitA) = leadingGroup(a)
        let (weightB, digitB) = leadingGroup(b)
        var weight = weightA - weightB
        if digitA <= digitB { weight -= 1 }
        return max(16 - weight * 4, Int(a.scale), Int(b.scale), 0)
    }

    package static func divide(_ a: Decimal, _ b: Decimal) throws -> Decimal {
        if a.isNaN || b.isNaN { return .nan }
        guard b.mantissa != 0 else { throw SQLError(.divisionByZero, "division by zero") }
        let scale = quotientScale(a, b)
        guard scale <= maxScale else {
            if a.mantissa == 0 { return Decimal(mantissa: 0, scale: maxScale) }
            throw overflow()
        }
        return try divide(a, b, scale: scale)
    }

    /// a ÷ b at a given scale: rounded half away from zero, or truncated.
    package static func divide(
        _ a: Decimal, _ b: Decimal, scale: Int, rounding: Bool = true
    ) throws -> Decimal {
        guard b.mantissa != 0 else { throw SQLError(.divisionByZero, "division by zero") }
        let negative = (a.mantissa < 0) != (b.mantissa < 0)
        var exponent = scale + Int(b.scale) - Int(a.scale)
        var divisor = b.mantissa.magnitude
        if exponent < 0 {
            // A scale smaller than the operands': shift the divisor instead.
            let (wide, overflow) = divisor.multipliedReportingOverflow(
                by: PowerOfTen.table[min(-exponent, 38)].magnitude)
            if overflow { return Decimal(mantissa: 0, scale: scale) }
            divisor = wide
            exponent = 0
        }
        var (high, low) = (UInt128(0), a.mantissa.magnitude)
        while exponent > 0 {
            let step = min(exponent, 38)
            let factor = PowerOfTen.table[step].magnitude
            let (carry, overflow) = high.multipliedReportingOverflow(by: factor)
            guard !overflow else { throw Decimal.overflow() }
            let product = low.multipliedFullWidth(by: factor)
            let (sum, carried) = carry.addingReportingOverflow(product.high)
            guard !carried else { throw Decimal.overflow() }
            (high, low) = (sum, product.low)
            exponent -= step
        }
        guard high < divisor else { throw Decimal.overflow() }
        let (whole, remainder) =
            high == 0
            ? low.quotientAndRemainder(dividingBy: divisor)
            : divisor.dividingFullWidth((high, low))
        let quotient = rounding && remainder >= divisor - remainder ? whole + 1 : whole
        guard quotient <= PowerOfTen.limit.magnitude else { throw Decimal.overflow() }
        let value = Int128(quotient)
        return Decimal(mantissa: negative ? -value : value, scale: scale)
    }

    /// The remainder with the dividend's sign, at the larger scale.
    package static func modulo(_ a: Decimal, _ b: Decimal) throws -> Decimal {
        if a.isNaN || b.isNaN { return .nan }
        guard b.mantissa != 0 else { throw SQLError(.divisionByZero, "division by zero") }
        let scale = Int(max(a.scale, b.scale))
        let x = try a.rescaled(to: scale)
        let y = try b.rescaled(to: scale)
        return Decimal(mantissa: x.mantissa % y.mantissa, scale: scale)
    }

    /// The quotient truncated to a whole number.
    package static func wholeQuotient(_ a: Decimal, _ b: Decimal) throws -> Decimal {
        if a.isNaN || b.isNaN { return .nan }
        return try divide(a, b, scale: 0, rounding: false)
    }

    package static func compare(_ a: Decimal, _ b: Decimal) -> Int {
        if a.isNaN || b.isNaN { return (a.isNaN ? 1 : 0) - (b.isNaN ? 1 : 0) }
        if a.scale == b.scale {
            return a.mantissa < b.mantissa ? -1 : (a.mantissa > b.mantissa ? 1 : 0)
        }
        let scale = Int(max(a.scale, b.scale))
        let x = rescale(a.mantissa, from: Int(a.scale), to: scale)
        let y = rescale(b.mantissa, from: Int(b.scale), to: scale)
        if let x, let y { return x < y ? -1 : (x > y ? 1 : 0) }
        // Only one side can overflow: it is the larger in magnitude.
        if x == nil { return a.mantissa < 0 ? -1 : 1 }
        return b.mantissa < 0 ? 1 : -1
    }

    package static func == (a: Decimal, b: Decimal) -> Bool { compare(a, b) == 0 }

    /// Rounds (half away from zero) or truncates to `places`, which may be negative.
    package func rounded(places: Int, truncating: Bool = false) throws -> Decimal {
        if isNaN { return self }
        let target = min(max(places, -38), Decimal.maxScale)
        let wide = max(target, 0)
        if target >= Int(scale) { return try rescaled(to: wide) }
        let dropped = Int(scale) - target
        guard dropped <= 38 else { return Decimal(mantissa: 0, scale: wide) }
        let divisor = PowerOfTen.table[dropped]
        var value: Int128
        if truncating {
            value = mantissa / divisor
        } else {
            value = Decimal.rescale(mantissa, from: dropped, to: 0) ?? 0
        }
        if target < 0 {
            let (product, overflow) = value.multipliedReportingOverflow(
                by: PowerOfTen.table[-target])
            guard !overflow else { throw Decimal.overflow() }
            value = product
        }
        return try Decimal.checked(value, scale: wide)
    }

    /// The least whole number not below (ceiling) or the greatest not above (floor).
    package func whole(ceiling: Bool) throws -> Decimal {
        if isNaN { return self }
        let unit = PowerOfTen.table[Int(scale)]
        let (quotient, remainder) = mantissa.quotientAndRemainder(dividingBy: unit)
        var value = quotient
        if remainder != 0, ceiling == (mantissa > 0) { value += ceiling ? 1 : -1 }
        return try Decimal.checked(value, scale: 0)
    }

    package init(double value: Double, digits: Int = 15) throws {
        if value.isNaN {
            self = .nan
            return
        }
        guard value.isFinite else {
            throw SQLError(.featureNotSupported, "cannot convert infinity to numeric")
        }
        self = try Decimal.parse(FloatText.general(value, digits: digits))
    }

    /// The nearest double.
    package var double: Double {
        if isNaN { return .nan }
        if mantissa.magnitude < 1 << 53, scale <= 22 {
            return Double(Int64(truncatingIfNeeded: mantissa)) / FloatText.exactPower(Int(scale))
        }
        return FloatText.double(Array(description.utf8)) ?? 0
    }

    package var description: String {
        if isNaN { return "NaN" }
        var out: [UInt8] = []
        TextFormat.append(decimal: mantissa, scale: Int(scale), to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    /// Reads digits with an optional sign, point and exponent.
    package static func parse(_ text: String) throws -> Decimal {
        var copy = text
        return try copy.withUTF8 { bytes in try TextParse.decimal(bytes) }
    }
}
