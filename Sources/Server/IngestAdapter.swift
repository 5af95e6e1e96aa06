import Basics
import Catalog
import Engine
import Ingest
import Storage
import Synchronization
import Vectors

/// The warehouse behind the event listener.
///
/// Every call reads one snapshot. A commit writes to the store directly, below every policy: who may
/// send events is the listener's business.
package final class IngestAdapter: IngestStore {
    let database: Database
    private let dimensionState = Mutex(DimensionState())

    /// What the tables behind the dimensions looked like, and how often that has changed.
    private struct DimensionState {
        var version: UInt64 = 0
        var catalog: CommitNumber = 0
        var tables: [UInt32: Extent] = [:]
    }

    /// Any change but ingest's own adds rows or takes live ones away.
    private struct Extent: Equatable {
        var rows: Int
        var live: Int
    }

    package init(_ database: Database) { self.database = database }

    // MARK: Dimensions

    package func dimensionsVersion() throws -> UInt64 {
        let snapshot = database.store.snapshot()
        let tables = try extents(snapshot)
        return dimensionState.withLock { state in
            if state.tables != tables || state.catalog != snapshot.catalogCommit {
                state.version += 1
                state.tables = tables
                state.catalog = snapshot.catalogCommit
            }
            return state.version
        }
    }

    /// The watermarks' table is left out: only ingest writes it, with every commit.
    private func extents(_ snapshot: StoreSnapshot) throws -> [UInt32: Extent] {
        var result: [UInt32: Extent] = [:]
        for table in [IngestTable.store, .storeHistory, .product, .productHistory] {
            let bound = try BoundTable(table, database, snapshot)
            result[bound.oid] = Self.extent(bound.snapshot)
        }
        let skus = try storeSKUs(snapshot)
        result[skus.oid] = Self.extent(skus.snapshot)
        return result
    }

    private static func extent(_ table: TableSnapshot) -> Extent {
        Extent(rows: table.fragments.reduce(0) { $0 + $1.rowCount }, live: table.rowCount)
    }

    private func storeSKUs(_ snapshot: StoreSnapshot) throws -> BoundTable {
        try BoundTable("dim_store_sku", in: CatalogSnapshot.publicOID, database, snapshot)
    }

    package func dimensions() throws -> IngestDimensions {
        // A change after this line makes the version outdated, and they are read again.
        let version = try dimensionsVersion()
        let snapshot = database.store.snapshot()
        var skus: [(key: StoreSKUKey, value: StoreSKU)] = []
        let quantity = SQLType.numeric(precision: 12, scale: 3)
        try storeSKUs(snapshot).reader([
            ("store_id", .varchar(16)), ("sku", .varchar(32)), ("reorder_point", quantity),
            ("max_stock", quantity),
        ]).forEach { rows in
            for row in 0..<rows.count where rows.isLive(row) {
                skus.append(
                    (
                        StoreSKUKey(
                            storeID: rows.columns[0].text(row), sku: rows.columns[1].text(row)),
                        StoreSKU(
                            reorderPoint: rows.columns[2].integer(row) ?? 0,
                            maxStock: rows.columns[3].integer(row) ?? 0)
                    ))
            }
        }
        var watermarks: [(storeID: String, through: Int64)] = []
        try BoundTable(.watermark, database, snapshot).reader([
            ("store_id", .varchar(16)), ("through", .timestamptz),
        ]).forEach { rows in
            for row in 0..<rows.count where rows.isLive(row) {
                watermarks.append((rows.columns[0].text(row), rows.columns[1].integer(row) ?? 0))
            }
        }
        return IngestDimensions(
            version: version, stores: try stores(snapshot), products: try products(snapshot),
            storeSKUs: skus, watermarks: watermarks)
    }

    /// All versions; a store without history has its current row.
    private func stores(_ snapshot: StoreSnapshot) throws -> [StoreVersion] {
        let history = try stores(.storeHistory, snapshot)
        let known = Set(history.map(\.storeID))
        return history + (try stores(.store, snapshot)).filter { !known.contains($0.storeID) }
    }

    private func stores(
        _ table: IngestTable, _ snapshot: StoreSnapshot
    ) throws -> [StoreVersion] {
        var result: [StoreVersion] = []
        try BoundTable(table, database, snapshot).reader([
            ("store_id", .varchar(16)), ("store_key", .integer), ("timezone", .varchar(64)),
            ("currency", .char(3)), ("cutoff_hour", .smallint), ("inferred", .boolean),
            ("valid_from", .timestamptz),
        ]).forEach { rows in
            let columns = rows.columns
            for row in 0..<rows.count where rows.isLive(row) {
                result.append(
                    StoreVersion(
                        storeID: columns[0].text(row),
                        key: Int32(truncatingIfNeeded: columns[1].integer(row) ?? 0),
                        zone: columns[2].text(row), currency: columns[3].text(row),
                        cutoffHour: Int(columns[4].integer(row) ?? 0),
                        inferred: columns[5].integer(row) == 1,
                        validFrom: columns[6].integer(row) ?? 0))
            }
        }
        return result
    }

    private func products(_ snapshot: StoreSnapshot) throws -> [ProductVersion] {
        let history = try products(.productHistory, snapshot)
        let known = Set(history.map(\.sku))
        return history + (try products(.product, snapshot)).filter { !known.contains($0.sku) }
    }

    private func products(
        _ table: IngestTable, _ snapshot: StoreSnapshot
    ) throws -> [ProductVersion] {
        var result: [ProductVersion] = []
        try BoundTable(table, database, snapshot).reader([
            ("sku", .varchar(32)), ("product_key", .integer),
            ("cost", .numeric(precision: 18, scale: 4)), ("inferred", .boolean),
            ("valid_from", .timestamptz),
        ]).forEach { rows in
            let columns = rows.columns
            for row in 0..<rows.count where rows.isLive(row) {
                result.append(
                    ProductVersion(
                        sku: columns[0].text(row),
                        key: Int32(truncatingIfNeeded: columns[1].integer(row) ?? 0),
                        cost: columns[2].integer(row), inferred: columns[3].integer(row) == 1,
                        validFrom: columns[4].integer(row) ?? 0))
            }
        }
        return result
    }

    // MARK: Changes

    package func commit(_ changes: IngestChanges) throws -> UInt64 {
        let snapshot = database.store.snapshot()
        var set = ChangeSet(basedOn: snapshot)
        if !changes.supersededBaskets.isEmpty {
            let sales = try BoundTable(.sales, database, snapshot)
            try set.delete(sales.oid, try locators(changes.supersededBaskets, sales))
        }
        var expected = dimensionState.withLock { $0.tables }
        for rows in changes.upserts {
            let table = try BoundTable(rows.table, database, snapshot)
            let (added, replaced) = try upsert(rows, table, &set)
            expected[table.oid]?.rows += added
            expected[table.oid]?.live += added - replaced
        }
        for rows in changes.appends {
            let table = try BoundTable(rows.table, database, snapshot)
            for batch in try table.convert(rows) { try set.append(table.oid, batch) }
        }
        try database.store.commit(set)
        let now = database.store.snapshot()
        let tables = try extents(now)
        return dimensionState.withLock { state in
            // Anything beyond what this commit did was done by somebody else: the next look at the
            // version will find it.
            if tables == expected, state.catalog == now.catalogCommit { state.tables = tables }
            return state.version
        }
    }

    /// Replaces rows by primary key; of equal keys the last row stays.
    private func upsert(
        _ rows: TableRows, _ table: BoundTable, _ set: inout ChangeSet
    ) throws -> (added: Int, replaced: Int) {
        var last: [[String]: Int] = [:]
        var deletes = Set<Int64>()
        var first = 0
        var repeated = 0
        for batch in try table.convert(rows) {
            try set.append(table.oid, batch)
            if !table.snapshot.spec.primaryKey.isEmpty {
                let keys = table.keys(batch)
                for locator in try table.snapshot.lookup(keys: keys) where locator != Locator.none {
                    deletes.insert(locator)
                }
                for row in 0..<batch.count {
                    let key = keys.columns.map {
                        $0.physical == .bytes ? $0.text(row) : "\($0.integer(row) ?? 0)"
                    }
                    if let earlier = last.updateValue(first + row, forKey: key) {
                        deletes.insert(Locator.make(Locator.overlayFragment, earlier))
                        repeated += 1
                    }
                }
            }
            first += batch.count
        }
        try set.delete(table.oid, deletes.sorted())
        return (first - repeated, deletes.count - repeated)
    }
}
