import Basics
import Planning
import Vectors

/// Compares rows of kept columns by several keys.
struct RowComparator: @unchecked Sendable {
    struct Key {
        let vector: Vector
        let descending: Bool
        let nullsFirst: Bool
        init(_ vector: Vector, _ descending: Bool, _ nullsFirst: Bool) {
            self.vector = vector
            self.descending = descending
            self.nullsFirst = nullsFirst
        }
    }
    private let keys: [Key]
    init(_ keys: [Key]) { self.keys = keys }

    func compare(_ a: UInt32, _ b: UInt32) -> Int {
        for key in keys {
            let (i, j) = (Int(a), Int(b))
            let (nullA, nullB) = (key.vector.isNull(i), key.vector.isNull(j))
            if nullA || nullB {
                if nullA && nullB { continue }
                return nullA == key.nullsFirst ? -1 : 1
            }
            let order = Vector.compare(key.vector, i, key.vector, j)
            if order != 0 { return key.descending ? -order : order }
        }
        return 0
    }

    /// Indices of all rows in order; equal rows keep theirs. The first key is compared as a 64-bit
    /// prefix of its order, and values are looked at only where prefixes agree.
    func sorted(_ count: Int, _ cancellation: Cancellation) throws -> [UInt32] {
        guard let first = keys.first else {
            return [UInt32](0..<UInt32(truncatingIfNeeded: count))
        }
        var entries = [(prefix: UInt64, row: UInt32)]()
        entries.reserveCapacity(count)
        for row in 0..<count {
            entries.append((first.prefix(row), UInt32(truncatingIfNeeded: row)))
        }
        try cancellation.check()
        entries.sort { a, b in
            if a.prefix != b.prefix { return a.prefix < b.prefix }
            let order = compare(a.row, b.row)
            return order == 0 ? a.row < b.row : order < 0
        }
        return entries.map(\.row)
    }
}

extension RowComparator.Key {
    /// A number that orders as the key does, ties undecided.
    func prefix(_ row: Int) -> UInt64 {
        if vector.isNull(row) { return nullsFirst ? 0 : .max }
        var value: UInt64
        let sign = UInt64(1) << 63
        switch vector.physical {
        case .bool: value = UInt64(vector.pointer(UInt8.self)[row])
        case .int16: value = UInt64(bitPattern: Int64(vector.pointer(Int16.self)[row])) ^ sign
        case .int32 where !vector.type.isObjectID:
            value = UInt64(bitPattern: Int64(vector.pointer(Int32.self)[row])) ^ sign
        case .int64: value = UInt64(bitPattern: vector.pointer(Int64.self)[row]) ^ sign
        case .bytes where !vector.type.comparesSpecially:
            let view = vector.pointer(StringView.self)[row]
            value = UInt64(view.prefix) << 32
        default: return 1 << 62
        }
        if descending { value = ~value }
        // Keep 0 and max for NULLs; the clamp only merges neighbours.
        return min(max(value, 1), .max - 1)
    }
}

/// ORDER BY, and ORDER BY … LIMIT by keeping only the best rows while they come.
final class SortOperator: Operator, @unchecked Sendable {
    private let keys: [Compiled]
    private let order: [SortKey]
    private let limit: Compiled?
    private let offset: Compiled?

    init(
        _ input: Operator, keys: [Compiled], order: [SortKey], limit: Compiled? = nil,
        offset: Compiled? = nil
    ) {
        self.keys = keys
        self.order = order
        self.limit = limit
        self.offset = offset
        super.init(columns: input.columns, children: [input])
    }

    override var title: String { limit == nil ? "Sort" : "TopN" }

    override func stream(_ context: QueryContext) throws -> Stream {
        var best: Int?
        var skip = 0
        if let limit {
            let bounds = try LimitOperator.bounds(limit, offset, context)
            skip = bounds.offset
            best = bounds.limit.flatMap { Int(exactly: $0.addingReportingOverflow(bounds.offset).partialValue) }
            if let limit = bounds.limit, limit.addingReportingOverflow(skip).overflow { best = nil }
        }
        let input = try children[0].observed(context)
        let kept = Kept(self, context, best)
        let cut = best
        try Pipeline.run(
            input, self, context, makeSink: { Kept(self, context, cut) },
            merge: { try kept.rows.append($0.rows) })
        var sorted = try kept.order(context)
        if let best { sorted = Array(sorted.prefix(best)) }
        if skip > 0 { sorted = Array(sorted.dropFirst(skip)) }
        return Stream(
            source: RowSetSource(
                kept.rows, order: sorted, columns: Array(columns.indices), isOrdered: true))
    }

    /// Input rows followed by their keys.
    private final class Kept: LocalSink {
        private(set) var rows: RowSet
        private let owner: SortOperator
        private let context: QueryContext
        private let best: Int?

        init(_ owner: SortOperator, _ context: QueryContext, _ best: Int?) {
            self.owner = owner
            self.context = context
            self.best = best
            rows = Self.empty(owner, context)
        }

        private static func empty(_ owner: SortOperator, _ context: QueryContext) -> RowSet {
            RowSet(
                owner.types + owner.order.map(\.expression.type), memory: context.memory)
        }

        override func consume(_ batch: Batch) throws {
            let keys = try owner.keys.map { try $0.evaluate(batch, context) }
            try rows.append(batch.columns + keys, count: batch.count)
            if let best, rows.count > max(8192, best * 4) {
                let keep = Array(try order(context).prefix(best)).sorted()
                let fresh = Self.empty(owner, context)
                try keep.withUnsafeBufferPointer {
                    guard let base = $0.baseAddress else { return }
                    try fresh.append(
                        rows.columns.map(\.vector), positions: base, count: keep.count)
                }
                rows = fresh
            }
        }

        func order(_ context: QueryContext) throws -> [UInt32] {
            let width = owner.columns.count
            let keys = owner.order.enumerated().map { index, key in
                RowComparator.Key(
                    rows.columns[width + index].vector, key.descending, key.nullsFirst)
            }
            return try RowComparator(keys).sorted(rows.count, context.cancellation)
        }
    }
}
