import Basics
import Testing
import Vectors

/// Untrusted bytes may be refused, but never trap.
@Suite struct HostileInputTests {
    private let types: [SQLType] =
        SQLType.scalars + [
            .numeric(precision: 5, scale: 5), .numeric(precision: 38, scale: 0), .varchar(3),
            .char(3), .array(.integer), .array(.text), .array(.decimal), .int2vector, .oidvector,
        ]

    @Test func randomTextNeverTraps() {
        let alphabet = Array("0123456789.-+:eE {}\",\\/TZabcPYMDH()[]=infnaJ\u{e9}\u{0}".utf8)
        var generator = SplitMix64(seed: 99)
        for type in types {
            for _ in 0..<1500 {
                let bytes = (0..<Int(generator.next() % 24)).map { _ in
                    alphabet[Int(generator.next() % UInt64(alphabet.count))]
                }
                let vector = Vector(type, capacity: 1)
                let arena = StringArena()
                bytes.withUnsafeBufferPointer {
                    _ = try? TextParse.parse($0, type, into: vector, row: 0, arena: arena)
                }
            }
        }
    }

    @Test func randomBinaryNeverTraps() {
        var generator = SplitMix64(seed: 5)
        for type in types {
            for round in 0..<1500 {
                var bytes = (0..<Int(generator.next() % 48)).map { _ in
                    UInt8(generator.next() & (round % 2 == 0 ? 255 : 3))
                }
                if round % 3 == 0, bytes.count > 12 {
                    // A plausible array header of integers.
                    bytes.replaceSubrange(0..<12, with: [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 23])
                }
                guard let datum = try? BinaryFormat.datum(bytes, type) else { continue }
                _ = TextFormat.string(datum, type)
            }
        }
    }

    @Test func deepAndLongInputIsRefused() throws {
        let nested = String(repeating: "[", count: 100_000)
        #expect(throws: SQLError.self) { try TextParse.datum(nested, .json) }
        let braces = String(repeating: "{", count: 100_000)
        #expect(throws: SQLError.self) { try TextParse.datum(braces, .array(.integer)) }
        let digits = String(repeating: "9", count: 100_000)
        for type in [SQLType.integer, .bigint, .decimal, .date, .interval, .numeric(precision: 9, scale: 2)] {
            #expect(throws: SQLError.self) { try TextParse.datum(digits, type) }
        }
    }

    private func call(_ name: String, _ texts: [String]) throws -> Vector {
        let arguments = texts.map { Vector.constant(.text($0), .text, count: 1) }
        let function = try Golden.function(name, arguments.map(\.type))
        return try function.evaluate(
            Golden.context(), arguments, count: 1,
            result: function.resultType(arguments.map(\.type)))
    }

    @Test func patternsTakeBoundedTime() throws {
        let text = String(repeating: "a", count: 2_000)
        #expect(try call("~", [text, "(a*)*b"]).datum(at: 0).isFalse)
        #expect(try call("~", [text, "^(a|aa)+$"]).datum(at: 0).isTrue)
        let stars = String(repeating: "%a", count: 200) + "b"
        #expect(try call("~~", [text, stars]).datum(at: 0).isFalse)
        for pattern in ["((a{200}){200}){200}", String(repeating: "(", count: 5_000)] {
            let error = #expect(throws: SQLError.self) { try call("~", [text, pattern]) }
            #expect(error?.state == .invalidRegularExpression)
        }
    }

    @Test func randomPatternsNeverTrap() {
        let alphabet = Array("ab()[]{}*+?|^$.\\d1,2-:")
        var generator = SplitMix64(seed: 3)
        for _ in 0..<4000 {
            let pattern = String(
                (0..<Int(generator.next() % 10)).map { _ in
                    alphabet[Int(generator.next() % UInt64(alphabet.count))]
                })
            for name in ["~", "~~", "regexp_split_to_array"] {
                _ = try? call(name, ["abba12", pattern])
            }
            _ = try? call("regexp_replace", ["abba12", pattern, "\\1\\&"])
            _ = try? call("to_date", ["2026-01-02", pattern])
        }
    }
}

extension Datum {
    fileprivate var isTrue: Bool { if case .bool(true) = self { true } else { false } }
    fileprivate var isFalse: Bool { if case .bool(false) = self { true } else { false } }
}
