import Basics

/// Row security policies.
extension Parser {
    mutating func createPolicy() throws -> Statement {
        try expect(.policy)
        let name = try identifier()
        try expect(.on)
        var policy = CreatePolicy(
            name: name, table: try qualifiedName(), isPermissive: true, command: .all,
            roles: [RoleSpec(.public)])
        if accept(.as) {
            switch nameText(token) {
            case "permissive" where token.kind == .word: break
            case "restrictive" where token.kind == .word: policy.isPermissive = false
            default:
                guard isColumnId(token) else { throw unexpected() }
                throw SQLError(
                    .syntaxError, "unrecognized row security option \"\(nameText(token))\"",
                    hint: "Only PERMISSIVE or RESTRICTIVE policies are supported currently.",
                    position: position)
            }
            advance()
        }
        if accept(.for) {
            switch token.keyword {
            case .all: policy.command = .all
            case .select: policy.command = .select
            case .insert: policy.command = .insert
            case .update: policy.command = .update
            case .delete: policy.command = .delete
            default: throw unexpected()
            }
            advance()
        }
        if accept(.to) { policy.roles = try roleSpecs() }
        (policy.using, policy.withCheck) = try policyExpressions()
        return .createPolicy(policy)
    }

    private mutating func policyExpressions() throws -> (using: Expr?, check: Expr?) {
        var using: Expr?
        var check: Expr?
        if accept(.using) { using = try inParens() }
        if accept(.with) {
            try expect(.check)
            check = try inParens()
        }
        return (using, check)
    }

    private mutating func inParens() throws -> Expr {
        try expect(.leftParen)
        let expr = try expression()
        try expect(.rightParen)
        return expr
    }

    mutating func alterPolicy() throws -> Statement {
        try expect(.policy)
        _ = acceptIfExists()
        let name = try identifier()
        try expect(.on)
        var policy = AlterPolicy(name: name, table: try qualifiedName())
        if accept(.rename) {
            try expect(.to)
            policy.renameTo = try identifier()
            return .alterPolicy(policy)
        }
        if accept(.to) { policy.roles = try roleSpecs() }
        (policy.using, policy.withCheck) = try policyExpressions()
        return .alterPolicy(policy)
    }

    mutating func dropPolicy() throws -> Statement {
        try expect(.policy)
        let ifExists = acceptIfExists()
        let name = try identifier()
        try expect(.on)
        let table = try qualifiedName()
        return .dropPolicy(
            DropPolicy(
                name: name, table: table, ifExists: ifExists, cascade: acceptCascade()))
    }
}
