import Basics
import Catalog
import Planning
import Testing

/// Where policies land, for whom, and that nothing gets around them.
struct RowSecurityTests {
    private static let script = """
        create role manager login; create role boss login bypassrls; create role own login;
        create table bridge(manager name, store_id text);
        create table sales(store_id text, amount numeric(10,2), id int primary key);
        alter table sales enable row level security;
        alter table bridge enable row level security;
        create policy mine on sales for select using (store_id in (
            select b.store_id from bridge b where b.manager = current_user));
        create policy only_s1 on sales for insert with check (store_id = 'S1');
        create policy sane on sales as restrictive using (amount >= 0);
        create policy own_rows on bridge for select using (manager = current_user);
        grant select, insert, update, delete on sales to manager, boss;
        create view totals as select store_id, sum(amount) as amount from sales group by 1;
        create view mine_only with (security_invoker = true) as select * from sales;
        grant select on totals, mine_only to manager;
        """

    private func bench(as role: String? = "manager") throws -> Workbench {
        let bench = try Workbench(Self.script)
        return try role.map { try bench.acting(as: $0) } ?? bench
    }

    @Test(arguments: [
        "select count(*) from sales",
        "select max(s.amount) from sales s left join sales z on z.id = s.id",
        "with x as (select * from sales) select * from x, x y",
        "select (select max(amount) from sales), exists (select 1 from sales)",
        "select 1 where 5 in (select id from sales)",
        "select id from sales union select id from sales",
        "select * from (select rank() over (order by amount) from sales) d",
        "select * from mine_only",
        "with recursive r as (select id from sales union select id + 1 from r) select * from r",
        "select (select array(select id from sales where id > 3))",
    ])
    func everyScanIsSecured(_ sql: String) throws {
        let plan = try bench().secure(sql)
        let scans = plan.plan.scans.filter { $0.name == "sales" }
        #expect(!scans.isEmpty)
        for scan in scans { #expect(scan.security.count == 2, "\(sql)") }
        // The mapping table inside the policy is under its own policy.
        let bridges = plan.plan.scans.filter { $0.name == "bridge" }
        #expect(bridges.count == scans.count)
        for scan in bridges { #expect(scan.security.count == 1) }
        #expect(plan.hasPolicies)
    }

    @Test func exemptRolesSeeAll() throws {
        for role in [nil, "boss"] {
            let plan = try bench(as: role).secure("select * from sales")
            #expect(plan.plan.scans.allSatisfy { $0.security.isEmpty })
            #expect(!plan.hasPolicies)
        }
    }

    @Test func viewsFollowTheirOwner() throws {
        // The owner is a superuser: the view shows every row, as in PostgreSQL.
        let plan = try bench().secure("select * from totals")
        #expect(plan.plan.scans.allSatisfy { $0.security.isEmpty })
    }

    @Test func forcedOwnersAreBound() throws {
        var bench = try bench(as: nil)
        try bench.define("alter table sales owner to own; grant select on bridge to own")
        #expect(
            try bench.acting(as: "own").secure("select * from sales").plan.scans[0].security
                .isEmpty)
        try bench.define("alter table sales force row level security")
        let plan = try bench.acting(as: "own").secure("select * from sales")
        #expect(plan.plan.scans.contains { $0.name == "sales" && !$0.security.isEmpty })
    }

    @Test func withoutPolicyNothingIsSeen() throws {
        var bench = try bench(as: nil)
        try bench.define(
            """
            create table lonely(a int); alter table lonely enable row level security;
            grant all on lonely to manager;
            """)
        let scan = try #require(
            try bench.acting(as: "manager").secure("select * from lonely").plan.scans.first)
        guard case .literal(.bool(false), _) = try #require(scan.security.first) else {
            Issue.record("default deny is missing")
            return
        }
    }

    @Test func newRowsAreChecked() throws {
        let bench = try bench()
        let insert = try bench.secureInsert("insert into sales values ('S2', 1, 1)")
        #expect(insert.insert.checks.count == 2)
        // RETURNING reads, so what SELECT demands is demanded too.
        let returning = try bench.secureInsert(
            "insert into sales values ('S2', 1, 1) returning id")
        #expect(returning.insert.checks.count == 4)
        let update = try bench.secureModify("update sales set store_id = 'S9' where id = 1")
        #expect(update.modify.checks.count == 4)
        let delete = try bench.secureModify("delete from sales where id = 1")
        #expect(delete.source.plan.scans[0].security.count == 4)
        // ON CONFLICT DO UPDATE touches only rows that UPDATE and SELECT show, and makes only such.
        let upsert = try bench.secureInsert(
            """
            insert into sales values ('S1', 1, 1)
            on conflict (id) do update set amount = 2
            """)
        let conflict = try #require(upsert.insert.onConflict)
        #expect(conflict.visible.count == 4)
        #expect(conflict.checks.count == 4)
    }

    @Test func changesOfPolicyActAtOnce() throws {
        var bench = try bench(as: nil)
        try bench.define("drop policy mine on sales")
        let plan = try bench.acting(as: "manager").secure("select * from sales")
        #expect(plan.plan.scans.allSatisfy { $0.name != "bridge" })
    }

    @Test func namesInPoliciesCannotBeShadowed() throws {
        var bench = try bench(as: nil)
        let before = try #require(bench.catalog.relation(named: "bridge", in: 2200)).oid
        try bench.define(
            """
            create schema trap authorization manager; create table trap.bridge(manager name,
                store_id text);
            alter table bridge rename to real_bridge;
            create table bridge(manager name, store_id text);
            """)
        let plan = try bench.acting(as: "manager").secure("select * from sales")
        #expect(plan.plan.scans.contains { $0.table == before })
        #expect(plan.plan.scans.allSatisfy { $0.table == before || $0.name == "sales" })
    }

    @Test func recursionIsAnError() throws {
        var bench = try bench(as: nil)
        try bench.define(
            """
            create table loop(a int); alter table loop enable row level security;
            create policy again on loop using (a in (select a from loop));
            grant select on loop to manager;
            """)
        let manager = try bench.acting(as: "manager")
        #expect(
            manager.error { try manager.secure("select * from loop") }
                == "42P17 infinite recursion detected in policy for relation \"loop\"")
    }

    @Test func rowSecurityOffFailsInsteadOfFiltering() throws {
        let bench = try bench()
        var context = bench.context
        context.rowSecurityOff = true
        let bound = try bench.bind("select * from sales")
        #expect(throws: SQLError.self) {
            try RowSecurity(catalog: bench.catalog, context: context).secure(bound)
        }
    }
}
