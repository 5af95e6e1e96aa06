import Basics
import Catalog
import Planning
import Testing

/// What constraints, sequences and materialized views leave in the catalog.
struct ConstraintDefinitionTests {
    private func bench() throws -> Workbench {
        try Workbench(
            """
            create table parent (id serial primary key, code text unique, check (id > 0));
            create table child (p int references parent on delete cascade, n int,
                twice int generated always as (n * 2) stored);
            create sequence counter increment by 5;
            create index on child (n);
            create materialized view sums as select p, sum(n) from child group by p
            """)
    }

    @Test func theyOutliveAnImage() throws {
        let catalog = try bench().catalog
        let image = try catalog.image()
        let read = try CatalogSnapshot(image: image)
        #expect(try read.image() == image)
        #expect(read.sequences.count == 2)
        let parent = try #require(read.tables.values.first { $0.name == "parent" })
        #expect(parent.constraints.map(\.name) == ["parent_code_key", "parent_id_check"])
        #expect(read.tables.values.contains { $0.name == "sums" && $0.materialized != nil })
    }

    @Test func whatHangsTogetherGoesTogether() throws {
        var bench = try bench()
        #expect(throws: SQLError.self) { try bench.define("drop table parent") }
        try bench.define("drop table parent cascade")
        #expect(bench.catalog.sequences.count == 1)
        let child = try #require(bench.catalog.tables.values.first { $0.name == "child" })
        #expect(!child.constraints.contains { $0.kind == .foreignKey })
    }
}
