/// A SQL type as the planner and the clients see it.
///
/// How values of each type lie in memory is told by `physical`.
package indirect enum SQLType: Hashable, Sendable {
    case boolean, smallint, integer, bigint
    /// Exact decimal of a fixed scale: the stored integer is value × 10^scale.
    /// precision 1…38, scale 0…precision. Arithmetic derives precision and scale of its result, so
    /// that the displayed digits equal PostgreSQL's.
    case numeric(precision: Int, scale: Int)
    /// Exact decimal whose scale differs by row: quotients, averages, `numeric` without modifiers.
    case decimal
    case real, double
    case date, time, timestamp, timestamptz, interval
    case text
    case varchar(Int?)
    /// Blank-padded character(n).
    case char(Int)
    case bytea, uuid, json, jsonb
    /// Catalog types: name (text of ≤ 63 bytes), "char", oid and its aliases (physically int32,
    /// unsigned), int2vector and oidvector as arrays with their own OIDs.
    case name, singleChar, oid, regclass, regtype, regproc, regnamespace, regrole
    case int2vector, oidvector
    case array(SQLType)
    /// An untyped literal or parameter, before resolution; NULL where it stays so.
    case unknown
    case void, record, trigger
    /// Polymorphic pseudo-types, in function signatures only.
    case anyElement, anyArray
}

/// How a vector's values lie in memory.
package enum PhysicalType: UInt8, Sendable {
    // Raw values are on disk, never change.
    /// UInt8, 0 or 1.
    case bool = 0
    case int16 = 1, int32 = 2, int64 = 3, int128 = 4
    case float32 = 5, float64 = 6
    /// `StringView`, 16 bytes: text, bytea, json; arrays in PostgreSQL's binary array format.
    case bytes = 7
    /// 16 bytes in network order (`UUIDBytes`).
    case uuid = 8
    /// `Interval`, 16 bytes.
    case interval = 9
    /// `Decimal`, 32 bytes.
    case decimal = 10

    package var stride: Int {
        switch self {
        case .bool: 1
        case .int16: 2
        case .int32, .float32: 4
        case .int64, .float64: 8
        case .int128, .bytes, .uuid, .interval: 16
        case .decimal: 32
        }
    }
}

extension SQLType {
    package var physical: PhysicalType {
        switch self {
        case .boolean: .bool
        case .smallint: .int16
        case .integer, .date, .oid, .regclass, .regtype, .regproc, .regnamespace, .regrole: .int32
        case .bigint, .time, .timestamp, .timestamptz: .int64
        case .numeric(let precision, _): precision <= 18 ? .int64 : .int128
        case .decimal: .decimal
        case .real: .float32
        case .double: .float64
        case .interval: .interval
        case .uuid: .uuid
        case .void: .bool
        case .text, .varchar, .char, .bytea, .json, .jsonb, .name, .singleChar, .array, .unknown,
            .record, .trigger, .int2vector, .oidvector, .anyElement, .anyArray:
            .bytes
        }
    }
}
