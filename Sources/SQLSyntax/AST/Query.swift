/// A query: `WITH … body ORDER BY … LIMIT … OFFSET …`, or VALUES, TABLE, set operations.
package struct Query: Sendable, Hashable {
    package var with: WithClause?
    package var body: QueryBody
    package var orderBy: [SortItem] = []
    package var limit: Limit?
    package var offset: Expr?
    package var locking: [LockingClause] = []
    /// Where its first word stands.
    @SourcePosition package var position: Int

    package init(_ body: QueryBody, at position: Int = 0) {
        self.body = body
        self._position = SourcePosition(wrappedValue: position)
    }
}

/// What a query is made of.
package indirect enum QueryBody: Sendable, Hashable {
    case select(Select)
    /// `VALUES (…), (…)`; a value may be `.setToDefault` in INSERT.
    case values([[Expr]])
    /// `TABLE name`.
    case table(TableName)
    /// `first UNION second INTERSECT …` of equal precedence, read from left to right. Flat so that
    /// long chains need no deep recursion.
    case setOperations(first: Query, rest: [SetTerm])
}

/// One further operand of a chain of set operations.
package struct SetTerm: Sendable, Hashable {
    /// Which operation.
    package enum Operation: String, Sendable, Hashable { case union, intersect, except }
    package var operation: Operation
    /// True for UNION ALL and so on.
    package var isAll: Bool
    package var query: Query
    @SourcePosition package var position: Int
}

/// `WITH [RECURSIVE] name AS (…), …`.
package struct WithClause: Sendable, Hashable {
    package var isRecursive: Bool
    package var tables: [CommonTable]
    @SourcePosition package var position: Int
}

/// One common table expression.
package struct CommonTable: Sendable, Hashable {
    package var name: Identifier
    package var columns: [Identifier]
    /// True for MATERIALIZED, false for NOT MATERIALIZED, nil when not said.
    package var isMaterialized: Bool?
    /// A query, or INSERT/UPDATE/DELETE with RETURNING.
    package var body: CommonTableBody
}

/// What stands in a common table expression's parentheses.
package indirect enum CommonTableBody: Sendable, Hashable {
    case query(Query)
    case statement(Statement)
}

/// The core `SELECT … FROM … WHERE … GROUP BY … HAVING … WINDOW …`.
package struct Select: Sendable, Hashable {
    package var distinct: Distinct = .all
    package var targets: [Target] = []
    /// `SELECT … INTO name`.
    package var into: IntoTable?
    package var from: [TableRef] = []
    package var filter: Expr?
    package var groupBy: [GroupItem] = []
    /// `GROUP BY DISTINCT`.
    package var groupByDistinct = false
    package var having: Expr?
    package var windows: [NamedWindow] = []
    @SourcePosition package var position: Int = 0
}

extension Select {
    /// A SELECT of these targets and FROM items.
    package init(targets: [Target], from: [TableRef]) {
        self.init(distinct: .all, targets: targets)
        self.from = from
    }
}

/// `SELECT ALL`, `SELECT DISTINCT`, `SELECT DISTINCT ON (…)`.
package enum Distinct: Sendable, Hashable {
    case all, distinct
    case on([Expr])
}

/// The table that SELECT INTO creates.
package struct IntoTable: Sendable, Hashable {
    package var name: TableName
    package var isTemporary: Bool
}

/// One item of a SELECT or RETURNING list; `*` and `t.*` are `.star` expressions.
package struct Target: Sendable, Hashable {
    package var expr: Expr
    package var alias: Identifier?

    package init(_ expr: Expr, alias: Identifier? = nil) {
        self.expr = expr
        self.alias = alias
    }

    /// Where the expression begins being pointed at.
    package var position: Int { expr.position }
}

/// `name AS (…)` of the WINDOW clause.
package struct NamedWindow: Sendable, Hashable {
    package var name: Identifier
    package var spec: WindowSpec
}

/// An element of GROUP BY.
package indirect enum GroupItem: Sendable, Hashable {
    case expr(Expr)
    /// `()`.
    case empty
    case rollup([Expr])
    case cube([Expr])
    case groupingSets([GroupItem])
}

/// The LIMIT or FETCH clause.
package struct Limit: Sendable, Hashable {
    /// nil for LIMIT ALL or LIMIT NULL.
    package var count: Expr?
    /// `FETCH FIRST … WITH TIES`.
    package var withTies: Bool
    @SourcePosition package var position: Int
}

/// `FOR UPDATE OF t NOWAIT`.
package struct LockingClause: Sendable, Hashable {
    /// Which lock.
    package enum Strength: String, Sendable, Hashable {
        case update
        case noKeyUpdate = "no key update"
        case share
        case keyShare = "key share"
    }
    /// What to do about rows that are locked.
    package enum Wait: String, Sendable, Hashable {
        case block = ""
        case skipLocked = "skip locked"
        case noWait = "nowait"
    }
    package var strength: Strength
    package var tables: [QualifiedName]
    package var wait: Wait
    @SourcePosition package var position: Int
}

/// The name of a table or view as written, with ONLY if said.
package struct TableName: Sendable, Hashable {
    package var name: QualifiedName
    package var only = false

    package init(_ name: QualifiedName, only: Bool = false) {
        self.name = name
        self.only = only
    }

    /// Where the name stands.
    package var position: Int { name.position }
}

/// `AS alias (column, …)`.
package struct TableAlias: Sendable, Hashable {
    package var name: Identifier
    package var columns: [Identifier]

    package init(_ name: Identifier, columns: [Identifier] = []) {
        self.name = name
        self.columns = columns
    }
}

/// An item of the FROM clause.
package indirect enum TableRef: Sendable, Hashable {
    case table(TableName, alias: TableAlias?, sample: TableSample?)
    case subquery(Query, lateral: Bool, alias: TableAlias?)
    case function(TableFunction, alias: TableAlias?)
    case join(Join)
}

/// A function in FROM.
package struct TableFunction: Sendable, Hashable {
    /// One call, or several for `ROWS FROM (f(), g())`. Each is a `.function` expression or one of
    /// the forms that PostgreSQL treats as such (`current_date`, CAST, COALESCE…).
    package var calls: [Expr]
    /// `f(…) AS (a int, b text)`.
    package var columnDefinitions: [FunctionColumn] = []
    package var withOrdinality = false
    package var isLateral = false
    /// True for `ROWS FROM (…)`.
    package var isRowsFrom = false
    @SourcePosition package var position: Int = 0
}

/// One column of a function's column definition list.
package struct FunctionColumn: Sendable, Hashable {
    package var name: Identifier
    package var type: TypeName
}

/// `TABLESAMPLE method (arguments) REPEATABLE (seed)`.
package struct TableSample: Sendable, Hashable {
    package var method: QualifiedName
    package var arguments: [Expr]
    package var seed: Expr?
}

/// A join of two items.
package struct Join: Sendable, Hashable {
    /// Which rows survive.
    package enum Kind: String, Sendable, Hashable { case cross, inner, left, right, full }
    /// How rows meet.
    package enum Condition: Sendable, Hashable {
        /// CROSS JOIN.
        case none
        case natural
        case on(Expr)
        /// `USING (a, b) AS alias`.
        case using([Identifier], alias: Identifier?)
    }
    package var kind: Kind
    package var left: TableRef
    package var right: TableRef
    package var condition: Condition
    /// `(a JOIN b …) AS alias`.
    package var alias: TableAlias?
    @SourcePosition package var position: Int
}
