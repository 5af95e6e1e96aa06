import Basics

/// A set of characters: ranges of code points, perhaps complemented.
struct RegexSet: Sendable {
    var ranges: [ClosedRange<UInt32>] = []
    var isNegated = false
    var excludesNewline = false

    func contains(_ scalar: UInt32) -> Bool {
        if excludesNewline, scalar == 0x0A { return false }
        return lists(scalar) != isNegated
    }

    /// Whether a range holds the character, complement or not.
    func lists(_ scalar: UInt32) -> Bool {
        for range in ranges where range.contains(scalar) { return true }
        return false
    }
}

/// The parts of a regular expression.
indirect enum RegexNode {
    enum Assertion { case start, end, lineStart, lineEnd, wordStart, wordEnd, boundary, inside }
    case empty
    case character(UInt32)
    case set(RegexSet)
    case assertion(Assertion)
    case group(Int?, RegexNode)
    case sequence([RegexNode])
    case alternatives([RegexNode])
    case repetition(RegexNode, Int, Int?, isGreedy: Bool)

    /// Whether the longest or the shortest match is wanted; nil where no part says.
    var preference: Bool? {
        switch self {
        case .repetition(_, let least, let most, let isGreedy):
            return most == least ? nil : isGreedy
        case .group(_, let inner): return inner.preference
        case .sequence(let parts):
            for part in parts { if let found = part.preference { return found } }
            return nil
        case .alternatives: return true
        default: return nil
        }
    }
}

/// What flags such as "gi" ask for.
struct RegexFlags {
    var isInsensitive = false
    var isGlobal = false
    /// `.` and complemented sets leave out newline, ^ and $ match at lines.
    var isNewlineSensitive = false
    var isLineAnchored = false
    var isExpanded = false
    var isLiteral = false

    init() {}

    init(_ text: String) throws {
        for flag in text {
            switch flag {
            case "i": isInsensitive = true
            case "c": isInsensitive = false
            case "g": isGlobal = true
            case "n", "m":
                isNewlineSensitive = true
                isLineAnchored = true
            case "p": isNewlineSensitive = true
            case "w": isLineAnchored = true
            case "s":
                isNewlineSensitive = false
                isLineAnchored = false
            case "x": isExpanded = true
            case "t": isExpanded = false
            case "q": isLiteral = true
            case "a", "e", "b": break
            default:
                throw SQLError(
                    .invalidParameterValue, "invalid regular expression option: \"\(flag)\"")
            }
        }
    }
}

enum RegexError {
    static func invalid(_ what: String) -> SQLError {
        SQLError(.invalidRegularExpression, "invalid regular expression: \(what)")
    }
}
