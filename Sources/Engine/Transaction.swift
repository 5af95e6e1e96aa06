import Basics
import Catalog
import SQLSyntax
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
    /// As it was asked for; only `keepsSnapshot` makes a difference.
    var isolation: String
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

    /// What BEGIN or SET TRANSACTION ask for.
    mutating func adopt(_ modes: TransactionModes) {
        if let readOnly = modes.readOnly { isReadOnly = readOnly }
        guard let level = modes.isolation else { return }
        isolation = level.rawValue
        if level == .repeatableRead || level == .serializable { keepsSnapshot = true }
    }

    /// Moves to the newest state where nothing ties the transaction to its own.
    mutating func refresh(_ database: Database) throws {
        guard !keepsSnapshot, changes.isEmpty, !catalogChanged else { return }
        let snapshot = database.store.snapshot()
        changes = ChangeSet(basedOn: snapshot)
        catalog = try database.catalog(snapshot)
    }

    mutating func replaceCatalog(_ new: CatalogSnapshot) {
        catalog = new
        catalogChanged = true
    }
}
