import Basics

/// Functions that SQL writes with key words among their arguments.
extension Parser {
    /// The special form that begins here, or nil.
    @inline(never)
    mutating func specialForm() throws -> Expr? {
        let place = position
        if let value = sqlValue {
            if value == .currentSchema, peek().kind == .leftParen { return nil }
            advance()
            return Expr(.sqlValue(value, precision: try valuePrecision(value)), at: place)
        }
        if at(.collation), peek().keyword == .for {
            throw SQLError.unsupported("COLLATION FOR", position: place)
        }
        guard peek().kind == .leftParen else { return nil }
        switch token.keyword {
        case .cast:
            advance()
            advance()
            let operand = try expression()
            try expect(.as)
            let type = try typeName()
            try expect(.rightParen)
            return Expr(.cast(operand, type), at: place)
        case .coalesce:
            advance()
            return Expr(.coalesce(try parenthesized { try $0.expression() }), at: place)
        case .greatest:
            advance()
            return Expr(.greatest(try parenthesized { try $0.expression() }), at: place)
        case .least:
            advance()
            return Expr(.least(try parenthesized { try $0.expression() }), at: place)
        case .grouping:
            advance()
            return Expr(.grouping(try parenthesized { try $0.expression() }), at: place)
        case .nullif:
            advance()
            advance()
            let first = try expression()
            try expect(.comma)
            let second = try expression()
            try expect(.rightParen)
            return Expr(.nullIf(first, second), at: place)
        case .extract: return try extract()
        case .position: return try positionForm()
        case .substring: return try substring()
        case .overlay: return try overlay()
        case .trim: return try trim()
        case .normalize, .treat, .xmlconcat, .xmlelement, .xmlexists, .xmlforest, .xmlparse,
            .xmlpi, .xmlroot, .xmlserialize, .xmltable:
            throw SQLError.unsupported(tokens.raw(token).uppercased(), position: place)
        default: return nil
        }
    }

    private var sqlValue: SQLValue? {
        switch token.keyword {
        case .current_date: .currentDate
        case .current_time: .currentTime
        case .current_timestamp: .currentTimestamp
        case .localtime: .localTime
        case .localtimestamp: .localTimestamp
        case .current_role: .currentRole
        case .current_user: .currentUser
        case .session_user: .sessionUser
        case .user: .user
        case .current_catalog: .currentCatalog
        case .current_schema: .currentSchema
        default: nil
        }
    }

    private mutating func valuePrecision(_ value: SQLValue) throws -> Int? {
        switch value {
        case .currentTime, .currentTimestamp, .localTime, .localTimestamp: break
        default: return nil
        }
        guard accept(.leftParen) else { return nil }
        let precision = try integer()
        try expect(.rightParen)
        return precision
    }

    private func systemCall(_ name: String, _ arguments: [Expr], at place: Int) -> Expr {
        var call = FunctionCall(
            QualifiedName(["pg_catalog", name], at: place),
            arguments.map { FunctionArgument($0) })
        call.usesKeywordSyntax = true
        return Expr(.function(call), at: place)
    }

    private mutating func extract() throws -> Expr {
        let place = position
        advance()
        advance()
        let fieldPlace = position
        if at(.from) { throw unexpected() }
        let field = isString ? try string() : try label().text
        try expect(.from)
        let value = try expression()
        try expect(.rightParen)
        return systemCall("extract", [Expr(.string(field), at: fieldPlace), value], at: place)
    }

    private mutating func positionForm() throws -> Expr {
        let place = position
        advance()
        advance()
        let part = try expression(0, restricted: true)
        try expect(.in)
        let whole = try expression(0, restricted: true)
        try expect(.rightParen)
        return systemCall("position", [whole, part], at: place)
    }

    private mutating func plainCall(_ name: String, _ place: Int) throws -> Expr {
        var call = FunctionCall(QualifiedName([name], at: place))
        try callArguments(of: &call)
        return Expr(.function(call), at: place)
    }

    private mutating func substring() throws -> Expr {
        let place = position
        let start = index
        advance()
        advance()
        guard !at(.rightParen), !at(.variadic), peek().kind != .arrow,
            peek().kind != .colonEquals
        else {
            rewind(to: start + 1)
            return try plainCall("substring", place)
        }
        var arguments = [try expression()]
        if accept(.from) {
            arguments.append(try expression())
            if accept(.for) { arguments.append(try expression()) }
        } else if accept(.for) {
            let length = try expression()
            if accept(.from) {
                arguments += [try expression(), length]
            } else {
                let int4 = TypeName(QualifiedName(["pg_catalog", "int4"], at: place))
                arguments += [
                    Expr(.integer("1"), at: place),
                    Expr(.cast(length, int4), at: length.position),
                ]
            }
        } else if accept(.similar) {
            arguments.append(try expression())
            try expect(.escape)
            arguments.append(try expression())
        } else {
            rewind(to: start + 1)
            return try plainCall("substring", place)
        }
        try expect(.rightParen)
        return systemCall("substring", arguments, at: place)
    }

    private mutating func overlay() throws -> Expr {
        let place = position
        let start = index
        advance()
        advance()
        if !at(.rightParen) {
            var arguments = [try expression()]
            if accept(.placing) {
                arguments.append(try expression())
                try expect(.from)
                arguments.append(try expression())
                if accept(.for) { arguments.append(try expression()) }
                try expect(.rightParen)
                return systemCall("overlay", arguments, at: place)
            }
        }
        rewind(to: start + 1)
        return try plainCall("overlay", place)
    }

    private mutating func trim() throws -> Expr {
        let place = position
        advance()
        advance()
        var name = "btrim"
        if accept(.leading) {
            name = "ltrim"
        } else if accept(.trailing) {
            name = "rtrim"
        } else {
            accept(.both)
        }
        var arguments: [Expr] = []
        if accept(.from) {
            arguments = try list { try $0.expression() }
        } else {
            let first = try expression()
            if accept(.from) {
                arguments = try list { try $0.expression() }
                arguments.append(first)
            } else {
                arguments = [first]
                while accept(.comma) { arguments.append(try expression()) }
            }
        }
        try expect(.rightParen)
        return systemCall(name, arguments, at: place)
    }
}
