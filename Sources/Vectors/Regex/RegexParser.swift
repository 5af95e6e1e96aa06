import Basics

/// Reads PostgreSQL's advanced regular expressions, without back references and look-around.
struct RegexParser {
    private let pattern: [UInt32]
    private var at = 0
    private var flags: RegexFlags
    private(set) var groups = 0
    private static let depthMax = 200
    private static let repeatMax = 255

    init(_ text: String, _ flags: RegexFlags) {
        pattern = text.unicodeScalars.map(\.value)
        self.flags = flags
    }

    private var peek: UInt32 { at < pattern.count ? pattern[at] : 0 }
    private func isNext(_ character: Character) -> Bool {
        at < pattern.count && pattern[at] == character.unicodeScalars.first?.value
    }
    private mutating func take(_ character: Character) -> Bool {
        guard isNext(character) else { return false }
        at += 1
        return true
    }

    mutating func parse() throws -> (node: RegexNode, flags: RegexFlags) {
        if flags.isLiteral { return (.sequence(pattern.map { .character($0) }), flags) }
        try readDirector()
        if flags.isLiteral { return (.sequence(pattern[at...].map { .character($0) }), flags) }
        let node = try alternatives(depth: 0)
        guard at == pattern.count else {
            throw RegexError.invalid("parentheses () not balanced")
        }
        return (node, flags)
    }

    /// `***=`, `***:` and `(?flags)` at the front.
    private mutating func readDirector() throws {
        let star = UInt32(0x2A)
        if pattern.starts(with: [star, star, star, 0x3D]) {
            at = 4
            flags.isLiteral = true
            return
        }
        if pattern.starts(with: [star, star, star, 0x3A]) { at = 4 }
        guard pattern.dropFirst(at).starts(with: [0x28, 0x3F]) else { return }
        let letters = pattern.dropFirst(at + 2).prefix { $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A }
        guard !letters.isEmpty, at + 2 + letters.count < pattern.count,
            pattern[at + 2 + letters.count] == 0x29
        else { return }
        var merged = flags
        for letter in letters {
            guard let scalar = Unicode.Scalar(letter) else { continue }
            switch Character(scalar) {
            case "i": merged.isInsensitive = true
            case "c": merged.isInsensitive = false
            case "n", "m":
                merged.isNewlineSensitive = true
                merged.isLineAnchored = true
            case "p": merged.isNewlineSensitive = true
            case "w": merged.isLineAnchored = true
            case "s":
                merged.isNewlineSensitive = false
                merged.isLineAnchored = false
            case "x": merged.isExpanded = true
            case "t", "b", "e", "q": break
            default: throw RegexError.invalid("invalid embedded option")
            }
        }
        flags = merged
        at += letters.count + 3
    }

    private mutating func alternatives(depth: Int) throws -> RegexNode {
        guard depth < Self.depthMax else {
            throw RegexError.invalid("regular expression is too complex")
        }
        var branches = [try sequence(depth: depth)]
        while take("|") { branches.append(try sequence(depth: depth)) }
        return branches.count == 1 ? branches[0] : .alternatives(branches)
    }

    private mutating func sequence(depth: Int) throws -> RegexNode {
        var parts: [RegexNode] = []
        while at < pattern.count, !isNext("|"), !isNext(")") || depth == 0 {
            if isNext(")"), depth == 0 { break }
            if flags.isExpanded {
                if let scalar = Unicode.Scalar(peek), scalar.properties.isWhitespace {
                    at += 1
                    continue
                }
                if isNext("#") {
                    while at < pattern.count, peek != 0x0A { at += 1 }
                    continue
                }
            }
            if skipComment() { continue }
            let atom = try atom(depth: depth)
            parts.append(try quantified(atom))
        }
        return parts.count == 1 ? parts[0] : (parts.isEmpty ? .empty : .sequence(parts))
    }

    /// `(?#…)`, which runs to the next closing parenthesis.
    private mutating func skipComment() -> Bool {
        guard pattern[at...].starts(with: [0x28, 0x3F, 0x23]),
            let end = pattern[at...].firstIndex(of: 0x29)
        else { return false }
        at = end + 1
        return true
    }

    private mutating func quantified(_ atom: RegexNode) throws -> RegexNode {
        var (least, most): (Int, Int?) = (0, nil)
        if take("*") {
            (least, most) = (0, nil)
        } else if take("+") {
            (least, most) = (1, nil)
        } else if take("?") {
            (least, most) = (0, 1)
        } else if isNext("{"), at + 1 < pattern.count, pattern[at + 1] &- 0x30 < 10 {
            at += 1
            (least, most) = try bounds()
        } else {
            return atom
        }
        if case .assertion = atom { throw RegexError.invalid("quantifier operand invalid") }
        let isGreedy = !take("?")
        if isNext("*") || isNext("+") || isNext("?") {
            throw RegexError.invalid("quantifier operand invalid")
        }
        return .repetition(atom, least, most, isGreedy: isGreedy)
    }

    private mutating func bounds() throws -> (Int, Int?) {
        func invalid() -> SQLError { RegexError.invalid("invalid repetition count(s)") }
        func number() -> Int? {
            var value: Int?
            while peek &- 0x30 < 10, (value ?? 0) < 1000 {
                value = (value ?? 0) * 10 + Int(peek - 0x30)
                at += 1
            }
            return value
        }
        guard let least = number() else { throw invalid() }
        var most: Int? = least
        if take(",") { most = number() }
        guard take("}") else {
            throw at < pattern.count ? invalid() : RegexError.invalid("braces {} not balanced")
        }
        guard least <= Self.repeatMax, (most ?? 0) <= Self.repeatMax, least <= most ?? least else {
            throw invalid()
        }
        return (least, most)
    }

    private mutating func atom(depth: Int) throws -> RegexNode {
        let character = peek
        at += 1
        switch character {
        case 0x28:  // (
            var index: Int?
            if isNext("?") {
                guard at + 1 < pattern.count else {
                    throw RegexError.invalid("quantifier operand invalid")
                }
                guard pattern[at + 1] == 0x3A else {
                    throw SQLError.unsupported("look-around in regular expressions")
                }
                at += 2
            } else {
                groups += 1
                index = groups
            }
            let inner = try alternatives(depth: depth + 1)
            guard take(")") else { throw RegexError.invalid("parentheses () not balanced") }
            return .group(index, inner)
        case 0x5B: return try bracket()
        case 0x2E: return .set(RegexSet(isNegated: true, excludesNewline: flags.isNewlineSensitive))
        case 0x5E: return .assertion(flags.isLineAnchored ? .lineStart : .start)
        case 0x24: return .assertion(flags.isLineAnchored ? .lineEnd : .end)
        case 0x7B where peek &- 0x30 < 10: throw RegexError.invalid("quantifier operand invalid")
        case 0x2A, 0x2B, 0x3F: throw RegexError.invalid("quantifier operand invalid")
        case 0x5C: return try escape()
        default: return .character(character)
        }
    }

    private mutating func escape() throws -> RegexNode {
        guard at < pattern.count else { throw RegexError.invalid("invalid escape \\ sequence") }
        let letter = peek
        if let set = Self.classEscape(letter) {
            at += 1
            return .set(set)
        }
        switch letter {
        case 0x41: return assertion(.start)
        case 0x5A: return assertion(.end)
        case 0x6D: return assertion(.wordStart)
        case 0x4D: return assertion(.wordEnd)
        case 0x79: return assertion(.boundary)
        case 0x59: return assertion(.inside)
        case 0x31...0x39:
            throw SQLError.unsupported("back references in regular expressions")
        default: return .character(try characterEscape())
        }
    }

    private mutating func assertion(_ kind: RegexNode.Assertion) -> RegexNode {
        at += 1
        return .assertion(kind)
    }

    /// The character that an escape stands for; the cursor is past the backslash.
    private mutating func characterEscape() throws -> UInt32 {
        let letter = peek
        at += 1
        switch letter {
        case 0x61: return 7
        case 0x62: return 8
        case 0x42: return 0x5C
        case 0x65: return 0x1B
        case 0x66: return 0x0C
        case 0x6E: return 0x0A
        case 0x72: return 0x0D
        case 0x74: return 0x09
        case 0x76: return 0x0B
        case 0x30: return 0
        case 0x75: return try hexadecimal(4)
        case 0x55: return try hexadecimal(8)
        case 0x78: return try hexadecimal(2)
        default:
            if (letter | 0x20) &- 0x61 < 26 || letter &- 0x30 < 10 {
                throw RegexError.invalid("invalid escape \\ sequence")
            }
            return letter
        }
    }

    private mutating func hexadecimal(_ digits: Int) throws -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard let digit = UInt8(exactly: peek).flatMap({ TextParse.hexValue($0) }) else {
                throw RegexError.invalid("invalid escape \\ sequence")
            }
            value = value << 4 | UInt32(digit)
            at += 1
        }
        return value
    }

    private static func classEscape(_ letter: UInt32) -> RegexSet? {
        switch letter {
        case 0x64: RegexSet(ranges: RegexClasses.digit)
        case 0x44: RegexSet(ranges: RegexClasses.digit, isNegated: true)
        case 0x77: RegexSet(ranges: RegexClasses.word)
        case 0x57: RegexSet(ranges: RegexClasses.word, isNegated: true)
        case 0x73: RegexSet(ranges: RegexClasses.space)
        case 0x53: RegexSet(ranges: RegexClasses.space, isNegated: true)
        default: nil
        }
    }

    private mutating func bracket() throws -> RegexNode {
        var set = RegexSet()
        if take("^") {
            set.isNegated = true
            set.excludesNewline = flags.isNewlineSensitive
        }
        var first = true
        while first || !isNext("]") {
            guard at < pattern.count else {
                throw RegexError.invalid("brackets [] not balanced")
            }
            first = false
            if isNext("["), at + 1 < pattern.count, pattern[at + 1] == 0x3A {
                set.ranges += try namedClass()
                continue
            }
            if isNext("\\"), at + 1 < pattern.count,
                let found = Self.classEscape(pattern[at + 1])
            {
                guard !found.isNegated else {
                    throw RegexError.invalid("invalid escape \\ sequence")
                }
                set.ranges += found.ranges
                at += 2
                continue
            }
            let low = try bracketCharacter()
            if isNext("-"), at + 1 < pattern.count, pattern[at + 1] != 0x5D {
                at += 1
                let high = try bracketCharacter()
                guard low <= high else { throw RegexError.invalid("invalid character range") }
                set.ranges.append(low...high)
            } else {
                set.ranges.append(low...low)
            }
        }
        at += 1
        return .set(set)
    }

    private mutating func bracketCharacter() throws -> UInt32 {
        guard at < pattern.count else { throw RegexError.invalid("brackets [] not balanced") }
        if take("\\") {
            guard at < pattern.count else { throw RegexError.invalid("invalid escape \\ sequence") }
            return try characterEscape()
        }
        if isNext("["), at + 1 < pattern.count, [0x2E, 0x3D].contains(pattern[at + 1]) {
            return try collatingElement()
        }
        at += 1
        return pattern[at - 1]
    }

    /// `[.a.]`, `[.hyphen.]` or `[=a=]`.
    private mutating func collatingElement() throws -> UInt32 {
        let mark = pattern[at + 1]
        at += 2
        var name: [UInt32] = []
        while at + 1 < pattern.count,
            pattern[at] != mark || pattern[at + 1] != 0x5D || name.isEmpty
        {
            name.append(pattern[at])
            at += 1
        }
        guard at + 1 < pattern.count else { throw RegexError.invalid("brackets [] not balanced") }
        at += 2
        if name.count == 1 { return name[0] }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: name.compactMap { Unicode.Scalar($0) })
        guard let found = RegexClasses.elements[String(text)] else {
            throw RegexError.invalid("invalid collating element")
        }
        return found
    }

    private mutating func namedClass() throws -> [ClosedRange<UInt32>] {
        at += 2
        var name = ""
        while at < pattern.count, !isNext(":"), let scalar = Unicode.Scalar(peek) {
            name.unicodeScalars.append(scalar)
            at += 1
        }
        guard take(":"), take("]") else { throw RegexError.invalid("brackets [] not balanced") }
        guard let ranges = RegexClasses.named(name) else {
            throw RegexError.invalid("invalid character class")
        }
        return ranges
    }
}

/// Named character classes. Letters beyond ASCII count as alphabetic from U+00AA on by Unicode.
enum RegexClasses {
    static let digit: [ClosedRange<UInt32>] = [0x30...0x39]
    static let space: [ClosedRange<UInt32>] = [
        0x09...0x0D, 0x20...0x20, 0x1680...0x1680, 0x2000...0x2006, 0x2008...0x200A,
        0x2028...0x2029, 0x205F...0x205F, 0x3000...0x3000,
    ]
    static let alpha = ranges { $0.properties.isAlphabetic }
    static let upper = ranges { $0.properties.isUppercase }
    static let lower = ranges { $0.properties.isLowercase }
    static let word = alpha + digit + [0x5F...0x5F]

    /// Characters by the names that POSIX gives them.
    static let elements: [String: UInt32] = {
        var found: [String: UInt32] = [
            "NUL": 0, "alert": 7, "backspace": 8, "tab": 9, "newline": 10, "vertical-tab": 11,
            "form-feed": 12, "carriage-return": 13, "DEL": 127,
            "left-bracket": 0x5B, "left-square-bracket": 0x5B, "backslash": 0x5C,
            "reverse-solidus": 0x5C, "right-bracket": 0x5D, "right-square-bracket": 0x5D,
            "circumflex": 0x5E, "circumflex-accent": 0x5E, "underscore": 0x5F, "low-line": 0x5F,
            "grave-accent": 0x60, "left-brace": 0x7B, "left-curly-bracket": 0x7B,
            "vertical-line": 0x7C, "right-brace": 0x7D, "right-curly-bracket": 0x7D,
            "tilde": 0x7E, "hyphen": 0x2D, "period": 0x2E, "solidus": 0x2F,
        ]
        let signs = [
            "space", "exclamation-mark", "quotation-mark", "number-sign", "dollar-sign",
            "percent-sign", "ampersand", "apostrophe", "left-parenthesis", "right-parenthesis",
            "asterisk", "plus-sign", "comma", "hyphen-minus", "full-stop", "slash", "zero", "one",
            "two", "three", "four", "five", "six", "seven", "eight", "nine", "colon", "semicolon",
            "less-than-sign", "equals-sign", "greater-than-sign", "question-mark",
            "commercial-at",
        ]
        for (index, name) in signs.enumerated() { found[name] = 0x20 + UInt32(index) }
        return found
    }()

    /// Ranges of the basic plane for which a test holds, found once.
    private static func ranges(_ test: (Unicode.Scalar) -> Bool) -> [ClosedRange<UInt32>] {
        var found: [ClosedRange<UInt32>] = []
        var start: UInt32?
        for code in UInt32(0)...0xFFFF {
            let holds = Unicode.Scalar(code).map(test) ?? false
            if holds {
                start = start ?? code
            } else if let from = start {
                found.append(from...(code - 1))
                start = nil
            }
        }
        return found
    }

    static func named(_ name: String) -> [ClosedRange<UInt32>]? {
        switch name {
        case "alpha": alpha
        case "digit": digit
        case "alnum": alpha + digit
        case "upper": upper
        case "lower": lower
        case "space": space
        case "blank": [0x20...0x20, 0x09...0x09]
        case "punct": [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E]
        case "xdigit": [0x30...0x39, 0x41...0x46, 0x61...0x66]
        case "cntrl": [0x00...0x1F, 0x7F...0x7F]
        case "graph": [0x21...0x7E, 0xA1...0x10FFFF]
        case "print": [0x20...0x7E, 0xA0...0x10FFFF]
        case "word": word
        default: nil
        }
    }
}
