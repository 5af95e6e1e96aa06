import Basics

extension FunctionRegistry {
    mutating func addSystem() {
        addSequences()
        addSession()
        addCatalog()
        addPrivileges()
        addSizes()
    }

    /// A function that only the catalog can answer; without one it gives NULL.
    private mutating func catalog(
        _ name: String, _ arguments: [SQLType], _ result: SQLType,
        volatility: Volatility = .stable, isStrict: Bool = true
    ) {
        add(name, arguments, result, isStrict: isStrict, volatility: volatility) {
            context, a, n, type in
            try Kernels.datums(a, n, type, strict: isStrict) { values in
                try context.catalog?.call(name, values) ?? .null
            }
        }
    }

    private mutating func addSequences() {
        catalog("nextval", [.regclass], .bigint, volatility: .volatile)
        catalog("currval", [.regclass], .bigint, volatility: .volatile)
        catalog("lastval", [], .bigint, volatility: .volatile)
        catalog("setval", [.regclass, .bigint], .bigint, volatility: .volatile)
        catalog("setval", [.regclass, .bigint, .boolean], .bigint, volatility: .volatile)
        catalog("pg_sequence_last_value", [.regclass], .bigint, volatility: .volatile)
        catalog("storehouse_sequence_value", [.oid], .bigint, volatility: .volatile)
        catalog("storehouse_sequence_is_called", [.oid], .boolean, volatility: .volatile)
        // Whether a row is in a sample: its place, the size of blocks as a power of two, the share
        // in percent, the seed.
        add("storehouse_sample", [.bigint, .bigint, .double, .double], .boolean) {
            _, a, n, type in
            try Kernels.rows(a, n, type) { row, out in
                let percent = a[2].value(Double.self, row)
                guard percent >= 0, percent <= 100 else {
                    throw SQLError(
                        SQLState("2202H"), "sample percentage must be between 0 and 100")
                }
                let place = a[0].value(Int64.self, row) >> (a[1].value(Int64.self, row) & 63)
                let seed = a[3].value(Double.self, row).bitPattern
                // The finisher of splitmix64 scatters neighbouring places.
                var hash = UInt64(bitPattern: place) &* 0x9E37_79B9_7F4A_7C15 &+ seed
                hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
                hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
                hash ^= hash >> 31
                let unit = Double(hash >> 11) * 0x1p-53
                out.pointer(UInt8.self)[row] = unit * 100 < percent ? 1 : 0
            }
        }
    }

    private mutating func session(
        _ name: String, _ type: SQLType, _ value: @escaping @Sendable (EvaluationContext) -> Datum
    ) {
        add(name, [], type, volatility: .stable) { context, _, n, _ in
            .constant(value(context), type, count: n)
        }
    }

    private mutating func addSession() {
        session("version", .text) { _ in
            .text("PostgreSQL 15.0 (Storehouse) on x86_64-pc-linux-gnu, 64-bit")
        }
        for name in ["current_user", "user", "current_role"] {
            session(name, .name) { .text($0.currentUser) }
        }
        session("session_user", .name) { .text($0.sessionUser) }
        for name in ["current_database", "current_catalog"] {
            session(name, .name) { .text($0.database) }
        }
        session("current_schema", .name) { $0.searchPath.first.map { .text($0) } ?? .null }
        add("current_schemas", [.boolean], .array(.name), volatility: .stable) {
            context, a, n, type in
            try Kernels.strings(a, n, type) { row, arena in
                let implicit = a[0].value(UInt8.self, row) != 0 ? ["pg_catalog"] : []
                return ArrayValue(
                    .name, (implicit + context.searchPath).map { Datum.text($0) }
                ).encoded.withUnsafeBufferPointer { arena.copy($0) }
            }
        }
        session("pg_is_in_recovery", .boolean) { _ in .bool(false) }
        catalog("pg_my_temp_schema", [], .oid)
        catalog("pg_is_other_temp_schema", [.oid], .boolean)
        session("inet_server_addr", .text) { _ in .null }
        catalog("inet_client_addr", [], .text)
        session("getdatabaseencoding", .name) { _ in .text("UTF8") }
        session("pg_jit_available", .boolean) { _ in .bool(false) }
        session("pg_trigger_depth", .integer) { _ in .int(0) }
        add("pg_encoding_max_length", [.integer], .integer) { _, a, n, type in
            Kernels.map(a[0], n, type) { (x: Int32) -> Int32 in x == 6 ? 4 : 1 }
        }
        session("inet_server_port", .integer) { _ in .null }
        session("inet_client_port", .integer) { _ in .null }
        catalog("pg_backend_pid", [], .integer)
        catalog("txid_current", [], .bigint)
        // Transactions have no numbers until they commit.
        session("txid_current_if_assigned", .bigint) { _ in .null }
        session("pg_current_xact_id_if_assigned", .bigint) { _ in .null }
        catalog("pg_current_xact_id", [], .bigint)
        catalog("pg_postmaster_start_time", [], .timestamptz)
        catalog("pg_conf_load_time", [], .timestamptz)
        catalog("current_setting", [.text], .text)
        catalog("current_setting", [.text, .boolean], .text)
        catalog(
            "set_config", [.text, .text, .boolean], .text, volatility: .volatile, isStrict: false)
        catalog("pg_cancel_backend", [.integer], .boolean, volatility: .volatile)
        catalog("pg_terminate_backend", [.integer], .boolean, volatility: .volatile)
        catalog("pg_sleep", [.double], .void, volatility: .volatile)
        addAdvisoryLocks()
    }

    private mutating func addAdvisoryLocks() {
        catalog("pg_advisory_unlock_all", [], .void, volatility: .volatile)
        for mode in ["", "_shared"] {
            for key in [[SQLType.bigint], [.integer, .integer]] {
                for scope in ["", "xact_"] {
                    catalog(
                        "pg_advisory_\(scope)lock\(mode)", key, .void, volatility: .volatile)
                    catalog(
                        "pg_try_advisory_\(scope)lock\(mode)", key, .boolean,
                        volatility: .volatile)
                }
                catalog("pg_advisory_unlock\(mode)", key, .boolean, volatility: .volatile)
            }
        }
    }

    private mutating func addCatalog() {
        let pseudoTypes: [UInt32: String] = [
            1263: "cstring[]", 2275: "cstring", 2276: "\"any\"", 2281: "internal",
        ]
        add("format_type", [.oid, .integer], .text, isStrict: false, volatility: .stable) {
            context, a, n, type in
            try Self.everyRow(n, type) { row, arena in
                if a[0].isNull(row) { return nil }
                let oid = a[0].value(UInt32.self, row)
                if oid == 0 { return arena.copy("-") }
                guard let known = SQLType.of(oid: oid) else {
                    return arena.copy(pseudoTypes[oid] ?? "???")
                }
                let modifier = a[1].isNull(row) ? -1 : a[1].value(Int32.self, row)
                return arena.copy(
                    modifier >= 0 ? known.name(typeModifier: modifier) : known.familyName)
            }
        }
        catalog("pg_get_expr", [.text, .oid], .text)
        catalog("pg_get_expr", [.text, .oid, .boolean], .text)
        for name in [
            "pg_get_viewdef", "pg_get_constraintdef", "pg_get_indexdef",
            "pg_get_ruledef", "pg_get_triggerdef",
        ] {
            catalog(name, [.oid], .text)
            catalog(name, [.oid, .boolean], .text)
        }
        catalog("pg_get_viewdef", [.text], .text)
        catalog("pg_describe_object", [.oid, .oid, .integer], .text)
        catalog("pg_get_indexdef", [.oid, .integer, .boolean], .text)
        catalog("pg_get_partkeydef", [.oid], .text)
        catalog("pg_get_partition_constraintdef", [.oid], .text)
        catalog("pg_get_function_arg_default", [.oid, .integer], .text)
        catalog("pg_index_column_has_property", [.regclass, .integer, .text], .boolean)
        catalog("pg_indexam_has_property", [.oid, .text], .boolean)
        catalog("pg_get_statisticsobjdef_columns", [.oid], .text)
        for name in [
            "pg_get_functiondef", "pg_get_function_arguments", "pg_get_function_result",
            "pg_get_function_identity_arguments", "pg_get_function_sqlbody",
        ] {
            catalog(name, [.oid], .text)
        }
        catalog("pg_get_userbyid", [.oid], .name)
        for name in [
            "pg_table_is_visible", "pg_type_is_visible", "pg_function_is_visible",
            "pg_operator_is_visible", "pg_opclass_is_visible", "pg_collation_is_visible",
            "pg_conversion_is_visible", "pg_ts_config_is_visible", "pg_relation_is_publishable",
            "pg_statistics_obj_is_visible", "pg_opfamily_is_visible", "pg_ts_dict_is_visible",
            "pg_ts_parser_is_visible", "pg_ts_template_is_visible",
        ] {
            catalog(name, [.oid], .boolean)
        }
        catalog("obj_description", [.oid], .text)
        catalog("obj_description", [.oid, .name], .text)
        catalog("shobj_description", [.oid, .name], .text)
        catalog("col_description", [.oid, .integer], .text)
        for (name, type) in [
            ("to_regclass", SQLType.regclass), ("to_regtype", .regtype),
            ("to_regproc", .regproc), ("to_regnamespace", .regnamespace), ("to_regrole", .regrole),
        ] {
            catalog(name, [.text], type)
        }
        catalog("pg_get_serial_sequence", [.text, .text], .text)
        catalog("parse_ident", [.text], .array(.text), volatility: .immutable)
        catalog("parse_ident", [.text, .boolean], .array(.text), volatility: .immutable)
        catalog("pg_column_is_updatable", [.regclass, .smallint, .boolean], .boolean)
        catalog("pg_relation_is_updatable", [.regclass, .boolean], .integer)
        add("pg_encoding_to_char", [.integer], .name, volatility: .stable) { _, a, n, type in
            try Kernels.strings(a, n, type) { row, arena in
                switch a[0].value(Int32.self, row) {
                case 0: arena.copy("SQL_ASCII")
                case 6: arena.copy("UTF8")
                default: arena.copy("")
                }
            }
        }
        add("pg_char_to_encoding", [.name], .integer, volatility: .stable) { _, a, n, type in
            Kernels.map(a[0], n, type) { (x: StringView) -> Int32 in
                ["utf8", "utf-8", "unicode"].contains(x.string.lowercased()) ? 6 : -1
            }
        }
        session("pg_client_encoding", .name) { _ in .text("UTF8") }
        add("pg_typeof", [.anyElement], .regtype, isStrict: false, volatility: .stable) {
            _, a, n, type in
            .constant(.int(Int64(a[0].type.oid)), type, count: n)
        }
    }

    private mutating func addPrivileges() {
        let objects: [(String, [SQLType])] = [
            ("has_table_privilege", [.text, .oid]), ("has_schema_privilege", [.text, .oid]),
            ("has_database_privilege", [.text, .oid]), ("has_function_privilege", [.text, .oid]),
            ("has_sequence_privilege", [.text, .oid]), ("has_tablespace_privilege", [.text, .oid]),
            ("has_type_privilege", [.text, .oid]), ("has_any_column_privilege", [.text, .oid]),
            ("pg_has_role", [.name, .oid]),
        ]
        for (name, forms) in objects {
            for object in forms {
                catalog(name, [object, .text], .boolean)
                for user in [SQLType.name, .oid] {
                    catalog(name, [user, object, .text], .boolean)
                }
            }
        }
        for table in [SQLType.text, .oid] {
            for column in [SQLType.text, .smallint] {
                catalog("has_column_privilege", [table, column, .text], .boolean)
                catalog("has_column_privilege", [.name, table, column, .text], .boolean)
            }
        }
        catalog("row_security_active", [.oid], .boolean)
        catalog("row_security_active", [.text], .boolean)
    }

    private mutating func addSizes() {
        for name in [
            "pg_relation_size", "pg_table_size", "pg_total_relation_size",
            "pg_indexes_size",
        ] {
            catalog(name, [.regclass], .bigint)
        }
        catalog("pg_relation_size", [.regclass, .text], .bigint)
        catalog("pg_relation_filenode", [.regclass], .oid)
        catalog("pg_database_size", [.name], .bigint)
        catalog("pg_database_size", [.oid], .bigint)
        catalog("pg_tablespace_location", [.oid], .text)
        catalog("pg_tablespace_size", [.oid], .bigint)
        catalog("pg_tablespace_size", [.name], .bigint)
        add("pg_size_bytes", [.text], .bigint) { _, a, n, type in
            try Kernels.tryMap(a[0], n, type) { (x: StringView) -> Int64 in
                try SizeText.bytes(x.string)
            }
        }
        text("pg_size_pretty", [.bigint]) { a, row, arena in
            arena.copy(SizeText.pretty(a[0].value(Int64.self, row)))
        }
        text("pg_size_pretty", [.decimal]) { a, row, arena in
            let datum = Self.element(a[0], row)
            guard case .decimal(let value) = datum, !value.isNaN else { return nil }
            var whole = value.mantissa
            for _ in 0..<max(0, Int(value.scale)) { whole /= 10 }
            guard whole.magnitude >= 10 * 1024 else {
                return arena.copy((TextFormat.string(datum, .decimal) ?? "") + " bytes")
            }
            return arena.copy(SizeText.pretty(Int64(clamping: whole)))
        }
        add("pg_column_size", [.anyElement], .integer, volatility: .stable) { _, a, n, type in
            Kernels.rows(a, n, type) { row, out in
                out.pointer(Int32.self)[row] =
                    a[0].physical == .bytes
                    ? Int32(truncatingIfNeeded: a[0].view(row).count + 1)
                    : Int32(a[0].physical.stride)
            }
        }
    }
}

/// Byte counts for people.
enum SizeText {
    /// The bytes that a size such as `1.5 GB` names.
    static func bytes(_ text: String) throws -> Int64 {
        func invalid(_ unit: String?) -> SQLError {
            SQLError(
                .invalidParameterValue, "invalid size: \"\(text)\"",
                detail: unit.map { "Invalid size unit: \"\($0)\"." },
                hint: unit.map { _ in
                    "Valid units are \"bytes\", \"B\", \"kB\", \"MB\", \"GB\", \"TB\", and \"PB\"."
                })
        }
        let trimmed = Array(text.utf8.drop { TextParse.isSpace($0) })
        var at = 0
        func skipDigits() { while at < trimmed.count, trimmed[at] &- 0x30 <= 9 { at += 1 } }
        if at < trimmed.count, trimmed[at] == 0x2B || trimmed[at] == 0x2D { at += 1 }
        let digitsStart = at
        skipDigits()
        var digits = at - digitsStart
        if at < trimmed.count, trimmed[at] == 0x2E {
            at += 1
            let start = at
            skipDigits()
            digits += at - start
        }
        guard digits > 0 else { throw invalid(nil) }
        // An exponent counts only where digits follow.
        if at < trimmed.count, trimmed[at] | 0x20 == 0x65 {
            let back = at
            at += 1
            if at < trimmed.count, trimmed[at] == 0x2B || trimmed[at] == 0x2D { at += 1 }
            let start = at
            skipDigits()
            if at == start { at = back }
        }
        var value = try Decimal.parse(String(decoding: trimmed[..<at], as: UTF8.self))
        let unit = String(
            decoding: trimmed[at...].drop { TextParse.isSpace($0) }
                .reversed().drop { TextParse.isSpace($0) }.reversed(), as: UTF8.self)
        let units = ["bytes": 0, "b": 0, "": 0, "kb": 10, "mb": 20, "gb": 30, "tb": 40, "pb": 50]
        guard let shift = units[unit.lowercased()] else { throw invalid(unit) }
        value = try Decimal.multiply(value, Decimal(mantissa: 1 << Int128(shift), scale: 0))
        guard let bytes = Int64(exactly: try value.rounded(places: 0).mantissa) else {
            throw SQLError(.numericValueOutOfRange, "bigint out of range")
        }
        return bytes
    }

    /// As PostgreSQL rounds: the unit changes at 10 times the next one's, halves away from zero.
    static func pretty(_ bytes: Int64) -> String {
        let units: [(String, Int64)] = [
            ("bytes", 10 * 1024), ("kB", 20 * 1024 - 1), ("MB", 20 * 1024 - 1),
            ("GB", 20 * 1024 - 1), ("TB", 20 * 1024 - 1), ("PB", 20 * 1024 - 1),
        ]
        var size = bytes
        for (index, (name, limit)) in units.enumerated() {
            if size.magnitude < limit.magnitude || index == units.count - 1 {
                let halved =
                    index == 0 ? size : (size + (size < 0 ? -1 : 1)) / 2
                return "\(halved) \(name)"
            }
            // One bit more than the unit is kept for rounding.
            size = size >> (index == 0 ? 9 : 10)
        }
        return "\(size)"
    }
}
