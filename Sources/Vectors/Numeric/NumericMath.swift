import Basics

/// Functions of exact numbers beyond the four operations.
package enum NumericMath {
    static func gcd(_ a: Decimal, _ b: Decimal) throws -> Decimal {
        if a.isNaN || b.isNaN { return .nan }
        let scale = Int(max(a.scale, b.scale))
        var x = try a.rescaled(to: scale).mantissa.magnitude
        var y = try b.rescaled(to: scale).mantissa.magnitude
        while y != 0 { (x, y) = (y, x % y) }
        return Decimal(mantissa: Int128(x), scale: scale)
    }

    static func bucket(
        _ value: Decimal, _ low: Decimal, _ high: Decimal, _ count: Int32
    ) throws -> Int32 {
        let state = SQLState("2201G")
        guard count > 0 else { throw SQLError(state, "count must be greater than zero") }
        if value.isNaN || low.isNaN || high.isNaN {
            throw SQLError(state, "operand, lower bound, and upper bound cannot be NaN")
        }
        let direction = Decimal.compare(low, high)
        guard direction != 0 else {
            throw SQLError(state, "lower bound cannot equal upper bound")
        }
        if Decimal.compare(value, low) * direction > 0 { return 0 }
        if Decimal.compare(value, high) * direction <= 0 {
            let (next, overflow) = count.addingReportingOverflow(1)
            guard !overflow else { throw IntegerMath.outOfRange(Int32.self) }
            return next
        }
        let width = try Decimal.subtract(high, low)
        let offset = try Decimal.multiply(
            Decimal.subtract(value, low), Decimal(mantissa: Int128(count), scale: 0))
        let index = try Decimal.wholeQuotient(offset, width)
        return Int32(truncatingIfNeeded: index.mantissa) &+ 1
    }

    /// Decimal weight: the exponent of the first digit's group of four, times four.
    private static func groupWeight(_ value: Decimal) -> Int {
        let whole = Decimal.decimalDigits(Int128(value.mantissa.magnitude)) - Int(value.scale)
        return whole > 0 ? (whole - 1) / 4 : -((-whole) / 4) - 1
    }

    private static func rounded(_ value: BigFixed, to scale: Int) throws -> Decimal {
        guard scale <= Decimal.maxScale, let mantissa = value.mantissa(scale: scale) else {
            throw Decimal.overflow()
        }
        return try Decimal.checked(mantissa, scale: scale)
    }

    /// The root with as many digits as PostgreSQL shows, or rounded to a given scale.
    package static func squareRoot(_ value: Decimal, scale: Int? = nil) throws -> Decimal {
        if value.isNaN { return .nan }
        guard value.mantissa >= 0 else {
            throw SQLError(
                .invalidArgumentForPower, "cannot take square root of a negative number")
        }
        let weight = value.mantissa == 0 ? 0 : groupWeight(value)
        let sweight = weight >= 0 ? (weight + 1) * 2 - 1 : 1 - (1 - (weight + 1)) * 2
        let scale = scale ?? max(16 - sweight, Int(value.scale), 0)
        guard scale <= Decimal.maxScale else { throw Decimal.overflow() }
        return try rounded(BigFixed(value, scale: scale + 8).squareRoot(), to: scale)
    }

    static func exponential(_ value: Decimal) throws -> Decimal {
        if value.isNaN { return .nan }
        let approximate = value.double * 0.434294481903252
        guard approximate < 39 else { throw Decimal.overflow() }
        let scale = max(16 - Int(max(approximate, -40)), Int(value.scale), 0)
        guard scale <= Decimal.maxScale else {
            if approximate < -60 { return Decimal(mantissa: 0, scale: Decimal.maxScale) }
            throw Decimal.overflow()
        }
        let digits = scale + max(0, Int(approximate)) + 12
        return try rounded(BigFixed(value, scale: digits).exponential(), to: scale)
    }

    private static func checkLogarithm(_ value: Decimal) throws {
        if value.mantissa == 0 {
            throw SQLError(.invalidArgumentForLogarithm, "cannot take logarithm of zero")
        }
        if value.mantissa < 0 {
            throw SQLError(
                .invalidArgumentForLogarithm, "cannot take logarithm of a negative number")
        }
    }

    /// The decimal weight of ln(value), as PostgreSQL estimates it.
    private static func lnWeight(_ value: Decimal) -> Int {
        let number = value.double
        if number >= 0.9, number <= 1.1 {
            let distance = value.rescaledDistanceFromOne
            return distance == 0 ? 0 : Int(distance.magnitudeLog10.rounded(.down))
        }
        let logarithm = logOf(number).magnitude
        return Int(logOf(logarithm) / 2.302585092994046)
    }

    private static func logOf(_ value: Double) -> Double { value.naturalLogarithm }

    static func naturalLogarithm(_ value: Decimal) throws -> Decimal {
        if value.isNaN { return .nan }
        try checkLogarithm(value)
        let scale = max(16 - lnWeight(value), Int(value.scale), 0)
        return try rounded(BigFixed(value, scale: min(scale, 60) + 14).logarithm(), to: scale)
    }

    static func commonLogarithm(_ value: Decimal) throws -> Decimal {
        try logarithm(Decimal(mantissa: 10, scale: 0), value)
    }

    static func logarithm(_ base: Decimal, _ value: Decimal) throws -> Decimal {
        if base.isNaN || value.isNaN { return .nan }
        try checkLogarithm(base)
        try checkLogarithm(value)
        let baseWeight = lnWeight(base)
        let valueWeight = lnWeight(value)
        let scale = max(
            16 - (valueWeight - baseWeight), Int(base.scale), Int(value.scale), 0)
        guard scale <= Decimal.maxScale else { throw Decimal.overflow() }
        let digits = scale + 24
        let denominator = BigFixed(base, scale: digits).logarithm()
        guard !denominator.isZero else { throw IntegerMath.divisionByZero }
        return try rounded(
            BigFixed(value, scale: digits).logarithm().divided(by: denominator), to: scale)
    }

    static func power(_ base: Decimal, _ exponent: Decimal) throws -> Decimal {
        let isOne = Decimal.compare(base, Decimal(mantissa: 1, scale: 0)) == 0
        if base.isNaN {
            return exponent.mantissa == 0 && !exponent.isNaN
                ? Decimal(mantissa: 1, scale: 0) : .nan
        }
        if exponent.isNaN { return isOne ? Decimal(mantissa: 1, scale: 0) : .nan }
        let plain = exponent.withoutTrailingZeros
        if base.mantissa == 0, exponent.mantissa < 0 {
            throw SQLError(
                .invalidArgumentForPower, "zero raised to a negative power is undefined")
        }
        if base.mantissa < 0, plain.scale > 0 {
            throw SQLError(
                .invalidArgumentForPower,
                "a negative number raised to a non-integer power yields a complex result")
        }
        if plain.scale == 0, let whole = Int(exactly: plain.mantissa), whole.magnitude < 1 << 31 {
            return try integerPower(base, whole)
        }
        if base.mantissa == 0 { return Decimal(mantissa: 0, scale: 16) }
        guard plain.scale > 0 else { throw Decimal.overflow() }
        let estimate = exponent.double * base.double.naturalLogarithm * 0.434294481903252
        guard estimate < 39 else { throw Decimal.overflow() }
        let scale = max(
            16 - Int(max(estimate, -60)), Int(base.scale), Int(exponent.scale), 0)
        guard scale <= Decimal.maxScale else { throw Decimal.overflow() }
        let digits = scale + 40
        let product = BigFixed(base, scale: digits).logarithm()
            .multiplied(by: BigFixed(exponent, scale: digits))
        return try rounded(product.exponential(), to: scale)
    }

    private static func integerPower(_ base: Decimal, _ exponent: Int) throws -> Decimal {
        if exponent == 0 { return Decimal(mantissa: PowerOfTen.table[16], scale: 16) }
        if base.mantissa == 0 { return Decimal(mantissa: 0, scale: 16) }
        let logarithm = logOf(base.double.magnitude) * 0.434294481903252
        let estimate = logarithm * Double(exponent)
        guard estimate < 39 else { throw Decimal.overflow() }
        let minimum = max(16, Int(base.scale))
        guard minimum <= Decimal.maxScale else { throw Decimal.overflow() }
        let digits = minimum + 24 + Int(max(0, estimate))
        var result = BigFixed(Decimal(mantissa: 1, scale: 0), scale: digits)
        var factor = BigFixed(base, scale: digits)
        if exponent < 0 { factor = result.divided(by: factor) }
        var rest = exponent.magnitude
        while rest > 0 {
            if rest & 1 == 1 { result = result.multiplied(by: factor) }
            rest >>= 1
            if rest > 0 { factor = factor.multiplied(by: factor) }
        }
        return try rounded(result, to: minimum)
    }
}

extension Decimal {
    /// value - 1 as a double, exact enough near 1.
    fileprivate var rescaledDistanceFromOne: Double {
        guard scale <= 37 else { return double - 1 }
        return Decimal(mantissa: mantissa - PowerOfTen.table[Int(scale)], scale: Int(scale)).double
    }
}
