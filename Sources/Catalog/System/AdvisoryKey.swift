import Vectors

/// What an advisory lock is on: one number, or two of 32 bits, which are never equal to one.
package struct AdvisoryKey: Hashable, Sendable {
    package let first: Int64
    package let second: Int64?

    init?(_ arguments: [Datum]) {
        guard case .int(let first)? = arguments.first else { return nil }
        self.first = first
        if arguments.count > 1 {
            guard case .int(let second) = arguments[1] else { return nil }
            self.second = second
        } else {
            second = nil
        }
    }
}

/// pg_advisory_lock and its family: locks that mean what applications agree that they mean.
extension CatalogFunctions {
    func advisory(_ function: String, _ arguments: [Datum]) throws -> Datum {
        if function == "pg_advisory_unlock_all" {
            context.state.advisoryUnlockAll()
            return .bool(true)
        }
        guard let key = AdvisoryKey(arguments) else { return .null }
        let isShared = function.hasSuffix("_shared")
        if function.contains("unlock") {
            return .bool(context.state.advisoryUnlock(key, isShared: isShared))
        }
        let endsWithTransaction = function.contains("_xact_")
        func take() -> Bool {
            context.state.advisoryLock(
                key, isShared: isShared, endsWithTransaction: endsWithTransaction)
        }
        if function.hasPrefix("pg_try_") { return .bool(take()) }
        while !take() {
            try context.checkCancellation()
            Pause.briefly()
        }
        return .bool(true)
    }
}
