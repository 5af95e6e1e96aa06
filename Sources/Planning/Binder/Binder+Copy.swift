import Basics
import Catalog
import SQLSyntax
import Vectors

/// COPY and TRUNCATE.
extension Binder {
    /// Binds COPY … FROM.
    package func bindCopyIn(_ copy: Copy) throws -> BoundCopyIn {
        guard case .table(let name, let listed) = copy.subject else {
            throw SQLError(.syntaxError, "COPY FROM needs a table")
        }
        let (table, use) = try target(name, .insert, verb: "copy to")
        let indices =
            listed.isEmpty
            ? table.columns.indices.filter { table.columns[$0].generated == nil }
            : try listed.map { try columnIndex($0, table) }
        if let index = indices.first(where: { table.columns[$0].generated != nil }) {
            throw Self.generatedInCopy(table.columns[index].name)
        }
        uses[use].columns = Set(indices)
        let input = indices.map { (newColumn(), table.columns[$0].type) }
        var values: [Expression?] = Array(repeating: nil, count: table.columns.count)
        for (index, column) in zip(indices, input) {
            values[index] = .column(column.0, column.1)
        }
        var items = try wholeRow(table, values)
        let whole = try generating(items.map(\.expression), table)
        for index in items.indices { items[index].expression = whole[index] }
        let scope = rowScope(table, items.map(\.id))
        let filter = try copy.filter.map {
            try bindCondition($0, "WHERE", clause: .filter, scope)
        }
        try checkPrivileges()
        let constraints = try bindChecks(table, items.map(\.id))
        return BoundCopyIn(
            table: table.oid, names: indices.map { table.columns[$0].name }, input: input,
            items: items, checks: [], constraints: constraints, filter: filter,
            nextColumn: nextColumn)
    }

    private static func generatedInCopy(_ name: String) -> SQLError {
        SQLError(
            .invalidColumnReference, "column \"\(name)\" is a generated column",
            detail: "Generated columns cannot be used in COPY.")
    }

    /// Binds COPY … TO: the query whose rows go out.
    package func bindCopyOut(_ copy: Copy) throws -> BoundQuery {
        switch copy.subject {
        case .statement(.query(let query)): return try bindQuery(query)
        case .statement: throw SQLError.unsupported("COPY of a data-modifying statement")
        case .table(let name, let listed):
            let relation = try findRelation(name)
            if case .view(let view) = relation {
                throw SQLError(
                    .wrongObjectType, "cannot copy from view \"\(view.name)\"",
                    hint: "Try the COPY (SELECT ...) TO variant.")
            }
            // Generated columns stay at home: COPY FROM computes them.
            var columns = listed
            if case .table(let table) = relation {
                let generated = table.columns.filter { $0.generated != nil }.map(\.name)
                if let named = listed.first(where: { generated.contains($0.text) }) {
                    throw Self.generatedInCopy(named.text)
                }
                if listed.isEmpty, !generated.isEmpty {
                    columns = table.columns.filter { $0.generated == nil }
                        .map { Identifier($0.name, at: name.position) }
                }
            }
            let targets =
                columns.isEmpty
                ? [Target(Expr(.star(qualifier: []), at: name.position))]
                : columns.map { Target(Expr(.column([$0.text]), at: $0.position)) }
            let select = Select(
                targets: targets, from: [.table(TableName(name), alias: nil, sample: nil)])
            return try bindQuery(Query(.select(select), at: name.position))
        }
    }

    /// Checks a TRUNCATE; the tables' OIDs.
    package func bindTruncate(_ truncate: Truncate) throws -> [UInt32] {
        let tables = try truncate.tables.map {
            try target($0.name, .truncate, verb: "truncate").table
        }
        try checkPrivileges()
        var all = tables
        var done = 0
        while done < all.count {
            let table = all[done]
            done += 1
            for other in catalog.tables.values.sorted(by: { $0.oid < $1.oid })
            where other.constraints.contains(where: { $0.reference?.table == table.oid }) {
                if all.contains(where: { $0.oid == other.oid }) { continue }
                guard truncate.cascade else {
                    throw SQLError(
                        .featureNotSupported,
                        "cannot truncate a table referenced in a foreign key constraint",
                        detail: "Table \"\(other.name)\" references \"\(table.name)\".",
                        hint: "Truncate table \"\(other.name)\" at the same time, or use "
                            + "TRUNCATE ... CASCADE.")
                }
                guard catalog.may(.truncate, .table(other), columns: [], role: role) else {
                    throw SQLError(
                        .insufficientPrivilege, "permission denied for table \(other.name)")
                }
                all.append(other)
            }
        }
        return all.map(\.oid)
    }
}
