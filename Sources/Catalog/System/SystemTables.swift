import Vectors

/// The registry of system tables: columns from `specifications`, rows from the providers beside it.
/// A table without provider is empty, because what it lists does not exist here.
package enum SystemTables {
    typealias Provider = @Sendable (SystemContext) throws -> [SystemRow]

    private static let providers: [String: Provider] = [
        "pg_class": Relations.classes, "pg_attribute": Relations.attributes,
        "pg_attrdef": Relations.defaults, "pg_index": Relations.indexes,
        "pg_constraint": Relations.constraints, "pg_policy": Relations.policies,
        "pg_sequence": Relations.sequences, "pg_sequences": Views.sequences,
        "pg_rewrite": Relations.rules, "pg_description": Relations.descriptions,
        "pg_namespace": Namespaces.schemas, "pg_database": Namespaces.databases,
        "pg_shdescription": Namespaces.sharedDescriptions, "pg_am": Namespaces.accessMethods,
        "pg_collation": Namespaces.collations, "pg_language": Namespaces.languages,
        "pg_tablespace": Namespaces.tablespaces, "pg_extension": Namespaces.extensions,
        "pg_authid": Roles.all, "pg_roles": Roles.all, "pg_shadow": Roles.logins,
        "pg_user": Roles.logins, "pg_group": Roles.groups, "pg_auth_members": Roles.memberships,
        "pg_type": Types.types, "pg_proc": Types.functions, "pg_operator": Types.operators,
        "pg_cast": Types.casts, "pg_aggregate": Types.aggregates,
        "pg_tables": Views.tables, "pg_views": Views.views, "pg_indexes": Views.indexes,
        "pg_policies": Views.policies, "pg_settings": Views.settings,
        "pg_stat_activity": Views.activity, "pg_stat_user_tables": Views.statistics,
        "tables": Information.tables, "columns": Information.columns,
        "schemata": Information.schemata, "information_schema.views": Information.views,
        "table_constraints": Information.constraints,
        "key_column_usage": Information.keyColumns,
        "constraint_column_usage": Information.constraintColumns,
        "table_privileges": Information.tablePrivileges, "segments": Views.segments,
    ]

    package static let all: [SystemTable] =
        specifications
        .split(separator: "\n\n").compactMap(table)

    package static let byOID: [UInt32: SystemTable] = Dictionary(
        all.map { ($0.oid, $0) }, uniquingKeysWith: { first, _ in first })

    package static let byName: [UInt32: [String: SystemTable]] = all.reduce(into: [:]) {
        $0[$1.schema, default: [:]][$1.name] = $1
    }

    /// The system table with this OID.
    package static func table(_ oid: UInt32) -> SystemTable? { byOID[oid] }

    private static func table(_ paragraph: Substring) -> SystemTable? {
        let lines = paragraph.split(separator: "\n")
        let head = lines.first?.split(separator: " ").map(String.init) ?? []
        guard head.count == 3, let oid = UInt32(head[0]) else { return nil }
        let fields = lines.dropFirst().joined(separator: " ").split(separator: ",")
        var columns: [(String, SQLType)] = []
        var defaults: [Datum] = []
        for field in fields {
            let parts = field.split(separator: " ").map(String.init)
            guard parts.count == 2 else { continue }
            let isNullable = parts[1].hasSuffix("?")
            let word = isNullable ? String(parts[1].dropLast()) : parts[1]
            let name = word == "char1" ? "\"char\"" : word
            guard let type = try? SQLType.named(name, modifiers: []) else { continue }
            columns.append((parts[0].filter { $0 != "\"" }, type))
            defaults.append(isNullable ? .null : zero(type))
        }
        let schema: UInt32 =
            switch head[1] {
            case "pg_catalog": CatalogSnapshot.pgCatalogOID
            case "information_schema": CatalogSnapshot.informationSchemaOID
            default: CatalogSnapshot.storehouseOID
            }
        let provider = providers["\(head[1]).\(head[2])"] ?? providers[head[2]]
        let places = Dictionary(
            columns.enumerated().map { ($1.0, $0) }, uniquingKeysWith: { first, _ in first })
        let blank = defaults
        return SystemTable(
            oid: oid, schema: schema, name: head[2], columns: columns,
            isRestricted: ["pg_authid", "pg_shadow", "segments"].contains(head[2])
        ) { context in
            try (provider?(context) ?? []).map { row in
                var values = blank
                for (name, value) in row {
                    if let place = places[name] { values[place] = value }
                }
                return values
            }
        }
    }

    private static func zero(_ type: SQLType) -> Datum {
        switch type {
        case .boolean: .bool(false)
        case .real, .double: .double(0)
        case .array(let element): .bytes(ArrayValue(element, []).encoded)
        case .int2vector: .bytes(ArrayValue(.smallint, []).encoded)
        case .oidvector: .bytes(ArrayValue(.oid, []).encoded)
        default: type.physical == .bytes ? .text("") : .int(0)
        }
    }
}

/// Values of a system row by column name; what is left out is zero, empty or NULL.
typealias SystemRow = [String: Datum]

extension Datum {
    static func oid(_ value: UInt32) -> Datum { .int(Int64(value)) }
    static func names(_ values: [String]) -> Datum {
        .bytes(ArrayValue(.name, values.map { .text($0) }).encoded)
    }
    static func texts(_ values: [String]?) -> Datum {
        values.map { .bytes(ArrayValue(.text, $0.map { .text($0) }).encoded) } ?? .null
    }
    static func oids(_ values: [UInt32]) -> Datum {
        .bytes(ArrayValue(.oid, values.map { .oid($0) }).encoded)
    }
    static func smallints(_ values: [Int]) -> Datum {
        .bytes(ArrayValue(.smallint, values.map { .int(Int64($0)) }).encoded)
    }
    static func optional(_ text: String?) -> Datum { text.map { .text($0) } ?? .null }
}
