import Basics
import Storage
import Vectors

/// What a store should hold, commit by commit.
package struct StoreModel: Sendable {
    package struct Table: Hashable, Sendable {
        package var columns: [UInt32]
        /// Values by primary key.
        package var rows: [Int64: [TableReader.Value]] = [:]
    }
    package struct Contents: Hashable, Sendable {
        package var tables: [UInt32: Table] = [:]
        package var catalog: [UInt8] = []
        package var note: [UInt8] = []
    }

    /// Contents after each commit tried; the commits' numbers are the places.
    package var history: [Contents] = [Contents()]
    /// The last commit that the store confirmed.
    package var confirmed = 0
    package var current: Contents { history[history.count - 1] }

    package init() {}

    package static func contents(_ snapshot: StoreSnapshot) throws -> Contents {
        var contents = Contents()
        contents.catalog = snapshot.catalogImage
        contents.note = snapshot.note("position") ?? []
        for id in snapshot.tableIDs {
            guard let table = snapshot.table(id) else { continue }
            var own = Table(columns: table.spec.columns.map(\.id))
            for row in try TableReader.rows(table) {
                guard case .int(let key) = row.values[0] else { continue }
                if own.rows.updateValue(row.values, forKey: key) != nil {
                    throw SQLError(.internalError, "key \(key) of table \(id) is there twice")
                }
            }
            contents.tables[id] = own
        }
        return contents
    }
}

/// Random commits, flushes, compactions and ageing, the same for the same seed.
package struct StoreWorkload {
    package var random: SplitMix64
    package var model = StoreModel()
    private var nextKey: Int64 = 1
    private var nextColumn: UInt32 = 10
    private var nextTable: UInt32 = 1
    /// What the last step was, for messages.
    package private(set) var lastStep = ""

    package init(seed: UInt64) { random = SplitMix64(seed: seed) }

    /// Options that make small stores do everything that big ones do, in a fixed order.
    package static var options: StoreOptions {
        var options = StoreOptions()
        options.usesThreads = false
        options.walFileBytesMax = 4000
        options.manifestBytesMax = 3000
        options.bulkRowsMin = 40
        options.segmentRowsMax = 64
        options.cacheBytes = 1 << 20
        return options
    }

    private mutating func below(_ bound: Int) -> Int { Int(random.next() % UInt64(max(bound, 1))) }

    /// Does one step. Throws what the store throws; the model then holds the change as tried.
    package mutating func step(_ store: Store) throws {
        switch below(20) {
        case 0, 1:
            lastStep = "flush"
            try store.flush()
        case 2:
            guard let id = anyTable() else { return }
            lastStep = "compact \(id)"
            try store.compact(id)
        case 3:
            guard let id = anyTable() else { return }
            lastStep = "age \(id)"
            _ = try store.age(id, below: .int(Int64(below(40))))
        case 4: try commit(store) { try $0.define(&$1, &$2) }
        default: try commit(store) { try $0.modify(&$1, &$2) }
        }
    }

    private mutating func anyTable() -> UInt32? {
        let ids = model.current.tables.keys.sorted()
        return ids.isEmpty ? nil : ids[below(ids.count)]
    }

    private mutating func commit(
        _ store: Store,
        _ fill: (inout StoreWorkload, inout ChangeSet, inout StoreModel.Contents) throws -> Void
    ) throws {
        var changes = ChangeSet(basedOn: store.snapshot())
        var next = model.current
        lastStep = "commit"
        try fill(&self, &changes, &next)
        if changes.isEmpty { return }
        next.note = [UInt8(truncatingIfNeeded: below(256)), UInt8(below(256))]
        changes.notes["position"] = next.note
        model.history.append(next)
        let number = try store.commit(changes)
        guard Int(number) == model.history.count - 1 else {
            throw SQLError(.internalError, "commit \(number) instead of \(model.history.count - 1)")
        }
        model.confirmed = Int(number)
    }

    /// Definitions: tables come, change and go.
    private mutating func define(
        _ changes: inout ChangeSet, _ next: inout StoreModel.Contents
    ) throws {
        next.catalog = (0..<below(40)).map { _ in UInt8(below(256)) } + [1]
        changes.setCatalogImage(next.catalog)
        guard let id = anyTable(), next.tables.count >= 2 else {
            return try create(&changes, &next)
        }
        switch below(4) {
        case 0:
            lastStep = "drop \(id)"
            try changes.dropTable(id)
            next.tables[id] = nil
        case 1:
            lastStep = "truncate \(id)"
            try changes.truncateTable(id)
            next.tables[id]?.rows = [:]
        case 2:
            lastStep = "alter \(id)"
            guard var spec = changes.table(id)?.spec else { return }
            if spec.columns.count > 4 {
                let gone = spec.columns.remove(at: 3)
                _ = gone
                next.tables[id]?.columns.remove(at: 3)
                for key in (next.tables[id]?.rows ?? [:]).keys {
                    next.tables[id]?.rows[key]?.remove(at: 3)
                }
            } else {
                let initial = Int64(below(100))
                spec.columns.append(
                    ColumnSpec(id: nextColumn, type: .bigint, initial: .int(initial)))
                next.tables[id]?.columns.append(nextColumn)
                nextColumn += 1
                for key in (next.tables[id]?.rows ?? [:]).keys {
                    next.tables[id]?.rows[key]?.append(.int(initial))
                }
            }
            try changes.alterTable(spec)
        default: try create(&changes, &next)
        }
    }

    private mutating func create(
        _ changes: inout ChangeSet, _ next: inout StoreModel.Contents
    ) throws {
        let id = nextTable
        nextTable += 1
        lastStep = "create \(id)"
        let spec = TableSpec(
            id: id,
            columns: [
                ColumnSpec(id: 1, type: .bigint), ColumnSpec(id: 2, type: .integer),
                ColumnSpec(id: 3, type: .text),
            ], sortKey: [2, 1], primaryKey: [1])
        try changes.createTable(spec)
        next.tables[id] = StoreModel.Table(columns: [1, 2, 3])
        if below(2) == 0 { try append(id, &changes, &next) }
    }

    /// Rows come, go and are replaced.
    private mutating func modify(
        _ changes: inout ChangeSet, _ next: inout StoreModel.Contents
    ) throws {
        if next.tables.isEmpty { return try define(&changes, &next) }
        for _ in 0...below(2) {
            guard let id = anyTable() else { return }
            if below(3) > 0 { try append(id, &changes, &next) }
            if below(2) > 0 { try delete(id, &changes, &next) }
        }
    }

    private mutating func append(
        _ id: UInt32, _ changes: inout ChangeSet, _ next: inout StoreModel.Contents
    ) throws {
        guard let spec = changes.table(id)?.spec else { return }
        let count = below(8) == 0 ? 40 + below(60) : 1 + below(12)
        var rows: [[TableReader.Value]] = []
        for _ in 0..<count {
            var row: [TableReader.Value] = [
                .int(nextKey), .int(Int64(below(50))),
                below(5) == 0
                    ? .null : .text(String(repeating: "x", count: below(20)) + "\(nextKey)"),
            ]
            for _ in spec.columns.dropFirst(3) {
                row.append(below(4) == 0 ? .null : .int(Int64(below(9))))
            }
            next.tables[id]?.rows[nextKey] = row
            nextKey += 1
            rows.append(row)
        }
        lastStep += " append \(count) to \(id)"
        try changes.appendInBulk(id, TableReader.batch(spec.columns.map(\.type), rows))
        if below(3) == 0 { try changes.settle() }
    }

    /// Deletes some rows, and sometimes puts them back changed.
    private mutating func delete(
        _ id: UInt32, _ changes: inout ChangeSet, _ next: inout StoreModel.Contents
    ) throws {
        guard let table = changes.table(id), table.rowCount > 0 else { return }
        let rows = try TableReader.rows(table)
        var chosen: [TableReader.Row] = []
        for row in rows where below(6) == 0 { chosen.append(row) }
        if chosen.isEmpty { return }
        lastStep += " delete \(chosen.count) of \(id)"
        try changes.delete(id, chosen.map(\.locator))
        let isUpdate = below(2) == 0
        var again: [[TableReader.Value]] = []
        for row in chosen {
            guard case .int(let key) = row.values[0] else { continue }
            next.tables[id]?.rows[key] = nil
            if isUpdate {
                var values = row.values
                values[1] = .int(Int64(below(50)))
                next.tables[id]?.rows[key] = values
                again.append(values)
            }
        }
        if !again.isEmpty {
            try changes.appendInBulk(id, TableReader.batch(table.spec.columns.map(\.type), again))
        }
    }
}
