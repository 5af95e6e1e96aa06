import Encodings
import Vectors

/// A stored column: the catalog's number for it, and its type.
package struct SegmentColumn: Sendable, Equatable {
    package var id: UInt32
    package var type: SQLType
    package init(id: UInt32, type: SQLType) {
        self.id = id
        self.type = type
    }
}

/// Where a body lies in the file, and how it is wrapped.
struct StoredBody: Sendable, Equatable {
    var offset: Int
    /// Bytes in the file.
    var storedBytes: Int
    /// Bytes once the codec is undone.
    var bodyBytes: Int
    var codec: ChunkCodec
    /// CRC-32C of the bytes in the file.
    var checksum: UInt32
}

/// The bodies and zones of one column.
struct StoredColumn: Sendable {
    let dictionary: StoredBody?
    let chunks: [StoredBody]
    let zones: [ChunkZone]
    /// Over all chunks; not stored.
    let bounds: ChunkZone
    /// The zones again as numbers; not stored.
    let integers: IntegerZones

    init(
        dictionary: StoredBody?, chunks: [StoredBody], zones: [ChunkZone], bounds: ChunkZone
    ) {
        self.dictionary = dictionary
        self.chunks = chunks
        self.zones = zones
        self.bounds = bounds
        integers = IntegerZones(chunks: zones.map { IntegerZone($0) }, whole: IntegerZone(bounds))
    }
}

/// The key run: hashes ascending and their rows, as two columns, and a Bloom filter.
struct StoredKeys: Sendable {
    var hashes: StoredColumn
    var rows: StoredColumn
    var filter: StoredBody
}

/// The decoded footer.
package struct SegmentFooter: Sendable {
    package var rowCount: Int
    package var columns: [SegmentColumn]
    /// Place of a column id in `columns`.
    package var index: [UInt32: Int]
    /// The sort key's columns, most significant first.
    package var sortKey: [UInt32]
    /// The sort key of the first row, one datum a column.
    package var sortKeyFirst: [Datum]
    /// The sort key of the last row.
    package var sortKeyLast: [Datum]
    var stored: [StoredColumn]
    var keys: StoredKeys?

    /// Chunks of a column of that many rows.
    static func chunkCount(rows: Int) -> Int {
        (rows + ColumnChunk.rowsMax - 1) / ColumnChunk.rowsMax
    }

    /// Rows of one of the chunks.
    static func rows(inChunk chunk: Int, of rows: Int) -> Int {
        min(ColumnChunk.rowsMax, rows - chunk * ColumnChunk.rowsMax)
    }
}
