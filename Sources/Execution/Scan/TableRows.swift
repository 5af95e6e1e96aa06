import Catalog
import Planning
import Storage
import Vectors

/// All rows of a table in a state that no plan describes: for rewriting it, below every policy.
package struct TableRows {
    private let snapshot: TableSnapshot
    private let table: CatalogTable

    package init(_ snapshot: TableSnapshot, _ table: CatalogTable) {
        self.snapshot = snapshot
        self.table = table
    }

    /// Batches of whole rows in table order.
    ///
    /// - Parameter withLocator: whether a column with the rows' locators comes last.
    package func forEach(
        _ context: QueryContext, withLocator: Bool = false,
        _ body: @escaping (Batch) throws -> Void
    ) throws {
        let columns = table.columns.enumerated().map { index, column in
            ScanNode.Column(id: ColumnID(index), index: index, type: column.type)
        }
        let node = ScanNode(
            table: table.oid, name: table.name, alias: table.name, columns: columns,
            locator: withLocator ? ColumnID(columns.count) : nil)
        let scan = ScanOperator(node, conditions: [])
        try Pipeline.drive(
            try scan.stream(over: snapshot, table.columns.map { UInt32($0.id) }, context), context,
            ClosureSink(body))
    }
}
