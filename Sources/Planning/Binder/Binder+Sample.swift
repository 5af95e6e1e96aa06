import Basics
import Catalog
import SQLSyntax
import Vectors

/// TABLESAMPLE: a row is in the sample if a number made of its place and the seed is small enough.
extension Binder {
    /// Rows that stand or fall together under SYSTEM, as a power of two.
    private static let blockShift: Int64 = 10

    func sample(
        _ input: BoundFrom, _ written: TableSample, _ scope: Scope
    ) throws -> BoundFrom {
        let position = written.method.position
        guard case .scan(var node) = input.plan, catalog.tables[node.table] != nil else {
            throw SQLError(
                .wrongObjectType,
                "TABLESAMPLE clause can only be applied to tables and materialized views",
                position: position)
        }
        let isSystem: Bool
        switch written.method.name {
        case "system": isSystem = true
        case "bernoulli": isSystem = false
        default:
            throw SQLError(
                .undefinedObject, "tablesample method \(written.method.name) does not exist",
                position: position)
        }
        guard written.arguments.count == 1, let share = written.arguments.first else {
            throw SQLError(
                SQLState("2202H"),
                "tablesample method \(written.method.name) requires 1 argument, not "
                    + "\(written.arguments.count)", position: position)
        }
        let percent = try number(share)
        let seed =
            try written.seed.map { try number($0) }
            ?? .literal(.double(Double(Int64.random(in: 0...(1 << 50)))), .double)
        let locator = node.locator ?? newColumn()
        node.locator = locator
        let test = try resolveCall(
            "storehouse_sample",
            [
                .column(locator, .bigint),
                .literal(.int(isSystem ? Self.blockShift : 0), .bigint), percent, seed,
            ], positions: [], at: position)
        var result = input
        result.plan = .filter(.scan(node), [test])
        return result
    }

    private func number(_ expr: Expr) throws -> Expression {
        let scope = Scope(parent: nil)
        scope.clause = .call
        return try require(
            try bind(expr, scope), as: .double, .assignment, at: leftmost(expr))
    }
}
