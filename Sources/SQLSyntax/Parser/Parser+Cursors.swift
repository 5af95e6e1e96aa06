import Basics

/// Prepared statements and cursors.
extension Parser {
    mutating func prepare() throws -> Statement {
        try expect(.prepare)
        if at(.transaction) {
            throw SQLError.unsupported("PREPARE TRANSACTION", position: position)
        }
        let name = try identifier()
        let types = at(.leftParen) ? try parenthesized { try $0.typeName() } : []
        try expect(.as)
        let start = Int(token.start)
        let outerCount = parameterCount
        parameterCount = 0
        switch token.keyword {
        case .insert, .update, .delete, .merge: break
        default: guard startsQuery else { throw unexpected() }
        }
        let statement = try dataStatement()
        let count = parameterCount
        parameterCount = outerCount
        return .prepare(
            Prepare(
                name: name, types: types, statement: statement,
                text: source(start..<previousEnd), parameterCount: count))
    }

    mutating func execute() throws -> Statement {
        try expect(.execute)
        let name = try identifier()
        let arguments = at(.leftParen) ? try parenthesized { try $0.expression() } : []
        return .execute(Execute(name: name, arguments: arguments))
    }

    mutating func deallocate() throws -> Statement {
        try expect(.deallocate)
        acceptNoiseWord(.prepare)
        return .deallocate(accept(.all) ? nil : try identifier())
    }

    mutating func declareCursor() throws -> Statement {
        try expect(.declare)
        let name = try identifier()
        var isBinary = false
        var isScrollable: Bool?
        var isInsensitive: Bool?
        options: while true {
            switch token.keyword {
            case .binary: isBinary = true
            case .insensitive: isInsensitive = true
            case .asensitive: isInsensitive = false
            case .scroll: isScrollable = true
            case .no:
                advance()
                guard at(.scroll) else { throw unexpected() }
                isScrollable = false
            default: break options
            }
            advance()
        }
        try expect(.cursor)
        var isHold = false
        if accept(.with) {
            try expect(.hold)
            isHold = true
        } else if accept(.without) {
            try expect(.hold)
        }
        try expect(.for)
        guard startsQuery else { throw unexpected() }
        return .declareCursor(
            DeclareCursor(
                name: name, isBinary: isBinary, isScrollable: isScrollable, isHold: isHold,
                isInsensitive: isInsensitive, query: try query()))
    }

    mutating func fetchStatement() throws -> Statement {
        let isMove = at(.move)
        advance()
        let direction = try fetchDirection()
        if !accept(.from) { accept(.in) }
        return .fetch(Fetch(cursor: try identifier(), direction: direction, isMove: isMove))
    }

    private mutating func fetchDirection() throws -> Fetch.Direction {
        // A cursor may bear one of these words as its name.
        let next = peek().kind
        if token.kind == .word, next == .end || next == .semicolon { return .forward(1) }
        switch token.keyword {
        case .next:
            advance()
            return .forward(1)
        case .prior:
            advance()
            return .backward(1)
        case .first:
            advance()
            return .absolute(1)
        case .last:
            advance()
            return .absolute(-1)
        case .absolute:
            advance()
            return .absolute(try signedInteger())
        case .relative:
            advance()
            return .relative(try signedInteger())
        case .all:
            advance()
            return .forward(nil)
        case .forward, .backward:
            let isForward = at(.forward)
            advance()
            var count: Int? = 1
            if accept(.all) {
                count = nil
            } else if isNumber {
                count = try signedInteger()
            }
            return isForward ? .forward(count) : .backward(count)
        default:
            return isNumber ? .forward(try signedInteger()) : .forward(1)
        }
    }

    mutating func closeCursor() throws -> Statement {
        try expect(.close)
        return .closeCursor(accept(.all) ? nil : try identifier())
    }
}
