import Basics

/// Roles and privileges.
extension Parser {
    /// A role by name, PUBLIC, CURRENT_USER and the like.
    mutating func roleSpec() throws -> RoleSpec {
        let place = position
        if accept(.current_user) { return RoleSpec(.currentUser, at: place) }
        if accept(.session_user) { return RoleSpec(.sessionUser, at: place) }
        if accept(.current_role) { return RoleSpec(.currentRole, at: place) }
        let isQuoted = token.kind == .quotedWord
        let name = try nonReservedWord().text
        if name == "public" { return RoleSpec(.public, at: place) }
        if name == "none", !isQuoted {
            throw SQLError(
                SQLState("42939"), "role name \"none\" is reserved", position: place)
        }
        return RoleSpec(.named(name), at: place)
    }

    mutating func roleSpecs() throws -> [RoleSpec] { try list { try $0.roleSpec() } }

    /// The name of a role to be created.
    private mutating func newRoleName() throws -> Identifier {
        let spec = try roleSpec()
        guard case .named(let name) = spec.kind else {
            let word = spec.kind == .public ? "public" : "\(tokens.raw(tokens.list[index - 1]))"
            let message =
                spec.kind == .public
                ? "role name \"public\" is reserved"
                : "\(word.uppercased()) cannot be used as a role name here"
            throw SQLError(SQLState("42939"), message, position: spec.position)
        }
        return Identifier(name, at: spec.position)
    }

    mutating func createRole() throws -> Statement {
        let word: CreateRole.Word = at(.user) ? .user : at(.group) ? .group : .role
        advance()
        let name = try newRoleName()
        accept(.with)
        return .createRole(
            CreateRole(word: word, name: name, options: try roleOptions(creating: true)))
    }

    private mutating func roleOptions(creating: Bool) throws -> [RoleOption] {
        var options: [RoleOption] = []
        while token.kind == .word {
            let place = position
            guard let kind = try roleOption(creating: creating) else { break }
            options.append(RoleOption(kind: kind, position: place))
        }
        return options
    }

    private mutating func roleOption(creating: Bool) throws -> RoleOption.Kind? {
        switch token.keyword {
        case .inherit:
            advance()
            return .inherit(true)
        case .password:
            advance()
            return .password(accept(.null) ? nil : try string())
        case .encrypted:
            advance()
            try expect(.password)
            return .password(try string())
        case .connection:
            advance()
            try expect(.limit)
            return .connectionLimit(try signedInteger())
        case .valid:
            advance()
            try expect(.until)
            return .validUntil(try string())
        case .user where !creating, .role where creating:
            advance()
            return .members(try roleSpecs())
        case .in where creating:
            advance()
            if !accept(.role) { try expect(.group) }
            return .inRoles(try roleSpecs())
        case .admin where creating:
            advance()
            return .adminMembers(try roleSpecs())
        case .sysid where creating:
            advance()
            return .systemId(try integer())
        default:
            return try roleFlag()
        }
    }

    /// LOGIN, NOLOGIN and the like are no key words.
    private mutating func roleFlag() throws -> RoleOption.Kind? {
        guard token.keyword == nil else { return nil }
        let kind: RoleOption.Kind
        switch nameText(token) {
        case "login": kind = .login(true)
        case "nologin": kind = .login(false)
        case "superuser": kind = .superuser(true)
        case "nosuperuser": kind = .superuser(false)
        case "createdb": kind = .createDatabase(true)
        case "nocreatedb": kind = .createDatabase(false)
        case "createrole": kind = .createRole(true)
        case "nocreaterole": kind = .createRole(false)
        case "noinherit": kind = .inherit(false)
        case "replication": kind = .replication(true)
        case "noreplication": kind = .replication(false)
        case "bypassrls": kind = .bypassRowSecurity(true)
        case "nobypassrls": kind = .bypassRowSecurity(false)
        default:
            throw syntaxError(
                "unrecognized role option \"\(nameText(token))\"", at: position)
        }
        advance()
        return kind
    }

    mutating func alterRole() throws -> Statement {
        let isGroup = at(.group)
        advance()
        if accept(.all) { return try alterRoleSetting(nil) }
        let role = try roleSpec()
        if accept(.rename) {
            guard case .named(let name) = role.kind else { throw unexpected() }
            try expect(.to)
            return .renameRole(from: Identifier(name, at: role.position), to: try newRoleName())
        }
        if isGroup, at(.add) || at(.drop) {
            throw SQLError.unsupported("ALTER GROUP … ADD/DROP USER", position: position)
        }
        if at(.set) || at(.reset) || at(.in) { return try alterRoleSetting(role) }
        accept(.with)
        return .alterRole(AlterRole(role: role, options: try roleOptions(creating: false)))
    }

    private mutating func alterRoleSetting(_ role: RoleSpec?) throws -> Statement {
        var database: Identifier?
        if accept(.in) {
            try expect(.database)
            database = try identifier()
        }
        let action: AlterRoleSetting.Action
        if accept(.reset) {
            action = .reset(try settingTarget())
        } else {
            let place = position
            try expect(.set)
            action = .set(try setting(scope: .session, place))
        }
        return .alterRoleSetting(
            AlterRoleSetting(role: role, database: database, action: action))
    }

    mutating func dropRole() throws -> Statement {
        advance()
        let ifExists = acceptIfExists()
        return .dropRole(DropRole(roles: try roleSpecs(), ifExists: ifExists))
    }

    // MARK: GRANT and REVOKE

    mutating func grantOrRevoke() throws -> Statement {
        let isGrant = at(.grant)
        advance()
        var option: String?
        if !isGrant, at(.grant) || at(.admin, .option) {
            option = nameText(token)
            advance()
            try expect(.option)
            try expect(.for)
        }
        let privileges = try privileges()
        if accept(.on), option != "admin" {
            return try grantPrivileges(isGrant, privileges, option != nil)
        }
        guard option != "grant" else { throw unexpected() }
        let granted = try privileges.map { privilege in
            guard let name = privilege.name, privilege.columns.isEmpty else {
                throw unexpected()
            }
            return Identifier(name, at: privilege.position)
        }
        try expect(isGrant ? .to : .from)
        let roles = try roleSpecs()
        var adminOption = option == "admin"
        if isGrant, accept(.with) {
            try expect(.admin)
            try expect(.option)
            adminOption = true
        }
        let grantor = try grantedBy()
        return .grantRole(
            GrantRole(
                isGrant: isGrant, granted: granted, roles: roles, adminOption: adminOption,
                grantedBy: grantor, cascade: !isGrant && acceptCascade()))
    }

    private mutating func grantedBy() throws -> RoleSpec? {
        guard accept(.granted) else { return nil }
        try expect(.by)
        return try roleSpec()
    }

    private mutating func privileges() throws -> [Grant.Privilege] {
        if at(.all) {
            let place = position
            advance()
            accept(.privileges)
            return [
                Grant.Privilege(name: nil, columns: try optionalColumns(), position: place)
            ]
        }
        return try list { parser in
            let place = parser.position
            let name: String
            switch parser.token.keyword {
            case .select, .references, .create: name = try parser.label().text
            default: name = try parser.identifier().text
            }
            return Grant.Privilege(
                name: name, columns: try parser.optionalColumns(), position: place)
        }
    }

    private mutating func grantPrivileges(
        _ isGrant: Bool, _ privileges: [Grant.Privilege], _ optionFor: Bool
    ) throws -> Statement {
        let object = try grantObject()
        try expect(isGrant ? .to : .from)
        let roles = try list { parser in
            parser.accept(.group)
            return try parser.roleSpec()
        }
        var grantOption = optionFor
        if isGrant, accept(.with) {
            try expect(.grant)
            try expect(.option)
            grantOption = true
        }
        let grantor = try grantedBy()
        return .grant(
            Grant(
                isGrant: isGrant, privileges: privileges, object: object, roles: roles,
                grantOption: grantOption, grantedBy: grantor,
                cascade: !isGrant && acceptCascade()))
    }

    private mutating func grantObject() throws -> Grant.Object {
        let place = position
        switch token.keyword {
        case .table:
            advance()
            return .tables(try list { try $0.qualifiedName() })
        case .sequence:
            advance()
            return .sequences(try list { try $0.qualifiedName() })
        case .schema:
            advance()
            return .schemas(try identifiers())
        case .database:
            advance()
            return .databases(try identifiers())
        case .function, .procedure, .routine:
            advance()
            return .functions(try list { try $0.functionNameWithTypes() })
        case .all: return try grantAllInSchema()
        case .domain, .language, .large, .parameter, .tablespace, .type:
            throw SQLError.unsupported(
                "GRANT ON \(tokens.raw(token).uppercased())", position: place)
        case .foreign where peek().keyword == .data || peek().keyword == .server:
            throw SQLError.unsupported("GRANT ON FOREIGN", position: place)
        default:
            return .tables(try list { try $0.qualifiedName() })
        }
    }

    private mutating func grantAllInSchema() throws -> Grant.Object {
        try expect(.all)
        let kind = token.keyword
        switch kind {
        case .tables, .sequences, .functions, .procedures, .routines: advance()
        default: throw unexpected()
        }
        try expect(.in)
        try expect(.schema)
        let schemas = try identifiers()
        switch kind {
        case .tables: return .allTables(inSchemas: schemas)
        case .sequences: return .allSequences(inSchemas: schemas)
        default: return .allFunctions(inSchemas: schemas)
        }
    }

    /// A function's name; the argument types only select among overloads and are skipped.
    private mutating func functionNameWithTypes() throws -> QualifiedName {
        let place = position
        guard isTypeOrFunction(token) || isColumnId(token) else { throw unexpected() }
        var parts = [try label().text]
        while accept(.dot) { parts.append(try label().text) }
        if accept(.leftParen), !accept(.rightParen) {
            _ = try list { try $0.typeName() }
            try expect(.rightParen)
        }
        return QualifiedName(parts, at: place)
    }
}
