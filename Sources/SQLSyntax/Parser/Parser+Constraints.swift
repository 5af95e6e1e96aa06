import Basics

/// Constraints of columns and tables.
extension Parser {
    /// The constraint behind a column that begins here, or nil.
    mutating func columnConstraint() throws -> ColumnConstraint? {
        let place = position
        var name: Identifier?
        if accept(.constraint) {
            name = try identifier()
            switch token.keyword {
            case .not, .null, .unique, .primary, .check, .default, .generated, .references:
                break
            default: throw unexpected()
            }
        }
        guard let kind = try columnConstraintKind() else { return nil }
        return ColumnConstraint(name: name, kind: kind, position: place)
    }

    private mutating func columnConstraintKind() throws -> ColumnConstraint.Kind? {
        switch token.keyword {
        case .not:
            advance()
            if at(.deferrable) { throw SQLError.unsupported("DEFERRABLE", position: position) }
            try expect(.null)
            return .notNull
        case .null:
            advance()
            return .null
        case .default:
            advance()
            return .default(try expression(0, restricted: true))
        case .primary:
            advance()
            try expect(.key)
            try indexSuffix()
            return .primaryKey
        case .unique:
            advance()
            try indexSuffix()
            return .unique
        case .check:
            advance()
            return .check(try checkExpression())
        case .references:
            return .references(try foreignReference())
        case .generated:
            return try generated()
        case .deferrable, .initially:
            throw SQLError.unsupported(tokens.raw(token).uppercased(), position: position)
        default:
            return nil
        }
    }

    private mutating func checkExpression() throws -> Expr {
        try expect(.leftParen)
        let expr = try expression()
        try expect(.rightParen)
        if at(.no, .inherit) { throw SQLError.unsupported("NO INHERIT", position: position) }
        return expr
    }

    private mutating func generated() throws -> ColumnConstraint.Kind {
        try expect(.generated)
        let always = accept(.always)
        if !always {
            try expect(.by)
            try expect(.default)
        }
        try expect(.as)
        if accept(.identity) {
            var options: [Option] = []
            if accept(.leftParen) {
                while !accept(.rightParen) {
                    guard let option = try sequenceOption() else { throw unexpected() }
                    options.append(option)
                }
            }
            return .identity(always: always, options: options)
        }
        guard always, at(.leftParen) else { throw unexpected() }
        advance()
        let expr = try expression()
        try expect(.rightParen)
        try expect(.stored)
        return .generated(expr)
    }

    private mutating func foreignReference() throws -> ForeignReference {
        try expect(.references)
        let table = try qualifiedName()
        var reference = ForeignReference(table: table, columns: try optionalColumns())
        if accept(.match), !accept(.simple) {
            throw SQLError.unsupported("MATCH FULL", position: position)
        }
        while accept(.on) {
            let isDelete = accept(.delete)
            if !isDelete { try expect(.update) }
            let action: ForeignReference.Action
            if accept(.cascade) {
                action = .cascade
            } else if accept(.restrict) {
                action = .restrict
            } else if accept(.no) {
                try expect(.action)
                action = .noAction
            } else {
                try expect(.set)
                action = at(.null) ? .setNull : .setDefault
                if !accept(.null) { try expect(.default) }
            }
            if isDelete { reference.onDelete = action } else { reference.onUpdate = action }
        }
        return reference
    }

    /// What may follow PRIMARY KEY and UNIQUE, none of which is supported.
    private func indexSuffix() throws {
        switch token.keyword {
        case .include, .using, .with, .deferrable, .initially:
            throw SQLError.unsupported(tokens.raw(token).uppercased(), position: position)
        default: return
        }
    }

    mutating func tableConstraint() throws -> TableConstraint {
        let place = position
        let name = accept(.constraint) ? try identifier() : nil
        let kind: TableConstraint.Kind
        switch token.keyword {
        case .primary:
            advance()
            try expect(.key)
            if at(.using) { throw SQLError.unsupported("USING INDEX", position: position) }
            kind = .primaryKey(try parenthesized { try $0.identifier() })
            try indexSuffix()
        case .unique:
            advance()
            if at(.using) { throw SQLError.unsupported("USING INDEX", position: position) }
            if at(.nulls) { throw SQLError.unsupported("NULLS NOT DISTINCT", position: position) }
            kind = .unique(try parenthesized { try $0.identifier() })
            try indexSuffix()
        case .check:
            advance()
            kind = .check(try checkExpression())
        case .foreign:
            advance()
            try expect(.key)
            let columns = try parenthesized { try $0.identifier() }
            guard at(.references) else { throw unexpected() }
            kind = .foreignKey(columns, try foreignReference())
            try indexSuffix()
        case .exclude:
            throw SQLError.unsupported("EXCLUDE", position: position)
        default: throw unexpected()
        }
        let notValid = accept(.not, .valid)
        return TableConstraint(name: name, kind: kind, notValid: notValid, position: place)
    }
}
