import Vectors

/// The readable views pg_tables, pg_settings, pg_stat_activity and their like.
enum Views {
    private static func tables(
        of context: SystemContext
    ) -> [(table: CatalogTable, schema: String)] {
        context.catalog.tables.values.sorted { $0.oid < $1.oid }
            .map { ($0, context.catalog.schemaName($0.schema)) }
    }

    static func tables(_ context: SystemContext) -> [SystemRow] {
        let own = tables(of: context).map { table, schema -> SystemRow in
            [
                "schemaname": .text(schema), "tablename": .text(table.name),
                "tableowner": .text(context.catalog.roleName(table.owner)),
                "hasindexes": .bool(table.primaryKey != nil), "hasrules": .bool(false),
                "hastriggers": .bool(false), "rowsecurity": .bool(table.rowSecurity),
            ]
        }
        return own
            + SystemTables.all.filter { Relations.systemKind($0) == "r" }.map { table in
                [
                    "schemaname": .text(context.catalog.schemaName(table.schema)),
                    "tablename": .text(table.name),
                    "tableowner": .text(
                        context.catalog.roleName(CatalogSnapshot.bootstrapRoleOID)),
                    "hasindexes": .bool(false), "hasrules": .bool(false),
                    "hastriggers": .bool(false), "rowsecurity": .bool(false),
                ]
            }
    }

    static func views(_ context: SystemContext) -> [SystemRow] {
        context.catalog.views.values.sorted { $0.oid < $1.oid }.map { view in
            [
                "schemaname": .text(context.catalog.schemaName(view.schema)),
                "viewname": .text(view.name),
                "viewowner": .text(context.catalog.roleName(view.owner)),
                "definition": .text(" \(view.definition.text);"),
            ]
        }
    }

    static func indexes(_ context: SystemContext) -> [SystemRow] {
        context.catalog.tables.values.flatMap { table in
            Relations.keys(table).map { key in
                let schema = context.catalog.schemaName(table.schema)
                return [
                    "schemaname": .text(schema), "tablename": .text(table.name),
                    "indexname": .text(key.name),
                    "indexdef": .text(
                        ObjectText.index(
                            key.name, key.columns, table, schema, isUnique: key.isUnique)),
                ]
            }
        }
    }

    static func sequences(_ context: SystemContext) throws -> [SystemRow] {
        try context.catalog.sequences.values.map { sequence in
            let position = try context.state.sequenceState(of: sequence)
            return [
                "schemaname": .text(context.catalog.schemaName(sequence.schema)),
                "sequencename": .text(sequence.name),
                "sequenceowner": .text(context.catalog.roleName(sequence.owner)),
                "data_type": .oid(sequence.type), "start_value": .int(sequence.start),
                "min_value": .int(sequence.minimum), "max_value": .int(sequence.maximum),
                "increment_by": .int(sequence.increment), "cycle": .bool(sequence.cycles),
                "cache_size": .int(sequence.cache),
                "last_value": position.isCalled ? .int(position.last) : .null,
            ]
        }
    }

    static func policies(_ context: SystemContext) -> [SystemRow] {
        tables(of: context).flatMap { table, schema in
            table.policies.map { policy in
                [
                    "schemaname": .text(schema), "tablename": .text(table.name),
                    "policyname": .text(policy.name),
                    "permissive": .text(policy.isPermissive ? "PERMISSIVE" : "RESTRICTIVE"),
                    "roles": .names(
                        policy.roles.map { $0 == 0 ? "public" : context.catalog.roleName($0) }),
                    "cmd": .text(policy.command.rawValue.uppercased()),
                    "qual": .optional(policy.using.map { ObjectText.condition($0.text) }),
                    "with_check": .optional(policy.withCheck.map { ObjectText.condition($0.text) }),
                ]
            }
        }
    }

    static func settings(_ context: SystemContext) -> [SystemRow] {
        context.state.settings().map { setting in
            [
                "name": .text(setting.name), "setting": .text(setting.value),
                "unit": .optional(setting.unit), "category": .text(setting.category),
                "short_desc": .text(setting.description), "context": .text(setting.context),
                "vartype": .text(setting.kind), "source": .text("default"),
                "boot_val": .text(setting.defaultValue),
                "reset_val": .text(setting.defaultValue), "pending_restart": .bool(false),
            ]
        }
    }

    /// Others' query texts are shown to superusers and to members of the role alone.
    static func activity(_ context: SystemContext) -> [SystemRow] {
        context.state.sessions().map { session in
            var row: SystemRow = [
                "datid": .oid(CatalogSnapshot.databaseOID),
                "datname": .text(context.catalog.database), "pid": .int(Int64(session.processID)),
                "usesysid": .oid(session.role),
                "usename": .text(context.catalog.roleName(session.role)),
                "application_name": .text(session.applicationName),
            ]
            guard context.catalog.owns(session.role, role: context.role) else {
                row["query"] = .text("<insufficient privilege>")
                return row
            }
            row["client_addr"] = .optional(session.clientAddress)
            row["client_port"] = .int(Int64(session.clientPort))
            row["backend_start"] = .int(session.backendStart)
            row["xact_start"] = session.transactionStart.map { .int($0) } ?? .null
            row["query_start"] = session.queryStart.map { .int($0) } ?? .null
            row["state_change"] = .int(session.stateChange)
            row["state"] = .text(session.state)
            row["query"] = .text(session.query)
            row["backend_type"] = .text("client backend")
            return row
        }
    }

    /// Row counts of tables under row security stay with those it does not bind.
    private static func mayCount(_ table: CatalogTable, _ context: SystemContext) -> Bool {
        context.catalog.may(.select, .table(table), columns: [], role: context.role)
            && !context.catalog.rowSecurityApplies(to: table, role: context.role)
    }

    static func statistics(_ context: SystemContext) -> [SystemRow] {
        tables(of: context).map { table, schema in
            var row: SystemRow = [
                "relid": .oid(table.oid), "schemaname": .text(schema),
                "relname": .text(table.name),
            ]
            if mayCount(table, context) {
                row["n_live_tup"] = .int(context.state.tableSize(table.oid).rows)
            }
            return row
        }
    }

    static func inputOutput(_ context: SystemContext) -> [SystemRow] {
        tables(of: context).map { table, schema in
            [
                "relid": .oid(table.oid), "schemaname": .text(schema),
                "relname": .text(table.name),
            ]
        }
    }

    static func databaseActivity(_ context: SystemContext) -> [SystemRow] {
        [
            [
                "datid": .oid(CatalogSnapshot.databaseOID),
                "datname": .text(context.catalog.database),
                "numbackends": .int(Int64(context.state.sessions().count)),
            ]
        ]
    }

    static func preparedStatements(_ context: SystemContext) -> [SystemRow] {
        context.state.preparedStatements().map { statement in
            [
                "name": .text(statement.name), "statement": .text(statement.statement),
                "parameter_types": .bytes(
                    ArrayValue(.regtype, statement.parameterTypes.map { .oid($0) }).encoded),
                "from_sql": .bool(statement.isFromSQL),
            ]
        }
    }

    static func cursors(_ context: SystemContext) -> [SystemRow] {
        context.state.cursors().map { cursor in
            [
                "name": .text(cursor.name), "statement": .text(cursor.statement),
                "is_holdable": .bool(cursor.isHoldable), "is_binary": .bool(cursor.isBinary),
                "is_scrollable": .bool(true),
            ]
        }
    }

    static func segments(_ context: SystemContext) -> [SystemRow] {
        context.state.storageSegments().compactMap { segment in
            guard let table = context.catalog.tables[segment.table], mayCount(table, context) else {
                return nil
            }
            return [
                "schema_name": .text(context.catalog.schemaName(table.schema)),
                "table_name": .text(table.name), "segment": .int(segment.segment),
                "rows": .int(segment.rows), "deleted_rows": .int(segment.deletedRows),
                "bytes": .int(segment.bytes), "tier": .text(segment.tier),
                "file": .text(segment.file), "min": .optional(segment.minimum),
                "max": .optional(segment.maximum),
            ]
        }
    }
}
