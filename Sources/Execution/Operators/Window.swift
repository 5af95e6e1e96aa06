import Basics
import Planning
import Vectors

/// Window calls that share PARTITION BY and ORDER BY: rows are sorted once, then every call adds a column.
final class WindowOperator: Operator, @unchecked Sendable {
    struct Call: @unchecked Sendable {
        let call: WindowCall
        let arguments: [Compiled]
        let filter: Compiled?
    }
    private let calls: [Call]
    private let partition: [Compiled]
    private let order: [Compiled]
    private let template: WindowCall

    init(
        _ input: Operator, columns: [(ColumnID, SQLType)], calls: [Call], partition: [Compiled],
        order: [Compiled], template: WindowCall
    ) {
        self.calls = calls
        self.partition = partition
        self.order = order
        self.template = template
        super.init(columns: columns, children: [input])
    }

    override var title: String { "Window" }

    override func stream(_ context: QueryContext) throws -> Stream {
        let input = children[0]
        let width = input.columns.count
        let keyTypes =
            template.partition.map(\.type) + template.order.map(\.expression.type)
        let kept = RowSet(input.types + keyTypes, memory: context.memory)
        var single = try input.observed(context)
        single.source = SingleReaderSource(single.source)
        try Pipeline.drive(
            single, context,
            ClosureSink { batch in
                let keys = try (self.partition + self.order).map {
                    try $0.evaluate(batch, context)
                }
                try kept.append(batch.columns + keys, count: batch.count)
            })
        let partitionKeys = template.partition.indices.map {
            RowComparator.Key(kept.columns[width + $0].vector, false, false)
        }
        let orderKeys = template.order.enumerated().map { index, key in
            RowComparator.Key(
                kept.columns[width + template.partition.count + index].vector, key.descending,
                key.nullsFirst)
        }
        let sorted = try RowComparator(partitionKeys + orderKeys).sorted(
            kept.count, context.cancellation)
        let rows = RowSet(kept.columns.map(\.type), memory: context.memory)
        try sorted.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            try rows.append(
                kept.columns.map(\.vector), positions: base, count: sorted.count)
        }
        let frames = WindowPartitions(
            rows, partition: width..<(width + partition.count),
            order: (width + partition.count)..<(width + partition.count + order.count))
        let result = RowSet(types, memory: context.memory)
        let inputBatch = Batch(
            columns: rows.columns.prefix(width).map(\.vector), count: rows.count)
        var added: [Vector] = []
        for call in calls {
            added.append(
                try WindowEvaluator(call, inputBatch, frames, template, context).evaluate())
        }
        if rows.count > 0 {
            try result.append(inputBatch.columns + added, count: rows.count)
        }
        return Stream(source: RowSetSource(result))
    }
}

/// Where partitions and peer groups begin and end in sorted rows.
final class WindowPartitions {
    let rows: RowSet
    let orderColumns: [Vector]
    private(set) var partitions: [Range<Int>] = []
    /// For each row the first row of its peers, and the row after its last peer.
    private(set) var peerStart: [Int] = []
    private(set) var peerEnd: [Int] = []

    private var converted: Vector?

    /// The first order column in another type, made once.
    func orderKeys(as type: SQLType, _ context: QueryContext) throws -> Vector {
        let column = orderColumns[0]
        if type == column.type || type.physical == column.physical && type.family == column.type.family {
            return column
        }
        if let converted, converted.type == type { return converted }
        guard let cast = CastTable.cast(from: column.type, to: type) else {
            throw SQLError.unsupported("RANGE with offset over \(column.type.name)")
        }
        let made = try cast.function.evaluate(
            context.evaluation, [column], count: rows.count, result: type
        ).flattened()
        converted = made
        return made
    }

    init(_ rows: RowSet, partition: Range<Int>, order: Range<Int>) {
        self.rows = rows
        orderColumns = order.map { rows.columns[$0].vector }
        let partitionColumns = partition.map { rows.columns[$0].vector }
        func same(_ columns: [Vector], _ a: Int, _ b: Int) -> Bool {
            columns.allSatisfy { Vector.equal($0, a, $0, b) }
        }
        let count = rows.count
        peerStart = [Int](repeating: 0, count: count)
        peerEnd = [Int](repeating: count, count: count)
        var start = 0
        var peers = 0
        for row in 0..<count {
            let isNewPartition = row > 0 && !same(partitionColumns, row - 1, row)
            if isNewPartition {
                partitions.append(start..<row)
                start = row
            }
            if row > 0, isNewPartition || !same(orderColumns, row - 1, row) {
                for earlier in peers..<row { peerEnd[earlier] = row }
                peers = row
            }
            peerStart[row] = peers
        }
        if count > 0 {
            partitions.append(start..<count)
            for earlier in peers..<count { peerEnd[earlier] = count }
        }
    }
}

/// One window call over sorted rows.
struct WindowEvaluator {
    private let call: WindowOperator.Call
    private let batch: Batch
    private let partitions: WindowPartitions
    private let template: WindowCall
    private let context: QueryContext
    private let arguments: [Vector]
    private let filter: Vector?

    init(
        _ call: WindowOperator.Call, _ batch: Batch, _ partitions: WindowPartitions,
        _ template: WindowCall, _ context: QueryContext
    ) throws {
        self.call = call
        self.batch = batch
        self.partitions = partitions
        self.template = template
        self.context = context
        arguments = try call.arguments.map { try $0.evaluate(batch, context) }
        filter = try call.filter?.evaluate(batch, context)
    }

    private var type: SQLType { call.call.type }

    func evaluate() throws -> Vector {
        let builder = VectorBuilder(type, capacity: max(batch.count, 1))
        for partition in partitions.partitions {
            try context.cancellation.check()
            switch call.call.function {
            case .aggregate(let function):
                try aggregate(function, partition, builder)
            case .firstValue, .lastValue, .nthValue: try framed(partition, builder)
            default: try ranked(partition, builder)
            }
        }
        return builder.single()
    }

    private func integer(_ argument: Int, _ row: Int) -> Int64? {
        guard argument < arguments.count,
            case .int(let value) = arguments[argument].datum(at: row)
        else { return nil }
        return value
    }

    private func ranked(_ partition: Range<Int>, _ builder: VectorBuilder) throws {
        var dense: Int64 = 0
        let count = partition.count
        for row in partition {
            let place = row - partition.lowerBound
            let peers = partitions.peerStart[row]
            if peers == row { dense += 1 }
            switch call.call.function {
            case .rowNumber: builder.append(.int(Int64(place + 1)))
            case .rank: builder.append(.int(Int64(peers - partition.lowerBound + 1)))
            case .denseRank: builder.append(.int(dense))
            case .percentRank:
                builder.append(
                    .double(
                        count == 1 ? 0 : Double(peers - partition.lowerBound) / Double(count - 1)))
            case .cumeDist:
                builder.append(
                    .double(
                        Double(partitions.peerEnd[row] - partition.lowerBound) / Double(count)))
            case .ntile:
                guard let buckets = integer(0, row) else {
                    builder.append(.null)
                    continue
                }
                guard buckets > 0 else {
                    throw SQLError(
                        SQLState("22014"), "argument of ntile must be greater than zero")
                }
                let tiles = Int(min(buckets, Int64(count)))
                let (size, extra) = (count / tiles, count % tiles)
                let cut = extra * (size + 1)
                let tile = place < cut ? place / (size + 1) : extra + (place - cut) / size
                builder.append(.int(Int64(tile + 1)))
            case .lag, .lead:
                let isLag = if case .lag = call.call.function { true } else { false }
                if arguments.count > 1, arguments[1].isNull(row) {
                    builder.append(.null)
                    continue
                }
                let offset = Int(clamping: integer(1, row) ?? 1)
                let (target, overflow) =
                    isLag
                    ? row.subtractingReportingOverflow(offset)
                    : row.addingReportingOverflow(offset)
                if !overflow, partition.contains(target) {
                    builder.append(arguments[0].datum(at: target))
                } else {
                    builder.append(arguments.count > 2 ? arguments[2].datum(at: row) : .null)
                }
            default: builder.append(.null)
            }
        }
    }

    private func framed(_ partition: Range<Int>, _ builder: VectorBuilder) throws {
        for row in partition {
            let rows = try frameRows(row, partition)
            let chosen: Int?
            switch call.call.function {
            case .firstValue: chosen = rows.first
            case .lastValue: chosen = rows.last
            default:
                guard let nth = integer(1, row) else {
                    builder.append(.null)
                    continue
                }
                guard nth > 0 else {
                    throw SQLError(
                        SQLState("22016"), "argument of nth_value must be greater than zero")
                }
                chosen = nth <= rows.count ? rows[rows.startIndex + Int(nth) - 1] : nil
            }
            builder.append(chosen.map { arguments[0].datum(at: $0) } ?? .null)
        }
    }

    /// The rows of a frame in order; excluded ones left out.
    private func frameRows(_ row: Int, _ partition: Range<Int>) throws -> [Int] {
        let range = try WindowFrameBounds(call.call.frame, template, partitions, context)
            .range(row, partition)
        switch call.call.frame.exclusion {
        case .noOthers: return Array(range)
        case .currentRow: return range.filter { $0 != row }
        case .group:
            let peers = partitions.peerStart[row]..<partitions.peerEnd[row]
            return range.filter { !peers.contains($0) }
        case .ties:
            let peers = partitions.peerStart[row]..<partitions.peerEnd[row]
            return range.filter { $0 == row || !peers.contains($0) }
        }
    }

    private func aggregate(
        _ function: AggregateFunction, _ partition: Range<Int>, _ builder: VectorBuilder
    ) throws {
        let frame = call.call.frame
        let bounds = WindowFrameBounds(frame, template, partitions, context)
        var grows = false
        if case .unboundedPreceding = frame.start, case .noOthers = frame.exclusion { grows = true }
        var state = try makeState(function)
        var taken = partition.lowerBound..<partition.lowerBound
        var last: Datum?
        for row in partition {
            if case .noOthers = frame.exclusion {
                let range = try bounds.range(row, partition)
                if range == taken, let last {
                    builder.append(last)
                    continue
                }
                if grows, range.upperBound >= taken.upperBound {
                    try feed(state, Array(taken.upperBound..<range.upperBound))
                } else {
                    state = try makeState(function)
                    try feed(state, Array(range))
                }
                taken = range
            } else {
                state = try makeState(function)
                try feed(state, try frameRows(row, partition))
            }
            let value = try state.result(0..<1, type).datum(at: 0)
            last = value
            builder.append(value)
        }
    }

    private func makeState(_ function: AggregateFunction) throws -> AggregateState {
        let state =
            try AggregateState.make(function, call.call.arguments.map(\.type), type)
            ?? CollectState(
                AggregateCall(
                    function: function, arguments: call.call.arguments, type: type), context)
        state.resize(1)
        return state
    }

    private func feed(_ state: AggregateState, _ rows: [Int]) throws {
        let chosen = rows.filter { row in
            guard let filter else { return true }
            return !filter.isNull(row) && filter.pointer(UInt8.self)[row & filter.rowMask] != 0
        }.map { UInt32(truncatingIfNeeded: $0) }
        if chosen.isEmpty { return }
        let zeros = [UInt32](repeating: 0, count: chosen.count)
        try zeros.withUnsafeBufferPointer {
            if let base = $0.baseAddress {
                try state.update(base, arguments.map { $0.gather(chosen) }, chosen.count)
            }
        }
    }
}

/// Turns a frame clause into ranges of sorted rows.
struct WindowFrameBounds {
    private let frame: WindowFrame
    private let template: WindowCall
    private let partitions: WindowPartitions
    private let context: QueryContext

    init(
        _ frame: WindowFrame, _ template: WindowCall, _ partitions: WindowPartitions,
        _ context: QueryContext
    ) {
        self.frame = frame
        self.template = template
        self.partitions = partitions
        self.context = context
    }

    func range(_ row: Int, _ partition: Range<Int>) throws -> Range<Int> {
        let start = try bound(frame.start, row, partition, isStart: true)
        let end = try bound(frame.end, row, partition, isStart: false)
        let low = min(max(start, partition.lowerBound), partition.upperBound)
        let high = min(max(end, partition.lowerBound), partition.upperBound)
        return low..<max(low, high)
    }

    private func bound(
        _ bound: WindowFrame.Bound, _ row: Int, _ partition: Range<Int>, isStart: Bool
    ) throws -> Int {
        switch bound {
        case .unboundedPreceding: return partition.lowerBound
        case .unboundedFollowing: return partition.upperBound
        case .currentRow:
            if case .rows = frame.mode { return isStart ? row : row + 1 }
            return isStart ? partitions.peerStart[row] : partitions.peerEnd[row]
        case .preceding(let offset, let shift):
            return try moved(offset, shift, -1, row, partition, isStart)
        case .following(let offset, let shift):
            return try moved(offset, shift, 1, row, partition, isStart)
        }
    }

    private func moved(
        _ offset: Expression, _ shift: ScalarFunction?, _ sign: Int, _ row: Int,
        _ partition: Range<Int>, _ isStart: Bool
    ) throws -> Int {
        let value = try Compiled.compile(offset, Layout([], nil))
            .evaluate(Batch(columns: [], count: 1), context)
        let invalid = SQLError(
            SQLState("22013"),
            "frame \(isStart ? "starting" : "ending") offset must not be negative")
        if case .range = frame.mode {
            return try byValue(value, shift, row, partition, isStart)
        }
        guard case .int(let amount) = value.datum(at: 0) else {
            throw SQLError(
                SQLState("22004"),
                "frame \(isStart ? "starting" : "ending") offset must not be null")
        }
        guard amount >= 0 else { throw invalid }
        let steps = Int(clamping: min(amount, Int64(partition.count + 1))) * sign
        if case .rows = frame.mode { return isStart ? row + steps : row + steps + 1 }
        return groupBound(row, steps, partition, isStart)
    }

    private func groupBound(
        _ row: Int, _ steps: Int, _ partition: Range<Int>, _ isStart: Bool
    ) -> Int {
        var place = row
        var left = abs(steps)
        while left > 0 {
            if steps < 0 {
                let before = partitions.peerStart[place] - 1
                if before < partition.lowerBound { return partition.lowerBound }
                place = before
            } else {
                let after = partitions.peerEnd[place]
                if after >= partition.upperBound { return partition.upperBound }
                place = after
            }
            left -= 1
        }
        return isStart ? partitions.peerStart[place] : partitions.peerEnd[place]
    }

    /// RANGE with an offset: the key moved by it, found among the partition's keys.
    private func byValue(
        _ offset: Vector, _ shift: ScalarFunction?, _ row: Int,
        _ partition: Range<Int>, _ isStart: Bool
    ) throws -> Int {
        guard let shift, let column = partitions.orderColumns.first,
            let key = template.order.first
        else { throw SQLError(.windowingError, "RANGE with offset needs one ORDER BY column") }
        if column.isNull(row) {
            return isStart ? partitions.peerStart[row] : partitions.peerEnd[row]
        }
        let current = Vector.constant(column.datum(at: row), column.type, count: 1)
        // The moved key may have another type (date + interval is a timestamp): compare in that one.
        let type = shift.resultType([column.type, offset.type])
        let limit = try shift.evaluate(
            context.evaluation, [current, offset], count: 1, result: type)
        let keys = try partitions.orderKeys(as: type, context)
        var (low, high) = (partition.lowerBound, partition.upperBound)
        while low < high {
            let middle = (low + high) / 2
            let before: Bool
            if column.isNull(middle) {
                before = key.nullsFirst
            } else {
                var order = Vector.compare(keys, middle, limit, 0)
                if key.descending { order = -order }
                before = isStart ? order < 0 : order <= 0
            }
            if before { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
