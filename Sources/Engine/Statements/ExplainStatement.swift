import Basics
import Execution
import Planning
import SQLSyntax
import Vectors

/// EXPLAIN [ANALYZE].
struct ExplainStatement {
    private let runner: StatementRunner
    init(_ runner: StatementRunner) { self.runner = runner }

    func run(_ explain: SQLSyntax.Explain, _ portal: Portal) throws -> String {
        var analyze = false
        for option in explain.options {
            let isOn: Bool
            switch option.value {
            case nil: isOn = true
            case .text(let word)?, .number(let word)?:
                isOn = ["true", "on", "1"].contains(word.lowercased())
            default: isOn = false
            }
            switch option.name {
            case "analyze": analyze = isOn
            case "verbose", "costs", "timing", "summary", "buffers", "settings", "wal": break
            case "format":
                guard case .text(let word)? = option.value, word.lowercased() == "text" else {
                    throw SQLError.unsupported("EXPLAIN FORMAT other than TEXT", position: option.position)
                }
            default:
                throw SQLError(
                    .syntaxError, "unrecognized EXPLAIN option \"\(option.name)\"",
                    position: option.position)
            }
        }
        let secured = try plan(explain.statement, portal.statement.parameterTypes, analyze)
        let operation = try runner.plan(secured)
        let context = try runner.session.queryContext(
            runner.cancellation, parameters: portal.parameters, isAnalyzing: analyze)
        let start = Clock.now()
        if analyze { try operation.run(context) { _ in } }
        var lines = Execution.Explain.lines(
            operation, analyze: analyze, hidesCounts: secured.hasPolicies)
        if analyze {
            let milliseconds = Double(Clock.now() - start) / 1000
            lines.append("Execution Time: \(Execution.Explain.fixed(milliseconds)) ms")
        }
        portal.columns = [OutputColumn(name: "QUERY PLAN", type: .text)]
        try runner.out.columns(runner.resultColumns(portal))
        let builder = VectorBuilder(.text, capacity: max(lines.count, 1))
        for line in lines { builder.append(.text(line)) }
        try runner.out.rows(
            Batch(columns: builder.finish(), count: lines.count))
        return "EXPLAIN"
    }

    private func plan(
        _ statement: Statement, _ types: [SQLType], _ analyze: Bool
    ) throws -> SecuredPlan {
        if case .query(let query) = statement {
            return try runner.security().secure(try runner.binder(types).bindQuery(query))
        }
        if analyze { throw SQLError.unsupported("EXPLAIN ANALYZE of a statement that changes rows") }
        switch statement {
        case .insert(let insert):
            return try runner.security().secure(try runner.binder(types).bindInsert(insert)).source
        case .update(let update):
            return try runner.security().secure(try runner.binder(types).bindUpdate(update)).source
        case .delete(let delete):
            return try runner.security().secure(try runner.binder(types).bindDelete(delete)).source
        default: throw SQLError.unsupported("EXPLAIN of this statement")
        }
    }
}
