import Basics
import Planning
import Vectors

/// Rows of groups, found by group: where each group's rows lie in an order of all rows.
struct GroupedRows {
    let starts: [Int]
    private(set) var order: [UInt32]

    /// Rows of one group keep their order.
    init(_ groups: UnsafePointer<UInt32>, rows: Int, groupCount: Int) {
        var starts = [Int](repeating: 0, count: groupCount + 1)
        for row in 0..<rows { starts[Int(groups[row]) + 1] += 1 }
        for group in 0..<groupCount { starts[group + 1] += starts[group] }
        var next = starts
        order = [UInt32](repeating: 0, count: rows)
        for row in 0..<rows {
            let group = Int(groups[row])
            order[next[group]] = UInt32(truncatingIfNeeded: row)
            next[group] += 1
        }
        self.starts = starts
    }

    func rows(_ group: Int) -> ArraySlice<UInt32> { order[starts[group]..<starts[group + 1]] }

    mutating func sort(_ group: Int, _ precedes: (UInt32, UInt32) -> Bool) {
        let range = starts[group]..<starts[group + 1]
        if range.count > 1 { order[range].sort(by: precedes) }
    }
}

/// Aggregates that need all their rows at once: string_agg, array_agg, percentiles, mode, and any
/// aggregate with ORDER BY. Rows are kept with their group and evaluated when all have come.
final class CollectState: AggregateState {
    let call: AggregateCall
    let argumentCount: Int
    let rows: RowSet
    let context: QueryContext
    private let isPositioned: Bool
    private var groupCount = 0
    /// Rows by group, and whether those of each group are in the call's order.
    private var grouped: GroupedRows?
    private var isSorted = false

    /// `arguments` of updates are the call's arguments, then its order keys, and where `isPositioned`
    /// the rows' places in the input, by which rows equal in the order are ordered.
    init(_ call: AggregateCall, _ context: QueryContext, isPositioned: Bool = false) {
        self.call = call
        self.context = context
        self.isPositioned = isPositioned
        argumentCount = call.arguments.count
        var types = call.arguments.map(\.type) + call.order.map(\.expression.type)
        if isPositioned { types.append(.bigint) }
        rows = RowSet([.integer] + types, memory: context.memory)
    }

    override var wantsOrderKeys: Bool { true }
    override var byteCount: Int { rows.byteCount }
    override var isAccounted: Bool { true }

    override func resize(_ count: Int) { groupCount = max(groupCount, count) }

    override func update(
        _ groups: UnsafePointer<UInt32>, _ arguments: [Vector], _ count: Int
    ) throws {
        grouped = nil
        try rows.append([Self.groupVector(groups, count)] + arguments, count: count)
    }

    static func groupVector(_ groups: UnsafePointer<UInt32>, _ count: Int) -> Vector {
        let vector = Vector(.integer, capacity: max(count, 1))
        vector.count = count
        vector.pointer(UInt32.self).update(from: groups, count: count)
        return vector
    }

    override func freeze() { grouped = byGroup() }

    private func byGroup() -> GroupedRows {
        isSorted = false
        return grouped
            ?? GroupedRows(
                rows.columns[0].pointer(UInt32.self), rows: rows.count, groupCount: groupCount)
    }

    override func merge(
        _ other: AggregateState, _ sources: UnsafePointer<UInt32>,
        _ targets: UnsafePointer<UInt32>, _ count: Int
    ) throws {
        guard let other = other as? CollectState, let theirs = other.grouped else { return }
        grouped = nil
        try theirs.forEachBatch(sources, targets, count) { positions, groups in
            try positions.withUnsafeBufferPointer { base in
                guard let base = base.baseAddress else { return }
                let columns = other.rows.columns.dropFirst().map {
                    $0.gather(base, count: positions.count)
                }
                try groups.withUnsafeBufferPointer {
                    guard let base = $0.baseAddress else { return }
                    try update(base, columns, groups.count)
                }
            }
        }
    }

    override func result(_ range: Range<Int>, _ type: SQLType) throws -> Vector {
        if grouped == nil || !isSorted {
            grouped = sorted()
            isSorted = true
        }
        let builder = VectorBuilder(type, capacity: max(range.count, 1))
        guard let grouped else { return builder.single() }
        for group in range { builder.append(try value(Array(grouped.rows(group)))) }
        return builder.single()
    }

    /// Rows by group, then by the call's order, then by their place in the input.
    private func sorted() -> GroupedRows {
        var grouped = byGroup()
        func column(_ index: Int) -> Vector { rows.columns[1 + index].vector }
        var keys = call.order.enumerated().map { index, key in
            RowComparator.Key(
                column(argumentCount + index), key.descending, key.nullsFirst)
        }
        if isPositioned {
            keys.append(.init(column(argumentCount + call.order.count), false, false))
        } else if call.isDistinct {
            for index in 0..<argumentCount { keys.append(.init(column(index), false, false)) }
        }
        if keys.isEmpty { return grouped }
        let comparator = RowComparator(keys)
        for group in 0..<groupCount {
            grouped.sort(group) { a, b in
                let verdict = comparator.compare(a, b)
                return verdict == 0 ? a < b : verdict < 0
            }
        }
        return grouped
    }

    private func value(_ members: [UInt32]) throws -> Datum {
        switch call.function {
        case .stringAgg: return try stringAgg(members)
        case .arrayAgg:
            if members.isEmpty { return .null }
            let values = rows.columns[1].vector.gather(members)
            if call.arguments.first?.type.element != nil { return try nested(values) }
            return try ArrayValue.datum(elements: values, type: call.type)
        case .jsonAgg, .jsonbAgg, .jsonObjectAgg, .jsonbObjectAgg: return try json(members)
        case .hypotheticalRank, .hypotheticalDenseRank, .hypotheticalPercentRank,
            .hypotheticalCumeDist:
            return hypothetical(members)
        case .percentileDisc, .percentileCont: return try percentile(members)
        case .mode: return mode(members)
        default:
            guard
                let state = try AggregateState.make(
                    call.function, call.arguments.map(\.type), call.type)
            else { throw SQLError(.featureNotSupported, "\(call.function) is not supported") }
            state.resize(1)
            let zeros = [UInt32](repeating: 0, count: max(members.count, 1))
            let arguments = (0..<argumentCount).map {
                rows.columns[1 + $0].vector.gather(members)
            }
            try zeros.withUnsafeBufferPointer {
                if let base = $0.baseAddress {
                    try state.update(base, arguments, members.count)
                }
            }
            return try state.result(0..<1, call.type).datum(at: 0)
        }
    }

    private func stringAgg(_ members: [UInt32]) throws -> Datum {
        let values = rows.columns[1].vector
        let separators = rows.columns[2].vector
        var out: [UInt8] = []
        var isFirst = true
        for member in members where !values.isNull(Int(member)) {
            if !isFirst, !separators.isNull(Int(member)) {
                out.append(contentsOf: separators.pointer(StringView.self)[Int(member)].buffer)
            }
            out.append(contentsOf: values.pointer(StringView.self)[Int(member)].buffer)
            guard out.count < StringArena.bytesMax else {
                throw SQLError(.programLimitExceeded, "out of memory: a text of over 1 GB")
            }
            isFirst = false
        }
        return isFirst ? .null : .bytes(out)
    }

    private func mode(_ members: [UInt32]) -> Datum {
        let values = rows.columns[1 + argumentCount].vector
        var best: (row: UInt32, count: Int)?
        var start = 0
        while start < members.count {
            var end = start + 1
            while end < members.count,
                Vector.equal(values, Int(members[start]), values, Int(members[end]))
            { end += 1 }
            if !values.isNull(Int(members[start])), end - start > best?.count ?? 0 {
                best = (members[start], end - start)
            }
            start = end
        }
        return best.map { values.datum(at: Int($0.row)) } ?? .null
    }
}

extension GroupedRows {
    /// The rows of the groups `sources` in pieces, each row with its group's entry in `targets`.
    func forEachBatch(
        _ sources: UnsafePointer<UInt32>, _ targets: UnsafePointer<UInt32>, _ count: Int,
        _ body: ([UInt32], [UInt32]) throws -> Void
    ) throws {
        var positions: [UInt32] = []
        var groups: [UInt32] = []
        for index in 0..<count where Int(sources[index]) + 1 < starts.count {
            for row in rows(Int(sources[index])) {
                positions.append(row)
                groups.append(targets[index])
                if positions.count == Vector.standardCapacity {
                    try body(positions, groups)
                    positions.removeAll(keepingCapacity: true)
                    groups.removeAll(keepingCapacity: true)
                }
            }
        }
        if !positions.isEmpty { try body(positions, groups) }
    }
}

/// An aggregate with DISTINCT: keeps each group's distinct arguments, and feeds them on at the end.
final class DistinctState: AggregateState {
    private let inner: AggregateState
    private let seen: KeyTable
    private var groupCount = 0
    private var isFed = false
    private var grouped: GroupedRows?
    private var numbers: [UInt32] = []

    init(_ inner: AggregateState, _ types: [SQLType], _ context: QueryContext) {
        self.inner = inner
        seen = KeyTable([.integer] + types, memory: context.memory)
    }

    override var wantsOrderKeys: Bool { inner.wantsOrderKeys }
    override var byteCount: Int { seen.byteCount }
    override var isAccounted: Bool { true }

    override func resize(_ count: Int) { groupCount = max(groupCount, count) }

    override func update(
        _ groups: UnsafePointer<UInt32>, _ arguments: [Vector], _ count: Int
    ) throws {
        if numbers.count < count { numbers = [UInt32](repeating: 0, count: max(count, 2048)) }
        try numbers.withUnsafeMutableBufferPointer {
            guard let base = $0.baseAddress else { return }
            try seen.findOrInsert(
                [CollectState.groupVector(groups, count)] + arguments, count: count, into: base)
        }
    }

    override func freeze() {
        grouped = GroupedRows(
            seen.keys.columns[0].pointer(UInt32.self), rows: seen.count, groupCount: groupCount)
    }

    override func merge(
        _ other: AggregateState, _ sources: UnsafePointer<UInt32>,
        _ targets: UnsafePointer<UInt32>, _ count: Int
    ) throws {
        guard let other = other as? DistinctState, let theirs = other.grouped else { return }
        try theirs.forEachBatch(sources, targets, count) { positions, groups in
            let columns = positions.withUnsafeBufferPointer { buffer in
                buffer.baseAddress.map { base in
                    other.seen.keys.columns.dropFirst().map {
                        $0.gather(base, count: positions.count)
                    }
                } ?? []
            }
            try groups.withUnsafeBufferPointer {
                if let base = $0.baseAddress { try update(base, columns, groups.count) }
            }
        }
    }

    override func result(_ range: Range<Int>, _ type: SQLType) throws -> Vector {
        if !isFed {
            isFed = true
            inner.resize(groupCount)
            var start = 0
            while start < seen.count {
                let batch = seen.keys.batch(start..<min(seen.count, start + 4096))
                try inner.update(
                    batch.columns[0].pointer(UInt32.self), Array(batch.columns.dropFirst()),
                    batch.count)
                start += batch.count
            }
        }
        return try inner.result(range, type)
    }
}

extension AggregateState {
    /// The state of a function over arguments of the types; nil where all rows are needed at once.
    static func make(
        _ function: AggregateFunction, _ arguments: [SQLType], _ result: SQLType
    ) throws -> AggregateState? {
        let type = arguments.first ?? .bigint
        switch function {
        case .countStar, .count: return CountState()
        case .sum, .avg:
            let isAverage = function == .avg
            switch type.physical {
            case .int16, .int32, .int64, .int128:
                var scale = 0
                if case .numeric(_, let digits) = type { scale = digits }
                return IntegerSumState(isAverage: isAverage, scale: scale)
            case .decimal: return DecimalSumState(isAverage: isAverage)
            case .float32, .float64: return FloatSumState(isAverage: isAverage)
            case .interval: return IntervalSumState(isAverage: isAverage)
            default: throw SQLError(.undefinedFunction, "\(function) of \(type.name)")
            }
        case .min: return ExtremumState(type, .least)
        case .max: return ExtremumState(type, .greatest)
        case .boolAnd: return ExtremumState(.boolean, .least)
        case .boolOr: return ExtremumState(.boolean, .greatest)
        // Any row will do; the least does not depend on their order.
        case .anyValue: return ExtremumState(type, .least)
        case .bitAnd: return BitState(.and)
        case .bitOr: return BitState(.or)
        case .bitXor: return BitState(.xor)
        case .approxCountDistinct: return DistinctEstimateState()
        case .approxQuantile: return QuantileEstimateState()
        case .stddevSamp, .stddevPop, .varSamp, .varPop:
            return type.physical == .decimal
                ? DecimalVarianceState(function) : FloatVarianceState(function)
        case .corr, .covarSamp, .covarPop, .regrSlope, .regrIntercept, .regrCount, .regrR2,
            .regrAvgX, .regrAvgY, .regrSxx, .regrSyy, .regrSxy:
            return RegressionState(function)
        case .stringAgg, .arrayAgg, .jsonAgg, .jsonbAgg, .jsonObjectAgg, .jsonbObjectAgg,
            .percentileCont, .percentileDisc, .mode, .hypotheticalRank, .hypotheticalDenseRank,
            .hypotheticalPercentRank, .hypotheticalCumeDist:
            return nil
        }
    }
}
