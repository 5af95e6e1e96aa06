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
                searchPath: context.searchPath, temporarySchema: context.temporarySchema,
                analyzer: DefinitionBinding(context: context)))
    }

    /// Drops objects with all that hangs on them, on nobody's behalf; nil where there is nothing to
    /// change.
    package static func drop(
        _ object: Drop.Object, _ names: [[String]], from catalog: CatalogSnapshot
    ) throws -> CatalogChange? {
        let drop = Drop(
            object: object, names: names.map { QualifiedName($0) }, ifExists: true, cascade: true)
        return try apply(
            .drop(drop), to: catalog, context: BindContext(role: CatalogSnapshot.bootstrapRoleOID))
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
    ) throws -> (stored: StoredExpression, columns: [QueryColumn]) {
        // Bound once as written, for errors that point into the statement.
        _ = try binder(catalog).bindQuery(query)
        let text = Printer.text(of: query)
        let second = binder(catalog)
        second.recordsReferences = true
        let bound = try second.bindQuery(try Parser.parseQuery(text))
        let columns = bound.outputs.map {
            QueryColumn(name: $0.name, type: $0.type, typeModifier: $0.typeModifier)
        }
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
        let second = binder(catalog)
        second.recordsReferences = true
        _ = try second.bind(try Parser.parseExpression(text), scope)
        let references = second.references(catalog)
        // PostgreSQL shows a plain text constant with the type that it took on.
        guard case .string = defaultValue.kind else {
            return StoredExpression(text, references: references)
        }
        let name = if case .char = type { "bpchar" } else { type.familyName }
        return StoredExpression("\(text)::\(name)", references: references)
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

    func analyze(
        check: Expr, table: CatalogTable, catalog: CatalogSnapshot
    ) throws -> (stored: StoredExpression, columns: [Int]) {
        let (stored, used) = try analyze(check, table, catalog, .check) { binder, expr, scope in
            let bound = try binder.bindCondition(expr, "CHECK", clause: .check, scope)
            if bound.contains({ if case .subquery = $0 { true } else { false } }) {
                throw SQLError(
                    .featureNotSupported, "cannot use subquery in check constraint",
                    position: check.position)
            }
        }
        return (stored, used)
    }

    func analyze(
        generated: Expr, column: CatalogColumn, table: CatalogTable, catalog: CatalogSnapshot
    ) throws -> StoredExpression {
        let (stored, used) = try analyze(generated, table, catalog, .generated) {
            binder, expr, scope in
            let bound = try binder.bind(expr, scope)
            guard !bound.isUnstable else {
                throw SQLError(
                    .invalidObjectDefinition, "generation expression is not immutable",
                    position: generated.position)
            }
            _ = try binder.assign(bound, to: column, at: expr.position)
        }
        for other in table.columns where used.contains(other.id) {
            if other.generated != nil || other.id == column.id {
                throw SQLError(
                    .invalidObjectDefinition,
                    "cannot use generated column \"\(other.name)\" in column generation expression",
                    detail: "A generated column cannot reference another generated column.",
                    position: generated.position)
            }
        }
        return stored
    }

    /// Binds an expression over a table's rows as written and as it is to be stored; its columns.
    private func analyze(
        _ expr: Expr, _ table: CatalogTable, _ catalog: CatalogSnapshot, _ clause: Clause,
        _ bind: (Binder, Expr, Scope) throws -> Void
    ) throws -> (StoredExpression, [Int]) {
        var known = catalog
        known.include(table)
        let ids = table.columns.indices.map { ColumnID($0) }
        func run(_ expr: Expr) throws -> Binder {
            var plain = context
            plain.forbidsParameters = true
            let binder = Binder(catalog: known, context: plain, firstColumn: ids.count)
            binder.uses.append(
                RelationUse(relation: table.oid, role: context.role, privilege: [], columns: []))
            let scope = binder.rowScope(table, ids, use: 0)
            scope.clause = clause
            try bind(binder, expr, scope)
            return binder
        }
        _ = try run(expr)
        let text = Printer.text(of: expr)
        let used = try run(try Parser.parseExpression(text)).uses[0].columns.sorted()
            .map { table.columns[$0].id }
        let reference = StoredExpression.Reference(
            position: 0, relation: table.oid, columns: table.columns.map(\.id), used: used)
        return (StoredExpression(text, references: [reference]), used)
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
