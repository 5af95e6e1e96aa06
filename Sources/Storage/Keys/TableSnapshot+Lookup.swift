import Basics
import Vectors

extension TableSnapshot {
    /// The rows that hold the given primary keys, -1 where there is none.
    ///
    /// - Parameter keys: one vector per primary key column, in the key's order, flat or constant.
    ///   Keys with a NULL are never found.
    package func lookup(keys: Batch) throws -> [Int64] {
        guard !spec.primaryKey.isEmpty, keys.columns.count == spec.primaryKey.count else {
            throw SQLError(.internalError, "a look-up does not fit the primary key")
        }
        for (vector, column) in zip(keys.columns, spec.primaryKey) {
            guard let place = spec.index(of: column),
                spec.columns[place].type.physical == vector.physical
            else { throw SQLError(.datatypeMismatch, "a look-up does not fit the primary key") }
        }
        let lookup = KeyLookup(keys: keys.columns, count: keys.count, columns: spec.primaryKey)
        var result = [Int64](repeating: Locator.none, count: keys.count)
        var open = lookup.order.count
        for fragment in fragments.reversed() where open > 0 {
            let matches =
                switch fragment {
                case .tail(let tail): lookup.matches(in: tail)
                case .segment(let segment):
                    try lookup.matches(in: segment) { result[$0] != Locator.none }
                }
            for match in matches where result[match.key] == Locator.none {
                result[match.key] = match.locator
                open -= 1
            }
        }
        return result
    }
}
