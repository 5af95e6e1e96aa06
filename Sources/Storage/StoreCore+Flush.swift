import Basics
import Vectors

extension StoreCore {
    /// Writes all tails as segments, then lets the log go that held them.
    func flush() throws {
        try flushing.withLock { _ in
            for id in snapshot().tableIDs { try flushTable(id) }
            try dropLog(startNew: true)
        }
    }

    /// Writes the tails that are full, or whose rows keep old log files alive.
    private func flushDue() throws {
        try flushing.withLock { _ in
            let overBudget = tails.read { $0 } > options.tailBudgetBytes / 2
            let current = sequencer.read { $0.walFiles.last ?? 0 }
            for (id, table) in snapshot().version.tables {
                if overBudget || isFull(table)
                    || table.tails.contains(where: { $0.walFile < current })
                {
                    try flushTable(id)
                }
            }
            try dropLog(startNew: false)
        }
    }

    private func flushTable(_ id: UInt32) throws {
        guard let (spec, tails) = withSequencer({ $0.sealTails(of: id) }), !tails.isEmpty
        else { return }
        let inputs = tails.map { tail in
            TailSorter.Input(
                batches: tail.batches, starts: tail.starts, rowCount: tail.rowCount,
                columns: tail.columns, deleted: tail.deleted)
        }
        let maps: [RowMap]
        var writer = RunWriter(shop, spec: spec, tier: .hot, threads: 1)
        do {
            maps = try TailSorter.write(inputs, spec: spec, into: &writer)
        } catch {
            writer.abandon()
            throw error
        }
        try replace(tails.map(Fragment.tail), of: id, maps: maps, run: try writer.finish())
        work.withLock { $0.compact = true }
    }

    /// Publishes a run in place of fragments, or removes it where they are gone.
    @discardableResult
    func replace(
        _ old: [Fragment], of id: UInt32, maps: [RowMap], run: [SegmentFile]
    ) throws -> Bool {
        let result = withSequencer { sequencer -> Result<Bool, any Error> in
            if let failure { return .failure(failure) }
            do throws(LogFailure) {
                let isDone = try sequencer.replace(
                    old, of: id, maps: maps, run: run, nextFile: nextFile)
                if isDone { publish(sequencer) }
                return .success(isDone)
            } catch {
                return .failure(settle(error))
            }
        }
        // Where the outcome is unknown the files stay: the manifest may name them.
        if (try? result.get()) == false || (failure == nil && (try? result.get()) == nil) {
            for file in run { file.markObsolete() }
        }
        return try result.get()
    }

    private func dropLog(startNew: Bool) throws {
        let error = withSequencer { sequencer -> (any Error)? in
            if let failure { return failure }
            do throws(LogFailure) {
                if startNew { try sequencer.startLogFile() }
                try sequencer.record(sequencer.state, nextFile: nextFile)
                return nil
            } catch {
                return settle(error)
            }
        }
        if let error { throw error }
    }

    /// What to throw; a failed sync stops the store.
    private func settle(_ failure: LogFailure) -> any Error {
        guard case .sync(let cause) = failure else { return failure.cause }
        let error = Self.stopped(by: cause)
        stop(error)
        return error
    }

    static func runFlush(_ core: () -> StoreCore?) {
        guard let work = core()?.work else { return }
        while true {
            let isClosed = work.wait(until: { $0.flush || $0.isClosed }) { work in
                work.flush = false
                return work.isClosed
            }
            if isClosed { return }
            core()?.attempt { try $0.flushDue() }
        }
    }

    /// Runs background work; if it fails, waits a second and asks for it again.
    func attempt(_ body: (StoreCore) throws -> Void) {
        do {
            try body(self)
            work.withLock { $0.error = nil }
        } catch {
            let error = error as? SQLError ?? SQLError(.internalError, "\(error)")
            work.withLock { $0.error = error }
            if failure != nil || error.state == .dataCorrupted { return }
            _ = work.wait(seconds: 1) { $0.isClosed }
            work.withLock { $0.flush = true }
        }
    }
}
