extension GroupBuilder {
    /// The store's version at a time; an unknown store gets an inferred row, to be filled in later.
    mutating func store(_ id: String, at time: Int64, currency: String) -> StoreVersion {
        if let known = dimensions.store(id, at: time) { return known }
        let made = StoreVersion(
            storeID: id, key: dimensions.nextStoreKey, zone: "UTC", currency: currency,
            cutoffHour: 0, inferred: true, validFrom: time)
        dimensions.add(made)
        builders.stores.text(id)
        builders.stores.int32(made.key)
        storeAttributes(made, into: &builders.stores)
        builders.stores.endRow()
        builders.storeHistory.int32(made.key)
        builders.storeHistory.text(id)
        storeAttributes(made, into: &builders.storeHistory)
        builders.storeHistory.null()
        builders.storeHistory.endRow()
        return made
    }

    private func storeAttributes(_ store: StoreVersion, into builder: inout TableBuilder) {
        builder.text("UNKNOWN")
        builder.null()
        builder.text(store.zone)
        builder.text(store.storeID)
        builder.text(store.currency)
        builder.int16(0)
        builder.null()
        builder.null()
        builder.bool(true)
        builder.int64(store.validFrom)
    }

    /// The product's version at a time; an unknown SKU gets an inferred row without cost.
    mutating func product(_ sku: String, at time: Int64) -> ProductVersion {
        if let known = dimensions.product(sku, at: time) { return known }
        let made = ProductVersion(
            sku: sku, key: dimensions.nextProductKey, cost: nil, inferred: true, validFrom: time)
        dimensions.add(made)
        builders.products.text(sku)
        builders.products.int32(made.key)
        productAttributes(made, into: &builders.products)
        builders.products.endRow()
        builders.productHistory.int32(made.key)
        builders.productHistory.text(sku)
        productAttributes(made, into: &builders.productHistory)
        builders.productHistory.null()
        builders.productHistory.endRow()
        return made
    }

    private func productAttributes(_ product: ProductVersion, into builder: inout TableBuilder) {
        builder.text("UNKNOWN")
        builder.null()
        builder.null()
        builder.text(product.sku)
        builder.null()
        builder.null()
        builder.bool(true)
        builder.int64(product.validFrom)
    }
}
