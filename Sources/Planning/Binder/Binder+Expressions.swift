import Basics
import Catalog
import SQLSyntax
import Vectors

/// Expressions, except for calls (`Binder+Calls`) and subqueries (`Binder+Subqueries`).
extension Binder {
    /// Binds an expression. Untyped literals and parameters may come out with type `unknown`.
    func bind(_ expr: Expr, _ scope: Scope) throws -> Expression {
        try enter(at: expr.position)
        defer { leave() }
        let position = expr.position
        switch expr.kind {
        case .null: return .null
        case .boolean(let value): return .boolean(value)
        case .integer(let text), .numeric(let text): return try number(text, at: position)
        case .string(let text): return .literal(.text(text), .unknown)
        case .bitString: throw SQLError.unsupported("type bit", position: position)
        case .typedLiteral(let name, let text): return try typedLiteral(name, text, at: position)
        case .column(let parts): return try bindColumn(parts, at: position, in: scope)
        case .star(let qualifier) where qualifier.count == 1:
            return try presentRow(qualifier, at: position, scope)
        case .star:
            throw SQLError(
                .syntaxError, "row expansion via \"*\" is not supported here", position: position)
        case .parameter(let number): return try parameter(number, at: position)
        case .and(let operands):
            return .and(
                try operands.map {
                    try requireBoolean(try bind($0, scope), "AND", at: leftmost($0))
                })
        case .or(let operands):
            return .or(
                try operands.map {
                    try requireBoolean(try bind($0, scope), "OR", at: leftmost($0))
                })
        case .not(let operand):
            return .not(
                try requireBoolean(try bind(operand, scope), "NOT", at: leftmost(operand)))
        case .unary(let op, let operand):
            return try operate(op, nil, try bind(operand, scope), right: operand)
        case .binary(let first, let rest): return try chain(first, rest, scope)
        case .isTest(let operand, let test, let negated):
            return try bindTest(operand, test, negated, scope)
        case .isDistinct(let left, let right, let negated):
            return try distinct(left, right, negated, scope, at: position)
        case .between(let operand, let low, let high, let symmetric, let negated):
            return try between(
                operand, low, high, symmetric: symmetric, negated: negated, scope, at: position)
        case .inList(let operand, let list, let negated):
            return try inList(operand, list, negated: negated, scope, at: position)
        case .like(let like): return try bindLike(like, scope, at: position)
        case .caseWhen(let form): return try bindCase(form, scope)
        case .cast(let operand, let type):
            return try bindCast(operand, type, scope, at: position)
        case .collate(let operand, let name): return try collate(operand, name, scope, at: position)
        case .coalesce(let operands):
            let bound = try operands.map { try bind($0, scope) }
            let (cast, type) = try unify(bound, "COALESCE", positions: operands.map(leftmost))
            return .coalesce(cast, type)
        case .nullIf(let left, let right): return try nullIf(left, right, scope, at: position)
        case .greatest(let operands): return try extremum(operands, greatest: true, scope)
        case .least(let operands): return try extremum(operands, greatest: false, scope)
        case .sqlValue(let value, let precision):
            return try sqlValue(value, precision, at: position)
        case .array(let elements): return try bindArray(elements, scope, at: position)
        case .subscripted(let operand, let subscripts):
            return try bindSubscripts(operand, subscripts, scope, at: position)
        case .function(let call): return try bindCall(call, scope)
        case .inSubquery, .quantifiedArray, .quantifiedSubquery, .exists, .scalarSubquery,
            .arraySubquery:
            // One text in one scope is one subquery, so that GROUP BY recognises it again.
            let key = NestedKey(scope: ObjectIdentifier(scope), expr: expr)
            if let known = nested[key]?.expression, !known.isVolatile { return known }
            let bound = try bindNested(expr, scope)
            nested[key] = (scope, bound)
            return bound
        case .field(let operand, let name): return try bindField(operand, name, scope)
        case .fieldStar: throw SQLError.unsupported("expansion of a row", position: position)
        case .row:
            return try record(
                (try rowFields(expr, scope) ?? []).map(\.value), at: position)
        case .grouping(let operands):
            guard scope.clause.allowsAggregates else {
                throw SQLError(
                    .groupingError,
                    "grouping operations are not allowed in \(scope.clause.name)",
                    position: position)
            }
            return .grouping(try operands.map { try bind($0, scope) })
        case .setToDefault:
            throw SQLError(
                .syntaxError, "DEFAULT is not allowed in this context", position: position)
        case .currentOf: throw SQLError.unsupported("WHERE CURRENT OF", position: position)
        case .overlaps(let left, let right):
            return try overlaps(left, right, scope, at: position)
        }
    }

    /// Binds a condition.
    func bindCondition(
        _ expr: Expr, _ what: String, clause: Clause, _ scope: Scope
    ) throws -> Expression {
        let saved = scope.clause
        scope.clause = clause
        defer { scope.clause = saved }
        return try requireBoolean(try bind(expr, scope), what, at: leftmost(expr))
    }

    /// Where PostgreSQL points for a whole expression: at its leftmost part.
    func leftmost(_ expr: Expr) -> Int {
        var least = expr.position
        var current = expr
        while true {
            switch current.kind {
            case .binary(let first, _): current = first
            case .subscripted(let operand, _), .field(let operand, _), .collate(let operand, _),
                .isTest(let operand, _, _), .between(let operand, _, _, _, _),
                .inList(let operand, _, _):
                current = operand
            case .isDistinct(let operand, _, _): current = operand
            case .and(let operands), .or(let operands):
                guard let first = operands.first else { return least }
                current = first
            case .cast(let operand, _): current = operand
            case .like(let like): current = like.operand
            default: return least
            }
            if current.position > 0 { least = min(least, current.position) }
        }
    }

    /// `t.*` as an operand: the whole row, or NULL where an outer join has found none, which shows
    /// by all columns being NULL.
    private func presentRow(
        _ name: [String], at position: Int, _ scope: Scope
    ) throws -> Expression {
        guard let fields = try rowFields(Expr(.column(name), at: position), scope) else {
            return try bindColumn(name, at: position, in: scope)
        }
        let row = try record(fields.map(\.value), at: position)
        guard !fields.isEmpty else { return row }
        let absent = Expression.conjunction(fields.map { .isNull($0.value, negated: false) })
        return .caseWhen(
            [(condition: absent, result: .literal(.null, .record))], otherwise: row, .record)
    }

    private func parameter(_ number: Int, at position: Int) throws -> Expression {
        guard (1...65535).contains(number) else {
            throw SQLError(
                .undefinedParameter, "there is no parameter $\(number)", position: position)
        }
        if context.forbidsParameters {
            throw SQLError(
                .undefinedParameter, "there is no parameter $\(number)", position: position)
        }
        while parameters.count < number { parameters.append(nil) }
        return .parameter(number - 1, parameters[number - 1] ?? .unknown)
    }

    private func typedLiteral(
        _ name: TypeName, _ text: String, at position: Int
    ) throws -> Expression {
        let type = try resolve(type: name)
        let value = try require(
            .literal(.text(try intervalText(text, name)), .unknown), as: type, .explicit,
            at: position)
        return try rounded(value, to: name.secondsPrecision, at: position)
    }

    /// `interval '1' day` means `interval '1 day'`; other restrictions drop fields.
    private func intervalText(_ text: String, _ name: TypeName) throws -> String {
        guard let fields = name.intervalFields else { return text }
        let isNumber = !text.isEmpty && text.allSatisfy { $0.isNumber || "+-. ".contains($0) }
        switch fields {
        case .year, .month, .day, .hour, .minute, .second:
            if isNumber { return "\(text) \(fields.rawValue)" }
        case .dayToSecond, .hourToSecond, .yearToMonth: return text
        default: break
        }
        throw SQLError.unsupported("interval \(fields.rawValue)", position: name.position)
    }

    // MARK: Operators

    /// `first op operand op operand …` from left to right.
    private func chain(
        _ first: Expr, _ rest: [OperatorTerm], _ scope: Scope
    ) throws -> Expression {
        let start = leftmost(first)
        var result: Expression
        var rest = rest[...]
        if case .row(let left, _) = first.kind, let term = rest.first,
            let compared = try compareRow(left, term, scope)
        {
            result = compared
            rest = rest.dropFirst()
        } else {
            result = try bind(first, scope)
        }
        for term in rest {
            let operand = try bind(term.operand, scope)
            try grow(at: term.op.position)
            result = try operate(
                term.op, result, operand, leftPosition: start, right: term.operand)
        }
        return result
    }

    /// A row and what it is compared with, a row or a subquery; nil for anything else.
    private func compareRow(
        _ left: [Expr], _ term: OperatorTerm, _ scope: Scope
    ) throws -> Expression? {
        switch term.operand.kind {
        case .row(let right, _): return try compareRows(left, right, term.op, scope)
        case .scalarSubquery(let query):
            let bound = try left.map { try bind($0, scope) }
            let right = try scalars(query, count: bound.count, scope, at: term.operand.position)
            return try compareRows(Array(zip(bound, right)), term.op)
        default: return nil
        }
    }

    private func operate(
        _ op: OperatorName, _ left: Expression?, _ right: Expression, leftPosition: Int = 0,
        right expr: Expr
    ) throws -> Expression {
        try operate(
            op, left, right, leftPosition: leftPosition, rightPosition: leftmost(expr))
    }

    /// `left op right`, or `op right` where `left` is nil.
    func operate(
        _ op: OperatorName, _ left: Expression?, _ right: Expression, leftPosition: Int = 0,
        rightPosition: Int = 0
    ) throws -> Expression {
        let operands = (left.map { [$0] } ?? []) + [right]
        let (function, parameters) = try resolveOperator(op, operands.map(\.type))
        return try call(
            function, parameters, operands,
            positions: left == nil ? [rightPosition] : [leftPosition, rightPosition],
            at: op.position)
    }

    /// The function behind an operator, with its parameters made concrete.
    func resolveOperator(
        _ op: OperatorName, _ types: [SQLType]
    ) throws -> (ScalarFunction, [SQLType]) {
        if let schema = op.schema, schema != "pg_catalog" {
            throw missingOperator(op, types)
        }
        // PostgreSQL compares regclass and the like as oid: their own operators need one such side.
        let candidates = Builtins.functions(op.symbol).compactMap {
            candidate -> FunctionResolution.Match<ScalarFunction>? in
            for parameter in candidate.arguments
            where parameter.isObjectID && parameter != .oid && !types.contains(parameter) {
                return nil
            }
            return FunctionResolution.Match(
                candidate: candidate,
                parameters: FunctionResolution.common(
                    candidate.arguments, of: candidate, arguments: types))
        }
        // An untyped side is first taken to be of the other side's type.
        if types.count == 2, types.contains(.unknown), types != [.unknown, .unknown] {
            let known = types[0] == .unknown ? types[1] : types[0]
            let family = known.family
            if let exact = candidates.first(where: {
                $0.parameters.count == 2 && $0.parameters.allSatisfy { $0.family == family }
            }) {
                return (exact.candidate, exact.parameters)
            }
        }
        do {
            let match = try FunctionResolution.choose(candidates, arguments: types)
            return (
                match.candidate,
                FunctionResolution.concrete(match.parameters, arguments: types)
            )
        } catch .none {
            throw missingOperator(op, types)
        } catch {
            throw SQLError(
                .ambiguousFunction, "operator is not unique: \(signature(op, types))",
                hint: "Could not choose a best candidate operator. You might need to add "
                    + "explicit type casts.", position: op.position)
        }
    }

    private func signature(_ op: OperatorName, _ types: [SQLType]) -> String {
        let name = op.schema.map { "\($0).\(op.symbol)" } ?? op.symbol
        return types.count == 2
            ? "\(types[0].familyName) \(name) \(types[1].familyName)"
            : "\(name) \(types.first?.familyName ?? "")"
    }

    private func missingOperator(_ op: OperatorName, _ types: [SQLType]) -> SQLError {
        SQLError(
            .undefinedFunction, "operator does not exist: \(signature(op, types))",
            hint: "No operator matches the given name and argument types. You might need to add "
                + "explicit type casts.", position: op.position)
    }

    /// A call with its arguments cast to the parameters.
    func call(
        _ function: ScalarFunction, _ parameters: [SQLType], _ arguments: [Expression],
        positions: [Int], at position: Int
    ) throws -> Expression {
        var cast: [Expression] = []
        for (index, argument) in arguments.enumerated() {
            let place = positions.indices.contains(index) ? positions[index] : position
            cast.append(try coerceArgument(argument, to: parameters[index], at: place))
        }
        let type: SQLType =
            switch function.result {
            case .fixed(let type): type
            case .derived(let derive): derive(cast.map(\.type))
            }
        return .call(function, cast, type, position: position)
    }

    /// Casts to a parameter's family; exact numbers enter with the scale they have.
    func coerceArgument(
        _ argument: Expression, to parameter: SQLType, at position: Int
    ) throws -> Expression {
        if argument.type.family == parameter.family { return argument }
        guard case .decimal = parameter else {
            return try require(argument, as: parameter, .implicit, at: position)
        }
        if case .literal(.bytes(let bytes), .unknown) = argument {
            let text = String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }
            let looksPlain =
                !text.isEmpty && text.allSatisfy { $0.isNumber || "+-.eE".contains($0) }
            return try require(
                argument, as: looksPlain ? Binder.numericType(of: text) : .decimal, .implicit,
                at: position)
        }
        return try require(
            argument, as: argument.type.asNumeric ?? .decimal, .implicit, at: position)
    }

    /// A comparison by symbol, for expressions the binder makes itself.
    func compare(
        _ symbol: String, _ left: Expression, _ right: Expression, at position: Int
    ) throws -> Expression {
        try operate(
            OperatorName(symbol, at: position), left, right, leftPosition: position,
            rightPosition: position)
    }

    // MARK: Rows

    private func compareRows(
        _ left: [Expr], _ right: [Expr], _ op: OperatorName, _ scope: Scope
    ) throws -> Expression {
        guard left.count == right.count else {
            throw SQLError(
                .syntaxError, "unequal number of entries in row expressions",
                position: op.position)
        }
        let pairs = try zip(left, right).map { (try bind($0, scope), try bind($1, scope)) }
        return try compareRows(pairs, op)
    }

    /// Rows compare column by column: equality in all, order by the first that differs.
    func compareRows(
        _ pairs: [(Expression, Expression)], _ op: OperatorName
    ) throws -> Expression {
        guard let first = pairs.first else {
            throw SQLError(
                .featureNotSupported, "cannot compare rows of zero length", position: op.position)
        }
        let place = op.position
        switch op.symbol {
        case "=": return .conjunction(try pairs.map { try compare("=", $0, $1, at: place) })
        case "<>":
            let parts = try pairs.map { try compare("<>", $0, $1, at: place) }
            return parts.count == 1 ? parts[0] : .or(parts)
        case "<", "<=", ">", ">=":
            guard pairs.count > 1 else {
                return try compare(op.symbol, first.0, first.1, at: place)
            }
            let strict = String(op.symbol.prefix(1))
            let rest = try compareRows(Array(pairs.dropFirst()), op)
            return .or([
                try compare(strict, first.0, first.1, at: place),
                .and([try compare("=", first.0, first.1, at: place), rest]),
            ])
        default:
            throw SQLError(
                .featureNotSupported,
                "could not determine interpretation of row comparison operator \(op.symbol)",
                hint: "Row comparison operators must be associated with btree operator families.",
                position: place)
        }
    }

    func tooDeep(at position: Int) -> SQLError {
        SQLError(
            .statementTooComplex, "stack depth limit exceeded",
            hint: "Write the statement with fewer levels of nesting.", position: position)
    }
}
