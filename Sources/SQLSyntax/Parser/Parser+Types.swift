import Basics

/// Type names.
extension Parser {
    mutating func typeName() throws -> TypeName {
        let isSet = accept(.setof)
        var type = try simpleType(forLiteral: false)
        type.isSet = isSet
        if accept(.array) {
            if accept(.leftBracket) {
                type.arrayBounds = [try integer()]
                try expect(.rightBracket)
            } else {
                type.arrayBounds = [nil]
            }
            return type
        }
        while accept(.leftBracket) {
            type.arrayBounds.append(at(.rightBracket) ? nil : try integer())
            try expect(.rightBracket)
        }
        return type
    }

    /// True when a type that SQL spells with key words begins here and a literal may follow.
    var startsTypedLiteral: Bool {
        guard let keyword = token.keyword else { return false }
        let next = peek()
        switch keyword {
        case .int, .integer, .smallint, .bigint, .real, .boolean:
            return isString(next)
        case .double:
            return next.keyword == .precision
        case .float, .decimal, .dec, .numeric:
            return isString(next) || next.kind == .leftParen
        case .bit, .character, .char, .nchar, .varchar:
            return isString(next) || next.kind == .leftParen || next.keyword == .varying
        case .national:
            return next.keyword == .character || next.keyword == .char
        case .timestamp, .time:
            return isString(next) || next.kind == .leftParen
                || next.keyword == .with && peek(2).keyword == .time
                || next.keyword == .without && peek(2).keyword == .time
        case .interval:
            return isString(next) || next.kind == .leftParen
        default:
            return false
        }
    }

    /// A type without array bounds. In literals `char` has no length, elsewhere it is `char(1)`.
    mutating func simpleType(forLiteral: Bool) throws -> TypeName {
        let place = position
        func named(_ name: String, _ modifiers: [Expr] = []) -> TypeName {
            TypeName(QualifiedName(["pg_catalog", name], at: place), modifiers: modifiers)
        }
        switch token.keyword {
        case .int, .integer:
            advance()
            return named("int4")
        case .smallint:
            advance()
            return named("int2")
        case .bigint:
            advance()
            return named("int8")
        case .real:
            advance()
            return named("float4")
        case .boolean:
            advance()
            return named("bool")
        case .double where peek().keyword == .precision:
            advance()
            advance()
            return named("float8")
        case .float:
            advance()
            return named(try floatType())
        case .decimal, .dec, .numeric:
            advance()
            return named("numeric", try typeModifiers())
        case .bit:
            advance()
            if accept(.varying) { return named("varbit", try typeModifiers()) }
            var modifiers = try typeModifiers()
            if modifiers.isEmpty, !forLiteral { modifiers = [Expr(.integer("1"))] }
            return named("bit", modifiers)
        case .character, .char, .nchar, .varchar, .national:
            return try characterType(named, forLiteral: forLiteral)
        case .timestamp, .time:
            let isStamp = at(.timestamp)
            advance()
            let modifiers = try precision()
            let zoned = accept(.with, .time)
            if zoned || accept(.without, .time) { try expect(.zone) }
            return named((isStamp ? "timestamp" : "time") + (zoned ? "tz" : ""), modifiers)
        case .interval:
            advance()
            var type = named("interval", try precision())
            if !forLiteral, type.modifiers.isEmpty { try intervalFields(of: &type) }
            return type
        default:
            return try genericType()
        }
    }

    private mutating func genericType() throws -> TypeName {
        guard isTypeOrFunction(token) else { throw unexpected() }
        let first = try label()
        var parts = [first.text]
        while accept(.dot) { parts.append(try label().text) }
        return TypeName(
            QualifiedName(parts, at: first.position), modifiers: try typeModifiers())
    }

    private mutating func characterType(
        _ named: (String, [Expr]) -> TypeName, forLiteral: Bool
    ) throws -> TypeName {
        var isVarying = at(.varchar)
        if accept(.national) {
            guard at(.character) || at(.char) else { throw unexpected() }
        }
        advance()
        if !isVarying { isVarying = accept(.varying) }
        var modifiers: [Expr] = []
        if accept(.leftParen) {
            let place = position
            modifiers = [Expr(.integer(String(try integer())), at: place)]
            try expect(.rightParen)
        } else if !isVarying, !forLiteral {
            modifiers = [Expr(.integer("1"))]
        }
        return named(isVarying ? "varchar" : "bpchar", modifiers)
    }

    private mutating func typeModifiers() throws -> [Expr] {
        at(.leftParen) ? try parenthesized { try $0.expression() } : []
    }

    /// `(3)` of `timestamp(3)`.
    private mutating func precision() throws -> [Expr] {
        guard accept(.leftParen) else { return [] }
        let place = position
        let value = Expr(.integer(String(try integer())), at: place)
        try expect(.rightParen)
        return [value]
    }

    private mutating func floatType() throws -> String {
        guard accept(.leftParen) else { return "float8" }
        let place = position
        let bits = try integer()
        try expect(.rightParen)
        if bits < 1 {
            throw SQLError(
                .invalidParameterValue, "precision for type float must be at least 1 bit",
                position: place)
        }
        if bits > 53 {
            throw SQLError(
                .invalidParameterValue, "precision for type float must be less than 54 bits",
                position: place)
        }
        return bits <= 24 ? "float4" : "float8"
    }

    /// `year`, `day to second(3)` and so on behind `interval`.
    mutating func intervalFields(of type: inout TypeName) throws {
        let first = token.keyword
        switch first {
        case .year:
            advance()
            if accept(.to) {
                try expect(.month)
                type.intervalFields = .yearToMonth
            } else {
                type.intervalFields = .year
            }
        case .month:
            advance()
            type.intervalFields = .month
        case .day, .hour, .minute:
            advance()
            let start: IntervalFields = first == .day ? .day : first == .hour ? .hour : .minute
            guard accept(.to) else { return type.intervalFields = start }
            switch (start, token.keyword) {
            case (.day, .hour): type.intervalFields = .dayToHour
            case (.day, .minute): type.intervalFields = .dayToMinute
            case (.day, .second): type.intervalFields = .dayToSecond
            case (.hour, .minute): type.intervalFields = .hourToMinute
            case (.hour, .second): type.intervalFields = .hourToSecond
            case (.minute, .second): type.intervalFields = .minuteToSecond
            default: throw unexpected()
            }
            let hasPrecision = at(.second)
            advance()
            if hasPrecision { type.modifiers = try precision() }
        case .second:
            advance()
            type.intervalFields = .second
            type.modifiers = try precision()
        default:
            return
        }
    }
}
