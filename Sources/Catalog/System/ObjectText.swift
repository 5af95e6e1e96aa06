import SQLSyntax
import Vectors

/// Definitions of objects as text.
enum ObjectText {
    static func index(_ table: CatalogTable, _ schema: String) -> String {
        guard let key = table.primaryKey else { return "" }
        return "CREATE UNIQUE INDEX \(Printer.quoted(key.name)) ON \(Printer.quoted(schema))."
            + "\(Printer.quoted(table.name)) USING btree (\(columns(table, key)))"
    }

    static func columns(_ table: CatalogTable, _ key: CatalogTable.PrimaryKey) -> String {
        key.columns.compactMap { id in table.columns.first { $0.id == id } }
            .map { Printer.quoted($0.name) }.joined(separator: ", ")
    }

    /// A policy's condition as PostgreSQL shows it: in parentheses, unless it is a column.
    static func condition(_ text: String) -> String {
        text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" } ? text : "(\(text))"
    }

    /// A relation's name, qualified where the search path would not find it.
    static func relation(_ relation: CatalogRelation, _ context: SystemContext) -> String {
        let name = Printer.quoted(relation.name)
        if context.catalog.isVisible(
            relation, searchPath: context.searchPath, role: context.role)
        {
            return name
        }
        return "\(Printer.quoted(context.catalog.schemaName(relation.schema))).\(name)"
    }

    /// `a.b."C"` as names.
    static func parts(_ text: String) -> [String]? {
        var parts: [String] = []
        var current = ""
        var isQuoted = false
        var characters = Array(text.unicodeScalars)[...]
        while let character = characters.popFirst() {
            if isQuoted {
                if character == "\"" {
                    if characters.first == "\"" {
                        current.unicodeScalars.append(character)
                        characters = characters.dropFirst()
                    } else {
                        isQuoted = false
                    }
                } else {
                    current.unicodeScalars.append(character)
                }
            } else if character == "\"" {
                isQuoted = true
            } else if character.properties.isWhitespace {
                // Blanks may stand around a name and its points, not within.
                characters = characters.drop { $0.properties.isWhitespace }
                guard current.isEmpty || characters.first == "." || characters.isEmpty else {
                    return nil
                }
            } else if character == "." {
                parts.append(current)
                current = ""
            } else {
                current += String(character).lowercased()
            }
        }
        parts.append(current)
        guard !isQuoted, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        return parts
    }
}
