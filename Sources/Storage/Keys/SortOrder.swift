import Basics
import Vectors

/// Orders the rows of flat batches by key columns.
enum SortOrder {
    private struct Item {
        /// Order-preserving head of the first key column.
        var first: UInt64
        /// Order-preserving head of the second.
        var second: UInt64
        var pick: RowPick
    }

    /// All given rows by the key columns, equal rows in the order given.
    ///
    /// - Parameter keys: for every batch the key columns' vectors.
    static func sorted(_ keys: [[Vector]], picks: [RowPick]) -> [RowPick] {
        guard let columns = keys.first?.count, columns > 0, picks.count > 1 else { return picks }
        var items = picks.map { Item(first: 0, second: 0, pick: $0) }
        var exact = columns <= 2
        fill(&items, keys.map { $0[0] }, \.first, &exact)
        if columns > 1 { fill(&items, keys.map { $0[1] }, \.second, &exact) }
        let isExact = exact
        func precedes(_ a: Item, _ b: Item) -> Bool {
            if a.first != b.first { return a.first < b.first }
            if isExact {
                if a.second != b.second { return a.second < b.second }
            } else {
                let x = keys[Int(a.pick.source)]
                let y = keys[Int(b.pick.source)]
                for column in 0..<columns {
                    let order = RowCompare.order(
                        x[column], Int(a.pick.row), y[column], Int(b.pick.row))
                    if order != 0 { return order < 0 }
                }
            }
            return a.pick.source == b.pick.source
                ? a.pick.row < b.pick.row : a.pick.source < b.pick.source
        }
        var isSorted = true
        for index in 1..<items.count where precedes(items[index], items[index - 1]) {
            isSorted = false
            break
        }
        if isSorted { return picks }
        if isExact, items.count > 4096 {
            if columns > 1 { distribute(&items, \.second) }
            distribute(&items, \.first)
        } else {
            items.sort(by: precedes)
        }
        return items.map(\.pick)
    }

    /// Sorts by one head, 11 bits a pass, least significant first; equal heads keep their order.
    private static func distribute(_ items: inout [Item], _ path: KeyPath<Item, UInt64>) {
        var low = UInt64.max
        var high = UInt64.min
        let isFirst = path == \Item.first
        func value(_ item: Item) -> UInt64 { isFirst ? item.first : item.second }
        for item in items {
            low = min(low, value(item))
            high = max(high, value(item))
        }
        let bits = UInt64.bitWidth - (high - low).leadingZeroBitCount
        let scratch = UnsafeMutablePointer<Item>.allocate(capacity: items.count)
        defer { scratch.deallocate() }
        items.withUnsafeMutableBufferPointer { items in
            guard let start = items.baseAddress else { return }
            var (from, to) = (start, scratch)
            for shift in stride(from: 0, to: bits, by: 11) {
                withUnsafeTemporaryAllocation(of: Int.self, capacity: 2048) { places in
                    places.initialize(repeating: 0)
                    for index in 0..<items.count {
                        places[Int((value(from[index]) - low) >> UInt64(shift) & 2047)] += 1
                    }
                    var sum = 0
                    for digit in 0..<2048 {
                        let here = places[digit]
                        places[digit] = sum
                        sum += here
                    }
                    for index in 0..<items.count {
                        let digit = Int((value(from[index]) - low) >> UInt64(shift) & 2047)
                        to[places[digit]] = from[index]
                        places[digit] += 1
                    }
                }
                swap(&from, &to)
            }
            if from != start { start.update(from: from, count: items.count) }
        }
    }

    private static func fill(
        _ items: inout [Item], _ vectors: [Vector], _ path: WritableKeyPath<Item, UInt64>,
        _ exact: inout Bool
    ) {
        let isFirst = path == \Item.first
        for index in items.indices {
            let vector = vectors[Int(items[index].pick.source)]
            let row = Int(items[index].pick.row)
            let head = Self.head(vector, row)
            if isFirst { items[index].first = head } else { items[index].second = head }
        }
        // A head tells all of a value only if it is an integer of at most 32 bits, or none is NULL.
        switch vectors[0].physical {
        case .bool, .int16, .int32: break
        case .int64: if vectors.contains(where: \.hasNulls) { exact = false }
        default: exact = false
        }
    }

    /// A number that orders as the values do; equal heads need a full comparison unless exact.
    private static func head(_ vector: Vector, _ row: Int) -> UInt64 {
        if vector.isNull(row) { return .max }
        let row = row & vector.rowMask
        switch vector.physical {
        case .bool: return UInt64(vector.pointer(UInt8.self)[row])
        case .int16: return flip(Int64(vector.pointer(Int16.self)[row]))
        case .int32: return flip(Int64(vector.pointer(Int32.self)[row]))
        case .int64: return flip(vector.pointer(Int64.self)[row])
        case .int128: return flip(Int64(truncatingIfNeeded: vector.pointer(Int128.self)[row] >> 64))
        case .float32: return flip(Double(vector.pointer(Float.self)[row]))
        case .float64: return flip(vector.pointer(Double.self)[row])
        case .bytes: return UInt64(vector.pointer(StringView.self)[row].prefix) << 32
        case .uuid: return vector.pointer(UUIDBytes.self)[row].high
        case .interval, .decimal: return 0
        }
    }

    private static func flip(_ value: Int64) -> UInt64 { UInt64(bitPattern: value) ^ 1 << 63 }

    private static func flip(_ value: Double) -> UInt64 {
        if value.isNaN { return .max - 1 }
        let bits = (value == 0 ? 0 : value).bitPattern
        return bits >> 63 == 1 ? ~bits : bits | 1 << 63
    }
}
