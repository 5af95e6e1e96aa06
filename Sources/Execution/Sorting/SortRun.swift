import Basics
import Vectors

/// Rows in order, in memory or on disk.
enum SortRun {
    case memory(RowSet, [UInt32])
    case disk(SpillRun)
}

/// How rows to be sorted are laid out and compared: columns are the rows' own, then their keys, then
/// their place in the input.
struct SortLayout: Sendable {
    let types: [SQLType]
    /// Columns before the keys.
    let width: Int
    let descending: [Bool]
    let nullsFirst: [Bool]

    /// The first key over its values.
    func first(_ values: Vector) -> RowComparator.Key {
        .init(values, descending[0], nullsFirst[0])
    }

    /// The keys, last of them the place.
    func keys(_ columns: [Vector]) -> [RowComparator.Key] {
        descending.indices.map {
            .init(columns[width + $0], descending[$0], nullsFirst[$0])
        } + [.init(columns[columns.count - 1], false, false)]
    }
}

/// Merges sorted runs; rows that are equal come in the order of the input.
final class RunMerge {
    private final class Cursor {
        private(set) var batch = Batch(columns: [], count: 0)
        private(set) var row = 0
        private(set) var prefix: UInt64 = 0
        private var keys: [RowComparator.Key] = []
        /// Rows of the batch in order, with the first key's prefixes.
        private var entries: [(prefix: UInt64, row: UInt32)] = []
        private var next = 0
        private let reader: BatchReader?
        private let layout: SortLayout

        init(_ run: SortRun, _ layout: SortLayout) {
            self.layout = layout
            switch run {
            case .memory(let rows, let order):
                reader = nil
                load(
                    Batch(columns: rows.columns.map(\.vector), count: rows.count),
                    order.map { (0, $0) })
            case .disk(let run):
                reader = run.makeReader()
            }
        }

        private func load(_ batch: Batch, _ rows: [(prefix: UInt64, row: UInt32)]) {
            self.batch = batch
            keys = layout.keys(batch.columns)
            entries = rows
            next = 0
            entries.withUnsafeMutableBufferPointer { buffer in
                guard let base = buffer.baseAddress, let key = keys.first else { return }
                key.prefixes(base, buffer.count, { $0.row }, { $0.prefix = $1 })
            }
        }

        /// Whether the next row lies in the batch at hand.
        var hasNext: Bool { next < entries.count }

        /// Goes to the next row; false at the end.
        func advance() throws -> Bool {
            while next == entries.count {
                guard let fresh = try reader?.next() else { return false }
                load(fresh, (0..<fresh.count).map { (0, UInt32(truncatingIfNeeded: $0)) })
            }
            let entry = entries[next]
            row = Int(entry.row)
            prefix = entry.prefix
            next += 1
            return true
        }

        func precedes(_ other: Cursor) -> Bool {
            if prefix != other.prefix { return prefix < other.prefix }
            for index in (keys[0].isExact(prefix) ? 1 : 0)..<keys.count {
                let order = RowComparator.compare(keys[index], row, other.keys[index], other.row)
                if order != 0 { return order < 0 }
            }
            return false
        }
    }

    private let layout: SortLayout
    private let columnCount: Int
    /// A heap: no cursor precedes its parent.
    private var heap: [Cursor] = []
    private var sources: [Batch] = []
    private var picks: [(source: UInt32, row: UInt32)] = []

    /// - Parameter columnCount: how many of the columns come out.
    init(_ runs: [SortRun], _ layout: SortLayout, columnCount: Int) throws {
        self.layout = layout
        self.columnCount = columnCount
        for run in runs {
            let cursor = Cursor(run, layout)
            if try cursor.advance() { heap.append(cursor) }
        }
        for index in stride(from: heap.count / 2 - 1, through: 0, by: -1) { sink(index) }
    }

    private func sink(_ start: Int) {
        var parent = start
        while true {
            var least = parent
            for child in [parent * 2 + 1, parent * 2 + 2]
            where child < heap.count && heap[child].precedes(heap[least]) { least = child }
            if least == parent { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }

    /// The next rows, at most `limit`; nil at the end.
    func next(_ limit: Int = Vector.standardCapacity) throws -> Batch? {
        picks.removeAll(keepingCapacity: true)
        sources = heap.map(\.batch)
        var places = [ObjectIdentifier: UInt32](minimumCapacity: heap.count)
        for (index, cursor) in heap.enumerated() {
            places[ObjectIdentifier(cursor)] = UInt32(truncatingIfNeeded: index)
        }
        var last: Cursor?
        var source: UInt32 = 0
        var isLast = false
        while picks.count < limit, let first = heap.first {
            if first !== last {
                source = places[ObjectIdentifier(first)] ?? 0
                last = first
            }
            picks.append((source, UInt32(truncatingIfNeeded: first.row)))
            isLast = !first.hasNext
            // A batch that ends is replaced only when what was picked of it has been copied.
            if isLast { break }
            _ = try first.advance()
            sink(0)
        }
        if picks.isEmpty { return nil }
        let result = gather()
        if isLast, let first = heap.first {
            if try !first.advance() {
                heap.swapAt(0, heap.count - 1)
                heap.removeLast()
            }
            sink(0)
        }
        return result
    }

    private func gather() -> Batch {
        var columns: [Vector] = []
        for index in 0..<columnCount {
            let vectors = sources.map { $0.columns[index] }
            columns.append(Vector.gather(vectors, picks))
        }
        return Batch(columns: columns, count: picks.count)
    }
}

extension Vector {
    /// Rows of several vectors of one type; strings are shared.
    static func gather(_ sources: [Vector], _ picks: [(source: UInt32, row: UInt32)]) -> Vector {
        let result = Vector(sources[0].type, capacity: max(picks.count, 1))
        result.count = picks.count
        for source in sources { result.owners += source.owners }
        switch result.physical.stride {
        case 1: move(UInt8.self, sources, picks, result)
        case 2: move(UInt16.self, sources, picks, result)
        case 4: move(UInt32.self, sources, picks, result)
        case 8: move(UInt64.self, sources, picks, result)
        case 16: move(UInt128.self, sources, picks, result)
        default: move(Decimal.self, sources, picks, result)
        }
        if sources.contains(where: \.hasNulls) {
            let flags = result.makeValidity()
            for (row, pick) in picks.enumerated() {
                flags[row] = sources[Int(pick.source)].isNull(Int(pick.row)) ? 0 : 1
            }
        }
        return result
    }

    @inline(__always)
    private static func move<T>(
        _: T.Type, _ sources: [Vector], _ picks: [(source: UInt32, row: UInt32)],
        _ result: Vector
    ) {
        let bases = sources.map { (data: $0.pointer(T.self), mask: $0.rowMask) }
        let target = result.pointer(T.self)
        bases.withUnsafeBufferPointer { bases in
            picks.withUnsafeBufferPointer { picks in
                for row in 0..<picks.count {
                    let base = bases[Int(picks[row].source)]
                    target[row] = base.data[Int(picks[row].row) & base.mask]
                }
            }
        }
    }
}
