import Basics
import Catalog
import Foundation
import Planning
import SQLSyntax
import Vectors

/// A catalog and a role, for binding statements without a server.
struct Workbench {
    struct State: SystemState {
        func nextValue(of sequence: CatalogSequence) throws -> Int64 { sequence.start }
        func currentValue(of sequence: CatalogSequence) throws -> Int64 { sequence.start }
        func setValue(of sequence: CatalogSequence, to value: Int64, isCalled: Bool) throws {}
        func lastSequence() throws -> UInt32? { nil }
        func sequenceState(of sequence: CatalogSequence) throws -> (last: Int64, isCalled: Bool) {
            (sequence.start, false)
        }
        func setting(_ name: String) -> String? { nil }
        func settings() -> [SystemSetting] { [] }
        func setSetting(_ name: String, to value: String, local: Bool) throws -> String { value }
        func sessions() -> [SystemSession] { [] }
        func storageSegments() -> [SystemSegment] { [] }
        func tableSize(_ table: UInt32) -> (rows: Int64, bytes: Int64) { (7, 1024) }
        func serverStart() -> Int64 { 0 }
        func backendProcessID() -> Int32 { 1 }
        func signal(processID: Int32, terminate: Bool) throws -> Bool { false }
        func preparedStatements() -> [SystemPreparedStatement] { [] }
        func cursors() -> [SystemCursor] { [] }
        func advisoryLock(
            _ key: AdvisoryKey, isShared: Bool, endsWithTransaction: Bool
        ) -> Bool { true }
        func advisoryUnlock(_ key: AdvisoryKey, isShared: Bool) -> Bool { false }
        func advisoryUnlockAll() {}
    }

    var catalog = CatalogSnapshot.initial(superuser: "postgres")
    var role = CatalogSnapshot.bootstrapRoleOID

    init(_ script: String = "") throws { try define(script) }

    var system: SystemContext {
        SystemContext(
            catalog: catalog, role: role, sessionRole: role, searchPath: ["public"],
            state: State())
    }

    var context: BindContext {
        BindContext(
            role: role, searchPath: ["public"],
            format: FormatSession(catalog: CatalogFunctions(system)))
    }

    func acting(as name: String) throws -> Workbench {
        var copy = self
        copy.role = try catalog.requireRole(named: name).oid
        return copy
    }

    /// Runs definition statements; after each the catalog goes through its image.
    @discardableResult
    mutating func define(_ script: String) throws -> [CatalogEffect] {
        var effects: [CatalogEffect] = []
        for parsed in try Parser.parseStatements(script) {
            guard
                let change = try Definitions.apply(
                    parsed.statement, to: catalog, context: context)
            else { throw SQLError(.internalError, "not a definition: \(parsed.text)") }
            catalog = try CatalogSnapshot(image: try change.catalog.image())
            effects += change.effects
        }
        return effects
    }

    private func statement(_ sql: String) throws -> Statement {
        guard let first = try Parser.parseStatements(sql).first else {
            throw SQLError(.syntaxError, "no statement")
        }
        return first.statement
    }

    func bind(_ sql: String) throws -> BoundQuery {
        guard case .query(let query) = try statement(sql) else {
            throw SQLError(.syntaxError, "not a query")
        }
        return try Binder(catalog: catalog, context: context).bindQuery(query)
    }

    func secure(_ sql: String) throws -> SecuredPlan {
        try RowSecurity(catalog: catalog, context: context).secure(try bind(sql))
    }

    func secureInsert(_ sql: String) throws -> SecuredInsert {
        guard case .insert(let insert) = try statement(sql) else {
            throw SQLError(.syntaxError, "not an INSERT")
        }
        return try RowSecurity(catalog: catalog, context: context).secure(
            try Binder(catalog: catalog, context: context).bindInsert(insert))
    }

    func secureModify(_ sql: String) throws -> SecuredModify {
        let binder = Binder(catalog: catalog, context: context)
        let security = RowSecurity(catalog: catalog, context: context)
        switch try statement(sql) {
        case .update(let update): return try security.secure(try binder.bindUpdate(update))
        case .delete(let delete): return try security.secure(try binder.bindDelete(delete))
        default: throw SQLError(.syntaxError, "not UPDATE or DELETE")
        }
    }

    /// What a client would learn of a statement: outputs with type OIDs and modifiers, parameters;
    /// or the error.
    func describe(_ sql: String) -> String {
        do {
            let binder = Binder(catalog: catalog, context: context)
            switch try statement(sql) {
            case .query(let query): return outline(try binder.bindQuery(query))
            case .insert(let insert): return outline(try binder.bindInsert(insert).source) + " 0"
            case .update(let update): return outline(try binder.bindUpdate(update).source) + " 0"
            case .delete(let delete): return outline(try binder.bindDelete(delete).source)
            default: return "?"
            }
        } catch let error as SQLError {
            let hint = error.hint.map { " H: \($0)" } ?? ""
            return "ERR \(error.state.code) \(error.position ?? 0) \(error.message)\(hint)"
        } catch {
            return "\(error)"
        }
    }

    private func outline(_ query: BoundQuery) -> String {
        let outputs = query.outputs.map { "\($0.name):\($0.type.oid):\($0.typeModifier)" }
        let parameters = query.parameterTypes.map { String($0.oid) }
        return "OK \(outputs.joined(separator: ",")) | \(parameters.joined(separator: ","))"
    }

    static func fixture(_ name: String) throws -> String {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        return try String(
            contentsOf: folder.appendingPathComponent("Fixtures/\(name)"), encoding: .utf8)
    }

    func error(_ body: () throws -> Any) -> String {
        do {
            _ = try body()
            return "no error"
        } catch let error as SQLError {
            return "\(error.state.code) \(error.message)"
        } catch { return "\(error)" }
    }
}

extension Plan {
    /// Every scan in the plan, inside subqueries too.
    var scans: [ScanNode] {
        var found: [ScanNode] = []
        func inside(_ expression: Planning.Expression) {
            switch expression {
            case .subquery(let subquery): found += subquery.plan.scans
            case .and(let operands), .or(let operands), .coalesce(let operands, _):
                operands.forEach(inside)
            case .not(let operand): inside(operand)
            case .call(_, let operands, _, _): operands.forEach(inside)
            default: break
            }
        }
        switch self {
        case .scan(let node):
            found.append(node)
            (node.security + node.filters).forEach(inside)
        case .values, .cteScan: break
        case .tableFunction(let node): if let input = node.input { found += input.scans }
        case .filter(let input, let conditions):
            found += input.scans
            conditions.forEach(inside)
        case .project(let input, let items):
            found += input.scans
            items.forEach { inside($0.expression) }
        case .join(let node):
            found += node.left.scans + node.right.scans
            node.conditions.forEach(inside)
        case .aggregate(let node): found += node.input.scans
        case .window(let input, _), .sort(let input, _), .limit(let input, _, _, _),
            .distinct(let input, _):
            found += input.scans
        case .setOperation(let node): found += node.left.scans + node.right.scans
        case .with(_, let definition, let body): found += definition.scans + body.scans
        case .recursive(_, let base, let step, _, _): found += base.scans + step.scans
        }
        return found
    }
}
