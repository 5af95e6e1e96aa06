import Basics
import Vectors

extension Plan {
    /// Rebuilds the node with its inputs and expressions replaced; plans inside expressions are the
    /// expression changer's business.
    package func mapParts(
        plan changePlan: (Plan) throws -> Plan,
        expression change: (Expression) throws -> Expression
    ) rethrows -> Plan {
        func keys(_ list: [SortKey]) throws -> [SortKey] {
            try list.map { key in
                var copy = key
                copy.expression = try change(key.expression)
                return copy
            }
        }
        switch self {
        case .scan(var node):
            node.security = try node.security.map(change)
            node.filters = try node.filters.map(change)
            return .scan(node)
        case .values(var node):
            node.rows = try node.rows.map { try $0.map(change) }
            return .values(node)
        case .tableFunction(var node):
            node.input = try node.input.map(changePlan)
            for index in node.calls.indices {
                node.calls[index].arguments = try node.calls[index].arguments.map(change)
            }
            return .tableFunction(node)
        case .filter(let input, let conditions):
            return .filter(try changePlan(input), try conditions.map(change))
        case .project(let input, let items):
            return .project(
                try changePlan(input),
                try items.map { ProjectItem($0.id, try change($0.expression)) })
        case .join(var node):
            node.left = try changePlan(node.left)
            node.right = try changePlan(node.right)
            node.conditions = try node.conditions.map(change)
            return .join(node)
        case .aggregate(var node):
            node.input = try changePlan(node.input)
            node.keys = try node.keys.map { ($0.0, try change($0.1)) }
            node.aggregates = try node.aggregates.map { id, call in
                guard
                    case .aggregate(let changed) = try Expression.aggregate(call)
                        .mapOperands(change)
                else { return (id, call) }
                return (id, changed)
            }
            return .aggregate(node)
        case .window(let input, let calls):
            return .window(
                try changePlan(input),
                try calls.map { id, call in
                    guard
                        case .window(let changed) = try Expression.window(call)
                            .mapOperands(change)
                    else { return (id, call) }
                    return (id, changed)
                })
        case .sort(let input, let order): return .sort(try changePlan(input), try keys(order))
        case .limit(let input, let count, let offset, let ties):
            return .limit(
                try changePlan(input), count: try count.map(change),
                offset: try offset.map(change), withTies: try ties.map(keys))
        case .distinct(let input, let on):
            return .distinct(try changePlan(input), on: try on?.map(change))
        case .setOperation(var node):
            node.left = try changePlan(node.left)
            node.right = try changePlan(node.right)
            return .setOperation(node)
        case .with(let id, let definition, let body):
            return .with(
                id: id, definition: try changePlan(definition), body: try changePlan(body))
        case .cteScan: return self
        case .recursive(let id, let base, let step, let all, let columns):
            return .recursive(
                id: id, base: try changePlan(base), step: try changePlan(step), all: all,
                columns: columns)
        }
    }

    /// Rebuilds every node, innermost first, subqueries' plans included.
    func rewriteNodes(_ change: (Plan) throws -> Plan) throws -> Plan {
        func expression(_ input: Expression) throws -> Expression {
            let mapped = try input.mapOperands(expression)
            guard case .subquery(let subquery) = mapped else { return mapped }
            return .subquery(
                Subquery(
                    kind: subquery.kind, plan: try subquery.plan.rewriteNodes(change),
                    outer: subquery.outer, type: subquery.type, position: subquery.position,
                    id: subquery.id))
        }
        return try change(
            mapParts(plan: { try $0.rewriteNodes(change) }, expression: expression))
    }

    /// Whether running it twice may give two answers.
    package var isVolatile: Bool {
        var found = false
        forEachExpression { if !found, $0.isVolatile { found = true } }
        return found || inputs.contains(where: \.isVolatile)
    }

    /// Visits the node's own expressions, those of its inputs aside.
    func forEachExpression(_ visit: (Expression) -> Void) {
        switch self {
        case .scan(let node):
            node.security.forEach(visit)
            node.filters.forEach(visit)
        case .values(let node): for row in node.rows { row.forEach(visit) }
        case .tableFunction(let node): for call in node.calls { call.arguments.forEach(visit) }
        case .filter(_, let conditions): conditions.forEach(visit)
        case .project(_, let items): for item in items { visit(item.expression) }
        case .join(let node): node.conditions.forEach(visit)
        case .aggregate(let node):
            for (_, key) in node.keys { visit(key) }
            for (_, call) in node.aggregates { call.forEachOperand(visit) }
        case .window(_, let calls): for (_, call) in calls { call.forEachOperand(visit) }
        case .sort(_, let order): for key in order { visit(key.expression) }
        case .limit(_, let count, let offset, let ties):
            count.map(visit)
            offset.map(visit)
            for key in ties ?? [] { visit(key.expression) }
        case .distinct(_, let on): on?.forEach(visit)
        case .setOperation, .with, .cteScan, .recursive: break
        }
    }
}
