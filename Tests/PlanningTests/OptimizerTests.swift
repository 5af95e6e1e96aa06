import Basics
import Planning
import Testing
import Vectors

/// What the optimizer makes of conditions and joins, seen in the plan.
struct OptimizerTests {
    /// Tables of sizes given by name.
    private struct Sizes: PlanStatistics {
        var rows: [UInt32: Double] = [:]
        func rowCount(_ table: UInt32) -> Double { rows[table] ?? 1000 }
        func bounds(_ table: UInt32, column: Int) -> (low: Int64, high: Int64)? { nil }
        func isUnique(_ table: UInt32, columns: [Int]) -> Bool { columns == [0] }
        func distinctCount(_ table: UInt32, column: Int) -> Double? {
            column == 0 ? rowCount(table) : min(10, rowCount(table))
        }
        func columnName(_ table: UInt32, column: Int) -> String? { nil }
    }

    private static let schema = """
        create table fact(id int primary key, a int, b int, c int, day date, kind text);
        create table dim(id int primary key, label text, other int);
        create table far(id int primary key, label text);
        """

    private func optimized(_ sql: String, _ rows: [String: Double] = [:]) throws -> Plan {
        let bench = try Workbench(Self.schema)
        var sizes = Sizes()
        for table in bench.catalog.tables.values { sizes.rows[table.oid] = rows[table.name] }
        return try Optimizer.optimize(try bench.secure(sql), sizes).plan
    }

    private func scans(_ plan: Plan) -> [ScanNode] {
        var found: [ScanNode] = []
        if case .scan(let node) = plan { found.append(node) }
        _ = plan.mapParts(
            plan: { inner in
                found += scans(inner)
                return inner
            }, expression: { $0 })
        return found
    }

    private func joins(_ plan: Plan) -> [JoinNode] {
        var found: [JoinNode] = []
        if case .join(let node) = plan { found.append(node) }
        _ = plan.mapParts(
            plan: { inner in
                found += joins(inner)
                return inner
            }, expression: { $0 })
        return found
    }

    private func literals(_ expression: Expression) -> [(Datum, SQLType)] {
        if case .literal(let value, let type) = expression { return [(value, type)] }
        var found: [(Datum, SQLType)] = []
        _ = expression.mapOperands { operand in
            found += literals(operand)
            return operand
        }
        return found
    }

    @Test func constantsAreComputedAndDatesComparedAsDates() throws {
        let plan = try optimized(
            "select id from fact where day < date '2024-01-01' + interval '1 day' and a > 2 + 3")
        let filters = try #require(scans(plan).first).filters
        #expect(filters.count == 2)
        let found = filters.flatMap(literals)
        #expect(found.count == 2)
        #expect(found.contains { if case (.int(8767), .date) = $0 { true } else { false } })
        #expect(found.contains { if case (.int(5), .integer) = $0 { true } else { false } })
    }

    @Test func timesOfDayMoveTheBound() throws {
        // 2024-01-01 12:00 lies after that day's date and before the next.
        for (comparison, rows) in [("<", "<="), ("<=", "<="), (">", ">"), (">=", ">")] {
            let plan = try optimized(
                "select id from fact where day \(comparison) timestamp '2024-01-01 12:00'")
            let filter = try #require(scans(plan).first?.filters.first)
            guard case .call(let function, _, _, _) = filter else {
                Issue.record("no comparison")
                continue
            }
            #expect(function.name == rows)
            #expect(function.arguments == [.date, .date])
        }
    }

    @Test func constantsFailBeforeRowsAreRead() throws {
        // As in PostgreSQL, which folds constants while it plans.
        #expect(throws: SQLError.self) { try optimized("select 1 / 0 from fact") }
        #expect(scans(try optimized("select a / 0 from fact")).count == 1)
    }

    @Test func whatBranchesShareBecomesTheJoinsKey() throws {
        let plan = try optimized(
            """
            select 1 from fact, dim
            where (fact.a = dim.id and dim.label = 'x' and fact.b < 3)
               or (fact.a = dim.id and dim.label = 'y' and fact.b > 7)
            """)
        let join = try #require(joins(plan).first)
        #expect(join.conditions.count == 2)
        #expect(scans(plan).allSatisfy { $0.filters.count == 1 })
    }

    @Test func aBranchThatAsksForNothingElseAbsorbsTheOthers() throws {
        let plan = try optimized("select 1 from fact where a = 1 or (a = 1 and b = 2)")
        let filters = try #require(scans(plan).first).filters
        #expect(filters.count == 1)
        #expect(filters.flatMap(literals).count == 1)
    }

    @Test func theRelationThatDropsMostComesFirst() throws {
        // Only through dim can far drop rows; fact's other partner drops none.
        let plan = try optimized(
            """
            select 1 from fact, dim d, dim e, far
            where fact.a = e.id and fact.b = d.id and d.id = far.id and far.label = 'x'
            """, ["fact": 1_000_000, "dim": 1000, "far": 100])
        let names = scans(plan).map(\.alias)
        #expect(names == ["fact", "d", "far", "e"])
    }

    @Test func moreRelationsThanCanBeTriedAreJoinedGreedily() throws {
        let count = 14
        let tables = (0..<count).map { "dim d\($0)" }.joined(separator: ", ")
        let ties = (1..<count).map { "d\($0 - 1).other = d\($0).id" }.joined(separator: " and ")
        let plan = try optimized("select 1 from \(tables) where \(ties)")
        #expect(joins(plan).count == count - 1)
        #expect(joins(plan).allSatisfy { !$0.conditions.isEmpty })
    }
}
