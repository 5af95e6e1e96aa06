import Catalog
import Synchronization
import Vectors

/// Rows of system tables that depend on nothing but the catalog and the asking role.
///
/// Clients ask for the same few tables again and again while they draw a tree of tables; a correlated
/// subquery asks once a row. The rows of the editions seen last are kept, whatever session made them.
final class SystemRowsCache: Sendable {
    private static let editionsMax = 4
    private static let tablesMax = 256

    private struct Key: Hashable {
        let table: UInt32
        let role: UInt32
    }

    private struct Kept {
        let edition: CatalogSnapshot.Edition
        var rows: [Key: Batch] = [:]
    }

    /// The edition used last comes last.
    private let kept = Mutex<[Kept]>([])

    /// The table's rows; made anew where they are not kept.
    func rows(of table: SystemTable, _ context: SystemContext) throws -> Batch {
        guard table.isSteady else { return try table.rows(context) }
        let edition = context.catalog.edition
        let key = Key(table: table.oid, role: context.role)
        let found = kept.withLock { kept -> Batch? in
            guard let place = kept.lastIndex(where: { $0.edition === edition }) else { return nil }
            if place < kept.count - 1 { kept.append(kept.remove(at: place)) }
            return kept[kept.count - 1].rows[key]
        }
        if let found { return found }
        let made = try table.rows(context)
        kept.withLock { kept in
            if kept.last?.edition !== edition {
                kept.removeAll { $0.edition === edition }
                if kept.count == Self.editionsMax { kept.removeFirst() }
                kept.append(Kept(edition: edition))
            }
            if kept[kept.count - 1].rows.count >= Self.tablesMax {
                kept[kept.count - 1].rows.removeAll()
            }
            kept[kept.count - 1].rows[key] = made
        }
        return made
    }
}
