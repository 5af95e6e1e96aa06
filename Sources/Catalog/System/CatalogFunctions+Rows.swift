import SQLSyntax
import Vectors

/// Catalog functions that return sets of rows.
extension CatalogFunctions {
    package func rows(_ function: String, _ arguments: [Datum]) throws -> [[Datum]]? {
        switch function {
        case "pg_get_keywords": return Self.keywords
        case "pg_partition_tree": return []
        case "pg_options_to_table":
            return try texts(arguments).map { option in
                let parts = option.split(separator: "=", maxSplits: 1).map(String.init)
                return [.text(parts.first ?? ""), parts.count > 1 ? .text(parts[1]) : .null]
            }
        case "aclexplode": return try texts(arguments).flatMap(privileges)
        default: return nil
        }
    }

    private func texts(_ arguments: [Datum]) throws -> [String] {
        guard case .bytes(let bytes)? = arguments.first else { return [] }
        let array = try bytes.withUnsafeBufferPointer { try ArrayValue($0) }
        return array.elements.compactMap { value in
            guard case .bytes(let text) = value else { return nil }
            return String(decoding: text, as: UTF8.self)
        }
    }

    /// `grantee=letters/grantor` as rows: grantor, grantee, privilege, whether it may be granted.
    private func privileges(_ item: String) -> [[Datum]] {
        guard let equals = item.lastIndex(of: "="), let slash = item.lastIndex(of: "/"),
            equals < slash
        else { return [] }
        func role(_ name: Substring) -> UInt32 {
            name.isEmpty ? 0 : context.catalog.role(named: String(name))?.oid ?? 0
        }
        let grantee = role(item[..<equals])
        let grantor = role(item[item.index(after: slash)...])
        let letters = Array(item[item.index(after: equals)..<slash])
        return letters.indices.compactMap { place in
            guard
                let privilege = Privileges.all.first(where: { $0.letter == letters[place] })
            else { return nil }
            let isGrantable = place + 1 < letters.count && letters[place + 1] == "*"
            return [
                .oid(grantor), .oid(grantee), .text(privilege.name.uppercased()),
                .bool(isGrantable),
            ]
        }
    }

    private static let keywords: [[Datum]] = Keyword.described.map { word, code, isBareLabel in
        let text =
            switch code {
            case "U": "unreserved"
            case "C": "unreserved (cannot be function or type name)"
            case "T": "reserved (can be function or type name)"
            default: "reserved"
            }
        return [
            .text(word), .text(code), .bool(isBareLabel), .text(text),
            .text(isBareLabel ? "can be bare label" : "requires AS"),
        ]
    }
}
