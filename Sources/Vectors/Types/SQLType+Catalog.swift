// What PostgreSQL's pg_type says of each type.

extension SQLType {
    /// The type without modifiers: the key by which overloads are matched.
    package var family: SQLType {
        switch self {
        case .numeric: .decimal
        case .varchar: .varchar(nil)
        case .char: .char(1)
        case .array(let element): .array(element.family)
        default: self
        }
    }

    /// The spelling of `format_type`, with modifiers.
    package var name: String {
        switch self {
        case .numeric(let precision, let scale): "numeric(\(precision),\(scale))"
        case .varchar(let limit?): "character varying(\(limit))"
        case .char(let length): length > 0 ? "character(\(length))" : "character"
        case .array(let element): element.name + "[]"
        default: familyName
        }
    }

    /// The spelling of `format_type` without modifiers, as messages use it.
    package var familyName: String {
        switch self {
        case .boolean: "boolean"
        case .smallint: "smallint"
        case .integer: "integer"
        case .bigint: "bigint"
        case .numeric, .decimal: "numeric"
        case .real: "real"
        case .double: "double precision"
        case .date: "date"
        case .time: "time without time zone"
        case .timestamp: "timestamp without time zone"
        case .timestamptz: "timestamp with time zone"
        case .interval: "interval"
        case .text: "text"
        case .varchar: "character varying"
        case .char: "character"
        case .bytea: "bytea"
        case .uuid: "uuid"
        case .json: "json"
        case .jsonb: "jsonb"
        case .name: "name"
        case .singleChar: "\"char\""
        case .oid: "oid"
        case .regclass: "regclass"
        case .regtype: "regtype"
        case .regproc: "regproc"
        case .regnamespace: "regnamespace"
        case .regrole: "regrole"
        case .int2vector: "int2vector"
        case .oidvector: "oidvector"
        case .array(let element): element.familyName + "[]"
        case .unknown: "unknown"
        case .void: "void"
        case .record: "record"
        case .trigger: "trigger"
        case .anyElement: "anyelement"
        case .anyArray: "anyarray"
        }
    }

    /// PostgreSQL's OID in pg_type.
    package var oid: UInt32 {
        switch self {
        case .boolean: 16
        case .bytea: 17
        case .singleChar: 18
        case .name: 19
        case .bigint: 20
        case .smallint: 21
        case .int2vector: 22
        case .integer: 23
        case .regproc: 24
        case .text: 25
        case .oid: 26
        case .oidvector: 30
        case .json: 114
        case .real: 700
        case .double: 701
        case .unknown: 705
        case .char: 1042
        case .varchar: 1043
        case .date: 1082
        case .time: 1083
        case .timestamp: 1114
        case .timestamptz: 1184
        case .interval: 1186
        case .numeric, .decimal: 1700
        case .regclass: 2205
        case .regtype: 2206
        case .record: 2249
        case .anyArray: 2277
        case .void: 2278
        case .trigger: 2279
        case .anyElement: 2283
        case .uuid: 2950
        case .jsonb: 3802
        case .regnamespace: 4089
        case .regrole: 4096
        case .array(let element): element.arrayOID
        }
    }

    /// The OID of the array over this type; 0 where there is none.
    package var arrayOID: UInt32 {
        switch self {
        case .boolean: 1000
        case .bytea: 1001
        case .singleChar: 1002
        case .name: 1003
        case .smallint: 1005
        case .int2vector: 1006
        case .integer: 1007
        case .regproc: 1008
        case .text: 1009
        case .oidvector: 1013
        case .char: 1014
        case .varchar: 1015
        case .bigint: 1016
        case .real: 1021
        case .double: 1022
        case .oid: 1028
        case .json: 199
        case .date: 1182
        case .time: 1183
        case .timestamp: 1115
        case .timestamptz: 1185
        case .interval: 1187
        case .numeric, .decimal: 1231
        case .regclass: 2210
        case .regtype: 2211
        case .record: 2287
        case .uuid: 2951
        case .jsonb: 3807
        case .regnamespace: 4090
        case .regrole: 4097
        default: 0
        }
    }

    /// typlen: bytes of a fixed-size type, -1 for varlena, -2 for cstring.
    package var size: Int {
        switch self {
        case .boolean, .singleChar: 1
        case .smallint: 2
        case .integer, .real, .date, .oid, .regclass, .regtype, .regproc, .regnamespace, .regrole,
            .void, .trigger, .anyElement:
            4
        case .bigint, .double, .time, .timestamp, .timestamptz: 8
        case .interval, .uuid: 16
        case .name: 64
        case .unknown: -2
        default: -1
        }
    }

    /// atttypmod as the catalog and RowDescription carry it; -1 where the type has no modifier.
    package var typeModifier: Int32 {
        switch self {
        case .numeric(let precision, let scale): Int32(precision << 16 | scale) + 4
        case .varchar(let limit?): Int32(truncatingIfNeeded: limit) + 4
        case .char(let length): length > 0 ? Int32(truncatingIfNeeded: length) + 4 : -1
        case .array(let element): element.typeModifier
        default: -1
        }
    }

    /// Whether the type may limit the digits of seconds, as in `timestamp(3)`. Values are the same;
    /// casts and columns round them.
    package var takesPrecision: Bool {
        switch self {
        case .time, .timestamp, .timestamptz, .interval: true
        default: false
        }
    }

    /// The modifier that stands for so many digits of seconds; an interval's has all its fields.
    package func typeModifier(precision: Int) -> Int32 {
        let digits = Int32(truncatingIfNeeded: precision)
        return self == .interval ? 0x7fff << 16 | digits : digits
    }

    /// The digits of seconds that a modifier stands for; nil where it limits none.
    package func precision(typeModifier: Int32) -> Int? {
        guard takesPrecision, typeModifier >= 0 else { return nil }
        let digits = Int(typeModifier & 0xffff)
        return digits <= 6 ? digits : nil
    }

    /// The spelling of `format_type` with a modifier as the catalog carries it.
    package func name(typeModifier: Int32) -> String {
        if case .array(let element) = self {
            return element.name(typeModifier: typeModifier) + "[]"
        }
        guard takesPrecision else { return applying(typeModifier: typeModifier).name }
        guard let digits = precision(typeModifier: typeModifier) else { return familyName }
        let words = familyName.split(separator: " ", maxSplits: 1)
        return (["\(words[0])(\(digits))"] + words.dropFirst().map(String.init))
            .joined(separator: " ")
    }

    /// This type with the modifier that the catalog's number stands for.
    package func applying(typeModifier: Int32) -> SQLType {
        guard typeModifier >= 4 else { return self }
        let value = Int(typeModifier) - 4
        switch self {
        case .numeric, .decimal:
            let (precision, scale) = (value >> 16, value & 0x7ff)
            guard precision >= 1, precision <= 38, scale <= precision else { return self }
            return .numeric(precision: precision, scale: scale)
        case .varchar: return .varchar(value)
        case .char: return .char(value)
        case .array(let element): return .array(element.applying(typeModifier: typeModifier))
        default: return self
        }
    }

    /// typcategory.
    package var category: Character {
        switch self {
        case .boolean: "B"
        case .smallint, .integer, .bigint, .numeric, .decimal, .real, .double, .oid, .regclass,
            .regtype, .regproc, .regnamespace, .regrole:
            "N"
        case .date, .time, .timestamp, .timestamptz: "D"
        case .interval: "T"
        case .text, .varchar, .char, .name: "S"
        case .singleChar: "Z"
        case .array, .int2vector, .oidvector: "A"
        case .unknown: "X"
        case .void, .record, .trigger, .anyElement, .anyArray: "P"
        case .bytea, .uuid, .json, .jsonb: "U"
        }
    }

    /// typispreferred.
    package var isPreferred: Bool {
        switch self {
        case .boolean, .double, .oid, .text, .timestamptz, .interval: true
        default: false
        }
    }

    /// typname in pg_type.
    package var typname: String {
        switch self {
        case .boolean: "bool"
        case .smallint: "int2"
        case .integer: "int4"
        case .bigint: "int8"
        case .real: "float4"
        case .double: "float8"
        case .time: "time"
        case .timestamp: "timestamp"
        case .timestamptz: "timestamptz"
        case .varchar: "varchar"
        case .char: "bpchar"
        case .singleChar: "char"
        case .array(let element): "_" + element.typname
        default: familyName
        }
    }

    /// The element type of an array type, int2vector and oidvector included.
    package var element: SQLType? {
        switch self {
        case .array(let element): element
        case .int2vector: .smallint
        case .oidvector: .oid
        default: nil
        }
    }

    package var isNumericFamily: Bool {
        switch self {
        case .numeric, .decimal: true
        default: false
        }
    }

    /// text, varchar, char, name and untyped literals: values are UTF-8.
    package var isString: Bool {
        switch self {
        case .text, .varchar, .char, .name, .unknown: true
        default: false
        }
    }

    /// oid and its aliases: int32 in memory, unsigned in meaning.
    package var isObjectID: Bool {
        switch self {
        case .oid, .regclass, .regtype, .regproc, .regnamespace, .regrole: true
        default: false
        }
    }

    /// The fixed-scale form in which an exact number enters decimal arithmetic; nil for others.
    package var asNumeric: SQLType? {
        switch self {
        case .smallint: .numeric(precision: 5, scale: 0)
        case .integer: .numeric(precision: 10, scale: 0)
        case .bigint: .numeric(precision: 19, scale: 0)
        case .numeric, .decimal: self
        default: nil
        }
    }

    /// Every type a column, parameter or cast may have, modifier-free, without arrays and pseudo-types.
    package static let scalars: [SQLType] = [
        .boolean, .smallint, .integer, .bigint, .decimal, .real, .double, .date, .time, .timestamp,
        .timestamptz, .interval, .text, .varchar(nil), .char(1), .bytea, .uuid, .json, .jsonb,
        .name, .singleChar, .oid, .regclass, .regtype, .regproc, .regnamespace, .regrole,
    ]

    private static let byOID: [UInt32: SQLType] = {
        var table: [UInt32: SQLType] = [:]
        for type in scalars + [.record] {
            let plain = type == .char(1) ? SQLType.char(0) : type
            table[type.oid] = plain
            if type.arrayOID != 0 { table[type.arrayOID] = .array(plain) }
        }
        for type in [SQLType.int2vector, .oidvector, .unknown, .void, .trigger, .anyElement,
            .anyArray]
        {
            table[type.oid] = type
        }
        return table
    }()

    /// The type of an OID, as parameters of the wire protocol declare it; nil where unknown.
    package static func of(oid: UInt32) -> SQLType? { byOID[oid] }
}
