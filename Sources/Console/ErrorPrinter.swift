import Basics

/// Lays errors out like psql: severity and message, the line with a caret, DETAIL, HINT.
package enum ErrorPrinter {
    /// A line longer than this is cut around the caret.
    private static let lineWidthMax = 60

    package static func text(
        _ error: SQLError, severity: String, sql: String, prefix: String = "",
        colours: Bool = false
    ) -> String {
        let shown = colours ? "\u{1B}[1;31m\(severity):\u{1B}[0m" : "\(severity):"
        var text = "\(prefix)\(shown)  \(clean(error.message))\n"
        if let position = error.position, let place = place(position, in: sql) { text += place }
        if let detail = error.detail { text += "DETAIL:  \(clean(detail))\n" }
        if let hint = error.hint { text += "HINT:  \(clean(hint))\n" }
        if let context = error.context { text += "CONTEXT:  \(clean(context))\n" }
        return text
    }

    private static func clean(_ text: String) -> String { TextWidth.printable(Array(text.utf8)) }

    /// `LINE n: …` and a caret below the position (1-based, in Unicode scalars).
    private static func place(_ position: Int, in sql: String) -> String? {
        let scalars = Array(sql.unicodeScalars)
        guard position >= 1, position <= scalars.count + 1 else { return nil }
        let at = position - 1
        let lineNumber = scalars[..<at].count { $0 == "\n" } + 1
        let start = (scalars[..<at].lastIndex { $0 == "\n" } ?? -1) + 1
        let end = scalars[at...].firstIndex { $0 == "\n" } ?? scalars.count
        var from = start
        var to = end
        if to - from > lineWidthMax {
            from = max(start, min(at - lineWidthMax / 2, end - lineWidthMax))
            to = min(end, from + lineWidthMax)
        }
        var label = "LINE \(lineNumber): "
        if from > start { label += "..." }
        let line = string(scalars[from..<to]) + (to < end ? "..." : "")
        let indent = TextWidth.of(label) + TextWidth.of(string(scalars[from..<max(from, min(at, to))]))
        return "\(label)\(line)\n\(String(repeating: " ", count: indent))^\n"
    }

    private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        for scalar in scalars {
            view.append(scalar.properties.isWhitespace || scalar.value < 0x20 ? " " : scalar)
        }
        return String(view)
    }
}
