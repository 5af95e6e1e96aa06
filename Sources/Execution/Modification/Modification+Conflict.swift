import Basics
import Catalog
import Planning
import Storage
import Vectors

/// What ON CONFLICT checks: each row proposed, and each stored one as it becomes.
struct UpsertChecks {
    var proposed: RowChecks
    var changed: RowChecks
}

/// INSERT … ON CONFLICT.
extension Modification {
    /// Inserts what conflicts with nothing; the rest is left out, or changes what is there.
    func upsert(
        _ batch: Batch, _ conflict: BoundInsert.OnConflict, _ insert: BoundInsert,
        _ checks: UpsertChecks, _ writer: TableWriter, _ changes: inout ChangeSet
    ) throws -> Int {
        try writer.checkNulls(batch)
        try writer.check(batch, checks.proposed)
        guard let snapshot = changes.table(table.oid) else { return 0 }
        var rows = batch
        var stored: [(row: UInt32, locator: Int64)] = []
        for key in conflict.keys {
            let found = try search(rows, key, snapshot, &changes)
            var fresh: [UInt32] = []
            for row in 0..<rows.count {
                let position = UInt32(truncatingIfNeeded: row)
                if found.repeated[row] {
                    if conflict.update == nil { continue }
                    throw SQLError(
                        .cardinalityViolation,
                        "ON CONFLICT DO UPDATE command cannot affect row a second time",
                        hint: "Ensure that no rows proposed for insertion within the same command"
                            + " have duplicate constrained values.")
                }
                if found.locators[row] == Locator.none {
                    fresh.append(position)
                } else {
                    stored.append((position, found.locators[row]))
                }
            }
            // With DO UPDATE there is one key, and its conflicts refer to the whole batch.
            if fresh.count < rows.count { rows = rows.gather(fresh, count: fresh.count) }
        }
        var count = rows.count
        if rows.count > 0 {
            try writer.append(rows, checks: .none, to: &changes, isBulk: false)
            try giveBack(rows, insert.returning, insert.checkColumns)
        }
        if let update = conflict.update, !stored.isEmpty {
            count += try change(
                batch, stored, update, conflict, insert, checks.changed, writer, snapshot,
                &changes)
        }
        return count
    }

    /// Changes the stored rows that proposed ones conflict with.
    private func change(
        _ batch: Batch, _ stored: [(row: UInt32, locator: Int64)], _ update: [Expression],
        _ conflict: BoundInsert.OnConflict, _ insert: BoundInsert, _ checks: RowChecks,
        _ writer: TableWriter, _ snapshot: TableSnapshot, _ changes: inout ChangeSet
    ) throws -> Int {
        let existing = try snapshot.rows(at: stored.map(\.locator), columns: table.columns)
        let proposed = batch.gather(stored.map(\.row), count: stored.count)
        var both = Batch(columns: existing.columns + proposed.columns, count: stored.count)
        var targets = stored.map(\.locator)
        let layout = lowering.layout(
            Array(zip(conflict.existing, table.columns.map(\.type)))
                + Array(zip(conflict.excluded, table.columns.map(\.type))))
        if let condition = conflict.condition {
            var positions = [UInt32](repeating: 0, count: both.count)
            let compiled = try Compiled.compile(condition, layout)
            let found = try positions.withUnsafeMutableBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return 0 }
                return try compiled.select(both, context, into: base)
            }
            if found == 0 { return 0 }
            both = both.gather(positions, count: found)
            targets = (0..<found).map { targets[Int(positions[$0])] }
        }
        try require(
            conflict.visible,
            of: Batch(
                columns: Array(both.columns.prefix(table.columns.count)), count: both.count),
            conflict.existing, what: "new row")
        let values = try update.map { try Compiled.compile($0, layout).evaluate(both, context) }
        let rows = Batch(columns: values.map { $0.flattened() }, count: both.count)
        try watch?.remove(targets, of: snapshot)
        try changes.delete(table.oid, targets)
        try writer.append(rows, checks: checks, to: &changes, isBulk: false)
        try giveBack(rows, insert.returning, insert.checkColumns)
        return both.count
    }

    /// For each row the stored one with the same key, and whether an earlier row has it. A key with
    /// a NULL equals none.
    private func search(
        _ rows: Batch, _ key: [Int], _ snapshot: TableSnapshot, _ changes: inout ChangeSet
    ) throws -> (locators: [Int64], repeated: [Bool]) {
        let keys = Batch(columns: key.map { rows.columns[$0] }, count: rows.count)
        var locators = [Int64](repeating: Locator.none, count: rows.count)
        var repeated = [Bool](repeating: false, count: rows.count)
        guard rows.count > 0, !key.isEmpty else { return (locators, repeated) }
        let known = KeyTable(keys.columns.map(\.type), memory: context.memory)
        var numbers = [UInt32](repeating: 0, count: rows.count)
        try numbers.withUnsafeMutableBufferPointer {
            guard let base = $0.baseAddress else { return }
            try known.findOrInsert(keys.columns, count: rows.count, into: base)
        }
        var taken = [Bool](repeating: false, count: known.count)
        for row in 0..<rows.count where !keys.columns.contains(where: { $0.isNull(row) }) {
            repeated[row] = taken[Int(numbers[row])]
            taken[Int(numbers[row])] = true
        }
        if key == table.keyIndices { return (try snapshot.lookup(keys: keys), repeated) }
        // Other keys than the primary one are not kept: the table is read.
        var places = [Int64](repeating: Locator.none, count: known.count)
        var narrow = table
        narrow.columns = key.map { table.columns[$0] }
        try TableRows(snapshot, narrow).forEach(context, withLocator: true) { batch in
            var found = [UInt32](repeating: .max, count: batch.count)
            try found.withUnsafeMutableBufferPointer {
                guard let base = $0.baseAddress else { return }
                try known.find(
                    batch.columns.prefix(key.count).map { $0.flattened() }, count: batch.count,
                    into: base)
            }
            let locators = batch.columns[key.count]
            for (row, number) in found.enumerated() where number != .max {
                places[Int(number)] = locators.pointer(Int64.self)[row & locators.rowMask]
            }
        }
        changes.guarded.insert(table.oid)
        for row in 0..<rows.count where !keys.columns.contains(where: { $0.isNull(row) }) {
            locators[row] = places[Int(numbers[row])]
        }
        return (locators, repeated)
    }
}
