import Basics

/// ALTER and DROP.
extension Parser {
    mutating func alter() throws -> Statement {
        let place = position
        try expect(.alter)
        switch token.keyword {
        case .table, .view, .sequence, .index, .materialized: return try alterTable()
        case .schema: return try alterSchema()
        case .role, .group: return try alterRole()
        case .user where peek().keyword != .mapping: return try alterRole()
        case .policy: return try alterPolicy()
        case .aggregate, .collation, .conversion, .database, .default, .domain, .event,
            .extension, .foreign, .function, .language, .large, .operator,
            .procedural, .procedure, .publication, .routine, .rule, .server, .statistics,
            .subscription, .system, .tablespace, .text, .trigger, .type, .user:
            throw SQLError.unsupported(
                "ALTER " + tokens.raw(token).uppercased(), position: place)
        default: throw unexpected()
        }
    }

    private mutating func alterTable() throws -> Statement {
        let object: AlterTable.Object =
            switch token.keyword {
            case .view: .view
            case .sequence: .sequence
            case .index: .index
            case .materialized: .materializedView
            default: .table
            }
        advance()
        if object == .materializedView { try expect(.view) }
        if at(.all) { throw SQLError.unsupported("ALTER … ALL IN TABLESPACE", position: position) }
        let ifExists = acceptIfExists()
        let table = try tableName()
        // RENAME and SET SCHEMA stand alone, the other actions may come in a list.
        let actions: [AlterTableAction]
        if at(.rename) {
            actions = [try rename()]
        } else if accept(.set, .schema) {
            actions = [.setSchema(try identifier())]
        } else if object == .sequence, !at(.owner) {
            return try alterSequence(table.name, ifExists: ifExists)
        } else {
            actions = try list { try $0.alterTableAction() }
        }
        return .alterTable(
            AlterTable(object: object, ifExists: ifExists, table: table, actions: actions))
    }

    private mutating func rename() throws -> AlterTableAction {
        try expect(.rename)
        if accept(.to) { return .renameTo(try identifier()) }
        if accept(.constraint) {
            let name = try identifier()
            try expect(.to)
            return .renameConstraint(name, to: try identifier())
        }
        accept(.column)
        let name = try identifier()
        try expect(.to)
        return .renameColumn(name, to: try identifier())
    }

    private mutating func alterTableAction() throws -> AlterTableAction {
        let place = position
        switch token.keyword {
        case .add: return try addAction()
        case .drop:
            advance()
            if accept(.constraint) {
                let ifExists = acceptIfExists()
                let name = try identifier()
                return .dropConstraint(name, ifExists: ifExists, cascade: acceptCascade())
            }
            accept(.column)
            let ifExists = acceptIfExists()
            let name = try identifier()
            return .dropColumn(name, ifExists: ifExists, cascade: acceptCascade())
        case .alter: return try alterColumn()
        case .enable, .disable, .force, .no:
            return try rowSecurity()
        case .owner:
            advance()
            try expect(.to)
            return .ownerTo(try roleSpec())
        case .set:
            advance()
            if at(.leftParen) { return .setOptions(try storageOptions()) }
            switch token.keyword {
            case .logged, .unlogged, .tablespace, .without, .access:
                throw SQLError.unsupported(
                    "SET \(tokens.raw(token).uppercased())", position: place)
            default: throw unexpected()
            }
        case .reset:
            advance()
            return .resetOptions(try storageOptions())
        case .validate, .cluster, .inherit, .attach, .detach, .replica, .of, .not, .options:
            throw SQLError.unsupported(
                "ALTER TABLE … \(tokens.raw(token).uppercased())", position: place)
        default: throw unexpected()
        }
    }

    private mutating func addAction() throws -> AlterTableAction {
        try expect(.add)
        switch token.keyword {
        case .constraint, .check, .unique, .primary, .foreign, .exclude:
            return .addConstraint(try tableConstraint())
        default: break
        }
        accept(.column)
        let ifNotExists = try acceptIfNotExists()
        return .addColumn(try columnDefinition(), ifNotExists: ifNotExists)
    }

    private mutating func alterColumn() throws -> AlterTableAction {
        try expect(.alter)
        if at(.constraint) {
            throw SQLError.unsupported("ALTER CONSTRAINT", position: position)
        }
        accept(.column)
        let name = try identifier()
        if accept(.type) || accept(.set, .data, .type) {
            let type = try typeName()
            if at(.collate) { throw SQLError.unsupported("COLLATE here", position: position) }
            return .alterColumnType(name, type, using: accept(.using) ? try expression() : nil)
        }
        if accept(.set) {
            if accept(.default) { return .setDefault(name, try expression()) }
            switch token.keyword {
            case .statistics, .storage, .compression, .generated:
                throw SQLError.unsupported(
                    "SET \(tokens.raw(token).uppercased())", position: position)
            default: if at(.leftParen) { throw SQLError.unsupported("SET (…)", position: position) }
            }
            try expect(.not)
            try expect(.null)
            return .setNotNull(name)
        }
        if at(.add) || at(.restart) || at(.reset) {
            throw SQLError.unsupported(
                "ALTER COLUMN … \(tokens.raw(token).uppercased())", position: position)
        }
        try expect(.drop)
        if accept(.default) { return .dropDefault(name) }
        if at(.identity) || at(.expression) {
            throw SQLError.unsupported(
                "DROP \(tokens.raw(token).uppercased())", position: position)
        }
        try expect(.not)
        try expect(.null)
        return .dropNotNull(name)
    }

    private mutating func rowSecurity() throws -> AlterTableAction {
        let action: AlterTableAction
        switch token.keyword {
        case .enable: action = .enableRowSecurity
        case .disable: action = .disableRowSecurity
        case .force: action = .forceRowSecurity
        default:
            guard peek().keyword == .force else {
                advance()
                throw at(.inherit)
                    ? SQLError.unsupported("NO INHERIT", position: position) : unexpected()
            }
            advance()
            action = .noForceRowSecurity
        }
        advance()
        switch token.keyword {
        case .trigger, .rule, .always, .replica:
            throw SQLError.unsupported(tokens.raw(token).uppercased(), position: position)
        default: break
        }
        try expect(.row)
        try expect(.level)
        try expect(.security)
        return action
    }

    private mutating func alterSchema() throws -> Statement {
        try expect(.schema)
        let name = try identifier()
        if accept(.rename) {
            try expect(.to)
            return .alterSchema(AlterSchema(name: name, action: .renameTo(try identifier())))
        }
        try expect(.owner)
        try expect(.to)
        return .alterSchema(AlterSchema(name: name, action: .ownerTo(try roleSpec())))
    }

    // MARK: DROP

    mutating func drop() throws -> Statement {
        let place = position
        try expect(.drop)
        let object: Drop.Object
        switch token.keyword {
        case .table: object = .table
        case .view: object = .view
        case .schema: object = .schema
        case .index: object = .index
        case .sequence: object = .sequence
        case .materialized:
            object = .materializedView
            advance()
            guard at(.view) else { throw unexpected() }
        case .role, .group: return try dropRole()
        case .user where peek().keyword != .mapping: return try dropRole()
        case .policy: return try dropPolicy()
        case .access, .aggregate, .cast, .collation, .conversion, .database, .domain, .event,
            .extension, .foreign, .function, .language, .operator, .owned,
            .procedural, .procedure, .publication, .routine, .rule, .server, .statistics,
            .subscription, .tablespace, .text, .transform, .trigger, .type, .user:
            throw SQLError.unsupported("DROP " + tokens.raw(token).uppercased(), position: place)
        default: throw unexpected()
        }
        advance()
        if object == .index { accept(.concurrently) }
        let ifExists = acceptIfExists()
        let names = try list { try $0.qualifiedName() }
        return .drop(
            Drop(object: object, names: names, ifExists: ifExists, cascade: acceptCascade()))
    }
}
