/// `CREATE [TEMP] TABLE …`.
package struct CreateTable: Sendable, Hashable {
    package var name: QualifiedName
    package var persistence: Persistence
    package var ifNotExists: Bool
    package var columns: [ColumnDefinition]
    package var constraints: [TableConstraint]
    /// Tables whose columns are taken over.
    package var likes: [TableLike] = []
    package var options: [Option]
    package var onCommit: OnCommit?
}

/// `LIKE table INCLUDING …`.
package struct TableLike: Sendable, Hashable {
    /// What is taken over besides names, types and NOT NULL.
    package enum Part: String, Sendable, Hashable, CaseIterable {
        case comments, compression, constraints, defaults, generated, identity, indexes
        case statistics, storage
    }
    package var table: QualifiedName
    package var parts: Set<Part>
    /// How many columns are written before it.
    package var place: Int
}

/// How long a table lives.
package enum Persistence: String, Sendable, Hashable { case permanent, temporary, unlogged }

/// What happens to a temporary table at commit.
package enum OnCommit: String, Sendable, Hashable {
    case preserveRows = "preserve rows"
    case deleteRows = "delete rows"
    case drop
}

/// `CREATE TABLE … AS query`.
package struct CreateTableAs: Sendable, Hashable {
    package var name: QualifiedName
    package var persistence: Persistence
    package var ifNotExists: Bool
    package var columns: [Identifier]
    package var options: [Option]
    package var onCommit: OnCommit?
    package var query: Query
    package var withData: Bool
    /// CREATE MATERIALIZED VIEW.
    package var isMaterializedView = false
}

/// `CREATE [UNIQUE] INDEX [name] ON table (columns)`.
package struct CreateIndex: Sendable, Hashable {
    /// nil where PostgreSQL makes one up.
    package var name: Identifier?
    package var table: QualifiedName
    package var columns: [Identifier]
    package var isUnique: Bool
    package var ifNotExists: Bool
}

/// `CREATE SEQUENCE name …`.
package struct CreateSequence: Sendable, Hashable {
    package var name: QualifiedName
    package var persistence: Persistence
    package var ifNotExists: Bool
    package var options: [Option]
    /// `OWNED BY table.column`; nil where it is not said or NONE.
    package var owner: SequenceOwner?
}

/// The column that a sequence belongs to.
package struct SequenceOwner: Sendable, Hashable {
    package var table: QualifiedName
    package var column: Identifier
}

/// `ALTER SEQUENCE name …`, renaming and the like aside.
package struct AlterSequence: Sendable, Hashable {
    package var name: QualifiedName
    package var ifExists: Bool
    package var options: [Option]
    package var owner: SequenceOwner?
}

/// `REFRESH MATERIALIZED VIEW name`.
package struct Refresh: Sendable, Hashable {
    package var name: QualifiedName
    package var isConcurrent: Bool
    package var withData: Bool
}

/// A column of CREATE TABLE or ADD COLUMN.
package struct ColumnDefinition: Sendable, Hashable {
    package var name: Identifier
    package var type: TypeName
    package var collation: QualifiedName?
    package var constraints: [ColumnConstraint]
}

/// A constraint written behind a column.
package struct ColumnConstraint: Sendable, Hashable {
    /// What it demands.
    package enum Kind: Sendable, Hashable {
        case notNull, null
        case `default`(Expr)
        case primaryKey, unique
        case check(Expr)
        case references(ForeignReference)
        /// `GENERATED {ALWAYS | BY DEFAULT} AS IDENTITY (options)`.
        case identity(always: Bool, options: [Option])
        /// `GENERATED ALWAYS AS (expr) STORED`.
        case generated(Expr)
    }
    package var name: Identifier?
    package var kind: Kind
    @SourcePosition package var position: Int
}

/// What a foreign key points at.
package struct ForeignReference: Sendable, Hashable {
    /// What happens to referencing rows.
    package enum Action: String, Sendable, Hashable {
        case noAction = "no action"
        case restrict, cascade
        case setNull = "set null"
        case setDefault = "set default"
    }
    package var table: QualifiedName
    package var columns: [Identifier]
    package var onDelete: Action = .noAction
    package var onUpdate: Action = .noAction
}

/// A constraint of the whole table.
package struct TableConstraint: Sendable, Hashable {
    /// What it demands.
    package enum Kind: Sendable, Hashable {
        case primaryKey([Identifier])
        case unique([Identifier])
        case check(Expr)
        case foreignKey([Identifier], ForeignReference)
    }
    package var name: Identifier?
    package var kind: Kind
    /// `NOT VALID`.
    package var notValid = false
    @SourcePosition package var position: Int

    package init(name: Identifier?, kind: Kind, notValid: Bool = false, position: Int) {
        self.name = name
        self.kind = kind
        self.notValid = notValid
        self._position = SourcePosition(wrappedValue: position)
    }
}

/// `ALTER TABLE|VIEW [IF EXISTS] name action, …`.
package struct AlterTable: Sendable, Hashable {
    /// What was said to be altered.
    package enum Object: String, Sendable, Hashable {
        case table, view, sequence, index
        case materializedView = "materialized view"
    }
    package var object: Object
    package var ifExists: Bool
    package var table: TableName
    package var actions: [AlterTableAction]
}

/// One action of ALTER TABLE.
package enum AlterTableAction: Sendable, Hashable {
    case addColumn(ColumnDefinition, ifNotExists: Bool)
    case dropColumn(Identifier, ifExists: Bool, cascade: Bool)
    case renameColumn(Identifier, to: Identifier)
    case renameConstraint(Identifier, to: Identifier)
    case alterColumnType(Identifier, TypeName, using: Expr?)
    case setDefault(Identifier, Expr)
    case dropDefault(Identifier)
    case setNotNull(Identifier)
    case dropNotNull(Identifier)
    case addConstraint(TableConstraint)
    case dropConstraint(Identifier, ifExists: Bool, cascade: Bool)
    case renameTo(Identifier)
    case setSchema(Identifier)
    case ownerTo(RoleSpec)
    case enableRowSecurity, disableRowSecurity, forceRowSecurity, noForceRowSecurity
    case setOptions([Option])
    case resetOptions([Option])
}

/// `CREATE [OR REPLACE] VIEW name (columns) AS query`.
package struct CreateView: Sendable, Hashable {
    /// `WITH … CHECK OPTION`.
    package enum CheckOption: String, Sendable, Hashable { case local, cascaded }
    package var name: QualifiedName
    package var orReplace: Bool
    package var isTemporary: Bool
    package var columns: [Identifier]
    package var options: [Option]
    package var query: Query
    package var checkOption: CheckOption?
}

/// `CREATE SCHEMA [IF NOT EXISTS] name [AUTHORIZATION role]`.
package struct CreateSchema: Sendable, Hashable {
    /// nil when only AUTHORIZATION names it.
    package var name: Identifier?
    package var ifNotExists: Bool
    package var owner: RoleSpec?
}

/// `ALTER SCHEMA name …`.
package struct AlterSchema: Sendable, Hashable {
    /// What changes.
    package enum Action: Sendable, Hashable {
        case renameTo(Identifier)
        case ownerTo(RoleSpec)
    }
    package var name: Identifier
    package var action: Action
}

/// `DROP TABLE|VIEW|… [IF EXISTS] a, b [CASCADE]`.
package struct Drop: Sendable, Hashable {
    /// What is dropped.
    package enum Object: String, Sendable, Hashable {
        case table, view, schema, index, sequence
        case materializedView = "materialized view"
    }
    package var object: Object
    package var names: [QualifiedName]
    package var ifExists: Bool
    package var cascade: Bool

    package init(object: Object, names: [QualifiedName], ifExists: Bool, cascade: Bool) {
        self.object = object
        self.names = names
        self.ifExists = ifExists
        self.cascade = cascade
    }
}

/// `COMMENT ON object IS 'text'`.
package struct Comment: Sendable, Hashable {
    /// What is commented on.
    package enum Object: Sendable, Hashable {
        case table(QualifiedName), view(QualifiedName), schema(Identifier), role(Identifier)
        case database(Identifier), index(QualifiedName), sequence(QualifiedName)
        /// The table's name and the column.
        case column(QualifiedName, Identifier)
        case policy(Identifier, on: QualifiedName)
        case constraint(Identifier, on: QualifiedName)
    }
    package var object: Object
    /// nil removes the comment.
    package var text: String?
}

/// `ANALYZE` or `VACUUM`.
package struct Maintenance: Sendable, Hashable {
    package var options: [Option]
    package var tables: [Table]

    /// A table with the columns that were named.
    package struct Table: Sendable, Hashable {
        package var name: QualifiedName
        package var columns: [Identifier]
    }
}

/// `LOCK TABLE a, b IN mode MODE [NOWAIT]`.
package struct LockTable: Sendable, Hashable {
    package var tables: [TableName]
    /// Lower case, e.g. `access exclusive`.
    package var mode: String
    package var noWait: Bool
}
