import Basics
import Catalog
import Execution
import Planning
import SQLSyntax
import Storage
import Vectors

// Definitions: the catalog says what shall be, its effects say what storage must do for it.

extension StatementRunner {
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
        for effect in change.effects { try apply(effect) }
        return change.tag
    }

    private func apply(_ effect: CatalogEffect) throws {
        var changes = try session.current().changes
        let catalog = try session.current().catalog
        switch effect {
        case .createTable(let table): try changes.createTable(TableSpec(table))
        case .populate(let table, let query):
            return try populate(table, query)
        case .dropTable(let table): try changes.dropTable(table)
        case .truncate(let tables): for table in tables { try changes.truncateTable(table) }
        case .addColumn(let table, let column):
            var spec = try self.spec(table, changes)
            let initial = try initialValue(column)
            spec.columns.append(
                ColumnSpec(id: UInt32(column.id), type: column.type, initial: initial))
            try changes.alterTable(spec)
        case .dropColumn(let table, let column):
            var spec = try self.spec(table, changes)
            spec.columns.removeAll { $0.id == UInt32(column) }
            spec.sortKey.removeAll { $0 == UInt32(column) }
            try changes.alterTable(spec)
        case .alterType(let table, let column, let type, let using):
            return try rewrite(table, column, type, using)
        case .checkNotNull(let table, let column):
            return try checkNotNull(table, column, catalog)
        case .addPrimaryKey(let table, _):
            guard let rows = changes.table(table)?.rowCount, rows == 0,
                let info = catalog.tables[table]
            else {
                throw SQLError(
                    .featureNotSupported, "adding a primary key to a table with rows is not supported",
                    hint: "Create a new table with the key and INSERT … SELECT into it.")
            }
            try changes.dropTable(table)
            try changes.createTable(TableSpec(info))
        case .dropPrimaryKey:
            throw SQLError.unsupported("dropping a primary key")
        case .setSortKey(let table, let columns):
            var spec = try self.spec(table, changes)
            spec.sortKey = columns.map { UInt32($0) }
            try changes.alterTable(spec)
        case .setOptions: break
        }
        session.transaction?.changes = changes
    }

    private func spec(_ table: UInt32, _ changes: ChangeSet) throws -> TableSpec {
        guard let snapshot = changes.table(table) else {
            throw SQLError(.undefinedTable, "relation with OID \(table) does not exist")
        }
        return snapshot.spec
    }

    /// What rows written before the column existed read.
    private func initialValue(_ column: CatalogColumn) throws -> Datum {
        guard column.defaultValue != nil else { return .null }
        return try RowProgram.value(
            try binder.bindDefault(of: column), try session.queryContext(cancellation))
    }

    /// CREATE TABLE AS.
    private func populate(_ table: UInt32, _ query: Query) throws {
        let operation = try plan(security().secure(try binder.bindQuery(query)))
        let context = try session.queryContext(cancellation)
        guard let info = try session.current().catalog.tables[table] else { return }
        var changes = try session.current().changes
        let writer = TableWriter(info, context)
        try operation.run(context) { batch in
            try writer.append(
                Batch(columns: batch.columns.map { $0.flattened() }, count: batch.count),
                checks: [], to: &changes)
        }
        try changes.settle { [cancellation] in try cancellation.check() }
        session.transaction?.changes = changes
    }

    /// Replaces all rows by rows with one column cast to another type.
    private func rewrite(
        _ table: UInt32, _ column: Int, _ type: SQLType, _ using: Expr?
    ) throws {
        var changes = try session.current().changes
        let old = try spec(table, changes)
        guard !old.primaryKey.contains(UInt32(column)) else {
            throw SQLError.unsupported("changing the type of a primary key column")
        }
        guard let info = try session.current().catalog.tables[table],
            let index = info.columnIndex(id: column), let snapshot = changes.table(table)
        else { return }
        var before = info
        before.columns[index].type = old.columns[index].type
        let ids = info.columns.indices.map { ColumnID($0) }
        let source: Expr =
            using ?? Expr(.column([info.columns[index].name]))
        let expression = try binder.bindRowExpression(source, over: before, ids: ids, as: type)
        let program = try RowProgram(
            [expression], over: Array(zip(ids, before.columns.map(\.type))))
        let context = try session.queryContext(cancellation)
        var rows: [Batch] = []
        try TableRows(snapshot, before).forEach(context) { batch in
            var columns = batch.columns
            columns[index] = try program.evaluate(batch, context)[0].flattened()
            rows.append(
                Batch(columns: columns.map { $0.copiedStrings() }, count: batch.count))
        }
        var new = old
        new.columns[index].type = type
        new.columns[index].initial = .null
        try changes.truncateTable(table)
        try changes.alterTable(new)
        for batch in rows { try changes.append(table, batch) }
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
