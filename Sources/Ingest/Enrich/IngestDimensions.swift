/// The dimensions that enrichment looks into, each with its versions as of event time.
package struct IngestDimensions: Sendable {
    package private(set) var version: UInt64
    package private(set) var stores: [String: [StoreVersion]] = [:]
    package private(set) var products: [String: [ProductVersion]] = [:]
    package private(set) var storeSKUs: [StoreSKUKey: StoreSKU] = [:]
    package private(set) var watermarks: [String: Int64] = [:]
    package private(set) var nextStoreKey: Int32 = 1
    package private(set) var nextProductKey: Int32 = 1

    /// Rows of `dim_store_history`, `dim_product_history` (or of the current tables, where there is
    /// no history), `dim_store_sku` and `feed_watermark`, in any order.
    package init(
        version: UInt64, stores: [StoreVersion] = [], products: [ProductVersion] = [],
        storeSKUs: [(key: StoreSKUKey, value: StoreSKU)] = [],
        watermarks: [(storeID: String, through: Int64)] = []
    ) {
        self.version = version
        for store in stores { add(store) }
        for product in products { add(product) }
        self.storeSKUs.reserveCapacity(storeSKUs.count)
        for row in storeSKUs { self.storeSKUs[row.key] = row.value }
        for row in watermarks { self.watermarks[row.storeID] = row.through }
    }

    package mutating func add(_ store: StoreVersion) {
        var versions = stores[store.storeID] ?? []
        let place = versions.firstIndex { $0.validFrom > store.validFrom } ?? versions.endIndex
        versions.insert(store, at: place)
        stores[store.storeID] = versions
        nextStoreKey = max(nextStoreKey, store.key &+ 1)
    }

    package mutating func add(_ product: ProductVersion) {
        var versions = products[product.sku] ?? []
        let place = versions.firstIndex { $0.validFrom > product.validFrom } ?? versions.endIndex
        versions.insert(product, at: place)
        products[product.sku] = versions
        nextProductKey = max(nextProductKey, product.key &+ 1)
    }

    package mutating func advance(_ storeID: String, to time: Int64) -> Bool {
        if let through = watermarks[storeID], through >= time { return false }
        watermarks[storeID] = time
        return true
    }

    package mutating func adopt(version: UInt64) { self.version = version }

    /// The version that was current at a time; before the first one, the first.
    package func store(_ id: String, at time: Int64) -> StoreVersion? {
        guard let versions = stores[id] else { return nil }
        return versions.last { $0.validFrom <= time } ?? versions.first
    }

    package func product(_ sku: String, at time: Int64) -> ProductVersion? {
        guard let versions = products[sku] else { return nil }
        return versions.last { $0.validFrom <= time } ?? versions.first
    }
}

package struct StoreVersion: Sendable {
    package var storeID: String
    package var key: Int32
    package var zone: String
    package var currency: String
    package var cutoffHour: Int
    package var inferred: Bool
    /// Microseconds since 2000-01-01 UTC.
    package var validFrom: Int64
    package init(
        storeID: String, key: Int32, zone: String, currency: String, cutoffHour: Int,
        inferred: Bool, validFrom: Int64
    ) {
        self.storeID = storeID
        self.key = key
        self.zone = zone
        self.currency = currency
        self.cutoffHour = cutoffHour
        self.inferred = inferred
        self.validFrom = validFrom
    }
}

package struct ProductVersion: Sendable {
    package var sku: String
    package var key: Int32
    /// × 10^4; nil while unknown.
    package var cost: Int64?
    package var inferred: Bool
    package var validFrom: Int64
    package init(sku: String, key: Int32, cost: Int64?, inferred: Bool, validFrom: Int64) {
        self.sku = sku
        self.key = key
        self.cost = cost
        self.inferred = inferred
        self.validFrom = validFrom
    }
}

package struct StoreSKUKey: Hashable, Sendable {
    package var storeID: String
    package var sku: String
    package init(storeID: String, sku: String) {
        self.storeID = storeID
        self.sku = sku
    }
}

/// Quantities × 10^3.
package struct StoreSKU: Sendable {
    package var reorderPoint: Int64
    package var maxStock: Int64
    package init(reorderPoint: Int64, maxStock: Int64) {
        self.reorderPoint = reorderPoint
        self.maxStock = maxStock
    }
}
