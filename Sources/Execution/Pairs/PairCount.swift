import Basics
import Planning
import Synchronization
import Vectors

/// Counts pairs of values that occur together: rows of one expression joined with themselves by equal
/// `together`, grouped by both rows' `item`, `count(*)`, where the items differ (or are in order).
///
/// No pair is ever made a row. Items get numbers in their order and rows lie by `together` with their
/// items sorted; then for one item after the other its partners are counted in an array, by an index of
/// the places where it occurs.
final class PairCountOperator: Operator, @unchecked Sendable {
    private let shape: PairShape

    init(_ shape: PairShape, columns: [(ColumnID, SQLType)]) {
        self.shape = shape
        super.init(columns: columns)
    }

    override var title: String { "PairCount over CTE \(shape.id)" }

    override func stream(_ context: QueryContext) throws -> Stream {
        guard let rows = context.materialized.get(shape.id) else {
            throw SQLError(
                .internalError, "common table expression \(shape.id) has not been computed")
        }
        let table = try PairTable(
            together: rows.columns[shape.together], item: rows.columns[shape.item],
            count: rows.count, context)
        return Stream(source: PairSource(self, table, shape, columns.map(\.1), context))
    }
}

/// The aggregate that `PairCountOperator` answers.
struct PairShape: Sendable {
    enum Output: Sendable { case lower, higher, count }
    /// The common table expression, and places of its columns.
    let id: Int
    let together: Int
    let item: Int
    /// Each pair in both orders.
    let isSymmetric: Bool
    let outputs: [Output]

    /// - Parameter definition: columns of a common table expression in scope.
    init?(_ node: AggregateNode, definition: (Int) -> [ColumnID]?) {
        guard node.groupingSets == nil, node.groupings.isEmpty, node.keys.count == 2,
            case .join(let join) = node.input, join.kind == .inner, join.lateral.isEmpty,
            let (id, left) = Self.reference(join.left),
            let (other, right) = Self.reference(join.right), id == other,
            let sources = definition(id)
        else { return nil }
        func source(_ expression: Expression) -> (isLeft: Bool, place: Int)? {
            guard case .column(let column, _) = expression.withoutTextCast else { return nil }
            let isLeft = left[column] != nil
            guard let source = left[column] ?? right[column],
                let place = sources.firstIndex(of: source)
            else { return nil }
            return (isLeft, place)
        }
        var together: Int?
        var order: (lowerIsLeft: Bool?, item: Int)?
        for condition in join.conditions {
            guard case .call(let function, let sides, _, _) = condition, sides.count == 2,
                let a = source(sides[0]), let b = source(sides[1]), a.isLeft != b.isLeft,
                a.place == b.place, sides[0].type == sides[1].type
            else { return nil }
            switch function.name {
            case "=" where together == nil: together = a.place
            case "<>" where order == nil: order = (nil, a.place)
            case "<" where order == nil: order = (a.isLeft, a.place)
            case ">" where order == nil: order = (b.isLeft, a.place)
            default: return nil
            }
        }
        guard let together, let order, together != order.item else { return nil }
        self.id = id
        self.together = together
        item = order.item
        isSymmetric = order.lowerIsLeft == nil
        var outputs: [Output] = []
        for (_, key) in node.keys {
            guard case .column(_, let type) = key, ScanCondition.isIntegerLike(type) || type.isText,
                let (isLeft, place) = source(key), place == item
            else { return nil }
            outputs.append(isLeft == (order.lowerIsLeft ?? true) ? .lower : .higher)
        }
        guard Set(outputs).count == 2 else { return nil }
        for (_, call) in node.aggregates {
            guard call.function == .countStar, call.filter == nil else { return nil }
            outputs.append(.count)
        }
        self.outputs = outputs
    }

    /// A reference to a common table expression: its id, and its columns by what they show.
    private static func reference(_ plan: Plan) -> (Int, [ColumnID: ColumnID])? {
        switch plan {
        case .cteScan(let id, let columns):
            var sources: [ColumnID: ColumnID] = [:]
            for column in columns { sources[column.id] = column.source }
            return (id, sources)
        case .project(let input, let items):
            guard let (id, inner) = reference(input) else { return nil }
            var sources: [ColumnID: ColumnID] = [:]
            for item in items {
                guard case .column(let column, _) = item.expression else { return nil }
                sources[item.id] = inner[column]
            }
            return (id, sources)
        default: return nil
        }
    }
}

extension Expression {
    /// A text column under the casts that comparing it may have put around it.
    var withoutTextCast: Expression {
        if case .call(_, let inner, let type, _) = self, inner.count == 1, type == .text,
            inner[0].type.isText
        {
            return inner[0].withoutTextCast
        }
        return self
    }
}

/// Rows by what they have together, their items as numbers in ascending order.
private final class PairTable: @unchecked Sendable {
    /// Distinct items, and their numbers in order: `ordered[rank]` is a row of `items`.
    private(set) var items: Vector
    private(set) var ordered: [UInt32] = []
    /// The items of all rows, group after group, ascending in each.
    private(set) var codes: [UInt32] = []
    /// Where a row's group ends in `codes`, and by item the places where it occurs.
    private(set) var groupEnd: [UInt32] = []
    private(set) var places: [UInt32] = []
    private(set) var placeStart: [Int] = []
    private let memory: MemoryBudget
    private var reserved = 0

    private static let morsel = 1 << 16

    init(together: Column, item: Column, count total: Int, _ context: QueryContext) throws {
        memory = context.memory
        var (groups, values, count) = (together.vector, item.vector, total)
        items = Vector(values.type, capacity: 1)
        if groups.hasNulls || values.hasNulls {
            let rows = JoinTable.rowsWithoutNull([groups, values], count)
            groups = groups.gather(rows)
            values = values.gather(rows)
            count = rows.count
        }
        guard count > 0 else {
            placeStart = [0]
            return
        }
        try memory.reserve(count * 20)
        reserved = count * 20
        try number(values, count, context)
        let starts = try gather(groups, count, context)
        arrange(starts)
    }

    deinit { memory.release(reserved) }

    /// Gives every row the rank of its item.
    private func number(_ values: Vector, _ count: Int, _ context: QueryContext) throws {
        let morsels = (count + Self.morsel - 1) / Self.morsel
        let workers = max(1, min(context.threads, morsels))
        let next = Atomic<Int>(0)
        let found = Mutex<[(Int, UncheckedBox<KeyTable>)]>([])
        let owners = UncheckedPointer(UnsafeMutablePointer<Int>.allocate(capacity: morsels))
        defer { owners.base.deallocate() }
        var raw = [UInt32](repeating: 0, count: count)
        var ranks: [[UInt32]] = []
        try raw.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            let out = UncheckedPointer(base)
            try context.pool.run(workers) { worker in
                let table = KeyTable([values.type], memory: context.memory)
                while true {
                    let morsel = next.wrappingAdd(1, ordering: .relaxed).oldValue
                    guard morsel < morsels else { break }
                    try context.cancellation.check()
                    owners.base[morsel] = worker
                    var start = morsel * Self.morsel
                    let end = min(start + Self.morsel, count)
                    while start < end {
                        let rows = min(2048, end - start)
                        try table.findOrInsert(
                            [values.slice(start, count: rows)], count: rows,
                            into: out.base + start)
                        start += rows
                    }
                }
                found.withLock { $0.append((worker, UncheckedBox(table))) }
            }
            ranks = try rank(found.withLock { $0 }, workers, values.type, context)
            for morsel in 0..<morsels {
                let map = ranks[owners.base[morsel]]
                let start = morsel * Self.morsel
                for row in start..<min(start + Self.morsel, count) {
                    base[row] = map[Int(base[row])]
                }
            }
        }
        codes = raw
    }

    /// Puts the workers' items together; returns for each worker the ranks of its numbers.
    private func rank(
        _ found: [(Int, UncheckedBox<KeyTable>)], _ workers: Int, _ type: SQLType,
        _ context: QueryContext
    ) throws -> [[UInt32]] {
        let all = KeyTable([type], memory: context.memory)
        var maps = [[UInt32]](repeating: [], count: workers)
        for (worker, box) in found.sorted(by: { $0.0 < $1.0 }) {
            let table = box.value
            var map = [UInt32](repeating: 0, count: max(table.count, 1))
            try map.withUnsafeMutableBufferPointer {
                guard let base = $0.baseAddress, table.count > 0 else { return }
                let keys = table.keys.batch(0..<table.count)
                try all.findOrInsert(keys.columns, count: keys.count, into: base)
            }
            maps[worker] = map
        }
        let kept = all.keys.batch(0..<all.count)
        items = kept.columns[0]
        ordered = try RowComparator([.init(items, false, false)]).sorted(
            all.count, context.cancellation)
        var rank = [UInt32](repeating: 0, count: all.count)
        for (place, item) in ordered.enumerated() {
            rank[Int(item)] = UInt32(truncatingIfNeeded: place)
        }
        return maps.map { map in all.count == 0 ? map : map.map { rank[Int($0)] } }
    }

    /// Brings the rows of each group together; returns where groups begin. Rows that follow each
    /// other mostly are of one group, so that only the first of them is looked up.
    private func gather(
        _ groups: Vector, _ count: Int, _ context: QueryContext
    ) throws -> [Int] {
        let isNew = WindowPartitions.changes([groups], count)
        var heads: [UInt32] = []
        for row in 0..<count where isNew[row] != 0 || row == 0 {
            heads.append(UInt32(truncatingIfNeeded: row))
        }
        let table = KeyTable([groups.type], memory: context.memory)
        var numbers = [UInt32](repeating: 0, count: heads.count)
        var start = 0
        while start < heads.count {
            try context.cancellation.check()
            let end = min(start + 4096, heads.count)
            let keys = groups.gather(Array(heads[start..<end]))
            try numbers.withUnsafeMutableBufferPointer {
                guard let base = $0.baseAddress else { return }
                try table.findOrInsert([keys], count: end - start, into: base + start)
            }
            start = end
        }
        if table.count == heads.count { return heads.map { Int($0) } }
        var ends = [Int](repeating: 0, count: table.count + 1)
        func runEnd(_ run: Int) -> Int { run + 1 < heads.count ? Int(heads[run + 1]) : count }
        for run in heads.indices { ends[Int(numbers[run]) + 1] += runEnd(run) - Int(heads[run]) }
        for group in 1..<ends.count { ends[group] += ends[group - 1] }
        let starts = Array(ends.dropLast())
        let scattered = codes
        var moved = [UInt32](repeating: 0, count: count)
        for run in heads.indices {
            let group = Int(numbers[run])
            for row in Int(heads[run])..<runEnd(run) {
                moved[ends[group]] = scattered[row]
                ends[group] += 1
            }
        }
        codes = moved
        return starts
    }

    /// Sorts each group's items, and indexes where every item occurs.
    private func arrange(_ starts: [Int]) {
        let count = codes.count
        // Locals: stored properties are checked for exclusive access each time they are touched.
        var sorted = codes
        codes = []
        var ends = [UInt32](repeating: 0, count: count)
        var itemStart = [Int](repeating: 0, count: ordered.count + 1)
        sorted.withUnsafeMutableBufferPointer { sorted in
            ends.withUnsafeMutableBufferPointer { ends in
                for (group, start) in starts.enumerated() {
                    let end = group + 1 < starts.count ? starts[group + 1] : count
                    if end - start > 64 {
                        sorted[start..<end].sort()
                    } else {
                        Self.insertionSort(sorted, start, end)
                    }
                    for row in start..<end { ends[row] = UInt32(truncatingIfNeeded: end) }
                }
            }
        }
        for code in sorted { itemStart[Int(code) + 1] += 1 }
        for item in 1..<itemStart.count { itemStart[item] += itemStart[item - 1] }
        var next = itemStart
        var found = [UInt32](repeating: 0, count: count)
        for row in 0..<count {
            let code = Int(sorted[row])
            found[next[code]] = UInt32(truncatingIfNeeded: row)
            next[code] += 1
        }
        codes = sorted
        groupEnd = ends
        placeStart = itemStart
        places = found
    }

    private static func insertionSort(
        _ codes: UnsafeMutableBufferPointer<UInt32>, _ start: Int, _ end: Int
    ) {
        for row in start..<end {
            let code = codes[row]
            var place = row
            while place > start, codes[place - 1] > code {
                codes[place] = codes[place - 1]
                place -= 1
            }
            codes[place] = code
        }
    }
}

private struct UncheckedPointer<T>: @unchecked Sendable {
    let base: UnsafeMutablePointer<T>
    init(_ base: UnsafeMutablePointer<T>) { self.base = base }
}

/// Hands out the pairs, the lower item of each taken by one worker.
private final class PairSource: BatchSource, @unchecked Sendable {
    private let owner: PairCountOperator
    private let table: PairTable
    private let shape: PairShape
    private let types: [SQLType]
    private let context: QueryContext
    private let next = Atomic<Int>(0)

    init(
        _ owner: PairCountOperator, _ table: PairTable, _ shape: PairShape, _ types: [SQLType],
        _ context: QueryContext
    ) {
        self.owner = owner
        self.table = table
        self.shape = shape
        self.types = types
        self.context = context
    }

    var parallelism: Int { max(1, table.codes.count >> 14) }
    func makeReader(_ context: QueryContext) throws -> BatchReader { Reader(self) }

    private final class Reader: BatchReader {
        private let source: PairSource
        private var counts: [Int64]
        private var lower: [UInt32] = []
        private var higher: [UInt32] = []
        private var found: [Int64] = []

        init(_ source: PairSource) {
            self.source = source
            counts = [Int64](repeating: 0, count: max(source.table.ordered.count, 1))
        }

        override func next() throws -> Batch? {
            let began = source.context.isAnalyzing ? monotonicNanoseconds() : 0
            lower.removeAll(keepingCapacity: true)
            higher.removeAll(keepingCapacity: true)
            found.removeAll(keepingCapacity: true)
            while found.count < Vector.standardCapacity {
                try source.context.cancellation.check()
                let item = source.next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard item < source.table.ordered.count else { break }
                count(item)
            }
            let batch = found.isEmpty ? nil : source.batch(lower, higher, found)
            if source.context.isAnalyzing {
                source.owner.statistics.add(nanoseconds: monotonicNanoseconds() - began)
            }
            return batch
        }

        private func count(_ item: Int) {
            let table = source.table
            let range = table.placeStart[item]..<table.placeStart[item + 1]
            let code = UInt32(truncatingIfNeeded: item)
            counts.withUnsafeMutableBufferPointer { counts in
                table.codes.withUnsafeBufferPointer { codes in
                    table.groupEnd.withUnsafeBufferPointer { ends in
                        table.places.withUnsafeBufferPointer { places in
                            for index in range {
                                let place = Int(places[index])
                                for other in (place + 1)..<max(place + 1, Int(ends[place])) {
                                    counts[Int(codes[other])] &+= 1
                                }
                            }
                        }
                    }
                }
                // A row pairs with its equals too; those are not asked for.
                counts[item] = 0
                for other in (item + 1)..<max(item + 1, counts.count) where counts[other] != 0 {
                    let partner = UInt32(truncatingIfNeeded: other)
                    lower.append(code)
                    higher.append(partner)
                    found.append(counts[other])
                    if source.shape.isSymmetric {
                        lower.append(partner)
                        higher.append(code)
                        found.append(counts[other])
                    }
                    counts[other] = 0
                }
            }
        }
    }

    private func batch(_ lower: [UInt32], _ higher: [UInt32], _ counts: [Int64]) -> Batch {
        let columns = zip(shape.outputs, types).map { output, type in
            switch output {
            case .lower: return table.items.gather(lower.map { table.ordered[Int($0)] })
            case .higher: return table.items.gather(higher.map { table.ordered[Int($0)] })
            case .count:
                let vector = Vector(type, capacity: counts.count)
                vector.count = counts.count
                counts.withUnsafeBufferPointer {
                    if let base = $0.baseAddress {
                        vector.pointer(Int64.self).update(from: base, count: counts.count)
                    }
                }
                return vector
            }
        }
        return Batch(columns: columns, count: counts.count)
    }
}
