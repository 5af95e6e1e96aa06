import Basics
import Disk
import Encodings
import Synchronization
import Vectors

/// The whole store after one commit; immutable and shared by all snapshots of it.
final class Version: Sendable {
    let commit: CommitNumber
    let catalogImage: [UInt8]
    let catalogCommit: CommitNumber
    let notes: [String: [UInt8]]
    let tables: [UInt32: TableVersion]

    init(
        commit: CommitNumber, catalogImage: [UInt8], catalogCommit: CommitNumber,
        notes: [String: [UInt8]], tables: [UInt32: TableVersion]
    ) {
        self.commit = commit
        self.catalogImage = catalogImage
        self.catalogCommit = catalogCommit
        self.notes = notes
        self.tables = tables
    }
}

/// A table after one commit.
struct TableVersion: Sendable {
    var spec: TableSpec
    /// The commit that made the table or changed its columns.
    var specCommit: CommitNumber
    /// The last commit since the start that added or deleted rows.
    var rowCommit: CommitNumber = 0
    var segments: [SegmentFragment] = []
    /// Oldest first; commits go to the last while it is open.
    var tails: [TailFragment] = []
    /// Whether the last tail takes more rows.
    var hasOpenTail = false

    var fragments: [Fragment] {
        segments.map(Fragment.segment) + tails.map(Fragment.tail)
    }
}

/// Lives as long as some snapshot holds the fragment; see `Remap`.
final class FragmentPin: Sendable {}

/// What the manifest records of a segment. Immutable.
struct SegmentEntry: Sendable, Equatable {
    /// The fragment id, by which locators name the segment.
    var fragment: UInt32
    /// The file's number; never reused.
    var file: UInt64
    var tier: Tier
    /// Segments of one run do not overlap in the sort key.
    var run: UInt32
    var rowCount: Int
    var byteCount: Int
    var footerChecksum: UInt32
}

/// An open segment and the life of its file: removed when obsolete and no longer used.
final class SegmentFile: Sendable {
    let entry: SegmentEntry
    let segment: Segment
    let path: String
    let pin = FragmentPin()
    private let files: any FileSystem
    private let obsolete = Atomic<Bool>(false)

    var id: UInt32 { entry.fragment }
    var tier: Tier { entry.tier }
    var name: String { StorePaths.segmentName(entry.file) }

    init(entry: SegmentEntry, segment: Segment, path: String, files: any FileSystem) {
        self.entry = entry
        self.segment = segment
        self.path = path
        self.files = files
    }

    /// The same open file under the fragment id and run that its commit got.
    init(_ other: SegmentFile, fragment: UInt32, run: UInt32) {
        var entry = other.entry
        entry.fragment = fragment
        entry.run = run
        self.entry = entry
        segment = other.segment
        path = other.path
        files = other.files
    }

    /// Neither manifest nor log name the file any more: it goes with the last reader.
    func markObsolete() { obsolete.store(true, ordering: .releasing) }

    deinit {
        guard obsolete.load(ordering: .acquiring) else { return }
        segment.cache.remove(segment: segment.id)
        // A file that stays is found and removed when the store is opened next.
        try? files.remove(path)
    }
}

extension SegmentFragment {
    init(_ file: SegmentFile, spec: TableSpec, deleted: DeleteBitmap? = nil) {
        self.init(file: file, deleted: deleted, spec: spec)
    }
}

extension Fragment {
    /// The fragment as read through a changed spec.
    func seen(by spec: TableSpec) -> Fragment {
        switch self {
        case .segment(let segment):
            .segment(SegmentFragment(file: segment.file, deleted: segment.deleted, spec: spec))
        case .tail(let tail): .tail(tail.seen(by: spec))
        }
    }

    var pin: FragmentPin {
        switch self {
        case .segment(let segment): segment.file.pin
        case .tail(let tail): tail.pin
        }
    }
}
