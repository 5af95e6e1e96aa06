import Basics
import Vectors

/// Where rows stand in COPY's input, for the CONTEXT of an error.
struct CopyRowPlaces: Sendable {
    /// A row's bytes within its block, with the newline behind it.
    struct Span: Sendable {
        var start: UInt32
        var end: UInt32
    }

    let table: String
    let block: CopyBlock
    let lines: [Int32]
    let spans: [Span]

    /// The longest text that is shown whole.
    private static let shownMax = 100

    /// `COPY t, line 3: "1,x"`.
    func context(_ row: Int) -> String? {
        guard row < lines.count, row < spans.count else { return nil }
        return Self.context(table, lines[row], Self.text(of: block, spans[row]))
    }

    static func context(_ table: String, _ line: Int32, _ text: String) -> String {
        "COPY \(table), line \(line): \"\(text)\""
    }

    /// A row's text without its newline.
    static func text(of block: CopyBlock, _ span: Span) -> String {
        var end = Int(span.end)
        let start = min(Int(span.start), end)
        if end > start, block.bytes[end - 1] == 10 { end -= 1 }
        if end > start, block.bytes[end - 1] == 13 { end -= 1 }
        return shown(UnsafeBufferPointer(start: block.bytes + start, count: end - start))
    }

    /// Text, cut where it is long.
    static func shown(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        guard bytes.count > shownMax else { return String(decoding: bytes, as: UTF8.self) }
        var end = shownMax
        while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return String(decoding: UnsafeBufferPointer(rebasing: bytes[..<end]), as: UTF8.self) + "..."
    }
}
