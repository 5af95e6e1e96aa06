import CEdit
import PostgresProtocol
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Binds the tab key of the line editor to a connection's names.
///
/// The editor calls a C function without context, so there is one binding for the process.
final class CompletionKey: Sendable {
    /// Names are asked for again once they are this old: other sessions make tables, too.
    private static let freshSeconds = 10.0

    private struct State {
        var completion = Completion()
        var askedAt: ContinuousClock.Instant?
    }

    private static let bound = Mutex<CompletionKey?>(nil)
    private let connection: any SQLConnection
    private let state = Mutex(State())

    private init(_ connection: any SQLConnection) { self.connection = connection }

    static func bind(_ connection: any SQLConnection) {
        bound.withLock { $0 = CompletionKey(connection) }
        sh_edit_complete_with { word, _, _ in
            sh_edit_completion_is_over()
            guard let word, let line = sh_edit_line(),
                let key = CompletionKey.bound.withLock({ $0 })
            else { return nil }
            return CompletionKey.matches(
                key.candidates(line: String(cString: line), word: String(cString: word)))
        }
    }

    private func candidates(line: String, word: String) -> [String] {
        let now = ContinuousClock.now
        let isStale = state.withLock { state in
            state.askedAt.map { now - $0 > .seconds(Self.freshSeconds) } ?? true
        }
        // In a failed transaction the server answers nothing; what was known must do.
        if isStale, connection.transactionStatus != .failed,
            let names = try? Completion.Names(connection)
        {
            state.withLock { state in
                state.completion.names = names
                state.askedAt = now
            }
        }
        return state.withLock { $0.completion }.candidates(line: line, word: word)
    }

    /// The array that the editor wants, which it frees: what all have in common, then each.
    private static func matches(
        _ words: [String]
    ) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
        guard let first = words.first else { return nil }
        let common = words.dropFirst().reduce(first) { $0.commonPrefix(with: $1) }
        let all = words.count == 1 ? words : [common] + words
        let size = (all.count + 1) * MemoryLayout<UnsafeMutablePointer<CChar>?>.stride
        guard let raw = malloc(size) else { return nil }
        let array = raw.bindMemory(to: UnsafeMutablePointer<CChar>?.self, capacity: all.count + 1)
        for (index, word) in all.enumerated() {
            (array + index).initialize(to: strdup(word))
        }
        (array + all.count).initialize(to: nil)
        return array
    }
}

extension String {
    fileprivate func commonPrefix(with other: String) -> String {
        String(zip(self, other).prefix { $0 == $1 }.map(\.0))
    }
}
