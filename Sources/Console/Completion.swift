import Basics
import PostgresProtocol

/// What the tab key offers: words of SQL, and the names that the server's catalog has.
package struct Completion {
    /// Names as the catalog has them.
    package struct Names {
        package var keywords: [String] = []
        package var functions: [String] = []
        package var schemas: [String] = []
        /// Relations with their schema and whether the search path finds them.
        package var relations: [(schema: String, name: String, isVisible: Bool)] = []
        /// Columns by relation name.
        package var columns: [String: [String]] = [:]
        package init() {}
    }

    static let commands = [
        "\\?", "\\conninfo", "\\copy", "\\d", "\\df", "\\di", "\\dn", "\\dp", "\\dt", "\\du", "\\dv",
        "\\e", "\\echo", "\\g", "\\gx", "\\i", "\\l", "\\o", "\\pset", "\\q", "\\r", "\\timing",
        "\\watch", "\\x",
    ]
    /// Words that a relation follows.
    private static let beforeRelations: Set<String> = [
        "from", "join", "into", "update", "table", "view", "copy", "truncate", "analyze", "\\d",
        "\\dt", "\\dv", "\\di", "\\dp", "\\copy", "on",
    ]
    static let offersMax = 500

    package var names = Names()
    package init() {}

    /// The words that may stand in place of `word`, the last one of the line.
    package func candidates(line: String, word: String) -> [String] {
        let before = line.hasSuffix(word) ? String(line.dropLast(word.count)) : line
        if word.hasPrefix("\\") { return Self.commands.filter { $0.hasPrefix(word) } }
        var offers: [String]
        if let dot = word.lastIndex(of: ".") {
            offers = qualified(String(word[..<dot]), line)
        } else if Self.beforeRelations.contains(Self.lastWord(before)) {
            offers = relations + names.schemas.map { $0 + "." }
        } else {
            offers =
                Self.cased(names.keywords, like: word) + columns(of: line) + names.functions
                + relations
        }
        let typed = word.lowercased()
        var seen = Set<String>()
        offers = offers.filter { $0.lowercased().hasPrefix(typed) && seen.insert($0).inserted }
        return Array(offers.sorted().prefix(Self.offersMax))
    }

    private var relations: [String] {
        names.relations.filter(\.isVisible).map { Self.quoted($0.name) }
    }

    private static func lastWord(_ text: String) -> String {
        String(text.split(whereSeparator: \.isWhitespace).last ?? "").lowercased()
    }

    /// Columns of the relations that the line names.
    private func columns(of line: String) -> [String] {
        let words = Set(
            line.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "\"") }
                .map { $0.filter { $0 != "\"" } })
        return names.columns.filter { words.contains($0.key) }.flatMap(\.value).map(Self.quoted)
    }

    /// What may follow `qualifier.`: relations of a schema, or columns of a relation or its alias.
    private func qualified(_ qualifier: String, _ line: String) -> [String] {
        let plain = String(qualifier.split(separator: ".").last ?? "").filter { $0 != "\"" }
        var found = names.relations.filter { $0.schema == plain }
            .map { "\(qualifier).\(Self.quoted($0.name))" }
        let relation = names.columns[plain] == nil ? Self.relation(named: plain, in: line) : plain
        found += (names.columns[relation] ?? []).map { "\(qualifier).\(Self.quoted($0))" }
        return found
    }

    /// The relation that an alias stands for: the word ahead of it, `AS` aside.
    private static func relation(named alias: String, in line: String) -> String {
        let words = line.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".") }
            .map { String($0) }
        guard let place = words.firstIndex(of: alias), place > 0 else { return "" }
        var before = place - 1
        if words[before].lowercased() == "as", before > 0 { before -= 1 }
        return String(words[before].split(separator: ".").last ?? "")
    }

    /// Key words in the case in which the word begins.
    private static func cased(_ words: [String], like word: String) -> [String] {
        words.map { word.first?.isLowercase == true ? $0.lowercased() : $0.uppercased() }
    }

    private static func quoted(_ name: String) -> String {
        let isPlain =
            name.first.map { $0.isLowercase || $0 == "_" } == true
            && name.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "_" }
        return isPlain ? name : "\"" + name.replacing("\"", with: "\"\"") + "\""
    }
}

extension Completion.Names {
    /// Asks the server for all names.
    init(_ connection: any SQLConnection) throws {
        self.init()
        let rows = CollectedRows()
        try connection.run(Self.query, rows)
        for row in rows.rows where row.count == 4 {
            switch row[0] {
            case "k": keywords.append(row[1])
            case "f": functions.append(row[1])
            case "s": schemas.append(row[1])
            case "r": relations.append((row[1], row[2], row[3] == "t"))
            default: columns[row[1], default: []].append(row[2])
            }
        }
    }

    private static let query = """
        SELECT 'k', word, '', '' FROM pg_catalog.pg_get_keywords()
        UNION ALL
        SELECT DISTINCT 'f', proname::text, '', '' FROM pg_catalog.pg_proc
        WHERE prokind IN ('f', 'a', 'w') AND proname !~ '(in|out|recv|send)$'
        UNION ALL SELECT 's', nspname::text, '', '' FROM pg_catalog.pg_namespace
        UNION ALL
        SELECT 'r', n.nspname::text, c.relname::text,
          CASE WHEN pg_catalog.pg_table_is_visible(c.oid) AND n.nspname <> 'pg_catalog'
            THEN 't' ELSE 'f' END
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f')
        UNION ALL
        SELECT 'c', c.relname::text, a.attname::text, ''
        FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
        WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'v', 'm', 'p', 'f')
        """
}

/// Keeps the rows of a query for the console's own use; NULL becomes empty.
final class CollectedRows: SQLOutput {
    private(set) var rows: [[String]] = []

    func columns(_ columns: [ResultColumn]) {}
    func row(_ cells: [[UInt8]?]) {
        rows.append(cells.map { String(decoding: $0 ?? [], as: UTF8.self) })
    }
    func complete(_ tag: String) {}
    func error(_ error: SQLError, severity: String) {}
    func notice(_ error: SQLError, severity: String) {}
    func copyInput() throws -> [UInt8]? { nil }
    func copyOutput(_ bytes: [UInt8]) {}
}
