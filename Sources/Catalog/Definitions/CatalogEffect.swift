import SQLSyntax
import Vectors

/// What the storage (and the session) must do so that a new catalog becomes true.
package enum CatalogEffect: Sendable {
    case createTable(CatalogTable)
    /// CREATE TABLE AS / SELECT INTO: bind the query under the new catalog and insert its rows.
    case populate(table: UInt32, query: Query)
    /// REFRESH MATERIALIZED VIEW: replace the rows by the query's, read with the owner's rights.
    case refill(table: UInt32)
    /// ALTER SEQUENCE: the next value where RESTART says one; the last one must fit the definition.
    case setSequence(CatalogSequence, restart: Int64?)
    case dropTable(UInt32)
    case truncate([UInt32])
    /// Existing rows get the default's value, evaluated once per row if it is volatile, else NULL.
    case addColumn(table: UInt32, column: CatalogColumn)
    case dropColumn(table: UInt32, column: Int)
    /// Every row's value becomes `using` (over the old columns), cast to the type by assignment.
    case alterType(table: UInt32, column: Int, to: SQLType, using: Expr?)
    /// Fails with 23502 where a row holds NULL.
    case checkNotNull(table: UInt32, column: Int)
    /// Fails where existing rows break a constraint of the table.
    case checkConstraint(table: UInt32, constraint: CatalogConstraint)
    /// Fails with 23505 where two rows have the key.
    case addPrimaryKey(table: UInt32, columns: [Int])
    case dropPrimaryKey(table: UInt32)
    case setSortKey(table: UInt32, columns: [Int])
    /// Other WITH options of the table changed.
    case setOptions(table: UInt32, options: [String: String])
}

/// What a definition statement came to.
package struct CatalogChange: Sendable {
    package var catalog: CatalogSnapshot
    package var effects: [CatalogEffect]
    /// The command tag, e.g. `CREATE TABLE`.
    package var tag: String
    /// Messages at level NOTICE, e.g. "relation … already exists, skipping".
    package var notices: [String]

    package init(
        catalog: CatalogSnapshot, effects: [CatalogEffect] = [], tag: String,
        notices: [String] = []
    ) {
        self.catalog = catalog
        self.effects = effects
        self.tag = tag
        self.notices = notices
    }
}

/// Who runs a definition statement.
package struct DefinitionContext: Sendable {
    package var role: UInt32
    package var sessionRole: UInt32
    package var searchPath: [String]
    /// Where the session's temporary tables go.
    package var temporarySchema: String
    package var analyzer: any DefinitionAnalyzer

    package init(
        role: UInt32, sessionRole: UInt32, searchPath: [String], temporarySchema: String,
        analyzer: any DefinitionAnalyzer
    ) {
        self.role = role
        self.sessionRole = sessionRole
        self.searchPath = searchPath
        self.temporarySchema = temporarySchema
        self.analyzer = analyzer
    }
}

/// A column of a query's result, for views and tables made of it.
package struct QueryColumn: Sendable {
    package var name: String
    package var type: SQLType
    package var typeModifier: Int32
    package init(name: String, type: SQLType, typeModifier: Int32) {
        self.name = name
        self.type = type
        self.typeModifier = typeModifier
    }
}

/// What definitions need of the binder, which lies above the catalog.
package protocol DefinitionAnalyzer: Sendable {
    /// Binds a view's (or CREATE TABLE AS's) query: its text to be stored, and its columns.
    func analyze(
        query: Query, catalog: CatalogSnapshot
    ) throws -> (stored: StoredExpression, columns: [QueryColumn])
    /// Binds a DEFAULT for a column of this type.
    func analyze(
        defaultValue: Expr, type: SQLType, column: String, catalog: CatalogSnapshot
    ) throws -> StoredExpression
    /// Binds a policy's condition over the table.
    func analyze(
        condition: Expr, table: CatalogTable, catalog: CatalogSnapshot
    ) throws -> StoredExpression
    /// Binds a CHECK condition over the table; the ids of the columns it uses.
    func analyze(
        check: Expr, table: CatalogTable, catalog: CatalogSnapshot
    ) throws -> (stored: StoredExpression, columns: [Int])
    /// Binds the expression of a generated column of the table.
    func analyze(
        generated: Expr, column: CatalogColumn, table: CatalogTable, catalog: CatalogSnapshot
    ) throws -> StoredExpression
    /// The type that a type name means.
    func resolve(type: TypeName) throws -> SQLType
    /// Whether a column of one type may become another by an assignment cast.
    func canAssign(from: SQLType, to: SQLType) -> Bool
}
