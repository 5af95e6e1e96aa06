import Basics
import Glibc

/// A LIKE pattern, compiled once where it is constant.
struct LikePattern {
    private enum Shape {
        case exact, prefix, suffix, contains, general
    }

    private let shape: Shape
    /// The literal of the simple shapes; the whole pattern otherwise.
    private let bytes: [UInt8]
    private let isInsensitive: Bool
    private let foldsUnicode: Bool

    init(_ pattern: StringView, insensitive: Bool) throws {
        isInsensitive = insensitive
        var literal: [UInt8] = []
        var shapeable = !insensitive
        let source = insensitive ? LikePattern.folded(pattern) : Array(pattern.buffer)
        foldsUnicode = insensitive
        var index = 0
        var leading = false
        var trailing = false
        while index < source.count {
            let byte = source[index]
            if byte == 0x5C {
                guard index + 1 < source.count else {
                    throw SQLError(
                        .invalidEscapeSequence, "LIKE pattern must not end with escape character")
                }
                literal.append(source[index + 1])
                if trailing { shapeable = false }
                index += 2
                continue
            }
            if byte == 0x5F { shapeable = false }
            if byte == 0x25 {
                if index == 0 { leading = true } else { trailing = true }
            } else {
                if trailing { shapeable = false }
                literal.append(byte)
            }
            index += 1
        }
        if shapeable {
            bytes = literal
            if source.count > 0, literal.isEmpty, leading {
                shape = .contains
            } else {
                shape = leading ? (trailing ? .contains : .suffix) : (trailing ? .prefix : .exact)
            }
        } else {
            bytes = source
            shape = .general
        }
    }

    private static func folded(_ view: StringView) -> [UInt8] {
        if Strings.isASCII(view.buffer) { return view.buffer.map { CaseMapping.lower($0) } }
        var out = String.UnicodeScalarView()
        for scalar in view.string.unicodeScalars { out.append(CaseMapping.lower(scalar)) }
        return Array(String(out).utf8)
    }

    @inline(__always)
    func matches(_ view: StringView) -> Bool {
        bytes.withUnsafeBufferPointer { pattern in
            let count = Int(view.count)
            guard let base = pattern.baseAddress, pattern.count > 0 else {
                return shape == .contains || shape == .prefix || shape == .suffix || count == 0
            }
            switch shape {
            case .exact:
                return count == pattern.count && memcmp(view.start, base, count) == 0
            case .prefix:
                return count >= pattern.count && memcmp(view.start, base, pattern.count) == 0
            case .suffix:
                return count >= pattern.count
                    && memcmp(view.start + count - pattern.count, base, pattern.count) == 0
            case .contains: return Strings.find(pattern, in: view.buffer) != nil
            case .general:
                if isInsensitive {
                    return Self.folded(view).withUnsafeBufferPointer {
                        Self.general($0, pattern)
                    }
                }
                return Self.general(view.buffer, pattern)
            }
        }
    }

    /// Backtracks to the last % only, so time is at most text × pattern.
    private static func general(
        _ text: UnsafeBufferPointer<UInt8>, _ pattern: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        var (t, p) = (0, 0)
        var (starP, starT) = (-1, 0)
        while t < text.count {
            if p < pattern.count {
                let byte = pattern[p]
                if byte == 0x25 {
                    starP = p
                    starT = t
                    p += 1
                    continue
                }
                if byte == 0x5F {
                    t += 1
                    while t < text.count, Strings.isContinuation(text[t]) { t += 1 }
                    p += 1
                    continue
                }
                let escaped = byte == 0x5C && p + 1 < pattern.count
                if (escaped ? pattern[p + 1] : byte) == text[t] {
                    p += escaped ? 2 : 1
                    t += 1
                    continue
                }
            }
            guard starP >= 0 else { return false }
            p = starP + 1
            starT += 1
            while starT < text.count, Strings.isContinuation(text[starT]) { starT += 1 }
            t = starT
        }
        while p < pattern.count, pattern[p] == 0x25 { p += 1 }
        return p == pattern.count
    }

    /// The pattern with another escape character turned into backslashes; empty means none.
    static func escaped(_ pattern: StringView, _ escape: StringView) throws -> [UInt8] {
        var out: [UInt8] = []
        let mark = Array(escape.string.unicodeScalars)
        guard mark.count <= 1 else {
            throw SQLError(
                .invalidEscapeSequence, "invalid escape string",
                hint: "Escape string must be empty or one character.")
        }
        if mark.first == "\\" { return Array(pattern.buffer) }
        var afterEscape = false
        for scalar in pattern.string.unicodeScalars {
            if !afterEscape, let mark = mark.first, scalar == mark {
                out.append(0x5C)
                afterEscape = true
                continue
            }
            if scalar == "\\", !afterEscape { out.append(0x5C) }
            out.append(contentsOf: Array(String(Character(scalar)).utf8))
            afterEscape = false
        }
        return out
    }
}
