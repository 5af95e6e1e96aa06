import Basics
import SQLSyntax
import Vectors

/// CREATE TABLE (LIKE …).
extension CatalogEditor {
    /// The columns of another table, with ids from `count` + 1 on, and its constraints.
    func takeOver(
        _ like: TableLike, after count: Int
    ) throws -> (columns: [NewColumn], constraints: [TableConstraint]) {
        let relation = try catalog.requireRelation(
            named: like.table.parts, searchPath: context.searchPath, role: context.role,
            position: like.table.position)
        guard catalog.may(.select, relation, columns: [], role: context.role) else {
            throw SQLError(
                .insufficientPrivilege, "permission denied for table \(relation.name)")
        }
        guard case .table(let table) = relation else {
            guard case .view(let view) = relation else {
                throw SQLError(
                    .wrongObjectType, "\"\(relation.name)\" is not a table or view",
                    position: like.table.position)
            }
            let columns = view.columns.enumerated().map { index, column in
                NewColumn(
                    column: CatalogColumn(
                        id: count + index + 1, name: column.name, type: column.type))
            }
            return (columns, [])
        }
        let key = table.primaryKey?.columns ?? []
        var columns: [NewColumn] = []
        for (index, source) in table.columns.enumerated() {
            var new = NewColumn(
                column: CatalogColumn(
                    id: count + index + 1, name: source.name, type: source.type,
                    notNull: source.notNull || key.contains(source.id)))
            if let identity = source.identity {
                if like.parts.contains(.identity) {
                    new.column.identity = identity
                    new.sequence = []
                }
            } else if let generated = source.generated {
                if like.parts.contains(.generated) {
                    new.generated = try Parser.parseExpression(generated.text)
                }
            } else if like.parts.contains(.defaults) {
                new.column.defaultValue = source.defaultValue
            }
            if like.parts.contains(.comments) { new.column.comment = source.comment }
            columns.append(new)
        }
        return (columns, try constraints(of: table, like))
    }

    private func constraints(
        of table: CatalogTable, _ like: TableLike
    ) throws -> [TableConstraint] {
        let place = like.table.position
        func names(_ ids: [Int]) -> [Identifier] {
            ids.compactMap { id in table.columns.first { $0.id == id } }
                .map { Identifier($0.name, at: place) }
        }
        var found: [TableConstraint] = []
        if like.parts.contains(.constraints) {
            for check in table.constraints where check.kind == .check {
                guard let condition = check.condition else { continue }
                found.append(
                    TableConstraint(
                        name: Identifier(check.name, at: place),
                        kind: .check(try Parser.parseExpression(condition.text)),
                        position: place))
            }
        }
        if like.parts.contains(.indexes) {
            if let key = table.primaryKey {
                found.append(
                    TableConstraint(
                        name: nil, kind: .primaryKey(names(key.columns)), position: place))
            }
            for unique in table.constraints where unique.isUnique {
                found.append(
                    TableConstraint(
                        name: nil, kind: .unique(names(unique.columns)), position: place))
            }
        }
        return found
    }
}
