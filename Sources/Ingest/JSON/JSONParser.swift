/// A strict RFC 8259 parser: bytes in, nodes out, no recursion.
///
/// Stricter than the letter where the letter leaves a choice: duplicate names are refused, as are
/// unpaired surrogates and bytes that are not UTF-8. Numbers stay text, so no digit is lost.
package struct JSONParser {
    /// Containers within containers; a text nested deeper is refused.
    package static let depthMax = 64

    struct Failure: Error {
        var message: String
        var offset: Int
    }

    private(set) var nodes: [JSONNode] = []

    init(capacity: Int) {
        nodes.reserveCapacity(min(capacity, 1 << 20))
    }

    @inline(__always)
    static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    /// Parses the one value in `start..<end` and returns its node; anything but space beside it fails.
    mutating func parse(
        _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int
    ) throws -> Int {
        var scanner = Scanner(bytes: bytes, position: start, end: end)
        let root = nodes.count
        var open: [Int] = []
        open.reserveCapacity(JSONParser.depthMax)
        while true {
            scanner.skipSpace()
            try parseValue(&scanner, &open)
            if try closeContainers(&scanner, &open) { break }
        }
        scanner.skipSpace()
        guard scanner.position == end else { throw scanner.failure("text behind the value") }
        return root
    }

    /// One value, or the opening of a container up to its first value. An empty container or a scalar
    /// leaves `open` as it was.
    private mutating func parseValue(_ scanner: inout Scanner, _ open: inout [Int]) throws {
        while true {
            guard let byte = scanner.peek else { throw scanner.failure("a value is missing") }
            let start = scanner.position
            switch byte {
            case UInt8(ascii: "\""):
                let escapes = try scanner.scanString()
                append(.string, start, scanner.position, escapes: escapes)
                return
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                let isObject = byte == UInt8(ascii: "{")
                guard open.count < JSONParser.depthMax else {
                    throw scanner.failure("nested deeper than \(JSONParser.depthMax)")
                }
                open.append(nodes.count)
                append(isObject ? .object : .array, start, start)
                scanner.position += 1
                scanner.skipSpace()
                if scanner.peek == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) { return }
                if isObject {
                    try parseName(&scanner)
                    scanner.skipSpace()
                }
            case UInt8(ascii: "t"):
                try scanner.scanWord("true")
                append(.true, start, scanner.position)
                return
            case UInt8(ascii: "f"):
                try scanner.scanWord("false")
                append(.false, start, scanner.position)
                return
            case UInt8(ascii: "n"):
                try scanner.scanWord("null")
                append(.null, start, scanner.position)
                return
            default:
                try scanner.scanNumber()
                append(.number, start, scanner.position)
                return
            }
        }
    }

    /// What follows a value: commas lead to the next one, brackets close. True when all is closed.
    private mutating func closeContainers(
        _ scanner: inout Scanner, _ open: inout [Int]
    ) throws -> Bool {
        // The first turn may stand inside a container that was just opened and is empty.
        while let container = open.last {
            scanner.skipSpace()
            guard let byte = scanner.peek else { throw scanner.failure("unexpected end") }
            let isObject = nodes[container].kind == .object
            let isEmpty = nodes.count == container + 1
            if !isEmpty { nodes[container].count += 1 }
            if byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                scanner.position += 1
                nodes[container].end = UInt32(truncatingIfNeeded: scanner.position)
                nodes[container].next = UInt32(truncatingIfNeeded: nodes.count)
                if isObject { try checkNames(of: container, scanner) }
                open.removeLast()
                continue
            }
            guard byte == UInt8(ascii: ","), !isEmpty else {
                throw scanner.failure("',' or '\(isObject ? "}" : "]")' expected")
            }
            scanner.position += 1
            scanner.skipSpace()
            if isObject { try parseName(&scanner) }
            return false
        }
        return true
    }

    private mutating func parseName(_ scanner: inout Scanner) throws {
        let start = scanner.position
        guard scanner.peek == UInt8(ascii: "\"") else {
            throw scanner.failure("a member's name is missing")
        }
        let escapes = try scanner.scanString()
        append(.string, start, scanner.position, escapes: escapes)
        scanner.skipSpace()
        guard scanner.peek == UInt8(ascii: ":") else { throw scanner.failure("':' expected") }
        scanner.position += 1
    }

    @inline(__always)
    private mutating func append(
        _ kind: JSONNode.Kind, _ start: Int, _ end: Int, escapes: Bool = false
    ) {
        nodes.append(
            JSONNode(
                kind: kind, hasEscapes: escapes, start: UInt32(truncatingIfNeeded: start),
                end: UInt32(truncatingIfNeeded: end),
                next: UInt32(truncatingIfNeeded: nodes.count + 1), count: 0))
    }

    /// Refuses an object that names a member twice.
    private func checkNames(of object: Int, _ scanner: Scanner) throws {
        let count = Int(nodes[object].count)
        guard count > 1 else { return }
        var names: [Int] = []
        names.reserveCapacity(count)
        var index = object + 1
        var escapes = false
        for _ in 0..<count {
            names.append(index)
            escapes = escapes || nodes[index].hasEscapes
            index = Int(nodes[index + 1].next)
        }
        if count > 16 || escapes {
            var known = Set<[UInt8]>(minimumCapacity: count)
            for name in names where !known.insert(scanner.name(nodes[name])).inserted {
                throw Failure(message: "name given twice", offset: Int(nodes[name].start))
            }
            return
        }
        for later in 1..<count {
            for earlier in 0..<later where scanner.equal(nodes[names[earlier]], nodes[names[later]]) {
                throw Failure(message: "name given twice", offset: Int(nodes[names[later]].start))
            }
        }
    }
}
