/// Turns syntax trees back into SQL text, as kept for views, defaults, checks and policies.
///
/// Parsing the text gives the same tree again. Parentheses are written only where the tree needs
/// them, so that a long chain stays flat.
package struct Printer {
    var text = ""

    private init() {}

    /// The text of an expression.
    package static func text(of expr: Expr) -> String {
        var printer = Printer()
        printer.expression(expr)
        return printer.text
    }

    /// The text of a query.
    package static func text(of query: Query) -> String {
        var printer = Printer()
        printer.query(query)
        return printer.text
    }

    /// The text of a type's name.
    package static func text(of type: TypeName) -> String {
        var printer = Printer()
        printer.type(type)
        return printer.text
    }

    /// A name, quoted only if it would not be read back as it is (`quote_ident`).
    package static func quoted(_ name: String) -> String {
        if isPlain(name) { return name }
        return "\"" + name.replacing("\"", with: "\"\"") + "\""
    }

    /// A string literal (`quote_literal`).
    package static func literal(_ text: String) -> String {
        let doubled = text.replacing("'", with: "''")
        // The parser reads backslashes in '…' as they are.
        return "'" + doubled + "'"
    }

    private static func isPlain(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard let first = bytes.first, first == 0x5F || first &- 0x61 < 26 else { return false }
        guard
            bytes.allSatisfy({
                $0 == 0x5F || $0 &- 0x61 < 26 || $0 &- 0x30 < 10 || $0 == 0x24
            })
        else { return false }
        let entry = bytes.withUnsafeBufferPointer { KeywordTable.shared.find($0) }
        return entry == nil || entry?.category == .unreserved && entry?.isBareLabel == true
    }

    // MARK: Writing

    mutating func write(_ piece: String) { text += piece }

    mutating func name(_ name: String) { text += Self.quoted(name) }

    mutating func name(_ name: QualifiedName) { names(name.parts) }

    mutating func names(_ parts: [String]) {
        list(parts, separator: ".") { $0.name($1) }
    }

    mutating func list<Item>(
        _ items: [Item], separator: String = ", ", _ item: (inout Printer, Item) -> Void
    ) {
        var isFirst = true
        for each in items {
            if !isFirst { text += separator }
            isFirst = false
            item(&self, each)
        }
    }

    mutating func expressions(_ items: [Expr]) {
        list(items) { $0.expression($1) }
    }

    mutating func parens(_ inner: (inout Printer) -> Void) {
        text += "("
        inner(&self)
        text += ")"
    }

    // MARK: Types

    private static let spellings = [
        "int2": "smallint", "int4": "integer", "int8": "bigint", "float4": "real",
        "float8": "double precision", "bool": "boolean", "numeric": "numeric",
        "varchar": "character varying", "varbit": "bit varying",
    ]

    mutating func type(_ type: TypeName) {
        if type.isSet { write("setof ") }
        guard type.name.parts.count == 2, type.name.schema == "pg_catalog" else {
            name(type.name)
            modifiers(type.modifiers)
            return bounds(type.arrayBounds)
        }
        switch type.name.name {
        case "timestamp", "time":
            write(type.name.name)
            modifiers(type.modifiers)
            write(" without time zone")
        case "timestamptz", "timetz":
            write(String(type.name.name.dropLast(2)))
            modifiers(type.modifiers)
            write(" with time zone")
        case "interval":
            interval(type)
        case "bpchar" where !type.modifiers.isEmpty:
            write("character")
            modifiers(type.modifiers)
        case "bit" where !type.modifiers.isEmpty:
            write("bit")
            modifiers(type.modifiers)
        case let known where Self.spellings[known] != nil:
            write(Self.spellings[known] ?? known)
            modifiers(type.modifiers)
        default:
            name(type.name)
            modifiers(type.modifiers)
        }
        bounds(type.arrayBounds)
    }

    private mutating func modifiers(_ items: [Expr]) {
        if !items.isEmpty { parens { $0.expressions(items) } }
    }

    private mutating func interval(_ type: TypeName) {
        write("interval")
        if let fields = type.intervalFields { write(" " + fields.rawValue) }
        modifiers(type.modifiers)
    }

    private mutating func bounds(_ items: [Int?]) {
        for bound in items {
            write("[")
            if let bound { write(String(bound)) }
            write("]")
        }
    }

    /// `date '…'`; an interval's fields stand behind the text.
    mutating func typedLiteral(_ type: TypeName, _ literal: String) {
        var bare = type
        bare.intervalFields = nil
        let trailing = type.intervalFields != nil
        if trailing { bare.modifiers = [] }
        self.type(bare)
        write(" " + Self.literal(literal))
        if let fields = type.intervalFields {
            write(" " + fields.rawValue)
            modifiers(type.modifiers)
        }
    }
}
