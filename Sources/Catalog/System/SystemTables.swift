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
        "pg_opclass": OperatorClasses.classes, "pg_opfamily": OperatorClasses.families,
        "pg_tablespace": Namespaces.tablespaces, "pg_extension": Namespaces.extensions,
        "pg_authid": Roles.all, "pg_roles": Roles.all, "pg_shadow": Roles.logins,
        "pg_user": Roles.logins, "pg_group": Roles.groups, "pg_auth_members": Roles.memberships,
        "pg_type": Types.types, "pg_proc": Types.functions, "pg_operator": Types.operators,
        "pg_cast": Types.casts, "pg_aggregate": Types.aggregates,
        "pg_tables": Views.tables, "pg_views": Views.views, "pg_indexes": Views.indexes,
        "pg_policies": Views.policies, "pg_settings": Views.settings,
        "pg_stat_activity": Views.activity, "pg_stat_user_tables": Views.statistics,
        "pg_stat_all_tables": Views.statistics, "pg_statio_user_tables": Views.inputOutput,
        "pg_statio_all_tables": Views.inputOutput, "pg_stat_database": Views.databaseActivity,
        "pg_prepared_statements": Views.preparedStatements, "pg_cursors": Views.cursors,
        "tables": Information.tables, "columns": Information.columns,
        "schemata": Information.schemata, "information_schema.views": Information.views,
        "table_constraints": Information.constraints,
        "key_column_usage": Information.keyColumns,
        "constraint_column_usage": Information.constraintColumns,
        "constraint_table_usage": Information.constraintTables,
        "referential_constraints": Information.references,
        "check_constraints": Information.checks, "sequences": Information.sequences,
        "table_privileges": Information.tablePrivileges, "segments": Views.segments,
    ]

    /// Tables whose rows change without the catalog, or differ from session to session.
    private static let unsteady: Set<String> = [
        "pg_settings", "pg_stat_activity", "pg_stat_all_tables", "pg_stat_user_tables",
        "pg_stat_sys_tables", "pg_statio_all_tables", "pg_statio_user_tables", "pg_stat_database",
        "pg_prepared_statements", "pg_cursors", "pg_sequences", "segments",
    ]

    package static let all: [SystemTable] = [
        tableSpecifications, viewSpecifications, informationSpecifications,
    ].flatMap { $0.split(separator: "\n\n").compactMap(table) }

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
            let known: SQLType? =
                switch word {
                case "char1": .singleChar
                case "_char": .array(.singleChar)
                default: try? SQLType.named(word, modifiers: [])
                }
            guard let type = known else { continue }
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
        let placing = SystemRowPlacing(columns: columns.map(\.0), blank: defaults)
        let types = columns.map(\.1)
        return SystemTable(
            oid: oid, schema: schema, name: head[2], columns: columns,
            isRestricted: ["pg_authid", "pg_shadow", "segments"].contains(head[2]),
            isSteady: !unsteady.contains(head[2])
        ) { context in
            var placing = placing
            return Batch(types, try (provider?(context) ?? []).map { placing.values($0) })
        }
    }

    private static func zero(_ type: SQLType) -> Datum {
        switch type {
        case .boolean: .bool(false)
        case .real, .double: .double(0)
        case .array(let element): .bytes(ArrayValue(element, []).encoded)
        case .int2vector: .vector(.smallint, [])
        case .oidvector: .vector(.oid, [])
        default: type.physical == .bytes ? .text("") : .int(0)
        }
    }
}
