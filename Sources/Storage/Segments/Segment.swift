import Basics
import CKernels
import Encodings
import Vectors

/// Where a segment's bytes are read from: a file, or memory in tests.
package protocol SegmentSource: Sendable {
    /// Bytes of the whole segment.
    var byteCount: Int { get }
    /// Fills the whole buffer from the offset on, or throws.
    func read(offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws
    /// The file's path, for errors.
    var name: String { get }
}

extension SegmentSource {
    package var name: String { "" }
}

/// One immutable, sorted file of up to 1,048,576 rows.
///
/// How a chunk is read: (1) the cache is asked; (2) the stored bytes are read from the source and their
/// CRC-32C is compared with the footer's; (3) the codec is undone; (4) `ColumnChunk.open` checks the
/// body; (5) the encoded chunk goes to the cache and to the caller, who decodes from it.
/// Opening reads the trailer and the footer only.
package final class Segment: Sendable {
    /// Identifies the segment in the cache; unique while the process lives.
    package let id: UInt64
    package let source: any SegmentSource
    package let cache: ChunkCache
    package let footer: SegmentFooter
    /// CRC-32C of the footer: with the size, the segment's fingerprint.
    package let footerChecksum: UInt32

    /// Reads and checks the footer.
    ///
    /// - Throws: `SQLError` with SQLSTATE XX001 naming what is damaged, or what the source throws.
    package init(id: UInt64, source: any SegmentSource, cache: ChunkCache) throws {
        self.id = id
        self.source = source
        self.cache = cache
        let size = source.byteCount
        guard size >= SegmentFormat.headerBytes + SegmentFormat.trailerBytes else {
            throw SegmentFormat.damage("\(size) bytes")
        }
        let head = try Self.bytes(source, 0, SegmentFormat.headerBytes)
        try head.withBytes { try Self.checkHeader($0) }
        let trailerAt = size - SegmentFormat.trailerBytes
        let trailer = try Self.bytes(source, trailerAt, SegmentFormat.trailerBytes)
        let (offset, count, checksum) = try trailer.withBytes { try Self.trailer($0) }
        guard let offset, offset >= SegmentFormat.headerBytes, offset <= trailerAt,
            count == trailerAt - offset, count <= SegmentFormat.footerBytesMax
        else { throw SegmentFormat.damage("footer outside the file") }
        let bytes = try Self.bytes(source, offset, count)
        guard bytes.withBytes({ sh_crc32c(0, $0.baseAddress, $0.count) }) == checksum else {
            throw SegmentFormat.damage("footer checksum")
        }
        footerChecksum = checksum
        footer = try bytes.withBytes { try SegmentFooter($0, dataEnd: offset) }
    }

    private static func bytes(
        _ source: any SegmentSource, _ offset: Int, _ count: Int
    ) throws -> AlignedBytes {
        try AlignedBytes(count: count) { try source.read(offset: offset, into: $0) }
    }

    private static func checkHeader(_ bytes: UnsafeRawBufferPointer) throws {
        var from = ByteReader(bytes)
        guard try from.slice(8).elementsEqual(SegmentFormat.magic) else {
            throw SegmentFormat.damage("not a segment")
        }
        let version = try from.integer(UInt32.self)
        guard version == SegmentFormat.version else {
            throw SQLError(
                .featureNotSupported, "segment format version \(version) is not supported")
        }
        guard try from.integer(UInt32.self) == 0 else { throw SegmentFormat.damage("header") }
    }

    private static func trailer(
        _ bytes: UnsafeRawBufferPointer
    ) throws -> (offset: Int?, count: Int, checksum: UInt32) {
        var from = ByteReader(bytes)
        let offset = Int(exactly: try from.integer(UInt64.self))
        let count = Int(try from.integer(UInt32.self))
        let checksum = try from.integer(UInt32.self)
        guard try from.slice(8).elementsEqual(SegmentFormat.endMagic) else {
            throw SegmentFormat.damage("no end mark")
        }
        return (offset, count, checksum)
    }

    /// Rows of the segment.
    package var rowCount: Int { footer.rowCount }
    /// Chunks of every column.
    package var chunkCount: Int { SegmentFooter.chunkCount(rows: rowCount) }
    /// Rows of a chunk: 65,536, fewer in the last.
    package func rows(inChunk chunk: Int) -> Int {
        SegmentFooter.rows(inChunk: chunk, of: rowCount)
    }
    /// The columns stored, in the writer's order.
    package var columns: [SegmentColumn] { footer.columns }
    /// Whether the segment was written with the column.
    package func hasColumn(_ column: UInt32) -> Bool { footer.index[column] != nil }

    /// The encoded chunk, from the cache or read, checked and cached.
    ///
    /// - Throws: `SQLError` where the chunk is damaged or the segment has no such column or chunk.
    package func chunk(column: UInt32, index: Int) throws -> ColumnChunk {
        let place = try self.place(column)
        do {
            return try chunk(
                footer.stored[place], type: columns[place].type, place: Int32(place), index: index)
        } catch let error as SQLError {
            throw error.naming(source.name)
        }
    }

    /// The dictionary that the column's chunks share; nil where it has none.
    package func dictionary(column: UInt32) throws -> SegmentDictionary? {
        let place = try self.place(column)
        do {
            return try dictionary(
                footer.stored[place], type: columns[place].type, place: Int32(place))
        } catch let error as SQLError {
            throw error.naming(source.name)
        }
    }

    /// Bounds and NULL count of a chunk, from the footer. nil for columns it does not hold.
    package func zone(column: UInt32, chunk: Int) -> ChunkZone? {
        guard let place = footer.index[column], chunk >= 0, chunk < chunkCount else { return nil }
        return footer.stored[place].zones[chunk]
    }

    /// Bounds and NULL count of a whole column, from the footer. nil for columns it does not hold.
    package func bounds(column: UInt32) -> ChunkZone? {
        footer.index[column].map { footer.stored[$0].bounds }
    }

    /// Bytes of a column in the file, its dictionary included. nil for columns it does not hold.
    package func storedBytes(column: UInt32) -> Int? {
        footer.index[column].map { place in
            let stored = footer.stored[place]
            return stored.chunks.reduce(stored.dictionary?.storedBytes ?? 0) {
                $0 + $1.storedBytes
            }
        }
    }

    private func place(_ column: UInt32) throws -> Int {
        guard let place = footer.index[column] else {
            throw SQLError(.internalError, "segment has no column \(column)")
        }
        return place
    }
}
