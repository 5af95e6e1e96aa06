import Basics
import Planning
import Vectors

/// An aggregate call over resolved expressions.
struct CompiledAggregate: @unchecked Sendable {
    let call: AggregateCall
    let arguments: [Compiled]
    let order: [Compiled]
    let filter: Compiled?

    init(_ original: AggregateCall, _ layout: Layout) throws {
        let call = Self.widened(original)
        self.call = call
        arguments = try call.arguments.map { try Compiled.compile($0, layout) }
        order = try call.order.map { try Compiled.compile($0.expression, layout) }
        filter = try call.filter.map { try Compiled.compile($0, layout) }
    }

    /// Moments are taken over numeric or double precision, whatever came in.
    private static func widened(_ call: AggregateCall) -> AggregateCall {
        let isMoment: Bool
        switch call.function {
        case .stddevSamp, .stddevPop, .varSamp, .varPop: isMoment = true
        default: isMoment = false
        }
        guard isMoment, let argument = call.arguments.first else { return call }
        let wide: SQLType = argument.type.isExactNumber ? .decimal : .double
        guard argument.type != wide,
            let cast = CastTable.cast(from: argument.type, to: wide)
        else { return call }
        var copy = call
        copy.arguments[0] = .call(cast.function, [argument], wide, position: call.position)
        return copy
    }

    func makeState(_ context: QueryContext) throws -> AggregateState {
        let types = call.arguments.map(\.type)
        let plain = try AggregateState.make(call.function, types, call.type)
        let needsOrder = !call.order.isEmpty && Self.dependsOnOrder(call.function)
        let base = (needsOrder ? nil : plain) ?? CollectState(call, context)
        guard call.isDistinct else { return base }
        let keyTypes = base.wantsOrderKeys ? call.order.map(\.expression.type) : []
        return DistinctState(base, types + keyTypes, context)
    }

    private static func dependsOnOrder(_ function: AggregateFunction) -> Bool {
        switch function {
        case .stringAgg, .arrayAgg, .jsonAgg, .percentileCont, .percentileDisc, .mode, .anyValue:
            true
        default: false
        }
    }

    /// Values for the state: arguments, and order keys where it collects.
    func inputs(
        _ batch: Batch, _ state: AggregateState, _ context: QueryContext
    ) throws -> [Vector] {
        var values = try arguments.map { try $0.evaluate(batch, context) }
        if state.wantsOrderKeys { values += try order.map { try $0.evaluate(batch, context) } }
        return values
    }
}

/// GROUP BY by hashing, with any number of grouping sets; without keys one group always exists.
final class AggregateOperator: Operator, @unchecked Sendable {
    private let keys: [Compiled]
    private let aggregates: [CompiledAggregate]
    private let sets: [[Int]]
    private let groupings: [[Int]]
    private let keyTypes: [SQLType]

    init(
        _ input: Operator, columns: [(ColumnID, SQLType)], keys: [Compiled],
        aggregates: [CompiledAggregate], sets: [[Int]], groupings: [[Int]]
    ) {
        self.keys = keys
        self.aggregates = aggregates
        self.sets = sets
        self.groupings = groupings
        keyTypes = columns.prefix(keys.count).map(\.1)
        super.init(columns: columns, children: [input])
    }

    override var title: String {
        aggregates.isEmpty ? "HashDistinct" : keys.isEmpty ? "Aggregate" : "HashAggregate"
    }

    override func stream(_ context: QueryContext) throws -> Stream {
        let input = try children[0].observed(context)
        var merged: Local?
        try Pipeline.run(
            input, self, context, makeSink: { try Local(self, context) },
            merge: { local in
                if let merged { try merged.merge(local) } else { merged = local }
            })
        return Stream(source: try (merged ?? Local(self, context)).source())
    }

    /// One worker's groups, per grouping set.
    private final class Local: LocalSink {
        let owner: AggregateOperator
        let context: QueryContext
        var tables: [KeyTable] = []
        var states: [[AggregateState]] = []
        private var numbers: [UInt32] = []
        private var selected: [UInt32] = []
        private var selectedGroups: [UInt32] = []

        init(_ owner: AggregateOperator, _ context: QueryContext) throws {
            self.owner = owner
            self.context = context
            for set in owner.sets {
                tables.append(KeyTable(set.map { owner.keyTypes[$0] }, memory: context.memory))
                let states = try owner.aggregates.map { try $0.makeState(context) }
                if set.isEmpty { for state in states { state.resize(1) } }
                self.states.append(states)
            }
        }

        func groupCount(_ set: Int) -> Int {
            owner.sets[set].isEmpty ? 1 : tables[set].count
        }

        override func consume(_ batch: Batch) throws {
            let keys = try owner.keys.map { try $0.evaluate(batch, context) }
            let filters = try owner.aggregates.map { try $0.filter?.evaluate(batch, context) }
            if numbers.count < batch.count {
                numbers = [UInt32](repeating: 0, count: max(batch.count, 2048))
            }
            for (index, set) in owner.sets.enumerated() {
                try numbers.withUnsafeMutableBufferPointer { buffer in
                    guard let groups = buffer.baseAddress else { return }
                    if set.isEmpty {
                        groups.update(repeating: 0, count: batch.count)
                    } else {
                        try tables[index].findOrInsert(
                            set.map { keys[$0] }, count: batch.count, into: groups)
                    }
                    try update(batch, filters, groups, index)
                }
            }
        }

        private func update(
            _ batch: Batch, _ filters: [Vector?], _ groups: UnsafeMutablePointer<UInt32>,
            _ set: Int
        ) throws {
            let count = groupCount(set)
            for (aggregate, (state, filter)) in zip(
                owner.aggregates, zip(states[set], filters))
            {
                state.resize(count)
                guard let filter else {
                    try state.update(
                        groups, aggregate.inputs(batch, state, context), batch.count)
                    continue
                }
                if selected.count < batch.count {
                    selected = [UInt32](repeating: 0, count: max(batch.count, 2048))
                    selectedGroups = selected
                }
                let found = selected.withUnsafeMutableBufferPointer {
                    $0.baseAddress.map { Compiled.trueRows(filter, batch.count, into: $0) } ?? 0
                }
                if found == 0 { continue }
                let part = batch.gather(selected, count: found)
                for row in 0..<found { selectedGroups[row] = groups[Int(selected[row])] }
                let inputs = try aggregate.inputs(part, state, context)
                try selectedGroups.withUnsafeBufferPointer {
                    if let base = $0.baseAddress { try state.update(base, inputs, found) }
                }
            }
        }

        func merge(_ other: Local) throws {
            for set in owner.sets.indices {
                let count = other.groupCount(set)
                var mapping = [UInt32](repeating: 0, count: max(count, 1))
                if !owner.sets[set].isEmpty, count > 0 {
                    var start = 0
                    while start < count {
                        let end = min(count, start + 8192)
                        let batch = other.tables[set].keys.batch(start..<end)
                        try mapping.withUnsafeMutableBufferPointer {
                            guard let base = $0.baseAddress else { return }
                            try tables[set].findOrInsert(
                                batch.columns, count: batch.count, into: base + start)
                        }
                        start = end
                    }
                }
                for (mine, theirs) in zip(states[set], other.states[set]) {
                    mine.resize(groupCount(set))
                    theirs.resize(count)
                    try mapping.withUnsafeBufferPointer {
                        if let base = $0.baseAddress { try mine.merge(theirs, base, count) }
                    }
                }
            }
        }

        func source() throws -> any BatchSource {
            var batches: [Batch] = []
            for set in owner.sets.indices {
                let count = groupCount(set)
                for state in states[set] { state.resize(count) }
                var start = 0
                while start < count {
                    let range = start..<min(count, start + Vector.standardCapacity)
                    batches.append(try batch(set, range))
                    start = range.upperBound
                }
            }
            return BatchListSource(batches)
        }

        private func batch(_ set: Int, _ range: Range<Int>) throws -> Batch {
            let included = owner.sets[set]
            var columns: [Vector] = []
            for (key, type) in owner.keyTypes.enumerated() {
                if let place = included.firstIndex(of: key) {
                    columns.append(tables[set].keys.columns[place].slice(range))
                } else {
                    columns.append(Vector.nulls(type, count: range.count))
                }
            }
            for (aggregate, state) in zip(owner.aggregates, states[set]) {
                columns.append(try state.result(range, aggregate.call.type))
            }
            for grouping in owner.groupings {
                let mask = grouping.reduce(Int64(0)) { $0 << 1 | (included.contains($1) ? 0 : 1) }
                columns.append(Vector.constant(.int(mask), .integer, count: range.count))
            }
            return Batch(columns: columns, count: range.count)
        }
    }
}
