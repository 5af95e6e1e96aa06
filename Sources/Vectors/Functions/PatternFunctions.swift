import Basics

/// Compiled expressions of one evaluation: the last one is kept, as patterns seldom change by row.
struct RegexCache {
    private var pattern: [UInt8] = []
    private var flags = ""
    private var compiled: Regex?
    private(set) var parsedFlags = RegexFlags()

    mutating func regex(_ view: StringView, _ flags: String, insensitive: Bool = false) throws
        -> Regex
    {
        if let compiled, self.flags == flags, view.buffer.elementsEqual(pattern) {
            return compiled
        }
        var parsed = try RegexFlags(flags)
        if insensitive { parsed.isInsensitive = true }
        let made = try Regex(view.string, flags: parsed)
        (pattern, self.flags, compiled, parsedFlags) = (Array(view.buffer), flags, made, parsed)
        return made
    }
}

/// What the table functions over regular expressions need.
package enum RegexFunctions {
    static func string(_ text: [UInt32], _ range: Range<Int>) -> String {
        var out = String.UnicodeScalarView()
        for value in text[range] { if let scalar = Unicode.Scalar(value) { out.append(scalar) } }
        return String(out)
    }

    /// Each match's groups (the whole match where it has none): regexp_matches.
    package static func matches(
        _ text: StringView, _ pattern: StringView, _ flags: String
    ) throws -> [[String?]] {
        var cache = RegexCache()
        let regex = try cache.regex(pattern, flags)
        let scalars = Regex.scalars(text)
        let ranges =
            cache.parsedFlags.isGlobal
            ? regex.allRanges(in: scalars) : regex.firstRange(in: scalars).map { [$0] } ?? []
        return ranges.map { groups(regex, scalars, $0) }
    }

    static func groups(_ regex: Regex, _ text: [UInt32], _ range: Range<Int>) -> [String?] {
        let captures = regex.captures(in: text, range)
        let shown = regex.groups == 0 ? captures : Array(captures.dropFirst())
        return shown.map { $0.map { string(text, $0) } }
    }

    /// As above, of bytes of one's own.
    package static func matches(
        _ text: [UInt8], _ pattern: [UInt8], _ flags: String
    ) throws -> [[String?]] {
        try withViews(text, pattern) { try matches($0, $1, flags) }
    }

    package static func split(
        _ text: [UInt8], _ pattern: [UInt8], _ flags: String
    ) throws -> [String] {
        try withViews(text, pattern) { try split($0, $1, flags) }
    }

    private static func withViews<R>(
        _ a: [UInt8], _ b: [UInt8], _ body: (StringView, StringView) throws -> R
    ) rethrows -> R {
        let arena = StringArena()
        let views = [a, b].map { $0.withUnsafeBufferPointer { arena.copy($0) } }
        return try withExtendedLifetime(arena) { try body(views[0], views[1]) }
    }

    /// The parts between matches: regexp_split_to_array and regexp_split_to_table.
    package static func split(
        _ text: StringView, _ pattern: StringView, _ flags: String
    ) throws -> [String] {
        var cache = RegexCache()
        let regex = try cache.regex(pattern, flags)
        let scalars = Regex.scalars(text)
        var parts: [String] = []
        var from = 0
        for range in regex.allRanges(in: scalars) {
            // An empty match at either end, or right after a match, splits nothing.
            if range.isEmpty, range.lowerBound == from || range.lowerBound == scalars.count {
                continue
            }
            parts.append(string(scalars, from..<range.lowerBound))
            from = range.upperBound
        }
        parts.append(string(scalars, from..<scalars.count))
        return parts
    }

    /// `\1`, `\&` and `\\` in a replacement, filled in.
    static func expand(
        _ replacement: [UInt32], _ text: [UInt32], _ captures: [Range<Int>?]
    ) -> [UInt32] {
        var out: [UInt32] = []
        var at = 0
        while at < replacement.count {
            guard replacement[at] == 0x5C, at + 1 < replacement.count else {
                out.append(replacement[at])
                at += 1
                continue
            }
            let next = replacement[at + 1]
            at += 2
            if next == 0x26 {
                if let whole = captures[0] { out += text[whole] }
            } else if next >= 0x31, next <= 0x39 {
                let group = Int(next - 0x30)
                if group < captures.count, let range = captures[group] { out += text[range] }
            } else if next == 0x5C {
                out.append(0x5C)
            } else {
                out += [0x5C, next]
            }
        }
        return out
    }
}

extension FunctionRegistry {
    mutating func addPatterns() {
        addPatternOperators()
        addPatternReplacing()
        addPatternSearching()
        addSimilar()
    }

    private mutating func addPatternOperators() {
        let operators: [(String, Bool, Bool)] = [
            ("~", false, false), ("~*", true, false), ("!~", false, true), ("!~*", true, true),
        ]
        for (name, insensitive, negated) in operators {
            for type in [SQLType.text, .char(1), .name] {
                add(name, [type, .text], .boolean) { _, a, n, _ in
                    var cache = RegexCache()
                    return try Kernels.tryMap(a[0], a[1], n, .boolean) {
                        (x: StringView, y: StringView) -> UInt8 in
                        let regex = try cache.regex(y, "", insensitive: insensitive)
                        return regex.matches(x) != negated ? 1 : 0
                    }
                }
            }
        }
    }

    /// Replaces match number `nth` (0: all) at or after character `start`.
    private static func replace(
        _ view: StringView, _ regex: Regex, _ replacement: StringView, start: Int, nth: Int,
        _ arena: StringArena
    ) -> StringView {
        let text = Regex.scalars(view)
        let template = Regex.scalars(replacement)
        var out: [UInt32] = []
        var from = 0
        let ranges: [Range<Int>] =
            nth == 1
            ? regex.firstRange(in: text, from: min(start, text.count)).map { [$0] } ?? []
            : regex.allRanges(in: text, from: min(start, text.count))
        for (index, range) in ranges.enumerated() where nth == 0 || index == nth - 1 {
            out += text[from..<range.lowerBound]
            out += RegexFunctions.expand(template, text, regex.captures(in: text, range))
            from = range.upperBound
        }
        if from == 0, out.isEmpty { if ranges.isEmpty { return view } }
        out += text[from...]
        return arena.copy(RegexFunctions.string(out, 0..<out.count))
    }

    private mutating func addPatternReplacing() {
        for count in [3, 4] {
            add("regexp_replace", Array(repeating: .text, count: count), .text) { _, a, n, type in
                var cache = RegexCache()
                return try Kernels.strings(a, n, type) { row, arena in
                    let flags = count == 4 ? a[3].view(row).string : ""
                    if let first = flags.unicodeScalars.first, first.properties.numericType != nil {
                        throw SQLError(
                            .invalidParameterValue,
                            "invalid regular expression option: \"\(first)\"",
                            hint: "If you meant to use regexp_replace() with a start parameter, "
                                + "cast the fourth argument to integer explicitly.")
                    }
                    let regex = try cache.regex(a[1].view(row), flags)
                    return Self.replace(
                        a[0].view(row), regex, a[2].view(row), start: 0,
                        nth: cache.parsedFlags.isGlobal ? 0 : 1, arena)
                }
            }
        }
        let base: [SQLType] = [.text, .text, .text, .integer]
        for extra in [[SQLType](), [.integer], [.integer, .text]] {
            add("regexp_replace", base + extra, .text) { _, a, n, type in
                var cache = RegexCache()
                return try Kernels.strings(a, n, type) { row, arena in
                    let start = Int(a[3].value(Int32.self, row))
                    let nth = extra.isEmpty ? 1 : Int(a[4].value(Int32.self, row))
                    try Self.check(start, "start", least: 1)
                    try Self.check(nth, "n", least: 0)
                    let regex = try cache.regex(
                        a[1].view(row), extra.count == 2 ? a[5].view(row).string : "")
                    return Self.replace(
                        a[0].view(row), regex, a[2].view(row), start: start - 1, nth: nth, arena)
                }
            }
        }
    }

    private static func check(_ value: Int, _ name: String, least: Int) throws {
        guard value >= least else {
            throw SQLError(
                .invalidParameterValue, "invalid value for parameter \"\(name)\": \(value)")
        }
    }

    private mutating func addPatternSearching() {
        for count in [2, 3] {
            let types = [SQLType](repeating: .text, count: count)
            add("regexp_match", types, .array(.text)) { _, a, n, type in
                var cache = RegexCache()
                return try Kernels.strings(a, n, type) { row, arena in
                    let flags = count == 3 ? a[2].view(row).string : ""
                    let regex = try cache.regex(a[1].view(row), flags)
                    guard !cache.parsedFlags.isGlobal else {
                        throw SQLError(
                            .invalidParameterValue,
                            "regexp_match() does not support the \"global\" option",
                            hint: "Use the regexp_matches function instead.")
                    }
                    let text = Regex.scalars(a[0].view(row))
                    guard let range = regex.firstRange(in: text) else { return nil }
                    let groups = RegexFunctions.groups(regex, text, range)
                    return ArrayValue(.text, groups.map { $0.map { .text($0) } ?? .null })
                        .encoded.withUnsafeBufferPointer { arena.copy($0) }
                }
            }
            add("regexp_split_to_array", types, .array(.text)) { _, a, n, type in
                try Kernels.strings(a, n, type) { row, arena in
                    let parts = try RegexFunctions.split(
                        a[0].view(row), a[1].view(row), count == 3 ? a[2].view(row).string : "")
                    return ArrayValue(.text, parts.map { .text($0) })
                        .encoded.withUnsafeBufferPointer { arena.copy($0) }
                }
            }
            add("regexp_like", types, .boolean) { _, a, n, type in
                var cache = RegexCache()
                return try Kernels.rows(a, n, type) { row, out in
                    let regex = try cache.regex(
                        a[1].view(row), count == 3 ? a[2].view(row).string : "")
                    out.pointer(UInt8.self)[row] = regex.matches(a[0].view(row)) ? 1 : 0
                }
            }
        }
        for extra in [[SQLType](), [.integer], [.integer, .text]] {
            add("regexp_count", [.text, .text] + extra, .integer) { _, a, n, type in
                var cache = RegexCache()
                return try Kernels.rows(a, n, type) { row, out in
                    let start = extra.isEmpty ? 1 : Int(a[2].value(Int32.self, row))
                    try Self.check(start, "start", least: 1)
                    let regex = try cache.regex(
                        a[1].view(row), extra.count == 2 ? a[3].view(row).string : "")
                    let text = Regex.scalars(a[0].view(row))
                    out.pointer(Int32.self)[row] = Int32(
                        truncatingIfNeeded: start - 1 > text.count
                            ? 0 : regex.allRanges(in: text, from: start - 1).count)
                }
            }
        }
        add("substring", [.text, .text], .text) { _, a, n, type in
            var cache = RegexCache()
            return try Kernels.strings(a, n, type) { row, arena in
                let regex = try cache.regex(a[1].view(row), "")
                let text = Regex.scalars(a[0].view(row))
                guard let range = regex.firstRange(in: text) else { return nil }
                // A parenthesised part, where there is one, is what substring returns.
                let captures = regex.captures(in: text, range)
                let chosen = captures.count > 1 ? captures[1] : range
                return chosen.map { arena.copy(RegexFunctions.string(text, $0)) }
            }
        }
        addPatternPlaces()
    }

    /// SIMILAR TO: the pattern becomes an anchored regular expression.
    private mutating func addSimilar() {
        for count in [1, 2] {
            for name in ["similar_to_escape", "similar_escape"] {
                text(name, [SQLType](repeating: .text, count: count)) { a, row, arena in
                    arena.copy(
                        try SimilarPattern.regex(
                            a[0].view(row).string, count == 2 ? a[1].view(row).string : "\\"))
                }
            }
        }
        text("substring", [.text, .text, .text]) { a, row, arena in
            let pattern = try SimilarPattern.regex(a[1].view(row).string, a[2].view(row).string)
            let regex = try Regex(pattern, flags: RegexFlags())
            let text = Regex.scalars(a[0].view(row))
            guard let range = regex.firstRange(in: text) else { return nil }
            let captures = regex.captures(in: text, range)
            let chosen = captures.count > 1 ? captures[1] : range
            return chosen.map { arena.copy(RegexFunctions.string(text, $0)) }
        }
    }
}

/// SQL's own regular expressions, rewritten into PostgreSQL's.
enum SimilarPattern {
    static func regex(_ pattern: String, _ escape: String) throws -> String {
        guard escape.unicodeScalars.count <= 1 else {
            throw SQLError(
                .invalidEscapeSequence, "invalid escape string",
                hint: "Escape string must be empty or one character.")
        }
        let mark = escape.unicodeScalars.first
        var out = "^(?:"
        var afterEscape = false
        var inBrackets = false
        var quotes = 0
        for scalar in pattern.unicodeScalars {
            if afterEscape {
                if scalar == "\"" {
                    // The two marks delimit the part that substring returns.
                    out += quotes == 0 ? "){1,1}?(" : "){1,1}(?:"
                    quotes += 1
                    guard quotes <= 2 else {
                        throw SQLError(
                            .init("2200C"),
                            "SQL regular expression may not contain more than two "
                                + "escape-double-quote separators")
                    }
                } else {
                    out += "\\"
                    out.unicodeScalars.append(scalar)
                }
                afterEscape = false
            } else if scalar == mark {
                afterEscape = true
            } else if inBrackets {
                if scalar == "\\" { out += "\\" }
                out.unicodeScalars.append(scalar)
                if scalar == "]" { inBrackets = false }
            } else {
                switch scalar {
                case "[":
                    out += "["
                    inBrackets = true
                case "%": out += ".*"
                case "_": out += "."
                case "(": out += "(?:"
                case "\\", ".", "^", "$":
                    out += "\\"
                    out.unicodeScalars.append(scalar)
                default: out.unicodeScalars.append(scalar)
                }
            }
        }
        return out + ")$"
    }
}
