import Basics
import Testing
import Vectors

@Suite struct RoundTripTests {
    private let types: [SQLType] =
        SQLType.scalars.filter { ![.json, .jsonb].contains($0) } + [
            .numeric(precision: 9, scale: 3), .numeric(precision: 30, scale: 10), .varchar(5),
            .char(7), .array(.integer), .array(.text),
        ]

    private func random(_ type: SQLType, _ generator: inout SplitMix64) -> Datum {
        let bits = generator.next()
        switch type {
        case .boolean: return .bool(bits & 1 == 0)
        case .smallint: return .int(Int64(Int16(truncatingIfNeeded: bits)))
        case .integer: return .int(Int64(Int32(truncatingIfNeeded: bits)))
        case .date: return .int(Int64(bits % 100_000) - 50_000)
        case .bigint: return .int(Int64(bitPattern: bits))
        case .time: return .int(Int64(bits % 86_400_000_000))
        case .timestamp, .timestamptz: return .int(Int64(bits % 4_000_000_000_000_000) - 1 << 50)
        case .numeric(let precision, _):
            let value = Int128(bits % 999_999_999) * (bits & 1 == 0 ? 1 : -1)
            return precision <= 18 ? .int(Int64(value)) : .int128(value * 1_000_003)
        case .decimal:
            return .decimal(
                Decimal(
                    mantissa: Int128(Int64(bitPattern: bits)) * 1_000_003,
                    scale: Int(generator.next() % 30)))
        case .real: return .double(Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))))
        case .double: return .double(Double(bitPattern: bits))
        case .interval:
            return .interval(
                Interval(
                    months: Int32(truncatingIfNeeded: bits % 5000) - 2500,
                    days: Int32(truncatingIfNeeded: bits >> 40 % 900) % 1000,
                    microseconds: Int64(bits % 1_000_000_000_000) - 500_000_000_000))
        case .uuid: return .uuid(UUIDBytes(high: bits, low: generator.next()))
        case .bytea:
            return .bytes((0..<Int(bits % 40)).map { _ in UInt8(generator.next() & 255) })
        case .singleChar: return .text(String(bits % 10))
        case .char(let length):
            let text = String(repeating: "é", count: Int(bits % UInt64(max(length, 1))))
            return .text(text + String(repeating: " ", count: length - text.count))
        case .varchar(let limit?):
            return .text(String(repeating: "x", count: Int(bits % UInt64(limit + 1))))
        case .array(let element):
            let count = Int(bits % 5)
            return .bytes(
                ArrayValue(
                    element,
                    (0..<count).map { $0 == 2 ? .null : random(element, &generator) }
                ).encoded)
        case .text, .varchar, .name:
            let pieces = ["a", "\"", "\\", ",", "{", "}", " ", "ü", "日", "NULL", "'"]
            return .text(
                (0..<Int(bits % 8)).map { _ in
                    pieces[Int(generator.next() % UInt64(pieces.count))]
                }.joined())
        default: return .int(Int64(bits & 0xFFFF_FFFF))
        }
    }

    @Test func textAndBinaryFormsReadBack() throws {
        var generator = SplitMix64(seed: 42)
        let session = FormatSession(timeZone: try TimeZoneRules.resolve("America/New_York"))
        for type in types {
            for _ in 0..<200 {
                let value = random(type, &generator)
                let vector = Vector.constant(value, type, count: 1)
                let text = try #require(TextFormat.string(value, type, session: session))
                let fromText = Vector.constant(
                    try TextParse.datum(text, type, session: session), type, count: 1)
                // An hour that comes twice reads as the later one, so its text may not tell.
                if type != .timestamptz {
                    #expect(Vector.equal(vector, 0, fromText, 0), "\(type): \(text)")
                }
                var binary: [UInt8] = []
                BinaryFormat.append(vector, row: 0, into: &binary)
                let fromBinary = Vector.constant(
                    try BinaryFormat.datum(binary, type), type, count: 1)
                #expect(Vector.equal(vector, 0, fromBinary, 0), "\(type): \(text)")
                #expect(
                    VectorHash.rows([vector], count: 1) == VectorHash.rows([fromBinary], count: 1))
            }
        }
    }

    @Test func typesKeepTheirNamesAndNumbers() throws {
        for type in SQLType.scalars {
            #expect(SQLType.of(oid: type.oid)?.family == type.family)
            #expect(SQLType.of(oid: type.arrayOID)?.element?.family == type.family)
            let plain = type == .char(1) ? "bpchar" : type.familyName
            #expect(try SQLType.named(plain, modifiers: [])?.family == type.family)
        }
        let price = SQLType.numeric(precision: 12, scale: 2)
        #expect(SQLType.decimal.applying(typeModifier: price.typeModifier) == price)
        #expect(try SQLType.named("float", modifiers: [24]) == .real)
        #expect(throws: SQLError.self) { try SQLType.named("numeric", modifiers: [0]) }
        #expect(throws: SQLError.self) { try SQLType.named("varchar", modifiers: [0]) }
        #expect(try SQLType.named("nonsense", modifiers: []) == nil)
    }

    @Test func buildersRollOverAndVectorsCopy() throws {
        let builder = VectorBuilder(.text, capacity: 3)
        for index in 0..<7 { builder.append(index == 4 ? .null : .text("row \(index)")) }
        let vectors = builder.finish()
        #expect(vectors.map(\.count) == [3, 3, 1])
        #expect(vectors[1].isNull(1))
        let picked = vectors[1].gather([2, 0, 1, 2])
        #expect(TextFormat.string(picked.datum(at: 0), .text) == "row 5")
        #expect(picked.isNull(2))
        let copy = vectors[0].slice(1, count: 2).copiedStrings()
        #expect(TextFormat.string(copy.datum(at: 1), .text) == "row 2")
        let outer = [UInt32.max, 1].withUnsafeBufferPointer {
            $0.baseAddress.map { vectors[0].gatherOuter($0, count: 2) }
        }
        #expect(outer?.isNull(0) == true && outer?.isNull(1) == false)
    }

    @Test func zonesFollowTheirRulesIntoTheFuture() throws {
        let berlin = try TimeZoneRules.resolve("Europe/Berlin")
        func offset(_ text: String) throws -> Int {
            guard case .int(let instant) = try TextParse.datum(text, .timestamptz) else { return 0 }
            return berlin.offset(at: instant)
        }
        #expect(try offset("2026-01-15 12:00+00") == 3600)
        #expect(try offset("2026-07-15 12:00+00") == 7200)
        #expect(try offset("2500-07-15 12:00+00") == 7200)
        #expect(try offset("9000-01-15 12:00+00") == 3600)
        // A whole vector converts as its rows do.
        let count = 2000
        var source = [Int64](repeating: 0, count: count)
        var generator = SplitMix64(seed: 7)
        for index in 0..<count {
            source[index] = Int64(generator.next() % 3_000_000_000_000_000) - 1_000_000_000_000_000
        }
        source.sort()
        var local = [Int64](repeating: 0, count: count)
        source.withUnsafeBufferPointer { from in
            local.withUnsafeMutableBufferPointer { to in
                guard let a = from.baseAddress, let b = to.baseAddress else { return }
                berlin.local(fromUTC: a, count: count, to: b)
            }
        }
        for index in 0..<count { #expect(local[index] == berlin.local(fromUTC: source[index])) }
        #expect(throws: SQLError.self) { try TimeZoneRules.resolve("../../etc/passwd") }
        #expect(throws: SQLError.self) { try TimeZoneRules.resolve("Mars/Olympus") }
    }
}
