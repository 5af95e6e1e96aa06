import Basics
import Planning
import Vectors

struct FloatMoments: GroupValue {
    var count: Int64 = 0
    var sum = ExactSum()
    var squares = ExactSum()

    mutating func merge(_ other: FloatMoments) {
        count &+= other.count
        sum.add(other.sum)
        squares.add(other.squares)
    }

    /// The sum of (a - mean a) × (b - mean b), from the sums of a, of b and of a × b.
    static func spread(
        _ count: Int64, _ a: ExactSum, _ b: ExactSum, _ products: ExactSum
    ) -> Double {
        let n = Double(count)
        let (x, y) = (a.pair, b.pair)
        guard x.high.isFinite, y.high.isFinite else { return .nan }
        // Not even the last digit of a product may make a single row differ from its mean.
        if count < 2 { return 0 }
        let xy = products.pair
        let spread = DoublePair.difference(DoublePair(n, 0), xy, x, y)
        // The sums have 97 bits or more: what is left beyond them is nothing but what they dropped.
        let whole = max((n * xy.high).magnitude, (x.high * y.high).magnitude)
        return spread.magnitude <= whole * 0x1p-95 ? 0 : spread / n
    }
}

/// Variance and standard deviation over double precision.
final class FloatVarianceState: ValueState<FloatMoments> {
    private let function: AggregateFunction
    init(_ function: AggregateFunction) { self.function = function }

    override func update(
        _ groups: UnsafePointer<UInt32>, _ arguments: [Vector], _ count: Int
    ) throws {
        let argument = arguments[0]
        let target = values.base
        for row in 0..<count where !argument.isNull(row) {
            let value = argument.pointer(Double.self)[row & argument.rowMask]
            let group = Int(groups[row])
            target[group].count &+= 1
            target[group].sum.add(value)
            target[group].squares.addProduct(value, value)
        }
    }

    override func result(_ range: Range<Int>, _ type: SQLType) throws -> Vector {
        let isSample = function == .varSamp || function == .stddevSamp
        let isRoot = function == .stddevSamp || function == .stddevPop
        return results(range, type) { moments, vector, row in
            if moments.count < (isSample ? 2 : 1) { return false }
            let spread = FloatMoments.spread(
                moments.count, moments.sum, moments.sum, moments.squares)
            let variance =
                (spread < 0 ? 0 : spread) / Double(isSample ? moments.count - 1 : moments.count)
            vector.pointer(Double.self)[row] = isRoot ? variance.squareRoot() : variance
            return true
        }
    }
}

struct DecimalMoments: GroupValue {
    private(set) var count: Int64 = 0
    private var sum = Decimal.zero
    private var squares = Decimal.zero
    /// Sums of small values of one scale, not yet in `sum` and `squares`.
    private var smallSum: Int128 = 0
    private var smallSquares: Int128 = 0
    private var smallScale: Int16 = 0
    /// Whether `sum` and `squares` hold values.
    private var hasSettled = false

    init() {}

    /// 2^40 squares of such values stay below 2^126.
    private static let smallMax: Int128 = 1 << 43

    @inline(__always)
    mutating func add(_ value: Decimal) throws {
        let mantissa = value.mantissa
        let isSmall =
            mantissa < Self.smallMax && mantissa > -Self.smallMax && !value.isNaN
            && value.scale <= Decimal.maxScale / 2
        if isSmall, count == 0 { smallScale = value.scale }
        if isSmall, value.scale == smallScale, count & 0xFF_FFFF_FFFF != 0xFF_FFFF_FFFF {
            smallSum &+= mantissa
            smallSquares &+= mantissa &* mantissa
            count &+= 1
            return
        }
        try settle()
        hasSettled = true
        if isSmall { smallScale = value.scale }
        count &+= 1
        sum = try Decimal.add(sum, value)
        squares = try Decimal.add(squares, Decimal.multiply(value, value))
    }

    /// Takes a value out that was added; false where it is not among the small ones.
    mutating func remove(_ value: Decimal) -> Bool {
        let mantissa = value.mantissa
        guard !hasSettled, value.scale == smallScale, !value.isNaN, mantissa < Self.smallMax,
            mantissa > -Self.smallMax
        else { return false }
        smallSum &-= mantissa
        smallSquares &-= mantissa &* mantissa
        count &-= 1
        return true
    }

    mutating func merge(_ other: DecimalMoments) throws {
        let (own, others) = (try sums(), try other.sums())
        count &+= other.count
        sum = try Decimal.add(own.sum, others.sum)
        squares = try Decimal.add(own.squares, others.squares)
        (smallSum, smallSquares) = (0, 0)
        hasSettled = true
    }

    private mutating func settle() throws {
        (sum, squares) = try sums()
        (smallSum, smallSquares) = (0, 0)
    }

    /// The sum of all values and of all squares.
    func sums() throws -> (sum: Decimal, squares: Decimal) {
        let scale = Int(smallScale)
        return (
            try Decimal.add(sum, Decimal.checked(smallSum, scale: scale)),
            try Decimal.add(squares, Decimal.checked(smallSquares, scale: 2 * scale))
        )
    }
}

/// Variance and standard deviation over exact numbers: exact sums of values and of squares.
final class DecimalVarianceState: ValueState<DecimalMoments> {
    private let function: AggregateFunction
    init(_ function: AggregateFunction) { self.function = function }

    override func update(
        _ groups: UnsafePointer<UInt32>, _ arguments: [Vector], _ count: Int
    ) throws {
        let argument = arguments[0]
        let source = argument.pointer(Decimal.self)
        let (validity, mask, target) = (argument.validity, argument.rowMask, values.base)
        for row in 0..<count where validity.map({ $0[row & mask] != 0 }) ?? true {
            try target[Int(groups[row])].add(source[row & mask])
        }
    }

    override func remove(
        _ groups: UnsafePointer<UInt32>, _ arguments: [Vector], _ count: Int
    ) throws -> Bool {
        let argument = arguments[0]
        return withExtendedLifetime(argument) {
            let source = argument.pointer(Decimal.self)
            for row in 0..<count where !argument.isNull(row) {
                let value = source[row & argument.rowMask]
                if !values.base[Int(groups[row])].remove(value) { return false }
            }
            return true
        }
    }

    override func result(_ range: Range<Int>, _ type: SQLType) throws -> Vector {
        let builder = VectorBuilder(type, capacity: max(range.count, 1))
        let isSample = function == .varSamp || function == .stddevSamp
        let isRoot = function == .stddevSamp || function == .stddevPop
        for group in range {
            let m = values.base[group]
            if m.count < (isSample ? 2 : 1) {
                builder.append(.null)
                continue
            }
            let n = Decimal(mantissa: Int128(m.count), scale: 0)
            let divisor = Decimal(
                mantissa: Int128(m.count) * Int128(isSample ? m.count - 1 : m.count), scale: 0)
            let (sum, squares) = try m.sums()
            let numerator = try Decimal.subtract(
                Decimal.multiply(n, squares), Decimal.multiply(sum, sum))
            if numerator.isNaN {
                builder.append(.decimal(numerator))
                continue
            }
            if numerator.mantissa <= 0 {
                builder.append(.decimal(.zero))
                continue
            }
            let variance = try Decimal.divide(numerator, divisor)
            // The root has the variance's digits, not those that sqrt() would choose.
            let result =
                isRoot
                ? try NumericMath.squareRoot(variance, scale: Int(variance.scale)) : variance
            builder.append(.decimal(result))
        }
        return builder.single()
    }
}

struct PairMoments: GroupValue {
    var count: Int64 = 0
    var x = ExactSum()
    var y = ExactSum()
    var xx = ExactSum()
    var yy = ExactSum()
    var xy = ExactSum()

    mutating func merge(_ other: PairMoments) {
        count &+= other.count
        x.add(other.x)
        y.add(other.y)
        xx.add(other.xx)
        yy.add(other.yy)
        xy.add(other.xy)
    }
}

/// Covariance, correlation and the regr_ family over pairs (y, x) of double precision.
final class RegressionState: ValueState<PairMoments> {
    /// What the formulas are written in.
    private struct Moments {
        let n, sumX, sumY, sxx, syy, sxy: Double

        init(_ sums: PairMoments) {
            n = Double(sums.count)
            sumX = sums.x.value
            sumY = sums.y.value
            sxx = max(0, FloatMoments.spread(sums.count, sums.x, sums.x, sums.xx))
            syy = max(0, FloatMoments.spread(sums.count, sums.y, sums.y, sums.yy))
            sxy = FloatMoments.spread(sums.count, sums.x, sums.y, sums.xy)
        }
    }
    private let function: AggregateFunction
    init(_ function: AggregateFunction) { self.function = function }

    override func update(
        _ groups: UnsafePointer<UInt32>, _ arguments: [Vector], _ count: Int
    ) throws {
        let (ys, xs) = (arguments[0], arguments[1])
        let target = values.base
        for row in 0..<count where !ys.isNull(row) && !xs.isNull(row) {
            let y = ys.pointer(Double.self)[row & ys.rowMask]
            let x = xs.pointer(Double.self)[row & xs.rowMask]
            let group = Int(groups[row])
            target[group].count &+= 1
            target[group].x.add(x)
            target[group].y.add(y)
            target[group].xx.addProduct(x, x)
            target[group].yy.addProduct(y, y)
            target[group].xy.addProduct(x, y)
        }
    }

    override func result(_ range: Range<Int>, _ type: SQLType) throws -> Vector {
        let builder = VectorBuilder(type, capacity: max(range.count, 1))
        for group in range {
            let sums = values.base[group]
            if function == .regrCount {
                builder.append(.int(sums.count))
            } else {
                builder.append(value(sums).map(Datum.double) ?? .null)
            }
        }
        return builder.single()
    }

    private func value(_ sums: PairMoments) -> Double? {
        if sums.count < 1 { return nil }
        let m = Moments(sums)
        switch function {
        case .covarPop: return m.sxy / m.n
        case .covarSamp: return m.n < 2 ? nil : m.sxy / (m.n - 1)
        case .corr: return m.sxx == 0 || m.syy == 0 ? nil : m.sxy / (m.sxx * m.syy).squareRoot()
        case .regrSlope: return m.sxx == 0 ? nil : m.sxy / m.sxx
        case .regrIntercept: return m.sxx == 0 ? nil : (m.sumY - m.sumX * m.sxy / m.sxx) / m.n
        case .regrR2:
            if m.sxx == 0 { return nil }
            return m.syy == 0 ? 1 : m.sxy * m.sxy / (m.sxx * m.syy)
        case .regrAvgX: return m.sumX / m.n
        case .regrAvgY: return m.sumY / m.n
        case .regrSxx: return m.sxx
        case .regrSyy: return m.syy
        case .regrSxy: return m.sxy
        default: return nil
        }
    }
}
