import Basics
import Catalog
import SQLSyntax
import Vectors

/// Gives meaning to a syntax tree: names become columns, operators become functions, every implicit
/// cast is written out, privileges are checked.
///
/// One SELECT's way: `bindQuery` opens a `Scope` for FROM (`Binder+From`), binds WHERE, the select
/// list, GROUP BY and ORDER BY (`Binder+Select`) with expressions done by `Binder+Expressions` and
/// calls resolved by `FunctionResolution`; aggregates and windows are cut out of the expressions into
/// nodes of their own (`Binder+Aggregates`). A binder serves one statement.
package final class Binder {
    let catalog: CatalogSnapshot
    let context: BindContext
    var parameters: [SQLType?]
    let fixedParameterCount: Int
    var nextColumn: Int
    var scanOrigins: [ColumnID: ScanOrigin] = [:]
    var depth = 0

    /// `parameterTypes` holds what the client declared; nil entries and those past the end are
    /// inferred.
    package init(
        catalog: CatalogSnapshot, context: BindContext, parameterTypes: [SQLType?] = [],
        firstColumn: Int = 0
    ) {
        self.catalog = catalog
        self.context = context
        parameters = parameterTypes
        fixedParameterCount = parameterTypes.count
        nextColumn = firstColumn
    }

    /// Binds a query.
    package func bindQuery(_ query: Query) throws -> BoundQuery {
        throw SQLError.unsupported("SELECT", position: query.position)
    }

    /// Binds an INSERT.
    package func bindInsert(_ insert: Insert) throws -> BoundInsert {
        throw SQLError.unsupported("INSERT", position: insert.table.position)
    }

    /// Binds an UPDATE.
    package func bindUpdate(_ update: Update) throws -> BoundModify {
        throw SQLError.unsupported("UPDATE", position: update.table.position)
    }

    /// Binds a DELETE.
    package func bindDelete(_ delete: Delete) throws -> BoundModify {
        throw SQLError.unsupported("DELETE", position: delete.table.position)
    }

    /// Binds COPY … FROM.
    package func bindCopyIn(_ copy: Copy) throws -> BoundCopyIn {
        throw SQLError.unsupported("COPY")
    }

    /// Binds COPY … TO: the query whose rows go out.
    package func bindCopyOut(_ copy: Copy) throws -> BoundQuery {
        throw SQLError.unsupported("COPY")
    }

    /// Checks a TRUNCATE; the tables' OIDs.
    package func bindTruncate(_ truncate: Truncate) throws -> [UInt32] {
        throw SQLError.unsupported("TRUNCATE")
    }

    /// An expression without columns (EXECUTE's and CALL's arguments), cast to `type` by assignment.
    package func bindValue(_ expr: Expr, as type: SQLType?) throws -> Expression {
        throw SQLError.unsupported("value")
    }

    /// The DEFAULT of a column, cast to its type; NULL where it has none.
    package func bindDefault(of column: CatalogColumn) throws -> Expression {
        throw SQLError.unsupported("DEFAULT")
    }

    /// An expression over one table's rows (ALTER TYPE … USING, partial conditions): column i of the
    /// table is `ids[i]`.
    package func bindRowExpression(
        _ expr: Expr, over table: CatalogTable, ids: [ColumnID], as type: SQLType
    ) throws -> Expression {
        throw SQLError.unsupported("expression")
    }
}
