import Basics
import Vectors

/// The state after one commit. Holding it keeps the files it needs.
package struct StoreSnapshot: Sendable {
    let version: Version
    /// Where rows of a transaction that has read this state may be written before its commit; nil
    /// keeps them in memory.
    var staging: SegmentStaging?

    package var commitNumber: CommitNumber { version.commit }
    /// The catalog's own bytes, empty in a new store.
    package var catalogImage: [UInt8] { version.catalogImage }
    /// The commit that last changed the catalog image or a table's definition.
    package var catalogCommit: CommitNumber { version.catalogCommit }
    /// The ids of all tables, ascending.
    package var tableIDs: [UInt32] { version.tables.keys.sorted() }

    package func table(_ id: UInt32) -> TableSnapshot? {
        version.tables[id].map { TableSnapshot($0) }
    }

    /// The latest note that a commit left under the name.
    package func note(_ name: String) -> [UInt8]? { version.notes[name] }
}

/// A table's rows in one state.
package struct TableSnapshot: Sendable {
    package let spec: TableSpec
    package let fragments: [Fragment]
    /// Rows that are not deleted.
    package let rowCount: Int

    /// The fragments that are segments.
    package var segments: [SegmentFragment] {
        fragments.compactMap { if case .segment(let segment) = $0 { segment } else { nil } }
    }

    init(_ table: TableVersion) {
        self.init(spec: table.spec, fragments: table.fragments)
    }

    init(spec: TableSpec, fragments: [Fragment]) {
        self.spec = spec
        self.fragments = fragments
        rowCount = fragments.reduce(0) { $0 + $1.liveRowCount }
    }

    /// The table as a transaction sees it that has added and deleted rows itself.
    ///
    /// - Parameters:
    ///   - appends: batches in the spec's columns; rows get locators of `Locator.overlayFragment`.
    ///   - deletes: locators of this snapshot, or of the overlay.
    package func overlay(appends: [Batch], deletes: [Int64]) throws -> TableSnapshot {
        let flat = try appends.flatMap { try TailBatches.flatten($0, columns: spec.columns) }
        return overlay(flat: flat, deletes: deletes)
    }

    func overlay(
        flat: [Batch], deletes: [Int64], keys: TailKeyIndex? = nil
    ) -> TableSnapshot {
        var rows: [UInt32: [Int]] = [:]
        for locator in deletes {
            rows[Locator.fragment(locator), default: []].append(Locator.row(locator))
        }
        var result = fragments.map { fragment in
            guard let deleted = rows[fragment.id] else { return fragment }
            return fragment.deleting(DeleteBitmap.adding(deleted, to: fragment.deleted))
        }
        if !flat.isEmpty {
            let own = rows[Locator.overlayFragment].map { DeleteBitmap.adding($0, to: nil) }
            result.append(
                .tail(
                    TailFragment(
                        id: Locator.overlayFragment, spec: spec, columns: spec.columns,
                        batches: flat, deleted: own, keys: keys)))
        }
        return TableSnapshot(spec: spec, fragments: result)
    }
}

extension Fragment {
    func deleting(_ deleted: DeleteBitmap) -> Fragment {
        switch self {
        case .segment(let segment):
            .segment(SegmentFragment(file: segment.file, deleted: deleted, spec: segment.spec))
        case .tail(let tail): .tail(tail.deleting(deleted))
        }
    }
}
