import Basics
import Planning
import SQLSyntax
import Vectors

/// Parameter types and result columns of a statement, without running it.
struct StatementDescriber {
    private let session: Session
    init(_ session: Session) { self.session = session }

    struct Description {
        var parameters: [SQLType] = []
        var columns: [OutputColumn]?
    }

    func describe(_ parsed: ParsedStatement, declared: [SQLType?]) throws -> Description {
        var types = declared
        while types.count < parsed.parameterCount { types.append(nil) }
        return try describe(parsed.statement, types)
    }

    private func describe(_ statement: Statement, _ declared: [SQLType?]) throws -> Description {
        let binder = Binder(
            catalog: try session.current().catalog, context: try session.bindContext(),
            parameterTypes: declared)
        switch statement {
        case .query(let query):
            let bound = try binder.bindQuery(query)
            return Description(parameters: bound.parameterTypes, columns: bound.outputs)
        case .insert(let insert):
            let bound = try binder.bindInsert(insert)
            return Description(
                parameters: bound.source.parameterTypes,
                columns: bound.returning == nil ? nil : bound.outputs)
        case .update(let update):
            let bound = try binder.bindUpdate(update)
            return Description(
                parameters: bound.source.parameterTypes,
                columns: bound.returning == nil ? nil : bound.outputs)
        case .delete(let delete):
            let bound = try binder.bindDelete(delete)
            return Description(
                parameters: bound.source.parameterTypes,
                columns: bound.returning == nil ? nil : bound.outputs)
        case .merge(let merge):
            return Description(
                parameters: try binder.bindMerge(merge).source.parameterTypes)
        case .explain(let explain):
            let inner =
                if case .execute = explain.statement { Description() } else {
                    try describe(explain.statement, declared)
                }
            return Description(
                parameters: inner.parameters,
                columns: [OutputColumn(name: "QUERY PLAN", type: explain.isJSON ? .json : .text)])
        case .show(let target, _):
            switch target {
            case .all:
                return Description(
                    columns: ["name", "setting", "description"].map {
                        OutputColumn(name: $0, type: .text)
                    })
            case .named(let name):
                let shown = Settings.definition(name)?.name ?? name
                return Description(columns: [OutputColumn(name: shown, type: .text)])
            }
        case .execute(let execute):
            guard let prepared = session.statements[execute.name.text] else {
                throw SQLError(
                    .invalidStatementName,
                    "prepared statement \"\(execute.name.text)\" does not exist")
            }
            return Description(columns: prepared.columns)
        case .declareCursor(let declare):
            let bound = try binder.bindQuery(declare.query)
            return Description(parameters: bound.parameterTypes)
        case .fetch(let fetch):
            if fetch.isMove { return Description() }
            return Description(columns: session.portals[fetch.cursor.text]?.columns)
        case .call(let call): return Description(columns: Procedures.columns(call))
        default: return Description()
        }
    }
}
