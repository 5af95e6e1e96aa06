import Vectors

/// Raises the errors of calls that depend on no row, whether or not a row reaches them.
///
/// PostgreSQL computes such calls while it plans: `SELECT 1 / 0 FROM t` fails on an empty table,
/// and so does a branch of CASE unless a constant condition ahead of it leaves it out.
enum ConstantErrors {
    static func check(_ plan: Plan) throws {
        switch plan {
        // Rows of VALUES are computed in any case.
        case .values: return
        case .scan(let node): try conditions(node.security + node.filters)
        case .filter(_, let list): try conditions(list)
        case .join(let node): try conditions(node.conditions)
        default: try each(plan.forEachExpression)
        }
        for input in plan.inputs { try check(input) }
    }

    /// What all must hold: nothing is wrong where one of them is false in any case.
    private static func conditions(_ list: [Expression]) throws {
        var failure: (any Error)?
        for condition in list {
            do {
                if case .bool(false)? = try value(condition) { return }
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }

    private static func each(_ visit: ((Expression) -> Void) -> Void) throws {
        var failure: (any Error)?
        visit { expression in
            if failure != nil { return }
            do { _ = try value(expression) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// The constant that an expression comes to; nil where it depends on more.
    private static func value(_ expression: Expression) throws -> Datum? {
        switch expression {
        case .column, .parameter, .literal(_, .unknown): return nil
        case .literal(let datum, _): return datum
        case .call(let function, let arguments, let type, _):
            var values: [(Datum, SQLType)] = []
            var isConstant = function.volatility == .immutable && !arguments.isEmpty
            for argument in arguments {
                let datum = try value(argument)
                guard isConstant, let datum else {
                    isConstant = false
                    continue
                }
                values.append((datum, argument.type))
            }
            guard isConstant else { return nil }
            return try function.value(of: values, type)
        case .and(let operands): return try connected(operands, decisive: false)
        case .or(let operands): return try connected(operands, decisive: true)
        case .caseWhen(let branches, let otherwise, _):
            for branch in branches {
                switch try value(branch.condition) {
                case .bool(true)?: return try value(branch.result)
                case .bool(false)?, .null?: continue
                default: _ = try value(branch.result)
                }
            }
            _ = try otherwise.map(value)
            return nil
        case .coalesce(let operands, _):
            for operand in operands {
                if let constant = try value(operand), !constant.isNull { break }
            }
            return nil
        case .subquery(let subquery):
            if case .quantified(let left, _, _) = subquery.kind { _ = try left.map(value) }
            // Nobody asks what EXISTS selects.
            if case .exists = subquery.kind { return nil }
            try check(subquery.plan)
            return nil
        default:
            try each(expression.forEachOperand)
            return nil
        }
    }

    /// AND and OR stop at the first constant that decides them.
    private static func connected(_ operands: [Expression], decisive: Bool) throws -> Datum? {
        var isConstant = true
        var isNull = false
        for operand in operands {
            switch try value(operand) {
            case .bool(let flag)?:
                if flag == decisive { return .bool(flag) }
            case .null?: isNull = true
            default: isConstant = false
            }
        }
        return isConstant ? (isNull ? .null : .bool(!decisive)) : nil
    }
}
