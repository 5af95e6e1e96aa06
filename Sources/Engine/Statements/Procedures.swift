import Basics
import Catalog
import Execution
import Planning
import SQLSyntax
import Storage
import Vectors

/// What CALL reaches: `archive.age`, `storehouse.flush` and `storehouse.compact`.
struct Procedures {
    private let runner: StatementRunner
    private var session: Session { runner.session }
    init(_ runner: StatementRunner) { self.runner = runner }

    static func columns(_ call: FunctionCall) -> [OutputColumn]? { nil }

    func run(_ call: FunctionCall) throws -> String {
        let name = call.name.parts.suffix(2).joined(separator: ".")
        switch name {
        case "archive.age": try age(call)
        case "storehouse.flush":
            try requireSuperuser(name)
            try session.database.store.flush()
        case "storehouse.compact":
            let table = try table(call, 0)
            try session.database.store.compact(table.oid)
        default:
            throw SQLError(
                .undefinedFunction, "procedure \(name) does not exist",
                hint: "Procedures are archive.age, storehouse.flush and storehouse.compact.",
                position: call.name.position)
        }
        return "CALL"
    }

    private func requireSuperuser(_ name: String) throws {
        guard try session.current().catalog.isSuperuser(session.role) else {
            throw SQLError(.insufficientPrivilege, "must be superuser to call \(name)")
        }
    }

    private func value(_ expr: Expr, as type: SQLType) throws -> Datum {
        try RowProgram.value(
            try runner.binder.bindValue(expr, as: type),
            try session.queryContext(runner.cancellation))
    }

    /// The table named by an argument; its owner and superusers may work on it.
    private func table(_ call: FunctionCall, _ index: Int) throws -> CatalogTable {
        guard index < call.arguments.count,
            case .bytes(let bytes) = try value(call.arguments[index].value, as: .text)
        else {
            throw SQLError(
                .undefinedFunction, "the name of a table is needed",
                hint: "CALL archive.age('fact_sales', before => date '2026-01-01')",
                position: call.name.position)
        }
        let catalog = try session.current().catalog
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: ".").map(String.init)
        let relation = try catalog.requireTable(
            named: parts, searchPath: session.namePath(catalog), role: session.role,
            position: call.arguments[index].value.position)
        try catalog.requireOwner(of: .table(relation), role: session.role)
        return relation
    }

    /// Moves segments whose rows all lie below a bound of the first sort-key column to the archive.
    private func age(_ call: FunctionCall) throws {
        let table = try table(call, 0)
        guard let first = table.sortKey.first, let index = table.columnIndex(id: first) else {
            throw SQLError(
                .objectNotInPrerequisiteState,
                "table \"\(table.name)\" has no sort key to age by",
                hint: "Set one with ALTER TABLE … SET (sort_key = '…').")
        }
        guard
            let argument = call.arguments.first(where: { $0.name?.text == "before" })
                ?? (call.arguments.count > 1 ? call.arguments[1] : nil)
        else {
            throw SQLError(
                .undefinedFunction, "archive.age needs a bound",
                hint: "CALL archive.age('fact_sales', before => date '2026-01-01')",
                position: call.name.position)
        }
        let column = table.columns[index]
        let bound = try value(argument.value, as: column.type)
        if bound.isNull {
            throw SQLError(.invalidParameterValue, "the bound of archive.age is NULL")
        }
        // Rows still in memory are aged as well.
        try session.database.store.flush()
        let report = try session.database.store.age(table.oid, below: bound)
        try runner.notice(
            "aged \(report.segments) segments with \(report.rows) rows:"
                + " \(report.bytesBefore) bytes became \(report.bytesAfter)")
    }
}
