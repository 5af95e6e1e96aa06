import Basics
import Synchronization
import Vectors

/// Names one column of one node's output, unique in a statement. A rewrite may move an expression to
/// any node whose input still offers its columns.
package struct ColumnID: Hashable, Sendable {
    package let raw: Int
    package init(_ raw: Int) { self.raw = raw }
}

/// A bound expression: names resolved, types decided, every implicit cast written out.
package indirect enum Expression: Sendable {
    case literal(Datum, SQLType)
    case column(ColumnID, SQLType)
    /// `$n`, counted from 0.
    case parameter(Int, SQLType)
    /// Function, operator or cast (a cast is a function of one argument). The type is the result's.
    case call(ScalarFunction, [Expression], SQLType, position: Int)
    case and([Expression])
    case or([Expression])
    case not(Expression)
    case isNull(Expression, negated: Bool)
    /// IS [NOT] TRUE / FALSE / UNKNOWN: `value` nil means UNKNOWN. Never NULL.
    case isTruth(Expression, value: Bool?, negated: Bool)
    /// `equality` compares the two sides, which have been cast to its argument types.
    case isDistinct(Expression, Expression, equality: ScalarFunction, negated: Bool)
    /// Searched CASE; the simple form is bound as equalities. All results have the node's type.
    case caseWhen([(condition: Expression, result: Expression)], otherwise: Expression?, SQLType)
    case coalesce([Expression], SQLType)
    /// GREATEST (or LEAST): NULLs are skipped. `less` is `<` of the type.
    case extremum([Expression], greatest: Bool, less: ScalarFunction, SQLType)
    /// `x IN (a, b, …)` without subquery; `equality` takes (x, element). NOT IN is `not(inList)`.
    case inList(Expression, [Expression], equality: ScalarFunction)
    /// `x op ANY (array)`, or ALL. The function takes (x, element).
    case quantified(Expression, ScalarFunction, array: Expression, all: Bool, position: Int)
    /// ARRAY[…]; the type is the array's.
    case array([Expression], SQLType)
    case subquery(Subquery)
    /// Only between binding and extraction into `AggregateNode` / `WindowNode`.
    case aggregate(AggregateCall)
    case window(WindowCall)
    /// GROUPING(…) over grouping keys: indices into the aggregate node's keys; replaced on extraction.
    case grouping([Expression])
}

/// A query inside an expression.
package final class Subquery: Sendable {
    package enum Kind: Sendable {
        /// One column, at most one row (21000 beyond); NULL for none.
        case scalar
        case exists
        /// `(left…) op ANY (plan)`: the functions take (left, column) pairwise; IN is `=` ANY.
        /// With `all`, op ALL. NULL rules as in PostgreSQL.
        case quantified(left: [Expression], operators: [ScalarFunction], all: Bool)
        /// ARRAY(SELECT …) of the one column.
        case array
    }
    package let kind: Kind
    package let plan: Plan
    /// Columns of enclosing queries that the plan refers to, in any depth; empty if uncorrelated.
    package let outer: [(ColumnID, SQLType)]
    package let type: SQLType
    package let position: Int
    /// The same in all places that show this subquery, whatever rewriting has made of each copy.
    package let id: Int
    private static let nextID = Atomic<Int>(0)

    /// - Parameter id: of the subquery that this one is a copy of.
    package init(
        kind: Kind, plan: Plan, outer: [(ColumnID, SQLType)], type: SQLType, position: Int,
        id: Int? = nil
    ) {
        self.id = id ?? Self.nextID.wrappingAdd(1, ordering: .relaxed).newValue
        self.kind = kind
        self.plan = plan
        self.outer = outer
        self.type = type
        self.position = position
    }
}

package enum AggregateFunction: String, Sendable {
    case countStar, count, sum, avg, min, max
    case boolAnd, boolOr, bitAnd, bitOr, bitXor
    case stddevSamp, stddevPop, varSamp, varPop
    case corr, covarSamp, covarPop
    case regrSlope, regrIntercept, regrCount, regrR2, regrAvgX, regrAvgY, regrSxx, regrSyy, regrSxy
    case stringAgg, arrayAgg, jsonAgg, jsonbAgg, jsonObjectAgg, jsonbObjectAgg
    case percentileCont, percentileDisc, mode
    /// Where a row with the arguments would stand among the group's: `rank(…) WITHIN GROUP`.
    case hypotheticalRank, hypotheticalDenseRank, hypotheticalPercentRank, hypotheticalCumeDist
    /// Estimates: distinct values by HyperLogLog, a quantile by logarithmic buckets.
    case approxCountDistinct, approxQuantile
    /// Any value of the group: for columns that depend on the grouping keys.
    case anyValue
}

package struct AggregateCall: Sendable {
    package var function: AggregateFunction
    /// Already cast to what the function takes; for percentiles the fraction.
    package var arguments: [Expression]
    package var isDistinct: Bool
    package var filter: Expression?
    /// ORDER BY inside the call, or WITHIN GROUP.
    package var order: [SortKey]
    package var type: SQLType
    package var position: Int

    package init(
        function: AggregateFunction, arguments: [Expression], isDistinct: Bool = false,
        filter: Expression? = nil, order: [SortKey] = [], type: SQLType, position: Int = 0
    ) {
        self.function = function
        self.arguments = arguments
        self.isDistinct = isDistinct
        self.filter = filter
        self.order = order
        self.type = type
        self.position = position
    }
}

package struct SortKey: Sendable {
    package var expression: Expression
    package var descending: Bool
    package var nullsFirst: Bool
    package init(_ expression: Expression, descending: Bool = false, nullsFirst: Bool? = nil) {
        self.expression = expression
        self.descending = descending
        self.nullsFirst = nullsFirst ?? descending
    }
}

package enum WindowFunction: Sendable {
    case rowNumber, rank, denseRank, percentRank, cumeDist, ntile
    case lag, lead, firstValue, lastValue, nthValue
    case aggregate(AggregateFunction)
}

package struct WindowFrame: Sendable {
    package enum Mode: Sendable { case rows, range, groups }
    package enum Bound: Sendable {
        case unboundedPreceding, currentRow, unboundedFollowing
        /// The offset is evaluated once; for RANGE, `shift` computes key ∓ offset (`-`/`+`).
        case preceding(Expression, shift: ScalarFunction?)
        case following(Expression, shift: ScalarFunction?)
    }
    package enum Exclusion: Sendable { case noOthers, currentRow, group, ties }
    package var mode: Mode
    package var start: Bound
    package var end: Bound
    package var exclusion: Exclusion
    package init(
        mode: Mode = .range, start: Bound = .unboundedPreceding, end: Bound = .currentRow,
        exclusion: Exclusion = .noOthers
    ) {
        self.mode = mode
        self.start = start
        self.end = end
        self.exclusion = exclusion
    }
}

package struct WindowCall: Sendable {
    package var function: WindowFunction
    package var arguments: [Expression]
    package var filter: Expression?
    package var partition: [Expression]
    package var order: [SortKey]
    package var frame: WindowFrame
    package var type: SQLType
    package var position: Int

    package init(
        function: WindowFunction, arguments: [Expression], filter: Expression? = nil,
        partition: [Expression], order: [SortKey], frame: WindowFrame, type: SQLType, position: Int
    ) {
        self.function = function
        self.arguments = arguments
        self.filter = filter
        self.partition = partition
        self.order = order
        self.frame = frame
        self.type = type
        self.position = position
    }
}

extension Expression {
    package var type: SQLType {
        switch self {
        case .literal(_, let type), .column(_, let type), .parameter(_, let type),
            .call(_, _, let type, _), .caseWhen(_, _, let type), .coalesce(_, let type),
            .extremum(_, _, _, let type), .array(_, let type):
            return type
        case .and, .or, .not, .isNull, .isTruth, .isDistinct, .inList, .quantified: return .boolean
        case .subquery(let subquery): return subquery.type
        case .aggregate(let call): return call.type
        case .window(let call): return call.type
        case .grouping: return .integer
        }
    }
}
