import Basics
import Vectors

/// The logical plan: relational algebra over bound expressions.
///
/// Every node's output is an ordered list of (`ColumnID`, type), told by `Plan.columns`.
package indirect enum Plan: Sendable {
    case scan(ScanNode)
    case values(ValuesNode)
    case tableFunction(TableFunctionNode)
    case filter(Plan, [Expression])
    case project(Plan, [ProjectItem])
    case join(JoinNode)
    case aggregate(AggregateNode)
    /// Adds one column per call to its input's columns.
    case window(Plan, [(ColumnID, WindowCall)])
    case sort(Plan, [SortKey])
    case limit(Plan, count: Expression?, offset: Expression?, withTies: [SortKey]?)
    /// Rows distinct over all columns, or (`on`) the first row of each group in input order.
    case distinct(Plan, on: [Expression]?)
    case setOperation(SetOperationNode)
    /// Computes `definition` once; `body` reads it through `cteScan`s of the same id.
    case with(id: Int, definition: Plan, body: Plan)
    case cteScan(id: Int, columns: [CTEColumn])
    /// `base` runs once, `step` repeatedly on the last step's new rows (read by cteScan of `id`).
    case recursive(id: Int, base: Plan, step: Plan, all: Bool, columns: [CTEColumn])
}

/// One output column of a CTE reference: `source` in the definition, `id` here.
package struct CTEColumn: Sendable {
    package var id: ColumnID
    package var source: ColumnID
    package var type: SQLType
    package init(id: ColumnID, source: ColumnID, type: SQLType) {
        self.id = id
        self.source = source
        self.type = type
    }
}

package struct ProjectItem: Sendable {
    package var id: ColumnID
    package var expression: Expression
    package init(_ id: ColumnID, _ expression: Expression) {
        self.id = id
        self.expression = expression
    }
}

/// Reads a stored or system table.
package struct ScanNode: Sendable {
    package struct Column: Sendable {
        package var id: ColumnID
        /// Index into the table's columns.
        package var index: Int
        package var type: SQLType
        package init(id: ColumnID, index: Int, type: SQLType) {
            self.id = id
            self.index = index
            self.type = type
        }
    }
    /// The catalog's id of the table (its OID); the executor finds storage or system rows by it.
    package var table: UInt32
    /// As shown by EXPLAIN: name and alias.
    package var name: String
    package var alias: String
    /// Columns that anything above or below refers to; the optimizer narrows the list.
    package var columns: [Column]
    /// A row's locator as bigint, for UPDATE, DELETE and ON CONFLICT.
    package var locator: ColumnID?
    /// Row-security predicates. They run before everything else that can fail or be observed.
    package var security: [Expression]
    /// Other conjuncts; those that are not leakproof run only on rows that pass `security`.
    package var filters: [Expression]

    package init(
        table: UInt32, name: String, alias: String, columns: [Column], locator: ColumnID? = nil,
        security: [Expression] = [], filters: [Expression] = []
    ) {
        self.table = table
        self.name = name
        self.alias = alias
        self.columns = columns
        self.locator = locator
        self.security = security
        self.filters = filters
    }
}

package struct ValuesNode: Sendable {
    package var columns: [(ColumnID, SQLType)]
    package var rows: [[Expression]]
    package init(columns: [(ColumnID, SQLType)], rows: [[Expression]]) {
        self.columns = columns
        self.rows = rows
    }
    /// SELECT without FROM: one row of no columns.
    package static let oneRow = ValuesNode(columns: [], rows: [[]])
}

/// generate_series, unnest, regexp_matches, … in FROM or (as set-returning) in the select list.
package struct TableFunctionNode: Sendable {
    /// Rows of this plan are repeated for each row the function returns (LATERAL and select-list use).
    package var input: Plan?
    /// Several calls go on in step; one that ends before the others gives NULLs.
    package var calls: [Call]
    package var ordinality: ColumnID?
    /// Keep input rows for which the function returns nothing (LEFT JOIN LATERAL … ON true).
    package var isOuter: Bool

    /// One function with its arguments and the columns it gives.
    package struct Call: Sendable {
        package var function: String
        package var arguments: [Expression]
        package var columns: [(ColumnID, SQLType)]
        /// What the columns are called, for functions that look members up by name.
        package var names: [String]
        package var position: Int

        package init(
            _ function: String, _ arguments: [Expression], columns: [(ColumnID, SQLType)],
            names: [String] = [], position: Int
        ) {
            self.function = function
            self.arguments = arguments
            self.columns = columns
            self.names = names
            self.position = position
        }
    }

    package init(
        input: Plan?, calls: [Call], ordinality: ColumnID? = nil, isOuter: Bool = false
    ) {
        self.input = input
        self.calls = calls
        self.ordinality = ordinality
        self.isOuter = isOuter
    }

    /// The functions' own columns.
    package var columns: [(ColumnID, SQLType)] { calls.flatMap(\.columns) }

    /// All calls' arguments.
    package var arguments: [Expression] { calls.flatMap(\.arguments) }
}

package struct JoinNode: Sendable {
    package enum Kind: Sendable {
        case inner, left, right, full
        /// Left rows with (without) a match; only left columns come out. Made by unnesting.
        case semi, anti
        /// NOT IN: as anti, but any NULL in a key leaves the row out as three-valued logic asks.
        case nullAwareAnti
        /// Left join against at most one row per left row, 21000 if more (scalar subqueries).
        case single
    }
    package var kind: Kind
    package var left: Plan
    package var right: Plan
    package var conditions: [Expression]
    /// Columns of `left` that `right` refers to (LATERAL); empty for an ordinary join.
    package var lateral: [(ColumnID, SQLType)]
    /// Columns of the inputs that do not come out: nothing above reads them.
    package var dropped: ColumnSet = []
    package init(
        kind: Kind, left: Plan, right: Plan, conditions: [Expression],
        lateral: [(ColumnID, SQLType)] = []
    ) {
        self.kind = kind
        self.left = left
        self.right = right
        self.conditions = conditions
        self.lateral = lateral
    }
}

package struct AggregateNode: Sendable {
    package var input: Plan
    package var keys: [(ColumnID, Expression)]
    package var aggregates: [(ColumnID, AggregateCall)]
    /// Indices into `keys` per grouping set; nil for one set of all keys. Keys outside a set are NULL.
    package var groupingSets: [[Int]]?
    /// With grouping sets: (output id, key indices) for each GROUPING(…) call, as integer bit masks.
    package var groupings: [(ColumnID, [Int])]
    package init(
        input: Plan, keys: [(ColumnID, Expression)], aggregates: [(ColumnID, AggregateCall)],
        groupingSets: [[Int]]? = nil, groupings: [(ColumnID, [Int])] = []
    ) {
        self.input = input
        self.keys = keys
        self.aggregates = aggregates
        self.groupingSets = groupingSets
        self.groupings = groupings
    }
}

package struct SetOperationNode: Sendable {
    package enum Kind: Sendable { case union, intersect, except }
    package var kind: Kind
    package var all: Bool
    package var left: Plan
    package var right: Plan
    /// Output columns; position i takes left's and right's i-th column, cast to one type before.
    package var columns: [(ColumnID, SQLType)]
    package init(
        kind: Kind, all: Bool, left: Plan, right: Plan, columns: [(ColumnID, SQLType)]
    ) {
        self.kind = kind
        self.all = all
        self.left = left
        self.right = right
        self.columns = columns
    }
}

extension Plan {
    /// Output columns in order.
    package var columns: [(ColumnID, SQLType)] {
        switch self {
        case .scan(let node):
            let columns = node.columns.map { ($0.id, $0.type) }
            return node.locator.map { columns + [($0, .bigint)] } ?? columns
        case .values(let node): return node.columns
        case .tableFunction(let node):
            let ordinal = node.ordinality.map { [($0, SQLType.bigint)] } ?? []
            return (node.input?.columns ?? []) + node.columns + ordinal
        case .filter(let input, _), .sort(let input, _), .limit(let input, _, _, _),
            .distinct(let input, _):
            return input.columns
        case .project(_, let items): return items.map { ($0.id, $0.expression.type) }
        case .join(let node):
            let all: [(ColumnID, SQLType)]
            switch node.kind {
            case .semi, .anti, .nullAwareAnti: all = node.left.columns
            default: all = node.left.columns + node.right.columns
            }
            return node.dropped.isEmpty ? all : all.filter { !node.dropped.contains($0.0) }
        case .aggregate(let node):
            return node.keys.map { ($0.0, $0.1.type) }
                + node.aggregates.map { ($0.0, $0.1.type) }
                + node.groupings.map { ($0.0, .integer) }
        case .window(let input, let calls):
            return input.columns + calls.map { ($0.0, $0.1.type) }
        case .setOperation(let node): return node.columns
        case .with(_, _, let body): return body.columns
        case .cteScan(_, let columns), .recursive(_, _, _, _, let columns):
            return columns.map { ($0.id, $0.type) }
        }
    }
}

extension Plan {
    /// The plans that this node reads, those of subqueries aside.
    package var inputs: [Plan] {
        switch self {
        case .scan, .values, .cteScan: []
        case .tableFunction(let node): node.input.map { [$0] } ?? []
        case .filter(let input, _), .project(let input, _), .window(let input, _),
            .sort(let input, _), .limit(let input, _, _, _), .distinct(let input, _):
            [input]
        case .join(let node): [node.left, node.right]
        case .aggregate(let node): [node.input]
        case .setOperation(let node): [node.left, node.right]
        case .with(_, let definition, let body): [definition, body]
        case .recursive(_, let base, let step, _, _): [base, step]
        }
    }
}
