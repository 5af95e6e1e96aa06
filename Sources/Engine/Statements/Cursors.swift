import Basics
import Execution
import Planning
import SQLSyntax
import Vectors

/// DECLARE, FETCH, MOVE and CLOSE. Cursors are portals whose rows are kept, so they scroll.
struct Cursors {
    private let runner: StatementRunner
    private var session: Session { runner.session }
    init(_ runner: StatementRunner) { self.runner = runner }

    func run(_ statement: Statement, _ portal: Portal) throws -> String {
        switch statement {
        case .declareCursor(let declare): return try self.declare(declare, portal)
        case .fetch(let fetch): return try self.fetch(fetch)
        case .closeCursor(let name):
            guard let name else {
                session.portals = [:]
                return "CLOSE CURSOR ALL"
            }
            guard session.portals.removeValue(forKey: name.text) != nil else {
                throw SQLError(.invalidCursorName, "cursor \"\(name.text)\" does not exist")
            }
            return "CLOSE CURSOR"
        default: return ""
        }
    }

    private func declare(_ declare: DeclareCursor, _ outer: Portal) throws -> String {
        let name = declare.name.text
        if session.portals[name] != nil {
            throw SQLError(.duplicateCursor, "cursor \"\(name)\" already exists")
        }
        if try session.current().isImplicit, !declare.isHold {
            throw SQLError(
                .noActiveTransaction, "DECLARE CURSOR can only be used in transaction blocks")
        }
        let bound = try runner.binder(outer.statement.parameterTypes).bindQuery(declare.query)
        let operation = try runner.plan(runner.security().secure(bound))
        let context = try session.queryContext(
            runner.cancellation, parameters: outer.parameters)
        let portal = Portal(
            PreparedStatement(parsed: nil, parameterTypes: [], columns: bound.outputs),
            parameters: [], resultFormats: [declare.isBinary ? 1 : 0])
        portal.result = try QueryResult(operation, context)
        portal.isHeld = declare.isHold
        session.portals[name] = portal
        return "DECLARE CURSOR"
    }

    private func fetch(_ fetch: Fetch) throws -> String {
        let name = fetch.cursor.text
        guard let portal = session.portals[name], let result = portal.result else {
            throw SQLError(.invalidCursorName, "cursor \"\(name)\" does not exist")
        }
        if !fetch.isMove { try runner.out.columns(runner.resultColumns(portal)) }
        let out = runner.out
        func give(_ range: Range<Int>) throws {
            if !fetch.isMove, !range.isEmpty { try out.rows(result.batch(range)) }
        }
        var count = 0
        // `position` is the row after the current one: 0 before the first, count + 1 past the last.
        switch fetch.direction {
        case .forward(let wanted):
            let limit = wanted ?? Int.max
            if limit < 0 {
                count = try backward(result, -limit, give)
            } else {
                count = try result.next(limit == Int.max ? nil : limit) { batch in
                    if !fetch.isMove { try out.rows(batch) }
                }
            }
        case .backward(let wanted): count = try backward(result, wanted ?? Int.max, give)
        case .absolute(let place):
            let index = place < 0 ? result.count + place : place - 1
            count = try single(result, index, give)
        case .relative(let step):
            count = try single(result, result.position - 1 + step, give)
        }
        return "\(fetch.isMove ? "MOVE" : "FETCH") \(count)"
    }

    private func single(
        _ result: QueryResult, _ index: Int, _ give: (Range<Int>) throws -> Void
    ) throws -> Int {
        guard index >= 0, index < result.count else {
            result.seek(index < 0 ? 0 : result.count)
            return 0
        }
        try give(index..<(index + 1))
        result.seek(index + 1)
        return 1
    }

    private func backward(
        _ result: QueryResult, _ wanted: Int, _ give: (Range<Int>) throws -> Void
    ) throws -> Int {
        var row = result.position - 2
        var count = 0
        while row >= 0, count < wanted {
            try give(row..<(row + 1))
            count += 1
            row -= 1
        }
        result.seek(row + 1 + (count > 0 && row + 1 < result.count ? 1 : 0))
        if count < wanted { result.seek(0) }
        return count
    }
}
