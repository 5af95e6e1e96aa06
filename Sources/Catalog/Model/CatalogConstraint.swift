import Vectors

/// CHECK, UNIQUE or FOREIGN KEY of a table, or an index; the primary key is kept by itself.
///
/// An index is a definition for clients to see: rows are found by sort key and zone maps. Of a
/// unique one the key is kept as UNIQUE's is.
package struct CatalogConstraint: Sendable, Codable, Equatable {
    // On disk: never change.
    package enum Kind: String, Sendable, Codable {
        case check, unique, foreignKey, index, uniqueIndex
    }

    /// What happens to the rows that refer to a row that goes.
    package enum Action: String, Sendable, Codable { case noAction, restrict, cascade, setNull }

    /// The other end of a foreign key.
    package struct Reference: Sendable, Codable, Equatable {
        package var table: UInt32
        /// Ids of the columns that `CatalogConstraint.columns` refer to, in the same order.
        package var columns: [Int]
        package var onDelete: Action
    }

    package var oid: UInt32
    /// The OID of the index that PostgreSQL would have for a unique key; else 0.
    package var index: UInt32
    package var name: String
    package var kind: Kind
    /// Ids of the columns concerned: of a key in its order.
    package var columns: [Int]
    /// The condition of a CHECK.
    package var condition: StoredExpression?
    package var reference: Reference?
    package var comment: String?

    /// Whether no two rows may have the same key.
    package var isUnique: Bool { kind == .unique || kind == .uniqueIndex }
}

/// How an identity column takes values that a statement gives.
package enum IdentityKind: String, Sendable, Codable { case always, byDefault }

/// A list that older images do not have.
@propertyWrapper
package struct OrEmpty<Element: Sendable & Codable & Equatable>: Sendable, Codable, Equatable {
    package var wrappedValue: [Element]

    package init(wrappedValue: [Element]) { self.wrappedValue = wrappedValue }

    package init(from decoder: any Decoder) throws {
        wrappedValue = try decoder.singleValueContainer().decode([Element].self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(wrappedValue)
    }
}

extension KeyedDecodingContainer {
    package func decode<Element>(
        _ type: OrEmpty<Element>.Type, forKey key: Key
    ) throws -> OrEmpty<Element> {
        try decodeIfPresent(type, forKey: key) ?? OrEmpty(wrappedValue: [])
    }
}

extension CatalogTable {
    /// The constraint of this name; an index is none.
    package func constraint(named name: String) -> CatalogConstraint? {
        constraints.first { $0.name == name && $0.kind != .index && $0.kind != .uniqueIndex }
    }

    /// Indices in `columns` of a constraint's columns.
    package func indices(of constraint: CatalogConstraint) -> [Int] {
        constraint.columns.compactMap { columnIndex(id: $0) }
    }

    /// Whether these column ids, in any order, are a key: the primary one or a UNIQUE.
    package func isKey(_ ids: [Int]) -> Bool {
        let wanted = Set(ids)
        if let primaryKey, Set(primaryKey.columns) == wanted { return true }
        return constraints.contains { $0.isUnique && Set($0.columns) == wanted }
    }
}
