/// Cuts typed lines into statements and backslash commands, as they come.
///
/// A statement ends at a semicolon outside quotes, comments, dollar quotes and parentheses. A
/// backslash outside them starts a command that takes the rest of its line.
package struct StatementSplitter {
    package enum Piece: Equatable {
        case statement(String)
        /// Without the backslash.
        case command(String)
    }

    package enum Context: Equatable {
        case empty, statement, quote(Character), dollarQuote, comment, parenthesis
    }

    private enum Mode: Equatable {
        case plain
        /// `escapes` in E'…' strings.
        case quote(Unicode.Scalar, escapes: Bool)
        case dollar([Unicode.Scalar])
        case comment(depth: Int)
    }

    private var mode = Mode.plain
    private var depth = 0
    private var pending: [Unicode.Scalar] = []

    package init() {}

    /// What is open at the end of the lines so far: the prompt tells it.
    package var context: Context {
        switch mode {
        case .quote(let quote, _): return .quote(Character(quote))
        case .dollar: return .dollarQuote
        case .comment: return .comment
        case .plain:
            if depth > 0 { return .parenthesis }
            return hasPending ? .statement : .empty
        }
    }

    /// Whether anything but white space waits for its end.
    package var hasPending: Bool { !pending.allSatisfy(\.properties.isWhitespace) }

    /// The unfinished statement.
    package var unfinished: String { text(pending) }

    /// Forgets the unfinished statement, and returns it.
    @discardableResult
    package mutating func reset() -> String {
        defer { self = StatementSplitter() }
        return text(pending)
    }

    /// Takes one line, without its line end.
    package mutating func add(line: String) -> [Piece] {
        let scalars = Array(line.unicodeScalars)
        var pieces: [Piece] = []
        var at = 0
        if !pending.isEmpty { pending.append("\n") }
        while at < scalars.count {
            switch mode {
            case .quote(let quote, let escapes):
                at = inQuote(scalars, at, quote, escapes)
            case .dollar(let tag): at = inDollarQuote(scalars, at, tag)
            case .comment(let depth): at = inComment(scalars, at, depth)
            case .plain: at = inPlain(scalars, at, &pieces)
            }
        }
        if !hasPending, mode == .plain { pending = [] }
        return pieces
    }

    private func text(_ scalars: [Unicode.Scalar]) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    private mutating func take(
        _ scalars: [Unicode.Scalar], _ at: Int, _ count: Int = 1
    ) -> Int {
        pending.append(contentsOf: scalars[at..<min(at + count, scalars.count)])
        return at + count
    }

    private func follows(_ scalars: [Unicode.Scalar], _ at: Int, _ text: String) -> Bool {
        scalars[at...].starts(with: text.unicodeScalars)
    }

    private mutating func inPlain(
        _ scalars: [Unicode.Scalar], _ at: Int, _ pieces: inout [Piece]
    ) -> Int {
        let scalar = scalars[at]
        switch scalar {
        case "'":
            let before = pending.last
            let escapes = before == "e" || before == "E"
            mode = .quote("'", escapes: escapes && !isWord(pending.dropLast().last))
        case "\"": mode = .quote("\"", escapes: false)
        case "(", "[": depth += 1
        case ")", "]": depth = max(0, depth - 1)
        case "$":
            if !isWord(pending.last), let tag = dollarTag(scalars, at) {
                mode = .dollar(tag)
                return take(scalars, at, tag.count)
            }
        case "-" where follows(scalars, at, "--"): return take(scalars, at, scalars.count - at)
        case "/" where follows(scalars, at, "/*"):
            mode = .comment(depth: 1)
            return take(scalars, at, 2)
        case ";" where depth == 0:
            _ = take(scalars, at)
            if hasPending { pieces.append(.statement(trimmed())) }
            pending = []
            return at + 1
        case "\\":
            return command(scalars, at, &pieces)
        default: break
        }
        return take(scalars, at)
    }

    private mutating func command(
        _ scalars: [Unicode.Scalar], _ at: Int, _ pieces: inout [Piece]
    ) -> Int {
        pieces.append(.command(text(Array(scalars[(at + 1)...]))))
        return scalars.count
    }

    private func trimmed() -> String {
        let start = pending.firstIndex { !$0.properties.isWhitespace } ?? pending.startIndex
        return text(Array(pending[start...]))
    }

    private func isWord(_ scalar: Unicode.Scalar?) -> Bool {
        guard let scalar else { return false }
        return scalar == "_" || scalar == "$" || scalar.properties.isAlphabetic
            || scalar.properties.numericType != nil
    }

    /// `$$` or `$name$` at this place.
    private func dollarTag(_ scalars: [Unicode.Scalar], _ at: Int) -> [Unicode.Scalar]? {
        var end = at + 1
        while end < scalars.count, scalars[end] != "$" {
            guard isWord(scalars[end]) else { return nil }
            if end == at + 1, scalars[end].properties.numericType != nil { return nil }
            end += 1
        }
        return end < scalars.count ? Array(scalars[at...end]) : nil
    }

    private mutating func inQuote(
        _ scalars: [Unicode.Scalar], _ at: Int, _ quote: Unicode.Scalar, _ escapes: Bool
    ) -> Int {
        if escapes, scalars[at] == "\\" { return take(scalars, at, 2) }
        if scalars[at] == quote {
            if at + 1 < scalars.count, scalars[at + 1] == quote { return take(scalars, at, 2) }
            mode = .plain
        }
        return take(scalars, at)
    }

    private mutating func inDollarQuote(
        _ scalars: [Unicode.Scalar], _ at: Int, _ tag: [Unicode.Scalar]
    ) -> Int {
        guard scalars[at...].starts(with: tag) else { return take(scalars, at) }
        mode = .plain
        return take(scalars, at, tag.count)
    }

    private mutating func inComment(
        _ scalars: [Unicode.Scalar], _ at: Int, _ depth: Int
    ) -> Int {
        if follows(scalars, at, "/*") {
            mode = .comment(depth: depth + 1)
            return take(scalars, at, 2)
        }
        if follows(scalars, at, "*/") {
            mode = depth > 1 ? .comment(depth: depth - 1) : .plain
            return take(scalars, at, 2)
        }
        return take(scalars, at)
    }
}
