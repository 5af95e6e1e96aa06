/// Expressions.
extension Printer {
    /// Writes an expression; in parentheses if it binds weaker than `least`.
    mutating func expression(_ expr: Expr, binding least: Int = 0) {
        if Self.strength(of: expr) < least {
            parens { $0.bare(expr) }
        } else {
            bare(expr)
        }
    }

    private static let tightest = 20

    /// How strongly the outermost operator of an expression binds.
    private static func strength(of expr: Expr) -> Int {
        switch expr.kind {
        case .or: return Precedence.or
        case .and: return Precedence.and
        case .not: return Precedence.not
        case .isTest, .isDistinct: return Precedence.isTest
        case .binary(_, let rest):
            return rest.last.map { strength(of: $0.op) } ?? tightest
        case .between, .inList, .inSubquery, .like, .overlaps: return Precedence.matching
        case .quantifiedArray(_, let op, _, _), .quantifiedSubquery(_, let op, _, _):
            return isMatchSymbol(op) ? Precedence.matching : strength(of: op)
        case .unary(let op, _):
            return op.schema == nil && (op.symbol == "-" || op.symbol == "+")
                ? Precedence.sign : Precedence.other
        case .integer(let digits), .numeric(let digits):
            return digits.hasPrefix("-") ? Precedence.sign : tightest
        case .collate: return Precedence.collate
        case .function(let call):
            return isAtTimeZone(call) ? Precedence.atTimeZone : tightest
        case .cast: return Precedence.postfix
        default: return tightest
        }
    }

    /// LIKE ANY and its relatives are read as these operators.
    private static func isMatchSymbol(_ op: OperatorName) -> Bool {
        op.schema == nil && ["~~", "!~~", "~~*", "!~~*"].contains(op.symbol)
    }

    private static func isAtTimeZone(_ call: FunctionCall) -> Bool {
        call.usesKeywordSyntax && call.name.name == "timezone" && call.arguments.count == 2
    }

    private static func strength(of op: OperatorName) -> Int {
        if op.schema != nil { return Precedence.other }
        switch op.symbol {
        case "<", ">", "=", "<=", ">=", "<>": return Precedence.comparison
        case "+", "-": return Precedence.additive
        case "*", "/", "%": return Precedence.multiplicative
        case "^": return Precedence.power
        default: return Precedence.other
        }
    }

    private mutating func bare(_ expr: Expr) {
        switch expr.kind {
        case .null: write("NULL")
        case .boolean(let value): write(value ? "true" : "false")
        case .integer(let digits), .numeric(let digits): write(digits)
        case .string(let value): write(Self.literal(value))
        case .bitString(let radix, let digits):
            write(radix.uppercased())
            write(Self.literal(digits))
        case .typedLiteral(let type, let value): typedLiteral(type, value)
        case .column(let parts): names(parts)
        case .star(let qualifier):
            names(qualifier)
            write(qualifier.isEmpty ? "*" : ".*")
        case .parameter(let number): write("$\(number)")
        case .setToDefault: write("DEFAULT")
        case .currentOf(let cursor):
            write("CURRENT OF ")
            name(cursor)
        case .sqlValue(let value, let precision):
            write(value.rawValue.uppercased())
            if let precision { write("(\(precision))") }
        default: compound(expr)
        }
    }

    private mutating func compound(_ expr: Expr) {
        switch expr.kind {
        case .and(let operands): conjunction(operands, " AND ", Precedence.and)
        case .or(let operands): conjunction(operands, " OR ", Precedence.or)
        case .not(let operand):
            write("NOT ")
            expression(operand, binding: Precedence.not)
        case .unary(let op, let operand): unary(op, operand)
        case .binary(let first, let rest): chain(first, rest)
        case .isTest, .isDistinct, .between, .inList, .inSubquery, .like, .overlaps,
            .quantifiedArray, .quantifiedSubquery:
            predicate(expr)
        case .caseWhen(let form): caseWhen(form)
        case .cast(let operand, let type):
            expression(operand, binding: Precedence.postfix)
            write("::")
            self.type(type)
        case .collate(let operand, let collation):
            expression(operand, binding: Precedence.collate)
            write(" COLLATE ")
            name(collation)
        case .function(let call): self.call(call)
        case .coalesce(let items): listed("COALESCE", items)
        case .nullIf(let first, let second): listed("NULLIF", [first, second])
        case .greatest(let items): listed("GREATEST", items)
        case .least(let items): listed("LEAST", items)
        case .grouping(let items): listed("GROUPING", items)
        default: constructor(expr)
        }
    }

    private mutating func constructor(_ expr: Expr) {
        switch expr.kind {
        case .array(let items):
            write("ARRAY[")
            expressions(items)
            write("]")
        case .arraySubquery(let query):
            write("ARRAY")
            parens { $0.query(query) }
        case .subscripted(let base, let subscripts):
            if case .column = base.kind { bare(base) } else { postfixBase(base) }
            subscripts.forEach { subscriptPart($0) }
        case .field(let base, let field):
            postfixBase(base)
            write(".")
            name(field)
        case .fieldStar(let base):
            postfixBase(base)
            write(".*")
        case .row(let items, let isExplicit):
            if isExplicit { write("ROW") }
            parens { $0.expressions(items) }
        case .exists(let query):
            write("EXISTS ")
            parens { $0.query(query) }
        case .scalarSubquery(let query):
            parens { $0.query(query) }
        default: break
        }
    }

    private mutating func listed(_ word: String, _ items: [Expr]) {
        write(word)
        parens { $0.expressions(items) }
    }

    private mutating func conjunction(_ operands: [Expr], _ word: String, _ strength: Int) {
        list(operands, separator: word) { $0.expression($1, binding: strength + 1) }
    }

    private mutating func unary(_ op: OperatorName, _ operand: Expr) {
        write(self.spelling(op))
        // A blank keeps `- -1` from becoming a comment and `@ -x` from becoming one operator.
        write(" ")
        let strength = Self.strength(of: Expr(.unary(op, operand)))
        let isNegativeLiteral =
            switch operand.kind {
            case .integer, .numeric: strength == Precedence.sign && op.symbol == "-"
            default: false
            }
        if isNegativeLiteral {
            parens { $0.bare(operand) }
        } else {
            expression(operand, binding: strength == Precedence.sign ? strength : strength + 1)
        }
    }

    private func spelling(_ op: OperatorName) -> String {
        guard let schema = op.schema else { return op.symbol }
        return "OPERATOR(\(Self.quoted(schema)).\(op.symbol))"
    }

    /// A left fold of operators. Where a stronger operator follows a weaker one, all that stands
    /// to its left goes into parentheses.
    private mutating func chain(_ first: Expr, _ rest: [OperatorTerm]) {
        var wraps = 0
        var isFirst = true
        var last = Self.tightest
        var firstNeedsWrap = false
        for term in rest {
            let strength = Self.strength(of: term.op)
            if isFirst {
                firstNeedsWrap = Self.needsParens(first, leftOf: strength)
            } else if last < strength || last == strength && strength == Precedence.comparison {
                wraps += 1
            }
            last = strength
            isFirst = false
        }
        write(String(repeating: "(", count: wraps))
        if firstNeedsWrap { parens { $0.bare(first) } } else { bare(first) }
        last = Self.tightest
        isFirst = true
        for term in rest {
            let strength = Self.strength(of: term.op)
            if !isFirst, last < strength || last == strength && strength == Precedence.comparison {
                write(")")
            }
            write(" \(spelling(term.op)) ")
            expression(term.operand, binding: strength + 1)
            last = strength
            isFirst = false
        }
    }

    private static func needsParens(_ expr: Expr, leftOf strength: Int) -> Bool {
        self.strength(of: expr) < strength
    }

    // MARK: Predicates

    private mutating func predicate(_ expr: Expr) {
        switch expr.kind {
        case .isTest(let operand, let test, let negated):
            expression(operand, binding: Precedence.isTest + 1)
            write(negated ? " IS NOT " : " IS ")
            write(test.rawValue.uppercased())
        case .isDistinct(let left, let right, let negated):
            expression(left, binding: Precedence.isTest + 1)
            write(negated ? " IS NOT DISTINCT FROM " : " IS DISTINCT FROM ")
            expression(right, binding: Precedence.isTest + 1)
        case .between(let operand, let low, let high, let symmetric, let negated):
            expression(operand, binding: Precedence.matching + 1)
            write(negated ? " NOT BETWEEN " : " BETWEEN ")
            if symmetric { write("SYMMETRIC ") }
            // The lower bound is a restricted expression.
            expression(low, binding: Precedence.other)
            write(" AND ")
            expression(high, binding: Precedence.matching + 1)
        case .inList(let operand, let items, let negated):
            expression(operand, binding: Precedence.matching + 1)
            write(negated ? " NOT IN (" : " IN (")
            expressions(items)
            write(")")
        case .inSubquery(let operand, let query, let negated):
            expression(operand, binding: Precedence.matching + 1)
            write(negated ? " NOT IN (" : " IN (")
            self.query(query)
            write(")")
        case .like(let form): like(form)
        case .overlaps(let left, let right):
            expression(left)
            write(" OVERLAPS ")
            expression(right)
        case .quantifiedArray(let left, let op, let quantifier, let array):
            quantified(left, op, quantifier)
            parens { $0.expression(array) }
        case .quantifiedSubquery(let left, let op, let quantifier, let query):
            quantified(left, op, quantifier)
            parens { $0.query(query) }
        default: break
        }
    }

    private mutating func like(_ form: LikeExpr) {
        expression(form.operand, binding: Precedence.matching + 1)
        write(form.negated ? " NOT " : " ")
        write(form.form.rawValue.uppercased() + " ")
        expression(form.pattern, binding: Precedence.matching + 1)
        if let escape = form.escape {
            write(" ESCAPE ")
            expression(escape, binding: Precedence.matching + 1)
        }
    }

    private mutating func quantified(
        _ left: Expr, _ op: OperatorName, _ quantifier: Quantifier
    ) {
        let isMatch = Self.isMatchSymbol(op)
        let strength = isMatch ? Precedence.matching : Self.strength(of: op)
        let isLoose = strength == Precedence.comparison || isMatch
        expression(left, binding: isLoose ? strength + 1 : strength)
        if isMatch {
            write(op.symbol.hasPrefix("!") ? " NOT" : "")
            write(op.symbol.hasSuffix("*") ? " ILIKE" : " LIKE")
        } else {
            write(" " + spelling(op))
        }
        write(" \(quantifier.rawValue.uppercased()) ")
    }

    private mutating func caseWhen(_ form: CaseExpr) {
        write("CASE")
        if let operand = form.operand {
            write(" ")
            expression(operand)
        }
        for branch in form.branches {
            write(" WHEN ")
            expression(branch.when)
            write(" THEN ")
            expression(branch.then)
        }
        if let otherwise = form.otherwise {
            write(" ELSE ")
            expression(otherwise)
        }
        write(" END")
    }

    // MARK: Postfix forms

    /// What stands before `[…]` and `.field`: parameters and what already ends in one of these as
    /// they are, the rest in parentheses.
    private mutating func postfixBase(_ base: Expr) {
        switch base.kind {
        case .parameter, .subscripted: bare(base)
        case .field(let inner, _):
            if Self.isIndirection(inner) { bare(base) } else { parens { $0.bare(base) } }
        default: parens { $0.bare(base) }
        }
    }

    private static func isIndirection(_ expr: Expr) -> Bool {
        switch expr.kind {
        case .subscripted, .field, .parameter: true
        default: false
        }
    }

    private mutating func subscriptPart(_ part: Subscript) {
        write("[")
        switch part {
        case .index(let index): expression(index)
        case .slice(let lower, let upper):
            if let lower { expression(lower) }
            write(":")
            if let upper { expression(upper) }
        }
        write("]")
    }
}
