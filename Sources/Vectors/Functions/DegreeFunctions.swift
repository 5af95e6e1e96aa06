import Glibc

/// Trigonometry in degrees, exact where the answer is: each function is divided by what it gives at
/// the angle whose value is known.
enum Degrees {
    private static let radian = Double.pi / 180
    private static let sine30 = Glibc.sin(30 * radian)
    private static let oneLessCosine60 = 1 - Glibc.cos(60 * radian)
    private static let arcSineHalf = asin(0.5 as Double)
    private static let arcCosineHalf = acos(0.5 as Double)
    private static let arcTangentOne = atan(1 as Double)
    private static let tangent45 = sineFirst(45) / cosineFirst(45)
    private static let cotangent45 = cosineFirst(45) / sineFirst(45)

    private static func sineTo30(_ x: Double) -> Double { Glibc.sin(x * radian) / sine30 / 2 }
    private static func cosineTo60(_ x: Double) -> Double {
        1 - (1 - Glibc.cos(x * radian)) / oneLessCosine60 / 2
    }
    /// Within 0 to 90 degrees.
    private static func sineFirst(_ x: Double) -> Double {
        x <= 30 ? sineTo30(x) : cosineTo60(90 - x)
    }
    private static func cosineFirst(_ x: Double) -> Double {
        x <= 60 ? cosineTo60(x) : sineTo30(90 - x)
    }

    /// The angle within 0 to 90 degrees, and the signs that its sine and cosine have.
    private static func folded(
        _ value: Double
    ) throws -> (x: Double, sine: Double, cosine: Double) {
        if value.isInfinite { throw FloatMath.inputOutOfRange() }
        var x = fmod(value, 360)
        var (sine, cosine) = (1.0, 1.0)
        if x < 0 { (x, sine) = (-x, -sine) }
        if x > 180 { (x, sine) = (360 - x, -sine) }
        if x > 90 { (x, cosine) = (180 - x, -cosine) }
        return (x, sine, cosine)
    }

    static func sine(_ value: Double) throws -> Double {
        let (x, sign, _) = try folded(value)
        return sign * sineFirst(x)
    }

    static func cosine(_ value: Double) throws -> Double {
        let (x, _, sign) = try folded(value)
        return sign * cosineFirst(x)
    }

    /// Zero has no sign here.
    static func tangent(_ value: Double) throws -> Double {
        let (x, sine, cosine) = try folded(value)
        let result = sine * cosine * (sineFirst(x) / cosineFirst(x) / tangent45)
        return result == 0 ? 0 : result
    }

    static func cotangent(_ value: Double) throws -> Double {
        let (x, sine, cosine) = try folded(value)
        let result = sine * cosine * (cosineFirst(x) / sineFirst(x) / cotangent45)
        return result == 0 ? 0 : result
    }

    private static func check(_ x: Double) throws {
        if x < -1 || x > 1 { throw FloatMath.inputOutOfRange() }
    }
    private static func arcSineFirst(_ x: Double) -> Double {
        x <= 0.5 ? asin(x) / arcSineHalf * 30 : 90 - acos(x) / arcCosineHalf * 60
    }
    private static func arcCosineFirst(_ x: Double) -> Double {
        x <= 0.5 ? 90 - asin(x) / arcSineHalf * 30 : acos(x) / arcCosineHalf * 60
    }

    static func arcSine(_ x: Double) throws -> Double {
        try check(x)
        return x >= 0 ? arcSineFirst(x) : -arcSineFirst(-x)
    }
    static func arcCosine(_ x: Double) throws -> Double {
        try check(x)
        return x >= 0 ? arcCosineFirst(x) : 90 + arcSineFirst(-x)
    }
    static func arcTangent(_ x: Double) -> Double { atan(x) / arcTangentOne * 45 }
    static func arcTangent(_ y: Double, _ x: Double) -> Double {
        atan2(y, x) / arcTangentOne * 45
    }
}

extension FunctionRegistry {
    mutating func addDegrees() {
        real("sind") { try Degrees.sine($0) }
        real("cosd") { try Degrees.cosine($0) }
        real("tand") { try Degrees.tangent($0) }
        real("cotd") { try Degrees.cotangent($0) }
        real("asind") { try Degrees.arcSine($0) }
        real("acosd") { try Degrees.arcCosine($0) }
        real("atand") { Degrees.arcTangent($0) }
        add("atan2d", [.double, .double], .double) { _, a, n, _ in
            Kernels.map(a[0], a[1], n, .double) { (y: Double, x: Double) -> Double in
                Degrees.arcTangent(y, x)
            }
        }
    }
}
