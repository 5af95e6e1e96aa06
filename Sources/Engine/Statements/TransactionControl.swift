import Basics
import PostgresProtocol
import SQLSyntax

/// BEGIN, COMMIT, ROLLBACK and savepoints.
struct TransactionControl {
    private let session: Session
    private let out: any ResultSink

    init(_ session: Session, _ out: any ResultSink) {
        self.session = session
        self.out = out
    }

    func run(_ action: SQLSyntax.Transaction) throws -> String {
        switch action {
        case .begin(let modes): return try begin(modes)
        case .commit(let chain): return try end(commits: true, chain)
        case .rollback(let chain): return try end(commits: false, chain)
        case .savepoint(let name):
            try requireBlock("SAVEPOINT")
            if session.isFailed { throw Session.inFailedTransaction }
            let open = try session.current()
            session.transaction?.savepoints.append(
                Transaction.Savepoint(
                    name: name.text, changes: open.changes, catalog: open.catalog,
                    catalogChanged: open.catalogChanged, settings: session.settings))
            return "SAVEPOINT"
        case .release(let name):
            try requireBlock("RELEASE SAVEPOINT")
            if session.isFailed { throw Session.inFailedTransaction }
            let index = try place(name.text)
            session.transaction?.savepoints.removeSubrange(index...)
            return "RELEASE"
        case .rollbackTo(let name):
            try requireBlock("ROLLBACK TO SAVEPOINT")
            let index = try place(name.text)
            if let point = session.transaction?.savepoints[index] {
                session.transaction?.changes = point.changes
                session.transaction?.catalog = point.catalog
                session.transaction?.catalogChanged = point.catalogChanged
                session.settings = point.settings
                session.transaction?.savepoints.removeSubrange((index + 1)...)
            }
            session.isFailed = false
            return "ROLLBACK"
        }
    }

    private func place(_ name: String) throws -> Int {
        guard
            let index = session.transaction?.savepoints.lastIndex(where: { $0.name == name })
        else {
            throw SQLError(SQLState("3B001"), "savepoint \"\(name)\" does not exist")
        }
        return index
    }

    private func requireBlock(_ command: String) throws {
        guard let open = session.transaction, !open.isImplicit else {
            throw SQLError(
                .noActiveTransaction, "\(command) can only be used in transaction blocks")
        }
    }

    private func begin(_ modes: TransactionModes) throws -> String {
        if let open = session.transaction, !open.isImplicit {
            if session.isFailed { throw Session.inFailedTransaction }
            try out.notice(
                SQLError(.activeTransaction, "there is already a transaction in progress"),
                severity: "WARNING")
            return "BEGIN"
        }
        if session.transaction != nil {
            session.transaction?.isImplicit = false
            session.transaction?.adopt(modes)
        } else {
            try session.begin(implicit: false, modes: modes)
        }
        return "BEGIN"
    }

    private func end(commits: Bool, _ chain: Bool) throws -> String {
        guard let open = session.transaction, !open.isImplicit || session.isFailed else {
            if session.transaction != nil {
                if commits { try session.commit() } else { session.rollback() }
            }
            try out.notice(
                SQLError(.noActiveTransaction, "there is no transaction in progress"),
                severity: "WARNING")
            return commits ? "COMMIT" : "ROLLBACK"
        }
        let tag: String
        if commits, !session.isFailed {
            try session.commit()
            tag = "COMMIT"
        } else {
            session.rollback()
            tag = "ROLLBACK"
        }
        if chain {
            var modes = TransactionModes()
            modes.readOnly = open.isReadOnly
            try session.begin(implicit: false, modes: modes)
        }
        return tag
    }
}
