import Basics
import Vectors

/// A sequence's definition. Where it stands is not part of the catalog, as it changes without
/// regard to transactions.
package struct CatalogSequence: Sendable, Codable, Equatable {
    /// The column that it belongs to and goes with.
    package struct Owner: Sendable, Codable, Equatable {
        package var table: UInt32
        package var column: Int
    }

    package var oid: UInt32
    /// Tells it from an earlier sequence that had the same OID and was never committed.
    package var birth: UInt64
    package var schema: UInt32
    package var name: String
    package var owner: UInt32
    /// OID of smallint, integer or bigint.
    package var type: UInt32
    package var start: Int64
    package var increment: Int64
    package var minimum: Int64
    package var maximum: Int64
    package var cache: Int64
    package var cycles: Bool
    package var ownedBy: Owner?
    package var grants: [AccessEntry]
    package var comment: String?

    /// What a SELECT from it shows.
    package static let columns = [
        CatalogColumn(id: 1, name: "last_value", type: .bigint),
        CatalogColumn(id: 2, name: "log_cnt", type: .bigint),
        CatalogColumn(id: 3, name: "is_called", type: .boolean),
    ]
}
