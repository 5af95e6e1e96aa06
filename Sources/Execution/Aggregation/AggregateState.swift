import Basics
import Planning
import Vectors

/// The running values of one aggregate over all groups, an array entry a group.
///
/// One worker updates it; states of several workers are merged afterwards.
class AggregateState {
    /// Whether updates bring the call's order keys after its arguments.
    var wantsOrderKeys: Bool { false }
    /// Makes room for groups 0..<count.
    func resize(_ count: Int) {}
    /// Takes `count` rows: row i belongs to `groups[i]`.
    func update(_ groups: UnsafePointer<UInt32>, _ arguments: [Vector], _ count: Int) throws {}
    /// Takes the other's groups: its group i is this one's `mapping[i]`.
    func merge(_ other: AggregateState, _ mapping: UnsafePointer<UInt32>, _ count: Int) throws {}
    func result(_ range: Range<Int>, _ type: SQLType) throws -> Vector {
        preconditionFailure("\(Self.self) has no result")
    }
}

/// A growing array of plain values that never runs reference counting in loops.
struct GroupArray<T> {
    private(set) var base: UnsafeMutablePointer<T>
    private(set) var count = 0
    private var capacity = 0
    private let zero: T

    init(zero: T) {
        self.zero = zero
        base = .allocate(capacity: 1)
    }

    mutating func resize(_ newCount: Int) {
        guard newCount > count else { return }
        if newCount > capacity {
            let grown = max(newCount, capacity * 2, 16)
            let next = UnsafeMutablePointer<T>.allocate(capacity: grown)
            next.moveInitialize(from: base, count: count)
            base.deallocate()
            base = next
            capacity = grown
        }
        (base + count).initialize(repeating: zero, count: newCount - count)
        count = newCount
    }

    func deallocate() {
        base.deinitialize(count: count)
        base.deallocate()
    }
}

final class CountState: AggregateState {
    private var counts = GroupArray<Int64>(zero: 0)
    deinit { counts.deallocate() }

    override func resize(_ count: Int) { counts.resize(count) }

    override func update(
        _ groups: UnsafePointer<UInt32>, _ arguments: [Vector], _ count: Int
    ) throws {
        let base = counts.base
        guard let argument = arguments.first, argument.hasNulls else {
            for row in 0..<count { base[Int(groups[row])] &+= 1 }
            return
        }
        for row in 0..<count { base[Int(groups[row])] &+= argument.isNull(row) ? 0 : 1 }
    }

    override func merge(
        _ other: AggregateState, _ mapping: UnsafePointer<UInt32>, _ count: Int
    ) throws {
        guard let other = other as? CountState else { return }
        for group in 0..<count { counts.base[Int(mapping[group])] &+= other.counts.base[group] }
    }

    override func result(_ range: Range<Int>, _ type: SQLType) throws -> Vector {
        let vector = Vector(type, capacity: max(range.count, 1))
        vector.count = range.count
        vector.pointer(Int64.self).update(from: counts.base + range.lowerBound, count: range.count)
        return vector
    }
}

/// Sum and average of whatever is an integer in memory: exact, in 128 bits.
final class IntegerSumState: AggregateState {
    private var sums = GroupArray<Int128>(zero: 0)
    private var counts = GroupArray<Int64>(zero: 0)
    private let isAverage: Bool
    private let scale: Int

    init(isAverage: Bool, scale: Int) {
        self.isAverage = isAverage
        self.scale = scale
    }

    deinit {
        sums.deallocate()
        counts.deallocate()
    }

    override func resize(_ count: Int) {
        sums.resize(count)
        counts.resize(count)
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
        let values = argument.pointer(T.self)
        let mask = argument.rowMask
        let (sum, seen) = (sums.base, counts.base)
        if argument.hasNulls {
            for row in 0..<count where !argument.isNull(row) {
                let group = Int(groups[row])
                sum[group] &+= Int128(values[row & mask])
                seen[group] &+= 1
            }
        } else {
            for row in 0..<count {
                let group = Int(groups[row])
                sum[group] &+= Int128(values[row & mask])
                seen[group] &+= 1
            }
        }
    }

    private func addWide(
        _ groups: UnsafePointer<UInt32>, _ argument: Vector, _ count: Int
    ) throws {
        let values = argument.pointer(Int128.self)
        for row in 0..<count where !argument.isNull(row) {
            let group = Int(groups[row])
            let (sum, overflow) = sums.base[group].addingReportingOverflow(
                values[row & argument.rowMask])
            if overflow { throw Decimal.overflow() }
            sums.base[group] = sum
            counts.base[group] &+= 1
        }
    }

    override func merge(
        _ other: AggregateState, _ mapping: UnsafePointer<UInt32>, _ count: Int
    ) throws {
        guard let other = other as? IntegerSumState else { return }
        for group in 0..<count {
            let target = Int(mapping[group])
            let (sum, overflow) = sums.base[target].addingReportingOverflow(other.sums.base[group])
            if overflow { throw Decimal.overflow() }
            sums.base[target] = sum
            counts.base[target] &+= other.counts.base[group]
        }
    }

    override func result(_ range: Range<Int>, _ type: SQLType) throws -> Vector {
        try Self.result(
            range.map { (sums.base[$0], counts.base[$0]) }, scale: scale, isAverage: isAverage,
            type)
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

/// Sum and average of `.decimal`, whose scale differs by row.
final class DecimalSumState: AggregateState {
    private var sums = GroupArray<Decimal>(zero: .zero)
    private var counts = GroupArray<Int64>(zero: 0)
    private let isAverage: Bool
    init(isAverage: Bool) { self.isAverage = isAverage }
    deinit {
        sums.deallocate()
        counts.deallocate()
    }

    override func resize(_ count: Int) {
        sums.resize(count)
        counts.resize(count)
    }

    override func update(
        _ groups: UnsafePointer<UInt32>, _ arguments: [Vector], _ count: Int
    ) throws {
        let values = arguments[0].pointer(Decimal.self)
        for row in 0..<count where !arguments[0].isNull(row) {
            let group = Int(groups[row])
            sums.base[group] = try Decimal.add(
                sums.base[group], values[row & arguments[0].rowMask])
            counts.base[group] &+= 1
        }
    }

    override func merge(
        _ other: AggregateState, _ mapping: UnsafePointer<UInt32>, _ count: Int
    ) throws {
        guard let other = other as? DecimalSumState else { return }
        for group in 0..<count {
            let target = Int(mapping[group])
            sums.base[target] = try Decimal.add(sums.base[target], other.sums.base[group])
            counts.base[target] &+= other.counts.base[group]
        }
    }

    override func result(_ range: Range<Int>, _ type: SQLType) throws -> Vector {
        let vector = Vector(type, capacity: max(range.count, 1))
        vector.count = range.count
        for (row, group) in range.enumerated() {
            if counts.base[group] == 0 {
                vector.setNull(row)
            } else if isAverage {
                vector.pointer(Decimal.self)[row] = try Decimal.divide(
                    sums.base[group], Decimal(mantissa: Int128(counts.base[group]), scale: 0))
            } else {
                vector.pointer(Decimal.self)[row] = sums.base[group]
            }
        }
        return vector
    }
}

/// Sum and average of real and double precision.
final class FloatSumState: AggregateState {
    private var sums = GroupArray<Double>(zero: 0)
    private var counts = GroupArray<Int64>(zero: 0)
    private let isAverage: Bool
    init(isAverage: Bool) { self.isAverage = isAverage }
    deinit {
        sums.deallocate()
        counts.deallocate()
    }

    override func resize(_ count: Int) {
        sums.resize(count)
        counts.resize(count)
    }

    override func update(
        _ groups: UnsafePointer<UInt32>, _ arguments: [Vector], _ count: Int
    ) throws {
        let argument = arguments[0]
        for row in 0..<count where !argument.isNull(row) {
            let group = Int(groups[row])
            let at = row & argument.rowMask
            sums.base[group] +=
                argument.physical == .float32
                ? Double(argument.pointer(Float.self)[at]) : argument.pointer(Double.self)[at]
            counts.base[group] &+= 1
        }
    }

    override func merge(
        _ other: AggregateState, _ mapping: UnsafePointer<UInt32>, _ count: Int
    ) throws {
        guard let other = other as? FloatSumState else { return }
        for group in 0..<count {
            sums.base[Int(mapping[group])] += other.sums.base[group]
            counts.base[Int(mapping[group])] &+= other.counts.base[group]
        }
    }

    override func result(_ range: Range<Int>, _ type: SQLType) throws -> Vector {
        let vector = Vector(type, capacity: max(range.count, 1))
        vector.count = range.count
        for (row, group) in range.enumerated() {
            if counts.base[group] == 0 {
                vector.setNull(row)
                continue
            }
            let value =
                isAverage ? sums.base[group] / Double(counts.base[group]) : sums.base[group]
            if vector.physical == .float32 {
                vector.pointer(Float.self)[row] = Float(value)
            } else {
                vector.pointer(Double.self)[row] = value
            }
        }
        return vector
    }
}

/// Sum and average of intervals, field by field as PostgreSQL adds them.
final class IntervalSumState: AggregateState {
    private var sums = GroupArray<(months: Int64, days: Int64, micros: Int128, count: Int64)>(
        zero: (0, 0, 0, 0))
    private let isAverage: Bool
    init(isAverage: Bool) { self.isAverage = isAverage }
    deinit { sums.deallocate() }

    override func resize(_ count: Int) { sums.resize(count) }

    override func update(
        _ groups: UnsafePointer<UInt32>, _ arguments: [Vector], _ count: Int
    ) throws {
        let values = arguments[0].pointer(Interval.self)
        for row in 0..<count where !arguments[0].isNull(row) {
            let value = values[row & arguments[0].rowMask]
            let group = Int(groups[row])
            sums.base[group].months &+= Int64(value.months)
            sums.base[group].days &+= Int64(value.days)
            sums.base[group].micros &+= Int128(value.microseconds)
            sums.base[group].count &+= 1
        }
    }

    override func merge(
        _ other: AggregateState, _ mapping: UnsafePointer<UInt32>, _ count: Int
    ) throws {
        guard let other = other as? IntervalSumState else { return }
        for group in 0..<count {
            let (target, source) = (Int(mapping[group]), other.sums.base[group])
            sums.base[target].months &+= source.months
            sums.base[target].days &+= source.days
            sums.base[target].micros &+= source.micros
            sums.base[target].count &+= source.count
        }
    }

    override func result(_ range: Range<Int>, _ type: SQLType) throws -> Vector {
        let vector = Vector(type, capacity: max(range.count, 1))
        vector.count = range.count
        for (row, group) in range.enumerated() {
            let sum = sums.base[group]
            if sum.count == 0 {
                vector.setNull(row)
                continue
            }
            vector.pointer(Interval.self)[row] = try Self.interval(
                sum.months, sum.days, sum.micros, dividedBy: isAverage ? sum.count : 1)
        }
        return vector
    }

    private static func interval(
        _ months: Int64, _ days: Int64, _ micros: Int128, dividedBy n: Int64
    ) throws -> Interval {
        let overflow = SQLError(.datetimeFieldOverflow, "interval out of range")
        let wholeMonths = months / n
        let restDays = Double(months % n) / Double(n) * 30
        let allDays = Double(days) / Double(n)
        let wholeDays = allDays.rounded(.towardZero) + restDays.rounded(.towardZero)
        let fraction =
            (allDays - allDays.rounded(.towardZero))
            + (restDays - restDays.rounded(.towardZero))
        let time =
            Double(micros) / Double(n) + (fraction * 86_400_000_000).rounded()
        guard let m = Int32(exactly: wholeMonths), let d = Int32(exactly: wholeDays),
            let t = Int64(exactly: time.rounded())
        else { throw overflow }
        return Interval(months: m, days: d, microseconds: t)
    }
}
