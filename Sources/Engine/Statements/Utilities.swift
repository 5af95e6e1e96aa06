import Basics
import Catalog
import PostgresProtocol
import SQLSyntax
import Vectors

/// Statements about the session itself.
struct Utilities {
    private let runner: StatementRunner
    private var session: Session { runner.session }
    init(_ runner: StatementRunner) { self.runner = runner }

    func run(_ statement: Statement) throws -> String {
        switch statement {
        case .set(let set): return try self.set(set)
        case .reset(.all, _):
            session.settings.resetAll()
            return "RESET"
        case .reset(.named(let name), _):
            if name == "role" { session.assumedRole = nil }
            try change(name, nil, local: false)
            return "RESET"
        case .show(let target, _): return try show(target)
        case .deallocate(let name):
            guard let name else {
                session.statements = [:]
                return "DEALLOCATE ALL"
            }
            guard session.statements.removeValue(forKey: name.text) != nil else {
                throw SQLError(
                    .invalidStatementName,
                    "prepared statement \"\(name.text)\" does not exist")
            }
            return "DEALLOCATE"
        case .discard(let target):
            if target == .all || target == .temporary { try runner.dropTemporary() }
            if target == .all || target == .sequences { session.sequenceValues.forget() }
            if target == .all {
                session.statements = [:]
                session.portals = [:]
                session.settings.resetAll()
                session.assumedRole = nil
            }
            return target == .all
                ? "DISCARD ALL"
                : "DISCARD \(target == .temporary ? "TEMP" : target.rawValue.uppercased())"
        case .listen: return "LISTEN"
        case .unlisten: return "UNLISTEN"
        case .notify: throw SQLError.unsupported("NOTIFY")
        case .analyze: return "ANALYZE"
        case .vacuum: return "VACUUM"
        case .checkpoint:
            guard try session.current().catalog.isSuperuser(session.role) else {
                throw SQLError(.insufficientPrivilege, "must be superuser to do CHECKPOINT")
            }
            try session.database.store.flush()
            return "CHECKPOINT"
        case .lock(let lock): return try self.lock(lock)
        default: return ""
        }
    }

    /// Conflicts are found at the commit, so that there is nothing to lock; what is asked is checked.
    private func lock(_ lock: LockTable) throws -> String {
        guard try !session.current().isImplicit else {
            throw SQLError(
                .noActiveTransaction, "LOCK TABLE can only be used in transaction blocks")
        }
        let open = try session.current()
        for table in lock.tables {
            let relation = try open.catalog.requireRelation(
                named: table.name.parts, searchPath: try session.bindContext().searchPath,
                role: session.role, position: table.name.position)
            let wanted: [Privileges] =
                lock.mode == "access share" ? [.select] : [.update, .delete, .truncate]
            guard
                wanted.contains(where: {
                    open.catalog.may($0, relation, columns: [], role: session.role)
                })
            else {
                throw SQLError(
                    .insufficientPrivilege, "permission denied for table \(relation.name)")
            }
        }
        return "LOCK TABLE"
    }

    private func change(_ name: String, _ value: String?, local: Bool) throws {
        _ = try session.setSetting(name, value, local: local)
        if let definition = Settings.definition(name), definition.isReported {
            try runner.out.parameterStatus(
                definition.name, session.settings.value(definition.name) ?? "")
        }
    }

    private func set(_ set: SetStatement) throws -> String {
        switch set.action {
        case .variable(let name, let values):
            let text = values.map { list in
                list.map { value in
                    switch value {
                    case .text(let text): text
                    case .number(let text): text
                    case .interval(_, let text): text
                    }
                }.joined(separator: ", ")
            }
            if name == "role" {
                try setRole(text)
                return "SET"
            }
            if name == "session_authorization" {
                guard text == nil || text == session.user else {
                    throw SQLError(
                        .insufficientPrivilege, "permission denied to set session authorization")
                }
                return "SET"
            }
            if set.scope == .local, try session.current().isImplicit {
                try runner.out.notice(
                    SQLError(
                        .noActiveTransaction, "SET LOCAL can only be used in transaction blocks"),
                    severity: "WARNING")
            }
            try change(name, text, local: set.scope == .local)
        case .fromCurrent: break
        case .transaction(let modes):
            session.transaction?.adopt(modes)
        case .sessionCharacteristics(let modes):
            if let level = modes.isolation {
                try change("default_transaction_isolation", level.rawValue, local: false)
            }
            if let readOnly = modes.readOnly {
                try change(
                    "default_transaction_read_only", readOnly ? "on" : "off", local: false)
            }
        }
        return "SET"
    }

    private func setRole(_ name: String?) throws {
        guard let name, name.lowercased() != "none" else {
            session.assumedRole = nil
            try session.settings.set("role", nil)
            return
        }
        let catalog = try session.current().catalog
        guard let role = catalog.role(named: name) else {
            throw SQLError(.invalidParameterValue, "role \"\(name)\" does not exist")
        }
        let allowed =
            catalog.isSuperuser(session.sessionRole)
            || catalog.assumableRoles(of: session.sessionRole).contains(role.oid)
        guard allowed else {
            throw SQLError(.insufficientPrivilege, "permission denied to set role \"\(name)\"")
        }
        session.assumedRole = role.oid
        try session.settings.set("role", name)
    }

    private func show(_ target: SettingTarget) throws -> String {
        let lists: [[String]]
        let names: [String]
        switch target {
        case .all:
            names = ["name", "setting", "description"]
            lists = session.settings.all.map { [$0.name, $0.value, $0.description] }
        case .named(let name):
            guard let value = session.setting(name) else {
                throw SQLError(
                    .undefinedObject, "unrecognized configuration parameter \"\(name)\"")
            }
            names = [Settings.definition(name)?.name ?? name]
            lists = [[value]]
        }
        try runner.out.columns(
            names.map { ResultColumn(name: $0, type: .text, typeOID: SQLType.text.oid) })
        let columns = names.indices.map { index in
            let builder = VectorBuilder(.text, capacity: max(lists.count, 1))
            for list in lists { builder.append(.text(list[index])) }
            return builder.finish().first ?? Vector(.text, capacity: 1)
        }
        try runner.out.rows(Batch(columns: columns, count: lists.count))
        return "SHOW"
    }
}

extension Session {
    /// SET and set_config: the value in force afterwards.
    func setSetting(_ name: String, _ value: String?, local: Bool) throws -> String {
        let old = settings.value(name)
        let shown = try settings.set(name, value)
        if local, transaction != nil {
            if transaction?.localSettings[name] == nil { transaction?.localSettings[name] = old }
        }
        return shown
    }
}
