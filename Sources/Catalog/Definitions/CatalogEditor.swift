import Basics
import SQLSyntax
import Vectors

/// Applies definition statements to a copy of the catalog.
///
/// `apply` sends each kind of statement to the file named after it; effects and notices gather here
/// and leave as a `CatalogChange`.
package struct CatalogEditor {
    var catalog: CatalogSnapshot
    let context: DefinitionContext
    var effects: [CatalogEffect] = []
    var notices: [String] = []

    package init(_ catalog: CatalogSnapshot, context: DefinitionContext) {
        self.catalog = catalog
        self.context = context
    }

    /// The change that a statement makes; nil where it defines nothing.
    package static func apply(
        _ statement: Statement, to catalog: CatalogSnapshot, context: DefinitionContext
    ) throws -> CatalogChange? {
        var editor = CatalogEditor(catalog, context: context)
        guard let tag = try editor.run(statement) else { return nil }
        editor.catalog.version += 1
        editor.catalog.rebuildNames()
        return CatalogChange(
            catalog: editor.catalog, effects: editor.effects, tag: tag, notices: editor.notices)
    }

    private mutating func run(_ statement: Statement) throws -> String? {
        switch statement {
        case .createTable(let create): return try createTable(create)
        case .createTableAs(let create): return try createTableAs(create)
        case .alterTable(let alter): return try alterTable(alter)
        case .createView(let create): return try createView(create)
        case .createIndex(let create): return try createIndex(create)
        case .createSequence(let create): return try createSequence(create)
        case .alterSequence(let alter): return try alterSequence(alter)
        case .refresh(let refresh): return try self.refresh(refresh)
        case .createSchema(let create): return try createSchema(create)
        case .alterSchema(let alter): return try alterSchema(alter)
        case .drop(let drop): return try self.drop(drop)
        case .comment(let comment): return try self.comment(comment)
        case .createRole(let create): return try createRole(create)
        case .alterRole(let alter): return try alterRole(alter)
        case .alterRoleSetting(let alter): return try alterRoleSetting(alter)
        case .renameRole(let from, let to): return try renameRole(from, to)
        case .dropRole(let drop): return try dropRole(drop)
        case .grant(let grant): return try self.grant(grant)
        case .grantRole(let grant): return try grantRole(grant)
        case .createPolicy(let create): return try createPolicy(create)
        case .alterPolicy(let alter): return try alterPolicy(alter)
        case .dropPolicy(let drop): return try dropPolicy(drop)
        default: return nil
        }
    }

    // MARK: Names

    func find(_ name: QualifiedName) throws -> CatalogRelation {
        try catalog.requireRelation(
            named: name.parts, searchPath: context.searchPath, role: context.role)
    }

    func findTable(_ name: QualifiedName) throws -> CatalogTable {
        let table = try catalog.requireTable(
            named: name.parts, searchPath: context.searchPath, role: context.role)
        try catalog.requireOwner(of: .table(table), role: context.role)
        return table
    }

    /// Where a new object of this name goes; the first temporary one of a session makes its schema.
    mutating func creationSchema(
        _ name: QualifiedName, _ persistence: Persistence = .permanent
    ) throws -> CatalogSchema {
        if persistence == .temporary || name.schema == "pg_temp" {
            guard name.schema == nil || name.schema == "pg_temp" else {
                throw SQLError(
                    .invalidTableDefinition,
                    "cannot create temporary relation in non-temporary schema",
                    position: name.position)
            }
            return try temporarySchema()
        }
        let schema: CatalogSchema
        if let named = name.schema {
            if let database = name.catalog, database != catalog.database {
                throw SQLError(
                    .featureNotSupported,
                    "cross-database references are not implemented: "
                        + "\"\(name.parts.joined(separator: "."))\"", position: name.position)
            }
            schema = try catalog.requireSchema(named: named, position: name.position)
        } else {
            let path = context.searchPath.filter { !CatalogSnapshot.isTemporary(schema: $0) }.map {
                $0 == "$user" ? catalog.roleName(context.role) : $0
            }
            let known = catalog
            guard let found = path.lazy.compactMap({ known.schema(named: $0) }).first else {
                throw SQLError(
                    .invalidSchemaName, "no schema has been selected to create in",
                    position: name.position)
            }
            schema = found
        }
        try catalog.requireCreate(in: schema, role: context.role)
        return schema
    }

    private mutating func temporarySchema() throws -> CatalogSchema {
        guard catalog.databasePrivileges(of: context.role).contains(.temporary) else {
            throw SQLError(
                .insufficientPrivilege,
                "permission denied to create temporary tables in database "
                    + "\"\(catalog.database)\"")
        }
        if let schema = catalog.schema(named: context.temporarySchema) { return schema }
        let oid = try catalog.takeOID()
        // Everybody may look names up there; what the names mean has privileges of its own.
        let schema = CatalogSchema(
            oid: oid, name: context.temporarySchema, owner: context.sessionRole,
            grants: [
                AccessEntry(grantee: 0, grantor: context.sessionRole, privileges: [.usage])
            ])
        catalog.schemas[oid] = schema
        catalog.rebuildNames()
        return schema
    }

    /// True when the name is free; a notice or 42P07 when it is not.
    mutating func claim(
        _ name: String, in schema: CatalogSchema, ifNotExists: Bool
    ) throws -> Bool {
        guard catalog.relation(named: name, in: schema.oid) != nil else { return true }
        guard ifNotExists else {
            throw SQLError(.duplicateTable, "relation \"\(name)\" already exists")
        }
        notices.append("relation \"\(name)\" already exists, skipping")
        return false
    }

    func roleOID(_ spec: RoleSpec, allowPublic: Bool = false) throws -> UInt32 {
        switch spec.kind {
        case .named(let name):
            return try catalog.requireRole(named: name, position: spec.position).oid
        case .public:
            guard allowPublic else {
                throw SQLError(
                    .undefinedObject, "role \"public\" does not exist", position: spec.position)
            }
            return 0
        case .currentUser, .currentRole: return context.role
        case .sessionUser: return context.sessionRole
        }
    }

    /// What depends on a relation (or one column of it): views and policies that name it.
    func dependents(on relation: UInt32, column: Int? = nil) -> [Dependent] {
        var found: [Dependent] = []
        func uses(_ stored: StoredExpression?) -> Bool {
            stored?.references.contains {
                $0.relation == relation && (column.map($0.used.contains) ?? true)
            } ?? false
        }
        for view in catalog.views.values.sorted(by: { $0.oid < $1.oid })
        where view.oid != relation && uses(view.definition) {
            found.append(.view(view))
        }
        for table in catalog.tables.values.sorted(by: { $0.oid < $1.oid }) {
            for policy in table.policies
            where table.oid != relation && (uses(policy.using) || uses(policy.withCheck)) {
                found.append(.policy(policy, table))
            }
            if let view = table.materialized, table.oid != relation, uses(view.definition) {
                found.append(.materialized(table))
            }
            for constraint in table.constraints where table.oid != relation {
                guard let reference = constraint.reference, reference.table == relation,
                    column.map(reference.columns.contains) ?? true
                else { continue }
                found.append(.constraint(constraint, table))
            }
            for own in table.columns where uses(own.defaultValue) && table.oid != relation {
                // A sequence goes with its own column.
                if let owner = catalog.sequences[relation]?.ownedBy, owner.table == table.oid,
                    owner.column == own.id, own.identity != nil
                {
                    continue
                }
                found.append(.defaultValue(own, table))
            }
        }
        return found
    }

    enum Dependent {
        case view(CatalogView)
        case policy(CatalogPolicy, CatalogTable)
        case materialized(CatalogTable)
        case constraint(CatalogConstraint, CatalogTable)
        case defaultValue(CatalogColumn, CatalogTable)

        var text: String {
            switch self {
            case .view(let view): "view \(view.name)"
            case .policy(let policy, let table): "policy \(policy.name) on table \(table.name)"
            case .materialized(let table): "materialized view \(table.name)"
            case .constraint(let constraint, let table):
                "constraint \(constraint.name) on table \(table.name)"
            case .defaultValue(let column, let table):
                "default value for column \(column.name) of table \(table.name)"
            }
        }
    }

    /// Removes dependents under CASCADE, or throws 2BP01.
    mutating func clear(_ dependents: [Dependent], of what: String, cascade: Bool) throws {
        guard !dependents.isEmpty else { return }
        guard cascade else {
            throw SQLError(
                .dependentObjectsStillExist,
                "cannot drop \(what) because other objects depend on it",
                detail: dependents.map { "\($0.text) depends on \(what)" }
                    .joined(separator: "\n"),
                hint: "Use DROP ... CASCADE to drop the dependent objects too.")
        }
        for dependent in dependents {
            notices.append("drop cascades to \(dependent.text)")
            switch dependent {
            case .view(let view):
                catalog.views[view.oid] = nil
                try clear(self.dependents(on: view.oid), of: "view \(view.name)", cascade: true)
            case .policy(let policy, let table):
                catalog.tables[table.oid]?.policies.removeAll { $0.oid == policy.oid }
            case .materialized(let table):
                try remove(table)
                try clear(
                    self.dependents(on: table.oid), of: "materialized view \(table.name)",
                    cascade: true)
            case .constraint(let constraint, let table):
                catalog.tables[table.oid]?.constraints.removeAll { $0.oid == constraint.oid }
            case .defaultValue(let column, let table):
                if let index = table.columnIndex(id: column.id) {
                    catalog.tables[table.oid]?.columns[index].defaultValue = nil
                }
            }
        }
    }
}
