import Basics
import Catalog
import SQLSyntax
import Vectors

/// Gives meaning to a syntax tree: names become columns, operators become functions, every implicit
/// cast is written out, privileges are checked.
///
/// One SELECT's way: `bindQuery` opens a `Scope`; `Binder+Queries` handles WITH and set operations,
/// `Binder+From` the FROM clause, `Binder+Select` the select list, ORDER BY and LIMIT, with
/// expressions done by `Binder+Expressions` and `Binder+Forms` and calls by `Binder+Calls`, which
/// chooses overloads by `FunctionResolution`. Aggregates (`Binder+Grouping`) and windows
/// (`Binder+Windows`) are cut out of the expressions into nodes of their own. INSERT, UPDATE and
/// DELETE are in `Binder+Changes`. A binder serves one statement.
package final class Binder {
    static let viewDepthMax = 64
    /// Nesting of expressions and queries, and the stack that binding may take, which is no more
    /// than a quarter of what the thread has.
    static let depthMax = 4000
    static let stackBytesMax = 16 << 20
    /// Levels that what is bound may have, and the stack that is reckoned for one when it is walked
    /// through, run and freed.
    static let heightMax = 10_000
    static let levelBytes = 8 << 10

    let catalog: CatalogSnapshot
    let context: BindContext
    /// Types of `$1`…: declared, inferred, or nil while neither.
    var parameters: [SQLType?]
    var nextColumn: Int
    var scanOrigins: [ColumnID: ScanOrigin] = [:]
    var uses: [RelationUse] = []
    var columnInfo: [ColumnID: ColumnInfo] = [:]
    /// The fields of records that set-returning functions give, by their first column.
    var recordFields: [ColumnID: [(name: String, type: SQLType)]] = [:]
    /// Table names that an alias hides, for hints.
    var hiddenAliases: [String: String] = [:]
    /// The role whose rights count: the current one, or the owner of the view being expanded.
    var role: UInt32
    /// Whose policies apply inside a policy's own subqueries, while `role` is the table's owner.
    var policyRole: UInt32?
    /// Inside stored text: what its names meant when it was stored, by position.
    var pins: [Int: StoredExpression.Reference]?
    /// Whether relations named in this text are noted, because it is to be stored.
    var recordsReferences = false
    var recorded: [(position: Int, relation: UInt32, columns: [Int], use: Int)] = []
    var viewDepth = 0
    /// Statements of WITH that change rows.
    var changes: [BoundChange] = []
    /// Tables of FOR UPDATE and its like.
    var locked: Set<UInt32> = []
    private var depth = 0
    /// Subqueries bound so far, with the scope that keeps their key alive.
    var nested: [NestedKey: (scope: Scope, expression: Expression)] = [:]
    /// For each open level how high that is which has been bound in it so far.
    private var heights = [0]
    private let heightMost: Int
    /// The address that the stack may grow down to.
    private let stackFloor: UInt

    /// `parameterTypes` holds what the client declared; nil entries and those past the end are
    /// inferred.
    package init(
        catalog: CatalogSnapshot, context: BindContext, parameterTypes: [SQLType?] = [],
        firstColumn: Int = 0
    ) {
        self.catalog = catalog
        self.context = context
        role = context.role
        parameters = parameterTypes
        nextColumn = firstColumn
        let stack = StackBounds.remaining
        heightMost = min(Binder.heightMax, stack / Binder.levelBytes)
        stackFloor = StackBounds.address() - UInt(min(Binder.stackBytesMax, stack / 4))
    }

    /// Binds a query.
    package func bindQuery(_ query: Query) throws -> BoundQuery {
        let bound = try bindBody(query, Scope(parent: nil), keepUnknown: false)
        return try finish(bound)
    }

    /// Binds the query of a materialized view, with the rights of its owner.
    package func bindMaterialized(_ table: CatalogTable) throws -> BoundQuery {
        guard let stored = table.materialized?.definition else {
            throw SQLError(.wrongObjectType, "\"\(table.name)\" is not a materialized view")
        }
        let saved = (role, pins)
        defer { (role, pins) = saved }
        role = table.owner
        pins = Dictionary(
            stored.references.map { ($0.position, $0) }, uniquingKeysWith: { first, _ in first })
        let bound = try bindBody(
            try StoredText.query(stored), Scope(parent: nil), keepUnknown: false)
        return try finish(bound)
    }

    /// Checks privileges and settles parameter types: the last step of every statement.
    func finish(_ bound: BoundSelect) throws -> BoundQuery {
        try checkPrivileges()
        let outputs = bound.columns.map { column in
            OutputColumn(
                name: column.name, type: column.type, tableOID: column.info.tableOID,
                columnNumber: column.info.columnNumber, typeModifier: column.info.typeModifier)
        }
        return finish(bound.plan, outputs)
    }

    func finish(_ plan: Plan, _ outputs: [OutputColumn]) -> BoundQuery {
        var query = BoundQuery(
            plan: plan, outputs: outputs, parameterTypes: parameters.map { $0 ?? .text },
            nextColumn: nextColumn)
        query.scanOrigins = scanOrigins
        query.uses = uses
        query.changes = changes
        query.locked = locked
        return query
    }

    /// 42501 for the first relation that its role may not use so.
    func checkPrivileges() throws {
        for use in uses {
            guard let relation = catalog.relation(use.relation) else { continue }
            guard
                catalog.may(
                    use.privilege, relation, columns: use.columns.sorted(), role: use.role)
            else {
                throw SQLError(
                    .insufficientPrivilege,
                    "permission denied for \(relation.kindName) \(relation.name)")
            }
        }
    }

    // MARK: State

    /// A fresh column id.
    func newColumn() -> ColumnID {
        defer { nextColumn += 1 }
        return ColumnID(nextColumn)
    }

    /// Opens a level of nesting; every call is paired with `leave`.
    func enter(at position: Int) throws {
        depth += 1
        guard depth <= Binder.depthMax, StackBounds.address() >= stackFloor else {
            depth -= 1
            throw tooDeep(at: position)
        }
        heights.append(0)
    }

    func leave() {
        depth -= 1
        let height = heights.removeLast()
        raise(to: height + 1)
    }

    private func raise(to height: Int) {
        guard let last = heights.last, last < height else { return }
        heights[heights.count - 1] = height
    }

    /// Puts levels on what has been bound at this level of nesting.
    func grow(_ levels: Int = 1, at position: Int) throws {
        let height = (heights.last ?? 0) + levels
        guard height <= heightMost else { throw tooDeep(at: position) }
        raise(to: height)
    }

    /// Takes over a tree that was bound elsewhere.
    func include(height: Int, at position: Int) throws {
        raise(to: height)
        try grow(0, at: position)
    }

    /// Binds on a level of its own; with the height of what came out.
    func measured<Result>(
        at position: Int, _ body: () throws -> Result
    ) throws -> (Result, height: Int) {
        try enter(at: position)
        defer { leave() }
        let result = try body()
        return (result, heights.last ?? 0)
    }

    // MARK: Single expressions

    /// An expression without columns (EXECUTE's and CALL's arguments), cast to `type` by assignment.
    package func bindValue(_ expr: Expr, as type: SQLType?) throws -> Expression {
        let scope = Scope(parent: nil)
        scope.clause = .call
        let bound = try bind(expr, scope)
        guard let type else { return try resolveUnknown(bound, at: leftmost(expr)) }
        return try require(bound, as: type, .assignment, at: leftmost(expr))
    }

    /// The DEFAULT of a column, cast to its type; NULL where it has none.
    package func bindDefault(of column: CatalogColumn) throws -> Expression {
        guard let stored = column.defaultValue else { return .literal(.null, column.type) }
        return try bindStored(stored) {
            let scope = Scope(parent: nil)
            scope.clause = .defaultValue
            return try assign(try bind($0, scope), to: column, at: nil)
        }
    }

    /// Binds a stored expression with its names as they were.
    private func bindStored(
        _ stored: StoredExpression, _ body: (Expr) throws -> Expression
    ) throws -> Expression {
        let saved = pins
        pins = Dictionary(
            stored.references.map { ($0.position, $0) }, uniquingKeysWith: { first, _ in first })
        defer { pins = saved }
        return try body(try StoredText.expression(stored))
    }

    /// The CHECK constraints of a table over a row whose columns are `ids`.
    package func bindChecks(_ table: CatalogTable, _ ids: [ColumnID]) throws -> [BoundCheck] {
        try table.constraints.compactMap { constraint in
            guard constraint.kind == .check, let stored = constraint.condition else { return nil }
            let condition = try bindStored(stored) {
                try bindCondition($0, "CHECK", clause: .check, rowScope(table, ids))
            }
            return BoundCheck(name: constraint.name, condition: condition)
        }
    }

    /// The value of a generated column over a row whose columns are `ids`.
    package func bindGenerated(
        _ column: CatalogColumn, _ table: CatalogTable, _ ids: [ColumnID]
    ) throws -> Expression? {
        try column.generated.map { stored in
            try bindStored(stored) {
                let scope = rowScope(table, ids)
                scope.clause = .generated
                return try assign(try bind($0, scope), to: column, at: nil)
            }
        }
    }

    /// An expression over one table's rows (ALTER TYPE … USING): column i of the table is `ids[i]`.
    package func bindRowExpression(
        _ expr: Expr, over table: CatalogTable, ids: [ColumnID], as type: SQLType
    ) throws -> Expression {
        let scope = rowScope(table, ids)
        let bound = try bind(expr, scope)
        return try require(bound, as: type, .assignment, at: leftmost(expr))
    }

    /// A scope in which the table's columns have the given ids.
    func rowScope(
        _ table: CatalogTable, _ ids: [ColumnID], alias: String? = nil, use: Int? = nil
    ) -> Scope {
        let scope = Scope(parent: nil)
        let relation = rowRelation(table, ids, alias: alias, use: use)
        scope.items = FromItems(relations: [relation], columns: relation.columns)
        return scope
    }

    func rowRelation(
        _ table: CatalogTable, _ ids: [ColumnID], alias: String?, use: Int?
    ) -> ScopeRelation {
        let columns = zip(table.columns, ids).enumerated().map { index, pair in
            ScopeColumn(
                name: pair.0.name, id: pair.1, type: pair.0.type,
                info: ColumnInfo(
                    typeModifier: pair.0.typeModifier, tableOID: table.oid,
                    columnNumber: Int16(truncatingIfNeeded: pair.0.id),
                    uses: use.map { [($0, index)] } ?? []))
        }
        return ScopeRelation(
            alias: alias ?? table.name,
            schema: alias == nil ? catalog.schemaName(table.schema) : nil, columns: columns,
            key: table.keyIndices.map { ids[$0] })
    }
}

/// SQL text of the catalog, parsed.
enum StoredText {
    static func query(_ stored: StoredExpression) throws -> Query {
        try Parser.parseQuery(stored.text)
    }

    static func expression(_ stored: StoredExpression) throws -> Expr {
        try Parser.parseExpression(stored.text)
    }
}

/// A subquery as written, and the scope whose names it may use.
struct NestedKey: Hashable {
    let scope: ObjectIdentifier
    let expr: Expr
}
