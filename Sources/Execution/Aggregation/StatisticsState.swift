import Basics
import Planning
import Vectors

/// Variance and standard deviation over double precision, by Youngs and Cramer's update as PostgreSQL.
final class FloatVarianceState: AggregateState {
    private var moments = GroupArray<(n: Double, sum: Double, squares: Double)>(zero: (0, 0, 0))
    private let function: AggregateFunction
    init(_ function: AggregateFunction) { self.function = function }
    deinit { moments.deallocate() }

    override func resize(_ count: Int) { moments.resize(count) }

    override func update(
        _ groups: UnsafePointer<UInt32>, _ arguments: [Vector], _ count: Int
    ) throws {
        let argument = arguments[0]
        for row in 0..<count where !argument.isNull(row) {
            let value = argument.pointer(Double.self)[row & argument.rowMask]
            let group = Int(groups[row])
            var m = moments.base[group]
            m.n += 1
            m.sum += value
            if m.n > 1 {
                let delta = value * m.n - m.sum
                m.squares += delta * delta / (m.n * (m.n - 1))
            } else if !value.isFinite {
                m.squares = .nan
            }
            moments.base[group] = m
        }
    }

    override func merge(
        _ other: AggregateState, _ mapping: UnsafePointer<UInt32>, _ count: Int
    ) throws {
        guard let other = other as? FloatVarianceState else { return }
        for group in 0..<count {
            let (a, b) = (moments.base[Int(mapping[group])], other.moments.base[group])
            if b.n == 0 { continue }
            if a.n == 0 {
                moments.base[Int(mapping[group])] = b
                continue
            }
            let delta = a.sum / a.n - b.sum / b.n
            moments.base[Int(mapping[group])] = (
                a.n + b.n, a.sum + b.sum,
                a.squares + b.squares + a.n * b.n * delta * delta / (a.n + b.n)
            )
        }
    }

    override func result(_ range: Range<Int>, _ type: SQLType) throws -> Vector {
        let vector = Vector(type, capacity: max(range.count, 1))
        vector.count = range.count
        let isSample = function == .varSamp || function == .stddevSamp
        let isRoot = function == .stddevSamp || function == .stddevPop
        for (row, group) in range.enumerated() {
            let m = moments.base[group]
            if m.n < (isSample ? 2 : 1) {
                vector.setNull(row)
                continue
            }
            let variance = m.squares / (isSample ? m.n - 1 : m.n)
            vector.pointer(Double.self)[row] = isRoot ? variance.squareRoot() : variance
        }
        return vector
    }
}

/// Variance and standard deviation over exact numbers: exact sums of values and of squares.
final class DecimalVarianceState: AggregateState {
    private var moments = GroupArray<(n: Int64, sum: Decimal, squares: Decimal)>(
        zero: (0, .zero, .zero))
    private let function: AggregateFunction
    init(_ function: AggregateFunction) { self.function = function }
    deinit { moments.deallocate() }

    override func resize(_ count: Int) { moments.resize(count) }

    override func update(
        _ groups: UnsafePointer<UInt32>, _ arguments: [Vector], _ count: Int
    ) throws {
        let argument = arguments[0]
        for row in 0..<count where !argument.isNull(row) {
            let value = argument.pointer(Decimal.self)[row & argument.rowMask]
            let group = Int(groups[row])
            let m = moments.base[group]
            moments.base[group] = (
                m.n + 1, try Decimal.add(m.sum, value),
                try Decimal.add(m.squares, Decimal.multiply(value, value))
            )
        }
    }

    override func merge(
        _ other: AggregateState, _ mapping: UnsafePointer<UInt32>, _ count: Int
    ) throws {
        guard let other = other as? DecimalVarianceState else { return }
        for group in 0..<count {
            let (a, b) = (moments.base[Int(mapping[group])], other.moments.base[group])
            moments.base[Int(mapping[group])] = (
                a.n + b.n, try Decimal.add(a.sum, b.sum), try Decimal.add(a.squares, b.squares)
            )
        }
    }

    override func result(_ range: Range<Int>, _ type: SQLType) throws -> Vector {
        let builder = VectorBuilder(type, capacity: max(range.count, 1))
        let isSample = function == .varSamp || function == .stddevSamp
        let isRoot = function == .stddevSamp || function == .stddevPop
        for group in range {
            let m = moments.base[group]
            if m.n < (isSample ? 2 : 1) {
                builder.append(.null)
                continue
            }
            let n = Decimal(mantissa: Int128(m.n), scale: 0)
            let divisor = Decimal(
                mantissa: Int128(m.n) * Int128(isSample ? m.n - 1 : m.n), scale: 0)
            let numerator = try Decimal.subtract(
                Decimal.multiply(n, m.squares), Decimal.multiply(m.sum, m.sum))
            if numerator.mantissa <= 0 {
                builder.append(.decimal(.zero))
                continue
            }
            let variance = try Decimal.divide(numerator, divisor)
            builder.append(.decimal(isRoot ? try NumericMath.squareRoot(variance) : variance))
        }
        return builder.single()
    }
}

/// Covariance, correlation and the regr_ family over pairs (y, x) of double precision.
final class RegressionState: AggregateState {
    private struct Moments {
        var n = 0.0, sumX = 0.0, sumY = 0.0, sxx = 0.0, syy = 0.0, sxy = 0.0
    }
    private var moments = GroupArray<Moments>(zero: Moments())
    private let function: AggregateFunction
    init(_ function: AggregateFunction) { self.function = function }
    deinit { moments.deallocate() }

    override func resize(_ count: Int) { moments.resize(count) }

    override func update(
        _ groups: UnsafePointer<UInt32>, _ arguments: [Vector], _ count: Int
    ) throws {
        let (ys, xs) = (arguments[0], arguments[1])
        for row in 0..<count where !ys.isNull(row) && !xs.isNull(row) {
            let y = ys.pointer(Double.self)[row & ys.rowMask]
            let x = xs.pointer(Double.self)[row & xs.rowMask]
            var m = moments.base[Int(groups[row])]
            m.n += 1
            m.sumX += x
            m.sumY += y
            if m.n > 1 {
                let (dx, dy) = (x * m.n - m.sumX, y * m.n - m.sumY)
                let scale = 1 / (m.n * (m.n - 1))
                m.sxx += dx * dx * scale
                m.syy += dy * dy * scale
                m.sxy += dx * dy * scale
            }
            moments.base[Int(groups[row])] = m
        }
    }

    override func merge(
        _ other: AggregateState, _ mapping: UnsafePointer<UInt32>, _ count: Int
    ) throws {
        guard let other = other as? RegressionState else { return }
        for group in 0..<count {
            let (a, b) = (moments.base[Int(mapping[group])], other.moments.base[group])
            if b.n == 0 { continue }
            if a.n == 0 {
                moments.base[Int(mapping[group])] = b
                continue
            }
            let n = a.n + b.n
            let (dx, dy) = (a.sumX / a.n - b.sumX / b.n, a.sumY / a.n - b.sumY / b.n)
            moments.base[Int(mapping[group])] = Moments(
                n: n, sumX: a.sumX + b.sumX, sumY: a.sumY + b.sumY,
                sxx: a.sxx + b.sxx + a.n * b.n * dx * dx / n,
                syy: a.syy + b.syy + a.n * b.n * dy * dy / n,
                sxy: a.sxy + b.sxy + a.n * b.n * dx * dy / n)
        }
    }

    override func result(_ range: Range<Int>, _ type: SQLType) throws -> Vector {
        let builder = VectorBuilder(type, capacity: max(range.count, 1))
        for group in range {
            let m = moments.base[group]
            if function == .regrCount {
                builder.append(.int(Int64(m.n)))
            } else {
                builder.append(value(m).map(Datum.double) ?? .null)
            }
        }
        return builder.single()
    }

    private func value(_ m: Moments) -> Double? {
        if m.n < 1 { return nil }
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
