import Basics
import Ingest
import Storage
import Vectors

extension IngestAdapter {
    package func seen(_ keys: [EventKey]) throws -> [Bool] {
        let table = try BoundTable(.receipt, database, database.store.snapshot())
        let ids = try [table.column("source", .text), table.column("id", .text)]
        guard table.snapshot.spec.primaryKey == ids.map(\.id) else {
            throw SQLError(
                .undefinedObject, "\"event_receipt\" lacks its primary key (source, id)")
        }
        var result: [Bool] = []
        result.reserveCapacity(keys.count)
        while result.count < keys.count {
            let part = keys[result.count..<min(result.count + Vector.standardCapacity, keys.count)]
            let batch = Self.texts([part.map(\.source), part.map(\.id)], types: ids.map(\.type))
            result += try table.snapshot.lookup(keys: batch).map { $0 != Locator.none }
        }
        return result
    }

    private static func texts(_ columns: [[String]], types: [SQLType]) -> Batch {
        let vectors = zip(columns, types).map { texts, type in
            let vector = Vector(type, capacity: texts.count)
            let arena = StringArena()
            for (row, text) in texts.enumerated() {
                vector.pointer(StringView.self)[row] = arena.copy(text)
            }
            vector.count = texts.count
            vector.owners = [arena]
            return vector
        }
        return Batch(columns: vectors, count: columns.first?.count ?? 0)
    }

    package func basketVersions(_ baskets: [BasketReference]) throws -> [Int32?] {
        let sales = try BoundTable(.sales, database, database.store.snapshot())
        let search = BasketSearch(baskets)
        var found = [Int32?](repeating: nil, count: search.count)
        try search.forEachRow(of: sales, [("version", .integer)]) { basket, rows, row in
            let version = Int32(truncatingIfNeeded: rows.columns[0].integer(row) ?? 0)
            found[basket] = max(found[basket] ?? version, version)
        }
        return baskets.map { search.index($0).flatMap { found[$0] } }
    }

    package func unitCosts(_ lines: [BasketLineReference]) throws -> [Int64?] {
        struct Line: Hashable {
            var basket: Int
            var number: Int64
        }
        let sales = try BoundTable(.sales, database, database.store.snapshot())
        let search = BasketSearch(lines.map(\.basket))
        var costs: [Line: Int64] = [:]
        let columns: [(String, SQLType)] = [
            ("line_no", .integer), ("unit_cost", .numeric(precision: 18, scale: 4)),
        ]
        try search.forEachRow(of: sales, columns) { basket, rows, row in
            guard let number = rows.columns[0].integer(row), let cost = rows.columns[1].integer(row)
            else { return }
            costs[Line(basket: basket, number: number)] = cost
        }
        return lines.map { line in
            search.index(line.basket).flatMap {
                costs[Line(basket: $0, number: Int64(line.lineNumber))]
            }
        }
    }

    /// Where the rows of some baskets are.
    func locators(_ baskets: [BasketReference], _ sales: BoundTable) throws -> [Int64] {
        var result: [Int64] = []
        try BasketSearch(baskets).forEachRow(of: sales, []) { _, rows, row in
            result.append(rows.locator(row))
        }
        return result
    }
}

/// Finds the rows of some baskets in `fact_sales`, which has no key of them.
///
/// The sort order leads to the chunks of their days. There, most rows fall to a bitmap over the ids'
/// last eight bytes, the register's running number among them; the rest are compared.
struct BasketSearch {
    private var indices: [String: Int] = [:]
    private var days: [Int64] = []
    private var bits = [UInt64](repeating: 0, count: 1024)

    init(_ baskets: [BasketReference]) {
        let arena = StringArena()
        var days = Set<Int64>()
        for basket in baskets where indices[basket.basketID] == nil {
            indices[basket.basketID] = indices.count
            days.insert(Int64(basket.businessDate))
            let hash = Self.hash(arena.copy(basket.basketID))
            bits[hash >> 6] |= 1 << UInt64(hash & 63)
        }
        self.days = days.sorted()
    }

    /// Different baskets.
    var count: Int { indices.count }
    func index(_ basket: BasketReference) -> Int? { indices[basket.basketID] }

    @inline(__always)
    private static func hash(_ view: StringView) -> Int {
        let count = Int(view.count)
        let end = count >= 8
            ? UnsafeRawPointer(view.start + (count - 8)).loadUnaligned(as: UInt64.self)
            : UInt64(view.prefix)
        return Int((end &* 0x9E37_79B9_7F4A_7C15) >> 48)
    }

    /// `body` gets the basket's index, and the row among rows of `columns`.
    func forEachRow(
        of sales: BoundTable, _ columns: [(String, SQLType)],
        _ body: (_ basket: Int, _ rows: TableReader.Rows, _ row: Int) throws -> Void
    ) throws {
        let day = try sales.column("business_date", .date).id
        // The id goes last, so that the caller's columns keep their places.
        let reader = try sales.reader(columns + [("basket_id", .varchar(96))])
        let idColumn = columns.count
        try reader.forEach(where: { segment, chunk in
            guard let zone = segment.zone(column: day, chunk: chunk), case .int(let low) = zone.min,
                case .int(let high) = zone.max
            else { return true }
            return days.contains { $0 >= low && $0 <= high }
        }) { rows in
            let ids = rows.columns[idColumn]
            let views = ids.pointer(StringView.self)
            let mask = ids.rowMask
            try bits.withUnsafeBufferPointer { bits in
                for row in 0..<rows.count {
                    let hash = Self.hash(views[row & mask])
                    guard bits[hash >> 6] >> UInt64(hash & 63) & 1 == 1,
                        let basket = indices[views[row & mask].string], rows.isLive(row)
                    else { continue }
                    try body(basket, rows, row)
                }
            }
        }
    }
}
