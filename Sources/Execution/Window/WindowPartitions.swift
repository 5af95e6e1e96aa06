import Basics
import Planning
import Vectors

/// A bucket's rows in order, and where partitions and peer groups begin and end in them.
final class WindowPartitions {
    /// The input's columns, partition by partition, each in its ORDER BY.
    let batch: Batch
    /// The order keys of the same rows.
    let orderColumns: [Vector]
    private(set) var partitions: [Range<Int>] = []

    private let context: QueryContext
    private var converted: Vector?

    var count: Int { batch.count }

    init(
        _ rows: RowSet, _ owner: WindowOperator, isSpread: Bool, keepsTies: Bool,
        _ context: QueryContext
    ) throws {
        self.context = context
        let sorter = WindowSorter(rows, owner, keepsTies: keepsTies, context)
        let (sorted, starts) = isSpread ? try sorter.byGroups() : try sorter.whole()
        let columns = sorted.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { base in
                rows.columns.map { $0.gather(base, count: rows.count) }
            } ?? []
        }
        batch = Batch(columns: Array(columns.prefix(owner.width)), count: rows.count)
        orderColumns = owner.orderColumns.map { columns[$0] }
        for (index, start) in starts.enumerated() {
            let end = index + 1 < starts.count ? starts[index + 1] : rows.count
            partitions.append(start..<end)
        }
    }

    /// For each row the first row of its peers, and the row after its last peer.
    private(set) lazy var peers: (start: [Int], end: [Int]) = {
        var start = [Int](repeating: 0, count: count)
        var end = [Int](repeating: count, count: count)
        let isNew = Self.changes(orderColumns, count)
        for partition in partitions {
            var first = partition.lowerBound
            for row in partition {
                if row > first, isNew[row] != 0 {
                    for earlier in first..<row { end[earlier] = row }
                    first = row
                }
                start[row] = first
            }
            for earlier in first..<partition.upperBound { end[earlier] = partition.upperBound }
        }
        return (start, end)
    }()

    /// 1 for each row that differs from the row before it in some column.
    static func changes(_ columns: [Vector], _ count: Int) -> [UInt8] {
        var same = [UInt8](repeating: 1, count: max(count, 1))
        guard count > 1 else { return [UInt8](repeating: 1, count: count) }
        let before = [UInt32](0..<UInt32(truncatingIfNeeded: count - 1))
        let after = [UInt32](1..<UInt32(truncatingIfNeeded: count))
        same.withUnsafeMutableBufferPointer { same in
            before.withUnsafeBufferPointer { before in
                after.withUnsafeBufferPointer { after in
                    guard let keep = same.baseAddress, let left = before.baseAddress,
                        let right = after.baseAddress
                    else { return }
                    for column in columns {
                        Vector.equalRows(
                            column, left, column, right, count: count - 1, keep: keep + 1)
                    }
                }
            }
        }
        same[0] = 0
        return same.map { $0 ^ 1 }
    }

    /// The first order column in another type, made once.
    func orderKeys(as type: SQLType) throws -> Vector {
        let column = orderColumns[0]
        if type == column.type
            || type.physical == column.physical && type.family == column.type.family
        {
            return column
        }
        if let converted, converted.type == type { return converted }
        guard let cast = CastTable.cast(from: column.type, to: type) else {
            throw SQLError.unsupported("RANGE with offset over \(column.type.name)")
        }
        let made = try cast.function.evaluate(
            context.evaluation, [column], count: count, result: type
        ).flattened()
        converted = made
        return made
    }
}

/// Orders a bucket's rows by partition and ORDER BY.
private struct WindowSorter {
    private let rows: RowSet
    private let owner: WindowOperator
    private let context: QueryContext
    private let orderKeys: [RowComparator.Key]
    private let tieKeys: [RowComparator.Key]

    /// Rows that came from several workers are told apart by their values where ORDER BY does not,
    /// so that the answer does not depend on who came first.
    init(
        _ rows: RowSet, _ owner: WindowOperator, keepsTies: Bool, _ context: QueryContext
    ) {
        self.rows = rows
        self.owner = owner
        self.context = context
        orderKeys = zip(owner.template.order, owner.orderColumns).map { key, column in
            RowComparator.Key(rows.columns[column].vector, key.descending, key.nullsFirst)
        }
        tieKeys = keepsTies
            ? []
            : (0..<owner.width).map {
                RowComparator.Key(rows.columns[$0].vector, false, false)
            }
    }

    /// All rows in one sort.
    func whole() throws -> (order: [UInt32], starts: [Int]) {
        let partitionKeys = owner.partitionColumns.map {
            RowComparator.Key(rows.columns[$0].vector, false, false)
        }
        let order = try RowComparator(partitionKeys + orderKeys + tieKeys).sorted(
            rows.count, context.cancellation)
        var starts = [0]
        let sorted = owner.partitionColumns.map { rows.columns[$0].vector.gather(order) }
        if !sorted.isEmpty {
            let isNew = WindowPartitions.changes(sorted, rows.count)
            for row in 1..<max(rows.count, 1) where isNew[row] != 0 { starts.append(row) }
        }
        return (order, starts)
    }

    /// Partitions found by hashing, in order of appearance, and each sorted on its own.
    func byGroups() throws -> (order: [UInt32], starts: [Int]) {
        let count = rows.count
        let table = KeyTable(
            owner.template.partition.map(\.type), sharedBits: WindowScatter.bucketBits,
            memory: context.memory)
        var groups = [UInt32](repeating: 0, count: count)
        var start = 0
        while start < count {
            try context.cancellation.check()
            let range = start..<min(start + 4096, count)
            let keys = owner.partitionColumns.map { rows.columns[$0].slice(range) }
            try groups.withUnsafeMutableBufferPointer {
                guard let base = $0.baseAddress else { return }
                try table.findOrInsert(keys, count: range.count, into: base + start)
            }
            start = range.upperBound
        }
        var ends = [Int](repeating: 0, count: table.count + 1)
        for row in 0..<count { ends[Int(groups[row]) + 1] += 1 }
        for group in 1..<ends.count { ends[group] += ends[group - 1] }
        let starts = Array(ends.dropLast())
        var order = [UInt32](repeating: 0, count: count)
        for row in 0..<count {
            let group = Int(groups[row])
            order[ends[group]] = UInt32(truncatingIfNeeded: row)
            ends[group] += 1
        }
        guard let first = orderKeys.first, let key = owner.template.order.first else {
            return (order, starts)
        }
        var prefixes = [UInt64](repeating: 0, count: count)
        prefixes.withUnsafeMutableBufferPointer {
            if let base = $0.baseAddress {
                OrderPrefix.fill(
                    first.vector, descending: key.descending, nullsFirst: key.nullsFirst,
                    count: count, into: base)
            }
        }
        let rest = OrderPrefix.isExact(first.vector) ? Array(orderKeys.dropFirst()) : orderKeys
        let comparator = RowComparator(rest + tieKeys)
        var begin = 0
        try prefixes.withUnsafeBufferPointer { prefixes in
            try order.withUnsafeMutableBufferPointer { order in
                for end in ends.dropLast() {
                    try context.cancellation.check()
                    Self.sort(order, begin..<end, prefixes, comparator)
                    begin = end
                }
            }
        }
        return (order, starts)
    }

    private static func sort(
        _ order: UnsafeMutableBufferPointer<UInt32>, _ range: Range<Int>,
        _ prefixes: UnsafeBufferPointer<UInt64>, _ comparator: RowComparator
    ) {
        func precedes(_ a: UInt32, _ b: UInt32) -> Bool {
            let (x, y) = (prefixes[Int(a)], prefixes[Int(b)])
            if x != y { return x < y }
            let difference = comparator.compare(a, b)
            return difference == 0 ? a < b : difference < 0
        }
        // Rows often come in order, or in the reverse of it.
        var ascends = true
        var descends = true
        for place in range.dropFirst() where ascends || descends {
            if precedes(order[place], order[place - 1]) { ascends = false } else { descends = false }
        }
        if ascends { return }
        var slice = UnsafeMutableBufferPointer(rebasing: order[range])
        if descends { slice.reverse() } else { slice.sort(by: precedes) }
    }
}
