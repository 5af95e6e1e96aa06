import Basics
import Planning
import Vectors

/// One worker's results: an entry a group.
final class StarTotals {
    /// Rows of each group.
    var rows = GroupArray<Int64>(zero: 0)
    /// 64-bit sums that cannot have overflowed since they were last emptied into `wide`.
    var sums: [GroupArray<Int64>] = []
    var wide: [GroupArray<Int128>] = []
    /// Rows that count for a sum, where not all rows of a group do; else empty.
    var counts: [GroupArray<Int64>] = []
    let states: [AggregateState?]
    private let aggregates: [StarAggregate]
    /// How large the entries of `sums` may be by now.
    private var reach: [Int128]

    init(_ run: StarRun) throws {
        aggregates = run.star.aggregates
        rows.resize(run.groupCount)
        states = try aggregates.map { aggregate in
            if aggregate.isCount { return nil }
            if aggregate.isFastSum { return nil }
            let state = try aggregate.compiled.makeState(run.context)
            state.resize(run.groupCount)
            return state
        }
        for index in aggregates.indices {
            var sum = GroupArray<Int64>(zero: 0)
            var big = GroupArray<Int128>(zero: 0)
            if states[index] == nil, !aggregates[index].isCount {
                sum.resize(run.groupCount)
                big.resize(run.groupCount)
            }
            sums.append(sum)
            wide.append(big)
            var count = GroupArray<Int64>(zero: 0)
            if sum.count > 0, !run.checked(aggregates[index]).isEmpty { count.resize(run.groupCount) }
            counts.append(count)
        }
        reach = [Int128](repeating: 0, count: aggregates.count)
    }

    deinit {
        rows.deallocate()
        for sum in sums { sum.deallocate() }
        for big in wide { big.deallocate() }
        for count in counts { count.deallocate() }
    }

    /// Whether a sum counts its rows by itself.
    func isChecked(_ aggregate: Int) -> Bool { counts[aggregate].count > 0 }

    /// Makes room for `amount` more in every group's 64-bit sum.
    func prepare(_ aggregate: Int, _ amount: Int128) {
        reach[aggregate] += amount
        if reach[aggregate] < Int128(Int64.max) { return }
        empty(aggregate)
        reach[aggregate] = amount
    }

    private func empty(_ aggregate: Int) {
        let (sum, big) = (sums[aggregate], wide[aggregate])
        for group in 0..<sum.count {
            big.base[group] &+= Int128(sum.base[group])
            sum.base[group] = 0
        }
        reach[aggregate] = 0
    }

    func merge(_ other: StarTotals, _ groupCount: Int) throws {
        for group in 0..<groupCount { rows.base[group] &+= other.rows.base[group] }
        let identity = [UInt32](0..<UInt32(truncatingIfNeeded: groupCount))
        for index in aggregates.indices {
            if let state = states[index], let theirs = other.states[index] {
                try identity.withUnsafeBufferPointer {
                    if let base = $0.baseAddress { try state.merge(theirs, base, groupCount) }
                }
                continue
            }
            if aggregates[index].isCount { continue }
            empty(index)
            other.empty(index)
            for group in 0..<groupCount {
                try Self.add(other.wide[index].base[group], to: &wide[index].base[group])
            }
            guard isChecked(index) else { continue }
            for group in 0..<groupCount {
                counts[index].base[group] &+= other.counts[index].base[group]
            }
        }
    }

    /// Adds a vector of integers, row by row, to the sums of the rows' groups.
    func add(
        _ values: Vector, to aggregate: Int, _ groups: UnsafePointer<UInt32>, _ count: Int
    ) throws {
        let sums = wide[aggregate].base
        guard values.physical == .int128 else {
            for row in 0..<count { sums[Int(groups[row])] &+= Int128(values.integer(row)) }
            return
        }
        let (source, mask) = (values.pointer(Int128.self), values.rowMask)
        for row in 0..<count { try Self.add(source[row & mask], to: &sums[Int(groups[row])]) }
    }

    @inline(__always)
    private static func add(_ value: Int128, to sum: inout Int128) throws {
        let (total, overflow) = sum.addingReportingOverflow(value)
        if overflow { throw Decimal.overflow() }
        sum = total
    }

    func result(_ index: Int, _ groups: [UInt32]) throws -> Vector {
        let call = aggregates[index].call
        if let state = states[index] {
            // Mostly all groups are wanted; gather from one result.
            return try state.result(0..<rows.count, call.type).gather(groups)
        }
        if aggregates[index].isCount {
            let vector = Vector(call.type, capacity: max(groups.count, 1))
            vector.count = groups.count
            for (row, group) in groups.enumerated() {
                vector.pointer(Int64.self)[row] = rows.base[Int(group)]
            }
            return vector
        }
        empty(index)
        let scale = max(0, call.arguments[0].type.unitScale)
        let found = isChecked(index) ? counts[index] : rows
        return try IntegerSumState.result(
            groups.map { (wide[index].base[Int($0)], found.base[Int($0)]) }, scale: scale,
            isAverage: call.function == .avg, call.type)
    }
}
