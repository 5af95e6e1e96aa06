/// A statement with where it stands in the text it was parsed from.
package struct ParsedStatement: Sendable {
    package var statement: Statement
    /// Byte offsets (UTF-8) of the statement, without the semicolon and surrounding blanks.
    package var range: Range<Int>
    /// The statement's text.
    package var text: String
    /// The highest `$n`, or 0.
    package var parameterCount: Int

    package init(statement: Statement, range: Range<Int>, text: String, parameterCount: Int) {
        self.statement = statement
        self.range = range
        self.text = text
        self.parameterCount = parameterCount
    }
}

/// Every statement that parses. Statements PostgreSQL knows but this dialect does not are refused
/// by the parser with SQLSTATE 0A000.
package indirect enum Statement: Sendable, Hashable {
    // Data.
    case query(Query)
    case insert(Insert)
    case update(Update)
    case delete(Delete)
    case merge(Merge)
    case truncate(Truncate)
    case copy(Copy)
    case call(FunctionCall)
    case explain(Explain)
    // Tables and views.
    case createTable(CreateTable)
    case createTableAs(CreateTableAs)
    case alterTable(AlterTable)
    case createView(CreateView)
    case createIndex(CreateIndex)
    case createSequence(CreateSequence)
    case alterSequence(AlterSequence)
    /// REFRESH MATERIALIZED VIEW.
    case refresh(Refresh)
    case createSchema(CreateSchema)
    case alterSchema(AlterSchema)
    case drop(Drop)
    case comment(Comment)
    // Rights.
    case createRole(CreateRole)
    case alterRole(AlterRole)
    case alterRoleSetting(AlterRoleSetting)
    case renameRole(from: Identifier, to: Identifier)
    case dropRole(DropRole)
    case grant(Grant)
    case grantRole(GrantRole)
    case createPolicy(CreatePolicy)
    case alterPolicy(AlterPolicy)
    case dropPolicy(DropPolicy)
    // Session.
    case transaction(Transaction)
    case set(SetStatement)
    case reset(SettingTarget, position: PositionBox)
    case show(SettingTarget, position: PositionBox)
    case prepare(Prepare)
    case execute(Execute)
    /// nil for DEALLOCATE ALL.
    case deallocate(Identifier?)
    case declareCursor(DeclareCursor)
    case fetch(Fetch)
    /// nil for CLOSE ALL.
    case closeCursor(Identifier?)
    case discard(DiscardTarget)
    case listen(Identifier)
    /// nil for UNLISTEN *.
    case unlisten(Identifier?)
    case notify(Identifier, payload: String?)
    case analyze(Maintenance)
    case vacuum(Maintenance)
    case checkpoint
    case lock(LockTable)
}

/// A position that does not take part in comparisons.
package struct PositionBox: Sendable, Hashable {
    @SourcePosition package var position: Int

    package init(_ position: Int) { self._position = SourcePosition(wrappedValue: position) }
}

/// `INSERT INTO table …`.
package struct Insert: Sendable, Hashable {
    /// What to insert.
    package enum Source: Sendable, Hashable {
        case defaultValues
        /// VALUES (also multi-row) or any query.
        case query(Query)
    }
    /// `OVERRIDING … VALUE`.
    package enum Overriding: String, Sendable, Hashable { case user, system }
    package var with: WithClause?
    package var table: QualifiedName
    package var alias: Identifier?
    package var columns: [InsertColumn]
    package var overriding: Overriding?
    package var source: Source
    package var onConflict: OnConflict?
    package var returning: [Target]
}

/// A column of an INSERT list, perhaps with `.field` or `[1]` behind it.
package struct InsertColumn: Sendable, Hashable {
    package var name: Identifier
    /// Fields after the name: `address.street` has `["street"]`.
    package var fields: [String] = []
    /// `[1]` behind the name.
    package var index: Expr?
}

/// `ON CONFLICT …`.
package struct OnConflict: Sendable, Hashable {
    /// What conflicts.
    package enum Target: Sendable, Hashable {
        case columns([SortItem], filter: Expr?)
        case constraint(Identifier)
    }
    /// What to do then.
    package enum Action: Sendable, Hashable {
        case nothing
        case update([Assignment], filter: Expr?)
    }
    package var target: Target?
    package var action: Action
    @SourcePosition package var position: Int
}

/// `column = value` or `(a, b) = (…)` of a SET clause.
package struct Assignment: Sendable, Hashable {
    /// One column, or several for the row form.
    package var columns: [InsertColumn]
    /// The value; for the row form a `.row` or `.scalarSubquery`.
    package var value: Expr
    /// True when written `(a, b) = …`.
    package var isRow: Bool
    @SourcePosition package var position: Int
}

/// `UPDATE table SET … FROM … WHERE … RETURNING …`.
package struct Update: Sendable, Hashable {
    package var with: WithClause?
    package var table: TableName
    package var alias: Identifier?
    package var assignments: [Assignment]
    package var from: [TableRef]
    package var filter: Expr?
    package var returning: [Target]
}

/// `DELETE FROM table USING … WHERE … RETURNING …`.
package struct Delete: Sendable, Hashable {
    package var with: WithClause?
    package var table: TableName
    package var alias: Identifier?
    package var using: [TableRef]
    package var filter: Expr?
    package var returning: [Target]
}

/// `MERGE INTO table USING source ON condition WHEN …`.
package struct Merge: Sendable, Hashable {
    /// One WHEN clause; the first that fits a row decides.
    package struct Clause: Sendable, Hashable {
        /// True for WHEN MATCHED.
        package var isMatched: Bool
        /// `AND condition`.
        package var condition: Expr?
        package var action: Action
        @SourcePosition package var position: Int
    }
    /// What a clause does.
    package enum Action: Sendable, Hashable {
        case nothing, delete
        case update([Assignment])
        /// nil values for DEFAULT VALUES.
        case insert([InsertColumn], overriding: Insert.Overriding?, values: [Expr]?)
    }

    package var with: WithClause?
    package var table: TableName
    package var alias: Identifier?
    package var source: TableRef
    package var condition: Expr
    package var clauses: [Clause]
}

/// `TRUNCATE a, b RESTART IDENTITY CASCADE`.
package struct Truncate: Sendable, Hashable {
    package var tables: [TableName]
    package var restartIdentity: Bool
    package var cascade: Bool
}

/// `COPY … FROM|TO …`.
package struct Copy: Sendable, Hashable {
    /// What is copied.
    package enum Subject: Sendable, Hashable {
        case table(QualifiedName, columns: [Identifier])
        /// A query, or INSERT/UPDATE/DELETE with RETURNING.
        case statement(Statement)
    }
    /// Where to or from.
    package enum Endpoint: Sendable, Hashable {
        /// STDIN or STDOUT.
        case client
        case file(String)
        case program(String)
    }
    package var subject: Subject
    /// True for COPY … FROM.
    package var isFrom: Bool
    package var endpoint: Endpoint
    package var options: [Option]
    package var filter: Expr?
}

/// One option of COPY, EXPLAIN, CREATE TABLE … WITH and the like.
package struct Option: Sendable, Hashable {
    /// Its name, lower case; qualified names keep the dot.
    package var name: String
    package var value: OptionValue?
    @SourcePosition package var position: Int
}

/// The value of an option.
package indirect enum OptionValue: Sendable, Hashable {
    /// A word, string or number, as text.
    case text(String)
    /// A number as text, signed perhaps.
    case number(String)
    /// `*`.
    case star
    case list([String])
}

/// `EXPLAIN (options) statement`.
package struct Explain: Sendable, Hashable {
    /// `EXPLAIN ANALYZE VERBOSE` becomes the options `analyze` and `verbose`.
    package var options: [Option]
    package var statement: Statement
}
