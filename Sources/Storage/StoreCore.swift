import Basics
import Disk
import Encodings
import Synchronization
import Vectors

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The store's parts and locks.
///
/// A commit: `PreparedChange` on the caller's thread → queue → the log thread orders a group
/// (`Sequencer`), writes one frame, syncs it, publishes the new `Version` and answers. The flush
/// thread turns tails into segments, the compaction thread merges segments; both end in
/// `Sequencer.replace`. Locks, in the order they may be taken: compaction, flush, sequencer, then
/// the rest, each alone.
final class StoreCore: Sendable {
    let paths: StorePaths
    let files: any FileSystem
    let options: StoreOptions
    let shop: SegmentShop
    let sequencer: Monitor<Sequencer>
    let queue = Monitor(Queue())
    let work = Monitor(Work())
    let flushing = Monitor(())
    let compacting = Monitor(())
    /// Bytes of all tails; commits wait for it to fall.
    let tails = Monitor(0)
    /// Background threads that want the sequencer; the log thread lets them in between groups.
    let sequencerGuests = Atomic<Int>(0)
    private let fileNumber: FileNumber
    private let published: Mutex<Version>
    private let stopped = Mutex<SQLError?>(nil)
    private let threads = Mutex<[StoreThread]>([])
    private let directoryLock: Mutex<(AnyObject & Sendable)?>

    struct Queue: Sendable {
        var requests: [CommitRequest] = []
        var isClosed = false
    }

    /// What the background threads are asked for.
    struct Work: Sendable {
        var flush = false
        var compact = false
        var isClosed = false
        /// Why the last background work failed.
        var error: SQLError?
    }

    final class FileNumber: Sendable {
        let next: Atomic<UInt64>
        init(_ next: UInt64) { self.next = Atomic(next) }
        func take() -> UInt64 { next.wrappingAdd(1, ordering: .relaxed).oldValue }
        var value: UInt64 { next.load(ordering: .relaxed) }
    }

    private init(
        paths: StorePaths, files: any FileSystem, options: StoreOptions, shop: SegmentShop,
        sequencer: sending Sequencer, fileNumber: FileNumber, lock: AnyObject & Sendable
    ) {
        self.paths = paths
        self.files = files
        self.options = options
        self.shop = shop
        self.fileNumber = fileNumber
        directoryLock = Mutex(lock)
        published = Mutex(sequencer.state.version())
        tails.withLock { $0 = sequencer.state.tailBytes }
        self.sequencer = Monitor(sequencer)
    }

    // MARK: Opening

    static func open(
        directory: String, files: any FileSystem, options: StoreOptions
    ) throws -> StoreCore {
        let paths = StorePaths(directory: directory, archive: options.archiveDirectory)
        for path in [paths.directory, paths.hot, paths.archive] { try make(path, files) }
        let lock = try files.lock(paths.lock)
        let number = FileNumber(1)
        let shop = SegmentShop(
            files: files, paths: paths, cache: ChunkCache(byteBudget: options.cacheBytes),
            rowsMax: min(max(options.segmentRowsMax, 1), SegmentWriter.rowsMax),
            threads: max(options.writerThreads, 1), nextFile: { number.take() })
        let sequencer: Sequencer
        do {
            if let found = try RecoveredStore.read(paths, files: files, shop: shop) {
                number.next.store(found.nextFile, ordering: .relaxed)
                sequencer = try resume(found, paths, files, options)
            } else {
                sequencer = try begin(paths, files, options)
            }
        } catch let failure as LogFailure {
            throw failure.cause
        }
        let core = StoreCore(
            paths: paths, files: files, options: options, shop: shop, sequencer: sequencer,
            fileNumber: number, lock: lock)
        core.start()
        return core
    }

    /// Makes a directory, durably.
    private static func make(_ path: String, _ files: any FileSystem) throws {
        if try files.exists(path) { return }
        try files.makeDirectory(path)
        let parent = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
            .joined(separator: "/")
        try files.syncDirectory(parent.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : parent)
    }

    /// A new store: log and manifest first, CURRENT last, which makes it one.
    private static func begin(
        _ paths: StorePaths, _ files: any FileSystem, _ options: StoreOptions
    ) throws -> Sequencer {
        for name in try files.list(paths.directory)
        where StorePaths.number(name, prefix: "wal-") != nil
            || StorePaths.number(name, prefix: "manifest-") != nil
        {
            try files.remove(paths.directory + "/" + name)
        }
        let store = UInt64.random(in: 1...UInt64.max)
        let log = try LogFile.create(
            paths.wal(1), in: paths.directory,
            header: LogFile.Header(kind: .wal, number: 1, store: store, first: 1), files: files)
        let manifest = try ManifestLog.make(
            1, store: store, state: ManifestState(), paths: paths,
            bytesMax: options.manifestBytesMax, files: files)
        try ManifestLog.setCurrent(1, store: store, paths: paths, files: files)
        return Sequencer(
            state: WorkingState(), wal: log, walFiles: [1], manifest: manifest, paths: paths,
            files: files, options: options)
    }

    /// Repairs what a crash left, and goes on in a new log file.
    private static func resume(
        _ found: RecoveredStore, _ paths: StorePaths, _ files: any FileSystem,
        _ options: StoreOptions
    ) throws -> Sequencer {
        try found.repair()
        let log = try LogFile.create(
            paths.wal(found.nextWAL), in: paths.directory,
            header: LogFile.Header(
                kind: .wal, number: found.nextWAL, store: found.store,
                first: found.state.commit + 1),
            files: files)
        let edits = try LogFile.resume(
            paths.manifest(found.manifestHeader.number), header: found.manifestHeader,
            end: found.manifestEnd, files: files)
        let manifest = ManifestLog(
            edits, state: found.manifest, sequence: found.manifestSequence, paths: paths,
            bytesMax: options.manifestBytesMax, files: files)
        let sequencer = Sequencer(
            state: found.state, wal: log, walFiles: found.walNumbers + [found.nextWAL],
            manifest: manifest, named: found.named, paths: paths, files: files, options: options)
        // Without tails the old log files are done with.
        if found.state.tables.values.allSatisfy({ $0.tails.isEmpty }) {
            try sequencer.record(found.state, nextFile: found.nextFile)
        }
        return sequencer
    }

    private func start() {
        guard options.usesThreads else { return }
        if sequencer.read({ $0.walFiles.count }) > 1 { work.withLock { $0.flush = true } }
        work.withLock { $0.compact = true }
        threads.withLock {
            $0 = [
                StoreThread { [weak self] in Self.runLog { self } },
                StoreThread { [weak self] in Self.runFlush { self } },
                StoreThread(isLowPriority: true) { [weak self] in Self.runCompaction { self } },
            ]
        }
    }

    func close() {
        queue.withLock { $0.isClosed = true }
        work.withLock { $0.isClosed = true }
        let running = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for thread in running { thread.join() }
        guard let lock = directoryLock.withLock({ $0.take() }) else { return }
        if failure == nil { sequencer.withLock { $0.close(nextFile: nextFile) } }
        _ = lock
    }

    // MARK: State

    func snapshot() -> StoreSnapshot {
        StoreSnapshot(
            version: published.withLock { $0 },
            staging: SegmentStaging(shop: shop, usesThreads: options.usesThreads))
    }

    var failure: SQLError? { stopped.withLock { $0 } }
    var tailBytes: Int { tails.read { $0 } }
    var nextFile: UInt64 { fileNumber.value }

    /// After a failed sync only a restart tells what is on disk: reads go on, commits do not.
    static func stopped(by cause: any Error) -> SQLError {
        let error = cause as? SQLError
        return SQLError(
            error?.state == .diskFull ? .diskFull : .ioError,
            error?.message ?? "\(cause)",
            detail: "The store takes no more changes, since what has reached the disk is unknown.",
            hint: "Restart the server: recovery keeps every change that was confirmed.")
    }

    func stop(_ error: SQLError) {
        stopped.withLock { if $0 == nil { $0 = error } }
        tails.withLock { _ in }
    }

    /// Makes the sequencer's state visible; under its lock.
    func publish(_ sequencer: Sequencer) {
        let version = sequencer.state.version()
        let bytes = sequencer.state.tailBytes
        let old = published.withLock { current in
            defer { current = version }
            return current
        }
        tails.withLock { $0 = bytes }
        // The last reference to a version may remove files: not under the lock above.
        withExtendedLifetime(old) {}
    }

    // MARK: Commits

    func commit(_ changes: ChangeSet) throws -> CommitNumber {
        if changes.isEmpty { return snapshot().commitNumber }
        if let failure { throw failure }
        try waitForRoom(changes)
        let change = try PreparedChange(
            changes, head: snapshot().version, shop: shop, bulkRowsMin: options.bulkRowsMin,
            encodedBytesMax: 64 << 20)
        let request = CommitRequest(change)
        let isOpen = queue.withLock { queue in
            if queue.isClosed { return false }
            queue.requests.append(request)
            return true
        }
        guard isOpen else {
            change.abandon()
            throw SQLError(.adminShutdown, "the store is closed")
        }
        if !options.usesThreads { commitQueued() }
        do {
            let number = try request.result()
            change.markTaken()
            return number
        } catch {
            if request.isUnknown { change.markTaken() } else { change.abandon() }
            throw error
        }
    }

    private func waitForRoom(_ changes: ChangeSet) throws {
        guard options.usesThreads, changes.appendedRowCount > 0 else { return }
        let budget = options.tailBudgetBytes
        if tails.read({ $0 }) <= budget { return }
        work.withLock { $0.flush = true }
        let isFree = tails.wait(seconds: options.tailWaitSeconds) {
            $0 <= budget || failure != nil
        }
        if let failure { throw failure }
        if !isFree {
            throw SQLError(
                .outOfMemory, "rows arrive faster than they can be written",
                detail: work.read { $0.error }.map { "The last write failed: \($0.message)" },
                hint: "Try again later.")
        }
    }

    /// Commits what is queued, as one group.
    func commitQueued() {
        sequencer.withLock { sequencer in
            let group = queue.withLock { queue in
                // A group is one frame; the rest of a long queue makes the next one.
                var bytes = 0
                var count = 0
                while count < queue.requests.count, bytes < 32 << 20 {
                    bytes += queue.requests[count].change.byteCount
                    count += 1
                }
                defer { queue.requests.removeFirst(count) }
                return Array(queue.requests[..<count])
            }
            if group.isEmpty { return }
            if let failure {
                for request in group { request.fail(failure) }
            } else if let stopping = sequencer.process(group) {
                stop(stopping)
            } else {
                publish(sequencer)
                if wantsFlush(sequencer, after: group) { work.withLock { $0.flush = true } }
            }
            Sequencer.complete(group)
        }
    }

    private func wantsFlush(_ sequencer: Sequencer, after group: [CommitRequest]) -> Bool {
        if sequencer.walFiles.count > 1 { return true }
        let changed = group.contains { request in
            request.change.tables.contains { $0.change.dropped || $0.change.truncated }
        }
        return changed || sequencer.state.tables.values.contains { isFull($0) }
    }

    func isFull(_ table: TableVersion) -> Bool {
        var rows = 0
        var bytes = 0
        for tail in table.tails {
            rows += tail.rowCount
            bytes += tail.byteCount
        }
        return rows >= options.tailRowsMax || bytes >= options.tailBytesMax
    }

    private static func runLog(_ core: () -> StoreCore?) {
        guard let queue = core()?.queue else { return }
        while true {
            let isClosed = queue.wait(until: { !$0.requests.isEmpty || $0.isClosed }) { queue in
                queue.requests.isEmpty
            }
            if isClosed { return }
            core()?.admitGuests()
            core()?.commitQueued()
        }
    }

    /// Without this a busy log thread would take the lock again before a waiting thread has woken.
    private func admitGuests() {
        for _ in 0..<50 where sequencerGuests.load(ordering: .relaxed) > 0 { usleep(100) }
    }

    /// Runs background work with the sequencer.
    func withSequencer<R>(_ body: (inout Sequencer) throws -> R) rethrows -> R {
        sequencerGuests.wrappingAdd(1, ordering: .relaxed)
        return try sequencer.withLock { sequencer in
            sequencerGuests.wrappingSubtract(1, ordering: .relaxed)
            return try body(&sequencer)
        }
    }

    func segments() -> [SegmentInfo] {
        let version = published.withLock { $0 }
        return version.tables.sorted { $0.key < $1.key }.flatMap { id, table in
            table.segments.map { segment in
                let zone = table.spec.sortKey.first.flatMap { segment.segment.bounds(column: $0) }
                return SegmentInfo(
                    table: id, fragment: segment.id, rowCount: segment.rowCount,
                    deletedCount: segment.deleted?.count ?? 0, byteCount: segment.byteCount,
                    tier: segment.tier, file: segment.file.path, min: zone?.min ?? .null,
                    max: zone?.max ?? .null)
            }
        }
    }
}
