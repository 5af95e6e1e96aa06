import Basics

/// COPY with both spellings of its options.
extension Parser {
    mutating func copy() throws -> Statement {
        try expect(.copy)
        var options: [Option] = []
        let subject: Copy.Subject
        var isFrom = false
        if at(.leftParen) {
            try expect(.leftParen)
            let inner: Statement
            switch token.keyword {
            case .insert, .update, .delete: inner = try dataStatement()
            default:
                guard startsQuery else { throw unexpected() }
                inner = try dataStatement()
            }
            try expect(.rightParen)
            subject = .statement(inner)
            try expect(.to)
        } else {
            if at(.binary) { options.append(try binaryOption()) }
            let name = try qualifiedName()
            subject = .table(name, columns: try optionalColumns())
            isFrom = accept(.from)
            if !isFrom { try expect(.to) }
        }
        let endpoint = try copyEndpoint()
        if at(.using) || at(.delimiters) {
            let place = position
            accept(.using)
            try expect(.delimiters)
            options.append(
                Option(name: "delimiter", value: .text(try string()), position: place))
        }
        accept(.with)
        if at(.leftParen) {
            options += try parenthesized { try $0.copyOption() }
        } else {
            while let option = try legacyCopyOption() { options.append(option) }
        }
        let wherePlace = position
        let filter = accept(.where) ? try expression() : nil
        if filter != nil, !isFrom {
            throw syntaxError("WHERE clause not allowed with COPY TO", at: wherePlace)
        }
        return .copy(
            Copy(
                subject: subject, isFrom: isFrom, endpoint: endpoint, options: options,
                filter: filter))
    }

    private mutating func copyEndpoint() throws -> Copy.Endpoint {
        if accept(.program) { return .program(try string()) }
        if accept(.stdin) || accept(.stdout) { return .client }
        return .file(try string())
    }

    /// The names here may be any word, `null` and `default` too.
    private mutating func copyOption() throws -> Option {
        let place = position
        let name = try label().text
        let value: OptionValue?
        switch token.kind {
        case .comma, .rightParen: value = nil
        case .star:
            advance()
            value = .star
        case .leftParen: value = .list(try parenthesized { try $0.booleanOrString() })
        default: value = isNumber ? .number(try number()) : .text(try booleanOrString())
        }
        return Option(name: name, value: value, position: place)
    }

    private mutating func binaryOption() throws -> Option {
        let place = position
        try expect(.binary)
        return Option(name: "format", value: .text("binary"), position: place)
    }

    private mutating func legacyCopyOption() throws -> Option? {
        let place = position
        func option(_ name: String, _ value: OptionValue) -> Option {
            Option(name: name, value: value, position: place)
        }
        switch token.keyword {
        case .binary: return try binaryOption()
        case .csv:
            advance()
            return option("format", .text("csv"))
        case .header:
            advance()
            return option("header", .text("true"))
        case .freeze:
            advance()
            return option("freeze", .text("true"))
        case .delimiter, .null, .quote, .escape:
            let name = try label().text
            accept(.as)
            return option(name, .text(try string()))
        case .encoding:
            advance()
            return option("encoding", .text(try string()))
        case .force:
            advance()
            let name: String
            if accept(.quote) {
                name = "force_quote"
            } else if accept(.not) {
                try expect(.null)
                name = "force_not_null"
            } else {
                try expect(.null)
                name = "force_null"
            }
            if name == "force_quote", accept(.star) { return option(name, .star) }
            return option(name, .list(try identifiers().map(\.text)))
        default: return nil
        }
    }
}
