import Vectors

/// A column of a stored table or view.
package struct CatalogColumn: Sendable, Codable, Equatable {
    /// The column's number in its table, from 1: pg_attribute's attnum and the storage's column id.
    /// Never reused, so it survives other columns' removal.
    package var id: Int
    package var name: String
    package var type: SQLType
    /// The digits of seconds that values are rounded to, of a type that takes a precision.
    package var precision: Int?
    package var notNull: Bool
    /// The DEFAULT, nil for none.
    package var defaultValue: StoredExpression?
    /// GENERATED … AS IDENTITY: `defaultValue` takes the next of its sequence.
    package var identity: IdentityKind?
    /// GENERATED ALWAYS AS (…) STORED.
    package var generated: StoredExpression?
    package var grants: [AccessEntry]
    package var comment: String?

    package init(
        id: Int, name: String, type: SQLType, notNull: Bool = false,
        defaultValue: StoredExpression? = nil, grants: [AccessEntry] = [], comment: String? = nil
    ) {
        self.id = id
        self.name = name
        self.type = type
        self.notNull = notNull
        self.defaultValue = defaultValue
        self.grants = grants
        self.comment = comment
    }

    /// atttypmod; -1 where the type has no modifier.
    package var typeModifier: Int32 {
        precision.map { type.typeModifier(precision: $0) } ?? type.typeModifier
    }

    private enum CodingKeys: String, CodingKey {
        case id, name, type, modifier, notNull, defaultValue, identity, generated, grants, comment
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        id = try values.decode(Int.self, forKey: .id)
        name = try values.decode(String.self, forKey: .name)
        let oid = try values.decode(UInt32.self, forKey: .type)
        guard let type = SQLType.of(oid: oid) else {
            throw DecodingError.dataCorruptedError(
                forKey: .type, in: values, debugDescription: "no type has OID \(oid)")
        }
        let modifier = try values.decode(Int32.self, forKey: .modifier)
        self.type = type.applying(typeModifier: modifier)
        precision = type.precision(typeModifier: modifier)
        notNull = try values.decode(Bool.self, forKey: .notNull)
        defaultValue = try values.decodeIfPresent(StoredExpression.self, forKey: .defaultValue)
        identity = try values.decodeIfPresent(IdentityKind.self, forKey: .identity)
        generated = try values.decodeIfPresent(StoredExpression.self, forKey: .generated)
        grants = try values.decode([AccessEntry].self, forKey: .grants)
        comment = try values.decodeIfPresent(String.self, forKey: .comment)
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(id, forKey: .id)
        try values.encode(name, forKey: .name)
        try values.encode(type.oid, forKey: .type)
        try values.encode(typeModifier, forKey: .modifier)
        try values.encode(notNull, forKey: .notNull)
        try values.encodeIfPresent(defaultValue, forKey: .defaultValue)
        try values.encodeIfPresent(identity, forKey: .identity)
        try values.encodeIfPresent(generated, forKey: .generated)
        try values.encode(grants, forKey: .grants)
        try values.encodeIfPresent(comment, forKey: .comment)
    }
}

/// SQL kept in the catalog: text, and what its table names meant when it was stored.
///
/// Names are looked up once, at definition. Later a table of the same name in an earlier schema, or
/// a rename, cannot change what the text refers to; columns added later do not show in its `*`.
package struct StoredExpression: Sendable, Codable, Equatable {
    /// A relation named in the text at `position` (1-based, in scalars).
    package struct Reference: Sendable, Codable, Equatable {
        package var position: Int
        package var relation: UInt32
        /// Column ids that existed then.
        package var columns: [Int]
        /// Column ids that the text uses.
        package var used: [Int]
        package init(position: Int, relation: UInt32, columns: [Int], used: [Int]) {
            self.position = position
            self.relation = relation
            self.columns = columns
            self.used = used
        }
    }
    package var text: String
    package var references: [Reference]
    package init(_ text: String, references: [Reference] = []) {
        self.text = text
        self.references = references
    }
}

/// A stored table.
package struct CatalogTable: Sendable, Codable, Equatable {
    /// Also the storage's table id.
    package var oid: UInt32
    package var schema: UInt32
    package var name: String
    package var owner: UInt32
    /// Live columns in order; an index into this list is what `ScanNode.Column.index` means.
    package var columns: [CatalogColumn]
    package var nextColumnID: Int
    package var primaryKey: PrimaryKey?
    /// Ids of the columns by which segments are sorted.
    package var sortKey: [Int]
    /// Other WITH options, as text.
    package var options: [String: String]
    package var rowSecurity: Bool
    package var forceRowSecurity: Bool
    package var policies: [CatalogPolicy]
    package var grants: [AccessEntry]
    package var comment: String?
    /// CHECK, UNIQUE and FOREIGN KEY constraints.
    @OrEmpty package var constraints: [CatalogConstraint]
    /// Of a materialized view: its query.
    package var materialized: Materialized?
    /// What a temporary table's ON COMMIT says, where not PRESERVE ROWS.
    package var onCommit: OnCommitAction?

    /// The query of a materialized view.
    package struct Materialized: Sendable, Codable, Equatable {
        package var definition: StoredExpression
        /// False after WITH NO DATA: it cannot be read before a REFRESH.
        package var isPopulated: Bool
    }

    /// What the end of a transaction does to a temporary table.
    package enum OnCommitAction: String, Sendable, Codable { case deleteRows, drop }

    /// PRIMARY KEY: an index of its own OID in name only; storage keeps the key runs.
    package struct PrimaryKey: Sendable, Codable, Equatable {
        package var oid: UInt32
        package var constraint: UInt32
        package var name: String
        /// Column ids in key order.
        package var columns: [Int]
    }

    package init(
        oid: UInt32, schema: UInt32, name: String, owner: UInt32, columns: [CatalogColumn],
        primaryKey: PrimaryKey? = nil, sortKey: [Int] = [], options: [String: String] = [:]
    ) {
        self.oid = oid
        self.schema = schema
        self.name = name
        self.owner = owner
        self.columns = columns
        nextColumnID = (columns.map(\.id).max() ?? 0) + 1
        self.primaryKey = primaryKey
        self.sortKey = sortKey
        self.options = options
        rowSecurity = false
        forceRowSecurity = false
        policies = []
        grants = []
        constraints = []
    }

    /// Index in `columns` of the column with this name.
    package func columnIndex(_ name: String) -> Int? {
        columns.firstIndex { $0.name == name }
    }

    /// Index in `columns` of the column with this id.
    package func columnIndex(id: Int) -> Int? { columns.firstIndex { $0.id == id } }

    /// Indices in `columns` of the primary key, in key order; empty without one.
    package var keyIndices: [Int] {
        (primaryKey?.columns ?? []).compactMap { columnIndex(id: $0) }
    }
}

/// A view.
package struct CatalogView: Sendable, Codable, Equatable {
    package var oid: UInt32
    package var schema: UInt32
    package var name: String
    package var owner: UInt32
    package var columns: [CatalogColumn]
    package var definition: StoredExpression
    /// WITH (security_invoker): tables are read with the rights of whoever reads the view.
    package var securityInvoker: Bool
    package var options: [String: String]
    package var grants: [AccessEntry]
    package var comment: String?

    package init(
        oid: UInt32, schema: UInt32, name: String, owner: UInt32, columns: [CatalogColumn],
        definition: StoredExpression, securityInvoker: Bool = false,
        options: [String: String] = [:]
    ) {
        self.oid = oid
        self.schema = schema
        self.name = name
        self.owner = owner
        self.columns = columns
        self.definition = definition
        self.securityInvoker = securityInvoker
        self.options = options
        grants = []
    }
}

/// A row-security policy of a table.
package struct CatalogPolicy: Sendable, Codable, Equatable {
    package enum Command: String, Sendable, Codable { case all, select, insert, update, delete }
    package var oid: UInt32
    package var name: String
    package var command: Command
    package var isPermissive: Bool
    /// Role OIDs; 0 is PUBLIC.
    package var roles: [UInt32]
    package var using: StoredExpression?
    package var withCheck: StoredExpression?
    package var comment: String?

    package init(
        oid: UInt32, name: String, command: Command, isPermissive: Bool, roles: [UInt32],
        using: StoredExpression?, withCheck: StoredExpression?
    ) {
        self.oid = oid
        self.name = name
        self.command = command
        self.isPermissive = isPermissive
        self.roles = roles
        self.using = using
        self.withCheck = withCheck
    }
}

/// A namespace.
package struct CatalogSchema: Sendable, Codable, Equatable {
    package var oid: UInt32
    package var name: String
    package var owner: UInt32
    package var grants: [AccessEntry]
    package var comment: String?

    package init(oid: UInt32, name: String, owner: UInt32, grants: [AccessEntry] = []) {
        self.oid = oid
        self.name = name
        self.owner = owner
        self.grants = grants
    }
}
