import Basics
import Encodings
import Testing
import Vectors

/// What every encoding promises, tried on every type with every shape of data.
@Suite struct EncodingConformanceTests {
    @Test(arguments: ColumnFixture.types)
    func roundTrip(type: SQLType) throws {
        for pattern in Pattern.allCases {
            for nulls in Nulls.allCases {
                for count in [0, 1, 1023, 1024, 1025, 3000] {
                    let fixture = ColumnFixture(type, pattern, nulls, count: count)
                    // Codecs do not look at the shape: one count is enough for all of them.
                    let policies: [CodecPolicy] = count == 1025 ? [.none, .hot, .cold] : [.hot]
                    for policy in policies {
                        try check(fixture, policy, "\(type) \(pattern) \(nulls) \(count) \(policy)")
                    }
                }
            }
        }
    }

    @Test(arguments: [SQLType.integer, .bigint, .text, .double], [65_536, 66_000])
    func wholeChunks(type: SQLType, count: Int) throws {
        for (pattern, nulls) in [(Pattern.small, Nulls.some), (.runs, .none), (.sequence, .none)] {
            let fixture = ColumnFixture(type, pattern, nulls, count: count)
            try check(fixture, .hot, "\(type) \(pattern) \(nulls) \(count)")
        }
    }

    private func check(_ fixture: ColumnFixture, _ policy: CodecPolicy, _ what: String) throws {
        let chunks = try fixture.chunks(policy: policy)
        #expect(chunks.reduce(0) { $0 + $1.count } == fixture.count, "\(what)")
        var first = 0
        for chunk in chunks {
            checkDense(chunk, fixture, first, what)
            checkSparse(chunk, fixture, first, what)
            checkCodes(chunk, what)
            first += chunk.count
        }
    }

    private func checkDense(
        _ chunk: ColumnChunk, _ fixture: ColumnFixture, _ first: Int, _ what: String
    ) {
        let vector = Vector(fixture.type)
        var wrong = 0
        var row = 0
        // Ranges that start and end inside blocks, and cross them.
        while row < chunk.count {
            let end = min(row + (row % 2 == 0 ? 2048 : 333), chunk.count)
            chunk.decode(rows: row..<end, into: vector)
            if vector.count != end - row { wrong += 1 }
            for at in 0..<vector.count
            where !fixture.isEqual(vector, at, toRow: first + row + at) { wrong += 1 }
            row = end
        }
        #expect(wrong == 0, "dense: \(what) \(chunk.encoding)")
    }

    private func checkSparse(
        _ chunk: ColumnChunk, _ fixture: ColumnFixture, _ first: Int, _ what: String
    ) {
        let vector = Vector(fixture.type)
        var wrong = 0
        for block in 0..<chunk.blockCount {
            let rows = chunk.rows(inBlock: block)
            // Not ascending: positions in a block come in any order.
            let positions = (0..<rows).filter { $0 % 7 == 1 || $0 == rows - 1 }.reversed()
                .map { UInt16($0) }
            chunk.decode(block: block, positions: positions, count: positions.count, into: vector)
            for (at, position) in positions.enumerated()
            where !fixture.isEqual(vector, at, toRow: first + block * 1024 + Int(position)) {
                wrong += 1
            }
        }
        let step = max(chunk.count / 1500, 1)
        let positions = stride(from: 0, to: chunk.count, by: step).map { UInt32($0) }
        chunk.decode(positions: positions, count: positions.count, into: vector)
        for (at, position) in positions.enumerated()
        where !fixture.isEqual(vector, at, toRow: first + Int(position)) { wrong += 1 }
        #expect(wrong == 0, "sparse: \(what) \(chunk.encoding)")
    }

    /// Codes and values agree with decoding, and no code exceeds the largest.
    private func checkCodes(_ chunk: ColumnChunk, _ what: String) {
        var codes = [UInt32](repeating: 0, count: 1024)
        var sparse = [UInt32](repeating: 0, count: 1024)
        var values = [Int64](repeating: 0, count: 1024)
        var sparseValues = [Int64](repeating: 0, count: 1024)
        var mask = [UInt64](repeating: 0, count: 16)
        let vector = Vector(chunk.type)
        var wrong = 0
        for block in 0..<chunk.blockCount {
            let rows = chunk.rows(inBlock: block)
            let positions = (0..<rows).filter { $0 % 3 == 0 }.map { UInt16($0) }
            chunk.decode(rows: block * 1024..<block * 1024 + rows, into: vector)
            chunk.validityMask(block: block, into: &mask)
            for row in 0..<1024 {
                let isSet = mask[row / 64] >> UInt64(row % 64) & 1 == 1
                if isSet != (row < rows && !vector.isNull(row)) { wrong += 1 }
            }
            if chunk.hasValues {
                chunk.values(block: block, into: &values)
                chunk.values(
                    block: block, positions: positions, count: positions.count, into: &sparseValues)
                for (at, position) in positions.enumerated()
                where sparseValues[at] != values[Int(position)] { wrong += 1 }
                for row in 0..<rows where !vector.isNull(row) {
                    if values[row] != integer(vector, row) { wrong += 1 }
                }
            }
            if chunk.hasCodes {
                chunk.codes(block: block, into: &codes)
                chunk.codes(
                    block: block, positions: positions, count: positions.count, into: &sparse)
                for (at, position) in positions.enumerated()
                where sparse[at] != codes[Int(position)] { wrong += 1 }
                for row in 0..<rows {
                    if codes[row] > chunk.codeMax { wrong += 1 }
                    if let constant = chunk.constantCode, codes[row] != constant { wrong += 1 }
                    if vector.isNull(row) { continue }
                    if let dictionary = chunk.dictionary {
                        let code = codes[row]
                        let isSame =
                            dictionary.isInteger
                            ? dictionary.integer(code) == integer(vector, row)
                            : dictionary.view(code).string
                                == vector.pointer(StringView.self)[row].string
                        if !isSame { wrong += 1 }
                    } else if chunk.codeBase &+ Int64(codes[row]) != integer(vector, row) {
                        wrong += 1
                    }
                }
            }
        }
        #expect(wrong == 0, "codes: \(what) \(chunk.encoding)")
    }

    private func integer(_ vector: Vector, _ row: Int) -> Int64 {
        switch vector.physical {
        case .bool: Int64(vector.pointer(UInt8.self)[row])
        case .int16: Int64(vector.pointer(Int16.self)[row])
        case .int32: Int64(vector.pointer(Int32.self)[row])
        case .int64: vector.pointer(Int64.self)[row]
        case .int128: Int64(truncatingIfNeeded: vector.pointer(Int128.self)[row])
        default: 0
        }
    }

    @Test func theChooserFindsTheFittingEncoding() throws {
        func encoding(
            _ type: SQLType, _ pattern: Pattern, _ nulls: Nulls = .none
        ) throws -> (ChunkEncoding, Bool) {
            let chunk = try #require(
                try ColumnFixture(type, pattern, nulls, count: 20_000).chunks().first)
            return (chunk.encoding, chunk.isDictionaryCoded)
        }
        #expect(try encoding(.integer, .constant) == (.constant, false))
        #expect(try encoding(.integer, .small) == (.bitPacked, false))
        #expect(try encoding(.integer, .runs) == (.runLength, false))
        #expect(try encoding(.integer, .shortRuns) == (.shortRuns, false))
        #expect(try encoding(.bigint, .sequence) == (.delta, false))
        #expect(try encoding(.bigint, .fewDistinct) == (.bitPacked, true))
        #expect(try encoding(.text, .fewDistinct) == (.bitPacked, true))
        #expect(try encoding(.text, .wide) == (.strings, false))
        #expect(try encoding(.double, .small) == (.bitPacked, false))
        #expect(try encoding(.double, .wide) == (.plain, false))
        #expect(try encoding(.numeric(precision: 30, scale: 4), .small) == (.bitPacked, false))
        #expect(try encoding(.text, .small, .all) == (.allNull, false))
    }

    @Test func boundsTellTheExtremes() throws {
        let column = try ColumnFixture(.integer, .runs, .first, count: 2000).encoded(policy: .hot)
        guard case .int(let low) = column.bounds.min, case .int(let high) = column.bounds.max else {
            Issue.record("no bounds")
            return
        }
        #expect(low == 0 && high == 220 && column.bounds.nullCount == 3)

        let vector = Vector(.text)
        let arena = StringArena()
        vector.owners = [arena]
        vector.count = 2
        let long = String(repeating: "z", count: 100)
        vector.pointer(StringView.self)[0] = arena.copy("a")
        vector.pointer(StringView.self)[1] = arena.copy(long)
        let builder = ColumnBuilder(type: .text)
        try builder.append(vector, count: 2)
        let bounds = try builder.finish(policy: .hot).bounds
        guard case .bytes(let max) = bounds.max else {
            Issue.record("no bounds")
            return
        }
        #expect(!bounds.isExact && max.count == 64)
        #expect(Array(long.utf8).lexicographicallyPrecedes(max))
    }
}
