import Basics
import Catalog
import Storage
import Vectors

/// An open transaction: what it has read from and what it wants to change.
///
/// Until its first change every statement takes a new snapshot (READ COMMITTED); from then on, and in
/// the stricter levels from the start, it stays with one. Commits are first come, first served: a row
/// that somebody else has changed meanwhile is 40001.
struct Transaction {
    var changes: ChangeSet
    var catalog: CatalogSnapshot
    var catalogChanged = false
    /// Opened by a statement, not by BEGIN.
    var isImplicit: Bool
    var isReadOnly: Bool
    var keepsSnapshot: Bool
    let startTime: Int64
    /// Settings to return to on ROLLBACK, and at the end for SET LOCAL.
    var settingsAtStart: Settings
    var localSettings: [String: String?] = [:]
    var savepoints: [Savepoint] = []

    struct Savepoint {
        let name: String
        let changes: ChangeSet
        let catalog: CatalogSnapshot
        let catalogChanged: Bool
        let settings: Settings
    }

    /// Moves to the newest state where nothing ties the transaction to its own.
    mutating func refresh(_ database: Database) throws {
        guard !keepsSnapshot, changes.isEmpty, !catalogChanged else { return }
        let snapshot = database.store.snapshot()
        changes = ChangeSet(basedOn: snapshot)
        catalog = try database.catalog(snapshot)
    }

    mutating func replaceCatalog(_ new: CatalogSnapshot) throws {
        catalog = new
        catalogChanged = true
        changes.setCatalogImage(try new.image())
    }
}
