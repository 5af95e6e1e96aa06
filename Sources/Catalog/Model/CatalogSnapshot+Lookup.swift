import Basics
import Vectors

/// Whatever FROM can name.
package enum CatalogRelation: Sendable {
    case table(CatalogTable)
    case view(CatalogView)
    case sequence(CatalogSequence)
    case system(SystemTable)

    package var oid: UInt32 {
        switch self {
        case .table(let table): table.oid
        case .view(let view): view.oid
        case .sequence(let sequence): sequence.oid
        case .system(let table): table.oid
        }
    }

    package var name: String {
        switch self {
        case .table(let table): table.name
        case .view(let view): view.name
        case .sequence(let sequence): sequence.name
        case .system(let table): table.name
        }
    }

    package var schema: UInt32 {
        switch self {
        case .table(let table): table.schema
        case .view(let view): view.schema
        case .sequence(let sequence): sequence.schema
        case .system(let table): table.schema
        }
    }

    package var owner: UInt32 {
        switch self {
        case .table(let table): table.owner
        case .view(let view): view.owner
        case .sequence(let sequence): sequence.owner
        case .system: CatalogSnapshot.bootstrapRoleOID
        }
    }

    package var grants: [AccessEntry] {
        switch self {
        case .table(let table): table.grants
        case .view(let view): view.grants
        case .sequence(let sequence): sequence.grants
        case .system(let table):
            table.isRestricted
                ? []
                : [
                    AccessEntry(
                        grantee: 0, grantor: CatalogSnapshot.bootstrapRoleOID,
                        privileges: [.select])
                ]
        }
    }

    package var columns: [CatalogColumn] {
        switch self {
        case .table(let table): table.columns
        case .view(let view): view.columns
        case .sequence: CatalogSequence.columns
        case .system(let table): table.columns
        }
    }

    /// PostgreSQL's word for it in messages.
    package var kindName: String {
        switch self {
        case .table(let table): table.materialized == nil ? "table" : "materialized view"
        case .view: "view"
        case .sequence: "sequence"
        case .system: "table"
        }
    }
}

extension CatalogSnapshot {
    package func schema(named name: String) -> CatalogSchema? {
        schemaNames[name].flatMap { schemas[$0] }
    }

    package func role(named name: String) -> CatalogRole? {
        roleNames[name].flatMap { roles[$0] }
    }

    /// The role, or 42704.
    package func requireRole(named name: String, position: Int? = nil) throws -> CatalogRole {
        guard let role = role(named: name) else {
            throw SQLError(.undefinedObject, "role \"\(name)\" does not exist", position: position)
        }
        return role
    }

    /// The schema, or 3F000.
    package func requireSchema(named name: String, position: Int? = nil) throws -> CatalogSchema {
        guard let schema = schema(named: name) else {
            throw SQLError(
                .invalidSchemaName, "schema \"\(name)\" does not exist", position: position)
        }
        return schema
    }

    package func schemaName(_ oid: UInt32) -> String { schemas[oid]?.name ?? "" }
    package func roleName(_ oid: UInt32) -> String {
        roles[oid]?.name ?? "unknown (OID=\(oid))"
    }

    /// A relation by OID, stored or system.
    package func relation(_ oid: UInt32) -> CatalogRelation? {
        if let table = tables[oid] { return .table(table) }
        if let view = views[oid] { return .view(view) }
        if let sequence = sequences[oid] { return .sequence(sequence) }
        return SystemTables.byOID[oid].map { .system($0) }
    }

    /// A relation by name in one schema.
    package func relation(named name: String, in schema: UInt32) -> CatalogRelation? {
        if let oid = relationNames[schema]?[name] { return relation(oid) }
        return SystemTables.byName[schema]?[name].map { .system($0) }
    }

    /// Schemas in which unqualified names are looked up: pg_catalog first unless the path names it.
    package func searchSchemas(_ path: [String], role: UInt32) -> [CatalogSchema] {
        var found: [CatalogSchema] = []
        for entry in path {
            let name = entry == "$user" ? roles[role]?.name ?? "" : entry
            guard let schema = schema(named: name),
                !found.contains(where: { $0.oid == schema.oid }),
                has(.usage, onSchema: schema, role: role)
            else { continue }
            found.append(schema)
        }
        if !found.contains(where: { $0.oid == CatalogSnapshot.pgCatalogOID }),
            let system = schemas[CatalogSnapshot.pgCatalogOID]
        {
            found.insert(system, at: 0)
        }
        return found
    }

    /// The schemas of a path that exist and may be used, as current_schemas names them.
    package func namedSchemas(_ path: [String], role: UInt32) -> [String] {
        let named = path.map { $0 == "$user" ? roles[role]?.name ?? "" : $0 }
        return searchSchemas(path, role: role).map(\.name).filter(named.contains)
    }

    /// The schema that a name means: `pg_temp` is the session's own.
    package func resolved(_ schema: String, _ searchPath: [String]) -> String {
        guard schema == "pg_temp" else { return schema }
        return searchPath.first { CatalogSnapshot.isTemporary(schema: $0) } ?? schema
    }

    /// Whether a schema holds one session's temporary tables.
    package static func isTemporary(schema: String) -> Bool { schema.hasPrefix("pg_temp_") }

    /// The relation that a possibly qualified name means, nil where there is none.
    ///
    /// Throws 3F000 for an unknown schema only when `strictSchema`; 0A000 for another database.
    package func relation(
        named parts: [String], searchPath: [String], role: UInt32, position: Int? = nil
    ) throws -> CatalogRelation? {
        switch parts.count {
        case 1:
            for schema in searchSchemas(searchPath, role: role) {
                if let found = relation(named: parts[0], in: schema.oid) { return found }
            }
            return nil
        case 2, 3:
            if parts.count == 3, parts[0] != database {
                throw SQLError(
                    .featureNotSupported,
                    "cross-database references are not implemented: "
                        + "\"\(parts.joined(separator: "."))\"", position: position)
            }
            let schemaPart = parts[parts.count - 2]
            guard let schema = schema(named: resolved(schemaPart, searchPath)) else { return nil }
            guard has(.usage, onSchema: schema, role: role) else {
                throw SQLError(
                    .insufficientPrivilege, "permission denied for schema \(schemaPart)",
                    position: position)
            }
            return relation(named: parts[parts.count - 1], in: schema.oid)
        default:
            throw SQLError(
                .syntaxError,
                "improper relation name (too many dotted names): \(parts.joined(separator: "."))",
                position: position)
        }
    }

    /// The relation that a text such as `schema."Name"` means, as regclass reads it.
    package func relation(
        text: String, searchPath: [String], role: UInt32
    ) throws -> CatalogRelation? {
        try relation(
            named: ObjectText.parts(text) ?? [text], searchPath: searchPath, role: role)
    }

    /// The relation, or 42P01 as PostgreSQL words it.
    package func requireRelation(
        named parts: [String], searchPath: [String], role: UInt32, position: Int? = nil
    ) throws -> CatalogRelation {
        if let found = try relation(
            named: parts, searchPath: searchPath, role: role, position: position)
        {
            return found
        }
        throw SQLError(
            .undefinedTable, "relation \"\(parts.joined(separator: "."))\" does not exist",
            position: position)
    }

    /// The table for DDL, or PostgreSQL's error where it is missing or a view.
    package func requireTable(
        named parts: [String], searchPath: [String], role: UInt32, position: Int? = nil
    ) throws -> CatalogTable {
        switch try requireRelation(
            named: parts, searchPath: searchPath, role: role, position: position)
        {
        case .table(let table): return table
        case .view(let view):
            throw SQLError(
                .wrongObjectType, "\"\(view.name)\" is not a table", position: position)
        case .sequence(let sequence):
            throw SQLError(
                .wrongObjectType, "\"\(sequence.name)\" is not a table", position: position)
        case .system(let table):
            throw SQLError(
                .insufficientPrivilege,
                "permission denied: \"\(table.name)\" is a system catalog", position: position)
        }
    }

    /// Whether an unqualified use of the relation's name would find it.
    package func isVisible(_ relation: CatalogRelation, searchPath: [String], role: UInt32) -> Bool
    {
        for schema in searchSchemas(searchPath, role: role) {
            if let found = self.relation(named: relation.name, in: schema.oid) {
                return found.oid == relation.oid
            }
        }
        return false
    }
}
