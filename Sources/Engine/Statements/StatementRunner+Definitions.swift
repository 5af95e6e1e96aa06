import Basics
import Catalog
import Execution
import Planning
import SQLSyntax
import Storage
import Vectors

// Definitions: the catalog says what shall be, its effects say what storage must do for it.

extension StatementRunner {
    /// Drops the session's own schema of temporary objects.
    func dropTemporary() throws {
        let catalog = try session.current().catalog
        guard let schema = catalog.schema(named: session.temporarySchema),
            let change = try Definitions.drop(.schema, [[schema.name]], from: catalog)
        else { return }
        session.transaction?.replaceCatalog(change.catalog)
        for effect in change.effects { _ = try apply(effect) }
    }

    func define(_ statement: Statement) throws -> String {
        try requireWritable(statement)
        let open = try session.current()
        guard
            let change = try Definitions.apply(
                statement, to: open.catalog, context: try session.bindContext())
        else { throw SQLError.unsupported("this statement") }
        for text in change.notices {
            try notice(text)
        }
        if change.catalog == open.catalog, change.effects.isEmpty { return change.tag }
        session.transaction?.replaceCatalog(change.catalog)
        var tag = change.tag
        for effect in change.effects {
            if let count = try apply(effect) { tag = "SELECT \(count)" }
        }
        return tag
    }

    /// The number of rows that came into a new table, where the effect is to fill it.
    private func apply(_ effect: CatalogEffect) throws -> Int? {
        var changes = try session.current().changes
        let catalog = try session.current().catalog
        switch effect {
        case .createTable(let table): try changes.createTable(TableSpec(table))
        case .populate(let table, let query):
            return try populate(table, try binder.bindQuery(query))
        case .refill(let table):
            _ = try refill(table)
            return nil
        case .setSequence(let sequence, let restart):
            if let restart {
                try session.database.sequences.set(sequence, to: restart, isCalled: false)
            } else {
                // What is kept on disk was reckoned with the old increment.
                let now = session.database.sequences.position(sequence)
                try session.database.sequences.set(
                    sequence, to: now.last, isCalled: now.isCalled)
            }
            return nil
        case .checkConstraint(let table, let constraint):
            try checkConstraint(table, constraint)
            return nil
        case .dropTable(let table): try changes.dropTable(table)
        case .truncate(let tables): for table in tables { try changes.truncateTable(table) }
        case .addColumn(let table, let column):
            var spec = try self.spec(table, changes)
            let initial = try initialValue(column)
            spec.columns.append(
                ColumnSpec(id: UInt32(column.id), type: column.type, initial: initial ?? .null))
            try changes.alterTable(spec)
            guard initial == nil, changes.table(table)?.rowCount ?? 0 > 0 else { break }
            session.transaction?.changes = changes
            try fill(table, column)
            return nil
        case .dropColumn(let table, let column):
            var spec = try self.spec(table, changes)
            spec.columns.removeAll { $0.id == UInt32(column) }
            spec.sortKey.removeAll { $0 == UInt32(column) }
            try changes.alterTable(spec)
        case .alterType(let table, let column, let type, let using):
            try rewrite(table, column, type, using)
            return nil
        case .checkNotNull(let table, let column):
            try checkNotNull(table, column, catalog)
            return nil
        case .addPrimaryKey(let table, _), .dropPrimaryKey(let table):
            try rekey(table)
            return nil
        case .setSortKey(let table, let columns):
            var spec = try self.spec(table, changes)
            spec.sortKey = columns.map { UInt32($0) }
            try changes.alterTable(spec)
        case .setOptions: break
        }
        session.transaction?.changes = changes
        return nil
    }

    private func spec(_ table: UInt32, _ changes: ChangeSet) throws -> TableSpec {
        guard let snapshot = changes.table(table) else {
            throw SQLError(.undefinedTable, "relation with OID \(table) does not exist")
        }
        return snapshot.spec
    }

    /// What rows written before the column existed read; nil where each has a value of its own.
    private func initialValue(_ column: CatalogColumn) throws -> Datum? {
        if column.generated != nil { return nil }
        guard column.defaultValue != nil else { return .null }
        let value = try binder.bindDefault(of: column)
        if value.isVolatile { return nil }
        return try RowProgram.value(value, try session.queryContext(cancellation))
    }

    /// Fills a table from a query; the number of rows.
    private func populate(_ table: UInt32, _ bound: BoundQuery) throws -> Int {
        guard bound.changes.isEmpty else {
            throw SQLError.unsupported("a data-modifying statement in CREATE TABLE AS")
        }
        let operation = try plan(security().secure(bound))
        let context = try session.queryContext(cancellation)
        guard let info = try session.current().catalog.tables[table] else { return 0 }
        var changes = try session.current().changes
        let writer = TableWriter(info, context)
        var count = 0
        try operation.run(context) { batch in
            try writer.append(
                Batch(columns: batch.columns.map { $0.flattened() }, count: batch.count),
                checks: .none, to: &changes)
            count += batch.count
        }
        try changes.settle { [cancellation] in try cancellation.check() }
        session.transaction?.changes = changes
        return count
    }

    /// REFRESH MATERIALIZED VIEW.
    private func refill(_ table: UInt32) throws -> Int {
        guard let info = try session.current().catalog.tables[table] else { return 0 }
        let bound = try binder.bindMaterialized(info)
        var changes = try session.current().changes
        try changes.truncateTable(table)
        session.transaction?.changes = changes
        return try populate(table, bound)
    }

    // MARK: Rewriting

    /// Replaces all rows by what becomes of them, where `alter` has changed the table.
    private func replaceRows(
        _ table: UInt32, read before: CatalogTable, alter: (TableSpec) -> TableSpec,
        _ change: @escaping (Batch, QueryContext) throws -> [Vector]
    ) throws {
        var changes = try session.current().changes
        guard let info = try session.current().catalog.tables[table],
            let snapshot = changes.table(table)
        else { return }
        let context = try session.queryContext(cancellation)
        var rows: [Batch] = []
        try TableRows(snapshot, before).forEach(context) { batch in
            let columns = try change(batch, context)
            rows.append(
                Batch(
                    columns: columns.map { $0.flattened().copiedStrings() }, count: batch.count))
        }
        let new = alter(snapshot.spec)
        try changes.truncateTable(table)
        try changes.alterTable(new)
        // Rows that others add meanwhile would be lost.
        changes.guarded.insert(table)
        let writer = TableWriter(info, context)
        for batch in rows { try writer.append(batch, checks: .none, to: &changes) }
        try changes.settle { [cancellation] in try cancellation.check() }
        session.transaction?.changes = changes
    }

    /// ADD and DROP PRIMARY KEY.
    private func rekey(_ table: UInt32) throws {
        guard let info = try session.current().catalog.tables[table] else { return }
        try replaceRows(table, read: info) { old in
            var spec = old
            spec.primaryKey = (info.primaryKey?.columns ?? []).map { UInt32($0) }
            return spec
        } _: { batch, _ in
            batch.columns
        }
    }

    /// Gives a new column's value to the rows that are there: a generated or volatile one.
    private func fill(_ table: UInt32, _ column: CatalogColumn) throws {
        guard let info = try session.current().catalog.tables[table],
            let index = info.columnIndex(id: column.id)
        else { return }
        let ids = info.columns.indices.map { ColumnID($0) }
        let binder = Binder(
            catalog: try session.current().catalog, context: try session.bindContext(),
            firstColumn: ids.count)
        let value = try binder.bindGenerated(column, info, ids) ?? binder.bindDefault(of: column)
        let program = try RowProgram(
            [value], over: Array(zip(ids, info.columns.map(\.type))))
        try replaceRows(table, read: info, alter: { $0 }) { batch, context in
            var columns = batch.columns
            columns[index] = try program.evaluate(batch, context)[0]
            return columns
        }
    }

    /// Replaces all rows by rows with one column cast to another type.
    private func rewrite(
        _ table: UInt32, _ column: Int, _ type: SQLType, _ using: Expr?
    ) throws {
        let old = try spec(table, try session.current().changes)
        guard let info = try session.current().catalog.tables[table],
            let index = info.columnIndex(id: column)
        else { return }
        var before = info
        before.columns[index].type = old.columns[index].type
        let ids = info.columns.indices.map { ColumnID($0) }
        let source: Expr =
            using ?? Expr(.column([info.columns[index].name]))
        let expression = try binder.bindRowExpression(source, over: before, ids: ids, as: type)
        let program = try RowProgram(
            [expression], over: Array(zip(ids, before.columns.map(\.type))))
        try replaceRows(table, read: before) { old in
            var spec = old
            spec.columns[index].type = type
            spec.columns[index].initial = .null
            return spec
        } _: { batch, context in
            var columns = batch.columns
            columns[index] = try program.evaluate(batch, context)[0]
            return columns
        }
    }

    /// Checks the rows that are there.
    private func checkConstraint(_ table: UInt32, _ constraint: CatalogConstraint) throws {
        var changes = try session.current().changes
        let catalog = try session.current().catalog
        guard var info = catalog.tables[table], let snapshot = changes.table(table) else { return }
        info.constraints = [constraint]
        let ids = info.columns.indices.map { ColumnID($0) }
        let context = try session.queryContext(cancellation)
        let bound = try binder.bindChecks(info, ids)
        let checks = try RowChecks(
            constraints: bound, over: Array(zip(ids, info.columns.map(\.type))))
        let writer = TableWriter(info, context)
        let watch = ConstraintWatch(info, catalog, context)
        do {
            try TableRows(snapshot, info).forEach(context) { batch in
                try writer.check(batch, checks)
                try watch?.add(
                    Batch(columns: batch.columns.map { $0.flattened() }, count: batch.count))
            }
        } catch let error as SQLError where error.state == .checkViolation {
            throw SQLError(
                .checkViolation,
                "check constraint \"\(constraint.name)\" of relation \"\(info.name)\" is violated "
                    + "by some row"
            ).about(table: info.name, constraint: constraint.name)
        }
        try watch?.verify(&changes)
        changes.guarded.insert(table)
        session.transaction?.changes = changes
    }

    private func checkNotNull(
        _ table: UInt32, _ column: Int, _ catalog: CatalogSnapshot
    ) throws {
        guard let info = catalog.tables[table], let index = info.columnIndex(id: column),
            let snapshot = try session.current().changes.table(table)
        else { return }
        try TableRows(snapshot, info).forEach(try session.queryContext(cancellation)) { batch in
            if batch.columns[index].hasNulls,
                (0..<batch.count).contains(where: { batch.columns[index].isNull($0) })
            {
                throw SQLError(
                    .notNullViolation,
                    "column \"\(info.columns[index].name)\" of relation \"\(info.name)\""
                        + " contains null values")
            }
        }
    }
}

extension TableSpec {
    init(_ table: CatalogTable) {
        self.init(
            id: table.oid,
            columns: table.columns.map { ColumnSpec(id: UInt32($0.id), type: $0.type) },
            sortKey: table.sortKey.map { UInt32($0) },
            primaryKey: (table.primaryKey?.columns ?? []).map { UInt32($0) })
    }
}
