import Basics
import Vectors

/// The state that commits change; a value, so a commit that fails leaves no trace.
///
/// Commits and recovery change it by the same functions.
struct WorkingState: Sendable {
    var commit: CommitNumber = 0
    var catalogImage: [UInt8] = []
    var catalogCommit: CommitNumber = 0
    var notes: [String: [UInt8]] = [:]
    var tables: [UInt32: TableVersion] = [:]
    /// The next fragment id; never reused.
    var nextFragment: UInt32 = 1
    /// The next run number.
    var nextRun: UInt32 = 1

    func version() -> Version {
        Version(
            commit: commit, catalogImage: catalogImage, catalogCommit: catalogCommit,
            notes: notes, tables: tables)
    }

    var tailBytes: Int {
        tables.values.reduce(0) { $0 + $1.tails.reduce(0) { $0 + $1.byteCount } }
    }

    mutating func takeFragment() throws -> UInt32 {
        guard nextFragment < Locator.stagedFragments else {
            throw SQLError(.programLimitExceeded, "no more fragment numbers")
        }
        defer { nextFragment += 1 }
        return nextFragment
    }

    mutating func create(_ spec: TableSpec) {
        tables[spec.id] = TableVersion(spec: spec, specCommit: commit)
        catalogCommit = commit
    }

    mutating func drop(_ id: UInt32) {
        tables[id] = nil
        catalogCommit = commit
    }

    mutating func truncate(_ id: UInt32) {
        guard let table = tables[id] else { return }
        tables[id] = TableVersion(spec: table.spec, specCommit: table.specCommit)
    }

    mutating func alter(_ spec: TableSpec) {
        guard var table = tables[spec.id] else { return }
        table.spec = spec
        table.specCommit = commit
        table.segments = table.segments.map {
            SegmentFragment(file: $0.file, deleted: $0.deleted, spec: spec)
        }
        table.tails = table.tails.map { $0.seen(by: spec) }
        table.hasOpenTail = false
        tables[spec.id] = table
        catalogCommit = commit
    }

    /// Marks rows of a fragment deleted.
    ///
    /// - Returns: how many were deleted already; nil where the fragment is unknown or too short.
    mutating func delete(_ id: UInt32, fragment: UInt32, rows: [Int]) -> Int? {
        var repeated = 0
        let last = rows.last ?? 0
        if let place = tables[id]?.segments.firstIndex(where: { $0.id == fragment }),
            let segment = tables[id]?.segments[place]
        {
            guard last < segment.rowCount else { return nil }
            let deleted = DeleteBitmap.adding(rows, to: segment.deleted, repeated: &repeated)
            tables[id]?.segments[place] = SegmentFragment(
                file: segment.file, deleted: deleted, spec: segment.spec)
            return repeated
        }
        guard let place = tables[id]?.tails.firstIndex(where: { $0.id == fragment }),
            let tail = tables[id]?.tails[place], last < tail.rowCount
        else { return nil }
        tables[id]?.tails[place] = tail.deleting(
            DeleteBitmap.adding(rows, to: tail.deleted, repeated: &repeated))
        return repeated
    }

    /// Adds rows to a tail fragment, which is made if it is new.
    ///
    /// - Returns: false where rows before them are missing.
    mutating func append(
        _ id: UInt32, fragment: UInt32, firstRow: Int, batches: [Batch], columns: [ColumnSpec],
        walFile: UInt64
    ) -> Bool {
        guard var table = tables[id] else { return false }
        let place: Int
        if let found = table.tails.firstIndex(where: { $0.id == fragment }) {
            place = found
        } else {
            table.tails.append(
                TailFragment(
                    id: fragment, spec: table.spec, columns: columns, batches: [], deleted: nil,
                    keys: table.spec.primaryKey.isEmpty ? nil : TailKeyIndex(),
                    walFile: walFile))
            place = table.tails.count - 1
        }
        let tail = table.tails[place]
        guard tail.rowCount == firstRow, tail.columns.map(\.id) == columns.map(\.id) else {
            return false
        }
        if let index = tail.keys {
            var row = firstRow
            let places = table.spec.primaryKey.compactMap { tail.index(of: $0) }
            for batch in batches {
                index.insert(
                    KeyHash.hashes(places.map { batch.columns[$0] }, count: batch.count),
                    firstRow: row)
                row += batch.count
            }
        }
        table.tails[place] = tail.appending(batches)
        tables[id] = table
        return true
    }

    /// Adds finished segments as a run of their own.
    mutating func add(_ segments: [SegmentFile], to id: UInt32) {
        guard var table = tables[id] else { return }
        table.segments += segments.map { SegmentFragment($0, spec: table.spec) }
        tables[id] = table
    }
}
