import Vectors

/// Functions that return a set of rows: what they take and which columns come out.
struct SetFunction: Sendable {
    let parameters: [SQLType]
    /// Column names and types for the actual arguments; a name of nil is the function's.
    let columns: @Sendable ([SQLType]) -> [(name: String?, type: SQLType)]

    private init(
        _ parameters: [SQLType],
        _ columns: @escaping @Sendable ([SQLType]) -> [(name: String?, type: SQLType)]
    ) {
        self.parameters = parameters
        self.columns = columns
    }

    private static func one(_ parameters: [SQLType], _ type: SQLType) -> SetFunction {
        SetFunction(parameters) { _ in [(nil, type)] }
    }

    static func overloads(_ name: String) -> [SetFunction]? { byName[name] }

    /// Stands for a function that returns one value: a row of its argument.
    static let oneRow = "(one row)"

    /// Functions whose columns a column definition list says.
    static let records: Set<String> = [
        "json_to_record", "jsonb_to_record", "json_to_recordset", "jsonb_to_recordset",
    ]
    static var names: [String] { byName.keys.sorted() }

    private static func optionalFlags(_ count: Int, _ type: SQLType) -> [SetFunction] {
        let texts = [SQLType](repeating: .text, count: count)
        return [one(texts, type), one(texts + [.text], type)]
    }

    private static func each(_ document: SQLType, _ value: SQLType) -> [SetFunction] {
        [SetFunction([document]) { _ in [("key", .text), ("value", value)] }]
    }

    private static func elements(_ document: SQLType, _ value: SQLType) -> [SetFunction] {
        [SetFunction([document]) { _ in [("value", value)] }]
    }

    private static let byName: [String: [SetFunction]] = [
        "generate_series": [
            one([.integer, .integer], .integer), one([.integer, .integer, .integer], .integer),
            one([.bigint, .bigint], .bigint), one([.bigint, .bigint, .bigint], .bigint),
            one([.decimal, .decimal], .decimal), one([.decimal, .decimal, .decimal], .decimal),
            one([.timestamp, .timestamp, .interval], .timestamp),
            one([.timestamptz, .timestamptz, .interval], .timestamptz),
        ],
        "generate_subscripts": [
            one([.anyArray, .integer], .integer), one([.anyArray, .integer, .boolean], .integer),
        ],
        "unnest": [SetFunction([.anyArray]) { [(nil, $0.first?.element ?? .text)] }],
        "regexp_matches": optionalFlags(2, .array(.text)),
        "regexp_split_to_table": optionalFlags(2, .text),
        "string_to_table": optionalFlags(2, .text),
        "json_array_elements": elements(.json, .json),
        "json_array_elements_text": elements(.json, .text),
        "jsonb_array_elements": elements(.jsonb, .jsonb),
        "jsonb_array_elements_text": elements(.jsonb, .text),
        "json_object_keys": [one([.json], .text)],
        "jsonb_object_keys": [one([.jsonb], .text)],
        "json_each": each(.json, .json), "json_each_text": each(.json, .text),
        "jsonb_each": each(.jsonb, .jsonb), "jsonb_each_text": each(.jsonb, .text),
        "json_to_record": [one([.json], .record)], "jsonb_to_record": [one([.jsonb], .record)],
        "json_to_recordset": [one([.json], .record)],
        "jsonb_to_recordset": [one([.jsonb], .record)],
        "_pg_expandarray": [
            SetFunction([.anyArray]) { [("x", $0.first?.element ?? .text), ("n", .integer)] }
        ],
        "pg_get_keywords": [
            SetFunction([]) { _ in
                [
                    ("word", .text), ("catcode", .singleChar), ("barelabel", .boolean),
                    ("catdesc", .text), ("baredesc", .text),
                ]
            }
        ],
        "pg_partition_tree": [
            SetFunction([.regclass]) { _ in
                [
                    ("relid", .regclass), ("parentrelid", .regclass), ("isleaf", .boolean),
                    ("level", .integer),
                ]
            }
        ],
        "pg_options_to_table": [
            SetFunction([.array(.text)]) { _ in
                [("option_name", .text), ("option_value", .text)]
            }
        ],
        "aclexplode": [
            SetFunction([.array(.text)]) { _ in
                [
                    ("grantor", .oid), ("grantee", .oid), ("privilege_type", .text),
                    ("is_grantable", .boolean),
                ]
            }
        ],
    ]
}
