import Basics

/// Casts among numbers and booleans.
enum NumberCasts {
    static func between(_ source: SQLType, _ target: SQLType) -> CastTable.Entry? {
        switch (source, target) {
        case (.smallint, .integer):
            return CastTable.entry(source, target, .implicit, isLeakproof: true) { _, a, n, type in
                Kernels.map(a[0], n, type) { (x: Int16) -> Int32 in Int32(x) }
            }
        case (.smallint, .bigint):
            return CastTable.entry(source, target, .implicit, isLeakproof: true) { _, a, n, type in
                Kernels.map(a[0], n, type) { (x: Int16) -> Int64 in Int64(x) }
            }
        case (.integer, .bigint):
            return CastTable.entry(source, target, .implicit, isLeakproof: true) { _, a, n, type in
                Kernels.map(a[0], n, type) { (x: Int32) -> Int64 in Int64(x) }
            }
        case (.integer, .smallint): return narrow(Int32.self, Int16.self, source, target)
        case (.bigint, .smallint): return narrow(Int64.self, Int16.self, source, target)
        case (.bigint, .integer): return narrow(Int64.self, Int32.self, source, target)
        case (.boolean, .integer):
            return CastTable.entry(source, target, .explicit) { _, a, n, type in
                Kernels.map(a[0], n, type) { (x: UInt8) -> Int32 in Int32(x) }
            }
        case (.integer, .boolean):
            return CastTable.entry(source, target, .explicit) { _, a, n, type in
                Kernels.map(a[0], n, type) { (x: Int32) in x != 0 }
            }
        case (.real, .double):
            return CastTable.entry(source, target, .implicit) { _, a, n, type in
                Kernels.map(a[0], n, type) { (x: Float) -> Double in Double(x) }
            }
        case (.double, .real):
            return CastTable.entry(source, target, .assignment) { _, a, n, type in
                try Kernels.tryMap(a[0], n, type) { (x: Double) -> Float in
                    let value = Float(x)
                    if value.isInfinite, x.isFinite { throw FloatMath.overflow() }
                    if value == 0, x != 0 { throw FloatMath.underflow() }
                    return value
                }
            }
        case (_, .real) where source.asNumeric != nil, (_, .double) where source.asNumeric != nil:
            return toFloat(source, target)
        case (.real, _) where target.asNumeric != nil, (.double, _) where target.asNumeric != nil:
            return fromFloat(source, target)
        case (_, _) where source.isNumericFamily && target.asNumeric != nil:
            return fromNumeric(source, target)
        case (_, _) where target.isNumericFamily && source.asNumeric != nil:
            return CastTable.entry(source, target, .implicit) { _, a, n, type in
                try NumericKernels.unary(a[0], n, type) { try fit($0, type) }
            }
        default: return nil
        }
    }

    private static func narrow<A: SQLInteger, B: SQLInteger>(
        _: A.Type, _: B.Type, _ source: SQLType, _ target: SQLType
    ) -> CastTable.Entry {
        CastTable.entry(source, target, .assignment) { _, a, n, type in
            try Kernels.tryMap(a[0], n, type) { (x: A) -> B in
                guard let value = B(exactly: x) else { throw IntegerMath.outOfRange(B.self) }
                return value
            }
        }
    }

    private static func toFloat(_ source: SQLType, _ target: SQLType) -> CastTable.Entry {
        CastTable.entry(source, target, .implicit) { _, a, n, type in
            let isDouble = type == .double
            switch a[0].type {
            case .integer where isDouble:
                return Kernels.map(a[0], n, type) { (x: Int32) -> Double in Double(x) }
            case .bigint where isDouble:
                return Kernels.map(a[0], n, type) { (x: Int64) -> Double in Double(x) }
            case .bigint:
                return Kernels.map(a[0], n, type) { (x: Int64) -> Float in Float(x) }
            default:
                let x = NumericReader(a[0])
                return Kernels.rows(a, n, type) { row, out in
                    if isDouble {
                        out.pointer(Double.self)[row] = x[row].double
                    } else {
                        out.pointer(Float.self)[row] =
                            FloatText.float(Array(x[row].description.utf8)) ?? .nan
                    }
                }
            }
        }
    }

    private static func fromFloat(_ source: SQLType, _ target: SQLType) -> CastTable.Entry {
        CastTable.entry(source, target, .assignment) { _, a, n, type in
            let isDouble = a[0].physical == .float64
            return try Kernels.rows(a, n, type) { row, out in
                let value =
                    isDouble ? a[0].value(Double.self, row) : Double(a[0].value(Float.self, row))
                switch type {
                case .smallint: out.pointer(Int16.self)[row] = try integer(value)
                case .integer: out.pointer(Int32.self)[row] = try integer(value)
                case .bigint: out.pointer(Int64.self)[row] = try integer(value)
                default:
                    let decimal = try Decimal(double: value, digits: isDouble ? 15 : 6)
                    try NumericKernels.store(try fit(decimal, type), type, out, row)
                }
            }
        }
    }

    private static func integer<T: SQLInteger>(_ value: Double) throws -> T {
        guard let whole = T(exactly: value.rounded(.toNearestOrEven)) else {
            throw IntegerMath.outOfRange(T.self)
        }
        return whole
    }

    private static func fromNumeric(_ source: SQLType, _ target: SQLType) -> CastTable.Entry {
        if target.isNumericFamily {
            return CastTable.entry(source, target, .implicit) { _, a, n, type in
                if a[0].physical == type.physical, a[0].physical != .decimal,
                    case .numeric(let p, let s) = a[0].type, case .numeric(let q, let t) = type,
                    s == t, p <= q
                {
                    return a[0].retyped(type)
                }
                return try NumericKernels.unary(a[0], n, type) { try fit($0, type) }
            }
        }
        return CastTable.entry(source, target, .assignment) { _, a, n, type in
            let x = NumericReader(a[0])
            return try Kernels.rows(a, n, type) { row, out in
                switch type {
                case .smallint: out.pointer(Int16.self)[row] = try whole(x[row])
                case .integer: out.pointer(Int32.self)[row] = try whole(x[row])
                default: out.pointer(Int64.self)[row] = try whole(x[row])
                }
            }
        }
    }

    private static func whole<T: SQLInteger>(_ value: Decimal) throws -> T {
        guard !value.isNaN else {
            throw SQLError(.featureNotSupported, "cannot convert NaN to \(T.sqlName)")
        }
        guard let rounded = Decimal.rescale(value.mantissa, from: Int(value.scale), to: 0),
            let result = T(exactly: rounded)
        else { throw IntegerMath.outOfRange(T.self) }
        return result
    }

    /// Checks precision where the target has one.
    private static func fit(_ value: Decimal, _ type: SQLType) throws -> Decimal {
        guard case .numeric(let precision, let scale) = type else { return value }
        return Decimal(
            mantissa: try DecimalCast.fit(value, precision: precision, scale: scale),
            scale: scale)
    }
}
