import NIOCore
import Synchronization

/// Slows down guessing: each failure from an address doubles the wait for its next answer.
final class LoginThrottle: Sendable {
    private struct Failures {
        var count = 0
        var last = NIODeadline.now()
    }

    private static let firstDelayMilliseconds: Int64 = 100
    private static let delayMillisecondsMax: Int64 = 5_000
    private static let addressesMax = 10_000
    private static let forgottenAfter = TimeAmount.minutes(10)
    private static let wrongKeysMax = 20

    private let failures = Mutex<[String: Failures]>([:])

    /// Counts a failure; the wait before it is answered.
    func failed(_ address: String) -> TimeAmount {
        failures.withLock { failures in
            let now = NIODeadline.now()
            if failures.count >= Self.addressesMax {
                failures = failures.filter { now - $0.value.last < Self.forgottenAfter }
                if failures.count >= Self.addressesMax { failures.removeAll() }
            }
            var entry = failures[address] ?? Failures()
            if now - entry.last > Self.forgottenAfter { entry.count = 0 }
            entry.count = min(entry.count + 1, 1_000)
            entry.last = now
            failures[address] = entry
            let doubled = Self.firstDelayMilliseconds << Int64(min(entry.count - 1, 10))
            return .milliseconds(min(doubled, Self.delayMillisecondsMax))
        }
    }

    func succeeded(_ address: String) { failures.withLock { $0[address] = nil } }

    /// Whether so many tries failed that cancel requests from there are guesses.
    func isGuessing(_ address: String) -> Bool {
        failures.withLock { failures in
            guard let entry = failures[address] else { return false }
            return entry.count >= Self.wrongKeysMax
                && NIODeadline.now() - entry.last < Self.forgottenAfter
        }
    }
}
