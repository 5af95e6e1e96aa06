import Basics
import Catalog
import SQLSyntax
import Vectors

/// Turning an expression of one type into one of another.
extension Binder {
    /// Casts `expression` to `target` if `context` allows it; nil where PostgreSQL has no such cast.
    ///
    /// Untyped literals are read at once, untyped parameters get the type.
    func coerce(
        _ expression: Expression, to target: SQLType, _ context: CastContext, at position: Int
    ) throws -> Expression? {
        let source = expression.type
        if case .unknown = target { return expression }
        if source == target { return expression }
        switch expression {
        case .literal(.null, .unknown): return .literal(.null, target)
        case .literal(.bytes(let bytes), .unknown):
            return try literal(bytes, target, context, at: position)
        case .parameter(let index, .unknown):
            return try resolveParameter(index, to: target, context, at: position)
        case .array(let elements, .array(.unknown)):
            guard case .array(let element) = target else { break }
            let cast = try elements.map { try coerce($0, to: element, context, at: position) }
            let known = cast.compactMap { $0 }
            return known.count == elements.count ? .array(known, target) : nil
        default: break
        }
        guard CastRules.canCoerce(source, target, context) else { return nil }
        if case .array(let elements, _) = expression, case .array(let element) = target {
            let cast = try elements.compactMap { operand -> Expression? in
                let to = operand.type.element == nil ? element : target
                return try coerce(operand, to: to, context, at: position)
            }
            if cast.count == elements.count { return .array(cast, target) }
        }
        if case .anyArray = target { return expression }
        if case .anyElement = target { return expression }
        // An explicit cast names the result's type, even where the bytes stay.
        if context != .explicit, sameForm(source, target) { return expression }
        guard
            let cast = Builtins.cast(
                from: source, to: target, explicit: context == .explicit)
        else { return nil }
        if let folded = foldInteger(expression, to: target) { return folded }
        return .call(cast, [expression], target, position: position)
    }

    /// Whether a value of `source` is one of `target` without any work.
    private func sameForm(_ source: SQLType, _ target: SQLType) -> Bool {
        switch (source, target) {
        case (.varchar, .text), (.text, .varchar(nil)), (.varchar, .varchar(nil)): true
        default: false
        }
    }

    /// As `coerce`, or the error that PostgreSQL gives where no cast exists.
    func require(
        _ expression: Expression, as target: SQLType, _ context: CastContext, at position: Int
    ) throws -> Expression {
        if let cast = try coerce(expression, to: target, context, at: position) { return cast }
        throw SQLError(
            .cannotCoerce,
            "cannot cast type \(expression.type.familyName) to \(target.familyName)",
            position: position)
    }

    /// The value of an untyped literal. Modifiers apply as a cast from the unmodified type would.
    private func literal(
        _ bytes: [UInt8], _ wanted: SQLType, _ context: CastContext, at position: Int
    ) throws -> Expression? {
        // An argument of a function takes a string of any length.
        var target = wanted
        if context == .implicit, case .char = wanted { target = .char(0) }
        let text = String(decoding: bytes, as: UTF8.self)
        switch target {
        case .anyElement, .anyArray, .record, .trigger, .void: return nil
        case .varchar(let limit?):
            let plain = Expression.literal(.bytes(bytes), .varchar(nil))
            guard text.unicodeScalars.count > limit else { return .literal(.bytes(bytes), target) }
            guard
                let cast = Builtins.cast(
                    from: .varchar(nil), to: target, explicit: context == .explicit)
            else { return nil }
            return .call(cast, [plain], target, position: position)
        case .char(let length) where length > 0 && text.unicodeScalars.count > length:
            guard
                let cast = Builtins.cast(
                    from: .text, to: target, explicit: context == .explicit)
            else { return nil }
            return .call(
                cast, [.literal(.bytes(bytes), .text)], target, position: position)
        default: break
        }
        do {
            let datum = try TextParse.datum(text, target, session: self.context.format)
            return .literal(datum, target)
        } catch let error as SQLError {
            throw error.at(position)
        }
    }

    private func resolveParameter(
        _ index: Int, to target: SQLType, _ context: CastContext, at position: Int
    ) throws -> Expression? {
        let plain: SQLType =
            switch target {
            case .anyElement, .anyArray: .text
            case .varchar: .varchar(nil)
            case .char: .char(0)
            case .numeric: .decimal
            default: target
            }
        if let known = parameters[index] {
            return try coerce(
                .parameter(index, known), to: target, max(context, .assignment), at: position)
        }
        parameters[index] = plain
        let expression = Expression.parameter(index, plain)
        return plain == target
            ? expression
            : try coerce(expression, to: target, max(context, .assignment), at: position)
    }

    /// A boolean, or 42804 `argument of X must be type boolean, not type y`.
    func requireBoolean(
        _ expression: Expression, _ what: String, at position: Int
    ) throws -> Expression {
        if let cast = try coerce(expression, to: .boolean, .assignment, at: position),
            expression.type.category != "S" || expression.type == .unknown
        {
            return cast
        }
        throw SQLError(
            .datatypeMismatch,
            "argument of \(what) must be type boolean, not type \(expression.type.familyName)",
            position: position)
    }

    /// Casts all operands to their common type.
    func unify(
        _ operands: [Expression], _ what: String, positions: [Int]
    ) throws -> ([Expression], SQLType) {
        var clash: (SQLType, SQLType, index: Int)?
        guard let type = CastRules.common(operands.map(\.type), clash: &clash) else {
            let names = clash.map { ($0.0.familyName, $0.1.familyName) } ?? ("", "")
            throw SQLError(
                .datatypeMismatch, "\(what) types \(names.0) and \(names.1) cannot be matched",
                position: clash.flatMap { positions.indices.contains($0.index)
                    ? positions[$0.index] : nil })
        }
        let cast = try zip(operands, positions).map { operand, position in
            try require(operand, as: type, .implicit, at: position)
        }
        return (cast, type)
    }

    /// Untyped literals and parameters that nothing gave a type become text.
    func resolveUnknown(_ expression: Expression, at position: Int) throws -> Expression {
        switch expression.type {
        case .unknown: return try require(expression, as: .text, .implicit, at: position)
        case .array(.unknown):
            return try require(expression, as: .array(.text), .implicit, at: position)
        default: return expression
        }
    }

    /// An integer literal in place of a wider type is that literal; other casts wait for run time.
    private func foldInteger(_ expression: Expression, to target: SQLType) -> Expression? {
        guard case .literal(.int(let value), let source) = expression,
            source == .integer || source == .smallint || source == .bigint
        else { return nil }
        switch target {
        case .bigint: return .literal(.int(value), target)
        case .integer where Int32(exactly: value) != nil,
            .smallint where Int16(exactly: value) != nil:
            return .literal(.int(value), target)
        case .numeric(let precision, 0) where String(value.magnitude).count <= precision:
            return .literal(precision <= 18 ? .int(value) : .int128(Int128(value)), target)
        case .double where value.magnitude < 1 << 53:
            return .literal(.double(Double(value)), target)
        default: return nil
        }
    }

    // MARK: Types as written

    /// The type that a type name means.
    package func resolve(type name: TypeName) throws -> SQLType {
        var type = try scalarType(name)
        if name.isArray {
            guard type.element == nil else {
                throw SQLError(
                    .undefinedObject, "type \"\(name.name.name)[]\" does not exist",
                    position: name.position)
            }
            type = .array(type)
        }
        if name.isSet { throw SQLError.unsupported("SETOF", position: name.position) }
        return type
    }

    private func scalarType(_ name: TypeName) throws -> SQLType {
        let written = name.name.parts.joined(separator: ".")
        func missing() -> SQLError {
            if (name.name.schema ?? "pg_catalog") == "pg_catalog",
                SQLType.isUnsupported(name.name.name)
            {
                return .unsupported("type \(name.name.name)", position: name.position)
            }
            return SQLError(
                .undefinedObject, "type \"\(written)\" does not exist", position: name.position)
        }
        if let schema = name.name.schema, schema != "pg_catalog" { throw missing() }
        var modifiers: [Int] = []
        for modifier in name.modifiers {
            guard let value = Binder.integerLiteral(modifier) else {
                throw SQLError(
                    .syntaxError, "type modifiers must be simple constants or identifiers",
                    position: name.position)
            }
            modifiers.append(value)
        }
        // Quoted "char" is the one-byte type; the parser gives character as bpchar.
        let key = name.name.name == "char" ? "\"char\"" : name.name.name
        do {
            guard let type = try SQLType.named(key, modifiers: modifiers) else { throw missing() }
            if name.isArray, type.takesPrecision, let digits = modifiers.first, digits < 6 {
                throw SQLError.unsupported("\(key)(\(digits))[]", position: name.position)
            }
            return type
        } catch let error as SQLError {
            throw error.at(name.position)
        }
    }

    /// A value of a type such as `timestamp(3)`, rounded; as it is where no precision is given.
    func rounded(_ value: Expression, to precision: Int?, at position: Int) throws -> Expression {
        guard let precision, precision < 6, value.type.takesPrecision else { return value }
        let modifier = Int64(value.type.typeModifier(precision: precision))
        return try resolveCall(
            value.type.typname, [value, .literal(.int(modifier), .integer)],
            positions: [position, position], at: position)
    }

    static func integerLiteral(_ expr: Expr) -> Int? {
        switch expr.kind {
        case .integer(let text): return Int(text)
        case .unary(let op, let operand) where op.symbol == "-":
            return integerLiteral(operand).flatMap { $0 == Int.min ? nil : -$0 }
        default: return nil
        }
    }

    /// A number as written: the smallest of integer, bigint, numeric that holds it.
    func number(_ text: String, at position: Int) throws -> Expression {
        if let small = Int32(text) { return .literal(.int(Int64(small)), .integer) }
        if let large = Int64(text) { return .literal(.int(large), .bigint) }
        do {
            let type = Binder.numericType(of: text)
            // Beyond numeric's 38 digits a number can still become a float: leave the type open.
            if type == .decimal,
                (try? TextParse.datum(text, type, session: self.context.format)) == nil
            {
                return .literal(.text(text), .unknown)
            }
            return .literal(
                try TextParse.datum(text, type, session: self.context.format), type)
        } catch let error as SQLError {
            throw error.at(position)
        }
    }

    /// The fixed-point type whose scale is that of the digits as written.
    static func numericType(of text: String) -> SQLType {
        let parts = text.lowercased().split(separator: "e", omittingEmptySubsequences: false)
        guard parts.count <= 2, let exponent = parts.count == 2 ? Int(parts[1]) : 0,
            exponent.magnitude <= 60
        else { return .decimal }
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let whole = mantissa[0].drop { $0 == "-" || $0 == "+" || $0 == "0" }.count
        let fraction = mantissa.count > 1 ? mantissa[1].count : 0
        let scale = max(0, fraction - exponent)
        let precision = max(max(0, whole + exponent) + scale, max(scale, 1))
        return precision <= 38 ? .numeric(precision: precision, scale: scale) : .decimal
    }
}
