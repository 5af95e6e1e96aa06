import Basics

extension FunctionRegistry {
    mutating func addNumericArithmetic() {
        let pair = [SQLType.decimal, .decimal]
        add("+", pair, derived: .derived(NumericKernels.sumType)) { _, a, n, type in
            try NumericKernels.add(a[0], a[1], n, type, subtracting: false)
        }
        add("-", pair, derived: .derived(NumericKernels.sumType)) { _, a, n, type in
            try NumericKernels.add(a[0], a[1], n, type, subtracting: true)
        }
        add("*", pair, derived: .derived(NumericKernels.productType)) { _, a, n, type in
            try NumericKernels.multiply(a[0], a[1], n, type)
        }
        add("/", pair, .decimal) { _, a, n, _ in
            try NumericKernels.decimals(a[0], a[1], n, Decimal.divide)
        }
        for name in ["%", "mod"] {
            add(name, pair, derived: .derived(NumericKernels.remainderType)) { _, a, n, type in
                let (x, y) = (NumericReader(a[0]), NumericReader(a[1]))
                return try Kernels.rows(a, n, type) { row, out in
                    try NumericKernels.store(
                        Decimal.modulo(x[row], y[row]), type, out, row)
                }
            }
        }
        add("div", pair, .decimal) { _, a, n, _ in
            try NumericKernels.decimals(a[0], a[1], n, Decimal.wholeQuotient)
        }
        addNumericSingles()
        addNumericRounding()
        addNumericMath()
    }

    private static func same(_ types: [SQLType]) -> SQLType {
        types.first?.asNumeric ?? .decimal
    }

    private mutating func addNumericSingles() {
        add("-", [.decimal], derived: .derived(Self.same)) { _, a, n, type in
            try NumericKernels.unary(a[0], n, type) { $0.negated }
        }
        add("+", [.decimal], derived: .derived(Self.same)) { _, a, n, type in
            try NumericKernels.unary(a[0], n, type) { $0 }
        }
        for name in ["abs", "@"] {
            add(name, [.decimal], derived: .derived(Self.same)) { _, a, n, type in
                try NumericKernels.unary(a[0], n, type) { $0.mantissa < 0 ? $0.negated : $0 }
            }
        }
        add("sign", [.decimal], .decimal) { _, a, n, type in
            try NumericKernels.unary(a[0], n, type) {
                $0.isNaN ? $0 : Decimal(mantissa: $0.mantissa.signum(), scale: 0)
            }
        }
        add("scale", [.decimal], .integer) { _, a, n, _ in
            let x = NumericReader(a[0])
            return Kernels.rows(a, n, .integer) { row, out in
                if x[row].isNaN {
                    out.setNull(row)
                } else {
                    out.pointer(Int32.self)[row] = Int32(x[row].scale)
                }
            }
        }
        add("min_scale", [.decimal], .integer) { _, a, n, _ in
            let x = NumericReader(a[0])
            return Kernels.rows(a, n, .integer) { row, out in
                if x[row].isNaN {
                    out.setNull(row)
                } else {
                    out.pointer(Int32.self)[row] = Int32(x[row].withoutTrailingZeros.scale)
                }
            }
        }
        add("trim_scale", [.decimal], .decimal) { _, a, n, type in
            try NumericKernels.unary(a[0], n, type) { $0.withoutTrailingZeros }
        }
        add("gcd", [.decimal, .decimal], .decimal) { _, a, n, _ in
            try NumericKernels.decimals(a[0], a[1], n) { try NumericMath.gcd($0, $1) }
        }
        add("lcm", [.decimal, .decimal], .decimal) { _, a, n, _ in
            try NumericKernels.decimals(a[0], a[1], n) { x, y in
                if x.isNaN || y.isNaN { return .nan }
                if x.mantissa == 0 || y.mantissa == 0 {
                    return Decimal(mantissa: 0, scale: Int(max(x.scale, y.scale)))
                }
                let divisor = try NumericMath.gcd(x, y)
                let quotient = try Decimal.wholeQuotient(x, divisor)
                let product = try Decimal.multiply(quotient, y)
                return product.mantissa < 0 ? product.negated : product
            }
        }
    }

    private mutating func addNumericRounding() {
        for (name, truncating) in [("round", false), ("trunc", true)] {
            add(name, [.decimal], derived: .derived(Self.whole)) { _, a, n, type in
                try NumericKernels.unary(a[0], n, type) {
                    try $0.rounded(places: 0, truncating: truncating)
                }
            }
            add(name, [.decimal, .integer], .decimal) { _, a, n, type in
                let x = NumericReader(a[0])
                return try Kernels.rows(a, n, type) { row, out in
                    out.pointer(Decimal.self)[row] = try x[row].rounded(
                        places: Int(a[1].value(Int32.self, row)), truncating: truncating)
                }
            }
        }
        for (name, ceiling) in [("ceil", true), ("ceiling", true), ("floor", false)] {
            add(name, [.decimal], derived: .derived(Self.whole)) { _, a, n, type in
                try NumericKernels.unary(a[0], n, type) { try $0.whole(ceiling: ceiling) }
            }
        }
        add("width_bucket", [.decimal, .decimal, .decimal, .integer], .integer) { _, a, n, _ in
            let (x, low, high) = (NumericReader(a[0]), NumericReader(a[1]), NumericReader(a[2]))
            return try Kernels.rows(a, n, .integer) { row, out in
                out.pointer(Int32.self)[row] = try NumericMath.bucket(
                    x[row], low[row], high[row], a[3].value(Int32.self, row))
            }
        }
    }

    /// Whole numbers that rounding may carry into one digit more.
    private static func whole(_ types: [SQLType]) -> SQLType {
        guard case .numeric(let precision, let scale)? = types.first?.asNumeric else {
            return .decimal
        }
        return .numeric(precision: min(38, precision - scale + 1), scale: 0)
    }

    private mutating func addNumericMath() {
        let single: [(String, @Sendable (Decimal) throws -> Decimal)] = [
            ("sqrt", { try NumericMath.squareRoot($0) }), ("exp", NumericMath.exponential),
            ("ln", NumericMath.naturalLogarithm),
            ("log", NumericMath.commonLogarithm), ("log10", NumericMath.commonLogarithm),
        ]
        for (name, body) in single {
            add(name, [.decimal], .decimal) { _, a, n, type in
                try NumericKernels.unary(a[0], n, type, body)
            }
        }
        for name in ["power", "pow", "^"] {
            add(name, [.decimal, .decimal], .decimal) { _, a, n, _ in
                try NumericKernels.decimals(a[0], a[1], n, NumericMath.power)
            }
        }
        add("log", [.decimal, .decimal], .decimal) { _, a, n, _ in
            try NumericKernels.decimals(a[0], a[1], n, NumericMath.logarithm)
        }
        add("factorial", [.bigint], .decimal) { _, a, n, _ in
            try Kernels.tryMap(a[0], n, .decimal) { (x: Int64) -> Decimal in
                guard x >= 0 else {
                    throw SQLError(
                        .numericValueOutOfRange, "factorial of a negative number is undefined")
                }
                guard x <= 33 else { throw Decimal.overflow() }
                var product: Int128 = 1
                for factor in 2..<max(Int128(x) + 1, 2) { product *= factor }
                return try Decimal.checked(product, scale: 0)
            }
        }
    }
}
