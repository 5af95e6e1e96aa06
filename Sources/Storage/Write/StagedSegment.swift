import Basics
import Synchronization
import Vectors

/// Where a transaction's own rows become segments before its commit.
struct SegmentStaging: Sendable {
    let shop: SegmentShop
    /// Whether a thread of its own writes while the statement goes on.
    let usesThreads: Bool

    /// Rows that wait in memory before they are written.
    var runRows: Int { shop.rowsMax }
}

/// Rows of an open transaction as a segment that no manifest or log names yet.
///
///     writing ─► written ─► taken by a commit
///        └────► failed  └─► removed with the last change set that holds it
///
/// While it is being written its rows are found in memory. A crash leaves a file that recovery
/// removes, as it removes every segment that nothing names.
final class StagedSegment: Sendable {
    private struct State: Sendable {
        /// The rows as they came; none once they are written.
        var rows: TailFragment
        var result: Result<SegmentFile, any Error>?
    }

    /// The fragment by which the transaction's own locators name it.
    let fragment: UInt32
    private let state: Monitor<State>
    private let isTaken = Atomic<Bool>(false)

    /// Starts to write rows, which are in the spec's columns and at most a segment's.
    init(
        _ batches: [Batch], keys: TailKeyIndex?, spec: TableSpec, fragment: UInt32,
        staging: SegmentStaging
    ) {
        self.fragment = fragment
        let rows = TailFragment(
            id: fragment, spec: spec, columns: spec.columns, batches: batches, deleted: nil,
            keys: keys)
        state = Monitor(State(rows: rows))
        if staging.usesThreads {
            // The thread keeps the object until it has written.
            _ = StoreThread { self.write(rows, spec, staging.shop) }
        } else {
            write(rows, spec, staging.shop)
        }
    }

    /// Rows that other staged segments were rewritten as.
    init(_ file: SegmentFile, spec: TableSpec, fragment: UInt32) {
        self.fragment = fragment
        let none = TailFragment(
            id: fragment, spec: spec, columns: [], batches: [], deleted: nil, keys: nil)
        let own = SegmentFile(file, fragment: fragment, run: 0)
        state = Monitor(State(rows: none, result: .success(own)))
    }

    deinit {
        if isTaken.load(ordering: .acquiring) { return }
        if case .success(let file)? = state.read({ $0.result }) { file.markObsolete() }
    }

    private func write(_ rows: TailFragment, _ spec: TableSpec, _ shop: SegmentShop) {
        let result = Result { () throws -> SegmentFile in
            let made = try PreparedChange.writeBulk(rows.batches, spec: spec, shop: shop)
            guard let file = made.first, made.count == 1 else {
                for file in made { file.markObsolete() }
                throw SQLError(.internalError, "a staged segment became \(made.count)")
            }
            return SegmentFile(file, fragment: fragment, run: 0)
        }
        state.withLock { state in
            state.result = result
            if case .success = result {
                state.rows = TailFragment(
                    id: fragment, spec: spec, columns: [], batches: [], deleted: nil, keys: nil)
            }
        }
    }

    /// The finished file, waiting for it.
    ///
    /// - Throws: why it could not be written.
    func file() throws -> SegmentFile {
        guard let result = state.wait(until: { $0.result != nil }, { $0.result }) else {
            throw SQLError(.internalError, "a staged segment has no result")
        }
        return try result.get()
    }

    /// The rows for a statement that reads them, waiting until they have their final places.
    func fragment(seenBy spec: TableSpec) -> Fragment {
        let (rows, result) = state.wait(until: { $0.result != nil }) { ($0.rows, $0.result) }
        if case .success(let file)? = result {
            return .segment(SegmentFragment(file, spec: spec))
        }
        // The commit will fail; until then nothing is missing.
        return .tail(rows.seen(by: spec))
    }

    /// The rows wherever they are now: in memory, or in the file.
    func current(_ spec: TableSpec) -> Fragment {
        let (rows, result) = state.read { ($0.rows, $0.result) }
        guard case .success(let file)? = result else { return .tail(rows) }
        return .segment(SegmentFragment(file, spec: spec))
    }

    /// A commit has named the file.
    func markTaken() { isTaken.store(true, ordering: .releasing) }
}
