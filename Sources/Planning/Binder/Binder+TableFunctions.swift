import Basics
import Catalog
import SQLSyntax
import Vectors

/// Functions in FROM: one, or several in step (`ROWS FROM`, `unnest` of several arrays).
extension Binder {
    func bindFunction(
        _ function: TableFunction, _ alias: TableAlias?, _ scope: Scope
    ) throws -> BoundFrom {
        let inner = Scope(parent: scope)
        inner.clause = .fromFunction
        let calls = spread(function.calls)
        guard function.columnDefinitions.isEmpty || calls.count == 1 else {
            throw SQLError(
                .syntaxError,
                "ROWS FROM() with multiple functions cannot have a column definition list",
                hint: "Put a separate column definition list for each function inside ROWS FROM().",
                position: function.position)
        }
        var columns: [ScopeColumn] = []
        var node = TableFunctionNode(input: nil, calls: [])
        for expr in calls {
            let (call, own) = try tableCall(
                expr, function.columnDefinitions, alias: calls.count == 1 ? alias : nil, inner)
            node.calls.append(call)
            columns += own
        }
        if function.withOrdinality {
            let id = newColumn()
            node.ordinality = id
            columns.append(ScopeColumn(name: "ordinality", id: id, type: .bigint))
        }
        var name = "?column?"
        if case .function(let call)? = calls.first?.kind { name = call.name.name }
        let relation = try rename(
            ScopeRelation(alias: name, columns: columns, position: function.position), alias)
        return BoundFrom(
            plan: simplified(node),
            items: FromItems(relations: [relation], columns: relation.columns),
            lateral: inner.outer)
    }

    /// `unnest(a, b)` stands for `ROWS FROM (unnest(a), unnest(b))`.
    private func spread(_ calls: [Expr]) -> [Expr] {
        calls.flatMap { expr -> [Expr] in
            guard case .function(let call) = expr.kind, call.name.name == "unnest",
                call.arguments.count > 1
            else { return [expr] }
            return call.arguments.map { argument in
                Expr(.function(FunctionCall(call.name, [argument])), at: expr.position)
            }
        }
    }

    /// One call with its columns; a function that returns one value gives one row.
    private func tableCall(
        _ expr: Expr, _ definitions: [FunctionColumn], alias: TableAlias?, _ scope: Scope
    ) throws -> (TableFunctionNode.Call, [ScopeColumn]) {
        if case .function(let call) = expr.kind {
            let name = try functionName(call.name)
            if SetFunction.overloads(name) != nil {
                return try setCall(call, name, definitions, alias: alias, scope)
            }
        }
        try refuse(definitions)
        let value = try resolveUnknown(try bind(expr, scope), at: expr.position)
        let column = ScopeColumn(
            name: alias?.name.text ?? outputName(expr), id: newColumn(), type: value.type)
        let call = TableFunctionNode.Call(
            SetFunction.oneRow, [value], columns: [(column.id, column.type)],
            position: expr.position)
        return (call, [column])
    }

    private func setCall(
        _ call: FunctionCall, _ name: String, _ definitions: [FunctionColumn],
        alias: TableAlias?, _ scope: Scope
    ) throws -> (TableFunctionNode.Call, [ScopeColumn]) {
        var (arguments, described) = try setFunction(call, name, scope)
        if SetFunction.records.contains(name) {
            guard !definitions.isEmpty else {
                throw SQLError(
                    .syntaxError,
                    "a column definition list is required for functions returning \"record\"",
                    position: call.name.position)
            }
            described = try definitions.map { ($0.name.text, try resolve(type: $0.type)) }
        } else {
            try refuse(definitions)
        }
        let isSingle = described.count == 1
        let columns = described.map { column in
            ScopeColumn(
                name: column.name ?? (isSingle ? alias?.name.text : nil) ?? name,
                id: newColumn(), type: column.type)
        }
        return (
            TableFunctionNode.Call(
                name, arguments, columns: columns.map { ($0.id, $0.type) },
                names: columns.map(\.name), position: call.name.position), columns
        )
    }

    private func refuse(_ definitions: [FunctionColumn]) throws {
        guard let first = definitions.first else { return }
        throw SQLError(
            .syntaxError,
            "a column definition list is only allowed for functions returning \"record\"",
            position: first.name.position)
    }

    /// One row of one value needs no node of its own.
    private func simplified(_ node: TableFunctionNode) -> Plan {
        guard node.calls.count == 1, let call = node.calls.first,
            call.function == SetFunction.oneRow
        else { return .tableFunction(node) }
        var items = zip(call.columns, call.arguments).map { ProjectItem($0.0, $1) }
        if let ordinality = node.ordinality {
            items.append(ProjectItem(ordinality, .literal(.int(1), .bigint)))
        }
        return .project(.values(.oneRow), items)
    }
}
