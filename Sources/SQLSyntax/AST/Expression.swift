/// A scalar expression as written, before names and types are resolved.
package struct Expr: Sendable, Hashable {
    /// What it is.
    package var kind: ExprKind
    /// Where PostgreSQL would point: at the operator, the function's name, the literal.
    @SourcePosition package var position: Int

    package init(_ kind: ExprKind, at position: Int = 0) {
        self.kind = kind
        self._position = SourcePosition(wrappedValue: position)
    }
}

/// The forms of expression.
package indirect enum ExprKind: Sendable, Hashable {
    case null
    case boolean(Bool)
    /// A whole number as text: digits only, or `-` and digits when a minus sign was folded in. It
    /// may be too large for any integer type, in which case it is numeric.
    case integer(String)
    /// A number with a fraction or exponent, as text.
    case numeric(String)
    case string(String)
    /// `B'0101'` or `X'1F'`: the letter and the digits.
    case bitString(radix: Character, digits: String)
    /// `date '2024-01-01'`, `interval '1' day`, `timestamp with time zone '…'`.
    case typedLiteral(TypeName, String)
    /// `a`, `t.a`, `s.t.a`, `c.s.t.a`.
    case column([String])
    /// `*` (empty qualifier), `t.*`, `s.t.*`. Only in target lists, `count(*)` is a function call.
    case star(qualifier: [String])
    /// `$1`.
    case parameter(Int)
    /// Two or more operands, flat however long the chain.
    case and([Expr])
    /// Two or more operands, flat however long the chain.
    case or([Expr])
    case not(Expr)
    /// `- x`, `~ x`, `@ x`.
    case unary(OperatorName, Expr)
    /// `first op operand op operand …`, to be read from left to right:
    /// `((first op₁ o₁) op₂ o₂) …`. Flat so that long sums need no deep recursion. Each term's
    /// operator has its own position; `expr.position` is that of the last operator (the root).
    case binary(first: Expr, rest: [OperatorTerm])
    /// `x IS NULL`, `x IS NOT TRUE` and so on.
    case isTest(Expr, IsTest, negated: Bool)
    /// `a IS [NOT] DISTINCT FROM b`.
    case isDistinct(Expr, Expr, negated: Bool)
    case between(Expr, low: Expr, high: Expr, symmetric: Bool, negated: Bool)
    case inList(Expr, [Expr], negated: Bool)
    case inSubquery(Expr, Query, negated: Bool)
    /// `x op ANY (array)`, `x op ALL (array)`.
    case quantifiedArray(Expr, OperatorName, Quantifier, Expr)
    /// `x op ANY (SELECT …)`, `x op ALL (SELECT …)`.
    case quantifiedSubquery(Expr, OperatorName, Quantifier, Query)
    case like(LikeExpr)
    case caseWhen(CaseExpr)
    /// `CAST(x AS t)` and `x::t`.
    case cast(Expr, TypeName)
    case collate(Expr, QualifiedName)
    case function(FunctionCall)
    case coalesce([Expr])
    case nullIf(Expr, Expr)
    case greatest([Expr])
    case least([Expr])
    /// `current_date`, `localtimestamp(3)`, `session_user`.
    case sqlValue(SQLValue, precision: Int?)
    /// `ARRAY[a, b]`, `ARRAY[[1,2],[3,4]]` (inner lists are array expressions too).
    case array([Expr])
    case arraySubquery(Query)
    /// `x[1]`, `x[1:2][3]`.
    case subscripted(Expr, [Subscript])
    /// `(expr).field`.
    case field(Expr, String)
    /// `(expr).*`.
    case fieldStar(Expr)
    /// `ROW(a, b)` (explicit) or `(a, b)`.
    case row([Expr], explicit: Bool)
    case exists(Query)
    case scalarSubquery(Query)
    case grouping([Expr])
    /// `DEFAULT`, only among the values of INSERT and UPDATE.
    case setToDefault
    /// `WHERE CURRENT OF cursor`.
    case currentOf(String)
    /// `(a, b) OVERLAPS (c, d)`.
    case overlaps(Expr, Expr)
}

/// The name of an operator, schema-qualified when written `OPERATOR(schema.op)`.
package struct OperatorName: Sendable, Hashable {
    /// The symbol, e.g. `+`, `||`, `<>` (`!=` is turned into `<>`).
    package var symbol: String
    /// The schema of `OPERATOR(schema.symbol)`.
    package var schema: String?
    /// Where it stands.
    @SourcePosition package var position: Int

    package init(_ symbol: String, schema: String? = nil, at position: Int = 0) {
        self.symbol = symbol
        self.schema = schema
        self._position = SourcePosition(wrappedValue: position)
    }
}

/// One further term of a chain of binary operators.
package struct OperatorTerm: Sendable, Hashable {
    /// The operator between what stands to the left and `operand`.
    package var op: OperatorName
    /// The right operand.
    package var operand: Expr

    package init(_ op: OperatorName, _ operand: Expr) {
        self.op = op
        self.operand = operand
    }
}

/// What `IS` asks.
package enum IsTest: String, Sendable, Hashable { case null, `true`, `false`, unknown }

/// `ANY` (also spelt `SOME`) or `ALL`.
package enum Quantifier: String, Sendable, Hashable { case any, all }

/// `operand [NOT] LIKE pattern [ESCAPE escape]` and its relatives.
package struct LikeExpr: Sendable, Hashable {
    /// Which matching language.
    package enum Form: String, Sendable, Hashable {
        case like, ilike
        case similarTo = "similar to"
    }
    package var form: Form
    package var negated: Bool
    package var operand: Expr
    package var pattern: Expr
    package var escape: Expr?
}

/// `CASE [operand] WHEN … THEN … [ELSE …] END`.
package struct CaseExpr: Sendable, Hashable {
    /// One WHEN branch.
    package struct Branch: Sendable, Hashable {
        package var when: Expr
        package var then: Expr
    }
    package var operand: Expr?
    package var branches: [Branch]
    package var otherwise: Expr?
}

/// The parameterless functions that SQL writes as keywords.
package enum SQLValue: String, Sendable, Hashable {
    case currentDate = "current_date"
    case currentTime = "current_time"
    case currentTimestamp = "current_timestamp"
    case localTime = "localtime"
    case localTimestamp = "localtimestamp"
    case currentRole = "current_role"
    case currentUser = "current_user"
    case sessionUser = "session_user"
    case user
    case currentCatalog = "current_catalog"
    case currentSchema = "current_schema"
}

/// One `[…]` of a subscript.
package enum Subscript: Sendable, Hashable {
    case index(Expr)
    case slice(Expr?, Expr?)
}

/// A function, aggregate or window function call.
package struct FunctionCall: Sendable, Hashable {
    /// The function; special forms get PostgreSQL's own name: `EXTRACT(year FROM d)` is
    /// `pg_catalog.extract('year', d)`, `x AT TIME ZONE z` is `pg_catalog.timezone(z, x)`,
    /// `position(a IN b)` is `pg_catalog.position(b, a)`, `trim(BOTH c FROM s)` is
    /// `pg_catalog.btrim(s, c)`.
    package var name: QualifiedName
    package var arguments: [FunctionArgument] = []
    /// `f(*)`.
    package var isStar = false
    package var isDistinct = false
    /// `f(VARIADIC x)`: the last argument is an array of the rest.
    package var isVariadic = false
    /// `ORDER BY` within the argument list, or of `WITHIN GROUP`.
    package var orderBy: [SortItem] = []
    package var withinGroup = false
    package var filter: Expr?
    package var over: WindowReference?
    /// True when it was written in a special form with keywords (`EXTRACT(… FROM …)`).
    package var usesKeywordSyntax = false

    package init(_ name: QualifiedName, _ arguments: [FunctionArgument] = []) {
        self.name = name
        self.arguments = arguments
    }
}

/// An argument, named when written `name => value` or `name := value`.
package struct FunctionArgument: Sendable, Hashable {
    package var name: Identifier?
    package var value: Expr

    package init(_ value: Expr, name: Identifier? = nil) {
        self.name = name
        self.value = value
    }
}

/// What follows `OVER`.
package enum WindowReference: Sendable, Hashable {
    /// `OVER name`.
    case named(Identifier)
    /// `OVER (…)`.
    case inline(WindowSpec)
}

/// A window specification.
package struct WindowSpec: Sendable, Hashable {
    /// The window it refines: `(name ORDER BY …)`.
    package var base: Identifier?
    package var partitionBy: [Expr] = []
    package var orderBy: [SortItem] = []
    package var frame: WindowFrame?
    @SourcePosition package var position: Int = 0
}

/// `ROWS|RANGE|GROUPS BETWEEN start AND end EXCLUDE …`.
package struct WindowFrame: Sendable, Hashable {
    /// What the bounds count.
    package enum Unit: String, Sendable, Hashable { case rows, range, groups }
    /// Rows left out of the frame.
    package enum Exclusion: String, Sendable, Hashable {
        case currentRow = "current row"
        case group, ties
    }
    /// One end of the frame.
    package enum Bound: Sendable, Hashable {
        case unboundedPreceding, preceding(Expr), currentRow, following(Expr), unboundedFollowing
    }
    package var unit: Unit
    package var start: Bound
    /// `CURRENT ROW` when the frame was written without BETWEEN.
    package var end: Bound
    package var exclusion: Exclusion?
    @SourcePosition package var position: Int = 0
}

/// One `ORDER BY` item.
package struct SortItem: Sendable, Hashable {
    package var expr: Expr
    /// True for DESC.
    package var descending = false
    /// True for NULLS FIRST, false for NULLS LAST, nil when not said.
    package var nullsFirst: Bool?
    /// `USING <`.
    package var usingOperator: OperatorName?

    package init(
        _ expr: Expr, descending: Bool = false, nullsFirst: Bool? = nil,
        usingOperator: OperatorName? = nil
    ) {
        self.expr = expr
        self.descending = descending
        self.nullsFirst = nullsFirst
        self.usingOperator = usingOperator
    }
}
