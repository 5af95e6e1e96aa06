import Basics
import Vectors

/// Bytes of table specs, segment entries and row numbers in log and manifest. On disk, never
/// change.
enum SpecCodec {
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
            TypeCode.write(column.type, to: &out)
            DatumCode.write(column.initial, to: &out)
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
            let type = try TypeCode.read(&reader)
            columns.append(ColumnSpec(id: column, type: type, initial: try DatumCode.read(&reader)))
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
