import Basics

/// CREATE of tables, views and schemas; roles and policies have files of their own.
extension Parser {
    mutating func create() throws -> Statement {
        let place = position
        try expect(.create)
        var orReplace = false
        if accept(.or) {
            try expect(.replace)
            orReplace = true
        }
        let persistence = try persistence()
        switch token.keyword {
        case .table where !orReplace:
            return try createTable(persistence)
        case .view where persistence != .unlogged:
            return try createView(orReplace: orReplace, isTemporary: persistence == .temporary)
        case .recursive where persistence != .unlogged && peek().keyword == .view:
            throw SQLError.unsupported("CREATE RECURSIVE VIEW", position: place)
        case .sequence where !orReplace:
            return try createSequence(persistence)
        case .materialized where !orReplace && persistence == .permanent:
            return try createMaterializedView()
        default: break
        }
        guard persistence == .permanent else { throw unexpected() }
        if orReplace {
            switch token.keyword {
            case .function, .procedure, .aggregate, .rule, .trigger, .language, .trusted,
                .procedural, .transform, .constraint:
                throw unsupportedCreate(place)
            default: throw unexpected()
            }
        }
        switch token.keyword {
        case .schema: return try createSchema()
        case .index, .unique: return try createIndex()
        case .role, .group: return try createRole()
        case .user where peek().keyword != .mapping: return try createRole()
        case .policy: return try createPolicy()
        case .access, .aggregate, .cast, .collation, .constraint, .conversion, .database,
            .default, .domain, .event, .extension, .foreign, .function, .language, .operator,
            .procedural, .procedure, .publication, .rule, .server,
            .statistics, .subscription, .tablespace, .text, .transform, .trigger, .trusted,
            .type, .user:
            throw unsupportedCreate(place)
        default: throw unexpected()
        }
    }

    private func unsupportedCreate(_ place: Int) -> SQLError {
        var words = "CREATE " + tokens.raw(token).uppercased()
        switch token.keyword {
        case .foreign, .user, .event, .text, .access:
            words += " " + tokens.raw(peek()).uppercased()
        default: break
        }
        return .unsupported(words, position: place)
    }

    private mutating func persistence() throws -> Persistence {
        if at(.global) || at(.local) {
            advance()
            guard at(.temporary) || at(.temp) else { throw unexpected() }
        }
        if accept(.temporary) || accept(.temp) { return .temporary }
        return accept(.unlogged) ? .unlogged : .permanent
    }

    mutating func acceptIfNotExists() throws -> Bool {
        guard accept(.if, .not) else { return false }
        try expect(.exists)
        return true
    }

    mutating func acceptIfExists() -> Bool { accept(.if, .exists) }

    // MARK: Tables

    private mutating func createTable(_ persistence: Persistence) throws -> Statement {
        try expect(.table)
        let ifNotExists = try acceptIfNotExists()
        let name = try qualifiedName()
        if at(.of) || at(.partition) {
            throw SQLError.unsupported(
                "CREATE TABLE … \(tokens.raw(token).uppercased()) OF", position: position)
        }
        var createAs = CreateTableAs(
            name: name, persistence: persistence, ifNotExists: ifNotExists, columns: [],
            options: [], query: Query(.values([])), withData: true)
        if at(.leftParen), peek(2).kind == .comma || peek(2).kind == .rightParen,
            isColumnId(peek())
        {
            // Names without types: the column list of CREATE TABLE … AS.
            createAs.columns = try optionalColumns()
            return try finish(&createAs)
        }
        if !at(.leftParen) { return try finish(&createAs) }
        var table = CreateTable(
            name: name, persistence: persistence, ifNotExists: ifNotExists, columns: [],
            constraints: [], options: [])
        advance()
        if !accept(.rightParen) {
            repeat { try tableElement(of: &table) } while accept(.comma)
            try expect(.rightParen)
        }
        if at(.inherits) || at(.partition) {
            throw SQLError.unsupported(tokens.raw(token).uppercased(), position: position)
        }
        (table.options, table.onCommit) = try tableSuffix()
        return .createTable(table)
    }

    private mutating func finish(_ createAs: inout CreateTableAs) throws -> Statement {
        (createAs.options, createAs.onCommit) = try tableSuffix()
        try expect(.as)
        if at(.execute) {
            throw SQLError.unsupported("CREATE TABLE AS EXECUTE", position: position)
        }
        guard startsQuery else { throw unexpected() }
        createAs.query = try query()
        createAs.withData = try withData()
        return .createTableAs(createAs)
    }

    private mutating func tableSuffix() throws -> ([Option], OnCommit?) {
        if at(.using) { throw SQLError.unsupported("USING here", position: position) }
        var options: [Option] = []
        if at(.with) {
            advance()
            options = try storageOptions()
        } else if accept(.without) {
            try expect(.oids)
        }
        var onCommit: OnCommit?
        if accept(.on) {
            try expect(.commit)
            if accept(.drop) {
                onCommit = .drop
            } else {
                onCommit = at(.delete) ? .deleteRows : .preserveRows
                if !accept(.delete) { try expect(.preserve) }
                try expect(.rows)
            }
        }
        if at(.tablespace) { throw SQLError.unsupported("TABLESPACE", position: position) }
        return (options, onCommit)
    }

    private mutating func tableElement(of table: inout CreateTable) throws {
        switch token.keyword {
        case .constraint, .check, .unique, .primary, .foreign, .exclude:
            table.constraints.append(try tableConstraint())
        case .like:
            table.likes.append(try tableLike(place: table.columns.count))
        default:
            table.columns.append(try columnDefinition())
        }
    }

    /// `LIKE table [INCLUDING | EXCLUDING what]…`.
    private mutating func tableLike(place: Int) throws -> TableLike {
        try expect(.like)
        var like = TableLike(table: try qualifiedName(), parts: [], place: place)
        while at(.including) || at(.excluding) {
            let isIncluding = at(.including)
            advance()
            let word = tokens.raw(token).lowercased()
            let parts: Set<TableLike.Part>
            if word == "all" {
                parts = Set(TableLike.Part.allCases)
            } else if let part = TableLike.Part(rawValue: word) {
                parts = [part]
            } else {
                throw unexpected()
            }
            advance()
            if isIncluding { like.parts.formUnion(parts) } else { like.parts.subtract(parts) }
        }
        return like
    }

    mutating func columnDefinition() throws -> ColumnDefinition {
        let name = try identifier()
        var column = ColumnDefinition(name: name, type: try typeName(), constraints: [])
        while true {
            if accept(.collate) {
                column.collation = try qualifiedName()
            } else if let constraint = try columnConstraint() {
                column.constraints.append(constraint)
            } else {
                return column
            }
        }
    }

    // MARK: Views and schemas

    private mutating func createView(orReplace: Bool, isTemporary: Bool) throws -> Statement {
        try expect(.view)
        let name = try qualifiedName()
        let columns = try optionalColumns()
        let options = accept(.with) ? try storageOptions() : []
        try expect(.as)
        guard startsQuery else { throw unexpected() }
        let query = try query()
        var check: CreateView.CheckOption?
        if accept(.with) {
            check = at(.local) ? .local : .cascaded
            if !accept(.local) { accept(.cascaded) }
            try expect(.check)
            try expect(.option)
        }
        return .createView(
            CreateView(
                name: name, orReplace: orReplace, isTemporary: isTemporary, columns: columns,
                options: options, query: query, checkOption: check))
    }

    private mutating func createMaterializedView() throws -> Statement {
        try expect(.materialized)
        try expect(.view)
        let ifNotExists = try acceptIfNotExists()
        var createAs = CreateTableAs(
            name: try qualifiedName(), persistence: .permanent, ifNotExists: ifNotExists,
            columns: [], options: [], query: Query(.values([])), withData: true,
            isMaterializedView: true)
        createAs.columns = try optionalColumns()
        return try finish(&createAs)
    }

    private mutating func createSchema() throws -> Statement {
        try expect(.schema)
        let ifNotExists = try acceptIfNotExists()
        let name = at(.authorization) ? nil : try identifier()
        var owner: RoleSpec?
        if name == nil || at(.authorization) {
            try expect(.authorization)
            owner = try roleSpec()
        }
        switch token.keyword {
        case .create, .grant:
            throw SQLError.unsupported("CREATE SCHEMA with elements", position: position)
        default: break
        }
        return .createSchema(CreateSchema(name: name, ifNotExists: ifNotExists, owner: owner))
    }
}
