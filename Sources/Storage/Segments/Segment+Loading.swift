import Basics
import CKernels
import Encodings
import Vectors

extension Segment {
    /// Places in the cache that are not columns.
    static let hashPlace: Int32 = -1
    static let rowPlace: Int32 = -2
    static let filterPlace: Int32 = -3

    /// Reads a body, compares its checksum and undoes its codec.
    func load(_ body: StoredBody, _ what: @autoclosure () -> String) throws -> AlignedBytes {
        let stored = try AlignedBytes(count: body.storedBytes) {
            try source.read(offset: body.offset, into: $0)
        }
        guard stored.withBytes({ sh_crc32c(0, $0.baseAddress, $0.count) }) == body.checksum else {
            throw SegmentFormat.damage("checksum of \(what())")
        }
        guard body.codec != .none else {
            guard stored.count == body.bodyBytes else {
                throw SegmentFormat.damage("size of \(what())")
            }
            return stored
        }
        return try stored.withBytes { try body.codec.unwrap($0, bodyBytes: body.bodyBytes) }
    }

    func chunk(
        _ column: StoredColumn, type: SQLType, place: Int32, index: Int
    ) throws -> ColumnChunk {
        guard index >= 0, index < column.chunks.count else {
            throw SQLError(.internalError, "segment has no chunk \(index)")
        }
        let key = ChunkCache.Key(segment: id, column: place, chunk: Int32(index))
        if case .chunk(let chunk)? = cache.find(key) { return chunk }
        let dictionary = try dictionary(column, type: type, place: place)
        let chunk = try readChunk(column, type: type, index: index, dictionary, place: place)
        cache.insert(key, .chunk(chunk))
        return chunk
    }

    func dictionary(
        _ column: StoredColumn, type: SQLType, place: Int32
    ) throws -> SegmentDictionary? {
        guard let body = column.dictionary else { return nil }
        let key = ChunkCache.Key(segment: id, column: place, chunk: -1)
        if case .dictionary(let dictionary)? = cache.find(key) { return dictionary }
        let bytes = try load(body, "dictionary of \(name(place))")
        let dictionary = try SegmentDictionary.open(bytes, type: type)
        cache.insert(key, .dictionary(dictionary))
        return dictionary
    }

    /// Reads a chunk around the cache and compares it with its zone.
    func readChunk(
        _ column: StoredColumn, type: SQLType, index: Int, _ dictionary: SegmentDictionary?,
        place: Int32
    ) throws -> ColumnChunk {
        let bytes = try load(column.chunks[index], "chunk \(index) of \(name(place))")
        let chunk = try ColumnChunk.open(bytes, type: type, dictionary: dictionary)
        let zone = column.zones[index]
        guard chunk.count == zone.rowCount, chunk.nullCount == zone.nullCount else {
            throw SegmentFormat.damage("row count of chunk \(index) of \(name(place))")
        }
        return chunk
    }

    /// How a place is called in messages.
    func name(_ place: Int32) -> String {
        switch place {
        case Self.hashPlace: "key hashes"
        case Self.rowPlace: "key rows"
        case Self.filterPlace: "key filter"
        default: "column \(columns[Int(place)].id)"
        }
    }
}
