import Basics
import Encodings
import Testing
import Vectors

/// Damaged bodies are refused on opening, or decode to some values; they never trap.
@Suite struct HostileChunkTests {
    private static let cases: [(SQLType, Pattern, Nulls)] = [
        (.integer, .small, .some), (.integer, .runs, .none), (.bigint, .sequence, .none),
        (.bigint, .wide, .none), (.text, .fewDistinct, .some), (.text, .wide, .none),
        (.double, .small, .none), (.decimal, .extremes, .some), (.boolean, .small, .none),
        (.integer, .constant, .none), (.uuid, .wide, .all), (.bigint, .fewDistinct, .none),
    ]

    @Test(arguments: cases.indices)
    func everyBitFlipIsRefusedOrHarmless(index: Int) throws {
        let (type, pattern, nulls) = Self.cases[index]
        let column = try ColumnFixture(type, pattern, nulls, count: 1300).encoded(policy: .none)
        let dictionary = try column.dictionary.map {
            try SegmentDictionary.open(try ColumnFixture.body($0), type: type)
        }
        let body = try ColumnFixture.body(column.chunks[0]).withBytes { Array($0) }
        // Every bit of the header, then a sample of the data.
        let step = max(body.count / 50, 61)
        let bits = Array(0..<512) + Array(stride(from: 512, to: body.count * 8, by: step))
        for bit in bits {
            var damaged = body
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            tryDecoding(damaged, type, dictionary)
        }
    }

    @Test(arguments: cases.indices)
    func everyTruncationIsRefused(index: Int) throws {
        let (type, pattern, nulls) = Self.cases[index]
        let column = try ColumnFixture(type, pattern, nulls, count: 1300).encoded(policy: .none)
        let dictionary = try column.dictionary.map {
            try SegmentDictionary.open(try ColumnFixture.body($0), type: type)
        }
        let body = try ColumnFixture.body(column.chunks[0]).withBytes { Array($0) }
        for count in Array(0..<min(200, body.count)) + [body.count - 8, body.count - 1] {
            #expect(!tryDecoding(Array(body[..<count]), type, dictionary), "\(type) \(count)")
        }
        #expect(!tryDecoding(body + [0, 0, 0, 0, 0, 0, 0, 0], type, dictionary))
        #expect(tryDecoding(body, type, dictionary))
    }

    @Test func randomBytesAreRefusedOrHarmless() {
        var random = SplitMix64(seed: 99)
        for _ in 0..<3000 {
            var body = (0..<Int(random.next() % 64) * 8 + 64).map { _ in
                UInt8(truncatingIfNeeded: random.next())
            }
            // Plausible headers get further.
            body[0] = UInt8(random.next() % 7)
            body[1] = UInt8(random.next() % 8)
            body[2] = UInt8(random.next() % 11)
            body[3] = UInt8(random.next() % 9)
            for at in 5..<12 { body[at] = 0 }
            for at in 40..<64 { body[at] = 0 }
            for type in ColumnFixture.types { tryDecoding(body, type, nil) }
        }
    }

    @Test func damagedDictionariesAreRefusedOrHarmless() throws {
        for type in [SQLType.text, .bigint] {
            let column = try ColumnFixture(type, .fewDistinct, .none, count: 2000)
                .encoded(policy: .none)
            let body = try ColumnFixture.body(try #require(column.dictionary)).withBytes { Array($0) }
            for bit in 0..<body.count * 8 {
                var damaged = body
                damaged[bit / 8] ^= 1 << UInt8(bit % 8)
                guard let dictionary = try? openDictionary(damaged, type) else { continue }
                for code in 0..<UInt32(dictionary.count) { _ = dictionary.datum(code) }
            }
            for count in 0..<body.count {
                #expect(throws: SQLError.self) { try openDictionary(Array(body[..<count]), type) }
            }
        }
    }

    @Test func damagedCompressionIsRefusedOrHarmless() throws {
        for (policy, codec) in [(CodecPolicy.hot, ChunkCodec.lz4), (.cold, .zstd)] {
            let column = try ColumnFixture(.text, .wide, .none, count: 1300)
                .encoded(policy: policy)
            let chunk = try #require(column.chunks.first { $0.codec == codec })
            let stored = chunk.withStored { Array($0) }
            for bit in stride(from: 0, to: stored.count * 8, by: 97) {
                var damaged = stored
                damaged[bit / 8] ^= 1 << UInt8(bit % 8)
                damaged.withUnsafeBytes {
                    _ = try? codec.unwrap($0, bodyBytes: chunk.bodyBytes)
                }
            }
            for size in [0, 1, chunk.bodyBytes - 1, chunk.bodyBytes + 1, 1 << 31, Int.max, -1] {
                #expect(throws: SQLError.self) {
                    try stored.withUnsafeBytes { _ = try codec.unwrap($0, bodyBytes: size) }
                }
            }
        }
    }

    private func openDictionary(_ body: [UInt8], _ type: SQLType) throws -> SegmentDictionary {
        try SegmentDictionary.open(body.withUnsafeBytes { AlignedBytes(copying: $0) }, type: type)
    }

    /// Whether the body opened; if so, everything in it is decoded.
    @discardableResult
    private func tryDecoding(
        _ body: [UInt8], _ type: SQLType, _ dictionary: SegmentDictionary?
    ) -> Bool {
        let bytes = body.withUnsafeBytes { AlignedBytes(copying: $0) }
        guard
            let chunk = try? ColumnChunk.open(bytes, type: type, dictionary: dictionary)
        else { return false }
        let vector = Vector(type)
        var codes = [UInt32](repeating: 0, count: 1024)
        for block in 0..<chunk.blockCount {
            let first = block * 1024
            chunk.decode(rows: first..<first + chunk.rows(inBlock: block), into: vector)
            if type.physical == .bytes {
                for row in 0..<vector.count {
                    _ = vector.pointer(StringView.self)[row].buffer.reduce(0) { $0 &+ $1 }
                }
            }
            guard chunk.hasCodes else { continue }
            chunk.codes(block: block, into: &codes)
            for row in 0..<vector.count where codes[row] > chunk.codeMax {
                Issue.record("code beyond the largest")
            }
        }
        return true
    }
}
