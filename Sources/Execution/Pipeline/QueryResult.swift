import Vectors

/// All rows of a query, kept: for cursors and for portals that are read piece by piece.
package final class QueryResult: @unchecked Sendable {
    private let rows: RowSet
    package private(set) var position = 0

    package init(_ operation: Operator, _ context: QueryContext) throws {
        let kept = RowSet(operation.types, memory: context.memory)
        try operation.run(context) { try kept.append($0) }
        rows = kept
    }

    package var count: Int { rows.count }
    package var isAtEnd: Bool { position >= rows.count }

    /// The next rows, at most `limit` (all where nil), in batches.
    package func next(_ limit: Int?, _ body: (Batch) throws -> Void) throws -> Int {
        let end = limit.map { min(rows.count, position + $0) } ?? rows.count
        let start = position
        while position < end {
            let stop = min(end, position + Vector.standardCapacity)
            try body(rows.batch(position..<stop))
            position = stop
        }
        return position - start
    }

    /// Places the cursor before a row, 0…count.
    package func seek(_ place: Int) { position = max(0, min(place, rows.count)) }

    package func batch(_ range: Range<Int>) -> Batch { rows.batch(range) }
}
