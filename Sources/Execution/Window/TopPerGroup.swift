import Basics
import Planning
import Vectors

/// The first row of each partition: what `row_number() = 1` over a window keeps.
///
/// Each worker knows the partitions it has met by number and the best row of each so far, so that
/// nothing is sorted and few rows are copied.
final class TopPerGroupOperator: Operator, @unchecked Sendable {
    private let partition: [Compiled]
    private let order: [Compiled]
    private let template: WindowCall

    init(_ input: Operator, partition: [Compiled], order: [Compiled], template: WindowCall) {
        self.partition = partition
        self.order = order
        self.template = template
        super.init(columns: input.columns, children: [input])
    }

    override var title: String { "TopPerGroup" }

    override func stream(_ context: QueryContext) throws -> Stream {
        let input = try children[0].observed(context)
        let isSequential = min(context.threads, input.source.parallelism) <= 1
        var merged: Best?
        try Pipeline.run(
            input, self, context,
            makeSink: { Best(self, keepsTies: isSequential, context) },
            merge: { best in
                if let merged { try merged.take(best) } else { merged = best }
            })
        guard let merged else { return Stream(source: BatchListSource([])) }
        let (rows, chosen) = merged.result
        return Stream(
            source: RowSetSource(
                rows, order: chosen, columns: Array(columns.indices), isOrdered: false))
    }

    /// One worker's best rows.
    private final class Best: LocalSink {
        private let owner: TopPerGroupOperator
        private let context: QueryContext
        private let keepsTies: Bool
        private let width: Int
        private let table: KeyTable
        /// Candidates: the input's columns, then the order keys. Beaten ones stay until there are
        /// more of them than others.
        private var rows: RowSet
        /// For each partition the place of its best row in `rows`; while a batch is looked at, rows of
        /// the batch are marked by the highest bit.
        private var best: [UInt32] = []
        private var bestPrefix: [UInt64] = []
        private var groups: [UInt32] = []
        private var prefixes: [UInt64] = []
        private var touched: [UInt32] = []
        private static let fresh: UInt32 = 1 << 31

        init(_ owner: TopPerGroupOperator, keepsTies: Bool, _ context: QueryContext) {
            self.owner = owner
            self.context = context
            self.keepsTies = keepsTies
            width = owner.columns.count
            table = KeyTable(owner.template.partition.map(\.type), memory: context.memory)
            rows = Self.empty(owner, context)
        }

        private static func empty(_ owner: TopPerGroupOperator, _ context: QueryContext) -> RowSet {
            RowSet(
                owner.types + owner.template.order.map(\.expression.type), memory: context.memory)
        }

        var result: (RowSet, [UInt32]) { (rows, best) }

        override func consume(_ batch: Batch) throws {
            let keys = try owner.partition.map { try $0.evaluate(batch, context) }
            let order = try owner.order.map { try $0.evaluate(batch, context) }
            try add(keys, batch.columns + order, batch.count)
        }

        /// Takes over another worker's best rows.
        func take(_ other: Best) throws {
            var start = 0
            while start < other.best.count {
                try context.cancellation.check()
                let end = min(start + 4096, other.best.count)
                let keys = other.table.keys.batch(start..<end)
                let values = Array(other.best[start..<end]).withUnsafeBufferPointer { buffer in
                    buffer.baseAddress.map { other.rows.gather($0, count: end - start) }
                }
                // Numbers of partitions without keys are not in the table.
                if let values { try add(keys.columns, values.columns, end - start) }
                start = end
            }
        }

        private func add(_ keys: [Vector], _ columns: [Vector], _ count: Int) throws {
            if groups.count < count {
                groups = [UInt32](repeating: 0, count: count)
                prefixes = [UInt64](repeating: 0, count: count)
            }
            if keys.isEmpty {
                if count > 0, best.isEmpty { grow(1) }
            } else {
                try groups.withUnsafeMutableBufferPointer {
                    guard let base = $0.baseAddress else { return }
                    try table.findOrInsert(keys, count: count, into: base)
                }
                grow(table.count)
            }
            let order = Array(columns.dropFirst(width))
            if let first = order.first, let key = owner.template.order.first {
                prefixes.withUnsafeMutableBufferPointer {
                    if let base = $0.baseAddress {
                        OrderPrefix.fill(
                            first, descending: key.descending, nullsFirst: key.nullsFirst,
                            count: count, into: base)
                    }
                }
            }
            choose(columns, order, count)
            try keep(columns)
        }

        private func grow(_ count: Int) {
            guard best.count < count else { return }
            let added = count - best.count
            best.append(contentsOf: repeatElement(.max, count: added))
            bestPrefix.append(contentsOf: repeatElement(.max, count: added))
        }

        private func choose(_ columns: [Vector], _ order: [Vector], _ count: Int) {
            var changed: [UInt32] = []
            changed.reserveCapacity(count)
            // Taken over for the loop: stored arrays are checked for exclusive access at every touch.
            var best: [UInt32] = []
            var bestPrefix: [UInt64] = []
            swap(&best, &self.best)
            swap(&bestPrefix, &self.bestPrefix)
            let (groups, prefixes) = (groups, prefixes)
            for row in 0..<count {
                let group = Int(groups[row])
                let known = best[group]
                if known != .max {
                    let (mine, theirs) = (prefixes[row], bestPrefix[group])
                    if mine > theirs { continue }
                    if mine == theirs, !isBetter(row, known, columns, order) { continue }
                }
                if known == .max || known & Self.fresh == 0 {
                    changed.append(UInt32(truncatingIfNeeded: group))
                }
                best[group] = Self.fresh | UInt32(truncatingIfNeeded: row)
                bestPrefix[group] = prefixes[row]
            }
            swap(&best, &self.best)
            swap(&bestPrefix, &self.bestPrefix)
            touched = changed
        }

        private func isBetter(
            _ row: Int, _ known: UInt32, _ columns: [Vector], _ order: [Vector]
        ) -> Bool {
            let isFresh = known & Self.fresh != 0
            let place = Int(known & ~Self.fresh)
            for (index, key) in owner.template.order.enumerated() {
                let other = isFresh ? order[index] : rows.columns[width + index].vector
                let difference = Self.compare(order[index], row, other, place, key)
                if difference != 0 { return difference < 0 }
            }
            if keepsTies { return false }
            // Rows of several workers come in no order: their values decide.
            for index in 0..<width {
                let other = isFresh ? columns[index] : rows.columns[index].vector
                let difference = Self.compare(columns[index], row, other, place, nil)
                if difference != 0 { return difference < 0 }
            }
            return false
        }

        private static func compare(
            _ a: Vector, _ i: Int, _ b: Vector, _ j: Int, _ key: SortKey?
        ) -> Int {
            let (nullA, nullB) = (a.isNull(i), b.isNull(j))
            if nullA || nullB {
                if nullA && nullB { return 0 }
                return nullA == (key?.nullsFirst ?? false) ? -1 : 1
            }
            let order = Vector.compare(a, i, b, j)
            return key?.descending == true ? -order : order
        }

        /// Copies the batch's winners.
        private func keep(_ columns: [Vector]) throws {
            guard !touched.isEmpty else { return }
            let start = rows.count
            let positions = touched.map { best[Int($0)] & ~Self.fresh }
            try positions.withUnsafeBufferPointer {
                if let base = $0.baseAddress {
                    try rows.append(columns, positions: base, count: positions.count)
                }
            }
            for (index, group) in touched.enumerated() {
                best[Int(group)] = UInt32(truncatingIfNeeded: start + index)
            }
            guard rows.count > best.count * 2 + 65_536 else { return }
            let fresh = Self.empty(owner, context)
            try best.withUnsafeBufferPointer {
                if let base = $0.baseAddress {
                    try fresh.append(
                        rows.columns.map(\.vector), positions: base, count: best.count)
                }
            }
            rows = fresh
            for group in best.indices { best[group] = UInt32(truncatingIfNeeded: group) }
        }
    }
}

extension Expression {
    /// Whether the condition says that the column, a row number, is 1.
    func isFirst(_ column: ColumnID) -> Bool {
        guard case .call(let function, let sides, _, _) = self, sides.count == 2 else { return false }
        func value(_ side: Expression) -> Int64? {
            switch side {
            case .literal(.int(let value), let type) where type.isExactNumber && type.unitScale == 0:
                return value
            case .call(let cast, let inner, let type, _) where inner.count == 1:
                guard CastTable.cast(from: inner[0].type, to: type)?.function === cast,
                    type == .bigint
                else { return nil }
                return value(inner[0])
            default: return nil
            }
        }
        func isColumn(_ side: Expression) -> Bool {
            if case .column(let id, .bigint) = side { id == column } else { false }
        }
        if isColumn(sides[0]), let limit = value(sides[1]) {
            switch function.name {
            case "=", "<=": return limit == 1
            case "<": return limit == 2
            default: return false
            }
        }
        if isColumn(sides[1]), let limit = value(sides[0]) {
            switch function.name {
            case "=", ">=": return limit == 1
            case ">": return limit == 2
            default: return false
            }
        }
        return false
    }
}
