import Basics
import Vectors

extension TableSnapshot {
    /// The rows that hold the given primary keys, -1 where there is none.
    ///
    /// - Parameter keys: one vector per primary key column, in the key's order. Keys with a NULL are never
    ///   found.
    package func lookup(keys: Batch) throws -> [Int64] {
        throw SQLError(.internalError, "follows")
    }
}
