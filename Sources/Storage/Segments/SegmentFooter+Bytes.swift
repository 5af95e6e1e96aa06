import Basics
import Encodings
import Vectors

/// The byte table is in `Storage/FORMAT.md`. On disk, never change.
extension SegmentFooter {
    func write(to out: inout ByteWriter) {
        out.integer(SegmentFormat.version)
        out.integer(UInt32(truncatingIfNeeded: rowCount))
        out.integer(UInt32(truncatingIfNeeded: columns.count))
        for (column, stored) in zip(columns, stored) {
            out.integer(column.id)
            TypeCode.write(column.type, to: &out)
            Self.write(stored, to: &out)
        }
        out.integer(UInt32(truncatingIfNeeded: sortKey.count))
        for (index, id) in sortKey.enumerated() {
            out.integer(id)
            DatumCode.write(sortKeyFirst[index], to: &out)
            DatumCode.write(sortKeyLast[index], to: &out)
        }
        out.integer(UInt8(keys == nil ? 0 : 1))
        if let keys {
            Self.write(keys.hashes, to: &out)
            Self.write(keys.rows, to: &out)
            Self.write(keys.filter, to: &out)
        }
    }

    private static func write(_ body: StoredBody, to out: inout ByteWriter) {
        out.integer(UInt64(truncatingIfNeeded: body.offset))
        out.integer(UInt64(truncatingIfNeeded: body.storedBytes))
        out.integer(UInt64(truncatingIfNeeded: body.bodyBytes))
        out.integer(body.codec.rawValue)
        out.integer(body.checksum)
    }

    private static func write(_ column: StoredColumn, to out: inout ByteWriter) {
        out.integer(UInt8(column.dictionary == nil ? 0 : 1))
        if let dictionary = column.dictionary { write(dictionary, to: &out) }
        for (chunk, zone) in zip(column.chunks, column.zones) {
            write(chunk, to: &out)
            out.integer(UInt32(truncatingIfNeeded: zone.nullCount))
            out.integer(UInt8(zone.isExact ? 1 : 0))
            DatumCode.write(zone.min, to: &out)
            DatumCode.write(zone.max, to: &out)
        }
    }

    /// Reads untrusted bytes.
    ///
    /// - Parameter dataEnd: bytes before it may be bodies.
    init(_ bytes: UnsafeRawBufferPointer, dataEnd: Int) throws {
        do {
            try self.init(reading: bytes, dataEnd: dataEnd)
        } catch is ByteReaderError {
            throw SegmentFormat.damage("footer cut short")
        }
    }

    private init(reading bytes: UnsafeRawBufferPointer, dataEnd: Int) throws {
        var from = ByteReader(bytes)
        let version = try from.integer(UInt32.self)
        guard version == SegmentFormat.version else {
            throw SQLError(
                .featureNotSupported, "segment format version \(version) is not supported")
        }
        rowCount = Int(try from.integer(UInt32.self))
        let count = Int(try from.integer(UInt32.self))
        // A column takes at least 5 bytes: no allocation beyond what the footer can hold.
        guard rowCount <= SegmentWriter.rowsMax, count <= from.remaining / 5 else {
            throw SegmentFormat.damage("counts out of range")
        }
        columns = []
        stored = []
        index = [:]
        for place in 0..<count {
            let id = try from.integer(UInt32.self)
            let type = try TypeCode.read(&from)
            guard index.updateValue(place, forKey: id) == nil else {
                throw SegmentFormat.damage("column \(id) occurs twice")
            }
            columns.append(SegmentColumn(id: id, type: type))
            stored.append(
                try Self.column(&from, rows: rowCount, type.physical, dataEnd: dataEnd))
        }
        let keyCount = Int(try from.integer(UInt32.self))
        guard keyCount <= count else { throw SegmentFormat.damage("sort key") }
        sortKey = []
        sortKeyFirst = []
        sortKeyLast = []
        for _ in 0..<keyCount {
            let id = try from.integer(UInt32.self)
            guard let place = index[id] else { throw SegmentFormat.damage("sort key") }
            let physical = columns[place].type.physical
            let first = try DatumCode.read(&from)
            let last = try DatumCode.read(&from)
            guard DatumCode.fits(first, physical), DatumCode.fits(last, physical) else {
                throw SegmentFormat.damage("sort key")
            }
            sortKey.append(id)
            sortKeyFirst.append(first)
            sortKeyLast.append(last)
        }
        switch try from.integer(UInt8.self) {
        case 0: keys = nil
        case 1:
            keys = StoredKeys(
                hashes: try Self.column(&from, rows: rowCount, .int64, dataEnd: dataEnd),
                rows: try Self.column(&from, rows: rowCount, .int32, dataEnd: dataEnd),
                filter: try Self.body(&from, dataEnd: dataEnd))
        case let flag: throw SegmentFormat.damage("key flag \(flag)")
        }
        guard from.isAtEnd else { throw SegmentFormat.damage("footer too long") }
    }

    private static func body(_ from: inout ByteReader, dataEnd: Int) throws -> StoredBody {
        let offset = Int(exactly: try from.integer(UInt64.self))
        let storedBytes = Int(exactly: try from.integer(UInt64.self))
        let bodyBytes = Int(exactly: try from.integer(UInt64.self))
        let codec = ChunkCodec(rawValue: try from.integer(UInt8.self))
        let checksum = try from.integer(UInt32.self)
        guard let offset, let storedBytes, let bodyBytes, let codec,
            offset >= SegmentFormat.headerBytes, offset <= dataEnd,
            storedBytes <= dataEnd - offset, bodyBytes <= ChunkCodec.bodyBytesMax
        else { throw SegmentFormat.damage("body outside the file") }
        return StoredBody(
            offset: offset, storedBytes: storedBytes, bodyBytes: bodyBytes, codec: codec,
            checksum: checksum)
    }

    private static func column(
        _ from: inout ByteReader, rows: Int, _ physical: PhysicalType, dataEnd: Int
    ) throws -> StoredColumn {
        var dictionary: StoredBody?
        switch try from.integer(UInt8.self) {
        case 0: break
        case 1: dictionary = try body(&from, dataEnd: dataEnd)
        case let flag: throw SegmentFormat.damage("dictionary flag \(flag)")
        }
        var chunks: [StoredBody] = []
        var zones: [ChunkZone] = []
        for chunk in 0..<chunkCount(rows: rows) {
            chunks.append(try body(&from, dataEnd: dataEnd))
            let rowCount = SegmentFooter.rows(inChunk: chunk, of: rows)
            let nullCount = Int(try from.integer(UInt32.self))
            let isExact = try from.integer(UInt8.self)
            let min = try DatumCode.read(&from)
            let max = try DatumCode.read(&from)
            guard nullCount <= rowCount, isExact <= 1, min.isNull == max.isNull,
                DatumCode.fits(min, physical), DatumCode.fits(max, physical)
            else { throw SegmentFormat.damage("zone") }
            zones.append(
                ChunkZone(
                    rowCount: rowCount, nullCount: nullCount, min: min, max: max,
                    isExact: isExact == 1))
        }
        return StoredColumn(
            dictionary: dictionary, chunks: chunks, zones: zones, bounds: ZoneBounds.merge(zones))
    }
}
