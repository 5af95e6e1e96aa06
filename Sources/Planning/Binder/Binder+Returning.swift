import Basics
import Catalog
import SQLSyntax
import Vectors

/// RETURNING.
extension Binder {
    func bindReturning(
        _ targets: [Target], _ table: CatalogTable, _ ids: [ColumnID], alias: String?, use: Int
    ) throws -> ([ProjectItem]?, [OutputColumn]) {
        var none: [ProjectItem] = []
        return try bindReturning(
            targets, table, ids, alias: alias, use: use, others: FromItems(), carried: &none)
    }

    /// RETURNING over the row in `ids`; columns of other FROM items are carried along in the
    /// source.
    func bindReturning(
        _ targets: [Target], _ table: CatalogTable, _ ids: [ColumnID], alias: String?, use: Int,
        others: FromItems, carried: inout [ProjectItem]
    ) throws -> ([ProjectItem]?, [OutputColumn]) {
        guard !targets.isEmpty else { return (nil, []) }
        let scope = rowScope(table, ids, alias: alias, use: use)
        let otherColumns = others.relations.flatMap(\.columns)
        scope.items = FromItems(
            relations: scope.items.relations + others.relations,
            columns: scope.items.columns + otherColumns)
        scope.clause = .returning
        var items: [ProjectItem] = []
        var outputs: [OutputColumn] = []
        func add(_ expression: Expression, _ name: String, _ info: ColumnInfo) {
            items.append(ProjectItem(newColumn(), expression))
            outputs.append(
                OutputColumn(
                    name: name, type: expression.type, tableOID: info.tableOID,
                    columnNumber: info.columnNumber, typeModifier: info.typeModifier))
        }
        for target in targets {
            if case .star(let qualifier) = target.expr.kind {
                for column in try expandStar(qualifier, at: target.position, scope) {
                    for use in column.info.uses { uses[use.use].columns.insert(use.column) }
                    add(.column(column.id, column.type), column.name, column.info)
                }
                continue
            }
            let expression = try resolveUnknown(
                try bind(target.expr, scope), at: leftmost(target.expr))
            var info = ColumnInfo()
            if case .column(let id, _) = expression { info = columnInfo[id] ?? info }
            add(expression, target.alias?.text ?? outputName(target.expr), info)
        }
        // What comes from the other tables passes through the source under names of its own.
        var passed: [ColumnID: ColumnID] = [:]
        let foreign = Dictionary(
            otherColumns.map { ($0.id, $0.type) }, uniquingKeysWith: { first, _ in first })
        func carry(_ expression: Expression) -> Expression {
            if case .column(let id, let type) = expression, foreign[id] != nil {
                let fresh = passed[id] ?? newColumn()
                if passed.updateValue(fresh, forKey: id) == nil {
                    carried.append(ProjectItem(fresh, .column(id, type)))
                }
                return .column(fresh, type)
            }
            return expression.mapOperands(carry)
        }
        if !foreign.isEmpty {
            items = items.map { ProjectItem($0.id, carry($0.expression)) }
        }
        return (items, outputs)
    }
}
