import Basics
import Planning
import Vectors

/// Aggregates that need all their rows at once: string_agg, array_agg, percentiles, mode, and any
/// aggregate with ORDER BY. Rows are kept with their group and evaluated when all have come.
final class CollectState: AggregateState {
    private let call: AggregateCall
    private let argumentCount: Int
    private let rows: RowSet
    private let context: QueryContext
    private var groupCount = 0

    /// `arguments` of updates are the call's arguments, then its order keys.
    init(_ call: AggregateCall, _ context: QueryContext) {
        self.call = call
        self.context = context
        argumentCount = call.arguments.count
        let types = call.arguments.map(\.type) + call.order.map(\.expression.type)
        rows = RowSet([.integer] + types, memory: context.memory)
    }

    override var wantsOrderKeys: Bool { true }

    override func resize(_ count: Int) { groupCount = max(groupCount, count) }

    override func update(
        _ groups: UnsafePointer<UInt32>, _ arguments: [Vector], _ count: Int
    ) throws {
        try rows.append([Self.groupVector(groups, count)] + arguments, count: count)
    }

    static func groupVector(_ groups: UnsafePointer<UInt32>, _ count: Int) -> Vector {
        let vector = Vector(.integer, capacity: max(count, 1))
        vector.count = count
        vector.pointer(UInt32.self).update(from: groups, count: count)
        return vector
    }

    override func merge(
        _ other: AggregateState, _ mapping: UnsafePointer<UInt32>, _ count: Int
    ) throws {
        guard let other = other as? CollectState else { return }
        let groups = other.rows.columns[0].pointer(UInt32.self)
        for row in 0..<other.rows.count { groups[row] = mapping[Int(groups[row])] }
        try rows.append(other.rows)
    }

    override func result(_ range: Range<Int>, _ type: SQLType) throws -> Vector {
        let order = sorted()
        let groups = rows.columns[0].pointer(UInt32.self)
        let builder = VectorBuilder(type, capacity: max(range.count, 1))
        var next = order.partitioningIndex { Int(groups[Int($0)]) >= range.lowerBound }
        for group in range {
            let start = next
            while next < order.count, Int(groups[Int(order[next])]) == group { next += 1 }
            builder.append(try value(Array(order[start..<next])))
        }
        return builder.single()
    }

    /// Rows by group, then by the call's order, then as they came.
    private func sorted() -> [UInt32] {
        let groups = rows.columns[0].pointer(UInt32.self)
        var keys: [RowComparator.Key] = []
        for (index, key) in call.order.enumerated() {
            let column = rows.columns[1 + argumentCount + index]
            keys.append(.init(column.vector, key.descending, key.nullsFirst))
        }
        let comparator = RowComparator(keys)
        var order = [UInt32](0..<UInt32(truncatingIfNeeded: rows.count))
        order.sort { a, b in
            let (groupA, groupB) = (groups[Int(a)], groups[Int(b)])
            if groupA != groupB { return groupA < groupB }
            let verdict = comparator.compare(a, b)
            return verdict == 0 ? a < b : verdict < 0
        }
        return order
    }

    private func value(_ members: [UInt32]) throws -> Datum {
        switch call.function {
        case .stringAgg: return stringAgg(members)
        case .arrayAgg:
            if members.isEmpty { return .null }
            return try ArrayValue.datum(
                elements: rows.columns[1].vector.gather(members), type: call.type)
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

    private func stringAgg(_ members: [UInt32]) -> Datum {
        let values = rows.columns[1].vector
        let separators = rows.columns[2].vector
        var out: [UInt8] = []
        var isFirst = true
        for member in members where !values.isNull(Int(member)) {
            if !isFirst, !separators.isNull(Int(member)) {
                out.append(contentsOf: separators.pointer(StringView.self)[Int(member)].buffer)
            }
            out.append(contentsOf: values.pointer(StringView.self)[Int(member)].buffer)
            isFirst = false
        }
        return isFirst ? .null : .bytes(out)
    }

    /// The ordered values lie in the first order column; the fraction is the argument.
    private func percentile(_ members: [UInt32]) throws -> Datum {
        let values = rows.columns[1 + argumentCount].vector
        let present = members.filter { !values.isNull(Int($0)) }
        guard let first = present.first,
            case .double(let fraction) = rows.columns[1].vector.datum(at: Int(first))
        else { return .null }
        guard fraction >= 0, fraction <= 1 else {
            throw SQLError(
                .numericValueOutOfRange,
                "percentile value \(fraction) is not between 0 and 1")
        }
        let last = Double(present.count - 1)
        if call.function == .percentileDisc {
            let index = max(0, Int((fraction * Double(present.count)).rounded(.up)) - 1)
            return values.datum(at: Int(present[min(index, present.count - 1)]))
        }
        let place = fraction * last
        let (low, high) = (Int(place.rounded(.down)), Int(place.rounded(.up)))
        guard case .double(let a) = values.datum(at: Int(present[low])),
            case .double(let b) = values.datum(at: Int(present[high]))
        else { return .null }
        return .double(low == high ? a : a + (place - Double(low)) * (b - a))
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

extension Array where Element == UInt32 {
    /// The first index whose element satisfies the predicate, where all after it do too.
    func partitioningIndex(_ predicate: (UInt32) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if predicate(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

/// An aggregate with DISTINCT: keeps each group's distinct arguments, and feeds them on at the end.
final class DistinctState: AggregateState {
    private let inner: AggregateState
    private let seen: KeyTable
    private let argumentCount: Int
    private var groupCount = 0
    private var isFed = false

    init(_ inner: AggregateState, _ types: [SQLType], _ context: QueryContext) {
        self.inner = inner
        argumentCount = types.count
        seen = KeyTable([.integer] + types, memory: context.memory)
    }

    override var wantsOrderKeys: Bool { inner.wantsOrderKeys }

    override func resize(_ count: Int) { groupCount = max(groupCount, count) }

    override func update(
        _ groups: UnsafePointer<UInt32>, _ arguments: [Vector], _ count: Int
    ) throws {
        var numbers = [UInt32](repeating: 0, count: max(count, 1))
        try numbers.withUnsafeMutableBufferPointer {
            guard let base = $0.baseAddress else { return }
            try seen.findOrInsert(
                [CollectState.groupVector(groups, count)] + arguments, count: count, into: base)
        }
    }

    override func merge(
        _ other: AggregateState, _ mapping: UnsafePointer<UInt32>, _ count: Int
    ) throws {
        guard let other = other as? DistinctState else { return }
        try other.forEachBatch { groups, arguments, rows in
            for row in 0..<rows { groups[row] = mapping[Int(groups[row])] }
            try update(groups, arguments, rows)
        }
    }

    private func forEachBatch(
        _ body: (UnsafeMutablePointer<UInt32>, [Vector], Int) throws -> Void
    ) throws {
        var start = 0
        while start < seen.count {
            let end = min(seen.count, start + 4096)
            let batch = seen.keys.batch(start..<end)
            try body(
                batch.columns[0].pointer(UInt32.self), Array(batch.columns.dropFirst()),
                batch.count)
            start = end
        }
    }

    override func result(_ range: Range<Int>, _ type: SQLType) throws -> Vector {
        if !isFed {
            isFed = true
            inner.resize(groupCount)
            try forEachBatch { try inner.update($0, $1, $2) }
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
        case .anyValue: return ExtremumState(type, .first)
        case .bitAnd, .bitOr: return BitState(isAnd: function == .bitAnd)
        case .stddevSamp, .stddevPop, .varSamp, .varPop:
            return type.physical == .decimal
                ? DecimalVarianceState(function) : FloatVarianceState(function)
        case .corr, .covarSamp, .covarPop, .regrSlope, .regrIntercept, .regrCount, .regrR2,
            .regrAvgX, .regrAvgY, .regrSxx, .regrSyy, .regrSxy:
            return RegressionState(function)
        case .stringAgg, .arrayAgg, .jsonAgg, .percentileCont, .percentileDisc, .mode: return nil
        }
    }
}
