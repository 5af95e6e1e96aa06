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
        _ = mapOperands { operand in
            visit(operand)
            return operand
        }
    }

    /// Whether the expression or anything inside it (subqueries' left sides included) satisfies.
    func contains(_ test: (Expression) -> Bool) -> Bool {
        if test(self) { return true }
        var found = false
        forEachOperand { if !found, $0.contains(test) { found = true } }
        return found
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

    /// A text that two expressions share exactly when they are the same computation.
    var fingerprint: String {
        var text = ""
        write(to: &text)
        return text
    }

    private func write(to text: inout String) {
        switch self {
        case .literal(let datum, let type): text += "L\(datum):\(type)"
        case .column(let id, _): text += "#\(id.raw)"
        case .parameter(let index, let type): text += "$\(index):\(type)"
        case .call(let function, _, let type, _):
            text += "\(function.name)\(function.arguments):\(type)"
        case .and: text += "and"
        case .or: text += "or"
        case .not: text += "not"
        case .isNull(_, let negated): text += negated ? "notnull" : "isnull"
        case .isTruth(_, let value, let negated): text += "is\(String(describing: value))\(negated)"
        case .isDistinct(_, _, _, let negated): text += "distinct\(negated)"
        case .caseWhen(_, let otherwise, let type): text += "case\(otherwise == nil):\(type)"
        case .coalesce(_, let type): text += "coalesce:\(type)"
        case .extremum(_, let greatest, _, _): text += greatest ? "greatest" : "least"
        case .inList: text += "in"
        case .quantified(_, let function, _, let all, _):
            text += "quant\(all)\(function.name)\(function.arguments)"
        case .array(_, let type): text += "array:\(type)"
        case .subquery(let subquery): text += "sub\(ObjectIdentifier(subquery).hashValue)"
        case .aggregate(let call):
            text += "agg\(call.function)\(call.isDistinct)\(call.filter != nil)"
            text += call.order.map { "\($0.descending)\($0.nullsFirst)" }.joined()
        case .window(let call):
            text += "win\(call.function)\(call.filter != nil)\(call.partition.count)"
            text += call.order.map { "\($0.descending)\($0.nullsFirst)" }.joined()
            text += "\(call.frame.mode)\(call.frame.exclusion)"
            text += call.frame.start.label + call.frame.end.label
        case .grouping: text += "grouping"
        }
        text += "("
        if case .subquery = self {
        } else {
            forEachOperand { operand in
                operand.write(to: &text)
                text += ","
            }
        }
        text += ")"
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

extension WindowFrame.Bound {
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
