import Vectors

/// information_schema: only what the current role may use in some way.
enum Information {
    static func relations(_ context: SystemContext) -> [CatalogRelation] {
        let all: [CatalogRelation] =
            context.catalog.tables.values.filter { $0.materialized == nil }
            .sorted { $0.oid < $1.oid }.map { .table($0) }
            + context.catalog.views.values.sorted { $0.oid < $1.oid }.map { .view($0) }
            + SystemTables.all.map { .system($0) }
        let roles = context.catalog.effectiveRoles(of: context.role)
        return all.filter { relation in
            !context.catalog.privileges(on: relation, role: context.role).isEmpty
                || relation.columns.contains { !$0.grants.privileges(of: roles).isEmpty }
        }
    }

    private static func isView(_ relation: CatalogRelation) -> Bool {
        switch relation {
        case .table, .sequence: false
        case .view: true
        case .system(let table): Relations.systemKind(table) == "v"
        }
    }

    static func head(_ relation: CatalogRelation, _ context: SystemContext) -> SystemRow {
        [
            "table_catalog": .text(context.catalog.database),
            "table_schema": .text(context.catalog.schemaName(relation.schema)),
            "table_name": .text(relation.name),
        ]
    }

    static func tables(_ context: SystemContext) -> [SystemRow] {
        relations(context).map { relation in
            var row = head(relation, context)
            row["table_type"] = .text(isView(relation) ? "VIEW" : "BASE TABLE")
            let isTable = if case .table = relation { true } else { false }
            row["is_insertable_into"] = .text(isTable ? "YES" : "NO")
            row["is_typed"] = .text("NO")
            return row
        }
    }

    static func views(_ context: SystemContext) -> [SystemRow] {
        relations(context).compactMap { relation in
            guard case .view(let view) = relation else { return nil }
            var row = head(relation, context)
            if context.catalog.owns(view.owner, role: context.role) {
                row["view_definition"] = .text(" \(view.definition.text);")
            }
            row["check_option"] = .text("NONE")
            for name in [
                "is_updatable", "is_insertable_into", "is_trigger_updatable",
                "is_trigger_deletable", "is_trigger_insertable_into",
            ] { row[name] = .text("NO") }
            return row
        }
    }

    static func columns(_ context: SystemContext) -> [SystemRow] {
        relations(context).flatMap { relation in
            relation.columns.map { column in
                var row = head(relation, context)
                let type = column.type
                row["column_name"] = .text(column.name)
                row["ordinal_position"] = .int(Int64(column.id))
                row["column_default"] = .optional(column.defaultValue?.text)
                row["is_nullable"] = .text(column.notNull ? "NO" : "YES")
                row["data_type"] = .text(type.element == nil ? type.familyName : "ARRAY")
                row["udt_catalog"] = .text(context.catalog.database)
                row["udt_schema"] = .text("pg_catalog")
                row["udt_name"] = .text(type.typname)
                row["dtd_identifier"] = .text(String(column.id))
                for name in ["is_self_referencing", "is_identity", "identity_cycle"] {
                    row[name] = .text("NO")
                }
                row["is_generated"] = .text("NEVER")
                let isTable = if case .table = relation { true } else { false }
                row["is_updatable"] = .text(isTable ? "YES" : "NO")
                describe(type, &row)
                if case .table(let table) = relation {
                    describeSource(column, table, &row, context)
                }
                if let digits = column.precision { row["datetime_precision"] = .int(Int64(digits)) }
                return row
            }
        }
    }

    private static func describe(_ type: SQLType, _ row: inout SystemRow) {
        func number(_ precision: Int, _ scale: Int?, radix: Int) {
            row["numeric_precision"] = .int(Int64(precision))
            row["numeric_precision_radix"] = .int(Int64(radix))
            row["numeric_scale"] = scale.map { .int(Int64($0)) } ?? .null
        }
        switch type {
        case .smallint: number(16, 0, radix: 2)
        case .integer: number(32, 0, radix: 2)
        case .bigint: number(64, 0, radix: 2)
        case .real: number(24, nil, radix: 2)
        case .double: number(53, nil, radix: 2)
        case .numeric(let precision, let scale): number(precision, scale, radix: 10)
        case .decimal: row["numeric_precision_radix"] = .int(10)
        case .text: row["character_octet_length"] = .int(1 << 30)
        case .varchar(let limit):
            row["character_maximum_length"] = limit.map { .int(Int64($0)) } ?? .null
            row["character_octet_length"] = .int(limit.map { Int64($0) * 4 } ?? 1 << 30)
        case .char(let length):
            row["character_maximum_length"] = .int(Int64(length))
            row["character_octet_length"] = .int(Int64(length) * 4)
        case .date: row["datetime_precision"] = .int(0)
        case .time, .timestamp, .timestamptz, .interval: row["datetime_precision"] = .int(6)
        default: break
        }
    }

    static func schemata(_ context: SystemContext) -> [SystemRow] {
        context.catalog.schemas.values.sorted { $0.oid < $1.oid }
            .filter { schema in
                context.catalog.owns(schema.owner, role: context.role)
                    || !schema.grants.privileges(
                        of: context.catalog.effectiveRoles(of: context.role)
                    ).isEmpty
            }
            .map { schema in
                [
                    "catalog_name": .text(context.catalog.database),
                    "schema_name": .text(schema.name),
                    "schema_owner": .text(context.catalog.roleName(schema.owner)),
                ]
            }
    }

    static func tablePrivileges(_ context: SystemContext) -> [SystemRow] {
        relations(context).flatMap { relation -> [SystemRow] in
            if case .system = relation { return [] }
            let roles = context.catalog.effectiveRoles(of: context.role)
            var entries = relation.grants
            if !entries.contains(where: { $0.grantee == relation.owner }) {
                entries.insert(
                    AccessEntry(
                        grantee: relation.owner, grantor: relation.owner,
                        privileges: .allOnTable, grantable: .allOnTable), at: 0)
            }
            return entries.filter {
                $0.grantee == 0 || roles.contains($0.grantee) || roles.contains($0.grantor)
            }.flatMap { entry in
                Privileges.all.filter { entry.privileges.contains($0.privilege) }.map { item in
                    var row = head(relation, context)
                    row["grantor"] = .text(context.catalog.roleName(entry.grantor))
                    row["grantee"] = .text(
                        entry.grantee == 0 ? "PUBLIC" : context.catalog.roleName(entry.grantee))
                    row["privilege_type"] = .text(item.name.uppercased())
                    row["is_grantable"] = .text(
                        entry.grantable.contains(item.privilege) ? "YES" : "NO")
                    row["with_hierarchy"] = .text(item.privilege == .select ? "YES" : "NO")
                    return row
                }
            }
        }
    }
}
