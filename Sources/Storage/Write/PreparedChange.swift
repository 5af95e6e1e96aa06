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
        var keys = KeyCheck()
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
        if !spec.primaryKey.isEmpty, table.rowCount > 0 {
            do {
                table.keys = try KeyCheck(
                    table.batches, spec: spec,
                    checked: change.truncated ? nil : head.tables[id])
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

    private static func kept(_ change: ChangeSet.TableChange, _ spec: TableSpec) -> [Batch] {
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

    private static func writeBulk(
        _ batches: [Batch], spec: TableSpec, shop: SegmentShop
    ) throws -> [SegmentFile] {
        var starts: [Int] = []
        var count = 0
        for batch in batches {
            starts.append(count)
            count += batch.count
        }
        var writer = RunWriter(shop, spec: spec, tier: .hot)
        do {
            _ = try TailSorter.write(
                [
                    .init(
                        batches: batches, starts: starts, rowCount: count, columns: spec.columns,
                        deleted: nil)
                ], spec: spec, into: &writer)
        } catch {
            writer.abandon()
            throw error
        }
        return try writer.finish()
    }

    /// Removes files that no commit names.
    func abandon() {
        for table in tables { for file in table.bulk { file.markObsolete() } }
    }
}

/// The primary keys of new rows, checked in two steps: what is long in the table before the commit
/// has its place in the order, the rest when it has.
struct KeyCheck: Sendable {
    private struct Conflict {
        var batch: Int
        var key: Int
        var locator: Int64
    }

    private var lookups: [KeyLookup] = []
    /// Rows with the same keys in the segments looked through; they may be deleted by now.
    private var conflicts: [Conflict] = []
    private var checked = Set<UInt32>()

    init() {}

    /// Compares the rows with each other and with the segments of a state.
    init(_ batches: [Batch], spec: TableSpec, checked table: TableVersion?) throws {
        let places = spec.primaryKey.compactMap { spec.index(of: $0) }
        lookups = batches.map { batch in
            KeyLookup(
                keys: places.map { batch.columns[$0] }, count: batch.count,
                columns: spec.primaryKey)
        }
        try refuseRepeated()
        for segment in table?.segments ?? [] {
            checked.insert(segment.id)
            for (index, lookup) in lookups.enumerated() {
                for match in try lookup.matches(in: segment, except: { _ in false }) {
                    conflicts.append(
                        Conflict(batch: index, key: match.key, locator: match.locator))
                }
            }
        }
    }

    /// Two rows of the commit itself.
    private func refuseRepeated() throws {
        var rows: [(hash: UInt64, batch: UInt32, key: UInt32)] = []
        for (batch, lookup) in lookups.enumerated() {
            for key in lookup.order {
                rows.append((lookup.hashes[key], UInt32(batch), UInt32(key)))
            }
        }
        rows.sort { $0.hash < $1.hash }
        var start = 0
        for index in rows.indices.dropFirst() {
            if rows[index].hash != rows[start].hash { start = index }
            for other in start..<index {
                let a = lookups[Int(rows[index].batch)]
                let b = lookups[Int(rows[other].batch)]
                let i = Int(rows[index].key)
                let j = Int(rows[other].key)
                if zip(a.keys, b.keys).allSatisfy({ RowCompare.areEqual($0, i, $1, j) }) {
                    throw KeyViolation(values: a.text(i))
                }
            }
        }
    }

    /// The second step, against the state that the commit changes, its own deletes done.
    func verify(_ table: TableVersion, remap: Remap) throws {
        guard !lookups.isEmpty else { return }
        for conflict in conflicts where Self.isLive(conflict.locator, table, remap) {
            throw KeyViolation(values: lookups[conflict.batch].text(conflict.key))
        }
        for lookup in lookups {
            for segment in table.segments where !checked.contains(segment.id) {
                if let match = try lookup.matches(in: segment, except: { _ in false }).first {
                    throw KeyViolation(values: lookup.text(match.key))
                }
            }
            for tail in table.tails {
                if let match = lookup.matches(in: tail).first {
                    throw KeyViolation(values: lookup.text(match.key))
                }
            }
        }
    }

    private static func isLive(_ locator: Int64, _ table: TableVersion, _ remap: Remap) -> Bool {
        var place: Int64? = locator
        while let now = place {
            let fragment = Locator.fragment(now)
            if let segment = table.segments.first(where: { $0.id == fragment }) {
                return segment.deleted?.contains(Locator.row(now)) != true
            }
            place = remap.current(now)
        }
        return false
    }
}

/// A key that is there already.
struct KeyViolation: Error {
    /// The key's values, as in `1, x`.
    var values: String

    func error(_ label: KeyLabel?) -> SQLError {
        let name = label?.constraint ?? "primary key"
        let error = SQLError(
            .uniqueViolation, "duplicate key value violates unique constraint \"\(name)\"",
            detail: "Key (\(label?.columns ?? "key"))=(\(values)) already exists.")
        return label.map { error.about(table: $0.table, constraint: $0.constraint) } ?? error
    }
}

extension KeyLookup {
    /// A key's values for an error's detail.
    func text(_ key: Int) -> String {
        keys.map { RowCompare.text($0, key) }.joined(separator: ", ")
    }
}
