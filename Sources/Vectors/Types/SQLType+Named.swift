import Basics

extension SQLType {
    private static let plainNames: [String: SQLType] = [
        "bool": .boolean, "boolean": .boolean,
        "int2": .smallint, "smallint": .smallint, "smallserial": .smallint,
        "int4": .integer, "int": .integer, "integer": .integer, "serial": .integer,
        "int8": .bigint, "bigint": .bigint, "bigserial": .bigint,
        "float4": .real, "real": .real,
        "float8": .double, "double precision": .double,
        "date": .date,
        "text": .text, "bytea": .bytea, "uuid": .uuid, "json": .json, "jsonb": .jsonb,
        "name": .name, "\"char\"": .singleChar,
        "oid": .oid, "regclass": .regclass, "regtype": .regtype, "regproc": .regproc,
        "regprocedure": .regproc, "regoper": .oid, "regoperator": .oid,
        "regnamespace": .regnamespace, "regrole": .regrole,
        "int2vector": .int2vector, "oidvector": .oidvector,
        "void": .void, "record": .record, "trigger": .trigger, "unknown": .unknown,
        "anyelement": .anyElement, "anyarray": .anyArray,
    ]

    private static let datetimeNames: [String: SQLType] = [
        "time": .time, "time without time zone": .time,
        "timestamp": .timestamp, "timestamp without time zone": .timestamp,
        "timestamptz": .timestamptz, "timestamp with time zone": .timestamptz,
        "interval": .interval,
    ]

    /// Types of PostgreSQL that do not exist here.
    private static let unsupportedNames: Set<String> = [
        "aclitem", "bit", "box", "cid", "cidr", "circle", "cstring", "daterange",
        "datemultirange", "gtsvector", "inet", "int4range", "int4multirange", "int8range",
        "int8multirange", "jsonpath", "line", "lseg", "macaddr", "macaddr8", "money", "numrange",
        "nummultirange", "path", "pg_lsn", "pg_snapshot", "point", "polygon", "refcursor",
        "regcollation", "regconfig", "regdictionary", "tid", "timetz",
        "time with time zone", "tsmultirange", "tsquery", "tsrange", "tstzmultirange",
        "tstzrange", "tsvector", "txid_snapshot", "varbit", "bit varying", "xid", "xid8", "xml",
    ]

    /// Whether PostgreSQL has a type of this lower-case name that does not exist here.
    package static func isUnsupported(_ lowerName: String) -> Bool {
        let element = lowerName.first == "_" ? String(lowerName.dropFirst()) : lowerName
        return unsupportedNames.contains(element)
    }

    /// The type of a lower-case name and its parenthesised modifiers; nil where no such type exists.
    ///
    /// `"char"` in double quotes is the one-byte type, without them character(1).
    package static func named(_ lowerName: String, modifiers: [Int]) throws -> SQLType? {
        if let type = plainNames[lowerName] {
            guard modifiers.isEmpty else {
                throw SQLError(
                    .syntaxError, "type modifier is not allowed for type \"\(lowerName)\"")
            }
            return type
        }
        if let type = datetimeNames[lowerName] {
            if let precision = modifiers.first, precision < 0 {
                throw SQLError(
                    .invalidParameterValue,
                    "\(type.typname.uppercased())(\(precision)) precision must not be negative")
            }
            return type
        }
        switch lowerName {
        case "numeric", "decimal", "dec": return try numeric(modifiers)
        case "varchar", "character varying", "char varying", "national character varying",
            "nchar varying":
            guard let limit = try length(modifiers, of: "varchar") else { return .varchar(nil) }
            return .varchar(limit)
        case "char", "character", "nchar", "national character":
            return .char(try length(modifiers, of: "char") ?? 1)
        case "bpchar":
            return .char(try length(modifiers, of: "char") ?? 0)
        case "float": return try float(modifiers)
        default:
            guard lowerName.first == "_", lowerName.count > 1,
                let element = try named(String(lowerName.dropFirst()), modifiers: modifiers)
            else { return nil }
            return .array(element)
        }
    }

    private static func numeric(_ modifiers: [Int]) throws -> SQLType {
        guard let precision = modifiers.first else { return .decimal }
        guard modifiers.count <= 2 else {
            throw SQLError(.invalidParameterValue, "invalid NUMERIC type modifier")
        }
        guard (1...1000).contains(precision) else {
            throw SQLError(
                .invalidParameterValue,
                "NUMERIC precision \(precision) must be between 1 and 1000")
        }
        let scale = modifiers.count == 2 ? modifiers[1] : 0
        guard (-1000...1000).contains(scale) else {
            throw SQLError(
                .invalidParameterValue,
                "NUMERIC scale \(scale) must be between -1000 and 1000")
        }
        guard precision <= 38 else { throw SQLError.unsupported("numeric precision above 38") }
        guard scale >= 0, scale <= precision else {
            throw SQLError.unsupported("numeric scale outside 0 to its precision")
        }
        return .numeric(precision: precision, scale: scale)
    }

    private static func length(_ modifiers: [Int], of name: String) throws -> Int? {
        guard let length = modifiers.first else { return nil }
        guard modifiers.count == 1 else {
            throw SQLError(.invalidParameterValue, "invalid type modifier")
        }
        guard length >= 1 else {
            throw SQLError(
                .invalidParameterValue, "length for type \(name) must be at least 1")
        }
        guard length <= 10_485_760 else {
            throw SQLError(
                .invalidParameterValue, "length for type \(name) cannot exceed 10485760")
        }
        return length
    }

    private static func float(_ modifiers: [Int]) throws -> SQLType {
        guard let bits = modifiers.first else { return .double }
        guard bits >= 1 else {
            throw SQLError(
                .invalidParameterValue, "precision for type float must be at least 1 bit")
        }
        guard bits <= 53 else {
            throw SQLError(
                .invalidParameterValue, "precision for type float must be less than 54 bits")
        }
        return bits <= 24 ? .real : .double
    }
}
