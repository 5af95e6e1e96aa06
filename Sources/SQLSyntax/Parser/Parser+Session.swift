import Basics

/// Transactions, settings and notifications.
extension Parser {
    mutating func transaction() throws -> Transaction {
        let keyword = token.keyword
        advance()
        switch keyword {
        case .begin:
            if !accept(.work) { accept(.transaction) }
            return .begin(try transactionModes(required: false))
        case .start:
            try expect(.transaction)
            return .begin(try transactionModes(required: false))
        case .commit, .end:
            if at(.prepared) {
                throw SQLError.unsupported("COMMIT PREPARED", position: position)
            }
            if !accept(.work) { accept(.transaction) }
            return .commit(chain: try acceptChain())
        case .savepoint: return .savepoint(try identifier())
        case .release:
            acceptNoiseWord(.savepoint)
            return .release(try identifier())
        default:
            if at(.prepared) {
                throw SQLError.unsupported("ROLLBACK PREPARED", position: position)
            }
            if !accept(.work) { accept(.transaction) }
            if keyword == .rollback, accept(.to) {
                acceptNoiseWord(.savepoint)
                return .rollbackTo(try identifier())
            }
            return .rollback(chain: try acceptChain())
        }
    }

    /// Takes a word that may be left out, unless it stands alone and so is itself the name.
    mutating func acceptNoiseWord(_ keyword: Keyword) {
        let next = peek().kind
        if next != .end, next != .semicolon { accept(keyword) }
    }

    private mutating func acceptChain() throws -> Bool {
        guard accept(.and) else { return false }
        let isNegated = accept(.no)
        try expect(.chain)
        return !isNegated
    }

    private mutating func transactionModes(required: Bool) throws -> TransactionModes {
        var modes = TransactionModes()
        var isFirst = true
        while true {
            let sawComma = !isFirst && accept(.comma)
            switch token.keyword {
            case .isolation:
                advance()
                try expect(.level)
                modes.isolation = try isolation()
            case .read:
                advance()
                modes.readOnly = at(.only)
                if !accept(.only) { try expect(.write) }
            case .deferrable:
                advance()
                modes.deferrable = true
            case .not:
                advance()
                try expect(.deferrable)
                modes.deferrable = false
            default:
                if sawComma || required && isFirst { throw unexpected() }
                return modes
            }
            isFirst = false
        }
    }

    private mutating func isolation() throws -> TransactionModes.Isolation {
        if accept(.serializable) { return .serializable }
        if accept(.repeatable) {
            try expect(.read)
            return .repeatableRead
        }
        try expect(.read)
        if accept(.committed) { return .readCommitted }
        try expect(.uncommitted)
        return .readUncommitted
    }

    // MARK: SET, RESET, SHOW

    mutating func set() throws -> SetStatement {
        let place = position
        try expect(.set)
        if at(.constraints) { throw SQLError.unsupported("SET CONSTRAINTS", position: place) }
        if accept(.local) { return try setting(scope: .local, place) }
        if at(.session), peek().keyword != .authorization {
            advance()
            if accept(.characteristics) {
                try expect(.as)
                try expect(.transaction)
                let modes = try transactionModes(required: true)
                return SetStatement(
                    scope: .session, action: .sessionCharacteristics(modes), position: place)
            }
        }
        return try setting(scope: .session, place)
    }

    /// What follows SET and its scope.
    mutating func setting(scope: SetScope, _ place: Int) throws -> SetStatement {
        func variable(_ name: String, _ values: [SettingValue]?) -> SetStatement {
            SetStatement(
                scope: scope, action: .variable(name: name, values: values), position: place)
        }
        func text(_ value: String) -> [SettingValue] { [.text(value)] }
        switch token.keyword {
        case .transaction where peek().kind == .word:
            advance()
            if at(.snapshot) {
                throw SQLError.unsupported("SET TRANSACTION SNAPSHOT", position: position)
            }
            let modes = try transactionModes(required: true)
            return SetStatement(scope: scope, action: .transaction(modes), position: place)
        case .time where peek().keyword == .zone:
            advance()
            advance()
            return variable("timezone", try zoneValue())
        case .role where isString(peek()) || peek().kind == .word || peek().kind == .quotedWord:
            guard peek().keyword != .to else { break }
            advance()
            return variable("role", text(isString ? try string() : try nonReservedWord().text))
        case .session where peek().keyword == .authorization:
            advance()
            advance()
            if accept(.default) { return variable("session_authorization", nil) }
            let name = isString ? try string() : try nonReservedWord().text
            return variable("session_authorization", text(name))
        case .names:
            advance()
            if isString { return variable("client_encoding", text(try string())) }
            accept(.default)
            return variable("client_encoding", nil)
        case .schema where isString(peek()):
            advance()
            return variable("search_path", text(try string()))
        case .catalog where isString(peek()):
            throw SQLError.unsupported("current database cannot be changed; SET CATALOG")
        default: break
        }
        let name = try settingName()
        if accept(.from) {
            try expect(.current)
            return SetStatement(
                scope: scope, action: .fromCurrent(name: name), position: place)
        }
        if !accept(.equals) { try expect(.to) }
        if accept(.default) { return variable(name, nil) }
        return variable(name, try list { try $0.settingValue() })
    }

    private mutating func settingName() throws -> String {
        var name = try identifier().text
        while accept(.dot) { name += "." + (try identifier().text) }
        return name
    }

    private mutating func settingValue() throws -> SettingValue {
        if isNumber { return .number(try number()) }
        return .text(try booleanOrString())
    }

    /// nil for DEFAULT and LOCAL.
    private mutating func zoneValue() throws -> [SettingValue]? {
        if accept(.default) || accept(.local) { return nil }
        if at(.interval) {
            var type = try simpleType(forLiteral: true)
            let text = try string()
            if type.modifiers.isEmpty { try intervalFields(of: &type) }
            return [.interval(type, text)]
        }
        if isString { return [.text(try string())] }
        if isNumber { return [.number(try number())] }
        guard token.kind == .quotedWord || token.kind == .word && token.keyword == nil else {
            throw unexpected()
        }
        return [.text(try label().text)]
    }

    /// ALL or the name of a setting, in its special spellings too.
    mutating func settingTarget() throws -> SettingTarget {
        if accept(.all) { return .all }
        if accept(.time, .zone) { return .named("timezone") }
        if accept(.transaction, .isolation) {
            try expect(.level)
            return .named("transaction_isolation")
        }
        if accept(.session, .authorization) { return .named("session_authorization") }
        return .named(try settingName())
    }

    mutating func reset() throws -> Statement {
        try expect(.reset)
        let place = PositionBox(position)
        return .reset(try settingTarget(), position: place)
    }

    mutating func show() throws -> Statement {
        try expect(.show)
        let place = PositionBox(position)
        return .show(try settingTarget(), position: place)
    }

    mutating func discard() throws -> Statement {
        try expect(.discard)
        let target: DiscardTarget
        switch token.keyword {
        case .all: target = .all
        case .plans: target = .plans
        case .sequences: target = .sequences
        case .temp, .temporary: target = .temporary
        default: throw unexpected()
        }
        advance()
        return .discard(target)
    }

    mutating func notification() throws -> Statement {
        let keyword = token.keyword
        advance()
        switch keyword {
        case .listen: return .listen(try identifier())
        case .unlisten: return .unlisten(accept(.star) ? nil : try identifier())
        default:
            let channel = try identifier()
            return .notify(channel, payload: accept(.comma) ? try string() : nil)
        }
    }
}
