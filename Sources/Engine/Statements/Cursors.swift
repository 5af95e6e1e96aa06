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
        portal.isForwardOnly = declare.isScrollable == false
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
        let count = try move(portal, result, fetch.direction, give)
        return "\(fetch.isMove ? "MOVE" : "FETCH") \(count)"
    }

    /// Moves and gives the rows passed. Rows count from 1; 0 is before the first.
    private func move(
        _ portal: Portal, _ result: QueryResult, _ direction: Fetch.Direction,
        _ give: (Range<Int>) throws -> Void
    ) throws -> Int {
        let now = portal.isPastEnd ? result.count + 1 : result.position
        func forwardOnly() throws {
            guard portal.isForwardOnly else { return }
            throw SQLError(
                .objectNotInPrerequisiteState, "cursor can only scan forward",
                hint: "Declare it with SCROLL option to enable backward scan.")
        }
        func stand(at row: Int) {
            portal.isPastEnd = row > result.count
            result.seek(row)
        }
        func single(_ row: Int) throws -> Int {
            if row < now || row == now && row > 0 { try forwardOnly() }
            let target = min(max(row, 0), result.count + 1)
            stand(at: target)
            guard target >= 1, target <= result.count else { return 0 }
            try give((target - 1)..<target)
            return 1
        }
        func forward(_ wanted: Int) throws -> Int {
            let last =
                wanted > result.count
                ? result.count + 1 : min(now + wanted, result.count + 1)
            let rows = min(now, result.count)..<min(last, result.count)
            var start = rows.lowerBound
            while start < rows.upperBound {
                let end = min(start + Vector.standardCapacity, rows.upperBound)
                try give(start..<end)
                start = end
            }
            stand(at: last)
            return rows.count
        }
        func backward(_ wanted: Int) throws -> Int {
            try forwardOnly()
            let first = wanted >= now ? 0 : now - wanted
            var row = now - 1
            var count = 0
            while row >= max(first, 1) {
                try give((row - 1)..<row)
                row -= 1
                count += 1
            }
            stand(at: first)
            return count
        }
        switch direction {
        case .forward(let wanted):
            let wanted = wanted ?? Int.max
            if wanted == 0 { return try single(now) }
            return wanted < 0 ? try backward(wanted.magnitudeClamped) : try forward(wanted)
        case .backward(let wanted):
            let wanted = wanted ?? Int.max
            if wanted == 0 { return try single(now) }
            return wanted < 0 ? try forward(wanted.magnitudeClamped) : try backward(wanted)
        case .absolute(let place):
            return try single(place < 0 ? result.count + 1 + place : place)
        case .relative(let step):
            let (row, overflow) = now.addingReportingOverflow(step)
            return try single(overflow ? (step < 0 ? 0 : result.count + 1) : row)
        }
    }
}

extension Int {
    fileprivate var magnitudeClamped: Int { self == .min ? .max : Swift.abs(self) }
}
