import Basics
import Vectors

/// The store as of one commit, without the rows that only the log has.
struct ManifestState: Sendable {
    /// All commits up to here are contained, but for rows of the tails named.
    var commit: CommitNumber = 0
    /// The first log file that recovery needs.
    var walFrom: UInt64 = 1
    var nextFile: UInt64 = 1
    var nextFragment: UInt32 = 1
    var nextRun: UInt32 = 1
    var catalogCommit: CommitNumber = 0
    var catalogImage: [UInt8] = []
    var notes: [String: [UInt8]] = [:]
    var tables: [UInt32: Table] = [:]

    struct Table: Sendable {
        var spec: TableSpec
        var specCommit: CommitNumber
        /// Fragments whose rows the log has, and how many rows up to the commit.
        var tails: [Tail] = []
        var segments: [UInt32: Segment] = [:]
    }

    struct Tail: Sendable, Equatable {
        var fragment: UInt32
        var rowCount: Int
    }

    struct Segment: Sendable {
        var entry: SegmentEntry
        var deleted: DeleteBitmap?
    }

    init() {}

    init(_ state: WorkingState, walFrom: UInt64, nextFile: UInt64) {
        commit = state.commit
        self.walFrom = walFrom
        self.nextFile = nextFile
        nextFragment = state.nextFragment
        nextRun = state.nextRun
        catalogCommit = state.catalogCommit
        catalogImage = state.catalogImage
        notes = state.notes
        for (id, table) in state.tables {
            var own = Table(spec: table.spec, specCommit: table.specCommit)
            own.tails = table.tails.map { Tail(fragment: $0.id, rowCount: $0.rowCount) }
            for segment in table.segments {
                own.segments[segment.id] = Segment(
                    entry: segment.file.entry, deleted: segment.deleted)
            }
            tables[id] = own
        }
    }
}

extension ManifestState {
    /// The bytes that turn `old` into this state; from an empty state they are a snapshot.
    func edit(from old: ManifestState) -> [UInt8] {
        var out = ByteWriter()
        out.integer(commit)
        out.integer(walFrom)
        out.integer(nextFile)
        out.integer(nextFragment)
        out.integer(nextRun)
        out.integer(catalogCommit)
        let hasCatalog = catalogImage != old.catalogImage
        out.integer(UInt8(hasCatalog ? 1 : 0))
        if hasCatalog { SpecCodec.write(catalogImage, to: &out) }
        let notes = notes.filter { old.notes[$0.key] != $0.value }.sorted { $0.key < $1.key }
        out.integer(UInt32(truncatingIfNeeded: notes.count))
        for (name, value) in notes {
            out.string(name)
            SpecCodec.write(value, to: &out)
        }
        SpecCodec.write(ids: old.tables.keys.filter { tables[$0] == nil }.sorted(), to: &out)
        let changed = tables.keys.sorted().filter { differs(tables[$0], old.tables[$0]) }
        out.integer(UInt32(truncatingIfNeeded: changed.count))
        for id in changed {
            if let table = tables[id] { Self.write(table, old.tables[id], to: &out) }
        }
        return out.bytes
    }

    private func differs(_ new: Table?, _ old: Table?) -> Bool {
        guard let new, let old else { return true }
        return new.specCommit != old.specCommit || new.tails != old.tails
            || new.segments.count != old.segments.count
            || new.segments.contains { id, segment in
                old.segments[id]?.deleted?.count != segment.deleted?.count
                    || old.segments[id]?.entry != segment.entry
            }
    }

    private static func write(_ table: Table, _ old: Table?, to out: inout ByteWriter) {
        SpecCodec.write(table.spec, to: &out)
        out.integer(table.specCommit)
        out.integer(UInt32(truncatingIfNeeded: table.tails.count))
        for tail in table.tails {
            out.integer(tail.fragment)
            out.integer(UInt32(truncatingIfNeeded: tail.rowCount))
        }
        let before = old?.segments ?? [:]
        let removed = before.keys.filter { table.segments[$0] == nil }.sorted()
        SpecCodec.write(ids: removed, to: &out)
        let added = table.segments.keys.filter { before[$0]?.entry != table.segments[$0]?.entry }
            .sorted()
        out.integer(UInt32(truncatingIfNeeded: added.count))
        for id in added {
            if let segment = table.segments[id] { SpecCodec.write(segment.entry, to: &out) }
        }
        let deleting = table.segments.keys.sorted().filter {
            (table.segments[$0]?.deleted?.count ?? 0) != (before[$0]?.deleted?.count ?? 0)
        }
        out.integer(UInt32(truncatingIfNeeded: deleting.count))
        for id in deleting {
            out.integer(id)
            var rows: [Int] = []
            table.segments[id]?.deleted?.forEach(notIn: before[id]?.deleted) { rows.append($0) }
            SpecCodec.write(rows: rows, to: &out)
        }
    }

    /// Applies the bytes of an edit.
    mutating func apply(_ payload: UnsafeRawBufferPointer) throws {
        var reader = ByteReader(payload)
        commit = try reader.integer()
        walFrom = try reader.integer()
        nextFile = try reader.integer()
        nextFragment = try reader.integer()
        nextRun = try reader.integer()
        catalogCommit = try reader.integer()
        if try reader.integer(UInt8.self) != 0 { catalogImage = try SpecCodec.readBytes(&reader) }
        for _ in 0..<(try reader.integer(UInt32.self)) {
            let name = try reader.string()
            notes[name] = try SpecCodec.readBytes(&reader)
        }
        for id in try SpecCodec.readIDs(&reader) { tables[id] = nil }
        for _ in 0..<(try reader.integer(UInt32.self)) { try applyTable(&reader) }
        guard reader.isAtEnd else {
            throw ByteReaderError.malformed("bytes after the edit", offset: reader.offset)
        }
    }

    private mutating func applyTable(_ reader: inout ByteReader) throws {
        let at = reader.offset
        let spec = try SpecCodec.readSpec(&reader)
        var table = Table(spec: spec, specCommit: try reader.integer())
        table.segments = tables[spec.id]?.segments ?? [:]
        for _ in 0..<(try reader.integer(UInt32.self)) {
            let fragment = try reader.integer(UInt32.self)
            let rows = Int(try reader.integer(UInt32.self))
            table.tails.append(Tail(fragment: fragment, rowCount: rows))
        }
        for id in try SpecCodec.readIDs(&reader) { table.segments[id] = nil }
        for _ in 0..<(try reader.integer(UInt32.self)) {
            let entry = try SpecCodec.readEntry(&reader)
            table.segments[entry.fragment] = Segment(
                entry: entry, deleted: table.segments[entry.fragment]?.deleted)
        }
        for _ in 0..<(try reader.integer(UInt32.self)) {
            let id = try reader.integer(UInt32.self)
            let rows = try SpecCodec.readRows(&reader)
            guard let segment = table.segments[id], (rows.last ?? 0) < segment.entry.rowCount else {
                throw ByteReaderError.malformed("deleted rows", offset: at)
            }
            table.segments[id]?.deleted = DeleteBitmap.adding(rows, to: segment.deleted)
        }
        tables[spec.id] = table
    }
}
