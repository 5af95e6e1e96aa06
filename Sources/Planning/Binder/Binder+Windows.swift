import Basics
import Catalog
import SQLSyntax
import Vectors

/// Window definitions, and the node that computes window functions.
extension Binder {
    /// WINDOW name AS (…), in order: each may refine an earlier one.
    func defineWindows(_ windows: [NamedWindow], _ scope: Scope) throws {
        for window in windows {
            guard scope.namedWindows[window.name.text] == nil else {
                throw SQLError(
                    .windowingError, "window \"\(window.name.text)\" is already defined",
                    position: window.name.position)
            }
            scope.namedWindows[window.name.text] = try bindWindow(window.spec, scope)
        }
    }

    func boundWindow(_ call: FunctionCall, _ scope: Scope) throws -> BoundWindow {
        switch call.over {
        case .named(let name): return try namedWindow(name, scope)
        case .inline(let spec): return try bindWindow(spec, scope)
        case nil:
            return BoundWindow(partition: [], order: [], frame: WindowFrame(), hasFrame: false)
        }
    }

    private func namedWindow(_ name: Identifier, _ scope: Scope) throws -> BoundWindow {
        guard let window = scope.namedWindows[name.text] else {
            throw SQLError(
                .undefinedObject, "window \"\(name.text)\" does not exist",
                position: name.position)
        }
        return window
    }

    private func bindWindow(_ spec: WindowSpec, _ scope: Scope) throws -> BoundWindow {
        let saved = scope.clause
        scope.clause = .windowDefinition
        defer { scope.clause = saved }
        let base = try spec.base.map { ($0, try namedWindow($0, scope)) }
        var partition = try spec.partitionBy.map {
            try resolveUnknown(try bind($0, scope), at: leftmost($0))
        }
        for (expression, expr) in zip(partition, spec.partitionBy) {
            try requireEquality(expression.type, at: expr.position)
        }
        var order = try spec.orderBy.map { try sortKey($0, scope) }
        if let (name, window) = base {
            func refuse(_ what: String) -> SQLError {
                SQLError(
                    .windowingError, "cannot override \(what) of window \"\(name.text)\"",
                    position: name.position)
            }
            if !partition.isEmpty { throw refuse("PARTITION BY clause") }
            if !order.isEmpty, !window.order.isEmpty { throw refuse("ORDER BY clause") }
            if window.hasFrame {
                throw SQLError(
                    .windowingError,
                    "cannot copy window \"\(name.text)\" because it has a frame clause",
                    position: name.position)
            }
            partition = window.partition
            if order.isEmpty { order = window.order }
        }
        let frame = try spec.frame.map { try bindFrame($0, order, scope) }
        return BoundWindow(
            partition: partition, order: order, frame: frame ?? WindowFrame(),
            hasFrame: frame != nil)
    }

    private func bindFrame(
        _ frame: SQLSyntax.WindowFrame, _ order: [SortKey], _ scope: Scope
    ) throws -> WindowFrame {
        let mode: WindowFrame.Mode =
            switch frame.unit {
            case .rows: .rows
            case .range: .range
            case .groups: .groups
            }
        if mode == .groups, order.isEmpty {
            throw SQLError(
                .windowingError, "GROUPS mode requires an ORDER BY clause",
                position: frame.position)
        }
        let exclusion: WindowFrame.Exclusion =
            switch frame.exclusion {
            case nil: .noOthers
            case .currentRow: .currentRow
            case .group: .group
            case .ties: .ties
            }
        func misplaced(_ what: String) -> SQLError {
            SQLError(.windowingError, what, position: frame.position)
        }
        switch (frame.start, frame.end) {
        case (.unboundedFollowing, _):
            throw misplaced("frame start cannot be UNBOUNDED FOLLOWING")
        case (_, .unboundedPreceding):
            throw misplaced("frame end cannot be UNBOUNDED PRECEDING")
        case (.currentRow, .preceding):
            throw misplaced("frame starting from current row cannot have preceding rows")
        case (.following, .currentRow), (.following, .preceding):
            throw misplaced("frame starting from following row cannot have preceding rows")
        default: break
        }
        return WindowFrame(
            mode: mode, start: try bindBound(frame.start, mode, order, scope, frame.position),
            end: try bindBound(frame.end, mode, order, scope, frame.position),
            exclusion: exclusion)
    }

    private func bindBound(
        _ bound: SQLSyntax.WindowFrame.Bound, _ mode: WindowFrame.Mode, _ order: [SortKey],
        _ scope: Scope, _ position: Int
    ) throws -> WindowFrame.Bound {
        let expr: Expr
        let precedes: Bool
        switch bound {
        case .unboundedPreceding: return .unboundedPreceding
        case .currentRow: return .currentRow
        case .unboundedFollowing: return .unboundedFollowing
        case .preceding(let offset): (expr, precedes) = (offset, true)
        case .following(let offset): (expr, precedes) = (offset, false)
        }
        let offset = try bind(expr, Scope(parent: scope.parent))
        guard mode == .range else {
            let cast = try coerce(offset, to: .bigint, .assignment, at: expr.position)
            guard let cast else {
                throw SQLError(
                    .datatypeMismatch,
                    "argument of \(mode == .rows ? "ROWS" : "GROUPS") must be type bigint, not "
                        + "type \(offset.type.familyName)", position: expr.position)
            }
            return precedes ? .preceding(cast, shift: nil) : .following(cast, shift: nil)
        }
        guard order.count == 1, let key = order.first else {
            throw SQLError(
                .windowingError,
                "RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column",
                position: position)
        }
        let symbol = precedes != key.descending ? "-" : "+"
        // An untyped offset of a date or time is an interval.
        let isTime = key.expression.type.category == "D"
        let offsetType =
            offset.type == .unknown && isTime ? SQLType.interval : offset.type
        let (shift, parameters) = try resolveOperator(
            OperatorName(symbol, at: expr.position), [key.expression.type, offsetType])
        guard parameters[0].family == key.expression.type.family else {
            throw SQLError.unsupported(
                "RANGE with an offset over type \(key.expression.type.familyName)",
                position: expr.position)
        }
        let cast = try coerceArgument(offset, to: parameters[1], at: expr.position)
        return precedes ? .preceding(cast, shift: shift) : .following(cast, shift: shift)
    }

    /// Takes window calls out of `expressions` and the set calls into a node above `plan`.
    func cutWindows(_ plan: Plan, _ expressions: inout [Expression], _ scope: Scope) -> Plan {
        var calls: [(ColumnID, WindowCall)] = []
        var marks: [String: Int] = [:]
        func cut(_ expression: Expression) -> Expression {
            if case .window(let call) = expression {
                let mark = expression.fingerprint
                if let known = marks[mark], !expression.isVolatile {
                    return .column(calls[known].0, call.type)
                }
                marks[mark] = calls.count
                let id = newColumn()
                calls.append((id, call))
                return .column(id, call.type)
            }
            return expression.mapOperands(cut)
        }
        expressions = expressions.map(cut)
        for index in scope.setCalls.indices {
            scope.setCalls[index].arguments = scope.setCalls[index].arguments.map(cut)
        }
        return calls.isEmpty ? plan : .window(plan, calls)
    }
}
