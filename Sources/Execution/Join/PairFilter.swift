import Basics
import Vectors

/// A join's conditions beyond equalities, over the columns of both sides side by side.
struct PairFilter: Sendable {
    private let conditions: [Compiled]
    /// Columns that some condition reads.
    let columnsUsed: Set<Int>

    init(_ conditions: [Compiled]) {
        self.conditions = conditions
        columnsUsed = conditions.reduce(into: []) { $0.formUnion($1.columnsUsed) }
    }

    var isEmpty: Bool { conditions.isEmpty }

    /// Stands in for a column that nothing reads.
    static let standIn = Vector(.boolean, capacity: 1)

    /// Positions of the pairs that satisfy all conditions, ascending. A condition sees only pairs
    /// that passed the ones before it.
    func select(_ pairs: Batch, _ context: QueryContext) throws -> [UInt32] {
        var kept = [UInt32](0..<UInt32(truncatingIfNeeded: pairs.count))
        var scratch = [UInt32](repeating: 0, count: pairs.count)
        var current = pairs
        for condition in conditions where !kept.isEmpty {
            let found = try scratch.withUnsafeMutableBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return 0 }
                return try condition.select(current, context, into: base)
            }
            if found == current.count { continue }
            for index in 0..<found { kept[index] = kept[Int(scratch[index])] }
            kept.removeLast(kept.count - found)
            current = pairs.gather(kept, count: found, only: columnsUsed)
        }
        return kept
    }

    /// What a scalar subquery with more than one row for an outer row raises.
    static let tooManyRows = SQLError(
        .cardinalityViolation,
        "more than one row returned by a subquery used as an expression")
}
