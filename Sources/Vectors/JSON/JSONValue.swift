import Basics

/// A JSON document as a tree in jsonb's form: members ordered by the length of their keys, then by
/// their bytes; each key once, the last one given winning.
package indirect enum JSONValue: Sendable {
    case null
    case bool(Bool)
    /// Without exponent where the number has at most 38 digits.
    case number([UInt8])
    /// Unescaped.
    case string([UInt8])
    case array([JSONValue])
    case object([Member])

    package struct Member: Sendable {
        package var key: [UInt8]
        package var value: JSONValue
    }

    /// Reads one value from its text.
    package init(_ bytes: UnsafeBufferPointer<UInt8>) throws {
        var scanner = JSONScanner(bytes)
        let range = try scanner.skipValue(depth: 0)
        scanner.skipBlanks()
        guard scanner.at == bytes.count else {
            throw scanner.unexpected("Expected end of input")
        }
        self = try JSONValue.read(bytes, range, depth: 0)
    }

    package init(_ bytes: [UInt8]) throws {
        self = try bytes.withUnsafeBufferPointer { try JSONValue($0) }
    }

    init(_ view: StringView) throws { try self.init(view.buffer) }

    private static func read(
        _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, depth: Int
    ) throws -> JSONValue {
        let part = UnsafeBufferPointer(rebasing: bytes[range])
        var scanner = JSONScanner(part)
        switch scanner.peek {
        case 0x7B:
            var members: [Member] = []
            try scanner.members(depth: depth) { name, value in
                members.append(
                    Member(
                        key: try JSONAccess.unescaped(.init(rebasing: part[name])),
                        value: try read(part, value, depth: depth + 1)))
            }
            return .object(sorted(members))
        case 0x5B:
            var items: [JSONValue] = []
            try scanner.items(depth: depth) { items.append(try read(part, $0, depth: depth + 1)) }
            return .array(items)
        case 0x22:
            return .string(
                try JSONAccess.unescaped(.init(rebasing: part[1..<(part.count - 1)])))
        case 0x74: return .bool(true)
        case 0x66: return .bool(false)
        case 0x6E: return .null
        default: return .number(plain(Array(part)))
        }
    }

    /// Members in order, of equal keys the last one.
    static func sorted(_ members: [Member]) -> [Member] {
        var kept: [Member] = []
        let order = members.indices.sorted { a, b in
            let verdict = compareKeys(members[a].key, members[b].key)
            return verdict == 0 ? a < b : verdict < 0
        }
        for index in order {
            if let last = kept.last, last.key == members[index].key { kept.removeLast() }
            kept.append(members[index])
        }
        return kept
    }

    static func compareKeys(_ a: [UInt8], _ b: [UInt8]) -> Int {
        if a.count != b.count { return a.count < b.count ? -1 : 1 }
        if a == b { return 0 }
        return a.lexicographicallyPrecedes(b) ? -1 : 1
    }

    private static func plain(_ digits: [UInt8]) -> [UInt8] {
        guard digits.contains(where: { $0 | 0x20 == 0x65 }) || digits == Array("-0".utf8),
            let value = try? Decimal.parse(String(decoding: digits, as: UTF8.self))
        else { return digits }
        return Array(value.description.utf8)
    }

    // MARK: Text

    /// The value as jsonb prints it.
    package var text: [UInt8] {
        var out: [UInt8] = []
        write(to: &out)
        return out
    }

    func write(to out: inout [UInt8]) {
        switch self {
        case .null: out.write("null")
        case .bool(let value): out.write(value ? "true" : "false")
        case .number(let digits): out += digits
        case .string(let text): Self.quote(text, to: &out)
        case .array(let items):
            out.append(0x5B)
            for (index, item) in items.enumerated() {
                if index > 0 { out.write(", ") }
                item.write(to: &out)
            }
            out.append(0x5D)
        case .object(let members):
            out.append(0x7B)
            for (index, member) in members.enumerated() {
                if index > 0 { out.write(", ") }
                Self.quote(member.key, to: &out)
                out.write(": ")
                member.value.write(to: &out)
            }
            out.append(0x7D)
        }
    }

    static func quote(_ text: [UInt8], to out: inout [UInt8]) {
        text.withUnsafeBufferPointer { JSONAccess.appendQuoted($0, to: &out) }
    }

    /// The value on several lines, four blanks a level: jsonb_pretty.
    func writePretty(to out: inout [UInt8], indent: Int) {
        func line(_ level: Int) {
            out.append(0x0A)
            out += [UInt8](repeating: 0x20, count: 4 * level)
        }
        switch self {
        case .array(let items):
            out.append(0x5B)
            for (index, item) in items.enumerated() {
                if index > 0 { out.append(0x2C) }
                line(indent + 1)
                item.writePretty(to: &out, indent: indent + 1)
            }
            line(indent)
            out.append(0x5D)
        case .object(let members):
            out.append(0x7B)
            for (index, member) in members.enumerated() {
                if index > 0 { out.append(0x2C) }
                line(indent + 1)
                Self.quote(member.key, to: &out)
                out.write(": ")
                member.value.writePretty(to: &out, indent: indent + 1)
            }
            line(indent)
            out.append(0x7D)
        default: write(to: &out)
        }
    }

    /// What `->>` shows; nil for null.
    var plainText: [UInt8]? {
        switch self {
        case .null: nil
        case .string(let text): text
        default: text
        }
    }

    // MARK: Comparison

    private var rank: Int {
        switch self {
        case .null: 0
        case .string: 1
        case .number: 2
        case .bool: 3
        case .array: 4
        case .object: 5
        }
    }

    /// jsonb's order.
    static func compare(_ a: JSONValue, _ b: JSONValue) -> Int {
        switch (a, b) {
        case (.bool(let x), .bool(let y)): return x == y ? 0 : y ? -1 : 1
        case (.string(let x), .string(let y)):
            return x == y ? 0 : x.lexicographicallyPrecedes(y) ? -1 : 1
        case (.number(let x), .number(let y)): return compareNumbers(x, y)
        case (.array(let x), .array(let y)):
            if x.count != y.count { return x.count < y.count ? -1 : 1 }
            for (left, right) in zip(x, y) {
                let verdict = compare(left, right)
                if verdict != 0 { return verdict }
            }
            return 0
        case (.object(let x), .object(let y)):
            if x.count != y.count { return x.count < y.count ? -1 : 1 }
            for (left, right) in zip(x, y) {
                let keys = compareKeys(left.key, right.key)
                if keys != 0 { return keys }
                let verdict = compare(left.value, right.value)
                if verdict != 0 { return verdict }
            }
            return 0
        default: return a.rank == b.rank ? 0 : a.rank < b.rank ? -1 : 1
        }
    }

    static func compareNumbers(_ a: [UInt8], _ b: [UInt8]) -> Int {
        if a == b { return 0 }
        let (x, y) = (String(decoding: a, as: UTF8.self), String(decoding: b, as: UTF8.self))
        if let left = try? Decimal.parse(x), let right = try? Decimal.parse(y) {
            return Decimal.compare(left, right)
        }
        let (left, right) = (Double(x) ?? 0, Double(y) ?? 0)
        return left == right ? 0 : left < right ? -1 : 1
    }

    /// Whether a document contains another, as `@>` asks.
    static func contains(_ whole: JSONValue, _ part: JSONValue, isTop: Bool = true) -> Bool {
        switch (whole, part) {
        case (.object(let members), .object(let wanted)):
            return wanted.allSatisfy { want in
                members.contains {
                    $0.key == want.key && contains($0.value, want.value, isTop: false)
                }
            }
        case (.array(let items), .array(let wanted)):
            return wanted.allSatisfy { want in
                items.contains { contains($0, want, isTop: false) }
            }
        case (.array, .object): return false
        case (.array(let items), _): return isTop && items.contains { compare($0, part) == 0 }
        default: return compare(whole, part) == 0
        }
    }
}
