import Planning
import Vectors

/// Expressions over rows that come from outside a plan: COPY's columns, defaults, check conditions.
package struct RowProgram: Sendable {
    package let expressions: [Compiled]

    package init(_ expressions: [Expression], over columns: [(ColumnID, SQLType)]) throws {
        let layout = Layout(columns, nil)
        self.expressions = try expressions.map { try Compiled.compile($0, layout) }
    }

    /// One vector an expression; perhaps constant ones.
    package func evaluate(_ batch: Batch, _ context: QueryContext) throws -> [Vector] {
        try expressions.map { try $0.evaluate(batch, context) }
    }

    /// The value of an expression without columns.
    package static func value(_ expression: Expression, _ context: QueryContext) throws -> Datum {
        try RowProgram([expression], over: []).evaluate(
            Batch(columns: [], count: 1), context)[0].datum(at: 0)
    }

    /// The rows for which every expression is true.
    package func filter(_ batch: Batch, _ context: QueryContext) throws -> Batch {
        var positions: [UInt32] = []
        return try context.filter(batch, expressions, &positions)
    }
}
