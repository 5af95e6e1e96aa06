import Basics
import Execution
import PostgresProtocol
import SQLSyntax
import Vectors

// The simple protocol: a text of any number of statements, one implicit transaction around those
// that are not in a block of their own.

extension Session {
    package func simpleQuery(_ sql: String, _ out: any ResultSink) throws {
        let parsed = try running(sql) { _ in try Parser.parseStatements(sql) }
        if parsed.isEmpty {
            try out.emptyQuery()
            return
        }
        for (index, statement) in parsed.enumerated() {
            let isLast = index == parsed.count - 1
            try running(statement.text) { cancellation in
                try runSimple(statement, isLast: isLast, cancellation, out)
            }
        }
    }

    private func runSimple(
        _ parsed: ParsedStatement, isLast: Bool, _ cancellation: Cancellation,
        _ out: any ResultSink
    ) throws {
        if parsed.parameterCount > 0 {
            throw SQLError(.undefinedParameter, "there is no parameter $1")
        }
        // Only what a lone statement read before it failed for a concurrent change is read again.
        var attempts = isLast && transaction == nil && parsed.statement.mayRepeat ? 5 : 1
        while true {
            attempts -= 1
            do {
                let prepared = try prepare(parsed, declared: [])
                let portal = Portal(prepared, parameters: [], resultFormats: [0])
                let tag = try StatementRunner(self, cancellation, out).run(portal, maxRows: 0)
                // CommandComplete means that the data is on disk.
                if isLast, transaction?.isImplicit == true { try commit() }
                if let tag { try out.complete(tag) }
                return
            } catch let error as SQLError
                where error.state == .serializationFailure && attempts > 0
            {
                rollback()
            }
        }
    }
}

extension Statement {
    /// Sends nothing before it commits, so that it may be run again after a conflict.
    var mayRepeat: Bool {
        switch self {
        case .insert(let insert): insert.returning.isEmpty
        case .update(let update): update.returning.isEmpty
        case .delete(let delete): delete.returning.isEmpty
        case .merge, .createTableAs, .createSequence, .createIndex, .alterSequence, .refresh,
            .createTable,
            .createSchema, .createView, .createRole, .createPolicy, .alterTable,
            .grant, .alterRole, .alterPolicy:
            true
        default: false
        }
    }

    /// Whether the statement may run in a transaction that has failed.
    var endsTransaction: Bool {
        if case .transaction(let action) = self {
            switch action {
            case .commit, .rollback, .rollbackTo: return true
            default: return false
            }
        }
        return false
    }
}
