import Basics
import Catalog
import SQLSyntax
import Vectors

/// Queries inside expressions.
extension Binder {
    /// Binds a query whose names may come from `scope`; also what it takes from there.
    func bindInner(
        _ query: Query, _ scope: Scope
    ) throws -> (query: BoundSelect, outer: [(ColumnID, SQLType)]) {
        let inner = Scope(parent: scope)
        let bound = try bindBody(query, inner, keepUnknown: false)
        return (bound, inner.outer)
    }

    func bindNested(_ expr: Expr, _ scope: Scope) throws -> Expression {
        let position = expr.position
        switch expr.kind {
        case .exists(let query):
            let (bound, outer) = try bindInner(query, scope)
            return .subquery(
                Subquery(
                    kind: .exists, plan: bound.plan, outer: outer, type: .boolean,
                    position: position))
        case .scalarSubquery(let query):
            let (bound, outer) = try bindInner(query, scope)
            let column = try single(bound, at: position)
            return .subquery(
                Subquery(
                    kind: .scalar, plan: bound.plan, outer: outer, type: column.type,
                    position: position))
        case .arraySubquery(let query):
            let (bound, outer) = try bindInner(query, scope)
            let column = try single(bound, at: position)
            return .subquery(
                Subquery(
                    kind: .array, plan: bound.plan, outer: outer,
                    type: column.type.element == nil ? .array(column.type) : column.type,
                    position: position))
        case .inSubquery(let operand, let query, let negated):
            let result = try quantified(
                operand, OperatorName("=", at: position), all: false, query, scope)
            return negated ? .not(result) : result
        case .quantifiedSubquery(let operand, let op, let quantifier, let query):
            return try quantified(operand, op, all: quantifier == .all, query, scope)
        case .quantifiedArray(let operand, let op, let quantifier, let array):
            return try quantifiedArray(operand, op, all: quantifier == .all, array, scope)
        default: throw SQLError.unsupported("this expression", position: position)
        }
    }

    /// A subquery of one row as one scalar subquery per column.
    func scalars(
        _ query: Query, count: Int, _ scope: Scope, at position: Int
    ) throws -> [Expression] {
        let (bound, outer) = try bindInner(query, scope)
        guard bound.columns.count == count else {
            throw SQLError(
                .syntaxError,
                bound.columns.count > count
                    ? "subquery has too many columns" : "subquery has too few columns",
                position: position)
        }
        return bound.columns.map { column in
            let item = ProjectItem(newColumn(), .column(column.id, column.type))
            return .subquery(
                Subquery(
                    kind: .scalar, plan: .project(bound.plan, [item]), outer: outer,
                    type: column.type, position: position))
        }
    }

    private func single(_ bound: BoundSelect, at position: Int) throws -> ScopeColumn {
        guard bound.columns.count == 1, let column = bound.columns.first else {
            throw SQLError(
                .syntaxError, "subquery must return only one column", position: position)
        }
        return column
    }

    private func quantified(
        _ operand: Expr, _ op: OperatorName, all: Bool, _ query: Query, _ scope: Scope
    ) throws -> Expression {
        let exprs: [Expr]
        if case .row(let parts, _) = operand.kind { exprs = parts } else { exprs = [operand] }
        var left = try exprs.map { try bind($0, scope) }
        var (bound, outer) = try bindInner(query, scope)
        guard bound.columns.count == left.count else {
            throw SQLError(
                .syntaxError,
                bound.columns.count > left.count
                    ? "subquery has too many columns" : "subquery has too few columns",
                position: op.position)
        }
        if left.count > 1, op.symbol != "=", op.symbol != "<>" {
            throw SQLError.unsupported(
                "a row comparison by \(op.symbol) with a subquery", position: op.position)
        }
        // `(a, b) <> ALL (…)` is NOT `(a, b) = ANY (…)`; the other mixes of rows have no use.
        var symbol = op
        var negated = false
        if left.count > 1, op.symbol == "<>" {
            guard all else {
                throw SQLError.unsupported("a row <> ANY (subquery)", position: op.position)
            }
            symbol = OperatorName("=", at: op.position)
            negated = true
        } else if left.count > 1, all {
            throw SQLError.unsupported("a row = ALL (subquery)", position: op.position)
        }
        var operators: [ScalarFunction] = []
        var targets: [SQLType] = []
        for (index, column) in bound.columns.enumerated() {
            let place = leftmost(exprs[index])
            let (function, parameters) = try resolveOperator(
                symbol, [left[index].type, column.type])
            guard case .fixed(.boolean) = function.result else {
                throw SQLError(
                    .datatypeMismatch, "operator \(op.symbol) must return type boolean",
                    position: op.position)
            }
            left[index] = try coerceArgument(left[index], to: parameters[0], at: place)
            operators.append(function)
            targets.append(
                column.type.family == parameters[1].family
                    ? column.type
                    : parameters[1] == .decimal
                        ? column.type.asNumeric ?? .decimal : parameters[1])
        }
        bound = try cast(bound, to: targets, .implicit, at: op.position)
        let result = Expression.subquery(
            Subquery(
                kind: .quantified(
                    left: left, operators: operators, all: negated ? false : all),
                plan: bound.plan, outer: outer, type: .boolean, position: op.position))
        return negated ? .not(result) : result
    }

    private func quantifiedArray(
        _ operand: Expr, _ op: OperatorName, all: Bool, _ array: Expr, _ scope: Scope
    ) throws -> Expression {
        let place = op.position
        var left = try bind(operand, scope)
        var right = try bind(array, scope)
        if right.type == .unknown || right.type == .array(.unknown) {
            let element: SQLType = left.type == .unknown ? .text : plainFamily(left.type)
            right = try require(
                right, as: .array(element), .implicit, at: leftmost(array))
        }
        guard let element = right.type.element else {
            throw SQLError(
                .wrongObjectType, "op ANY/ALL (array) requires array on right side",
                position: place)
        }
        let (function, parameters) = try resolveOperator(op, [left.type, element])
        left = try coerceArgument(left, to: parameters[0], at: leftmost(operand))
        if element.family != parameters[1].family, !sharesForm(element, parameters[1]) {
            right = try require(
                right, as: .array(parameters[1]), .implicit, at: leftmost(array))
        }
        return .quantified(left, function, array: right, all: all, position: place)
    }

    private func sharesForm(_ type: SQLType, _ other: SQLType) -> Bool {
        let texts: [SQLType] = [.text, .varchar(nil)]
        return texts.contains(type.family) && texts.contains(other.family)
    }

    /// The type without modifiers, as a cast target.
    func plainFamily(_ type: SQLType) -> SQLType {
        if case .char = type { return .char(0) }
        return type.family
    }

    /// Casts a query's columns: inside its last projection or rows where it can, else above it.
    func cast(
        _ bound: BoundSelect, to types: [SQLType], _ context: CastContext, at position: Int
    ) throws -> BoundSelect {
        let changed = zip(bound.columns, types).contains { $0.type != $1 }
        guard changed else { return bound }
        var columns = bound.columns
        for (index, type) in types.enumerated() where columns[index].type != type {
            columns[index].type = type
            columns[index].info = ColumnInfo()
        }
        func coerced(_ expression: Expression, _ index: Int) throws -> Expression {
            try require(expression, as: types[index], context, at: position)
        }
        switch bound.plan {
        case .project(let input, let items)
        where items.count == types.count
            && zip(items, bound.columns).allSatisfy({
                $0.id == $1.id
            }):
            let cast = try items.enumerated().map { index, item in
                ProjectItem(item.id, try coerced(item.expression, index))
            }
            return BoundSelect(plan: .project(input, cast), columns: columns)
        case .values(var node) where node.columns.count == types.count:
            node.rows = try node.rows.map { row in
                try row.enumerated().map { index, value in try coerced(value, index) }
            }
            node.columns = zip(node.columns, types).map { ($0.0, $1) }
            return BoundSelect(plan: .values(node), columns: columns)
        default:
            var items: [ProjectItem] = []
            for (index, column) in bound.columns.enumerated() {
                let id = newColumn()
                let plain = Expression.column(column.id, column.type)
                items.append(
                    ProjectItem(
                        id,
                        try coerced(plain, index)))
                columns[index].id = id
            }
            return BoundSelect(plan: .project(bound.plan, items), columns: columns)
        }
    }
}

/// A query's plan and the columns that it gives, in order.
struct BoundSelect {
    var plan: Plan
    var columns: [ScopeColumn]
}
