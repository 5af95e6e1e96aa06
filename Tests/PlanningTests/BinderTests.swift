import Basics
import Catalog
import Planning
import Testing

/// Binding compared with PostgreSQL 15, whose answers `Fixtures/postgres15.txt` holds.
struct BinderTests {
    @Test func answersAsPostgres() throws {
        let bench = try Workbench(try Workbench.fixture("schema.sql"))
        let cases = try Workbench.fixture("postgres15.txt").split(separator: "\n\n")
        #expect(cases.count > 200)
        for entry in cases {
            let parts = entry.split(separator: "\n=> ", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { continue }
            let ours = bench.describe(parts[0])
            // Lines lose blanks at their end.
            #expect(
                ours.trimmed == parts[1].trimmed, "\(parts[0])")
        }
    }

    @Test func psqlQueriesBind() throws {
        var bench = try Workbench(
            """
            create role manager login; create schema ret;
            create table ret.t(a int primary key, b numeric(10,2) not null default 0, c text);
            create view v as select a, b from ret.t;
            """)
        try bench.define(
            """
            alter table ret.t enable row level security;
            create policy p on ret.t for select to manager using (a > 1);
            """)
        let queries = try Workbench.fixture("psql15.sql").split(separator: "\n-----\n")
        #expect(queries.count > 50)
        for query in queries {
            let answer = bench.describe(String(query))
            #expect(answer.hasPrefix("OK "), "\(query)\n\(answer)")
        }
    }

    @Test func everySystemTableGivesRowsOfItsWidth() throws {
        let bench = try Workbench(try Workbench.fixture("schema.sql"))
        #expect(SystemTables.all.count > 60)
        for table in SystemTables.all {
            let rows = try table.rows(bench.system)
            #expect(rows.columns.count == table.columns.count, "\(table.name)")
            #expect(rows.columns.allSatisfy { $0.count == rows.count }, "\(table.name)")
        }
    }

    @Test func commonTablesReadOnceAreInlined() throws {
        let bench = try Workbench(try Workbench.fixture("schema.sql"))
        func usesWith(_ sql: String) throws -> Bool {
            "\(try bench.bind(sql).plan)".contains("cteScan")
        }
        #expect(try !usesWith("with x as (select a from t) select * from x"))
        #expect(try usesWith("with x as (select a from t) select * from x, x y"))
        #expect(try usesWith("with x as materialized (select a from t) select * from x"))
        #expect(try usesWith("with x as (select random() r from t) select * from x"))
    }

    @Test func nestingIsBounded() throws {
        let bench = try Workbench()
        let sum = "select " + Array(repeating: "1", count: 5000).joined(separator: "+")
        #expect(bench.describe(sum).hasPrefix("ERR 54001"))
        let unions = Array(repeating: "select 1", count: 5000).joined(separator: " union ")
        #expect(bench.describe(unions).hasPrefix("ERR 54001"))
        // Halves of halves are not deep.
        let halves = Array(repeating: "select 1", count: 5000).joined(separator: " union all ")
        #expect(bench.describe(halves).hasPrefix("OK"))
        let casts = "select " + String(repeating: "abs(", count: 450) + "1"
            + String(repeating: ")", count: 450)
        let answer = bench.describe(casts)
        #expect(answer.hasPrefix("OK") || answer.hasPrefix("ERR 54001"))
    }

    @Test func columnGrantsAndViewOwners() throws {
        var bench = try Workbench(
            """
            create role reader login; create role team; grant team to reader;
            create table secret(id int, open text, hidden text);
            grant select (id, open) on secret to reader;
            create view window_on as select hidden from secret;
            grant select on window_on to team;
            create schema closed; create table closed.t(a int);
            grant select on closed.t to reader;
            """)
        bench = try bench.acting(as: "reader")
        #expect(bench.describe("select open from secret").hasPrefix("OK"))
        #expect(bench.describe("select count(*) from secret").hasPrefix("OK"))
        #expect(
            bench.describe("select * from secret") == "ERR 42501 0 permission denied for table secret")
        #expect(
            bench.describe("select 1 from secret where hidden = 'x'")
                == "ERR 42501 0 permission denied for table secret")
        #expect(bench.describe("select hidden from window_on").hasPrefix("OK"))
        #expect(
            bench.describe("select a from closed.t")
                == "ERR 42501 15 permission denied for schema closed")
        #expect(
            bench.describe("delete from secret")
                == "ERR 42501 0 permission denied for table secret")
        #expect(bench.describe("select * from pg_authid").hasPrefix("ERR 42501"))
    }
}

extension String {
    var trimmed: String {
        split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
    }
}
