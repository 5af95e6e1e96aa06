import Basics
import Catalog
import SQLSyntax
import Vectors

/// SQL's special forms: IS, BETWEEN, IN, LIKE, CASE, CAST and their like.
extension Binder {
    func bindTest(
        _ operand: Expr, _ test: IsTest, _ negated: Bool, _ scope: Scope
    ) throws -> Expression {
        switch test {
        case .null:
            if case .row(let parts, _) = operand.kind {
                return .conjunction(
                    try parts.map { .isNull(try bind($0, scope), negated: negated) })
            }
            let bound = try resolveUnknown(try bind(operand, scope), at: leftmost(operand))
            return .isNull(bound, negated: negated)
        case .true, .false, .unknown:
            let word = (negated ? "IS NOT " : "IS ") + test.rawValue.uppercased()
            let bound = try requireBoolean(
                try bind(operand, scope), word, at: leftmost(operand))
            let value: Bool? = test == .unknown ? nil : test == .true
            return .isTruth(bound, value: value, negated: negated)
        }
    }

    func distinct(
        _ left: Expr, _ right: Expr, _ negated: Bool, _ scope: Scope, at position: Int
    ) throws -> Expression {
        if case .row(let a, _) = left.kind, case .row(let b, _) = right.kind {
            guard a.count == b.count else {
                throw SQLError(
                    .syntaxError, "unequal number of entries in row expressions",
                    position: position)
            }
            let parts = try zip(a, b).map {
                try distinct($0, $1, negated, scope, at: position)
            }
            return negated ? .conjunction(parts) : parts.count == 1 ? parts[0] : .or(parts)
        }
        let operands = [try bind(left, scope), try bind(right, scope)]
        let equal = try equality(operands[0], operands[1], at: position)
        return .isDistinct(
            equal.left, equal.right, equality: equal.function, negated: negated)
    }

    /// The `=` of two operands, which come back cast to its parameters.
    func equality(
        _ left: Expression, _ right: Expression, symbol: String = "=", at position: Int
    ) throws -> (function: ScalarFunction, left: Expression, right: Expression) {
        let (function, parameters) = try resolveOperator(
            OperatorName(symbol, at: position), [left.type, right.type])
        return (
            function, try coerceArgument(left, to: parameters[0], at: position),
            try coerceArgument(right, to: parameters[1], at: position)
        )
    }

    func between(
        _ operand: Expr, _ low: Expr, _ high: Expr, symmetric: Bool, negated: Bool,
        _ scope: Scope, at position: Int
    ) throws -> Expression {
        let value = try bind(operand, scope)
        let (a, b) = (try bind(low, scope), try bind(high, scope))
        func range(_ from: Expression, _ to: Expression) throws -> Expression {
            let parts = [
                try compare(negated ? "<" : ">=", value, from, at: position),
                try compare(negated ? ">" : "<=", value, to, at: position),
            ]
            return negated ? .or(parts) : .and(parts)
        }
        guard symmetric else { return try range(a, b) }
        let both = [try range(a, b), try range(b, a)]
        return negated ? .and(both) : .or(both)
    }

    func inList(
        _ operand: Expr, _ list: [Expr], negated: Bool, _ scope: Scope, at position: Int
    ) throws -> Expression {
        if case .row(let left, _) = operand.kind {
            let values = try left.map { try bind($0, scope) }
            let options = try list.map { item -> Expression in
                guard case .row(let right, _) = item.kind, right.count == left.count else {
                    throw SQLError(
                        .syntaxError, "unequal number of entries in row expressions",
                        position: item.position)
                }
                let other = try right.map { try bind($0, scope) }
                return try compareRows(
                    Array(zip(values, other)), OperatorName("=", at: position))
            }
            let any = options.count == 1 ? options[0] : Expression.or(options)
            return negated ? .not(any) : any
        }
        let value = try bind(operand, scope)
        let items = try list.map { try bind($0, scope) }
        let hasColumns = items.contains {
            $0.contains { if case .column = $0 { true } else { false } }
        }
        var clash: (SQLType, SQLType, index: Int)?
        if !hasColumns,
            let type = CastRules.common([value.type] + items.map(\.type), clash: &clash),
            type.family == value.type.family || value.type == .unknown || items.count > 1
        {
            let common = type == .unknown ? SQLType.text : type
            let probe = try require(items[0], as: common, .implicit, at: leftmost(list[0]))
            let equal = try equality(
                try require(
                    value, as: value.type == .unknown ? common : value.type, .implicit,
                    at: position), probe, at: position)
            let elementType = equal.right.type
            let elements = try zip(items, list).map { item, expr in
                try coerceListItem(item, like: elementType, at: leftmost(expr))
            }
            let result = Expression.inList(equal.left, elements, equality: equal.function)
            return negated ? .not(result) : result
        }
        let parts = try items.map { try compare(negated ? "<>" : "=", value, $0, at: position) }
        if parts.count == 1 { return parts[0] }
        return negated ? .and(parts) : .or(parts)
    }

    /// Elements of one list share a vector type, so exact numbers share a scale.
    private func coerceListItem(
        _ item: Expression, like type: SQLType, at position: Int
    ) throws -> Expression {
        if item.type == type { return item }
        let target: SQLType =
            switch type {
            case .numeric: .decimal
            case .varchar, .char: type.family == .varchar(nil) ? .varchar(nil) : .char(0)
            default: type
            }
        return try require(item, as: target, .implicit, at: position)
    }

    func bindLike(_ like: LikeExpr, _ scope: Scope, at position: Int) throws -> Expression {
        let operand = try bind(like.operand, scope)
        var pattern = try bind(like.pattern, scope)
        let patternPlace = leftmost(like.pattern)
        let symbol: String
        switch like.form {
        case .like: symbol = like.negated ? "!~~" : "~~"
        case .ilike: symbol = like.negated ? "!~~*" : "~~*"
        case .similarTo: symbol = like.negated ? "!~" : "~"
        }
        if like.form == .similarTo {
            var arguments = [try require(pattern, as: .text, .implicit, at: patternPlace)]
            if let escape = like.escape {
                arguments.append(
                    try require(try bind(escape, scope), as: .text, .implicit, at: position))
            }
            pattern = try resolveCall(
                "similar_to_escape", arguments, positions: [], at: position)
        } else if let escape = like.escape {
            pattern = try resolveCall(
                "like_escape",
                [
                    try require(pattern, as: .text, .implicit, at: patternPlace),
                    try require(try bind(escape, scope), as: .text, .implicit, at: position),
                ], positions: [], at: position)
        }
        return try operate(
            OperatorName(symbol, at: position), operand, pattern,
            leftPosition: leftmost(like.operand), rightPosition: patternPlace)
    }

    func bindCase(_ form: CaseExpr, _ scope: Scope) throws -> Expression {
        let operand = try form.operand.map { expr in
            try resolveUnknown(try bind(expr, scope), at: leftmost(expr))
        }
        if let operand, operand.isVolatile {
            throw SQLError.unsupported(
                "a volatile operand of CASE", position: form.operand?.position)
        }
        var conditions: [Expression] = []
        for branch in form.branches {
            let condition = try bind(branch.when, scope)
            if let operand {
                conditions.append(
                    try compare("=", operand, condition, at: leftmost(branch.when)))
            } else {
                conditions.append(
                    try requireBoolean(condition, "CASE/WHEN", at: leftmost(branch.when)))
            }
        }
        // PostgreSQL looks at ELSE first when it chooses the type.
        var results: [Expression] = []
        var places: [Int] = []
        if let otherwise = form.otherwise {
            results.append(try bind(otherwise, scope))
            places.append(leftmost(otherwise))
        }
        for branch in form.branches {
            results.append(try bind(branch.then, scope))
            places.append(leftmost(branch.then))
        }
        var (cast, type) = try unify(results, "CASE", positions: places)
        let otherwise = form.otherwise == nil ? nil : cast.removeFirst()
        return .caseWhen(
            zip(conditions, cast).map { (condition: $0, result: $1) }, otherwise: otherwise, type)
    }

    func bindCast(
        _ operand: Expr, _ name: TypeName, _ scope: Scope, at position: Int
    ) throws -> Expression {
        let type = try resolve(type: name)
        let place = operand.position
        if case .string(let text) = operand.kind {
            let value = try require(
                .literal(.text(text), .unknown), as: type, .explicit, at: place)
            return try rounded(value, to: name.secondsPrecision, at: position)
        }
        if case .array(let elements) = operand.kind, let element = type.element {
            let cast = try elements.map { item -> Expression in
                if case .array = item.kind {
                    return try bindCast(item, name, scope, at: position)
                }
                return try require(
                    try bind(item, scope), as: element, .explicit, at: leftmost(item))
            }
            return .array(cast, type)
        }
        let bound = try bind(operand, scope)
        let value = try require(bound, as: type, .explicit, at: position)
        return try rounded(value, to: name.secondsPrecision, at: position)
    }

    func collate(
        _ operand: Expr, _ name: QualifiedName, _ scope: Scope, at position: Int
    ) throws -> Expression {
        let bound = try resolveUnknown(try bind(operand, scope), at: leftmost(operand))
        guard ["default", "C", "POSIX", "ucs_basic", "C.UTF-8", "C.utf8"].contains(name.name) else {
            throw SQLError(
                .undefinedObject,
                "collation \"\(name.parts.joined(separator: "."))\" for encoding \"UTF8\" "
                    + "does not exist", position: position)
        }
        guard bound.type.isString else {
            throw SQLError(
                .datatypeMismatch,
                "collations are not supported by type \(bound.type.familyName)",
                position: position)
        }
        return bound
    }

    func nullIf(
        _ left: Expr, _ right: Expr, _ scope: Scope, at position: Int
    ) throws -> Expression {
        let a = try bind(left, scope)
        if a.isVolatile {
            throw SQLError.unsupported("a volatile argument of NULLIF", position: left.position)
        }
        let b = try bind(right, scope)
        let equal = try equality(a, b, at: position)
        let condition = Expression.call(
            equal.function, [equal.left, equal.right], .boolean, position: position)
        // The result has the type that the operator compares in.
        var result = a.type == .unknown ? equal.left : a
        if let compared = equal.function.arguments.first, result.type.family != compared.family,
            compared == .text || (compared == .decimal && b.type.isNumericFamily),
            let cast = try coerce(result, to: compared, .explicit, at: position)
        {
            result =
                cast.type == compared || compared != .text
                ? cast : .coalesce([cast], compared)
        }
        return .caseWhen(
            [(condition: condition, result: .literal(.null, result.type))], otherwise: result,
            result.type)
    }

    func extremum(_ operands: [Expr], greatest: Bool, _ scope: Scope) throws -> Expression {
        let bound = try operands.map { try bind($0, scope) }
        let (cast, type) = try unify(
            bound, greatest ? "GREATEST" : "LEAST", positions: operands.map(leftmost))
        let (less, parameters) = try resolveOperator(
            OperatorName("<", at: operands.first?.position ?? 0), [type, type])
        let final = try cast.map { try coerceArgument($0, to: parameters[0], at: 0) }
        return .extremum(
            final, greatest: greatest, less: less, final.first?.type ?? type)
    }

    func sqlValue(_ value: SQLValue, _ precision: Int?, at position: Int) throws -> Expression {
        let name =
            switch value {
            case .currentRole, .user: "current_user"
            case .currentCatalog: "current_database"
            case .currentTimestamp: "now"
            default: value.rawValue
            }
        return try rounded(
            try resolveCall(name, [], positions: [], at: position), to: precision, at: position)
    }

    func overlaps(
        _ left: Expr, _ right: Expr, _ scope: Scope, at position: Int
    ) throws -> Expression {
        guard case .row(let a, _) = left.kind, case .row(let b, _) = right.kind, a.count == 2,
            b.count == 2
        else {
            throw SQLError(
                .syntaxError, "wrong number of parameters on OVERLAPS expression",
                position: position)
        }
        var arguments = try (a + b).map { try bind($0, scope) }
        for index in [1, 3] where arguments[index].type == .interval {
            // A period may be given by its length.
            arguments[index] = try operate(
                OperatorName("+", at: position), arguments[index - 1], arguments[index],
                leftPosition: position, rightPosition: position)
        }
        // Dates compare as timestamps, and everything as timestamptz where one is.
        let types = arguments.map(\.type)
        if !types.contains(.time) {
            let common: SQLType = types.contains(.timestamptz) ? .timestamptz : .timestamp
            arguments = try zip(arguments, a + b).map {
                try require($0, as: common, .implicit, at: leftmost($1))
            }
        }
        return try resolveCall(
            "overlaps", arguments, positions: (a + b).map(leftmost), at: position)
    }

    // MARK: Arrays

    func bindArray(_ elements: [Expr], _ scope: Scope, at position: Int) throws -> Expression {
        let bound = try elements.map { try bind($0, scope) }
        guard !bound.isEmpty else { return .array([], .array(.unknown)) }
        let (cast, type) = try unify(bound, "ARRAY", positions: elements.map(leftmost))
        if type.element != nil { return .array(cast, type) }
        return .array(cast, .array(type))
    }

    func bindSubscripts(
        _ operand: Expr, _ subscripts: [Subscript], _ scope: Scope, at position: Int
    ) throws -> Expression {
        let array = try bind(operand, scope)
        if array.type == .jsonb {
            return try jsonSubscripts(array, subscripts, scope, at: position)
        }
        guard let element = array.type.element else {
            throw SQLError(
                .datatypeMismatch,
                "cannot subscript type \(array.type.familyName) because it does not support "
                    + "subscripting", position: leftmost(operand))
        }
        func bound(_ expr: Expr?, _ open: Int64) throws -> Expression {
            guard let expr else { return .literal(.int(open), .integer) }
            return try subscriptIndex(expr, scope)
        }
        let isSlice = subscripts.contains { if case .slice = $0 { true } else { false } }
        var indices: [Expression] = []
        for entry in subscripts {
            switch entry {
            case .index(let expr):
                // Among slices a lone index is the upper end.
                if isSlice { indices.append(.literal(.int(1), .integer)) }
                indices.append(try subscriptIndex(expr, scope))
            case .slice(let low, let high):
                indices.append(try bound(low, Int64(Int32.min)))
                indices.append(try bound(high, Int64(Int32.max)))
            }
        }
        guard
            let function = Builtins.functions(
                isSlice ? Builtins.sliceName : Builtins.subscriptName
            ).first
        else { throw SQLError.unsupported("an array subscript", position: position) }
        return .call(
            function, [array] + indices, isSlice ? array.type : element, position: position)
    }

    func subscriptIndex(_ expr: Expr, _ scope: Scope) throws -> Expression {
        let index = try bind(expr, scope)
        guard let cast = try coerce(index, to: .integer, .assignment, at: leftmost(expr)) else {
            throw SQLError(
                .datatypeMismatch, "array subscript must have type integer",
                position: leftmost(expr))
        }
        return cast
    }

    /// `document['key'][0]`: one step of a path each.
    private func jsonSubscripts(
        _ document: Expression, _ subscripts: [Subscript], _ scope: Scope, at position: Int
    ) throws -> Expression {
        var result = document
        for entry in subscripts {
            guard case .index(let expr) = entry else {
                throw SQLError(
                    .datatypeMismatch, "jsonb subscript does not support slices",
                    position: position)
            }
            var key = try bind(expr, scope)
            if key.type.isString || key.type == .unknown {
                key = try require(key, as: .text, .implicit, at: leftmost(expr))
            }
            result = try operate(
                OperatorName("->", at: position), result, key, leftPosition: position,
                rightPosition: leftmost(expr))
        }
        return result
    }
}
