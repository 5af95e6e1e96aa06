import Basics
import Vectors

extension Expression {
    /// Rebuilds the node with each direct operand replaced; subqueries keep their plans, only the
    /// operands of their left side are visited.
    package func mapOperands(_ change: (Expression) throws -> Expression) rethrows -> Expression {
        switch self {
        case .literal, .column, .parameter: return self
        case .call(let function, let arguments, let type, let position):
            return .call(function, try arguments.map(change), type, position: position)
        case .and(let operands): return .and(try operands.map(change))
        case .or(let operands): return .or(try operands.map(change))
        case .not(let operand): return .not(try change(operand))
        case .isNull(let operand, let negated):
            return .isNull(try change(operand), negated: negated)
        case .isTruth(let operand, let value, let negated):
            return .isTruth(try change(operand), value: value, negated: negated)
        case .isDistinct(let left, let right, let equality, let negated):
            return .isDistinct(
                try change(left), try change(right), equality: equality, negated: negated)
        case .caseWhen(let branches, let otherwise, let type):
            return .caseWhen(
                try branches.map { (try change($0.condition), try change($0.result)) },
                otherwise: try otherwise.map(change), type)
        case .coalesce(let operands, let type):
            return .coalesce(try operands.map(change), type)
        case .extremum(let operands, let greatest, let less, let type):
            return .extremum(try operands.map(change), greatest: greatest, less: less, type)
        case .inList(let operand, let list, let equality):
            return .inList(try change(operand), try list.map(change), equality: equality)
        case .quantified(let operand, let function, let array, let all, let position):
            return .quantified(
                try change(operand), function, array: try change(array), all: all,
                position: position)
        case .array(let elements, let type): return .array(try elements.map(change), type)
        case .subquery(let subquery):
            guard case .quantified(let left, let operators, let all) = subquery.kind else {
                return self
            }
            return .subquery(
                Subquery(
                    kind: .quantified(
                        left: try left.map(change), operators: operators, all: all),
                    plan: subquery.plan, outer: subquery.outer, type: subquery.type,
                    position: subquery.position, id: subquery.id))
        case .aggregate(var call):
            call.arguments = try call.arguments.map(change)
            call.filter = try call.filter.map(change)
            call.order = try call.order.map { key in
                var copy = key
                copy.expression = try change(key.expression)
                return copy
            }
            return .aggregate(call)
        case .window(var call):
            call.arguments = try call.arguments.map(change)
            call.filter = try call.filter.map(change)
            call.partition = try call.partition.map(change)
            call.order = try call.order.map { key in
                var copy = key
                copy.expression = try change(key.expression)
                return copy
            }
            call.frame.start = try call.frame.start.mapOffset(change)
            call.frame.end = try call.frame.end.mapOffset(change)
            return .window(call)
        case .grouping(let operands): return .grouping(try operands.map(change))
        }
    }

    /// Visits each direct operand.
    func forEachOperand(_ visit: (Expression) -> Void) {
        switch self {
        case .literal, .column, .parameter: break
        case .call(_, let operands, _, _), .and(let operands), .or(let operands),
            .coalesce(let operands, _), .extremum(let operands, _, _, _),
            .array(let operands, _), .grouping(let operands):
            operands.forEach(visit)
        case .not(let operand), .isNull(let operand, _), .isTruth(let operand, _, _):
            visit(operand)
        case .isDistinct(let left, let right, _, _), .quantified(let left, _, let right, _, _):
            visit(left)
            visit(right)
        case .caseWhen(let branches, let otherwise, _):
            for branch in branches {
                visit(branch.condition)
                visit(branch.result)
            }
            otherwise.map(visit)
        case .inList(let operand, let list, _):
            visit(operand)
            list.forEach(visit)
        case .subquery(let subquery):
            if case .quantified(let left, _, _) = subquery.kind { left.forEach(visit) }
        case .aggregate(let call): call.forEachOperand(visit)
        case .window(let call): call.forEachOperand(visit)
        }
    }

    /// Whether the expression or anything inside it (subqueries' left sides included) satisfies.
    func contains(_ test: (Expression) -> Bool) -> Bool {
        if test(self) { return true }
        // The commonest forms without a closure's detour.
        switch self {
        case .literal, .column, .parameter: return false
        case .call(_, let operands, _, _), .and(let operands), .or(let operands):
            return operands.contains { $0.contains(test) }
        default:
            var found = false
            forEachOperand { if !found, $0.contains(test) { found = true } }
            return found
        }
    }

    var containsAggregate: Bool {
        contains { if case .aggregate = $0 { true } else { false } }
    }

    var containsWindow: Bool { contains { if case .window = $0 { true } else { false } } }

    /// Whether evaluating it twice may give two answers.
    package var isVolatile: Bool {
        contains { expression in
            switch expression {
            case .call(let function, _, _, _): function.volatility == .volatile
            case .subquery(let subquery): subquery.plan.isVolatile
            default: false
            }
        }
    }

    /// Whether its value depends on more than its operands.
    var isUnstable: Bool {
        contains { expression in
            switch expression {
            case .call(let function, _, _, _): function.volatility != .immutable
            case .subquery: true
            default: false
            }
        }
    }

    /// The expression with columns replaced.
    func replacing(_ columns: [ColumnID: Expression]) -> Expression {
        if case .column(let id, _) = self, let value = columns[id] { return value }
        return mapOperands { $0.replacing(columns) }
    }

    static var null: Expression { .literal(.null, .unknown) }
    static func boolean(_ value: Bool) -> Expression { .literal(.bool(value), .boolean) }

    /// Conjunction without needless nesting.
    static func conjunction(_ operands: [Expression]) -> Expression {
        operands.count == 1 ? operands[0] : operands.isEmpty ? .boolean(true) : .and(operands)
    }

    /// The operands of a conjunction, or the expression alone.
    var conjuncts: [Expression] {
        if case .and(let operands) = self { return operands.flatMap(\.conjuncts) }
        return [self]
    }
}

extension AggregateCall {
    func forEachOperand(_ visit: (Expression) -> Void) {
        arguments.forEach(visit)
        filter.map(visit)
        for key in order { visit(key.expression) }
    }
}

extension WindowCall {
    func forEachOperand(_ visit: (Expression) -> Void) {
        arguments.forEach(visit)
        filter.map(visit)
        partition.forEach(visit)
        for key in order { visit(key.expression) }
        frame.start.offset.map(visit)
        frame.end.offset.map(visit)
    }
}

extension WindowFrame.Bound {
    var offset: Expression? {
        switch self {
        case .preceding(let offset, _), .following(let offset, _): offset
        default: nil
        }
    }

    func mapOffset(_ change: (Expression) throws -> Expression) rethrows -> WindowFrame.Bound {
        switch self {
        case .preceding(let offset, let shift): .preceding(try change(offset), shift: shift)
        case .following(let offset, let shift): .following(try change(offset), shift: shift)
        default: self
        }
    }

    var label: String {
        switch self {
        case .unboundedPreceding: "up"
        case .currentRow: "cr"
        case .unboundedFollowing: "uf"
        case .preceding: "p"
        case .following: "f"
        }
    }
}
