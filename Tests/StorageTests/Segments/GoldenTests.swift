import Basics
import CKernels
import Disk
import Encodings
import Storage
import Testing
import Vectors

/// The bytes of one segment that holds every physical type under every encoding.
///
/// Where this fails, segments already on disk can no longer be read, or the chooser has changed: the
/// first needs a new format version, the second new numbers in Tests/Golden. Codecs are left out, since
/// their bytes may change with the version of LZ4 and zstd.
@Suite struct GoldenTests {
    private static let rows = 1300

    private static let columns: [(type: SQLType, value: @Sendable (Int) -> Datum)] = [
        (.date, { .int(Int64(9000 + $0 / 100)) }),
        (.timestamp, { .int(Int64($0) * 3_000_000 + Int64($0 % 7)) }),
        (.boolean, { .bool($0 % 3 == 0) }),
        (.smallint, { $0 % 9 == 4 ? .null : .int(Int64($0 % 500 - 250)) }),
        (.integer, { .int(Int64(mix($0 % 5) % 2_000_000_000)) }),
        (.bigint, { .int(Int64(bitPattern: mix($0))) }),
        (.numeric(precision: 12, scale: 2), { .int(Int64($0 * 37 % 5000 - 100)) }),
        (.numeric(precision: 30, scale: 4), { .int128(Int128($0 % 100)) }),
        (.numeric(precision: 38, scale: 0), { .int128(Int128(mix($0)) << 40) }),
        (.real, { .double(Double($0 % 100) / 4) }),
        (.double, { .double(Double($0 % 977) / 100) }),
        (.double, { $0 == 0 ? .double(.nan) : .double(Double($0).squareRoot()) }),
        (.text, { $0 % 11 == 3 ? .null : .text("store \($0 % 37)") }),
        (.varchar(40), { .text("receipt \(mix($0))") }),
        (.char(3), { _ in .text("EUR") }),
        (.uuid, { .uuid(UUIDBytes(high: mix($0), low: UInt64($0))) }),
        (
            .interval,
            { .interval(Interval(months: Int32($0), days: 2, microseconds: -Int64($0))) }
        ),
        (.decimal, { .decimal(Decimal(mantissa: Int128($0 % 999), scale: 2)) }),
        (.decimal, { .decimal(Decimal(mantissa: Int128($0), scale: $0 % 5, isNaN: $0 == 0)) }),
        (.integer, { _ in .int(42) }),
        (.array(.text), { _ in .null }),
        (.integer, { .int(Int64(mix($0 * 2 / 5) % 1_000_000)) }),
    ]

    private static func write() throws -> (MemorySegment, SegmentSummary) {
        let columns = columns.enumerated().map {
            SegmentColumn(id: UInt32($0.offset * 2 + 1), type: $0.element.type)
        }
        var writer = try SegmentWriter(
            columns: columns, sortKey: [1], hasKeys: true, codec: .none)
        let arena = StringArena()
        let vectors = Self.columns.map { column in
            let vector = Vector(column.type)
            for row in 0..<rows { vector.store(column.value(row), at: row, arena: arena) }
            vector.count = rows
            vector.owners = [arena]
            return vector
        }
        let hashes = (0..<rows).map { mix($0 + 1_000_000) }
        try writer.append(Batch(columns: vectors, count: rows), keyHashes: hashes)
        var sink = MemorySegment()
        let summary = try writer.finish(into: &sink)
        return (sink, summary)
    }

    @Test func theBytesOfASegmentNeverChange() throws {
        let (segment, summary) = try Self.write()
        let bytes = segment.bytes
        try expectGolden("segment.bytes", String(bytes.count))
        try expectGolden("segment.crc", hex32(sh_crc32c(0, bytes, bytes.count)))
        try expectGolden("segment.footer", hex32(summary.footerChecksum))
        // The file's header, then the header of the first column's chunk.
        try expectGolden("segment.head", hex(bytes[..<80]))
        #expect(hex(bytes.suffix(8)) == "5348534547454e44")
    }

    /// Otherwise the numbers above would not guard all of the format.
    @Test func everyEncodingOccurs() throws {
        let (bytes, _) = try Self.write()
        let segment = try Segment(id: 1, source: bytes, cache: ChunkCache(byteBudget: 1 << 24))
        let chunks = try segment.columns.map { try segment.chunk(column: $0.id, index: 0) }
        #expect(Set(chunks.map(\.encoding)) == Set(ChunkEncoding.allCases))
        let coded = chunks.filter(\.isDictionaryCoded).map(\.physical)
        #expect(coded.contains(.bytes) && coded.contains(.int32))
        let physical = Set(chunks.map(\.physical))
        #expect(physical.count == 11 && chunks.contains { $0.nullCount > 0 })
        for (column, chunk) in zip(Self.columns, chunks) {
            let vector = Vector(column.type)
            chunk.decode(rows: 0..<Self.rows, into: vector)
            for row in 0..<Self.rows {
                let isSame = "\(vector.datum(at: row))" == "\(column.value(row))"
                #expect(isSame, "\(column.type) \(row)")
            }
        }
    }
}

private func mix(_ row: Int) -> UInt64 {
    var random = SplitMix64(seed: UInt64(row))
    return random.next()
}

/// Lower-case hexadecimal digits.
func hex(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { byte in
        let digits = String(byte, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
    }.joined()
}

/// The number's eight digits, most significant first.
func hex32(_ number: UInt32) -> String {
    let bytes: [UInt8] = [24, 16, 8, 0].map { (shift: UInt32) in
        UInt8(truncatingIfNeeded: number >> shift)
    }
    return hex(bytes)
}

/// Compares with Tests/Golden/storage.txt; where they differ, the issue holds the line that would fit.
func expectGolden(
    _ name: String, _ found: String, file: String = #filePath,
    location: SourceLocation = #_sourceLocation
) throws {
    if try golden(name, file: file) == found { return }
    Issue.record("bytes on disk have changed; found: \(name) \(found)", sourceLocation: location)
}

/// The text behind a name in Tests/Golden/storage.txt; empty where there is none.
func golden(_ name: String, file: String = #filePath) throws -> String {
    let folder = file.split(separator: "/").dropLast().joined(separator: "/")
    let path = "/" + folder + "/../../Golden/storage.txt"
    let text = String(decoding: try PosixFileSystem().contents(path), as: UTF8.self)
    for line in text.split(separator: "\n") where line.hasPrefix(name + " ") {
        return String(line.dropFirst(name.utf8.count + 1))
    }
    return ""
}
