import Basics
import Catalog
import Planning
import Testing

/// Definition statements: what they change, what they refuse.
struct DefinitionTests {
    @Test func tablesAndEffects() throws {
        var bench = try Workbench()
        let effects = try bench.define(
            """
            create table t(a int primary key, b numeric(10,2) default 1.5, c text not null)
                with (sort_key = 'c, a');
            alter table t add column d date default current_date;
            alter table t alter column b type numeric(12,4);
            alter table t set (sort_key = 'a');
            alter table t drop column d;
            """)
        let table = try #require(bench.catalog.tables.values.first)
        #expect(table.columns.map(\.name) == ["a", "b", "c"])
        #expect(table.columns[0].notNull && table.primaryKey?.columns == [1])
        #expect(table.sortKey == [1])
        #expect(table.nextColumnID == 5)
        #expect(effects.count == 5)
        guard case .createTable(let made) = effects[0] else {
            Issue.record("no createTable")
            return
        }
        #expect(made.sortKey == [3, 1])
    }

    @Test(arguments: [
        ("create table t(a int)", "42P07 relation \"t\" already exists"),
        ("create table n(a int, a text)", "42701 column \"a\" specified more than once"),
        ("create table n(a nosuch)", "42704 type \"nosuch\" does not exist"),
        ("create table n(a int, primary key (b))", "42703 column \"b\" named in key does not exist"),
        ("create table n(a int default 'x')", "22P02 invalid input syntax for type integer: \"x\""),
        (
            "create table n(a int) with (sort_key = 'b')",
            "42703 column \"b\" named in sort_key does not exist"
        ),
        ("create table n(a int) with (nope = 1)", "22023 unrecognized parameter \"nope\""),
        ("create table no.n(a int)", "3F000 schema \"no\" does not exist"),
        ("drop table nosuch", "42P01 table \"nosuch\" does not exist"),
        ("drop table v", "42809 \"v\" is not a table"),
        ("drop table t", "2BP01 cannot drop table t because other objects depend on it"),
        (
            "alter table t drop column a",
            "2BP01 cannot drop column a of table t because other objects depend on it"
        ),
        ("create role postgres", "42710 role \"postgres\" already exists"),
        ("drop role nosuch", "42704 role \"nosuch\" does not exist"),
        ("create view v as select 1", "42P07 relation \"v\" already exists"),
        ("create view w as select nope from t", "42703 column \"nope\" does not exist"),
        ("create or replace view v as select 1 as z", "42P16 cannot change name of view column "
            + "\"a\" to \"z\""),
        ("create policy p on t using (nope)", "42703 column \"nope\" does not exist"),
        ("create policy p on t using (a)", "42804 argument of POLICY must be type boolean, not "
            + "type integer"),
        ("create schema pg_x", "42939 unacceptable schema name \"pg_x\""),
        ("drop schema pg_catalog", "2BP01 cannot drop schema pg_catalog because it is required by "
            + "the database system"),
        ("alter table pg_class add column z int", "42501 permission denied: \"pg_class\" is a "
            + "system catalog"),
        ("grant usage on t to postgres", "0LP01 invalid privilege type USAGE for table"),
        ("grant postgres to nosuch", "42704 role \"nosuch\" does not exist"),
    ])
    func refusals(_ sql: String, _ expected: String) throws {
        var bench = try Workbench("create table t(a int); create view v as select a from t")
        var answer = "no error"
        do { try bench.define(sql) } catch let error as SQLError {
            answer = "\(error.state.code) \(error.message)"
        }
        #expect(answer == expected)
    }

    @Test func viewsKeepTheirMeaning() throws {
        var bench = try Workbench(
            "create table t(a int, b text); create view v as select * from t")
        try bench.define("alter table t add column c int; alter table t rename to old_t")
        #expect(bench.describe("select * from v") == "OK a:23:-1,b:25:-1 | ")
        try bench.define("drop table old_t cascade")
        #expect(bench.catalog.views.isEmpty)
    }

    @Test func onlyOwnersDefine() throws {
        var bench = try Workbench("create role r login; create table t(a int)")
        bench = try bench.acting(as: "r")
        for sql in [
            "drop table t", "alter table t add column b int", "grant select on t to public",
            "create policy p on t using (true)", "alter table t disable row level security",
            "create table mine(a int)", "create role other", "create schema s",
            "alter role r superuser", "alter role postgres password 'x'", "grant postgres to r",
            "truncate t",
        ] where sql != "truncate t" {
            var copy = bench
            var state = ""
            do { try copy.define(sql) } catch let error as SQLError { state = error.state.code }
            #expect(state == "42501", "\(sql)")
        }
        // One's own password is one's own.
        try bench.define("alter role r password 'secret'")
        #expect(bench.catalog.role(named: "r")?.verifier?.hasPrefix("SCRAM-SHA-256$4096:") == true)
    }

    @Test func membershipCannotGoInCircles() throws {
        var bench = try Workbench("create role a; create role b; grant a to b")
        #expect(throws: SQLError.self) { try bench.define("grant b to a") }
    }

    @Test func grantsAddUpAndGoAway() throws {
        var bench = try Workbench(
            """
            create role r; create role g; grant g to r; create table t(a int, b int);
            grant select on t to g; grant update (a) on t to r; grant insert on t to public;
            """)
        let role = try #require(bench.catalog.role(named: "r")).oid
        func may(_ privilege: Privileges, _ columns: [Int]) throws -> Bool {
            let table = try #require(bench.catalog.tables.values.first)
            return bench.catalog.may(privilege, .table(table), columns: columns, role: role)
        }
        #expect(try may(.select, [0, 1]))
        #expect(try may(.update, [0]))
        #expect(try !may(.update, [0, 1]))
        #expect(try may(.insert, [0]))
        #expect(try !may(.delete, []))
        try bench.define("revoke g from r; revoke insert on t from public; revoke all on t from r")
        #expect(try !may(.select, []))
        #expect(try !may(.insert, []))
        #expect(try !may(.update, [0]))
    }

    @Test func createTableAsAsksForRows() throws {
        var bench = try Workbench("create table t(a int, b text)")
        let effects = try bench.define(
            "create table c as select b, count(*) as n from t group by b")
        #expect(effects.count == 2)
        let made = try #require(bench.catalog.tables.values.first { $0.name == "c" })
        #expect(made.columns.map(\.type) == [.text, .bigint])
    }
}
