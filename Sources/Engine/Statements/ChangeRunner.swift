import Basics
import Catalog
import Execution
import Planning
import SQLSyntax
import Storage
import Vectors

/// Runs bound statements that change rows, one after the other, on one set of changes. What they
/// read is the state before the first of them.
struct ChangeRunner {
    private let runner: StatementRunner
    private let context: QueryContext
    private let catalog: CatalogSnapshot
    /// Knows what the statements of WITH have returned.
    private(set) var lowering: Lowering
    private(set) var changes: ChangeSet

    init(_ runner: StatementRunner, _ context: QueryContext) throws {
        self.runner = runner
        self.context = context
        let open = try runner.session.current()
        catalog = open.catalog
        changes = open.changes
        lowering = try runner.lowering()
    }

    /// Runs the statements of a WITH clause and keeps what they return.
    mutating func run(_ statements: [BoundChange]) throws {
        for statement in statements {
            var rows: [Batch] = []
            _ = try run(statement.body) { batch in
                rows.append(
                    Batch(
                        columns: batch.columns.map { $0.flattened().copiedStrings() },
                        count: batch.count))
            }
            try context.keep(statement, rows)
            lowering.define(statement)
        }
    }

    /// Runs one statement; the number of rows concerned.
    mutating func run(
        _ body: BoundChange.Body, returned: @escaping (Batch) throws -> Void
    ) throws -> Int {
        let target =
            switch body {
            case .insert(let insert): insert.table
            case .modify(let modify): modify.table
            case .merge(let merge): merge.table
            }
        guard let info = catalog.tables[target] else {
            throw SQLError(.wrongObjectType, "the target is not a stored table")
        }
        let watch = ConstraintWatch(info, catalog, context)
        let modification = Modification(
            info, context, lowering, watch: watch, returned: returned)
        let security = try runner.security()
        let statistics = lowering.statistics
        func optimized(_ plan: SecuredPlan) throws -> SecuredPlan {
            try Optimizer.optimize(plan, statistics)
        }
        let count: Int
        switch body {
        case .insert(let insert):
            let secured = try security.secure(insert).withSource(optimized)
            count = try modification.insert(secured, into: &changes)
        case .modify(let modify):
            let secured = try security.secure(modify).withSource(optimized)
            count = try modification.modify(secured, in: &changes)
        case .merge(let merge):
            let secured = try security.secure(merge).withSource(optimized)
            count = try modification.merge(secured, in: &changes)
        }
        try watch?.verify(&changes)
        return count
    }

    /// Makes the changes the transaction's.
    mutating func finish() throws {
        let cancellation = runner.cancellation
        try changes.settle { try cancellation.check() }
        runner.session.transaction?.changes = changes
    }
}
