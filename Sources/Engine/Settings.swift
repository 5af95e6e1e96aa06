import Basics
import Catalog
import Vectors

/// A session's settings: what SET, SHOW and start-up parameters reach.
///
/// Values are kept as SHOW prints them. `SET LOCAL` and settings of a transaction that rolls back are
/// undone by restoring a copy.
package struct Settings: Sendable {
    package struct Definition: Sendable {
        let name: String
        let initial: String
        let kind: String
        let isReadOnly: Bool
        let isReported: Bool
        /// What a number counts, the numbers that may be, and the words of an enum.
        let unit: Unit?
        let range: ClosedRange<Double>?
        let choices: [String]
        let summary: String

        init(
            _ name: String, _ initial: String, kind: String = "string", readOnly: Bool = false,
            reported: Bool = false, unit: Unit? = nil, range: ClosedRange<Double>? = nil,
            choices: [String] = [], _ summary: String
        ) {
            self.unit = unit
            self.range = range
            self.choices = choices
            self.name = name
            self.initial = initial
            self.kind = kind
            isReadOnly = readOnly
            isReported = reported
            self.summary = summary
        }
    }

    static let serverVersion = "15.8"

    /// In the order of SHOW ALL.
    static let definitions: [Definition] =
        (ownDefinitions + withoutEffect).sorted { $0.name.lowercased() < $1.name.lowercased() }

    private static let ownDefinitions: [Definition] = [
        Definition("application_name", "", reported: true, "Name that the client gives itself."),
        Definition("bytea_output", "hex", kind: "enum", "Text form of bytea."),
        Definition(
            "check_function_bodies", "on", kind: "bool", "Accepted from restore scripts; unused."),
        Definition(
            "client_encoding", "UTF8", reported: true, "Encoding of text to and from the client."),
        Definition("client_min_messages", "notice", kind: "enum", "Least severe message sent."),
        Definition(
            "DateStyle", "ISO, MDY", reported: true, "Display of dates, and order of ambiguous input."
        ),
        Definition(
            "default_table_access_method", "heap", "Accepted from restore scripts; unused."),
        Definition("default_tablespace", "", "Accepted from restore scripts; unused."),
        Definition(
            "default_transaction_deferrable", "off", kind: "bool",
            "Whether new transactions are deferrable; makes no difference."),
        Definition(
            "default_transaction_isolation", "read committed", kind: "enum",
            "Isolation of new transactions."),
        Definition(
            "default_transaction_read_only", "off", kind: "bool",
            "Whether new transactions may not write."),
        Definition(
            "extra_float_digits", "1", kind: "integer", "Digits of floating-point numbers."),
        Definition(
            "escape_string_warning", "on", kind: "bool", "Accepted; unused."),
        Definition(
            "idle_in_transaction_session_timeout", "0", kind: "integer", unit: .milliseconds,
            range: 0...Double(Int32.max),
            "Milliseconds an open transaction may idle; accepted, not enforced."),
        Definition(
            "integer_datetimes", "on", kind: "bool", readOnly: true, reported: true,
            "Times are 64-bit integers."),
        Definition(
            "IntervalStyle", "postgres", kind: "enum", reported: true, "Display of intervals."),
        Definition(
            "is_superuser", "off", kind: "bool", readOnly: true, reported: true,
            "Whether the current user is a superuser."),
        Definition("lc_collate", "C", readOnly: true, "Collation order."),
        Definition("lc_ctype", "C.UTF-8", readOnly: true, "Character classes."),
        Definition("jit", "off", kind: "bool", "Compiling queries; accepted, unused."),
        Definition("lc_messages", "C", "Language of messages."),
        Definition("lc_monetary", "C", "Form of currency; accepted, unused."),
        Definition("lc_numeric", "C", "Form of numbers; accepted, unused."),
        Definition("lc_time", "C", "Form of dates; accepted, unused."),
        Definition(
            "lock_timeout", "0", kind: "integer", unit: .milliseconds,
            range: 0...Double(Int32.max), "Milliseconds to wait for a lock."),
        Definition(
            "max_identifier_length", "63", kind: "integer", readOnly: true,
            "Longest identifier in bytes."),
        Definition("max_index_keys", "32", kind: "integer", readOnly: true, "Columns of a key."),
        Definition(
            "password_encryption", "scram-sha-256", kind: "enum", readOnly: true,
            "How passwords are kept."),
        Definition("role", "none", "The role set by SET ROLE."),
        Definition(
            "row_security", "on", kind: "bool",
            "Off: fail instead of filtering rows by policies."),
        Definition("search_path", "\"$user\", public", "Schemas searched for plain names."),
        Definition(
            "server_encoding", "UTF8", readOnly: true, reported: true, "Encoding of the database."),
        Definition(
            "server_version", serverVersion, readOnly: true, reported: true,
            "PostgreSQL version spoken."),
        Definition(
            "server_version_num", "150008", kind: "integer", readOnly: true,
            "The same as a number."),
        Definition(
            "session_authorization", "", readOnly: true, reported: true, "The session's user."),
        Definition(
            "standard_conforming_strings", "on", kind: "bool", reported: true,
            "Backslashes are plain in '…'."),
        Definition(
            "statement_timeout", "0", kind: "integer", unit: .milliseconds,
            range: 0...Double(Int32.max),
            "Milliseconds a statement may run; 0 is no limit."),
        Definition(
            "synchronize_seqscans", "on", kind: "bool", "Accepted from restore scripts; unused."),
        Definition(
            "temp_file_limit", "64GB", kind: "integer", unit: .kilobytes,
            range: -1...Double(Int32.max),
            "Disk that one query may use for temporary files; beyond it fails with 53400."),
        Definition("TimeZone", "Etc/UTC", reported: true, "Zone of timestamptz display."),
        Definition(
            "transaction_deferrable", "off", kind: "bool",
            "Whether the open transaction is deferrable; makes no difference."),
        Definition(
            "transaction_isolation", "read committed", kind: "enum",
            "Isolation of the open transaction."),
        Definition(
            "transaction_read_only", "off", kind: "bool",
            "Whether the open transaction may not write."),
        Definition(
            "work_mem", "1GB", kind: "integer", unit: .kilobytes, range: 64...Double(Int32.max),
            "Memory of one query; beyond it sorts and groups go to disk, and others fail with 53200."),
        Definition("xmloption", "content", kind: "enum", "Accepted from restore scripts; unused."),
    ]

    private static let byName: [String: Definition] = Dictionary(
        uniqueKeysWithValues: definitions.map { ($0.name.lowercased(), $0) })

    private var values: [String: String] = [:] { didSet { update() } }
    /// Settings with a dot in their name, which belong to applications.
    private var custom: [String: String] = [:]
    private var initialOverrides: [String: String] = [:] { didSet { update() } }
    /// The schemas of search_path, unquoted.
    private(set) var searchPath = Settings.schemas(byName["search_path"]?.initial ?? "")

    package init() {}

    static func definition(_ name: String) -> Definition? { byName[name.lowercased()] }

    package func value(_ name: String) -> String? {
        let key = name.lowercased()
        if let definition = Self.byName[key] {
            return values[key] ?? initialOverrides[key] ?? definition.initial
        }
        return custom[key]
    }

    /// Sets a value, checked; nil is DEFAULT. Returns what SHOW prints afterwards.
    @discardableResult
    package mutating func set(_ name: String, _ value: String?) throws -> String {
        let key = name.lowercased()
        guard let definition = Self.byName[key] else {
            guard key.contains(".") else {
                throw SQLError(
                    .undefinedObject, "unrecognized configuration parameter \"\(name)\"")
            }
            custom[key] = value ?? ""
            return value ?? ""
        }
        if definition.isReadOnly {
            throw SQLError(
                SQLState("55P02"), "parameter \"\(definition.name)\" cannot be changed")
        }
        guard let value else {
            values[key] = nil
            return self.value(key) ?? ""
        }
        let shown = try Self.normalized(definition, value)
        values[key] = shown
        return shown
    }

    /// What start-up parameters and the role's own settings make the default.
    mutating func setInitial(_ name: String, _ value: String) throws {
        let key = name.lowercased()
        guard let definition = Self.byName[key] else {
            if key.contains(".") { custom[key] = value }
            return
        }
        initialOverrides[key] = definition.isReadOnly ? value : try Self.normalized(definition, value)
    }

    mutating func resetAll() { values = [:] }

    private static func normalized(_ definition: Definition, _ value: String) throws -> String {
        let invalid = SQLError(
            .invalidParameterValue,
            "invalid value for parameter \"\(definition.name)\": \"\(value)\"")
        switch definition.name {
        case "TimeZone":
            guard let zone = try? TimeZoneRules.named(value) else { throw invalid }
            return zone.name
        case "client_encoding":
            let plain = value.uppercased().filter { $0.isLetter || $0.isNumber }
            guard ["UTF8", "UNICODE", "SQLASCII"].contains(plain) else {
                throw SQLError(
                    .featureNotSupported, "conversion between \(value) and UTF8 is not supported")
            }
            return "UTF8"
        case "DateStyle":
            let words = value.lowercased().split(whereSeparator: { $0 == "," || $0 == " " })
            for word in words
            where !["iso", "mdy", "ymd", "dmy", "us", "default"].contains(String(word)) {
                throw SQLError.unsupported("DateStyle \(value)")
            }
            return "ISO, MDY"
        case "IntervalStyle":
            guard value.lowercased() == "postgres" else {
                throw SQLError.unsupported("IntervalStyle \(value)")
            }
            return "postgres"
        case "bytea_output":
            guard value.lowercased() == "hex" else {
                throw SQLError.unsupported("bytea_output \(value)")
            }
            return "hex"
        case "default_transaction_isolation", "transaction_isolation":
            let level = value.lowercased()
            guard
                ["serializable", "repeatable read", "read committed", "read uncommitted"]
                    .contains(level)
            else { throw invalid }
            return level
        default:
            return try checked(definition, value)
        }
    }

    /// A value of a setting without rules of its own.
    private static func checked(_ definition: Definition, _ value: String) throws -> String {
        switch definition.kind {
        case "bool":
            switch value.lowercased() {
            case "on", "true", "yes", "1", "t", "y": return "on"
            case "off", "false", "no", "0", "f", "n": return "off"
            default:
                throw SQLError(
                    .invalidParameterValue,
                    "parameter \"\(definition.name)\" requires a Boolean value")
            }
        case "integer":
            let number = Int64(try number(definition, value))
            return definition.unit?.shown(number) ?? "\(number)"
        case "real": return plain(try number(definition, value))
        case "enum" where !definition.choices.isEmpty:
            guard definition.choices.contains(value.lowercased()) else {
                throw SQLError(
                    .invalidParameterValue,
                    "invalid value for parameter \"\(definition.name)\": \"\(value)\"",
                    hint: "Available values: \(definition.choices.joined(separator: ", ")).")
            }
            return value.lowercased()
        default: return value
        }
    }

    /// A number in its setting's own unit.
    private func amount(_ name: String) -> Int? {
        guard let definition = Self.definition(name), let text = value(name),
            let number = try? Self.number(definition, text)
        else { return nil }
        return Int(number)
    }

    var statementTimeoutMilliseconds: Int { amount("statement_timeout") ?? 0 }
    var workMemoryBytes: Int { (amount("work_mem") ?? 1 << 20) << 10 }

    /// Bytes that a query may write to temporary files; -1 stands for any number.
    var temporaryFileBytes: Int {
        guard let kilobytes = amount("temp_file_limit"), kilobytes >= 0 else { return Int.max / 2 }
        return kilobytes << 10
    }

    private static func schemas(_ path: String) -> [String] {
        path.split(separator: ",").map { part in
            let word = part.trimmingPrefix(while: { $0 == " " })
            let text = String(word.reversed().drop(while: { $0 == " " }).reversed())
            if text.hasPrefix("\""), text.hasSuffix("\""), text.count >= 2 {
                return String(text.dropFirst().dropLast())
            }
            return text.lowercased()
        }.filter { !$0.isEmpty }
    }

    private mutating func update() { searchPath = Self.schemas(value("search_path") ?? "") }

    /// All settings in order, for SHOW ALL and pg_settings.
    package var all: [SystemSetting] {
        Self.definitions.map { definition in
            SystemSetting(
                name: definition.name, value: value(definition.name) ?? "",
                description: definition.summary, kind: definition.kind,
                context: definition.isReadOnly ? "internal" : "user",
                defaultValue: definition.initial)
        }
    }

    /// Names and values that ParameterStatus reports.
    var reported: [(String, String)] {
        Self.definitions.filter(\.isReported).map { ($0.name, value($0.name) ?? "") }
    }
}
