import Basics
import Catalog
import Planning
import Storage
import Vectors

/// Notes which keys a statement adds to a table and takes from it, and checks UNIQUE and FOREIGN
/// KEY constraints when it is over. The primary key is the storage's business.
///
/// The checks read the tables concerned, below every policy, as the transaction leaves them.
/// Commits of others in the meantime are kept out by `ChangeSet.guarded`.
package final class ConstraintWatch {
    private let table: CatalogTable
    private let catalog: CatalogSnapshot
    private let context: QueryContext
    private var added: [KeySet] = []
    private var removed: [KeySet] = []

    /// Keys of one constraint, without those that hold a NULL.
    private final class KeySet {
        let constraint: CatalogConstraint
        /// The table that has the constraint.
        let owner: CatalogTable
        /// Indices of the watched table's columns.
        let indices: [Int]
        /// What the keys are compared as: the referenced columns' types.
        let types: [SQLType]
        let keys: KeyTable

        init(
            _ constraint: CatalogConstraint, _ owner: CatalogTable, _ indices: [Int],
            _ types: [SQLType], _ context: QueryContext
        ) {
            self.constraint = constraint
            self.owner = owner
            self.indices = indices
            self.types = types
            keys = KeyTable(types, memory: context.memory)
        }
    }

    /// Nil where nothing is to be checked.
    package init?(_ table: CatalogTable, _ catalog: CatalogSnapshot, _ context: QueryContext) {
        self.table = table
        self.catalog = catalog
        self.context = context
        for constraint in table.constraints {
            let indices = table.indices(of: constraint)
            switch constraint.kind {
            case .check, .index: continue
            case .unique, .uniqueIndex:
                added.append(
                    KeySet(
                        constraint, table, indices, indices.map { table.columns[$0].type },
                        context))
            case .foreignKey:
                guard let reference = constraint.reference,
                    let target = catalog.tables[reference.table]
                else { continue }
                let types = reference.columns.compactMap { target.columnIndex(id: $0) }
                    .map { target.columns[$0].type }
                added.append(KeySet(constraint, table, indices, types, context))
            }
        }
        let referring = catalog.tables.values.filter { other in
            other.constraints.contains { $0.reference?.table == table.oid }
        }
        for other in referring.sorted(by: { $0.oid < $1.oid }) {
            for constraint in other.constraints {
                guard let reference = constraint.reference, reference.table == table.oid else {
                    continue
                }
                let indices = reference.columns.compactMap { table.columnIndex(id: $0) }
                removed.append(
                    KeySet(
                        constraint, other, indices, indices.map { table.columns[$0].type },
                        context))
            }
        }
        if added.isEmpty, removed.isEmpty { return nil }
    }

    /// Notes the keys of new rows.
    package func add(_ batch: Batch) throws {
        for set in added { try note(set.indices.map { batch.columns[$0] }, batch.count, in: set) }
    }

    /// Notes the keys of rows that go.
    package func remove(_ locators: [Int64], of snapshot: TableSnapshot) throws {
        guard !removed.isEmpty else { return }
        var start = 0
        while start < locators.count {
            let end = min(start + 2048, locators.count)
            for set in removed {
                let rows = try snapshot.rows(
                    at: Array(locators[start..<end]), columns: set.indices.map { table.columns[$0] }
                )
                try note(rows.columns, rows.count, in: set)
            }
            start = end
        }
    }

    private func note(_ columns: [Vector], _ count: Int, in set: KeySet) throws {
        let rows = try Self.complete(try cast(columns, count, to: set.types), count)
        guard rows.count > 0 else { return }
        var numbers = [UInt32](repeating: 0, count: rows.count)
        try numbers.withUnsafeMutableBufferPointer {
            guard let base = $0.baseAddress else { return }
            try set.keys.findOrInsert(rows.columns, count: rows.count, into: base)
        }
    }

    private func cast(
        _ columns: [Vector], _ count: Int, to types: [SQLType]
    ) throws -> [Vector] {
        try zip(columns, types).map { vector, type in
            if vector.type == type { return vector.flattened() }
            guard let cast = CastTable.cast(from: vector.type, to: type) else { return vector }
            return try cast.function.evaluate(
                context.evaluation, [vector], count: count, result: type
            ).flattened()
        }
    }

    /// The rows without NULLs.
    private static func complete(_ columns: [Vector], _ count: Int) throws -> Batch {
        let batch = Batch(columns: columns, count: count)
        guard columns.contains(where: \.hasNulls) else { return batch }
        let kept = (0..<count).filter { row in !columns.contains { $0.isNull(row) } }
            .map { UInt32(truncatingIfNeeded: $0) }
        return batch.gather(kept, count: kept.count)
    }

    // MARK: Checking

    /// Checks what the statement has done.
    package func verify(_ changes: inout ChangeSet) throws {
        for set in removed where set.keys.count > 0 { try verifyRemoved(set, &changes) }
        for set in added where set.keys.count > 0 {
            if set.constraint.isUnique {
                try verifyUnique(set, &changes)
            } else {
                try verifyPresent(set, &changes)
            }
        }
    }

    /// Every row of a table by the given columns, with the numbers that `set` has for them.
    private func scan(
        _ info: CatalogTable, _ columns: [Int], _ set: KeySet, _ changes: ChangeSet,
        withLocator: Bool = false, _ body: @escaping (Batch, [UInt32]) throws -> Void
    ) throws {
        guard let snapshot = changes.table(info.oid) else { return }
        var narrow = info
        narrow.columns = columns.map { info.columns[$0] }
        try TableRows(snapshot, narrow).forEach(context, withLocator: withLocator) {
            [self] batch in
            let keys = try cast(
                Array(batch.columns.prefix(columns.count)), batch.count, to: set.types)
            var numbers = [UInt32](repeating: .max, count: batch.count)
            try numbers.withUnsafeMutableBufferPointer {
                guard let base = $0.baseAddress else { return }
                try set.keys.find(keys, count: batch.count, into: base)
            }
            try body(batch, numbers)
        }
    }

    private func text(_ set: KeySet, _ number: Int) -> String {
        TableWriter.text(set.keys.keys.batch(number..<(number + 1)), 0)
    }

    private func names(_ set: KeySet, of info: CatalogTable, _ indices: [Int]) -> String {
        indices.map { info.columns[$0].name }.joined(separator: ", ")
    }

    private func verifyUnique(_ set: KeySet, _ changes: inout ChangeSet) throws {
        var seen = [Bool](repeating: false, count: set.keys.count)
        let (table, constraint) = (table, set.constraint)
        try scan(table, set.indices, set, changes) { [self] _, numbers in
            for number in numbers where number != .max {
                let number = Int(number)
                guard !seen[number] else {
                    throw SQLError(
                        .uniqueViolation,
                        "duplicate key value violates unique constraint \"\(constraint.name)\"",
                        detail:
                            "Key (\(names(set, of: table, set.indices)))=(\(text(set, number))) "
                            + "already exists."
                    ).about(table: table.name, constraint: constraint.name)
                }
                seen[number] = true
            }
        }
        changes.guarded.insert(table.oid)
    }

    /// The referenced table must have every key.
    private func verifyPresent(_ set: KeySet, _ changes: inout ChangeSet) throws {
        guard let reference = set.constraint.reference,
            let target = catalog.tables[reference.table]
        else { return }
        let missing = try missing(
            set, in: target, reference.columns.compactMap { target.columnIndex(id: $0) }, changes)
        if let number = missing.first {
            throw SQLError(
                .foreignKeyViolation,
                "insert or update on table \"\(table.name)\" violates foreign key constraint "
                    + "\"\(set.constraint.name)\"",
                detail: "Key (\(names(set, of: table, set.indices)))=(\(text(set, number))) is not "
                    + "present in table \"\(target.name)\"."
            ).about(table: table.name, constraint: set.constraint.name)
        }
        changes.guarded.insert(target.oid)
    }

    /// Numbers of the keys that the table does not have.
    private func missing(
        _ set: KeySet, in info: CatalogTable, _ columns: [Int], _ changes: ChangeSet
    ) throws -> [Int] {
        var found = [Bool](repeating: false, count: set.keys.count)
        if columns == info.keyIndices, let snapshot = changes.table(info.oid) {
            let keys = set.keys.keys.batch(0..<set.keys.count)
            for (number, locator) in try snapshot.lookup(keys: keys).enumerated()
            where locator != Locator.none { found[number] = true }
        } else {
            try scan(info, columns, set, changes) { _, numbers in
                for number in numbers where number != .max { found[Int(number)] = true }
            }
        }
        return found.indices.filter { !found[$0] }
    }

    /// No row of the referring table may have a key that is gone.
    private func verifyRemoved(_ set: KeySet, _ changes: inout ChangeSet) throws {
        let gone = Set(try missing(set, in: table, set.indices, changes))
        guard !gone.isEmpty else { return }
        let (owner, constraint) = (set.owner, set.constraint)
        let columns = owner.indices(of: constraint)
        let action = constraint.reference?.onDelete ?? .noAction
        var locators: [Int64] = []
        try scan(owner, columns, set, changes, withLocator: true) { [self] batch, numbers in
            for (row, number) in numbers.enumerated()
            where number != .max && gone.contains(Int(number)) {
                guard action == .cascade || action == .setNull else {
                    throw SQLError(
                        .foreignKeyViolation,
                        "update or delete on table \"\(table.name)\" violates foreign key "
                            + "constraint \"\(constraint.name)\" on table \"\(owner.name)\"",
                        detail: "Key (\(names(set, of: table, set.indices)))="
                            + "(\(text(set, Int(number)))) is still referenced from table "
                            + "\"\(owner.name)\"."
                    ).about(table: owner.name, constraint: constraint.name)
                }
                let places = batch.columns[columns.count]
                locators.append(places.pointer(Int64.self)[row & places.rowMask])
            }
        }
        changes.guarded.insert(owner.oid)
        guard !locators.isEmpty, let snapshot = changes.table(owner.oid) else { return }
        try context.cancellation.check()
        let watch = ConstraintWatch(owner, catalog, context)
        try watch?.remove(locators, of: snapshot)
        let rows =
            action == .setNull
            ? try snapshot.rows(at: locators, columns: owner.columns) : nil
        try changes.delete(owner.oid, locators)
        if var rows {
            for column in columns {
                rows.columns[column] = .nulls(owner.columns[column].type, count: rows.count)
                    .flattened()
            }
            try TableWriter(owner, context, watch: watch).append(
                rows, checks: .none, to: &changes, isBulk: false)
        }
        try watch?.verify(&changes)
    }
}
