import Basics
import Vectors

/// Bytes of types, values and table specs in log and manifest. On disk, never change.
enum SpecCodec {
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
            out.integer(UInt8(clamping: precision))
            out.integer(UInt8(clamping: scale))
        case .varchar(let length):
            out.integer(UInt8(15))
            out.integer(Int32(clamping: length ?? -1))
        case .char(let length):
            out.integer(UInt8(16))
            out.integer(Int32(clamping: length))
        case .array(let element):
            out.integer(UInt8(31))
            write(element, to: &out)
        default:
            out.integer(simple.first { $0.1 == type }?.0 ?? 32)
        }
    }

    static func readType(_ reader: inout ByteReader, depth: Int = 0) throws -> SQLType {
        let at = reader.offset
        let code = try reader.integer(UInt8.self)
        switch code {
        case 5:
            let precision = Int(try reader.integer(UInt8.self))
            let scale = Int(try reader.integer(UInt8.self))
            guard (1...38).contains(precision), scale <= precision else {
                throw ByteReaderError.malformed("precision", offset: at)
            }
            return .numeric(precision: precision, scale: scale)
        case 15:
            let length = Int(try reader.integer(Int32.self))
            return .varchar(length < 0 ? nil : length)
        case 16: return .char(Int(try reader.integer(Int32.self)))
        case 31:
            guard depth < 4 else { throw ByteReaderError.malformed("nested array", offset: at) }
            return .array(try readType(&reader, depth: depth + 1))
        default:
            guard let type = simple.first(where: { $0.0 == code })?.1 else {
                throw ByteReaderError.malformed("type \(code)", offset: at)
            }
            return type
        }
    }

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
        case .bytes(let bytes):
            out.integer(UInt8(5))
            write(bytes, to: &out)
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

    static func readDatum(_ reader: inout ByteReader) throws -> Datum {
        let at = reader.offset
        switch try reader.integer(UInt8.self) {
        case 0: return .null
        case 1: return .bool(try reader.integer(UInt8.self) != 0)
        case 2: return .int(try reader.integer())
        case 3: return .int128(try reader.integer())
        case 4: return .double(Double(bitPattern: try reader.integer()))
        case 5: return .bytes(try readBytes(&reader))
        case 6: return .uuid(UUIDBytes(high: try reader.integer(), low: try reader.integer()))
        case 7:
            let microseconds = try reader.integer(Int64.self)
            let days = try reader.integer(Int32.self)
            return .interval(
                Interval(
                    months: try reader.integer(Int32.self), days: days,
                    microseconds: microseconds))
        case 8:
            let mantissa = try reader.integer(Int128.self)
            let scale = Int(try reader.integer(Int16.self))
            return .decimal(
                Decimal(
                    mantissa: mantissa, scale: scale,
                    isNaN: try reader.integer(UInt8.self) != 0))
        default: throw ByteReaderError.malformed("value", offset: at)
        }
    }

    static func write(_ bytes: [UInt8], to out: inout ByteWriter) {
        out.integer(UInt32(truncatingIfNeeded: bytes.count))
        out.append(bytes)
    }

    static func readBytes(_ reader: inout ByteReader) throws -> [UInt8] {
        let count = Int(try reader.integer(UInt32.self))
        return Array(try reader.slice(count))
    }

    static func write(ids: [UInt32], to out: inout ByteWriter) {
        out.integer(UInt32(truncatingIfNeeded: ids.count))
        for id in ids { out.integer(id) }
    }

    static func readIDs(_ reader: inout ByteReader) throws -> [UInt32] {
        let count = Int(try reader.integer(UInt32.self))
        let raw = try reader.slice(count * 4)
        return (0..<count).map {
            UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self))
        }
    }

    static func write(_ spec: TableSpec, to out: inout ByteWriter) {
        out.integer(spec.id)
        out.integer(UInt32(truncatingIfNeeded: spec.columns.count))
        for column in spec.columns {
            out.integer(column.id)
            write(column.type, to: &out)
            write(column.initial, to: &out)
        }
        write(ids: spec.sortKey, to: &out)
        write(ids: spec.primaryKey, to: &out)
    }

    static func readSpec(_ reader: inout ByteReader) throws -> TableSpec {
        let at = reader.offset
        let id = try reader.integer(UInt32.self)
        let count = Int(try reader.integer(UInt32.self))
        guard count <= reader.remaining else { throw ByteReaderError.truncated(offset: at) }
        var columns: [ColumnSpec] = []
        for _ in 0..<count {
            let column = try reader.integer(UInt32.self)
            let type = try readType(&reader)
            columns.append(ColumnSpec(id: column, type: type, initial: try readDatum(&reader)))
        }
        let spec = TableSpec(
            id: id, columns: columns, sortKey: try readIDs(&reader),
            primaryKey: try readIDs(&reader))
        guard Set(columns.map(\.id)).count == count,
            (spec.sortKey + spec.primaryKey).allSatisfy({ spec.index(of: $0) != nil })
        else { throw ByteReaderError.malformed("table", offset: at) }
        return spec
    }

    static func write(_ entry: SegmentEntry, to out: inout ByteWriter) {
        out.integer(entry.fragment)
        out.integer(entry.file)
        out.integer(entry.tier.rawValue)
        out.integer(entry.run)
        out.integer(UInt32(truncatingIfNeeded: entry.rowCount))
        out.integer(UInt64(entry.byteCount))
        out.integer(entry.footerChecksum)
    }

    static func readEntry(_ reader: inout ByteReader) throws -> SegmentEntry {
        let at = reader.offset
        let fragment = try reader.integer(UInt32.self)
        let file = try reader.integer(UInt64.self)
        guard let tier = Tier(rawValue: try reader.integer()) else {
            throw ByteReaderError.malformed("tier", offset: at)
        }
        let run = try reader.integer(UInt32.self)
        let rows = Int(try reader.integer(UInt32.self))
        guard let bytes = Int(exactly: try reader.integer(UInt64.self)) else {
            throw ByteReaderError.malformed("size", offset: at)
        }
        return SegmentEntry(
            fragment: fragment, file: file, tier: tier, run: run, rowCount: rows,
            byteCount: bytes, footerChecksum: try reader.integer())
    }

    /// Ascending row numbers as gaps of 1–5 bytes, seven bits each, lowest first.
    static func write(rows: [Int], to out: inout ByteWriter) {
        out.integer(UInt32(truncatingIfNeeded: rows.count))
        var previous = -1
        for row in rows {
            var gap = UInt32(truncatingIfNeeded: row - previous - 1)
            previous = row
            while gap >= 128 {
                out.bytes.append(UInt8(truncatingIfNeeded: gap) | 128)
                gap >>= 7
            }
            out.bytes.append(UInt8(truncatingIfNeeded: gap))
        }
    }

    static func readRows(_ reader: inout ByteReader) throws -> [Int] {
        let at = reader.offset
        let count = Int(try reader.integer(UInt32.self))
        guard count <= reader.remaining else { throw ByteReaderError.truncated(offset: at) }
        var rows: [Int] = []
        rows.reserveCapacity(count)
        var next = 0
        for _ in 0..<count {
            var gap = 0
            var shift = 0
            while true {
                let byte = try reader.integer(UInt8.self)
                gap |= Int(byte & 127) << shift
                if byte < 128 { break }
                shift += 7
                if shift > 28 { throw ByteReaderError.malformed("row number", offset: at) }
            }
            next += gap
            guard next <= Int(UInt32.max) else {
                throw ByteReaderError.malformed("row number", offset: at)
            }
            rows.append(next)
            next += 1
        }
        return rows
    }
}
