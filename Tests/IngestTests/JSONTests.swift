import Ingest
import Testing

@Suite struct JSONTests {
    @Test(arguments: [
        "{}", "[]", " [1, -0.5e+3, true, false, null] ", #"{"a":{"b":[{}]}}"#,
        #""\u0041\ud83d\ude00\n""#, "\"é\u{1F600}\"", "0", "[[],[[]]]",
    ])
    func accepts(_ text: String) throws {
        _ = try JSONDocument(parsing: Array(text.utf8))
    }

    @Test(arguments: [
        "", " ", "{", "[", "[1,]", "{\"a\":1,}", "{\"a\"}", "{a:1}", "01", "1.", "-", "+1", ".5",
        "1e", "nul", "truex", "[1 2]", "\"\\x\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"",
        "\"a\nb\"", "\"abc", "{} {}", "[1]]", "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}", "'a'",
        "NaN", "{\"a\":1]", "[1}", "{,}", "[,]", "\u{FEFF}{}",
    ])
    func refuses(_ text: String) {
        #expect(throws: JSONError.self) { try JSONDocument(parsing: Array(text.utf8)) }
    }

    @Test func refusesBytesThatAreNotUTF8() {
        let sequences: [[UInt8]] = [
            [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0x80],
        ]
        for bytes in sequences {
            #expect(throws: JSONError.self) { try JSONDocument(parsing: [0x22] + bytes + [0x22]) }
        }
    }

    @Test func boundsTheDepth() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
        }
        _ = try JSONDocument(parsing: nested(64))
        #expect(throws: JSONError.self) { try JSONDocument(parsing: nested(65)) }
        #expect(throws: JSONError.self) { try JSONDocument(parsing: nested(1_000_000)) }
        #expect(throws: JSONError.self) {
            try JSONDocument(parsing: [UInt8](repeating: 0x5B, count: 1_000_000))
        }
    }

    @Test func tellsThePlace() {
        let text = "{\"a\":1}\n{\"a\":x}\n"
        #expect(
            throws: JSONError(message: "a value is missing", offset: 13, line: 2, column: 6)
        ) { try JSONDocument(parsingLines: Array(text.utf8)) }
    }

    @Test func readsMembersAndEscapes() throws {
        let document = try JSONDocument(
            parsing: Array(#"{"x":[1,{"y":2}],"n\u0061me":"a\t\ud83d\ude00\"","z":12.50}"#.utf8))
        let name = try #require(document.member(0, "name"))
        #expect(document.string(name) == "a\t\u{1F600}\"")
        let number = try #require(document.member(0, "z"))
        #expect(document.string(number) == "12.50")
        #expect(document.member(0, "y") == nil)
    }

    /// Every truncation and every flipped byte is parsed or refused, never a trap.
    @Test func survivesDamage() {
        let bytes = Array(receipt("e-1").utf8)
        for end in bytes.indices {
            #expect(throws: JSONError.self) { try JSONDocument(parsing: Array(bytes[..<end])) }
        }
        for index in bytes.indices {
            for value: UInt8 in [0, 0x22, 0x5C, 0x7B, 0x5D, 0x2C, 0xC3] {
                var damaged = bytes
                damaged[index] = value
                guard let document = try? JSONDocument(parsing: damaged) else { continue }
                _ = EventValidator(document, receivedAt: 0).validateAll()
            }
        }
    }
}
