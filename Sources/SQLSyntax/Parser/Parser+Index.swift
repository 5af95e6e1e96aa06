import Basics

/// CREATE INDEX.
extension Parser {
    mutating func createIndex() throws -> Statement {
        let isUnique = accept(.unique)
        try expect(.index)
        accept(.concurrently)
        let ifNotExists = try acceptIfNotExists()
        let name = at(.on) ? nil : try identifier()
        try expect(.on)
        accept(.only)
        let table = try qualifiedName()
        if accept(.using) {
            let place = position
            let method = try identifier().text
            guard method == "btree" || method == "hash" else {
                throw SQLError.unsupported("access method \(method)", position: place)
            }
        }
        let columns = try parenthesized { try $0.indexColumn() }
        if at(.include) || at(.where) || at(.nulls) || at(.with) || at(.tablespace) {
            throw SQLError.unsupported(
                "\(tokens.raw(token).uppercased()) of CREATE INDEX", position: position)
        }
        return .createIndex(
            CreateIndex(
                name: name, table: table, columns: columns, isUnique: isUnique,
                ifNotExists: ifNotExists))
    }

    private mutating func indexColumn() throws -> Identifier {
        if at(.leftParen) || peek().kind == .leftParen {
            throw SQLError.unsupported("an index on an expression", position: position)
        }
        let name = try identifier()
        if accept(.collate) { _ = try qualifiedName() }
        // An operator class.
        if isColumnId(token), !at(.asc), !at(.desc), !at(.nulls) { _ = try qualifiedName() }
        if !accept(.asc) { accept(.desc) }
        if accept(.nulls), !accept(.first) { try expect(.last) }
        return name
    }
}
