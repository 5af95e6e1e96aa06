import Basics
import Vectors

/// The names in `duplicate key value violates unique constraint "sales_pkey"`.
package struct KeyLabel: Sendable {
    package var table: String
    package var constraint: String
    /// As in `store_id, receipt_no`.
    package var columns: String
    package init(table: String, constraint: String, columns: String) {
        self.table = table
        self.constraint = constraint
        self.columns = columns
    }
}

/// What one transaction wants to change; nothing happens before `Store.commit`.
///
/// Statements apply in the order given, so `table(_:)` shows a transaction its own changes.
package struct ChangeSet: Sendable {
    /// The state the transaction has read.
    package let basedOn: StoreSnapshot
    /// The catalog's new bytes.
    package private(set) var catalogImage: [UInt8]?
    /// Small opaque values that the snapshot gives back by name, such as an ingest position.
    package var notes: [String: [UInt8]] = [:]
    /// How an error about a repeated key names the key, by table.
    package var keyLabels: [UInt32: KeyLabel] = [:]
    var tables: [UInt32: TableChange] = [:]

    struct TableChange: Sendable {
        var created = false
        var dropped = false
        var truncated = false
        var spec: TableSpec?
        var appends: [Batch] = []
        /// Locators of committed rows, and of the overlay.
        var deletes: [Int64] = []
    }

    package init(basedOn snapshot: StoreSnapshot) { basedOn = snapshot }

    package var isEmpty: Bool { catalogImage == nil && notes.isEmpty && tables.isEmpty }

    /// Rows waiting to be added, deleted ones included.
    package var appendedRowCount: Int {
        tables.values.reduce(0) { $0 + $1.appends.reduce(0) { $0 + $1.count } }
    }

    /// Replaces the catalog's bytes; fails at commit if another has replaced them meanwhile.
    package mutating func setCatalogImage(_ image: [UInt8]) { catalogImage = image }

    package mutating func createTable(_ spec: TableSpec) throws {
        if basedOn.version.tables[spec.id] != nil || tables[spec.id] != nil {
            throw SQLError(.internalError, "table number \(spec.id) is taken")
        }
        tables[spec.id] = TableChange(created: true, spec: spec)
    }

    package mutating func dropTable(_ id: UInt32) throws {
        _ = try spec(id)
        var change = TableChange(dropped: true)
        if tables[id]?.created == true { change.created = true }
        tables[id] = change
    }

    /// Removes all rows, the transaction's own included.
    package mutating func truncateTable(_ id: UInt32) throws {
        _ = try spec(id)
        var change = tables[id] ?? TableChange()
        change.truncated = true
        change.appends = []
        change.deletes = []
        tables[id] = change
    }

    /// Adds and drops columns and changes the sort key; the primary key stays.
    package mutating func alterTable(_ new: TableSpec) throws {
        let old = try spec(new.id)
        guard old.primaryKey == new.primaryKey else {
            throw SQLError.unsupported("changing a primary key")
        }
        var change = tables[new.id] ?? TableChange()
        change.appends = try change.appends.map {
            try TailBatches.convert($0, from: old.columns, to: new.columns)
        }
        change.spec = new
        tables[new.id] = change
    }

    /// Adds rows; vectors are copied and come in the spec's columns.
    package mutating func append(_ id: UInt32, _ batch: Batch) throws {
        let columns = try spec(id).columns
        let flat = try TailBatches.flatten(batch, columns: columns)
        tables[id, default: TableChange()].appends.append(contentsOf: flat)
    }

    /// Deletes rows by locators of `basedOn` or of `table(_:)`.
    package mutating func delete(_ id: UInt32, _ locators: [Int64]) throws {
        _ = try spec(id)
        if locators.isEmpty { return }
        tables[id, default: TableChange()].deletes.append(contentsOf: locators)
    }

    /// The table as this transaction sees it.
    package func table(_ id: UInt32) -> TableSnapshot? {
        guard let change = tables[id] else { return basedOn.table(id) }
        if change.dropped { return nil }
        guard let base = basedOn.table(id) else {
            return change.spec.map {
                TableSnapshot(spec: $0, fragments: [])
                    .overlay(flat: change.appends, deletes: change.deletes)
            }
        }
        let spec = change.spec ?? base.spec
        let fragments = change.truncated ? [] : base.fragments.map { $0.seen(by: spec) }
        return TableSnapshot(spec: spec, fragments: fragments)
            .overlay(flat: change.appends, deletes: change.deletes)
    }

    private func spec(_ id: UInt32) throws -> TableSpec {
        if let change = tables[id], change.dropped || change.spec != nil {
            if let spec = change.spec { return spec }
        } else if let table = basedOn.version.tables[id] {
            return table.spec
        }
        throw SQLError(.undefinedTable, "table number \(id) does not exist")
    }
}
