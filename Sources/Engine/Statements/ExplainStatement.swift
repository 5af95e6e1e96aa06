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
        var costs = true
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
            case "costs": costs = isOn
            case "verbose", "timing", "summary", "buffers", "settings", "wal": break
            case "format":
                guard case .text(let word)? = option.value,
                    ["text", "json"].contains(word.lowercased())
                else {
                    throw SQLError.unsupported(
                        "EXPLAIN FORMAT other than TEXT and JSON", position: option.position)
                }
            default:
                throw SQLError(
                    .syntaxError, "unrecognized EXPLAIN option \"\(option.name)\"",
                    position: option.position)
            }
        }
        let begin = Clock.now()
        var statement = explain.statement
        var (types, values) = (portal.statement.parameterTypes, portal.parameters)
        if case .execute(let execute) = statement {
            let prepared = try runner.prepared(execute)
            (types, values) = (prepared.statement.parameterTypes, prepared.values)
            if let parsed = prepared.statement.parsed { statement = parsed.statement }
        }
        let secured = try plan(statement, types, analyze)
        let operation = try runner.plan(secured)
        let context = try runner.session.queryContext(
            runner.cancellation, parameters: values, isAnalyzing: analyze)
        let start = Clock.now()
        if analyze { try operation.run(context) { _ in } }
        var summary: [(name: String, value: String)] = []
        if analyze {
            func milliseconds(_ from: Int64, _ to: Int64) -> String {
                Execution.Explain.fixed(Double(to - from) / 1000)
            }
            summary = [
                ("Planning Time", milliseconds(begin, start)),
                ("Execution Time", milliseconds(start, Clock.now())),
            ]
        }
        var lines: [String]
        if explain.isJSON {
            let fields =
                summary.map { ($0.name, $0.value) }
                + kernels(analyze).map {
                    ("Kernel Level", ExplainJSON.quoted($0))
                }
            lines = [
                ExplainJSON(analyze: analyze, costs: costs, hidesCounts: secured.hasPolicies)
                    .text(operation, summary: fields)
            ]
        } else {
            lines = Execution.Explain.lines(
                operation, analyze: analyze, costs: costs, hidesCounts: secured.hasPolicies)
            lines += kernels(analyze).map { "Kernel Level: \($0)" }
            lines += summary.map { "\($0.name): \($0.value) ms" }
        }
        let type: SQLType = explain.isJSON ? .json : .text
        portal.columns = [OutputColumn(name: "QUERY PLAN", type: type)]
        try runner.out.columns(runner.resultColumns(portal))
        let builder = VectorBuilder(type, capacity: max(lines.count, 1))
        for line in lines { builder.append(.text(line)) }
        try runner.out.rows(Batch(columns: builder.finish(), count: lines.count))
        return "EXPLAIN"
    }

    private func kernels(_ analyze: Bool) -> [String] {
        analyze ? [Execution.Explain.kernelLevel] : []
    }

    private func plan(
        _ statement: Statement, _ types: [SQLType], _ analyze: Bool
    ) throws -> SecuredPlan {
        if case .query(let query) = statement {
            return try runner.security().secure(try runner.binder(types).bindQuery(query))
        }
        if analyze {
            throw SQLError.unsupported("EXPLAIN ANALYZE of a statement that changes rows")
        }
        switch statement {
        case .insert(let insert):
            return try runner.security().secure(try runner.binder(types).bindInsert(insert)).source
        case .update(let update):
            return try runner.security().secure(try runner.binder(types).bindUpdate(update)).source
        case .delete(let delete):
            return try runner.security().secure(try runner.binder(types).bindDelete(delete)).source
        case .merge(let merge):
            return try runner.security().secure(try runner.binder(types).bindMerge(merge)).source
        default: throw SQLError.unsupported("EXPLAIN of this statement")
        }
    }
}

extension SQLSyntax.Explain {
    /// Whether FORMAT JSON is asked for.
    var isJSON: Bool {
        options.contains { option in
            guard option.name == "format", case .text(let word)? = option.value else {
                return false
            }
            return word.lowercased() == "json"
        }
    }
}
