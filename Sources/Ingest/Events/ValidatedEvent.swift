/// An event that has passed every check that needs no dimension, in the warehouse's own units.
package struct ValidatedEvent: Sendable {
    /// Identify a duplicate; nil when the envelope lacks them.
    package var key: EventKey?
    package var body: Body
    /// Bytes of the event within its document.
    package var rawStart: Int
    package var rawEnd: Int

    package enum Body: Sendable {
        case transaction(Transaction)
        case inventory(InventoryScan)
        case loyalty(LoyaltyEvent)
        case unusable(Unusable)
    }
}

/// CloudEvents' identity: two events with the same source and id are the same event.
package struct EventKey: Hashable, Sendable {
    package var source: String
    package var id: String
    package init(source: String, id: String) {
        self.source = source
        self.id = id
    }
}

/// Why an event cannot be used, and where in it.
package struct Unusable: Error, Equatable, Sendable {
    package var reason: Reason
    /// JSON path of the offending value, such as `$.data.lines[2].qty`.
    package var path: String
    package var detail: String

    /// The categories that operators filter by; raw values are stored, never change.
    package enum Reason: String, Sendable, CaseIterable {
        case notAnEvent = "not_an_event"
        case unsupportedVersion = "unsupported_version"
        case unknownType = "unknown_type"
        case missingField = "missing_field"
        case wrongType = "wrong_type"
        case badText = "bad_text"
        case badNumber = "bad_number"
        case badTime = "bad_time"
        case futureTime = "future_time"
        case unknownKind = "unknown_kind"
        case zeroQuantity = "zero_quantity"
        case signMismatch = "sign_mismatch"
        case noLines = "no_lines"
        case duplicateLine = "duplicate_line"
        case currencyMismatch = "currency_mismatch"
        case versionConflict = "version_conflict"
        case outOfRange = "out_of_range"
        /// The warehouse refused the rows for a cause that validation did not foresee.
        case refused = "refused"
    }
}

/// What validation noticed and let pass; kept in the facts' `flags`. Never change the values.
package struct EventFlags: OptionSet, Sendable {
    package let rawValue: Int16
    package init(rawValue: Int16) { self.rawValue = rawValue }
    package static let totalsDiffer = EventFlags(rawValue: 1)
    package static let clockSkew = EventFlags(rawValue: 2)
    package static let businessDateReplaced = EventFlags(rawValue: 4)
    package static let inferredStore = EventFlags(rawValue: 8)
    package static let inferredProduct = EventFlags(rawValue: 16)
}

/// One receipt of a till, as its sender describes it at one version.
package struct Transaction: Sendable {
    package var time: Int64
    package var flags: EventFlags
    package var storeID: String
    package var registerID: String
    package var sequence: Int64
    package var businessDate: Int32?
    package var voided: Bool
    package var version: Int32
    /// Nil: the store's own.
    package var currency: String?
    package var memberID: String?
    package var lines: [Line]

    /// Quantities × 10^3, money × 10^4.
    package struct Line: Sendable {
        package var number: Int32
        package var kind: LineKind
        package var sku: String
        package var quantity: Int64
        package var netAmount: Int64
        package var listPrice: Int64?
        package var discount: Int64
        package var tax: Int64
        package var unitCost: Int64?
        package var origin: LineReference?
    }
}

/// A line of an earlier basket that a return takes back.
package struct LineReference: Hashable, Sendable {
    package var basketID: String
    package var lineNumber: Int32
    package init(basketID: String, lineNumber: Int32) {
        self.basketID = basketID
        self.lineNumber = lineNumber
    }
}

package enum LineKind: String, Sendable {
    case sale = "SALE"
    case returned = "RETURN"
    case nonMerchandise = "NON_MERCH"
}

/// Counts or movements of stock in one store at one time.
package struct InventoryScan: Sendable {
    package var time: Int64
    package var flags: EventFlags
    package var storeID: String
    package var kind: Kind
    package var items: [Item]

    package enum Kind: String, Sendable {
        case count = "COUNT"
        case receive = "RECEIVE"
        case adjust = "ADJUST"
        case transferIn = "TRANSFER_IN"
        case transferOut = "TRANSFER_OUT"
        case waste = "WASTE"
    }

    /// A count, or a signed change: outgoing kinds are negative here whatever their sender's sign.
    package struct Item: Sendable {
        package var sku: String
        package var quantity: Int64
    }
}

package struct LoyaltyEvent: Sendable {
    package var time: Int64
    package var flags: EventFlags
    package var memberID: String
    package var kind: Kind
    /// The change of the member's balance: REDEEM and EXPIRE are negative.
    package var points: Int64
    package var storeID: String?
    package var basketID: String?

    package enum Kind: String, Sendable {
        case enrol = "ENROL"
        case earn = "EARN"
        case redeem = "REDEEM"
        case adjust = "ADJUST"
        case expire = "EXPIRE"
        case merge = "MERGE"
    }
}
