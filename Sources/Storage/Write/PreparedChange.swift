import Basics
import Vectors

/// A change set made ready on the committing thread: whatever needs no order is done here.
struct PreparedChange: Sendable {
    struct Table: Sendable {
        var id: UInt32
        var change: ChangeSet.TableChange
        var spec: TableSpec
        /// Rows to add, without those the transaction deleted itself.
        var batches: [Batch] = []
        var rowCount = 0
        /// The batches as the log keeps them; empty for bulk rows.
        var encoded: [UInt8] = []
        /// The same rows as durable segments, where they are many.
        var bulk: [SegmentFile] = []
        /// Rows that the transaction wrote as segments before, with those it deleted since.
        var staged: [SegmentFragment] = []
        var keys = KeyCheck()

        var bringsFiles: Bool { !bulk.isEmpty || !staged.isEmpty }
    }

    let changes: ChangeSet
    var tables: [Table] = []
    /// Bytes for the log, roughly.
    var byteCount: Int {
        tables.reduce(1024) { $0 + $1.encoded.count + $1.change.deletes.count * 5 }
    }
    var changesCatalog: Bool {
        changes.catalogImage != nil
            || tables.contains { $0.change.spec != nil || $0.change.dropped }
    }

    init(
        _ changes: ChangeSet, head: Version, shop: SegmentShop, bulkRowsMin: Int,
        encodedBytesMax: Int
    ) throws {
        self.changes = changes
        do {
            for (id, change) in changes.tables.sorted(by: { $0.key < $1.key }) {
                try prepare(id, change, head, shop, bulkRowsMin, encodedBytesMax)
            }
        } catch {
            abandon()
            throw error
        }
    }

    private mutating func prepare(
        _ id: UInt32, _ change: ChangeSet.TableChange, _ head: Version, _ shop: SegmentShop,
        _ bulkRowsMin: Int, _ encodedBytesMax: Int
    ) throws {
        guard let spec = change.spec ?? changes.basedOn.version.tables[id]?.spec else { return }
        var table = Table(id: id, change: change, spec: spec)
        table.batches = Self.kept(change, spec)
        table.rowCount = table.batches.reduce(0) { $0 + $1.count }
        table.staged = try Self.fragments(change.staged[...], change, spec)
        if !spec.primaryKey.isEmpty, table.rowCount > 0 || !table.staged.isEmpty {
            do {
                let now = change.truncated ? nil : head.tables[id]
                table.keys = try KeyCheck(table.batches, spec: spec, checked: now)
                if !table.staged.isEmpty {
                    try table.keys.add(
                        staged: table.staged, spec: spec, now: now,
                        seen: change.truncated ? nil : changes.basedOn.version.tables[id])
                }
            } catch let violation as KeyViolation {
                throw violation.error(changes.keyLabels[id])
            }
        }
        if table.rowCount > 0, table.rowCount < bulkRowsMin {
            var out = ByteWriter()
            for batch in table.batches {
                BatchCodec.write(batch, columns: spec.columns, to: &out)
                if out.bytes.count > encodedBytesMax { break }
            }
            table.encoded = out.bytes
        }
        if table.rowCount >= bulkRowsMin || table.encoded.count > encodedBytesMax {
            table.encoded = []
            table.bulk = try Self.writeBulk(table.batches, spec: spec, shop: shop)
        }
        tables.append(table)
    }

    /// Staged segments of a change without the rows that it has deleted since; waits for the files.
    static func fragments(
        _ staged: ArraySlice<StagedSegment>, _ change: ChangeSet.TableChange, _ spec: TableSpec
    ) throws -> [SegmentFragment] {
        if staged.isEmpty { return [] }
        var rows: [UInt32: [Int]] = [:]
        for locator in change.deletes where Locator.isOwn(Locator.fragment(locator)) {
            rows[Locator.fragment(locator), default: []].append(Locator.row(locator))
        }
        return try staged.map { staged in
            let deleted = rows[staged.fragment].map { DeleteBitmap.adding($0, to: nil) }
            return SegmentFragment(try staged.file(), spec: spec, deleted: deleted)
        }
    }

    /// The rows in memory without those that the transaction has deleted itself.
    static func kept(_ change: ChangeSet.TableChange, _ spec: TableSpec) -> [Batch] {
        let own = change.deletes.filter { Locator.fragment($0) == Locator.overlayFragment }
        if own.isEmpty { return change.appends }
        let deleted = DeleteBitmap.adding(own.map(Locator.row), to: nil)
        var start = 0
        var kept: [Batch] = []
        for batch in change.appends {
            let rest = TailBatches.removing(
                deleted, start: start, from: batch, columns: spec.columns)
            if rest.count > 0 { kept.append(rest) }
            start += batch.count
        }
        return kept
    }

    /// Writes rows as a sorted run of durable segments.
    static func writeBulk(
        _ batches: [Batch], spec: TableSpec, shop: SegmentShop
    ) throws -> [SegmentFile] {
        var writer = RunWriter(shop, spec: spec, tier: .hot)
        do {
            try TailSorter.write(batches, spec: spec, into: &writer)
        } catch {
            writer.abandon()
            throw error
        }
        return try writer.finish()
    }

    /// The staged files are the store's from now on.
    func markTaken() {
        for change in changes.tables.values { for staged in change.staged { staged.markTaken() } }
    }

    /// Removes files that no commit names.
    func abandon() {
        for table in tables { for file in table.bulk { file.markObsolete() } }
    }
}
