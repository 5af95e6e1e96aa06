import Basics
import Planning
import Vectors

/// What the workers of one grouping set share.
final class GroupingSet: Sendable {
    /// Which of the operator's keys group, in the order of the table's columns.
    let keys: [Int]
    let types: [SQLType]
    let owner: AggregateOperator

    init(_ keys: [Int], _ owner: AggregateOperator) {
        self.keys = keys
        self.owner = owner
        types = keys.map { owner.keyTypes[$0] }
    }

    /// Whether rows are kept with their hashes, since those of texts are dear.
    var keepsHashes: Bool { types.contains(where: \.isPlainBytes) }

    /// The types of rows as they are kept; hashes come last.
    var rowTypes: [SQLType] { types + owner.inputs.rowTypes + (keepsHashes ? [.bigint] : []) }

    /// The hashes of rows as they were kept; nil where they are to be found anew.
    func hashes(_ kept: Batch) -> UnsafePointer<UInt64>? {
        keepsHashes ? kept.columns.last.map { UnsafePointer($0.pointer(UInt64.self)) } : nil
    }
}

/// Groups and their aggregates' states.
final class GroupTable {
    let set: GroupingSet
    let keys: KeyTable
    private let states: [AggregateState]
    private let context: QueryContext
    private var reserved = 0
    private var numbers: UnsafeMutablePointer<UInt32>
    private var capacity = 0
    private var selectedGroups: [UInt32] = []

    /// - Parameter sharedBits: how many of the hashes' highest bits are the same for all keys.
    init(_ set: GroupingSet, sharedBits: Int = 0, _ context: QueryContext) throws {
        self.set = set
        self.context = context
        keys = KeyTable(
            set.types, sharedBits: sharedBits, isSparse: sharedBits > 0, memory: context.memory)
        states = try set.owner.aggregates.map {
            try $0.makeState(context, isPositioned: true)
        }
        numbers = .allocate(capacity: 1)
        if set.keys.isEmpty { for state in states { state.resize(1) } }
    }

    deinit {
        numbers.deallocate()
        context.memory.release(reserved)
    }

    /// Without keys there is always one group.
    var count: Int { self.set.keys.isEmpty ? 1 : keys.count }
    var byteCount: Int { keys.byteCount + states.reduce(0) { $0 + $1.byteCount } }

    func update(_ rows: AggregateRows, hashes: UnsafePointer<UInt64>? = nil) throws {
        let groups = prepare(rows.count)
        if set.keys.isEmpty {
            groups.update(repeating: 0, count: rows.count)
        } else {
            try keys.findOrInsert(rows.keys, count: rows.count, hashes: hashes, into: groups)
        }
        try resize()
        for (state, call) in zip(states, set.owner.inputs.calls) {
            let inputs = call.columns.map { rows.inputs[$0] }
            guard let filter = call.filter, let selection = rows.selections[filter] else {
                try state.update(groups, inputs, rows.count)
                continue
            }
            if selection.isEmpty { continue }
            selectedGroups.removeAll(keepingCapacity: true)
            for row in selection { selectedGroups.append(groups[Int(row)]) }
            try selectedGroups.withUnsafeBufferPointer {
                if let base = $0.baseAddress { try state.update(base, inputs, selection.count) }
            }
        }
    }

    private func prepare(_ rows: Int) -> UnsafeMutablePointer<UInt32> {
        if capacity < rows {
            numbers.deallocate()
            capacity = max(rows, Vector.standardCapacity)
            numbers = .allocate(capacity: capacity)
        }
        return numbers
    }

    private func resize() throws {
        for state in states { state.resize(count) }
        let bytes = states.reduce(0) { $0 + ($1.isAccounted ? 0 : $1.byteCount) }
        if bytes > reserved {
            let more = bytes - reserved
            reserved = bytes
            do { try context.memory.reserve(more) } catch {
                reserved -= more
                throw error
            }
        }
    }

    /// Called once after the last update, before several threads merge from this table.
    func freeze() { for state in states { state.freeze() } }

    /// Takes groups of another, frozen table of the same set: those at `sources`.
    func merge(_ other: GroupTable, _ sources: UnsafePointer<UInt32>, count rows: Int) throws {
        var start = 0
        while start < rows {
            try context.cancellation.check()
            let part = min(rows - start, 8192)
            let places = sources + start
            let targets = prepare(part)
            if set.keys.isEmpty {
                targets.update(repeating: 0, count: part)
            } else {
                let columns = other.keys.keys.columns.map { $0.gather(places, count: part) }
                try withUnsafeTemporaryAllocation(of: UInt64.self, capacity: part) { hashes in
                    for row in 0..<part { hashes[row] = other.keys.hash(Int(places[row])) }
                    try keys.findOrInsert(
                        columns, count: part, hashes: hashes.baseAddress, into: targets)
                }
            }
            try resize()
            for (mine, theirs) in zip(states, other.states) {
                try mine.merge(theirs, places, targets, part)
            }
            start += part
        }
    }

    /// Takes all groups of another, frozen table.
    func merge(_ other: GroupTable) throws {
        let all = [UInt32](0..<UInt32(truncatingIfNeeded: other.count))
        try all.withUnsafeBufferPointer {
            if let base = $0.baseAddress { try merge(other, base, count: all.count) }
        }
    }

    /// All groups as result rows, in an order that depends on nothing but their keys.
    func output() throws -> GroupOutput {
        let order = set.keys.isEmpty ? [0] : keys.hashOrder()
        let results = try zip(states, set.owner.aggregates).map { state, aggregate in
            state.resize(count)
            return try state.result(0..<count, aggregate.call.type)
        }
        return GroupOutput(self, order, results)
    }
}

/// A table's result rows, batch by batch.
final class GroupOutput {
    private let table: GroupTable
    private let order: [UInt32]
    private let results: [Vector]
    private var next_ = 0

    fileprivate init(_ table: GroupTable, _ order: [UInt32], _ results: [Vector]) {
        self.table = table
        self.order = order
        self.results = results
    }

    func next() -> Batch? {
        guard next_ < order.count else { return nil }
        let count = min(order.count - next_, Vector.standardCapacity)
        let start = next_
        next_ += count
        return order.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { batch($0 + start, count) }
        }
    }

    private func batch(_ groups: UnsafePointer<UInt32>, _ count: Int) -> Batch {
        let (set, owner) = (table.set, table.set.owner)
        var columns: [Vector] = []
        for (key, type) in owner.keyTypes.enumerated() {
            if let place = set.keys.firstIndex(of: key) {
                columns.append(table.keys.keys.columns[place].gather(groups, count: count))
            } else {
                columns.append(Vector.nulls(type, count: count))
            }
        }
        for result in results { columns.append(result.gather(groups, count: count)) }
        for grouping in owner.groupings {
            let mask = grouping.reduce(Int64(0)) { $0 << 1 | (set.keys.contains($1) ? 0 : 1) }
            columns.append(Vector.constant(.int(mask), .integer, count: count))
        }
        return Batch(columns: columns, count: count)
    }
}
