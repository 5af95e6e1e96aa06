/// One value of a parsed text. Nodes lie in document order: a container is followed by its members,
/// so `next` (the node behind the whole subtree) steps over it.
package struct JSONNode: Sendable {
    package enum Kind: UInt8, Sendable {
        case null, `false`, `true`, number, string, array, object
    }
    package var kind: Kind
    /// A string with at least one backslash; its bytes must be unescaped before use.
    package var hasEscapes: Bool
    /// First byte of the value (a string's opening quote) and the byte behind its last.
    package var start: UInt32
    package var end: UInt32
    /// Index of the node behind this value and everything in it.
    package var next: UInt32
    /// Elements of an array, members of an object.
    package var count: UInt32
}

/// Why a text is not JSON, and where.
package struct JSONError: Error, Equatable, Sendable {
    package var message: String
    /// Byte offset into the whole text, from 0.
    package var offset: Int
    /// Line from 1, and byte within the line from 1.
    package var line: Int
    package var column: Int

    package init(message: String, offset: Int, line: Int, column: Int) {
        self.message = message
        self.offset = offset
        self.line = line
        self.column = column
    }
}

/// A request body and the values found in it: one root for JSON, one a line for NDJSON.
package final class JSONDocument: Sendable {
    package let bytes: [UInt8]
    package let nodes: [JSONNode]
    /// The top-level values, as indices into `nodes`.
    package let roots: [Int]

    /// Parses exactly one JSON text (RFC 8259).
    package convenience init(parsing bytes: [UInt8]) throws {
        try self.init(bytes, lines: false)
    }

    /// Parses one JSON text a line; empty lines are skipped.
    package convenience init(parsingLines bytes: [UInt8]) throws {
        try self.init(bytes, lines: true)
    }

    private init(_ bytes: [UInt8], lines: Bool) throws {
        self.bytes = bytes
        guard bytes.count < Int(UInt32.max) else {
            throw JSONError(message: "text too long", offset: 0, line: 1, column: 1)
        }
        var parser = JSONParser(capacity: bytes.count / 12 + 16)
        var roots: [Int] = []
        do {
            try bytes.withUnsafeBufferPointer { buffer in
                guard lines else {
                    roots.append(try parser.parse(buffer, from: 0, to: buffer.count))
                    return
                }
                var start = 0
                while start < buffer.count {
                    let end = buffer[start...].firstIndex(of: 0x0A) ?? buffer.count
                    if buffer[start..<end].contains(where: { !JSONParser.isSpace($0) }) {
                        roots.append(try parser.parse(buffer, from: start, to: end))
                    }
                    start = end + 1
                }
            }
        } catch let failure as JSONParser.Failure {
            throw JSONDocument.locate(failure, in: bytes)
        }
        nodes = parser.nodes
        self.roots = roots
    }

    private static func locate(_ failure: JSONParser.Failure, in bytes: [UInt8]) -> JSONError {
        let offset = min(failure.offset, bytes.count)
        var line = 1
        var lineStart = 0
        for index in 0..<offset where bytes[index] == 0x0A {
            line += 1
            lineStart = index + 1
        }
        return JSONError(
            message: failure.message, offset: offset, line: line, column: offset - lineStart + 1)
    }
}

extension JSONDocument {
    /// The value of an object's member, or nil where it has none of that name.
    package func member(_ object: Int, _ name: StaticString) -> Int? {
        let node = nodes[object]
        guard node.kind == .object else { return nil }
        var index = object + 1
        for _ in 0..<node.count {
            if text(index, equals: name) { return index + 1 }
            index = Int(nodes[index + 1].next)
        }
        return nil
    }

    /// Calls with each element's index and node until the end of the array.
    package func forEachElement<Failure: Error>(
        _ array: Int, _ body: (_ position: Int, _ element: Int) throws(Failure) -> Void
    ) throws(Failure) {
        let node = nodes[array]
        guard node.kind == .array else { return }
        var index = array + 1
        for position in 0..<Int(node.count) {
            try body(position, index)
            index = Int(nodes[index].next)
        }
    }

    /// The bytes between a string's quotes or of a number, as they stand in the text.
    package func rawText(_ index: Int) -> ArraySlice<UInt8> {
        let node = nodes[index]
        if node.kind == .string { return bytes[(Int(node.start) + 1)..<(Int(node.end) - 1)] }
        return bytes[Int(node.start)..<Int(node.end)]
    }

    /// A string's value; for other kinds the text of the value.
    package func string(_ index: Int) -> String {
        let raw = rawText(index)
        if nodes[index].hasEscapes {
            return String(decoding: JSONParser.unescape(raw), as: UTF8.self)
        }
        return String(decoding: raw, as: UTF8.self)
    }

    /// The bytes of a value as they came.
    package func source(_ index: Int) -> ArraySlice<UInt8> {
        bytes[Int(nodes[index].start)..<Int(nodes[index].end)]
    }

    private func text(_ index: Int, equals name: StaticString) -> Bool {
        let node = nodes[index]
        if node.hasEscapes {
            return JSONParser.unescape(rawText(index)).elementsEqual(
                UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        }
        let count = Int(node.end - node.start) - 2
        guard count == name.utf8CodeUnitCount else { return false }
        let start = Int(node.start) + 1
        for offset in 0..<count where bytes[start + offset] != name.utf8Start[offset] {
            return false
        }
        return true
    }
}
