import Basics
import Disk
import Vectors

/// What `Store.age` did.
package struct AgeReport: Sendable, Equatable {
    package var segments = 0
    package var rows = 0
    /// Bytes in the hot tier before, and in the archive after.
    package var bytesBefore = 0
    package var bytesAfter = 0
    package init() {}
}

/// Tables on disk: commits, snapshots, and the work that keeps them sorted and small.
package final class Store: Sendable {
    let core: StoreCore

    init(core: StoreCore) { self.core = core }

    deinit { core.close() }

    /// Opens or makes a store, replays its log and starts its threads.
    package static func open(
        directory: String, fileSystem: any FileSystem = PosixFileSystem(),
        options: StoreOptions = StoreOptions()
    ) throws -> Store {
        Store(core: try StoreCore.open(directory: directory, files: fileSystem, options: options))
    }

    /// The state after the last durable commit. Cheap.
    package func snapshot() -> StoreSnapshot { core.snapshot() }

    /// Makes the changes durable and visible, all or none; from any thread.
    ///
    /// - Throws: `SQLError` 40001 (try again), 23505, 53100, 53200, 58030.
    @discardableResult
    package func commit(_ changes: ChangeSet) throws -> CommitNumber {
        try core.commit(changes)
    }

    /// Writes all rows in memory as segments and drops the log that held them.
    package func flush() throws { try core.flush() }

    /// Merges a table's segments into sorted ones without deleted rows and dropped columns.
    package func compact(_ table: UInt32) throws { try core.compact(table) }

    /// Moves whole segments to the archive whose sort key's first column is everywhere below the
    /// bound.
    package func age(_ table: UInt32, below bound: Datum) throws -> AgeReport {
        try core.age(table, below: bound)
    }

    /// All segments of the current state.
    package func segments() -> [SegmentInfo] { core.segments() }

    /// Memory held by unflushed rows.
    package var tailBytes: Int { core.tailBytes }

    /// Why the store takes no more commits; nil while it is well.
    package var failure: SQLError? { core.failure }

    /// Stops the threads; later commits fail. Snapshots stay readable.
    package func close() { core.close() }
}
