import Basics
import Vectors

/// Constants of the file; the byte table is in `Storage/FORMAT.md`. On disk, never change.
enum SegmentFormat {
    /// "SHSEGMT1".
    static let magic: [UInt8] = [0x53, 0x48, 0x53, 0x45, 0x47, 0x4D, 0x54, 0x31]
    /// "SHSEGEND".
    static let endMagic: [UInt8] = [0x53, 0x48, 0x53, 0x45, 0x47, 0x45, 0x4E, 0x44]
    static let version: UInt32 = 1
    static let headerBytes = 16
    static let trailerBytes = 24
    static let footerBytesMax = 1 << 28

    static func damage(_ what: String) -> SQLError {
        SQLError(.dataCorrupted, "damaged segment: \(what)")
    }
}

/// Types as bytes: a tag, then parameters. Tags are on disk, never change.
enum TypeCode {
    private static let simple: [(UInt8, SQLType)] = [
        (1, .boolean), (2, .smallint), (3, .integer), (4, .bigint), (6, .decimal), (7, .real),
        (8, .double), (9, .date), (10, .time), (11, .timestamp), (12, .timestamptz),
        (13, .interval), (14, .text), (17, .bytea), (18, .uuid), (19, .json), (20, .jsonb),
        (21, .name), (22, .singleChar), (23, .oid), (24, .regclass), (25, .regtype),
        (26, .regproc), (27, .regnamespace), (28, .regrole), (29, .int2vector), (30, .oidvector),
        (32, .unknown), (33, .void), (34, .record), (35, .trigger), (36, .anyElement),
        (37, .anyArray),
    ]

    static func write(_ type: SQLType, to out: inout ByteWriter) {
        switch type {
        case .numeric(let precision, let scale):
            out.integer(UInt8(5))
            out.integer(UInt8(truncatingIfNeeded: precision))
            out.integer(UInt8(truncatingIfNeeded: scale))
        case .varchar(let limit):
            out.integer(UInt8(15))
            out.integer(Int32(truncatingIfNeeded: limit ?? -1))
        case .char(let count):
            out.integer(UInt8(16))
            out.integer(Int32(truncatingIfNeeded: count))
        case .array(let element):
            out.integer(UInt8(31))
            write(element, to: &out)
        default: out.integer(simple.first { $0.1 == type }?.0 ?? 32)
        }
    }

    static func read(_ from: inout ByteReader, depth: Int = 0) throws -> SQLType {
        let tag = try from.integer(UInt8.self)
        switch tag {
        case 5:
            let precision = Int(try from.integer(UInt8.self))
            let scale = Int(try from.integer(UInt8.self))
            guard (1...38).contains(precision), scale <= precision else { break }
            return .numeric(precision: precision, scale: scale)
        case 15:
            let limit = try from.integer(Int32.self)
            return .varchar(limit < 0 ? nil : Int(limit))
        case 16: return .char(Int(try from.integer(Int32.self)))
        case 31 where depth < 4: return .array(try read(&from, depth: depth + 1))
        default:
            if let type = simple.first(where: { $0.0 == tag })?.1 { return type }
        }
        throw SegmentFormat.damage("unknown type \(tag)")
    }
}

/// Single values as bytes: a tag, then the value. Tags are on disk, never change.
enum DatumCode {
    static func write(_ datum: Datum, to out: inout ByteWriter) {
        switch datum {
        case .null: out.integer(UInt8(0))
        case .bool(let value):
            out.integer(UInt8(1))
            out.integer(UInt8(value ? 1 : 0))
        case .int(let value):
            out.integer(UInt8(2))
            out.integer(value)
        case .int128(let value):
            out.integer(UInt8(3))
            out.integer(value)
        case .double(let value):
            out.integer(UInt8(4))
            out.integer(value.bitPattern)
        case .bytes(let value):
            out.integer(UInt8(5))
            out.integer(UInt32(truncatingIfNeeded: value.count))
            out.append(value)
        case .uuid(let value):
            out.integer(UInt8(6))
            out.integer(value.high)
            out.integer(value.low)
        case .interval(let value):
            out.integer(UInt8(7))
            out.integer(value.microseconds)
            out.integer(value.days)
            out.integer(value.months)
        case .decimal(let value):
            out.integer(UInt8(8))
            out.integer(value.mantissa)
            out.integer(value.scale)
            out.integer(UInt8(value.isNaN ? 1 : 0))
        }
    }

    static func read(_ from: inout ByteReader) throws -> Datum {
        let tag = try from.integer(UInt8.self)
        switch tag {
        case 0: return .null
        case 1: return .bool(try from.integer(UInt8.self) != 0)
        case 2: return .int(try from.integer())
        case 3: return .int128(try from.integer())
        case 4: return .double(Double(bitPattern: try from.integer()))
        case 5:
            let count = Int(try from.integer(UInt32.self))
            return .bytes(Array(try from.slice(count)))
        case 6:
            let high: UInt64 = try from.integer()
            return .uuid(UUIDBytes(high: high, low: try from.integer()))
        case 7:
            let microseconds: Int64 = try from.integer()
            let days: Int32 = try from.integer()
            return .interval(
                Interval(months: try from.integer(), days: days, microseconds: microseconds))
        case 8:
            let mantissa: Int128 = try from.integer()
            let scale: Int16 = try from.integer()
            let isNaN = try from.integer(UInt8.self) != 0
            guard (0...38).contains(scale) else { break }
            return .decimal(Decimal(mantissa: mantissa, scale: Int(scale), isNaN: isNaN))
        default: break
        }
        throw SegmentFormat.damage("unknown value \(tag)")
    }

    /// Whether a bound can be of that type.
    static func fits(_ datum: Datum, _ physical: PhysicalType) -> Bool {
        switch (datum, physical) {
        case (.null, _), (.bool, .bool), (.int, .int16), (.int, .int32), (.int, .int64),
            (.int128, .int128), (.double, .float32), (.double, .float64), (.bytes, .bytes),
            (.uuid, .uuid), (.interval, .interval), (.decimal, .decimal):
            true
        default: false
        }
    }

    /// A row of a vector.
    static func datum(_ vector: Vector, _ row: Int) -> Datum {
        guard !vector.isNull(row) else { return .null }
        switch vector.physical {
        case .bool: return .bool(vector.pointer(UInt8.self)[row] != 0)
        case .int16: return .int(Int64(vector.pointer(Int16.self)[row]))
        case .int32: return .int(Int64(vector.pointer(Int32.self)[row]))
        case .int64: return .int(vector.pointer(Int64.self)[row])
        case .int128: return .int128(vector.pointer(Int128.self)[row])
        case .float32: return .double(Double(vector.pointer(Float.self)[row]))
        case .float64: return .double(vector.pointer(Double.self)[row])
        case .bytes: return .bytes(Array(vector.pointer(StringView.self)[row].buffer))
        case .uuid: return .uuid(vector.pointer(UUIDBytes.self)[row])
        case .interval: return .interval(vector.pointer(Interval.self)[row])
        case .decimal: return .decimal(vector.pointer(Decimal.self)[row])
        }
    }
}
