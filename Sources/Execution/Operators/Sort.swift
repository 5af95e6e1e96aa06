import Basics
import Planning
import Synchronization
import Vectors

/// ORDER BY, and ORDER BY … LIMIT by keeping only the best rows while they come.
///
/// Each worker sorts what it was given; what it cannot hold goes to disk as a sorted run. Then all runs
/// are merged. Rows that are equal in all keys come in the order of the input.
final class SortOperator: Operator, @unchecked Sendable {
    private let keys: [Compiled]
    private let limit: Compiled?
    private let offset: Compiled?
    private let layout: SortLayout
    /// Limits above this are cut off only at the end.
    private static let bestMax = 1 << 17

    init(
        _ input: Operator, keys: [Compiled], order: [SortKey], limit: Compiled? = nil,
        offset: Compiled? = nil
    ) {
        self.keys = keys
        self.limit = limit
        self.offset = offset
        layout = SortLayout(
            types: input.columns.map(\.1) + order.map(\.expression.type) + [.bigint],
            width: input.columns.count, descending: order.map(\.descending),
            nullsFirst: order.map(\.nullsFirst))
        super.init(columns: input.columns, children: [input])
    }

    override var title: String { limit == nil ? "Sort" : "TopN" }

    override func stream(_ context: QueryContext) throws -> Stream {
        var skip = 0
        var best: Int?
        if let limit {
            let bounds = try LimitOperator.bounds(limit, offset, context)
            skip = bounds.offset
            if let limit = bounds.limit {
                let (sum, overflow) = limit.addingReportingOverflow(skip)
                best = overflow ? nil : sum
            }
        }
        let cut = SortCut(best.flatMap { $0 <= Self.bestMax ? $0 : nil })
        let input = try children[0].observed(bounded(context, cut))
        var runs: [SortRun] = []
        var held: [RowSet] = []
        try Pipeline.run(
            input, self, context, makeSink: { Worker(self, context, cut) },
            merge: { worker in
                runs += worker.runs
                held.append(worker.rows)
            })
        if runs.isEmpty, held.count == 1 || !context.memory.isTight {
            let (rows, order) = try sorted(held, context)
            var kept = order[...]
            if let best { kept = kept.prefix(best) }
            return Stream(
                source: RowSetSource(
                    rows, order: Array(kept.dropFirst(skip)), columns: Array(columns.indices)))
        }
        for rows in held where rows.count > 0 {
            let order = try comparator(rows).sorted(rows.count, context)
            runs.append(.memory(rows, order))
        }
        return Stream(
            source: MergeSource(
                try merged(runs, context), layout, skip: skip,
                limit: best.map { max(0, $0 - skip) }))
    }

    /// The context in which the scan that the first key comes from knows the cut.
    private func bounded(_ context: QueryContext, _ cut: SortCut) -> QueryContext {
        guard let key = keys.first, let place = key.plainColumn(children[0].types),
            let target = children[0].scanColumn(place),
            target.index < target.scan.node.columns.count,
            let bound = SortBound(
                column: target.index, type: target.scan.node.columns[target.index].type,
                descending: layout.descending[0], nullsFirst: layout.nullsFirst[0], cut)
        else { return context }
        return context.bounding(target.scan, bound)
    }

    private func comparator(_ rows: RowSet) -> RowComparator {
        RowComparator(layout.keys(rows.columns.map(\.vector)))
    }

    /// The rows of all workers together, and their order.
    private func sorted(
        _ held: [RowSet], _ context: QueryContext
    ) throws -> (RowSet, [UInt32]) {
        guard let first = held.first else {
            return (RowSet(layout.types, memory: context.memory), [])
        }
        let others = held.dropFirst()
        first.reserve(others.reduce(0) { $0 + $1.count })
        for rows in others { try first.append(rows) }
        return (first, try comparator(first).sorted(first.count, context))
    }

    /// Merges runs until they are few enough to be read at once.
    private func merged(_ all: [SortRun], _ context: QueryContext) throws -> [SortRun] {
        var runs = all
        let together = max(4, min(64, context.memory.limit >> 20))
        while runs.count > together {
            let merge = try RunMerge(
                Array(runs.prefix(together)), layout, columnCount: layout.types.count)
            let run = SpillRun(layout.types, context.spill, statistics)
            while let batch = try merge.next() { try run.append(batch) }
            try run.finish()
            runs = Array(runs.dropFirst(together)) + [.disk(run)]
        }
        return runs
    }

    /// Input rows followed by their keys and their place.
    private final class Worker: LocalSink {
        /// What went to disk, and the rest as it came.
        private(set) var runs: [SortRun] = []
        private(set) var rows: RowSet
        private let owner: SortOperator
        private let context: QueryContext
        private let cut: SortCut

        init(_ owner: SortOperator, _ context: QueryContext, _ cut: SortCut) {
            self.owner = owner
            self.context = context
            self.cut = cut
            rows = RowSet(owner.layout.types, memory: context.memory)
        }

        override func consume(_ batch: Batch) throws {
            let keys = try owner.keys.map { try $0.evaluate(batch, context) }
            let first = position(batch.count)
            let passing = keys.first.flatMap { cut.select(owner.layout.first($0), batch.count) }
            if let passing, passing.isEmpty { return }
            let places = Vector(.bigint, capacity: batch.count)
            places.count = batch.count
            for row in 0..<batch.count {
                places.pointer(Int64.self)[row] = Int64(first + row)
            }
            let columns = batch.columns + keys + [places]
            if let passing {
                try passing.withUnsafeBufferPointer {
                    try rows.append(columns, positions: $0.baseAddress, count: passing.count)
                }
            } else {
                try rows.append(columns, count: batch.count)
            }
            if let best = cut.best {
                if rows.count > max(8192, best * 4) { try prune(best) }
            } else {
                let bytes = rows.byteCount
                if context.spill.isAvailable, bytes >= context.memory.leastHeld,
                    context.memory.isTight || bytes > context.memory.limit / (3 * context.threads)
                {
                    try spill()
                }
            }
        }

        /// Keeps the best rows and lets all workers know how good others have to be.
        private func prune(_ best: Int) throws {
            let order = try sorted()
            let keep = order.prefix(best)
            if let last = keep.last, keep.count == best,
                let key = owner.layout.keys(rows.columns.map(\.vector)).first
            {
                cut.lower(to: key.prefix(Int(last)))
            }
            let fresh = RowSet(owner.layout.types, memory: context.memory)
            try keep.sorted().withUnsafeBufferPointer {
                guard let base = $0.baseAddress else { return }
                try fresh.append(
                    rows.columns.map(\.vector), positions: base, count: keep.count)
            }
            rows = fresh
        }

        private func sorted() throws -> [UInt32] {
            try owner.comparator(rows).sorted(rows.count, context.cancellation)
        }

        private func spill() throws {
            let order = try sorted()
            let run = SpillRun(owner.layout.types, context.spill, owner.statistics)
            try order.withUnsafeBufferPointer { order in
                guard let base = order.baseAddress else { return }
                var start = 0
                while start < order.count {
                    let count = min(order.count - start, Vector.standardCapacity)
                    try run.append(rows.gather(base + start, count: count))
                    start += count
                }
            }
            try run.finish()
            runs.append(.disk(run))
            rows = RowSet(owner.layout.types, memory: context.memory)
        }
    }
}

/// How good a row must be to be among the best, as far as the first key's prefix tells.
final class SortCut: Sendable {
    let best: Int?
    private let worst = Atomic<UInt64>(.max)

    init(_ best: Int?) { self.best = best }

    /// A loop, since `Atomic<UInt64>.min` of Swift 6.3 compares as if the numbers had signs.
    func lower(to prefix: UInt64) {
        var seen = worst.load(ordering: .relaxed)
        while prefix < seen {
            let (done, now) = worst.weakCompareExchange(
                expected: seen, desired: prefix, ordering: .relaxed)
            if done { return }
            seen = now
        }
    }

    /// No row whose first key has a greater prefix is among the best; max while nothing is known.
    var prefix: UInt64 { worst.load(ordering: .relaxed) }

    /// The rows that may be among the best; nil for all.
    func select(_ key: RowComparator.Key, _ count: Int) -> [UInt32]? {
        let worst = prefix
        guard worst < .max, count > 0 else { return nil }
        return withUnsafeTemporaryAllocation(
            of: (row: UInt32, prefix: UInt64).self, capacity: count
        ) { buffer in
            guard let base = buffer.baseAddress else { return nil }
            for row in 0..<count { base[row] = (UInt32(truncatingIfNeeded: row), 0) }
            key.prefixes(base, count, { $0.row }, { $0.prefix = $1 })
            var passing = 0
            for row in 0..<count where base[row].prefix <= worst { passing &+= 1 }
            if passing == count { return nil }
            var rows: [UInt32] = []
            rows.reserveCapacity(passing)
            for row in 0..<count where base[row].prefix <= worst { rows.append(base[row].row) }
            return rows
        }
    }
}

/// Rows of merged runs, without their keys, read by one worker.
private final class MergeSource: BatchSource, @unchecked Sendable {
    private let runs: [SortRun]
    private let layout: SortLayout
    private let skip: Int
    private let limit: Int?

    init(_ runs: [SortRun], _ layout: SortLayout, skip: Int, limit: Int?) {
        self.runs = runs
        self.layout = layout
        self.skip = skip
        self.limit = limit
    }

    var parallelism: Int { 1 }

    func makeReader(_ context: QueryContext) throws -> BatchReader {
        Reader(
            try RunMerge(runs, layout, columnCount: layout.width), skip: skip, limit: limit)
    }

    private final class Reader: BatchReader {
        private let merge: RunMerge
        private var skip: Int
        private var left: Int

        init(_ merge: RunMerge, skip: Int, limit: Int?) {
            self.merge = merge
            self.skip = skip
            left = limit ?? .max
        }

        override func next() throws -> Batch? {
            while skip > 0 {
                guard let batch = try merge.next(min(skip, Vector.standardCapacity)) else {
                    return nil
                }
                skip -= batch.count
            }
            guard left > 0, let batch = try merge.next(min(left, Vector.standardCapacity)) else {
                return nil
            }
            left -= batch.count
            return batch
        }
    }
}
