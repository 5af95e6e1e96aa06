/// Sizes and policies of a store; the defaults suit a machine with 8 GB or more.
package struct StoreOptions: Sendable {
    /// Where aged segments go; `archive` in the data directory where nil.
    package var archiveDirectory: String?
    /// A table's tail is flushed at so many rows or bytes.
    package var tailRowsMax = 512 * 1024
    package var tailBytesMax = 64 << 20
    /// Commits wait while all tails together hold more; they fail with 53200 after
    /// `tailWaitSeconds`.
    package var tailBudgetBytes = 512 << 20
    package var tailWaitSeconds = 30.0
    /// A log file is closed at this size, and its rows are flushed.
    package var walFileBytesMax = 128 << 20
    /// Appends of so many rows to one table are written as segments at once.
    package var bulkRowsMin = 200_000
    /// The manifest is rewritten as a snapshot at this size.
    package var manifestBytesMax = 8 << 20
    /// Encoded chunks kept in memory.
    package var cacheBytes = 1 << 30
    /// Rows of a segment at most; smaller only in tests.
    package var segmentRowsMax = 1 << 20
    /// Columns or key ranges written at a time where somebody waits; background work takes one thread.
    package var writerThreads = 1
    /// Whether log, flush and compaction have threads of their own. Without, commits run on the
    /// caller's thread and nothing is flushed or compacted unasked: for tests, which need the same
    /// order each time.
    package var usesThreads = true

    package init() {}
}
