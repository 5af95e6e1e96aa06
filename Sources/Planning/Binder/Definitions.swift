import Basics
import Catalog
import SQLSyntax
import Vectors

/// Applies statements that change the catalog.
package enum Definitions {
    /// The change that a definition statement makes; nil where the statement is not one.
    package static func apply(
        _ statement: Statement, to catalog: CatalogSnapshot, context: BindContext
    ) throws -> CatalogChange? {
        try CatalogEditor.apply(
            statement, to: catalog,
            context: DefinitionContext(
                role: context.role, sessionRole: context.sessionRole,
                searchPath: context.searchPath, analyzer: DefinitionBinding(context: context)))
    }
}

/// Binds what definitions store, and turns it into text with its names pinned.
struct DefinitionBinding: DefinitionAnalyzer {
    let context: BindContext

    private func binder(_ catalog: CatalogSnapshot) -> Binder {
        var plain = context
        plain.forbidsParameters = true
        return Binder(catalog: catalog, context: plain)
    }

    func analyze(
        query: Query, catalog: CatalogSnapshot
    ) throws -> (stored: StoredExpression, columns: [(name: String, type: SQLType)]) {
        // Bound once as written, for errors that point into the statement.
        _ = try binder(catalog).bindQuery(query)
        let text = Printer.text(of: query)
        let second = binder(catalog)
        second.recordsReferences = true
        let bound = try second.bindQuery(try Parser.parseQuery(text))
        let columns = bound.outputs.map { (name: $0.name, type: $0.type) }
        return (StoredExpression(text, references: second.references(catalog)), columns)
    }

    func analyze(
        defaultValue: Expr, type: SQLType, column: String, catalog: CatalogSnapshot
    ) throws -> StoredExpression {
        let checked = binder(catalog)
        let scope = Scope(parent: nil)
        scope.clause = .defaultValue
        try refuseSubqueries(defaultValue, "cannot use subquery in DEFAULT expression")
        let bound: Expression
        do {
            bound = try checked.bind(defaultValue, scope)
        } catch let error as SQLError where error.state == .undefinedColumn {
            throw SQLError(
                .featureNotSupported, "cannot use column reference in DEFAULT expression",
                position: error.position)
        }
        _ = try checked.assign(
            bound, to: CatalogColumn(id: 1, name: column, type: type), at: defaultValue.position)
        let text = Printer.text(of: defaultValue)
        // PostgreSQL shows a plain text constant with the type that it took on.
        guard case .string = defaultValue.kind else { return StoredExpression(text) }
        let name = if case .char = type { "bpchar" } else { type.familyName }
        return StoredExpression("\(text)::\(name)")
    }

    private func refuseSubqueries(_ expr: Expr, _ message: String) throws {
        switch expr.kind {
        case .scalarSubquery, .exists, .inSubquery, .quantifiedSubquery, .arraySubquery:
            throw SQLError(.featureNotSupported, message, position: expr.position)
        default: return
        }
    }

    func analyze(
        condition: Expr, table: CatalogTable, catalog: CatalogSnapshot
    ) throws -> StoredExpression {
        var known = catalog
        known.include(table)
        let ids = table.columns.indices.map { ColumnID($0) }
        func bind(_ expr: Expr, recording: Bool) throws -> Binder {
            var plain = context
            plain.forbidsParameters = true
            let binder = Binder(catalog: known, context: plain, firstColumn: ids.count)
            binder.recordsReferences = recording
            binder.uses.append(
                RelationUse(relation: table.oid, role: context.role, privilege: [], columns: []))
            let scope = binder.rowScope(table, ids, use: 0)
            _ = try binder.bindCondition(expr, "POLICY", clause: .policy, scope)
            return binder
        }
        _ = try bind(condition, recording: false)
        let text = Printer.text(of: condition)
        let second = try bind(try Parser.parseExpression(text), recording: true)
        var references = second.references(known)
        references.append(
            .init(
                position: 0, relation: table.oid, columns: table.columns.map(\.id),
                used: second.uses[0].columns.sorted().map { table.columns[$0].id }))
        return StoredExpression(text, references: references)
    }

    func resolve(type: TypeName) throws -> SQLType {
        try binder(.initial()).resolve(type: type)
    }

    func canAssign(from: SQLType, to: SQLType) -> Bool {
        CastRules.canCoerce(from, to, .assignment)
    }
}

extension Binder {
    /// What the names in the bound text meant.
    func references(_ catalog: CatalogSnapshot) -> [StoredExpression.Reference] {
        recorded.map { entry in
            let columns = catalog.relation(entry.relation)?.columns ?? []
            let used = uses[entry.use].columns.sorted().compactMap { index in
                columns.indices.contains(index) ? columns[index].id : nil
            }
            return .init(
                position: entry.position, relation: entry.relation, columns: entry.columns,
                used: used)
        }
    }
}
