import Basics
import Planning
import Vectors

// Sums and averages.

struct IntegerSum: GroupValue {
    var sum: Int128 = 0
    /// Rows that were not NULL.
    var count: Int64 = 0

    mutating func merge(_ other: IntegerSum) throws {
        let (sum, overflow) = sum.addingReportingOverflow(other.sum)
        if overflow { throw Decimal.overflow() }
        self.sum = sum
        count &+= other.count
    }
}

/// Sum and average of whatever is an integer in memory: exact, in 128 bits.
final class IntegerSumState: ValueState<IntegerSum> {
    private let isAverage: Bool
    private let scale: Int

    init(isAverage: Bool, scale: Int) {
        self.isAverage = isAverage
        self.scale = scale
    }

    override func update(
        _ groups: UnsafePointer<UInt32>, _ arguments: [Vector], _ count: Int
    ) throws {
        let argument = arguments[0]
        switch argument.physical {
        case .int16: add(Int16.self, groups, argument, count)
        case .int32: add(Int32.self, groups, argument, count)
        case .int64: add(Int64.self, groups, argument, count)
        default: try addWide(groups, argument, count)
        }
    }

    @inline(__always)
    private func add<T: FixedWidthInteger & SignedInteger>(
        _: T.Type, _ groups: UnsafePointer<UInt32>, _ argument: Vector, _ count: Int
    ) {
        let source = argument.pointer(T.self)
        let mask = argument.rowMask
        let target = values.base
        if let validity = argument.validity {
            for row in 0..<count where validity[row & mask] != 0 {
                let group = Int(groups[row])
                target[group].sum &+= Int128(source[row & mask])
                target[group].count &+= 1
            }
        } else {
            for row in 0..<count {
                let group = Int(groups[row])
                target[group].sum &+= Int128(source[row & mask])
                target[group].count &+= 1
            }
        }
    }

    private func addWide(
        _ groups: UnsafePointer<UInt32>, _ argument: Vector, _ count: Int
    ) throws {
        let source = argument.pointer(Int128.self)
        let validity = argument.validity
        let mask = argument.rowMask
        let target = values.base
        var overflows = false
        for row in 0..<count where validity.map({ $0[row & mask] != 0 }) ?? true {
            let group = Int(groups[row])
            let (sum, overflow) = target[group].sum.addingReportingOverflow(source[row & mask])
            target[group].sum = sum
            target[group].count &+= 1
            overflows = overflows || overflow
        }
        if overflows { throw Decimal.overflow() }
    }

    override func result(_ range: Range<Int>, _ type: SQLType) throws -> Vector {
        try Self.result(
            range.map { (values.base[$0].sum, values.base[$0].count) }, scale: scale,
            isAverage: isAverage, type)
    }

    /// The SQL values of (sum, count of non-NULL rows) pairs; NULL where there was no row.
    static func result(
        _ groups: [(sum: Int128, count: Int64)], scale: Int, isAverage: Bool, _ type: SQLType
    ) throws -> Vector {
        let vector = Vector(type, capacity: max(groups.count, 1))
        vector.count = groups.count
        for (row, group) in groups.enumerated() {
            if group.count == 0 {
                vector.setNull(row)
                continue
            }
            if isAverage {
                let mean = try Decimal.divide(
                    Decimal(mantissa: group.sum, scale: scale),
                    Decimal(mantissa: Int128(group.count), scale: 0))
                vector.pointer(Decimal.self)[row] = mean
                continue
            }
            switch vector.physical {
            case .int64:
                guard let value = Int64(exactly: group.sum) else {
                    throw SQLError(.numericValueOutOfRange, "bigint out of range")
                }
                vector.pointer(Int64.self)[row] = value
            case .int128: vector.pointer(Int128.self)[row] = group.sum
            case .decimal:
                vector.pointer(Decimal.self)[row] = try Decimal.checked(group.sum, scale: scale)
            default: throw SQLError(.internalError, "sum has no \(vector.physical) form")
            }
        }
        return vector
    }
}

struct DecimalSum: GroupValue {
    var sum = Decimal.zero
    var count: Int64 = 0

    mutating func merge(_ other: DecimalSum) throws {
        if other.count == 0 { return }
        sum = try Decimal.add(sum, other.sum)
        count &+= other.count
    }
}

/// Sum and average of `.decimal`, whose scale differs by row.
final class DecimalSumState: ValueState<DecimalSum> {
    private let isAverage: Bool
    init(isAverage: Bool) { self.isAverage = isAverage }

    override func update(
        _ groups: UnsafePointer<UInt32>, _ arguments: [Vector], _ count: Int
    ) throws {
        let source = arguments[0].pointer(Decimal.self)
        for row in 0..<count where !arguments[0].isNull(row) {
            try values.base[Int(groups[row])].merge(
                DecimalSum(sum: source[row & arguments[0].rowMask], count: 1))
        }
    }

    override func result(_ range: Range<Int>, _ type: SQLType) throws -> Vector {
        try results(range, type) { value, vector, row in
            if value.count == 0 { return false }
            vector.pointer(Decimal.self)[row] =
                isAverage
                ? try Decimal.divide(
                    value.sum, Decimal(mantissa: Int128(value.count), scale: 0)) : value.sum
            return true
        }
    }
}

struct FloatSum: GroupValue {
    var sum = ExactSum()
    var count: Int64 = 0

    mutating func merge(_ other: FloatSum) {
        sum.add(other.sum)
        count &+= other.count
    }
}

/// Sum and average of real and double precision.
final class FloatSumState: ValueState<FloatSum> {
    private let isAverage: Bool
    init(isAverage: Bool) { self.isAverage = isAverage }

    override func update(
        _ groups: UnsafePointer<UInt32>, _ arguments: [Vector], _ count: Int
    ) throws {
        let argument = arguments[0]
        let isSingle = argument.physical == .float32
        let (mask, target) = (argument.rowMask, values.base)
        for row in 0..<count where !argument.isNull(row) {
            let group = Int(groups[row])
            target[group].sum.add(
                isSingle
                    ? Double(argument.pointer(Float.self)[row & mask])
                    : argument.pointer(Double.self)[row & mask])
            target[group].count &+= 1
        }
    }

    override func result(_ range: Range<Int>, _ type: SQLType) throws -> Vector {
        results(range, type) { value, vector, row in
            if value.count == 0 { return false }
            let sum = value.sum.value
            let result = isAverage ? sum / Double(value.count) : sum
            if vector.physical == .float32 {
                vector.pointer(Float.self)[row] = Float(result)
            } else {
                vector.pointer(Double.self)[row] = result
            }
            return true
        }
    }
}

struct IntervalSum: GroupValue {
    var months: Int64 = 0
    var days: Int64 = 0
    var microseconds: Int128 = 0
    var count: Int64 = 0

    mutating func merge(_ other: IntervalSum) {
        months &+= other.months
        days &+= other.days
        microseconds &+= other.microseconds
        count &+= other.count
    }
}

/// Sum and average of intervals, field by field as PostgreSQL adds them.
final class IntervalSumState: ValueState<IntervalSum> {
    private let isAverage: Bool
    init(isAverage: Bool) { self.isAverage = isAverage }

    override func update(
        _ groups: UnsafePointer<UInt32>, _ arguments: [Vector], _ count: Int
    ) throws {
        let source = arguments[0].pointer(Interval.self)
        for row in 0..<count where !arguments[0].isNull(row) {
            let value = source[row & arguments[0].rowMask]
            values.base[Int(groups[row])].merge(
                IntervalSum(
                    months: Int64(value.months), days: Int64(value.days),
                    microseconds: Int128(value.microseconds), count: 1))
        }
    }

    override func result(_ range: Range<Int>, _ type: SQLType) throws -> Vector {
        try results(range, type) { sum, vector, row in
            if sum.count == 0 { return false }
            vector.pointer(Interval.self)[row] = try Self.interval(
                sum, dividedBy: isAverage ? sum.count : 1)
            return true
        }
    }

    private static func interval(_ sum: IntervalSum, dividedBy n: Int64) throws -> Interval {
        let overflow = SQLError(.datetimeFieldOverflow, "interval out of range")
        let wholeMonths = sum.months / n
        let restDays = Double(sum.months % n) / Double(n) * 30
        let allDays = Double(sum.days) / Double(n)
        let wholeDays = allDays.rounded(.towardZero) + restDays.rounded(.towardZero)
        let fraction =
            (allDays - allDays.rounded(.towardZero))
            + (restDays - restDays.rounded(.towardZero))
        let time =
            Double(sum.microseconds) / Double(n) + (fraction * 86_400_000_000).rounded()
        guard let m = Int32(exactly: wholeMonths), let d = Int32(exactly: wholeDays),
            let t = Int64(exactly: time.rounded())
        else { throw overflow }
        return Interval(months: m, days: d, microseconds: t)
    }
}
