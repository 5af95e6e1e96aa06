import Vectors

/// Computes what depends on no row, so that scans and estimates see plain constants.
///
/// Only immutable functions with results of fixed size are called. What fails stays as it is, for
/// `ConstantErrors` to raise if nothing leaves it out.
enum Folding {
    static func rewrite(_ plan: Plan) -> Plan {
        plan.mapParts(plan: rewrite, expression: fold)
    }

    private static func fold(_ expression: Expression) -> Expression {
        let mapped = expression.mapOperands(fold)
        switch mapped {
        case .call(let function, let arguments, let type, _):
            if let value = constant(function, arguments, type) { return .literal(value, type) }
            return byDate(mapped, function, arguments) ?? mapped
        case .subquery(let subquery):
            return .subquery(
                Subquery(
                    kind: subquery.kind, plan: rewrite(subquery.plan), outer: subquery.outer,
                    type: subquery.type, position: subquery.position))
        default: return mapped
        }
    }

    private static func constant(
        _ function: ScalarFunction, _ arguments: [Expression], _ type: SQLType
    ) -> Datum? {
        guard function.volatility == .immutable, type.physical != .bytes, !arguments.isEmpty
        else { return nil }
        var values: [(Datum, SQLType)] = []
        for argument in arguments {
            guard case .literal(let value, let type) = argument, type != .unknown else {
                return nil
            }
            values.append((value, type))
        }
        return try? function.value(of: values, type)
    }

    // MARK: Dates against timestamps

    private static let mirrored = ["<": ">", "<=": ">=", ">": "<", ">=": "<="]

    /// `date < timestamp` as a comparison of dates, which chunks can be asked for. date + interval
    /// is a timestamp, so this is how most ranges of dates are written.
    private static func byDate(
        _ original: Expression, _ function: ScalarFunction, _ arguments: [Expression]
    ) -> Expression? {
        guard case .call(_, _, let type, let position) = original, type == .boolean,
            arguments.count == 2
        else { return nil }
        let (date, moment, name): (Expression, Expression, String)
        switch (arguments[0].type, arguments[1].type) {
        case (.date, .timestamp): (date, moment, name) = (arguments[0], arguments[1], function.name)
        case (.timestamp, .date):
            (date, moment, name) = (
                arguments[1], arguments[0], mirrored[function.name] ?? function.name
            )
        default: return nil
        }
        guard case .literal(.int(let time), _) = moment, time != .max, time != .min else {
            return nil
        }
        let perDay: Int64 = 86_400_000_000
        let into = (time % perDay + perDay) % perDay
        let day = (time - into) / perDay
        let comparison: String
        switch name {
        case "<" where into != 0: comparison = "<="
        case ">=" where into != 0: comparison = ">"
        case "<", "<=", ">", ">=": comparison = name
        case "=" where into == 0: comparison = name
        default: return nil
        }
        let dates = FunctionTable.shared[comparison].first { $0.arguments == [.date, .date] }
        guard let dates, let whole = Int32(exactly: day), whole != .max, whole != .min else {
            return nil
        }
        return .call(
            dates, [date, .literal(.int(Int64(whole)), .date)], .boolean, position: position)
    }
}

extension ScalarFunction {
    /// The result for constants.
    func value(of arguments: [(Datum, SQLType)], _ type: SQLType) throws -> Datum {
        try evaluate(
            EvaluationContext(), arguments.map { .constant($0, $1, count: 1) }, count: 1,
            result: type
        ).datum(at: 0)
    }
}
