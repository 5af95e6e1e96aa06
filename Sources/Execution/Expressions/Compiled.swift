import Basics
import Planning
import Vectors

/// Where a node's output columns lie in its batches.
struct Layout: Sendable {
    private(set) var position: [ColumnID: Int] = [:]
    /// Makes the operators of subqueries; nil where none may occur.
    let lowering: Lowering?
    init(_ columns: [(ColumnID, SQLType)], _ lowering: Lowering?) {
        self.lowering = lowering
        for (index, column) in columns.enumerated() { position[column.0] = index }
    }
}

/// An expression with every column resolved to a place in the batch.
///
/// A column that the batch lacks belongs to an enclosing query and becomes `outer`.
package indirect enum Compiled: Sendable {
    case constant(Vector)
    case column(Int)
    case outer(ColumnID, SQLType)
    case parameter(Int, SQLType)
    case call(ScalarFunction, [Compiled], SQLType, position: Int)
    case and([Compiled])
    case or([Compiled])
    case not(Compiled)
    case isNull(Compiled, negated: Bool)
    case isTruth(Compiled, value: Bool?, negated: Bool)
    case isDistinct(Compiled, Compiled, equality: ScalarFunction, negated: Bool)
    case caseWhen([(condition: Compiled, result: Compiled)], otherwise: Compiled?, SQLType)
    case coalesce([Compiled], SQLType)
    case extremum([Compiled], greatest: Bool, less: ScalarFunction, SQLType)
    case inList(Compiled, InListProbe)
    case quantified(Compiled, ScalarFunction, array: Compiled, all: Bool, position: Int)
    case array([Compiled], SQLType)
    case subquery(CompiledSubquery)
}

/// The right side of `x IN (…)`.
package final class InListProbe: Sendable {
    let elements: [Compiled]
    let equality: ScalarFunction
    init(elements: [Compiled], equality: ScalarFunction) {
        self.elements = elements
        self.equality = equality
    }
}

extension Compiled {
    /// - Throws: 0A000 for what the binder should have extracted.
    static func compile(_ expression: Expression, _ layout: Layout) throws -> Compiled {
        func sub(_ inner: Expression) throws -> Compiled { try compile(inner, layout) }
        switch expression {
        case .literal(let datum, let type):
            return .constant(Vector.constant(datum, type, count: 1))
        case .column(let id, let type):
            if let index = layout.position[id] { return .column(index) }
            return .outer(id, type)
        case .parameter(let index, let type): return .parameter(index, type)
        case .call(let function, let arguments, let type, let position):
            return .call(function, try arguments.map(sub), type, position: position)
        case .and(let terms): return .and(try terms.map(sub))
        case .or(let terms): return .or(try terms.map(sub))
        case .not(let inner): return .not(try sub(inner))
        case .isNull(let inner, let negated): return .isNull(try sub(inner), negated: negated)
        case .isTruth(let inner, let value, let negated):
            return .isTruth(try sub(inner), value: value, negated: negated)
        case .isDistinct(let left, let right, let equality, let negated):
            return .isDistinct(
                try sub(left), try sub(right), equality: equality, negated: negated)
        case .caseWhen(let branches, let otherwise, let type):
            return .caseWhen(
                try branches.map { (try sub($0.condition), try sub($0.result)) },
                otherwise: try otherwise.map(sub), type)
        case .coalesce(let terms, let type): return .coalesce(try terms.map(sub), type)
        case .extremum(let terms, let greatest, let less, let type):
            return .extremum(try terms.map(sub), greatest: greatest, less: less, type)
        case .inList(let left, let elements, let equality):
            return .inList(
                try sub(left),
                InListProbe(elements: try elements.map(sub), equality: equality))
        case .quantified(let left, let function, let array, let all, let position):
            return .quantified(
                try sub(left), function, array: try sub(array), all: all, position: position)
        case .array(let elements, let type): return .array(try elements.map(sub), type)
        case .subquery(let subquery): return .subquery(try CompiledSubquery(subquery, layout))
        case .aggregate(let call):
            throw SQLError(
                .groupingError, "aggregate functions are not allowed here",
                position: call.position)
        case .window(let call):
            throw SQLError(
                .windowingError, "window functions are not allowed here", position: call.position)
        case .grouping:
            throw SQLError(.groupingError, "GROUPING is not allowed here")
        }
    }

    /// Places in the batch that evaluation reads.
    var columnsUsed: Set<Int> {
        var used: Set<Int> = []
        visit {
            if case .column(let index) = $0 { used.insert(index) }
            if case .subquery(let subquery) = $0 { used.formUnion(subquery.columnsUsed) }
        }
        return used
    }

    /// Whether evaluation can neither fail nor be observed, so that it may run on rows whose result
    /// is not needed.
    var isHarmless: Bool {
        var harmless = true
        visit {
            switch $0 {
            case .call(let function, _, _, _):
                if !function.isLeakproof || function.volatility == .volatile { harmless = false }
            case .subquery, .quantified, .array: harmless = false
            default: break
            }
        }
        return harmless
    }

    /// Whether every row gives the same value.
    var isConstantForStatement: Bool {
        var constant = true
        visit {
            switch $0 {
            case .column: constant = false
            case .call(let function, _, _, _):
                if function.volatility == .volatile { constant = false }
            case .subquery(let subquery): if !subquery.columnsUsed.isEmpty { constant = false }
            default: break
            }
        }
        return constant
    }

    private func visit(_ body: (Compiled) -> Void) {
        body(self)
        switch self {
        case .constant, .column, .outer, .parameter: break
        case .call(_, let terms, _, _), .and(let terms), .or(let terms), .coalesce(let terms, _),
            .extremum(let terms, _, _, _), .array(let terms, _):
            for term in terms { term.visit(body) }
        case .not(let inner), .isNull(let inner, _), .isTruth(let inner, _, _): inner.visit(body)
        case .isDistinct(let left, let right, _, _):
            left.visit(body)
            right.visit(body)
        case .caseWhen(let branches, let otherwise, _):
            for branch in branches {
                branch.condition.visit(body)
                branch.result.visit(body)
            }
            otherwise?.visit(body)
        case .inList(let left, let probe):
            left.visit(body)
            for element in probe.elements { element.visit(body) }
        case .quantified(let left, _, let array, _, _):
            left.visit(body)
            array.visit(body)
        case .subquery(let subquery): subquery.visitLeft(body)
        }
    }
}

extension CompiledSubquery {
    func visitLeft(_ body: (Compiled) -> Void) {
        for expression in left { body(expression) }
    }
}
