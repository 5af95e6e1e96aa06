import Basics

/// A commit on its way through the sequencer.
final class CommitRequest: @unchecked Sendable {
    let change: PreparedChange
    /// Set by the sequencer before `finish`.
    var number: CommitNumber?
    /// Whether the commit may turn out to be durable though it failed.
    var isUnknown = false
    private var error: (any Error)?
    private let done = Monitor(false)

    init(_ change: PreparedChange) { self.change = change }

    func fail(_ error: any Error) { self.error = error }
    func finish() { done.withLock { $0 = true } }

    /// Waits for `finish`.
    func result() throws -> CommitNumber {
        done.wait(until: { $0 }, { _ in })
        if let number { return number }
        throw error ?? SQLError(.internalError, "a commit got no answer")
    }
}
