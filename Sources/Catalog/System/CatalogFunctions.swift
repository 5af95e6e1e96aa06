import Basics
import SQLSyntax
import Vectors

/// The functions that only the catalog can answer, for one session.
package struct CatalogFunctions: CatalogLookup {
    let context: SystemContext

    package init(_ context: SystemContext) { self.context = context }

    private var catalog: CatalogSnapshot { context.catalog }

    /// Evaluates a catalog function for one row.
    package func call(_ function: String, _ arguments: [Datum]) throws -> Datum {
        if let answer = try names(function, arguments) { return answer }
        if let answer = try definitions(function, arguments) { return answer }
        if function.hasPrefix("has_") || function == "pg_has_role"
            || function == "row_security_active"
        {
            return try privilege(function, arguments)
        }
        if function.contains("advisory_") { return try advisory(function, arguments) }
        if let answer = try sequences(function, arguments) { return answer }
        if let answer = try server(function, arguments) { return answer }
        throw SQLError.unsupported("function \(function)")
    }

    func text(_ arguments: [Datum], _ index: Int) -> String? {
        guard arguments.indices.contains(index), case .bytes(let bytes) = arguments[index] else {
            return nil
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    func oid(_ arguments: [Datum], _ index: Int) -> UInt32? {
        guard arguments.indices.contains(index), case .int(let value) = arguments[index] else {
            return nil
        }
        return UInt32(truncatingIfNeeded: value)
    }

    // MARK: Names

    private func names(_ function: String, _ arguments: [Datum]) throws -> Datum? {
        switch function {
        case "regclassin", "to_regclass":
            guard let name = text(arguments, 0) else { return .null }
            if let found = try? relation(named: name) { return .oid(found.oid) }
            if let found = index(named: name) { return .oid(found) }
            if function == "to_regclass" { return .null }
            throw SQLError(.undefinedTable, "relation \"\(name)\" does not exist")
        case "regclassout":
            guard let oid = oid(arguments, 0) else { return .null }
            if let found = catalog.relation(oid) {
                return .text(ObjectText.relation(found, context))
            }
            guard let (table, key) = index(oid) else { return .text(String(oid)) }
            let name = Printer.quoted(key.name)
            let isVisible = catalog.isVisible(
                .table(table), searchPath: context.searchPath, role: context.role)
            let schema = Printer.quoted(catalog.schemaName(table.schema))
            return .text(isVisible ? name : "\(schema).\(name)")
        case "regtypein", "to_regtype":
            guard let name = text(arguments, 0) else { return .null }
            if let type = try? type(named: name) { return .oid(type.oid) }
            if function == "to_regtype" { return .null }
            throw SQLError(.undefinedObject, "type \"\(name)\" does not exist")
        case "regprocin", "to_regproc", "to_regprocedure", "regprocedurein":
            guard let name = text(arguments, 0)?.split(separator: "(").first else { return .null }
            let plain = String(name.split(separator: ".").last ?? "")
            if let found = ListedFunction.oidOfName[plain] { return .oid(found) }
            if function.hasPrefix("to_") { return .null }
            throw SQLError(.undefinedFunction, "function \"\(name)\" does not exist")
        case "regprocout":
            let wanted = oid(arguments, 0) ?? 0
            return .text(
                ListedFunction.nameOfOID[wanted] ?? (wanted == 0 ? "-" : String(wanted)))
        case "regnamespacein", "to_regnamespace":
            guard let name = text(arguments, 0) else { return .null }
            let plain = ObjectText.parts(name)?.last ?? name
            if let schema = catalog.schema(named: plain) { return .oid(schema.oid) }
            if function.hasPrefix("to_") { return .null }
            throw SQLError(.invalidSchemaName, "schema \"\(plain)\" does not exist")
        case "regnamespaceout":
            guard let oid = oid(arguments, 0) else { return .null }
            return .text(catalog.schemas[oid].map { Printer.quoted($0.name) } ?? String(oid))
        case "regrolein", "to_regrole":
            guard let name = text(arguments, 0) else { return .null }
            let plain = ObjectText.parts(name)?.last ?? name
            if let role = catalog.role(named: plain) { return .oid(role.oid) }
            if function.hasPrefix("to_") { return .null }
            throw SQLError(.undefinedObject, "role \"\(plain)\" does not exist")
        case "regroleout":
            guard let oid = oid(arguments, 0) else { return .null }
            return .text(catalog.roles[oid].map { Printer.quoted($0.name) } ?? String(oid))
        case "pg_get_userbyid":
            guard let oid = oid(arguments, 0) else { return .null }
            return .text(catalog.roleName(oid))
        case "pg_table_is_visible":
            guard let relation = oid(arguments, 0).flatMap({ catalog.relation($0) }) else {
                guard let (table, _) = index(oid(arguments, 0)) else { return .null }
                return .bool(
                    catalog.isVisible(
                        .table(table), searchPath: context.searchPath, role: context.role))
            }
            return .bool(
                catalog.isVisible(
                    relation, searchPath: context.searchPath, role: context.role))
        case "pg_type_is_visible", "pg_function_is_visible", "pg_operator_is_visible",
            "pg_opclass_is_visible", "pg_collation_is_visible", "pg_conversion_is_visible",
            "pg_ts_config_is_visible", "pg_statistics_obj_is_visible", "pg_opfamily_is_visible",
            "pg_ts_dict_is_visible", "pg_ts_parser_is_visible", "pg_ts_template_is_visible":
            return .bool(true)
        case "parse_ident":
            guard let text = text(arguments, 0) else { return .null }
            let trimmed = text.trimmingPrefix { $0 == " " }
            guard let parts = ObjectText.parts(String(trimmed)) else {
                throw SQLError(
                    .invalidParameterValue, "string is not a valid identifier: \"\(text)\"")
            }
            return .texts(parts)
        case "pg_my_temp_schema": return .oid(temporarySchema?.oid ?? 0)
        case "pg_is_other_temp_schema":
            guard let schema = oid(arguments, 0).flatMap({ catalog.schemas[$0] }) else {
                return .bool(false)
            }
            return .bool(
                CatalogSnapshot.isTemporary(schema: schema.name)
                    && schema.oid != temporarySchema?.oid)
        case "pg_relation_is_publishable":
            return .bool(oid(arguments, 0).map { catalog.tables[$0] != nil } ?? false)
        default: return nil
        }
    }

    /// The schema of the session's temporary tables, where it has made one.
    private var temporarySchema: CatalogSchema? {
        catalog.schema(named: catalog.resolved("pg_temp", context.searchPath))
    }

    func relation(named text: String) throws -> CatalogRelation {
        if let number = UInt32(text), let found = catalog.relation(number) { return found }
        let parts = ObjectText.parts(text) ?? [text]
        return try catalog.requireRelation(
            named: parts, searchPath: context.searchPath, role: context.role)
    }

    /// The OID of an index.
    private func index(named text: String) -> UInt32? {
        guard let parts = ObjectText.parts(text), let name = parts.last else { return nil }
        let schemas =
            parts.count > 1
            ? [catalog.resolved(parts[parts.count - 2], context.searchPath)] : context.searchPath
        for schema in schemas.compactMap({ catalog.schema(named: $0)?.oid }) {
            for table in catalog.tables.values where table.schema == schema {
                if let key = Relations.keys(table).first(where: { $0.name == name }) {
                    return key.index
                }
            }
        }
        return nil
    }

    private func type(named text: String) throws -> SQLType? {
        let written = try Parser.parseTypeName(text)
        let name = written.name.name == "char" ? "\"char\"" : written.name.name
        let type = try SQLType.named(name, modifiers: [])
        return written.isArray ? type.map { .array($0) } : type
    }

    // MARK: Definitions

    private func definitions(_ function: String, _ arguments: [Datum]) throws -> Datum? {
        switch function {
        case "pg_get_expr": return arguments.first ?? .null
        case "pg_get_viewdef":
            let found: CatalogRelation?
            if let name = text(arguments, 0) {
                found = try relation(named: name)
            } else {
                found = oid(arguments, 0).flatMap { catalog.relation($0) }
            }
            switch found {
            case .view(let view): return .text(" \(view.definition.text);")
            case .table(let table):
                return .optional(table.materialized.map { " \($0.definition.text);" })
            default: return .null
            }
        case "pg_get_constraintdef":
            guard let oid = oid(arguments, 0), let table = keyTable(oid) else { return .null }
            if let key = table.primaryKey, key.constraint == oid {
                return .text("PRIMARY KEY (\(ObjectText.columns(table, key.columns)))")
            }
            return table.constraints.first { $0.oid == oid }.map {
                .text(ObjectText.constraint($0, of: table, context))
            } ?? .null
        case "pg_get_indexdef":
            guard let (table, key) = index(oid(arguments, 0)) else { return .null }
            if let place = oid(arguments, 1), place > 0, arguments.count == 3 {
                guard Int(place) <= key.columns.count else { return .text("") }
                let id = key.columns[Int(place) - 1]
                return .optional(table.columns.first { $0.id == id }?.name)
            }
            return .text(
                ObjectText.index(
                    key.name, key.columns, table, catalog.schemaName(table.schema),
                    isUnique: key.isUnique))
        case "pg_get_ruledef", "pg_get_triggerdef", "pg_get_partkeydef",
            "pg_get_statisticsobjdef_columns", "pg_get_functiondef", "pg_get_function_sqlbody",
            "pg_get_partition_constraintdef", "pg_get_function_arg_default":
            return .null
        case "pg_get_function_arguments", "pg_get_function_identity_arguments":
            if let listed = listed(oid(arguments, 0)) {
                return .text(listed.arguments.map(Self.typeName).joined(separator: ", "))
            }
            return .optional(
                builtin(oid(arguments, 0)).map { function in
                    ListedFunction.argumentTypes(function).map(Self.typeName)
                        .joined(separator: ", ")
                })
        case "pg_get_function_result":
            if let listed = listed(oid(arguments, 0)) {
                return .text((listed.returnsSet ? "SETOF " : "") + Self.typeName(listed.result))
            }
            return .optional(
                builtin(oid(arguments, 0)).map {
                    Self.typeName(ListedFunction.resultType($0))
                })
        case "pg_describe_object":
            return .optional(described(oid(arguments, 0), oid(arguments, 1), arguments))
        case "obj_description":
            guard let oid = oid(arguments, 0) else { return .null }
            switch text(arguments, 1) {
            case "pg_namespace": return .optional(catalog.schemas[oid]?.comment)
            case "pg_class", nil:
                return .optional(
                    catalog.tables[oid]?.comment ?? catalog.views[oid]?.comment
                        ?? catalog.sequences[oid]?.comment)
            case "pg_constraint":
                let constraints = catalog.tables.values.lazy.flatMap(\.constraints)
                return .optional(constraints.first { $0.oid == oid }?.comment)
            case "pg_policy":
                let policies = catalog.tables.values.lazy.flatMap(\.policies)
                return .optional(policies.first { $0.oid == oid }?.comment)
            default: return .null
            }
        case "shobj_description":
            guard let oid = oid(arguments, 0) else { return .null }
            switch text(arguments, 1) {
            case "pg_database": return .optional(catalog.databaseComment)
            case "pg_authid": return .optional(catalog.roles[oid]?.comment)
            default: return .null
            }
        case "col_description":
            guard let oid = oid(arguments, 0), let number = self.oid(arguments, 1),
                let relation = catalog.relation(oid)
            else { return .null }
            return .optional(relation.columns.first { $0.id == Int(number) }?.comment)
        case "pg_column_is_updatable":
            return .bool(oid(arguments, 0).map { catalog.tables[$0] != nil } ?? false)
        case "pg_relation_is_updatable":
            return .int(oid(arguments, 0).map { catalog.tables[$0] != nil } == true ? 28 : 0)
        default: return nil
        }
    }

    private func listed(_ oid: UInt32?) -> ListedFunction? {
        ListedFunction.all.first { $0.oid == oid }
    }

    /// An object in words, as pg_depend's readers ask for it; nil for kinds that nothing depends on.
    private func described(
        _ table: UInt32?, _ oid: UInt32?, _ arguments: [Datum]
    ) -> String? {
        guard let table, let oid else { return nil }
        switch SystemTables.byOID[table]?.name {
        case "pg_class":
            guard let relation = catalog.relation(oid) else { return nil }
            let kind =
                switch relation {
                case .table(let table) where table.materialized != nil: "materialized view"
                case .table, .system: "table"
                case .view: "view"
                case .sequence: "sequence"
                }
            let name = "\(kind) \(ObjectText.relation(relation, context))"
            guard arguments.count > 2, case .int(let number) = arguments[2], number != 0 else {
                return name
            }
            guard let column = relation.columns.first(where: { $0.id == Int(number) }) else {
                return nil
            }
            return "column \(column.name) of \(name)"
        case "pg_namespace": return catalog.schemas[oid].map { "schema \($0.name)" }
        case "pg_authid": return "role \(catalog.roleName(oid))"
        case "pg_type": return "type \(Self.typeName(oid))"
        case "pg_proc": return ListedFunction.nameOfOID[oid].map { "function \($0)" }
        case "pg_language": return oid == 12 ? "language internal" : nil
        default: return nil
        }
    }

    static func typeName(_ oid: UInt32) -> String {
        if let type = SQLType.of(oid: oid) { return type.familyName }
        return ListedFunction.pseudoTypes.first { $0.oid == oid }.map {
            $0.name == "any" ? "\"any\"" : $0.name
        } ?? (oid == 1263 ? "cstring[]" : "???")
    }

    /// An index as clients see it, with its table.
    private func index(_ oid: UInt32?) -> (table: CatalogTable, key: Relations.Key)? {
        guard let oid, let table = keyTable(oid),
            let key = Relations.keys(table).first(where: { $0.index == oid })
        else { return nil }
        return (table, key)
    }

    /// The table of an index or constraint.
    private func keyTable(_ oid: UInt32) -> CatalogTable? {
        catalog.keyTables[oid].flatMap { catalog.tables[$0] }
    }

    private func builtin(_ oid: UInt32?) -> ScalarFunction? {
        for (name, overloads) in FunctionTable.shared.functions where !Types.isOperator(name) {
            if let found = overloads.first(where: { $0.oid == oid && oid != 0 }) { return found }
        }
        return nil
    }

    // MARK: The server

    private func server(_ function: String, _ arguments: [Datum]) throws -> Datum? {
        switch function {
        case "current_setting":
            guard let name = text(arguments, 0) else { return .null }
            if let value = context.state.setting(name) { return .text(value) }
            if arguments.count > 1, case .bool(true) = arguments[1] { return .null }
            throw SQLError(
                .undefinedObject, "unrecognized configuration parameter \"\(name)\"")
        case "set_config":
            guard let name = text(arguments, 0) else {
                throw SQLError(SQLState("22004"), "SET requires parameter name")
            }
            let local = if case .bool(true)? = arguments.last { true } else { false }
            return .text(
                try context.state.setSetting(name, to: text(arguments, 1) ?? "", local: local))
        case "pg_backend_pid": return .int(Int64(context.state.backendProcessID()))
        case "pg_cancel_backend", "pg_terminate_backend":
            guard case .int(let process)? = arguments.first,
                let id = Int32(exactly: process)
            else { return .null }
            return .bool(
                try context.state.signal(
                    processID: id, terminate: function == "pg_terminate_backend"))
        case "pg_relation_size", "pg_table_size", "pg_total_relation_size":
            guard let oid = oid(arguments, 0) else { return .null }
            guard let table = catalog.tables[oid] else { return .int(0) }
            guard !catalog.rowSecurityApplies(to: table, role: context.role) else { return .null }
            return .int(context.state.tableSize(oid).bytes)
        case "pg_indexes_size": return .int(0)
        case "pg_relation_filenode": return arguments.first ?? .null
        case "pg_database_size":
            guard catalog.isSuperuser(context.role) else {
                throw SQLError(
                    .insufficientPrivilege, "permission denied for database \(catalog.database)")
            }
            return .int(
                catalog.tables.keys.reduce(0) { $0 &+ context.state.tableSize($1).bytes })
        case "pg_tablespace_size":
            let isDefault =
                oid(arguments, 0) == 1663 || text(arguments, 0) == "pg_default"
            return isDefault ? try server("pg_database_size", []) ?? .null : .int(0)
        case "pg_indexam_has_property":
            let known = ["can_order", "can_unique", "can_multi_col", "can_exclude", "can_include"]
            guard oid(arguments, 0) == 403, let name = text(arguments, 1), known.contains(name)
            else { return .null }
            return .bool(true)
        case "pg_index_column_has_property":
            let held = [
                "asc", "nulls_last", "orderable", "returnable", "search_array", "search_nulls",
            ]
            let missing = ["desc", "nulls_first", "distance_orderable"]
            guard let name = text(arguments, 2), held.contains(name) || missing.contains(name)
            else { return .null }
            return .bool(held.contains(name))
        case "pg_tablespace_location": return .text("")
        case "txid_current", "pg_current_xact_id": return .int(Int64(catalog.version))
        case "pg_postmaster_start_time", "pg_conf_load_time":
            return .int(context.state.serverStart())
        case "inet_client_addr":
            let own = context.state.backendProcessID()
            let session = context.state.sessions().first { $0.processID == own }
            return .optional(session?.clientAddress)
        case "pg_sleep":
            guard case .double(let seconds)? = arguments.first, seconds > 0 else {
                return .bool(true)
            }
            let clock = ContinuousClock()
            let end = clock.now + .seconds(min(seconds, 86_400 * 365))
            while clock.now < end {
                try context.checkCancellation()
                Pause.briefly()
            }
            return .bool(true)
        default: return nil
        }
    }
}
