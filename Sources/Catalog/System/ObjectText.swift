import SQLSyntax
import Vectors

/// Definitions of objects as text.
enum ObjectText {
    static func index(
        _ name: String, _ key: [Int], _ table: CatalogTable, _ schema: String,
        isUnique: Bool
    ) -> String {
        "CREATE \(isUnique ? "UNIQUE " : "")INDEX \(Printer.quoted(name)) ON "
            + "\(Printer.quoted(schema))."
            + "\(Printer.quoted(table.name)) USING btree (\(columns(table, key)))"
    }

    static func columns(_ table: CatalogTable, _ ids: [Int]) -> String {
        ids.compactMap { id in table.columns.first { $0.id == id } }
            .map { Printer.quoted($0.name) }.joined(separator: ", ")
    }

    /// A policy's condition as PostgreSQL shows it: in parentheses, unless it is a column.
    static func condition(_ text: String) -> String {
        text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" } ? text : "(\(text))"
    }

    /// A constraint as pg_get_constraintdef shows it.
    static func constraint(
        _ constraint: CatalogConstraint, of table: CatalogTable, _ context: SystemContext
    ) -> String {
        switch constraint.kind {
        case .check: return "CHECK ((\(constraint.condition?.text ?? "")))"
        case .index, .uniqueIndex: return ""
        case .unique: return "UNIQUE (\(columns(table, constraint.columns)))"
        case .foreignKey:
            guard let reference = constraint.reference,
                let target = context.catalog.tables[reference.table]
            else { return "" }
            var text =
                "FOREIGN KEY (\(columns(table, constraint.columns))) REFERENCES "
                + "\(relation(.table(target), context))(\(columns(target, reference.columns)))"
            switch reference.onDelete {
            case .noAction: break
            case .restrict: text += " ON DELETE RESTRICT"
            case .cascade: text += " ON DELETE CASCADE"
            case .setNull: text += " ON DELETE SET NULL"
            }
            return text
        }
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
