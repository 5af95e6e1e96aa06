import Basics

/// Settings of PostgreSQL that scripts and tools set, and that change nothing here: they are
/// checked and shown, so that `SET` and `SHOW` go on.
extension Settings {
    static let withoutEffect: [Definition] = {
        let summary = "Accepted and shown; makes no difference here."
        var found = [
            "enable_async_append", "enable_bitmapscan", "enable_gathermerge", "enable_hashagg",
            "enable_hashjoin", "enable_incremental_sort", "enable_indexonlyscan",
            "enable_indexscan", "enable_material", "enable_memoize", "enable_mergejoin",
            "enable_nestloop", "enable_parallel_append", "enable_parallel_hash",
            "enable_partition_pruning", "enable_seqscan", "enable_sort", "enable_tidscan", "geqo",
            "jit_expressions", "jit_tuple_deforming", "parallel_leader_participation",
        ].map { Definition($0, "on", kind: "bool", summary) }
        found += ["enable_partitionwise_aggregate", "enable_partitionwise_join"].map {
            Definition($0, "off", kind: "bool", summary)
        }
        found += [
            ("cpu_index_tuple_cost", "0.005"), ("cpu_operator_cost", "0.0025"),
            ("cpu_tuple_cost", "0.01"), ("parallel_setup_cost", "1000"),
            ("parallel_tuple_cost", "0.1"), ("random_page_cost", "4"), ("seq_page_cost", "1"),
        ].map {
            Definition(
                $0.0, $0.1, kind: "real", range: 0...Double.greatestFiniteMagnitude, summary)
        }
        found.append(
            Definition("cursor_tuple_fraction", "0.1", kind: "real", range: 0...1, summary))
        let most = Double(Int32.max)
        found += [
            ("default_statistics_target", "100", 1...10000),
            ("effective_io_concurrency", "1", 0...1000),
            ("from_collapse_limit", "8", 1...most), ("geqo_effort", "5", 1...10),
            ("geqo_threshold", "12", 2...most), ("jit_above_cost", "100000", -1...most),
            ("jit_inline_above_cost", "500000", -1...most),
            ("jit_optimize_above_cost", "500000", -1...most),
            ("join_collapse_limit", "8", 1...most),
            ("max_parallel_maintenance_workers", "2", 0...1024),
            ("max_parallel_workers", "8", 0...1024),
            ("max_parallel_workers_per_gather", "2", 0...1024),
        ].map { Definition($0.0, $0.1, kind: "integer", range: $0.2, summary) }
        found += [
            Definition(
                "effective_cache_size", "4GB", kind: "integer", unit: .blocks, range: 1...most,
                summary),
            Definition(
                "maintenance_work_mem", "64MB", kind: "integer", unit: .kilobytes,
                range: 1024...most, summary),
            Definition(
                "min_parallel_index_scan_size", "512kB", kind: "integer", unit: .blocks,
                range: 0...715_827_882, summary),
            Definition(
                "min_parallel_table_scan_size", "8MB", kind: "integer", unit: .blocks,
                range: 0...715_827_882, summary),
            Definition(
                "temp_buffers", "8MB", kind: "integer", unit: .blocks, range: 100...1_073_741_823,
                summary),
            Definition(
                "deadlock_timeout", "1s", kind: "integer", unit: .milliseconds, range: 1...most,
                summary),
            Definition(
                "log_min_duration_statement", "-1", kind: "integer", unit: .milliseconds,
                range: -1...most, summary),
        ]
        found += [
            ("constraint_exclusion", "partition", ["on", "off", "partition"]),
            ("force_parallel_mode", "off", ["off", "on", "regress"]),
            ("log_min_error_statement", "error", []), ("log_min_messages", "warning", []),
            ("log_statement", "none", ["none", "ddl", "mod", "all"]),
            ("plan_cache_mode", "auto", ["auto", "force_generic_plan", "force_custom_plan"]),
            ("session_replication_role", "origin", ["origin", "replica", "local"]),
            ("synchronous_commit", "on", ["on", "off", "local", "remote_write", "remote_apply"]),
        ].map { Definition($0.0, $0.1, kind: "enum", choices: $0.2, summary) }
        return found
    }()

    /// What a number of a setting counts.
    enum Unit: Sendable {
        case milliseconds, kilobytes, blocks

        /// Names and sizes in the setting's own unit, largest first.
        var names: [(name: String, size: Double)] {
            switch self {
            case .milliseconds:
                [
                    ("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1000), ("ms", 1),
                    ("us", 0.001),
                ]
            case .kilobytes:
                [
                    ("TB", 1_073_741_824), ("GB", 1_048_576), ("MB", 1024), ("kB", 1),
                    ("B", 1.0 / 1024),
                ]
            case .blocks:
                [
                    ("TB", 134_217_728), ("GB", 131_072), ("MB", 128), ("kB", 0.125),
                    ("B", 1.0 / 8192),
                ]
            }
        }

        var hint: String {
            switch self {
            case .milliseconds:
                "Valid units for this parameter are "
                    + "\"us\", \"ms\", \"s\", \"min\", \"h\", and \"d\"."
            default:
                "Valid units for this parameter are \"B\", \"kB\", \"MB\", \"GB\", and \"TB\"."
            }
        }

        /// The unit that messages about ranges name.
        var base: String {
            switch self {
            case .milliseconds: " ms"
            case .kilobytes: " kB"
            case .blocks: " 8kB"
            }
        }

        /// A number as SHOW prints it: in the largest unit that divides it.
        func shown(_ value: Int64) -> String {
            guard value > 0 else { return "\(value)" }
            for (name, size) in names where size >= 1 && value % Int64(size) == 0 {
                return "\(value / Int64(size))\(name)"
            }
            let kilobytes = value * 8
            return "\(kilobytes)kB"
        }
    }

    /// A number of a setting in its own unit, checked; whole ones are rounded as PostgreSQL does.
    static func number(_ definition: Definition, _ text: String) throws -> Double {
        func invalid(_ hint: String?) -> SQLError {
            SQLError(
                .invalidParameterValue,
                "invalid value for parameter \"\(definition.name)\": \"\(text)\"", hint: hint)
        }
        let trimmed = text.drop { $0.isWhitespace }
        let digits = trimmed.prefix { "0123456789.+-".contains($0) }
        var rest = trimmed[digits.endIndex...]
        var spelled = String(digits)
        // An exponent, not the beginning of a unit.
        if let mark = rest.first, mark == "e" || mark == "E" {
            let exponent = rest.dropFirst().prefix { "0123456789+-".contains($0) }
            if !exponent.isEmpty {
                spelled += "e" + exponent
                rest = rest[exponent.endIndex...]
            }
        }
        guard var value = Double(spelled), value.isFinite else { throw invalid(nil) }
        let unit = String(rest.filter { !$0.isWhitespace })
        if !unit.isEmpty {
            guard let size = definition.unit?.names.first(where: { $0.name == unit })?.size else {
                throw invalid(definition.unit?.hint)
            }
            value *= size
        }
        if definition.kind == "integer" {
            value = value.rounded(.toNearestOrEven)
            guard value <= Double(Int32.max), value >= Double(Int32.min) else {
                throw invalid("Value exceeds integer range.")
            }
        }
        if let range = definition.range, !range.contains(value) {
            let base = definition.unit?.base ?? ""
            let isWhole = definition.kind == "integer"
            func shown(_ value: Double) -> String {
                isWhole ? "\(Int64(value))" : Self.plain(value)
            }
            throw SQLError(
                .invalidParameterValue,
                "\(shown(value))\(base) is outside the valid range for parameter "
                    + "\"\(definition.name)\" (\(shown(range.lowerBound)) .. "
                    + "\(shown(range.upperBound)))")
        }
        return value
    }

    /// A real number as SHOW prints it.
    static func plain(_ value: Double) -> String {
        if value == value.rounded(), abs(value) < 1e15 { return "\(Int64(value))" }
        return value == .greatestFiniteMagnitude ? "1.79769e+308" : "\(value)"
    }
}
