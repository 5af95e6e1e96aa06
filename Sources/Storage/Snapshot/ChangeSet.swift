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
    /// Tables whose rows must not have changed since the snapshot, because what they hold was
    /// checked for constraints: the commit is 40001 if they have.
    package var guarded: Set<UInt32> = []
    var tables: [UInt32: TableChange] = [:]

    struct TableChange: Sendable {
        var created = false
        var dropped = false
        var truncated = false
        var spec: TableSpec?
        var appends: [Batch] = []
        /// Rows of `appends`.
        var appendedRowCount = 0
        /// Where the keys of `appends` are; nil until somebody asks.
        var keys: TailKeyIndex?
        /// Rows added before those of `appends`, a whole segment each.
        var staged: [StagedSegment] = []
        /// How many of `staged`, from the first, are in runs that do not overlap within.
        var settledCount = 0
        /// Locators of committed rows, of staged segments, and of the overlay.
        var deletes: [Int64] = []

        mutating func removeAppends() {
            appends = []
            appendedRowCount = 0
            keys = nil
        }
    }

    package init(basedOn snapshot: StoreSnapshot) { basedOn = snapshot }

    package var isEmpty: Bool { catalogImage == nil && notes.isEmpty && tables.isEmpty }

    /// Rows waiting in memory to be added, deleted ones included.
    package var appendedRowCount: Int { tables.values.reduce(0) { $0 + $1.appendedRowCount } }

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
        change.removeAppends()
        change.staged = []
        change.settledCount = 0
        change.deletes = []
        tables[id] = change
    }

    /// Adds and drops columns and changes the sort key; the primary key stays, unless the
    /// transaction has emptied the table.
    package mutating func alterTable(_ new: TableSpec) throws {
        let old = try spec(new.id)
        var change = tables[new.id] ?? TableChange()
        let isEmptied = change.truncated && change.appends.isEmpty && change.staged.isEmpty
        guard old.primaryKey == new.primaryKey || isEmptied else {
            throw SQLError.unsupported("changing the primary key of a table with rows")
        }
        change.appends = try change.appends.map {
            try TailBatches.convert($0, from: old.columns, to: new.columns)
        }
        change.spec = new
        tables[new.id] = change
    }

    /// Adds rows; vectors are copied and come in the spec's columns.
    package mutating func append(_ id: UInt32, _ batch: Batch) throws {
        let columns = try spec(id).columns
        for flat in try TailBatches.flatten(batch, columns: columns) { add(id, flat) }
    }

    /// Adds rows as `append` does, and writes them as a segment whenever there are enough for one:
    /// what a transaction adds in bulk is bounded by the disk, not by memory.
    ///
    /// The keys must be known to be new (`firstTaken`). Locators of rows added before are void.
    ///
    /// - Parameter isOwned: whether the vectors are flat and nobody else writes to them or to what
    ///   their strings point into, so that they need not be copied.
    package mutating func appendInBulk(
        _ id: UInt32, _ batch: Batch, isOwned: Bool = false
    ) throws {
        let spec = try spec(id)
        let isFlat =
            isOwned && batch.count <= TailBatches.rowsMax
            && TailBatches.isFlat(batch, columns: spec.columns)
        let parts = isFlat ? [batch] : try TailBatches.flatten(batch, columns: spec.columns)
        guard let staging = basedOn.staging else {
            for part in parts { add(id, part) }
            return
        }
        for part in parts {
            let room = staging.runRows - (tables[id]?.appendedRowCount ?? 0)
            if part.count < room {
                add(id, part)
                continue
            }
            add(id, TailBatches.slice(part, 0..<room))
            try stage(id, spec, staging)
            if part.count > room { add(id, TailBatches.slice(part, room..<part.count)) }
        }
    }

    private mutating func add(_ id: UInt32, _ flat: Batch) {
        guard flat.count > 0 else { return }
        let first = tables[id]?.appendedRowCount ?? 0
        tables[id, default: TableChange()].appends.append(flat)
        tables[id]?.appendedRowCount += flat.count
        if let index = tables[id]?.keys, let spec = try? spec(id) {
            index.insert(
                KeyHash.hashes(
                    spec.primaryKey.compactMap { spec.index(of: $0) }.map { flat.columns[$0] },
                    count: flat.count), firstRow: first)
        }
    }

    /// Begins to write the rows in memory. One segment at a time: that bounds the memory.
    private mutating func stage(
        _ id: UInt32, _ spec: TableSpec, _ staging: SegmentStaging
    ) throws {
        guard let change = tables[id] else { return }
        _ = try change.staged.last?.file()
        let kept = PreparedChange.kept(change, spec)
        tables[id]?.removeAppends()
        tables[id]?.deletes.removeAll { Locator.fragment($0) == Locator.overlayFragment }
        guard !kept.isEmpty else { return }
        let fragment = Locator.stagedFragments + UInt32(truncatingIfNeeded: change.staged.count)
        guard fragment < Locator.overlayFragment else {
            throw SQLError(.programLimitExceeded, "a transaction adds too many rows")
        }
        // Where rows were deleted meanwhile the others have moved.
        let isWhole = kept.reduce(0) { $0 + $1.count } == change.appendedRowCount
        let keys = isWhole ? change.keys : nil
        tables[id]?.staged.append(
            StagedSegment(kept, keys: keys, spec: spec, fragment: fragment, staging: staging))
    }

    /// Waits until all rows that are being written are on disk, and puts what a statement added to
    /// a sorted table in bulk into one sorted run. Locators of rows added before are void.
    ///
    /// - Parameter check: throws where the statement is to end; called by several threads.
    /// - Throws: why they could not be written.
    package mutating func settle(check: @Sendable () throws -> Void = {}) throws {
        for id in tables.keys.sorted() { try settle(id, check) }
    }

    private mutating func settle(_ id: UInt32, _ check: @Sendable () throws -> Void) throws {
        guard let added = tables[id], added.staged.count > added.settledCount else { return }
        let spec = try spec(id)
        guard let staging = basedOn.staging, !spec.sortKey.isEmpty else {
            _ = try added.staged.last?.file()
            return
        }
        if added.appendedRowCount > 0 { try stage(id, spec, staging) }
        guard let change = tables[id] else { return }
        let new = change.staged[change.settledCount...]
        let inputs = try PreparedChange.fragments(new, change, spec)
        tables[id]?.settledCount = change.staged.count
        if inputs.count == 1 || Self.areOrdered(inputs, spec) { return }
        let files = try SegmentMerge.write(
            inputs, spec: spec, tier: .hot, shop: staging.shop, threads: staging.shop.threads,
            hasMaps: false, check: check
        ).files
        let first = change.settledCount
        let run = files.enumerated().map { place, file in
            StagedSegment(
                file, spec: spec,
                fragment: Locator.stagedFragments + UInt32(truncatingIfNeeded: first + place))
        }
        let gone = Set(new.map(\.fragment))
        tables[id]?.deletes.removeAll { gone.contains(Locator.fragment($0)) }
        tables[id]?.staged.replaceSubrange(first..., with: run)
        tables[id]?.settledCount = first + run.count
    }

    /// Whether each segment ends before the next begins.
    private static func areOrdered(_ segments: [SegmentFragment], _ spec: TableSpec) -> Bool {
        zip(segments, segments.dropFirst()).allSatisfy { before, after in
            for (last, first) in zip(
                before.segment.footer.sortKeyLast, after.segment.footer.sortKeyFirst)
            {
                if RowCompare.isBelow(last, first) { return true }
                if last.isNull || first.isNull || RowCompare.isBelow(first, last) { return false }
            }
            return true
        }
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
        guard let spec = change.spec ?? basedOn.version.tables[id]?.spec else { return nil }
        var fragments: [Fragment] = []
        if !change.truncated, let base = basedOn.table(id) {
            fragments = base.fragments.map { $0.seen(by: spec) }
        }
        fragments += change.staged.map { $0.fragment(seenBy: spec) }
        return TableSnapshot(spec: spec, fragments: fragments)
            .overlay(flat: change.appends, deletes: change.deletes, keys: change.keys)
    }

    func spec(_ id: UInt32) throws -> TableSpec {
        if let change = tables[id], change.dropped || change.spec != nil {
            if let spec = change.spec { return spec }
        } else if let table = basedOn.version.tables[id] {
            return table.spec
        }
        throw SQLError(.undefinedTable, "table number \(id) does not exist")
    }
}
