import Basics
import Catalog
import Planning
import Storage
import Vectors

/// What new rows must satisfy: the policies' WITH CHECK, and CHECK constraints by name.
package struct RowChecks: Sendable {
    let policies: [Compiled]
    let constraints: [(name: String, condition: Compiled)]
    /// What the error says of a row that policies refuse.
    let refusal: String

    /// - Parameter columns: names of a row's columns, in table order.
    package init(
        policies: [Expression] = [], constraints: [BoundCheck] = [],
        over columns: [(ColumnID, SQLType)], _ lowering: Lowering? = nil,
        refusal: String = "new row violates row-level security policy"
    ) throws {
        self.refusal = refusal
        let layout = Layout(columns, lowering)
        self.policies = try policies.map { try Compiled.compile($0, layout) }
        self.constraints = try constraints.map {
            ($0.name, try Compiled.compile($0.condition, layout))
        }
    }

    private init() { (policies, constraints, refusal) = ([], [], "") }

    /// Nothing to check.
    package static let none = RowChecks()
}

/// Adds rows to one table within a change set, checking what the table demands.
package struct TableWriter {
    private let table: CatalogTable
    private let context: QueryContext
    private let keyIndices: [Int]
    private let watch: ConstraintWatch?

    package init(
        _ table: CatalogTable, _ context: QueryContext, watch: ConstraintWatch? = nil
    ) {
        self.table = table
        self.context = context
        self.watch = watch
        keyIndices = table.keyIndices
    }

    private var types: [SQLType] { table.columns.map(\.type) }

    /// Appends whole rows in table order.
    ///
    /// - Parameters:
    ///   - isBulk: whether rows may go to disk before the commit, which makes locators void of
    ///     rows that the transaction has added before.
    ///   - isOwned: whether nobody else writes to the vectors; see `ChangeSet.appendInBulk`.
    ///   - place: what errors say of where a row comes from.
    /// - Throws: 23502 for a NULL, 23505 for a key that exists, 42501 for a row that policies
    ///   refuse, 23514 for one that a constraint refuses.
    package func append(
        _ batch: Batch, checks: RowChecks, to changes: inout ChangeSet, isBulk: Bool = true,
        isOwned: Bool = false, place: (Int) -> String? = { _ in nil }
    ) throws {
        guard batch.count > 0 else { return }
        try checkNulls(batch, place)
        try check(batch, checks, place)
        try checkKeys(batch, &changes, place)
        try watch?.add(batch)
        changes.keyLabels[table.oid] = keyLabel
        if isBulk {
            try changes.appendInBulk(table.oid, batch, isOwned: isOwned)
        } else {
            try changes.append(table.oid, batch)
        }
    }

    package func checkNulls(
        _ batch: Batch, _ place: (Int) -> String? = { _ in nil }
    ) throws {
        for (column, vector) in zip(table.columns, batch.columns)
        where vector.hasNulls
            && (column.notNull || table.primaryKey?.columns.contains(column.id) == true)
        {
            for row in 0..<batch.count where vector.isNull(row) {
                throw SQLError(
                    .notNullViolation,
                    "null value in column \"\(column.name)\" of relation \"\(table.name)\""
                        + " violates not-null constraint",
                    detail: "Failing row contains (\(Self.text(batch, row)))."
                ).about(table: table.name, column: column.name).within(place(row))
            }
        }
    }

    package func check(
        _ batch: Batch, _ checks: RowChecks, _ place: (Int) -> String? = { _ in nil }
    ) throws {
        for check in checks.policies {
            let verdict = try check.evaluate(batch, context)
            let flags = verdict.pointer(UInt8.self)
            for row in 0..<batch.count
            where verdict.isNull(row) || flags[row & verdict.rowMask] == 0 {
                throw SQLError(
                    .insufficientPrivilege,
                    "\(checks.refusal) for table \"\(table.name)\""
                ).within(place(row))
            }
        }
        for (name, condition) in checks.constraints {
            let verdict = try condition.evaluate(batch, context)
            let flags = verdict.pointer(UInt8.self)
            for row in 0..<batch.count
            where flags[row & verdict.rowMask] == 0 && !verdict.isNull(row) {
                throw SQLError(
                    .checkViolation,
                    "new row for relation \"\(table.name)\" violates check constraint \"\(name)\"",
                    detail: "Failing row contains (\(Self.text(batch, row)))."
                ).about(table: table.name, constraint: name).within(place(row))
            }
        }
    }

    private func checkKeys(
        _ batch: Batch, _ changes: inout ChangeSet, _ place: (Int) -> String?
    ) throws {
        guard !keyIndices.isEmpty else { return }
        let keys = Batch(columns: keyIndices.map { batch.columns[$0] }, count: batch.count)
        if let row = try changes.firstTaken(table.oid, keys: keys) {
            throw duplicate(keys, row).within(place(row))
        }
    }

    func duplicate(_ keys: Batch, _ row: Int) -> SQLError {
        let label = keyLabel
        return SQLError(
            .uniqueViolation,
            "duplicate key value violates unique constraint \"\(label.constraint)\"",
            detail: "Key (\(label.columns))=(\(Self.text(keys, row))) already exists."
        ).about(table: table.name, constraint: label.constraint)
    }

    private var keyLabel: KeyLabel {
        KeyLabel(
            table: table.name, constraint: table.primaryKey?.name ?? "\(table.name)_pkey",
            columns: keyIndices.map { table.columns[$0].name }.joined(separator: ", "))
    }

    static func text(_ batch: Batch, _ row: Int) -> String {
        batch.columns.map { vector in
            TextFormat.string(vector.datum(at: row), vector.type) ?? "null"
        }.joined(separator: ", ")
    }
}
