import Basics
import Glibc

enum FloatMath {
    static func overflow() -> SQLError {
        SQLError(.numericValueOutOfRange, "value out of range: overflow")
    }
    static func underflow() -> SQLError {
        SQLError(.numericValueOutOfRange, "value out of range: underflow")
    }
    static func inputOutOfRange() -> SQLError {
        SQLError(.numericValueOutOfRange, "input is out of range")
    }

    @inline(__always)
    static func add<F: BinaryFloatingPoint>(_ x: F, _ y: F) throws -> F {
        let z = x + y
        if z.isInfinite, x.isFinite, y.isFinite { throw overflow() }
        return z
    }
    @inline(__always)
    static func multiply<F: BinaryFloatingPoint>(_ x: F, _ y: F) throws -> F {
        let z = x * y
        if z.isInfinite, x.isFinite, y.isFinite { throw overflow() }
        if z == 0, x != 0, y != 0 { throw underflow() }
        return z
    }
    @inline(__always)
    static func divide<F: BinaryFloatingPoint>(_ x: F, _ y: F) throws -> F {
        if y == 0, !x.isNaN { throw IntegerMath.divisionByZero }
        let z = x / y
        if z.isInfinite, x.isFinite { throw overflow() }
        if z == 0, x != 0, y.isFinite { throw underflow() }
        return z
    }

    static func power(_ x: Double, _ y: Double) throws -> Double {
        if x.isNaN { return y == 0 ? 1 : .nan }
        if y.isNaN { return x == 1 ? 1 : .nan }
        if x == 0, y < 0 {
            throw SQLError(
                .invalidArgumentForPower, "zero raised to a negative power is undefined")
        }
        if x < 0, y.isFinite, y != y.rounded() {
            throw SQLError(
                .invalidArgumentForPower,
                "a negative number raised to a non-integer power yields a complex result")
        }
        let z = pow(x, y)
        if z.isInfinite, x.isFinite, y.isFinite { throw overflow() }
        if z == 0, x != 0, x.isFinite, y.isFinite { throw underflow() }
        return z
    }

    static func logarithm(_ x: Double, _ function: (Double) -> Double) throws -> Double {
        if x == 0 {
            throw SQLError(.invalidArgumentForLogarithm, "cannot take logarithm of zero")
        }
        if x < 0 {
            throw SQLError(
                .invalidArgumentForLogarithm, "cannot take logarithm of a negative number")
        }
        return function(x)
    }

    static func squareRoot(_ x: Double) throws -> Double {
        if x < 0 {
            throw SQLError(
                .invalidArgumentForPower, "cannot take square root of a negative number")
        }
        return x.squareRoot()
    }

    static func exponential(_ x: Double) throws -> Double {
        let z = exp(x)
        if z.isInfinite, x.isFinite { throw overflow() }
        if z == 0, x.isFinite { throw underflow() }
        return z
    }

    static func trigonometric(
        _ x: Double, _ function: (Double) -> Double
    ) throws -> Double {
        if x.isInfinite { throw inputOutOfRange() }
        return function(x)
    }
}

extension FunctionRegistry {
    mutating func addFloatArithmetic() {
        addFloat(Float.self, Float.self, Float.self, .real, .real, .real)
        addFloat(Double.self, Double.self, Double.self, .double, .double, .double)
        addFloat(Float.self, Double.self, Double.self, .real, .double, .double)
        addFloat(Double.self, Float.self, Double.self, .double, .real, .double)
        addSingle(Float.self, .real)
        addSingle(Double.self, .double)
        addMath()
        addTrigonometry()
        addDegrees()
        add("width_bucket", [.double, .double, .double, .integer], .integer) { _, a, n, _ in
            try Kernels.rows(a, n, .integer) { row, out in
                out.pointer(Int32.self)[row] = try WidthBucket.of(
                    a[0].value(Double.self, row), a[1].value(Double.self, row),
                    a[2].value(Double.self, row), a[3].value(Int32.self, row))
            }
        }
        add("pi", [], .double) { _, _, n, _ in
            let out = Kernels.result(.double, n)
            out.pointer(Double.self).update(repeating: Double.pi, count: n)
            return out
        }
        add("random", [], .double, volatility: .volatile) { _, _, n, _ in
            let out = Kernels.result(.double, n)
            for row in 0..<n { out.pointer(Double.self)[row] = Double.random(in: 0..<1) }
            return out
        }
        add("setseed", [.double], .void, volatility: .volatile) { _, _, n, _ in
            .constant(.bool(false), .void, count: n)
        }
    }

    private mutating func addFloat<
        A: BinaryFloatingPoint & Sendable, B: BinaryFloatingPoint & Sendable,
        R: BinaryFloatingPoint & Sendable
    >(_: A.Type, _: B.Type, _: R.Type, _ a: SQLType, _ b: SQLType, _ r: SQLType) {
        add("+", [a, b], r) { _, v, n, _ in
            try Kernels.tryMap(v[0], v[1], n, r) { (x: A, y: B) -> R in
                try FloatMath.add(R(x), R(y))
            }
        }
        add("-", [a, b], r) { _, v, n, _ in
            try Kernels.tryMap(v[0], v[1], n, r) { (x: A, y: B) -> R in
                try FloatMath.add(R(x), -R(y))
            }
        }
        add("*", [a, b], r) { _, v, n, _ in
            try Kernels.tryMap(v[0], v[1], n, r) { (x: A, y: B) -> R in
                try FloatMath.multiply(R(x), R(y))
            }
        }
        add("/", [a, b], r) { _, v, n, _ in
            try Kernels.tryMap(v[0], v[1], n, r) { (x: A, y: B) -> R in
                try FloatMath.divide(R(x), R(y))
            }
        }
    }

    private mutating func addSingle<F: BinaryFloatingPoint & Sendable>(
        _: F.Type, _ type: SQLType
    ) {
        add("-", [type], type, isLeakproof: true) { _, a, n, _ in
            Kernels.map(a[0], n, type) { (x: F) -> F in -x }
        }
        add("+", [type], type) { _, a, _, _ in a[0] }
        for name in ["abs", "@"] {
            add(name, [type], type) { _, a, n, _ in
                Kernels.map(a[0], n, type) { (x: F) -> F in x.magnitude }
            }
        }
    }

    mutating func real(
        _ name: String, _ body: @escaping @Sendable (Double) throws -> Double
    ) {
        add(name, [.double], .double) { _, a, n, _ in
            try Kernels.tryMap(a[0], n, .double) { (x: Double) -> Double in try body(x) }
        }
    }

    private mutating func addMath() {
        real("round") { $0.rounded(.toNearestOrEven) }
        real("trunc") { $0.rounded(.towardZero) }
        real("ceil") { $0.rounded(.up) }
        real("ceiling") { $0.rounded(.up) }
        real("floor") { $0.rounded(.down) }
        real("sign") { $0 > 0 ? 1 : ($0 < 0 ? -1 : 0) }
        real("sqrt") { try FloatMath.squareRoot($0) }
        real("|/") { try FloatMath.squareRoot($0) }
        real("cbrt") { cbrt($0) }
        real("||/") { cbrt($0) }
        real("exp") { try FloatMath.exponential($0) }
        real("ln") { try FloatMath.logarithm($0, log) }
        real("log") { try FloatMath.logarithm($0, log10) }
        real("log10") { try FloatMath.logarithm($0, log10) }
        real("degrees") { $0 / (Double.pi / 180) }
        real("radians") { $0 * (Double.pi / 180) }
        for name in ["power", "pow", "^"] {
            add(name, [.double, .double], .double) { _, a, n, _ in
                try Kernels.tryMap(a[0], a[1], n, .double) { (x: Double, y: Double) -> Double in
                    try FloatMath.power(x, y)
                }
            }
        }
        add("atan2", [.double, .double], .double) { _, a, n, _ in
            Kernels.map(a[0], a[1], n, .double) { (x: Double, y: Double) -> Double in
                atan2(x, y)
            }
        }
    }

    private mutating func addTrigonometry() {
        real("sin") { try FloatMath.trigonometric($0, sin) }
        real("cos") { try FloatMath.trigonometric($0, cos) }
        real("tan") { try FloatMath.trigonometric($0, tan) }
        real("cot") { try FloatMath.trigonometric($0) { 1 / tan($0) } }
        real("atan") { atan($0) }
        real("sinh") { sinh($0) }
        real("cosh") { cosh($0) }
        real("tanh") { tanh($0) }
        real("asinh") { asinh($0) }
        real("acosh") { x in
            if x < 1 { throw FloatMath.inputOutOfRange() }
            return acosh(x)
        }
        real("atanh") { x in
            if x < -1 || x > 1 { throw FloatMath.inputOutOfRange() }
            return atanh(x)
        }
        real("asin") { x in
            if x < -1 || x > 1 { throw FloatMath.inputOutOfRange() }
            return asin(x)
        }
        real("acos") { x in
            if x < -1 || x > 1 { throw FloatMath.inputOutOfRange() }
            return acos(x)
        }
    }
}

/// The bucket of a histogram of equal widths.
enum WidthBucket {
    static func of(
        _ value: Double, _ low: Double, _ high: Double, _ count: Int32
    ) throws -> Int32 {
        let state = SQLState("2201G")
        guard count > 0 else { throw SQLError(state, "count must be greater than zero") }
        if value.isNaN || low.isNaN || high.isNaN {
            throw SQLError(state, "operand, lower bound, and upper bound cannot be NaN")
        }
        guard low.isFinite, high.isFinite else {
            throw SQLError(state, "lower and upper bounds must be finite")
        }
        guard low != high else {
            throw SQLError(state, "lower bound cannot equal upper bound")
        }
        let rising = low < high
        if rising ? value < low : value > low { return 0 }
        if rising ? value >= high : value <= high {
            let (next, overflow) = count.addingReportingOverflow(1)
            guard !overflow else { throw IntegerMath.outOfRange(Int32.self) }
            return next
        }
        let bucket = Double(count) * ((value - low) / (high - low))
        return Int32(min(bucket, Double(count - 1))) + 1
    }
}
