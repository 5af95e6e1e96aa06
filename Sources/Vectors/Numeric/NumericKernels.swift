import Basics

/// Reads exact numbers of any physical form as decimals.
struct NumericReader {
    let vector: Vector
    let scale: Int
    let mask: Int

    init(_ vector: Vector) {
        self.vector = vector
        mask = vector.rowMask
        if case .numeric(_, let scale) = vector.type { self.scale = scale } else { scale = 0 }
    }

    /// The scaled integer, for every form but `.decimal`.
    @inline(__always)
    func mantissa(_ row: Int) -> Int128 {
        let at = row & mask
        switch vector.physical {
        case .int16: return Int128(vector.pointer(Int16.self)[at])
        case .int32: return Int128(vector.pointer(Int32.self)[at])
        case .int64: return Int128(vector.pointer(Int64.self)[at])
        case .int128: return vector.pointer(Int128.self)[at]
        default: return 0
        }
    }

    @inline(__always)
    subscript(row: Int) -> Decimal {
        if vector.physical == .decimal { return vector.pointer(Decimal.self)[row & mask] }
        return Decimal(mantissa: mantissa(row), scale: scale)
    }
}

/// Exact arithmetic on fixed-scale and per-value-scale numbers.
enum NumericKernels {
    /// precision and scale of an argument; nil for `.decimal` and what is no exact number.
    static func shape(_ type: SQLType) -> (precision: Int, scale: Int)? {
        if case .numeric(let precision, let scale)? = type.asNumeric { return (precision, scale) }
        return nil
    }

    static func sumType(_ types: [SQLType]) -> SQLType {
        guard types.count == 2, let a = shape(types[0]), let b = shape(types[1]) else {
            return .decimal
        }
        let scale = max(a.scale, b.scale)
        let whole = max(a.precision - a.scale, b.precision - b.scale)
        return .numeric(precision: min(38, whole + scale + 1), scale: scale)
    }

    static func productType(_ types: [SQLType]) -> SQLType {
        guard types.count == 2, let a = shape(types[0]), let b = shape(types[1]),
            a.scale + b.scale <= 38
        else { return .decimal }
        return .numeric(
            precision: min(38, a.precision + b.precision), scale: a.scale + b.scale)
    }

    static func remainderType(_ types: [SQLType]) -> SQLType {
        guard types.count == 2, let a = shape(types[0]), let b = shape(types[1]) else {
            return .decimal
        }
        let scale = max(a.scale, b.scale)
        return .numeric(
            precision: min(38, max(a.precision - a.scale, b.precision - b.scale) + scale),
            scale: scale)
    }

    /// The values as Int64 in `scale`, where the form is narrow and no digit can be lost.
    private static func narrow(_ vector: Vector, _ count: Int, scale: Int) -> Vector? {
        guard let shape = shape(vector.type), shape.precision + scale - shape.scale <= 18,
            scale >= shape.scale
        else { return nil }
        let factor = PowerOfTen.table64[scale - shape.scale]
        let rows = vector.isConstant ? 1 : count
        let type = SQLType.numeric(precision: 18, scale: scale)
        let result: Vector
        switch vector.physical {
        case .int16:
            result = Kernels.map(vector, rows, type) { (x: Int16) in Int64(x) &* factor }
        case .int32:
            result = Kernels.map(vector, rows, type) { (x: Int32) in Int64(x) &* factor }
        case .int64:
            if factor == 1 { return vector }
            result = Kernels.map(vector, rows, type) { (x: Int64) in x &* factor }
        default: return nil
        }
        result.isConstant = vector.isConstant
        return result
    }

    static func add(
        _ a: Vector, _ b: Vector, _ count: Int, _ type: SQLType, subtracting: Bool
    ) throws -> Vector {
        if case .numeric(let precision, let scale) = type {
            if precision <= 18, let x = narrow(a, count, scale: scale),
                let y = narrow(b, count, scale: scale)
            {
                // One digit more than either side: cannot overflow.
                if subtracting {
                    return Kernels.map(x, y, count, type) { (l: Int64, r: Int64) in l &- r }
                }
                return Kernels.map(x, y, count, type) { (l: Int64, r: Int64) in l &+ r }
            }
            return try fixed(a, b, count, type) { x, y in
                guard let l = Decimal.rescale(x.mantissa, from: Int(x.scale), to: scale),
                    let r = Decimal.rescale(y.mantissa, from: Int(y.scale), to: scale)
                else { throw Decimal.overflow() }
                let (sum, overflow) =
                    subtracting
                    ? l.subtractingReportingOverflow(r) : l.addingReportingOverflow(r)
                guard !overflow else { throw Decimal.overflow() }
                return sum
            }
        }
        return try decimals(a, b, count) {
            try subtracting ? Decimal.subtract($0, $1) : Decimal.add($0, $1)
        }
    }

    static func multiply(_ a: Vector, _ b: Vector, _ count: Int, _ type: SQLType) throws -> Vector
    {
        if case .numeric(let precision, _) = type, let left = shape(a.type),
            let right = shape(b.type), let x = narrow(a, count, scale: left.scale),
            let y = narrow(b, count, scale: right.scale)
        {
            if precision <= 18 {
                return Kernels.map(x, y, count, type) { (l: Int64, r: Int64) in l &* r }
            }
            return Kernels.map(x, y, count, type) { (l: Int64, r: Int64) -> Int128 in
                let product = l.multipliedFullWidth(by: r)
                return Int128(product.high) << 64 | Int128(product.low)
            }
        }
        if case .numeric = type {
            return try fixed(a, b, count, type) { x, y in
                let (product, overflow) = x.mantissa.multipliedReportingOverflow(by: y.mantissa)
                guard !overflow else { throw Decimal.overflow() }
                return product
            }
        }
        return try decimals(a, b, count, Decimal.multiply)
    }

    /// Scaled integers into a fixed-scale result, each checked against its precision's bound.
    @inline(__always)
    static func fixed(
        _ a: Vector, _ b: Vector, _ count: Int, _ type: SQLType,
        _ body: (Decimal, Decimal) throws -> Int128
    ) throws -> Vector {
        let (x, y) = (NumericReader(a), NumericReader(b))
        return try Kernels.rows([a, b], count, type) { row, out in
            try store(try body(x[row], y[row]), out, row)
        }
    }

    @inline(__always)
    static func store(_ value: Int128, _ out: Vector, _ row: Int) throws {
        if out.physical == .int64 {
            guard let small = Int64(exactly: value) else { throw Decimal.overflow() }
            out.pointer(Int64.self)[row] = small
        } else {
            guard value <= PowerOfTen.limit, value >= -PowerOfTen.limit else {
                throw Decimal.overflow()
            }
            out.pointer(Int128.self)[row] = value
        }
    }

    @inline(__always)
    static func decimals(
        _ a: Vector, _ b: Vector, _ count: Int,
        _ body: (Decimal, Decimal) throws -> Decimal
    ) throws -> Vector {
        let (x, y) = (NumericReader(a), NumericReader(b))
        return try Kernels.rows([a, b], count, .decimal) { row, out in
            out.pointer(Decimal.self)[row] = try body(x[row], y[row])
        }
    }

    /// One decimal in, one out, stored in whatever form the result type has.
    static func unary(
        _ a: Vector, _ count: Int, _ type: SQLType, _ body: (Decimal) throws -> Decimal
    ) throws -> Vector {
        let x = NumericReader(a)
        return try Kernels.rows([a], count, type) { row, out in
            try store(try body(x[row]), type, out, row)
        }
    }

    static func store(_ value: Decimal, _ type: SQLType, _ out: Vector, _ row: Int) throws {
        if case .numeric(_, let scale) = type {
            guard !value.isNaN else { throw SQLError.unsupported("NaN in numeric(p,s)") }
            try store(value.rescaled(to: scale).mantissa, out, row)
        } else {
            out.pointer(Decimal.self)[row] = value
        }
    }

    static func compare<Op: ComparisonOperator>(
        _: Op.Type, _ a: Vector, _ b: Vector, _ count: Int
    ) -> Vector {
        if let left = shape(a.type), let right = shape(b.type) {
            let scale = max(left.scale, right.scale)
            if let x = narrow(a, count, scale: scale), let y = narrow(b, count, scale: scale) {
                return Kernels.map(x, y, count, .boolean) { (l: Int64, r: Int64) in
                    Op.test(l, r)
                }
            }
            if a.physical == .int128, b.physical == .int128, left.scale == right.scale {
                return Kernels.map(a, b, count, .boolean) { (l: Int128, r: Int128) in
                    Op.test(l, r)
                }
            }
        }
        if let quick = compareConstant(Op.self, a, b, count) { return quick }
        let (x, y) = (NumericReader(a), NumericReader(b))
        let out = Kernels.result(.boolean, count)
        for row in 0..<count {
            out.pointer(UInt8.self)[row] = Op.test(Decimal.compare(x[row], y[row]), 0) ? 1 : 0
        }
        return out
    }

    /// A column against a constant that the column's scale can hold exactly.
    private static func compareConstant<Op: ComparisonOperator>(
        _: Op.Type, _ a: Vector, _ b: Vector, _ count: Int
    ) -> Vector? {
        guard b.isConstant, !b.isNull(0), a.physical == .int64, let left = shape(a.type) else {
            return nil
        }
        let value = NumericReader(b)[0].withoutTrailingZeros
        guard !value.isNaN, Int(value.scale) <= left.scale,
            let wide = Decimal.rescale(
                value.mantissa, from: Int(value.scale), to: left.scale),
            let constant = Int64(exactly: wide)
        else { return nil }
        return Kernels.map(a, count, .boolean) { (x: Int64) in Op.test(x, constant) }
    }
}

extension Kernels {
    @inline(__always)
    static func map<A>(
        _ a: Vector, _ count: Int, _ type: SQLType, _ body: (A) -> Bool
    ) -> Vector {
        map(a, count, type) { (x: A) -> UInt8 in body(x) ? 1 : 0 }
    }
    @inline(__always)
    static func map<A, B>(
        _ a: Vector, _ b: Vector, _ count: Int, _ type: SQLType, _ body: (A, B) -> Bool
    ) -> Vector {
        map(a, b, count, type) { (x: A, y: B) -> UInt8 in body(x, y) ? 1 : 0 }
    }
}
