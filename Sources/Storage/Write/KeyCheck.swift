import Basics
import Vectors

/// The primary keys of new rows, checked in two steps: what is long in the table before the commit
/// has its place in the order, the rest when it has.
struct KeyCheck: Sendable {
    private struct Conflict {
        var batch: Int
        var key: Int
        var locator: Int64
    }

    /// A row of the table with the key of a staged row.
    private struct StagedConflict {
        var locator: Int64
        var values: String
    }

    private var lookups: [KeyLookup] = []
    /// Rows with the same keys in the segments looked through; they may be deleted by now.
    private var conflicts: [Conflict] = []
    private var checked = Set<UInt32>()
    private var staged: [SegmentFragment] = []
    private var stagedConflicts: [StagedConflict] = []
    /// Fragments compared with the staged rows, and how many rows they had then.
    private var compared: [UInt32: Int] = [:]
    private var key: [ColumnSpec] = []

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

    /// Takes in rows that are segments already. They are known not to repeat each other, nor what
    /// the transaction has seen of the table; what was committed since is looked up among them.
    mutating func add(
        staged: [SegmentFragment], spec: TableSpec, now: TableVersion?, seen: TableVersion?
    ) throws {
        self.staged = staged
        key = spec.primaryKey.compactMap { id in spec.columns.first { $0.id == id } }
        for fragment in seen?.fragments ?? [] { compared[fragment.id] = fragment.rowCount }
        guard let now else { return }
        for fragment in now.fragments {
            stagedConflicts += try conflicts(in: fragment)
            compared[fragment.id] = fragment.rowCount
        }
    }

    /// Live rows of a fragment that were not compared before and hold keys of staged rows.
    private func conflicts(in fragment: Fragment) throws -> [StagedConflict] {
        let done = compared[fragment.id] ?? 0
        guard done < fragment.rowCount else { return [] }
        var found: [StagedConflict] = []
        func compare(_ keys: [Vector], _ count: Int, _ row: (Int) -> Int) throws {
            let lookup = KeyLookup(keys: keys, count: count, columns: key.map(\.id))
            for segment in staged {
                for match in try lookup.matches(in: segment, except: { _ in false }) {
                    found.append(
                        StagedConflict(
                            locator: Locator.make(fragment.id, row(match.key)),
                            values: lookup.text(match.key)))
                }
            }
        }
        switch fragment {
        case .segment(let segment):
            var cursor = SegmentCursor(segment, columns: key)
            while try cursor.advance() {
                let rows = cursor.rows
                try compare(cursor.batch.columns, cursor.batch.count) { Int(rows[$0]) }
            }
        case .tail(let tail):
            let places = key.compactMap { tail.index(of: $0.id) }
            for (batch, start) in zip(tail.batches, tail.starts)
            where start + batch.count > done {
                try compare(places.map { batch.columns[$0] }, batch.count) { start + $0 }
            }
            found.removeAll { tail.deleted?.contains(Locator.row($0.locator)) == true }
        }
        return found
    }

    /// The second step, against the state that the commit changes, its own deletes done.
    func verify(_ table: TableVersion, remap: Remap) throws {
        for conflict in stagedConflicts where Self.isLive(conflict.locator, table, remap) {
            throw KeyViolation(values: conflict.values)
        }
        if !staged.isEmpty {
            for fragment in table.fragments {
                if let conflict = try conflicts(in: fragment).first {
                    throw KeyViolation(values: conflict.values)
                }
            }
        }
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
            if let tail = table.tails.first(where: { $0.id == fragment }) {
                return tail.deleted?.contains(Locator.row(now)) != true
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
