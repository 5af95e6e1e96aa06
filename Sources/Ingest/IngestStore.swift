import Vectors

/// The warehouse as ingest sees it. One writer calls it, from one thread at a time.
package protocol IngestStore: Sendable {
    /// Changes whenever a table behind `dimensions()` was changed by anybody but ingest itself.
    func dimensionsVersion() throws -> UInt64

    /// Stores, products, store SKUs and watermarks as they are now.
    func dimensions() throws -> IngestDimensions

    /// For each key, whether `storehouse.event_receipt` holds it.
    func seen(_ keys: [EventKey]) throws -> [Bool]

    /// For each basket, the version that `fact_sales` holds of it, or nil.
    func basketVersions(_ baskets: [BasketReference]) throws -> [Int32?]

    /// For each line, its unit_cost (× 10^4) in `fact_sales`, or nil where line or cost is unknown.
    func unitCosts(_ lines: [BasketLineReference]) throws -> [Int64?]

    /// Commits all changes at once; they are durable when this returns.
    ///
    /// Returns the dimensions' version the commit left behind. Throws `serializationFailure` when
    /// another commit got in the way: the writer reads again and tries once more.
    func commit(_ changes: IngestChanges) throws -> UInt64
}

/// A basket, with the columns that lead to its rows in the sort order of `fact_sales`.
package struct BasketReference: Hashable, Sendable {
    package var basketID: String
    package var storeID: String
    package var businessDate: Int32
    package init(basketID: String, storeID: String, businessDate: Int32) {
        self.basketID = basketID
        self.storeID = storeID
        self.businessDate = businessDate
    }

    /// Reads `store | register | business_date | sequence`; nil when a text is no basket id.
    package init?(parsing basketID: String) {
        let parts = basketID.utf8.split(separator: UInt8(ascii: "|"), omittingEmptySubsequences: false)
        guard parts.count == 4, parts[2].count == 8,
            let number = Int(String(decoding: parts[2], as: UTF8.self)), number >= 0,
            let day = Timestamps.day(
                year: number / 10_000, month: number / 100 % 100, day: number % 100)
        else { return nil }
        self.init(
            basketID: basketID, storeID: String(decoding: parts[0], as: UTF8.self),
            businessDate: day)
    }
}

/// One line of a stored basket.
package struct BasketLineReference: Hashable, Sendable {
    package var basket: BasketReference
    package var lineNumber: Int32
    package init(basket: BasketReference, lineNumber: Int32) {
        self.basket = basket
        self.lineNumber = lineNumber
    }
}

/// Everything one commit changes, applied in this order: deletes, upserts, appends.
package struct IngestChanges: Sendable {
    /// Baskets whose rows in `fact_sales` a higher version replaces: delete all of them.
    package var supersededBaskets: [BasketReference] = []
    /// Rows that replace the row with the same primary key.
    package var upserts: [TableRows] = []
    /// New rows. The receipts among them make the commit idempotent.
    package var appends: [TableRows] = []
    package init() {}
}

/// Rows of one table in the column order of `SQL/schema.sql`, in batches of at most
/// `Vector.standardCapacity` rows.
package struct TableRows: Sendable {
    package var table: IngestTable
    package var batches: [Batch]
    package init(table: IngestTable, batches: [Batch]) {
        self.table = table
        self.batches = batches
    }

    package var count: Int { batches.reduce(0) { $0 + $1.count } }
}
