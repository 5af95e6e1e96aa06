import Basics

/// A JSON array or object put together from SQL values, spaced as PostgreSQL's aggregates do.
package struct JSONBuilder {
    private var out: [UInt8]
    private let isObject: Bool
    private var isFirst = true

    package init(isObject: Bool) {
        self.isObject = isObject
        out = isObject ? Array("{ ".utf8) : [0x5B]
    }

    private mutating func separate(_ type: SQLType) {
        if !isFirst {
            out.write(", ")
            // json_agg puts values of several parts on lines of their own.
            if !isObject, type.element != nil || type == .record { out.write("\n ") }
        }
        isFirst = false
    }

    /// Appends an element.
    package mutating func append(_ value: Datum, _ type: SQLType, _ session: FormatSession) {
        separate(type)
        JSONAccess.append(value, type, to: &out, session)
    }

    /// Appends a member.
    package mutating func append(
        key: Datum, _ keyType: SQLType, _ value: Datum, _ type: SQLType, _ session: FormatSession
    ) {
        separate(type)
        JSONValue.quote(
            Array((TextFormat.string(key, keyType, session: session) ?? "").utf8), to: &out)
        out.write(" : ")
        JSONAccess.append(value, type, to: &out, session)
    }

    /// The document as json.
    package mutating func finish() -> [UInt8] {
        out.write(isObject ? " }" : "]")
        return out
    }

    /// The document as jsonb.
    package mutating func canonical() throws -> [UInt8] { try JSONValue(finish()).text }
}
