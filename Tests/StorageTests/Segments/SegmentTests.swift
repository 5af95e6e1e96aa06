import Basics
import CKernels
import Encodings
import Storage
import Testing
import Vectors

/// A segment in memory.
struct MemorySegment: SegmentSink, SegmentSource {
    var bytes: [UInt8] = []
    var byteCount: Int { bytes.count }

    mutating func append(_ more: UnsafeRawBufferPointer) { bytes.append(contentsOf: more) }

    func read(offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        guard offset >= 0, buffer.count <= bytes.count - offset else {
            throw SQLError(.ioError, "read past the end")
        }
        buffer.copyBytes(from: bytes[offset..<offset + buffer.count])
    }
}

@Suite struct SegmentTests {
    static let columns = [
        SegmentColumn(id: 1, type: .date), SegmentColumn(id: 2, type: .bigint),
        SegmentColumn(id: 5, type: .varchar(20)), SegmentColumn(id: 7, type: .double),
        SegmentColumn(id: 9, type: .numeric(precision: 12, scale: 2)),
        SegmentColumn(id: 11, type: .array(.text)),
    ]

    static func hash(_ row: Int) -> UInt64 {
        // Rows 10 and 11 collide.
        SplitMix64Hash.of(UInt64(row == 11 ? 10 : row))
    }

    static func write(
        rows: Int, codec: SegmentCodec = .hot, hasKeys: Bool = true, threads: Int = 2
    ) throws -> (MemorySegment, SegmentSummary) {
        var writer = try SegmentWriter(
            columns: columns, sortKey: [1], hasKeys: hasKeys, codec: codec, threads: threads)
        var row = 0
        while row < rows {
            let count = min(2000, rows - row)
            let vectors = columns.map { Vector($0.type) }
            let arena = StringArena()
            for vector in vectors { vector.count = count }
            for at in 0..<count {
                let number = row + at
                vectors[0].pointer(Int32.self)[at] = Int32(8000 + number / 1000)
                vectors[1].pointer(Int64.self)[at] = Int64(number) * 3
                vectors[2].pointer(StringView.self)[at] = arena.copy("store \(number % 37)")
                vectors[3].pointer(Double.self)[at] = Double(number % 977) / 100
                vectors[4].pointer(Int64.self)[at] = Int64(number % 5000) - 100
                vectors[5].setNull(at)
                if number % 11 == 3 { vectors[2].setNull(at) }
            }
            let hashes = (row..<row + count).map { hash($0) }
            let batch = Batch(columns: vectors, count: count)
            if hasKeys {
                try writer.append(batch, keyHashes: hashes)
            } else {
                try writer.append(batch)
            }
            row += count
        }
        var sink = MemorySegment()
        let summary = try writer.finish(into: &sink)
        return (sink, summary)
    }

    @Test(arguments: [0, 1, 1500, 66_000], [SegmentCodec.none, .hot, .cold])
    func roundTrip(rows: Int, codec: SegmentCodec) throws {
        let (bytes, summary) = try Self.write(rows: rows, codec: codec)
        #expect(summary.rowCount == rows && summary.byteCount == bytes.byteCount)
        let cache = ChunkCache(byteBudget: 1 << 24)
        let segment = try Segment(id: 1, source: bytes, cache: cache)
        #expect(segment.footerChecksum == summary.footerChecksum)
        #expect(segment.rowCount == rows && segment.columns == Self.columns)
        #expect(segment.hasColumn(5) && !segment.hasColumn(6))
        #expect(segment.verify() == [])
        for index in 0..<segment.chunkCount {
            let dates = try segment.chunk(column: 1, index: index)
            #expect(dates === (try segment.chunk(column: 1, index: index)))
            let stores = try segment.chunk(column: 5, index: index)
            #expect(stores.isDictionaryCoded == (rows > 1))
            #expect(stores.count == segment.rows(inChunk: index))
            let vector = Vector(.text)
            let first = stores.count - min(stores.count, 700)
            stores.decode(rows: first..<stores.count, into: vector)
            for at in 0..<vector.count {
                let row = index * 65_536 + first + at
                if row % 11 == 3 {
                    #expect(vector.isNull(at))
                } else {
                    #expect(vector.pointer(StringView.self)[at].string == "store \(row % 37)")
                }
            }
        }
        guard rows > 100 else { return }
        #expect(try segment.dictionary(column: 5)?.count == 37)
        #expect(segment.bounds(column: 11)?.isAllNull == true)
        #expect(segment.bounds(column: 6) == nil && segment.zone(column: 1, chunk: 9) == nil)
        guard case .int(8000)? = segment.footer.sortKeyFirst.first,
            case .int(let last)? = segment.footer.sortKeyLast.first
        else {
            Issue.record("no sort key")
            return
        }
        #expect(last == Int64(8000 + (rows - 1) / 1000))
        #expect(throws: SQLError.self) { try segment.chunk(column: 6, index: 0) }
        #expect(throws: SQLError.self) { try segment.chunk(column: 1, index: segment.chunkCount) }
    }

    @Test(arguments: [1, 100, 66_000])
    func keysAreFound(rows: Int) throws {
        let (bytes, _) = try Self.write(rows: rows)
        let segment = try Segment(id: 1, source: bytes, cache: ChunkCache(byteBudget: 1 << 24))
        #expect(segment.hasKeys)
        let asked = (0..<rows + 500).filter { $0 % 13 == 0 || $0 == 10 || $0 > rows - 3 }
        let hashes = Set(asked.map { Self.hash($0) }).sorted()
        let matches = try hashes.withUnsafeBufferPointer { try segment.keyLookup(sorted: $0) }
        let sought = Set(hashes)
        var expected: [UInt32: UInt64] = [:]
        for row in 0..<rows where sought.contains(Self.hash(row)) {
            expected[UInt32(row)] = Self.hash(row)
        }
        #expect(matches.count == expected.count)
        #expect(matches.allSatisfy { expected[$0.row] == hashes[$0.hash] })
        #expect(matches.map(\.hash) == matches.map(\.hash).sorted())
        let absent = try (rows..<rows + 1000).filter { row in
            try segment.mayContain(hash: Self.hash(row + 1000))
        }
        #expect(absent.count < 50)
        #expect(try segment.mayContain(hash: Self.hash(0)))
    }

    @Test func segmentsWithoutKeysFindNone() throws {
        let (bytes, _) = try Self.write(rows: 10, hasKeys: false)
        let segment = try Segment(id: 1, source: bytes, cache: ChunkCache(byteBudget: 1 << 20))
        let hashes = [Self.hash(1)]
        #expect(!segment.hasKeys)
        #expect(try hashes.withUnsafeBufferPointer { try segment.keyLookup(sorted: $0) } == [])
    }

    @Test func threadsDoNotChangeTheBytes() throws {
        let one = try Self.write(rows: 3000, threads: 1).0.bytes
        let two = try Self.write(rows: 3000, threads: 2).0.bytes
        #expect(one == two)
    }

    @Test func everyFlippedBitIsFound() throws {
        let (bytes, _) = try Self.write(rows: 300)
        for bit in stride(from: 0, to: bytes.bytes.count * 8, by: 53) {
            var damaged = bytes
            damaged.bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            let cache = ChunkCache(byteBudget: 1 << 20)
            guard let segment = try? Segment(id: 1, source: damaged, cache: cache) else { continue }
            #expect(segment.verify() != [], "bit \(bit)")
        }
    }

    @Test func everyTruncationIsRefused() throws {
        let (bytes, _) = try Self.write(rows: 300)
        for count in stride(from: 0, to: bytes.bytes.count, by: 37) {
            var damaged = bytes
            damaged.bytes.removeLast(bytes.bytes.count - count)
            #expect(throws: SQLError.self) {
                try Segment(id: 1, source: damaged, cache: ChunkCache(byteBudget: 1 << 20))
            }
        }
    }

    /// A footer whose checksum was made to fit must not trap either.
    @Test func hostileFootersAreRefusedOrHarmless() throws {
        let (bytes, _) = try Self.write(rows: 300)
        let trailer = bytes.bytes.count - 24
        let start = bytes.bytes[trailer..<trailer + 8].enumerated().reduce(0) {
            $0 | Int($1.element) << ($1.offset * 8)
        }
        for bit in start * 8..<trailer * 8 {
            var damaged = bytes
            damaged.bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            let checksum = damaged.bytes.withUnsafeBytes { raw in
                sh_crc32c(0, raw.baseAddress.map { $0 + start }, trailer - start)
            }
            for byte in 0..<4 {
                damaged.bytes[trailer + 12 + byte] = UInt8(truncatingIfNeeded: checksum >> (byte * 8))
            }
            let cache = ChunkCache(byteBudget: 1 << 20)
            guard let segment = try? Segment(id: 1, source: damaged, cache: cache) else { continue }
            _ = segment.verify()
            let hashes = [Self.hash(1), Self.hash(2)].sorted()
            _ = try? hashes.withUnsafeBufferPointer { try segment.keyLookup(sorted: $0) }
        }
    }

    @Test func wrongBatchesAreRefused() throws {
        var writer = try SegmentWriter(columns: [SegmentColumn(id: 1, type: .integer)])
        let vector = Vector(.text)
        vector.count = 1
        vector.setNull(0)
        #expect(throws: SQLError.self) {
            try writer.append(Batch(columns: [vector], count: 1))
        }
        #expect(throws: SQLError.self) { try writer.append(Batch(columns: [], count: 1)) }
        #expect(throws: SQLError.self) {
            _ = try SegmentWriter(columns: [SegmentColumn(id: 1, type: .integer)], sortKey: [2])
        }
    }
}

enum SplitMix64Hash {
    static func of(_ value: UInt64) -> UInt64 {
        var random = SplitMix64(seed: value)
        return random.next()
    }
}
