import PostgresProtocol

/// Where the console writes.
package protocol ConsoleOutput: AnyObject {
    /// Whether results go to a person's screen, so that colours help.
    var isTerminal: Bool { get }
    func write(_ bytes: [UInt8])
    func writeError(_ text: String)
}

extension ConsoleOutput {
    func write(_ text: String) { write(Array(text.utf8)) }
}

/// How results are laid out.
package enum TableStyle: Sendable {
    case aligned, expanded, csv
}

/// Prints one result as a table like psql's.
///
/// Widths come from the first `measuredRowsMax` rows; what follows is printed as it comes, so memory
/// stays bounded whatever the result's size.
package final class TablePrinter {
    static let measuredRowsMax = 10_000

    private let columns: [ResultColumn]
    private let style: TableStyle
    private let showsFooter: Bool
    private let output: any ConsoleOutput
    /// What stands for NULL.
    private let null: [UInt8]
    private var held: [[[String]]] = []
    private var widths: [Int]
    private var isStreaming = false
    private var rowCount = 0
    private var text = ""

    package init(
        _ columns: [ResultColumn], style: TableStyle, showsFooter: Bool = true,
        null: String = "", output: any ConsoleOutput
    ) {
        self.columns = columns
        self.style = style
        self.showsFooter = showsFooter
        self.output = output
        self.null = Array(null.utf8)
        widths = columns.map { TextWidth.of($0.name) }
        if style == .csv { appendCSV(columns.map { Array($0.name.utf8) }) }
    }

    package func row(_ cells: [[UInt8]?]) {
        rowCount += 1
        if style == .csv {
            appendCSV(cells)
            return
        }
        let lines = cells.map { cell in
            TextWidth.printable(cell ?? null).split(separator: "\n", omittingEmptySubsequences: false)
                .map(String.init)
        }
        if isStreaming {
            append(lines)
            return
        }
        held.append(lines)
        if held.count >= Self.measuredRowsMax { startStreaming() }
    }

    package func end() {
        if style != .csv, !isStreaming { startStreaming() }
        if style == .aligned, showsFooter {
            text += rowCount == 1 ? "(1 row)\n" : "(\(rowCount) rows)\n"
        } else if style == .expanded, rowCount == 0 {
            text += "(0 rows)\n"
        }
        if style != .csv { text += "\n" }
        flush()
    }

    private func startStreaming() {
        isStreaming = true
        for lines in held {
            for (index, cell) in lines.enumerated() where index < widths.count {
                for line in cell { widths[index] = max(widths[index], TextWidth.of(line)) }
            }
        }
        if style == .aligned { appendHeader() }
        if style == .expanded { rowCount -= held.count }
        for lines in held {
            if style == .expanded { rowCount += 1 }
            append(lines)
        }
        held = []
    }

    private func append(_ lines: [[String]]) {
        style == .expanded ? appendExpanded(lines) : appendAligned(lines)
        if text.utf8.count > 32 << 10 { flush() }
    }

    private func flush() {
        output.write(text)
        text = ""
    }

    // MARK: Aligned

    private func appendHeader() {
        let bold = output.isTerminal ? ("\u{1B}[1m", "\u{1B}[0m") : ("", "")
        for (index, column) in columns.enumerated() {
            let free = widths[index] - TextWidth.of(column.name)
            text += index > 0 ? "|" : ""
            text += " \(spaces(free / 2))\(bold.0)\(column.name)\(bold.1)"
            text += "\(spaces(free - free / 2)) "
        }
        text += "\n"
        text += widths.map { String(repeating: "-", count: $0 + 2) }.joined(separator: "+")
        text += "\n"
    }

    private func appendAligned(_ lines: [[String]]) {
        let height = lines.map(\.count).max() ?? 1
        for line in 0..<max(height, 1) {
            for (index, cell) in lines.enumerated() where index < columns.count {
                let part = line < cell.count ? cell[line] : ""
                let continues = line + 1 < cell.count
                let free = widths[index] - TextWidth.of(part)
                let isLast = index == columns.count - 1
                text += index > 0 ? "| " : " "
                if isNumeric(columns[index]) {
                    text += spaces(free) + part
                } else {
                    text += part + (isLast && !continues ? "" : spaces(free))
                }
                text += continues ? "+" : (isLast ? "" : " ")
            }
            text += "\n"
        }
    }

    // MARK: Expanded

    private func appendExpanded(_ lines: [[String]]) {
        let nameWidth = columns.map { TextWidth.of($0.name) }.max() ?? 0
        let valueWidth = zip(widths, columns).enumerated().map { index, _ in
            index < lines.count ? lines[index].map { TextWidth.of($0) }.max() ?? 0 : 0
        }.max() ?? 0
        let label = "-[ RECORD \(rowCount) ]"
        var rule = String(repeating: "-", count: nameWidth + 1) + "+"
        rule += String(repeating: "-", count: valueWidth + 1)
        text += label + rule.dropFirst(min(label.count, rule.count)) + "\n"
        for (column, cell) in zip(columns, lines) {
            for (line, part) in cell.enumerated() {
                let name = line == 0 ? column.name : ""
                text += name + spaces(nameWidth - TextWidth.of(name))
                text += (line == 0 ? " | " : "+| ") + part + "\n"
            }
        }
    }

    // MARK: CSV

    private func appendCSV(_ cells: [[UInt8]?]) {
        for (index, cell) in cells.enumerated() {
            if index > 0 { text += "," }
            let cell = cell ?? null
            if cell.isEmpty, cells[index] == nil { continue }
            let value = String(decoding: cell, as: UTF8.self)
            let special = cell.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
            text += special || value == "\\." ? "\"\(doubled(value))\"" : value
        }
        text += "\n"
        if text.utf8.count > 32 << 10 { flush() }
    }

    private func doubled(_ value: String) -> String {
        value.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
    }

    private func spaces(_ count: Int) -> String { String(repeating: " ", count: max(count, 0)) }

    /// int2/4/8, oid, xid, cid, float4/8, money, numeric: aligned to the right.
    private func isNumeric(_ column: ResultColumn) -> Bool {
        [20, 21, 23, 26, 28, 29, 700, 701, 790, 1700].contains(column.typeOID)
    }
}

/// How wide text is on a screen.
enum TextWidth {
    static func of(_ text: String) -> Int {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
        return text.reduce(0) { $0 + width($1) }
    }

    private static func width(_ character: Character) -> Int {
        guard let scalar = character.unicodeScalars.first else { return 0 }
        switch scalar.value {
        case 0x300...0x36F, 0x200B...0x200F, 0xFE00...0xFE0F: return 0
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3,
            0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
            0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }

    /// The text with control characters shown as `\x1B`: stored data must not steer a terminal.
    static func printable(_ bytes: [UInt8]) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        guard bytes.contains(where: { ($0 < 0x20 && $0 != 0x0A) || $0 == 0x7F || $0 == 0xC2 })
        else { return text }
        var shown = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x0A: shown += "\n"
            case 0x09: shown += "        "
            case 0x0D: shown += "\\r"
            case 0..<0x20, 0x7F..<0xA0:
                let hex = String(scalar.value, radix: 16, uppercase: true)
                shown += "\\x" + (hex.count < 2 ? "0" : "") + hex
            default: shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }
}
