import Catalog
import Synchronization

/// The advisory locks of all sessions. They bind nobody but those who ask for them.
final class AdvisoryLocks: Sendable {
    private struct Hold {
        let session: ObjectIdentifier
        let isShared: Bool
        let endsWithTransaction: Bool
        /// A session that holds a lock gets it again, and gives it up as often.
        var times: Int
    }

    private let held = Mutex<[AdvisoryKey: [Hold]]>([:])

    /// Takes the lock if nobody else's hold stands against it.
    func take(
        _ key: AdvisoryKey, isShared: Bool, endsWithTransaction: Bool, by session: ObjectIdentifier
    ) -> Bool {
        held.withLock { held in
            var holds = held[key] ?? []
            let isFree = holds.allSatisfy { $0.session == session || ($0.isShared && isShared) }
            guard isFree else { return false }
            let place = holds.firstIndex {
                $0.session == session && $0.isShared == isShared
                    && $0.endsWithTransaction == endsWithTransaction
            }
            if let place {
                holds[place].times += 1
            } else {
                holds.append(
                    Hold(
                        session: session, isShared: isShared,
                        endsWithTransaction: endsWithTransaction, times: 1))
            }
            held[key] = holds
            return true
        }
    }

    /// Gives up one hold of the session; false where it has none.
    func give(_ key: AdvisoryKey, isShared: Bool, by session: ObjectIdentifier) -> Bool {
        held.withLock { held in
            let place = held[key]?.firstIndex {
                $0.session == session && $0.isShared == isShared && !$0.endsWithTransaction
            }
            guard let place, var holds = held[key] else { return false }
            holds[place].times -= 1
            if holds[place].times == 0 { holds.remove(at: place) }
            held[key] = holds.isEmpty ? nil : holds
            return true
        }
    }

    /// Gives up the session's holds: those of its transaction, those of the session, or all.
    func giveAll(by session: ObjectIdentifier, endingWithTransaction: Bool?) {
        held.withLock { held in
            if held.isEmpty { return }
            held = held.compactMapValues { holds in
                let left = holds.filter { hold in
                    guard hold.session == session else { return true }
                    guard let endingWithTransaction else { return false }
                    return hold.endsWithTransaction != endingWithTransaction
                }
                return left.isEmpty ? nil : left
            }
        }
    }
}
