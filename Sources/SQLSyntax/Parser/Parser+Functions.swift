import Basics

/// Function calls and what may follow them.
extension Parser {
    /// The call of `name`, whose opening parenthesis comes next. Without windows (in FROM) neither
    /// FILTER nor OVER belongs to it.
    @inline(never)
    mutating func call(_ name: QualifiedName, windowless: Bool) throws -> Expr {
        var call = FunctionCall(name)
        try callArguments(of: &call)
        if isString, call.arguments.allSatisfy({ $0.name == nil }), !call.isStar,
            call.orderBy.isEmpty, !call.isDistinct
        {
            let type = TypeName(name, modifiers: call.arguments.map(\.value))
            return Expr(.typedLiteral(type, try string()), at: name.position)
        }
        if !windowless { try callSuffixes(of: &call) }
        return Expr(.function(call), at: name.position)
    }

    mutating func callArguments(of call: inout FunctionCall) throws {
        try expect(.leftParen)
        if accept(.rightParen) { return }
        if accept(.star) {
            call.isStar = true
        } else {
            if accept(.distinct) { call.isDistinct = true } else { accept(.all) }
            repeat {
                if accept(.variadic) {
                    call.isVariadic = true
                    call.arguments.append(try argument())
                    break
                }
                call.arguments.append(try argument())
            } while accept(.comma)
            call.orderBy = try optionalOrderBy()
        }
        try expect(.rightParen)
    }

    private mutating func argument() throws -> FunctionArgument {
        let next = peek().kind
        if next == .arrow || next == .colonEquals, isColumnId(token) || isTypeOrFunction(token) {
            let name = try label()
            advance()
            return FunctionArgument(try expression(), name: name)
        }
        return FunctionArgument(try expression())
    }

    private mutating func callSuffixes(of call: inout FunctionCall) throws {
        if at(.within) {
            guard peek().keyword == .group else {
                advance()
                throw unexpected()
            }
            let place = position
            advance()
            advance()
            try expect(.leftParen)
            guard call.orderBy.isEmpty else {
                throw syntaxError(
                    "cannot use multiple ORDER BY clauses with WITHIN GROUP", at: place)
            }
            guard !call.isDistinct else {
                throw syntaxError("cannot use DISTINCT with WITHIN GROUP", at: place)
            }
            guard !call.isVariadic else {
                throw syntaxError("cannot use VARIADIC with WITHIN GROUP", at: place)
            }
            guard at(.order) else { throw unexpected() }
            call.orderBy = try optionalOrderBy()
            call.withinGroup = true
            try expect(.rightParen)
        }
        if accept(.filter) {
            try expect(.leftParen)
            try expect(.where)
            call.filter = try expression()
            try expect(.rightParen)
        }
        if accept(.over) {
            call.over = at(.leftParen) ? .inline(try windowSpec()) : .named(try identifier())
        }
    }

    // MARK: Order

    /// `ORDER BY …` or nothing.
    mutating func optionalOrderBy() throws -> [SortItem] {
        guard accept(.order) else { return [] }
        try expect(.by)
        return try list { try $0.sortItem() }
    }

    mutating func sortItem() throws -> SortItem {
        var item = SortItem(try expression())
        if accept(.using) {
            item.usingOperator = try operatorName()
        } else if accept(.desc) {
            item.descending = true
        } else {
            accept(.asc)
        }
        if accept(.nulls) {
            if accept(.first) {
                item.nullsFirst = true
            } else {
                try expect(.last)
                item.nullsFirst = false
            }
        }
        return item
    }

    // MARK: Windows

    /// `(base PARTITION BY … ORDER BY … frame)`.
    mutating func windowSpec() throws -> WindowSpec {
        var spec = WindowSpec(position: position)
        try expect(.leftParen)
        switch token.keyword {
        case .partition, .range, .rows, .groups: break
        default: if isColumnId(token) { spec.base = try identifier() }
        }
        if accept(.partition) {
            try expect(.by)
            spec.partitionBy = try list { try $0.expression() }
        }
        spec.orderBy = try optionalOrderBy()
        spec.frame = try frame()
        try expect(.rightParen)
        return spec
    }

    private mutating func frame() throws -> WindowFrame? {
        let place = position
        let unit: WindowFrame.Unit
        switch token.keyword {
        case .rows: unit = .rows
        case .range: unit = .range
        case .groups: unit = .groups
        default: return nil
        }
        advance()
        var frame = WindowFrame(unit: unit, start: .currentRow, end: .currentRow, position: place)
        let startPlace: Int
        if accept(.between) {
            startPlace = position
            frame.start = try frameBound()
            try expect(.and)
            let endPlace = position
            frame.end = try frameBound()
            try checkEnd(frame, endPlace)
        } else {
            startPlace = position
            frame.start = try frameBound()
            if case .following = frame.start {
                throw windowError(
                    "frame starting from following row cannot end with current row", startPlace)
            }
        }
        if case .unboundedFollowing = frame.start {
            throw windowError("frame start cannot be UNBOUNDED FOLLOWING", startPlace)
        }
        if accept(.exclude) { frame.exclusion = try exclusion() }
        return frame
    }

    private mutating func frameBound() throws -> WindowFrame.Bound {
        if at(.unbounded, .preceding) || at(.unbounded, .following) {
            advance()
            let isPreceding = at(.preceding)
            advance()
            return isPreceding ? .unboundedPreceding : .unboundedFollowing
        }
        if accept(.current, .row) { return .currentRow }
        let distance = try expression()
        if accept(.preceding) { return .preceding(distance) }
        try expect(.following)
        return .following(distance)
    }

    private func checkEnd(_ frame: WindowFrame, _ place: Int) throws {
        switch (frame.start, frame.end) {
        case (_, .unboundedPreceding):
            throw windowError("frame end cannot be UNBOUNDED PRECEDING", place)
        case (.currentRow, .preceding):
            throw windowError(
                "frame starting from current row cannot have preceding rows", place)
        case (.following, .preceding), (.following, .currentRow):
            throw windowError(
                "frame starting from following row cannot have preceding rows", place)
        default: return
        }
    }

    private func windowError(_ message: String, _ place: Int) -> SQLError {
        SQLError(.windowingError, message, position: place)
    }

    private mutating func exclusion() throws -> WindowFrame.Exclusion? {
        if accept(.current) {
            try expect(.row)
            return .currentRow
        }
        if accept(.group) { return .group }
        if accept(.ties) { return .ties }
        try expect(.no)
        try expect(.others)
        return nil
    }
}
