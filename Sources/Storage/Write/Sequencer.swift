import Basics
import Disk
import Vectors

/// Puts commits in order and makes them durable; used under the store's sequencer lock only.
///
/// A group of commits becomes one frame of the log. Its effects stay in a copy of the state until
/// the frame is durable, so whatever fails leaves the state as it was.
final class Sequencer: @unchecked Sendable {
    private(set) var state: WorkingState
    private(set) var remap = Remap()
    private var wal: LogFile
    /// Log files on disk, the one in use last.
    private(set) var walFiles: [UInt64]
    private var manifest: ManifestLog
    /// Every file that log or manifest may name.
    private var known: [UInt64: SegmentFile] = [:]
    private let paths: StorePaths
    private let files: any FileSystem
    private let options: StoreOptions

    init(
        state: WorkingState, wal: consuming LogFile, walFiles: [UInt64],
        manifest: consuming ManifestLog, named: [SegmentFile] = [], paths: StorePaths,
        files: any FileSystem, options: StoreOptions
    ) {
        self.state = state
        self.wal = wal
        self.walFiles = walFiles
        self.manifest = manifest
        self.paths = paths
        self.files = files
        self.options = options
        for file in named { known[file.entry.file] = file }
    }

    // MARK: Commits

    /// Commits a group; every request gets its answer.
    ///
    /// - Returns: why the store must stop, if it must.
    func process(_ group: [CommitRequest]) -> SQLError? {
        let before = state
        var frame = ByteWriter()
        var accepted: [(CommitRequest, CommitNumber)] = []
        for request in group {
            let saved = state
            do {
                let writer = try apply(request.change)
                writer.finish(state.commit, into: &frame)
                accepted.append((request, state.commit))
            } catch {
                state = saved
                request.fail(error)
            }
        }
        if accepted.isEmpty { return nil }
        do throws(LogFailure) {
            if wal.end > options.walFileBytesMax { try rotateLog(first: before.commit + 1) }
            retarget(from: before)
            try wal.append(frame.bytes, sequence: state.commit)
        } catch {
            state = before
            var stop: SQLError?
            if case .sync(let cause) = error {
                stop = StoreCore.stopped(by: cause)
                for (request, _) in accepted { request.isUnknown = true }
            }
            for (request, _) in accepted { request.fail(stop ?? error.cause) }
            return stop
        }
        if accepted.contains(where: { $0.0.change.tables.contains(where: \.bringsFiles) }) {
            noteFiles()
        }
        for (request, number) in accepted { request.number = number }
        return nil
    }

    /// Answers the requests of a group once its state is visible.
    static func complete(_ group: [CommitRequest]) {
        for request in group { request.finish() }
    }

    private func apply(_ change: PreparedChange) throws -> LogCommitWriter {
        let base = change.changes.basedOn.version
        var writer = LogCommitWriter()
        if change.changesCatalog, state.catalogCommit > base.commit { throw Self.conflict }
        for id in change.changes.guarded where state.tables[id]?.rowCommit ?? 0 > base.commit {
            throw Self.conflict
        }
        state.commit += 1
        for table in change.tables {
            do {
                try apply(table, base: base, &writer)
            } catch let violation as KeyViolation {
                throw violation.error(change.changes.keyLabels[table.id])
            }
        }
        if let image = change.changes.catalogImage {
            state.catalogImage = image
            state.catalogCommit = state.commit
            writer.add(.catalog(image))
        }
        for (name, value) in change.changes.notes.sorted(by: { $0.key < $1.key }) {
            state.notes[name] = value
            writer.add(.note(name, value))
        }
        return writer
    }

    private func apply(
        _ table: PreparedChange.Table, base: Version, _ writer: inout LogCommitWriter
    ) throws {
        let change = table.change
        let id = table.id
        if change.created {
            if change.dropped { return }
            guard state.tables[id] == nil else { throw Self.conflict }
            state.create(table.spec)
            writer.add(.create(table.spec))
        } else {
            guard let now = state.tables[id], now.specCommit <= base.commit else {
                throw Self.conflict
            }
            if change.dropped {
                state.drop(id)
                writer.add(.drop(id))
                return
            }
            if change.truncated {
                state.truncate(id)
                writer.add(.truncate(id))
            }
            if let spec = change.spec {
                state.alter(spec)
                writer.add(.alter(spec))
            }
        }
        let number = state.commit
        state.tables[id]?.rowCommit = number
        try delete(change.deletes, of: id, &writer)
        if table.rowCount == 0, table.staged.isEmpty { return }
        if let now = state.tables[id] { try table.keys.verify(now, remap: remap) }
        for staged in table.staged {
            guard let fragment = try add([staged.file], to: id, &writer).first else { continue }
            var rows: [Int] = []
            staged.deleted?.forEach { rows.append($0) }
            if rows.isEmpty { continue }
            _ = state.delete(id, fragment: fragment, rows: rows)
            writer.add(.delete(table: id, fragment: fragment, rows: rows))
        }
        if !table.bulk.isEmpty {
            _ = try add(table.bulk, to: id, &writer)
        } else if table.rowCount > 0 {
            try append(table, &writer)
        }
    }

    /// Gives files to a table as a run of their own; their fragments.
    private func add(
        _ files: [SegmentFile], to id: UInt32, _ writer: inout LogCommitWriter
    ) throws -> [UInt32] {
        let run = state.nextRun
        state.nextRun += 1
        let own = try files.map {
            SegmentFile($0, fragment: try state.takeFragment(), run: run)
        }
        state.add(own, to: id)
        writer.add(.segments(table: id, entries: own.map(\.entry)))
        return own.map(\.id)
    }

    private func delete(
        _ locators: [Int64], of id: UInt32, _ writer: inout LogCommitWriter
    ) throws {
        if locators.isEmpty { return }
        var live = Set<UInt32>()
        for fragment in state.tables[id]?.fragments ?? [] { live.insert(fragment.id) }
        var rows: [UInt32: [Int]] = [:]
        for locator in locators where !Locator.isOwn(Locator.fragment(locator)) {
            var place = locator
            while !live.contains(Locator.fragment(place)) {
                guard let next = remap.current(place) else { throw Self.conflict }
                place = next
            }
            rows[Locator.fragment(place), default: []].append(Locator.row(place))
        }
        for (fragment, list) in rows.sorted(by: { $0.key < $1.key }) {
            var ascending = list.sorted()
            ascending = ascending.enumerated().filter { $0 == 0 || ascending[$0 - 1] != $1 }
                .map(\.element)
            guard state.delete(id, fragment: fragment, rows: ascending) == 0 else {
                throw Self.conflict
            }
            writer.add(.delete(table: id, fragment: fragment, rows: ascending))
        }
    }

    private func append(_ table: PreparedChange.Table, _ writer: inout LogCommitWriter) throws {
        guard let now = state.tables[table.id] else { throw Self.conflict }
        let fragment: UInt32
        var firstRow = 0
        if now.hasOpenTail, let tail = now.tails.last {
            fragment = tail.id
            firstRow = tail.rowCount
        } else {
            fragment = try state.takeFragment()
            state.tables[table.id]?.hasOpenTail = true
        }
        let isGood = state.append(
            table.id, fragment: fragment, firstRow: firstRow, batches: table.batches,
            columns: table.spec.columns, walFile: wal.header.number)
        guard isGood else { throw SQLError(.internalError, "rows do not fit their table") }
        writer.addAppend(
            table: table.id, fragment: fragment, firstRow: firstRow,
            batches: table.batches.count, encoded: table.encoded)
    }

    static let conflict = SQLError(
        .serializationFailure, "could not serialize access due to concurrent update")

    // MARK: Log files

    private func rotateLog(first: CommitNumber) throws(LogFailure) {
        // What a failed append left behind the end must not outlive the file's being last.
        do { try wal.close() } catch { throw .sync(error) }
        let number = wal.header.number + 1
        wal = try LogFile.create(
            paths.wal(number), in: paths.directory,
            header: LogFile.Header(
                kind: .wal, number: number, store: wal.header.store, first: first),
            files: files)
        walFiles.append(number)
    }

    /// Tails made while the group was applied lie in the file that is in use now.
    private func retarget(from before: WorkingState) {
        let number = wal.header.number
        for (id, table) in state.tables {
            for (place, tail) in table.tails.enumerated()
            where tail.id >= before.nextFragment && tail.walFile != number {
                state.tables[id]?.tails[place] = tail.written(in: number)
            }
        }
    }

    /// Closes the log file in use, so that it can go when its rows are flushed.
    func startLogFile() throws(LogFailure) {
        if wal.end > LogFile.headerBytes { try rotateLog(first: state.commit + 1) }
    }

    // MARK: Manifest

    /// Stops a table's tails from growing and returns them.
    func sealTails(of id: UInt32) -> (spec: TableSpec, tails: [TailFragment])? {
        state.tables[id]?.hasOpenTail = false
        return state.tables[id].map { ($0.spec, $0.tails) }
    }

    /// Takes over a run that replaces fragments; deletes made meanwhile are carried over.
    ///
    /// - Returns: false where the fragments are gone, and the run with them.
    func replace(
        _ old: [Fragment], of id: UInt32, maps: [RowMap], run files: [SegmentFile],
        nextFile: UInt64
    ) throws(LogFailure) -> Bool {
        guard var table = state.tables[id] else { return false }
        var now: [UInt32: Fragment] = [:]
        for fragment in table.fragments { now[fragment.id] = fragment }
        guard old.allSatisfy({ now[$0.id] != nil }) else { return false }
        var next = state
        let run = next.nextRun
        next.nextRun += 1
        var named: [SegmentFile] = []
        do {
            for file in files {
                named.append(SegmentFile(file, fragment: try next.takeFragment(), run: run))
            }
        } catch {
            throw .write(error)
        }
        var places: [Int] = []
        for (fragment, map) in zip(old, maps) {
            now[fragment.id]?.deleted?.forEach(notIn: fragment.deleted) { row in
                let place = map.places[row]
                if place != RowMap.dropped { places.append(Int(place)) }
            }
        }
        places.sort()
        let gone = Set(old.map(\.id))
        table.segments.removeAll { gone.contains($0.id) }
        table.tails.removeAll { gone.contains($0.id) }
        var start = 0
        for file in named {
            let rows = start..<(start + file.entry.rowCount)
            let deleted = places.filter { rows.contains($0) }.map { $0 - start }
            table.segments.append(
                SegmentFragment(
                    file: file, deleted: deleted.isEmpty ? nil : .adding(deleted, to: nil),
                    spec: table.spec))
            start = rows.upperBound
        }
        next.tables[id] = table
        try record(next, nextFile: nextFile)
        remap.prune()
        remap.add(old.map { ($0.id, $0.pin) }, maps: maps, run: named)
        return true
    }

    /// Makes a state the manifest's, and drops files that it does not need.
    func record(_ next: WorkingState, nextFile: UInt64) throws(LogFailure) {
        var walFrom = wal.header.number
        for table in next.tables.values {
            for tail in table.tails { walFrom = min(walFrom, tail.walFile) }
        }
        try manifest.record(ManifestState(next, walFrom: walFrom, nextFile: nextFile))
        state = next
        noteFiles()
        dropFiles()
        for number in walFiles where number < walFrom {
            // The next start removes what is left.
            try? files.remove(paths.wal(number))
        }
        walFiles.removeAll { $0 < walFrom }
        if manifest.isFull {
            do {
                try manifest.rotate(bytesMax: options.manifestBytesMax)
            } catch {
                // Lack of space only means that the edits stay.
                if case .sync = error { throw error }
            }
        }
    }

    private func noteFiles() {
        for table in state.tables.values {
            for segment in table.segments where known[segment.file.entry.file] == nil {
                known[segment.file.entry.file] = segment.file
            }
        }
    }

    private func dropFiles() {
        var live = Set<UInt64>()
        for table in state.tables.values {
            for segment in table.segments { live.insert(segment.file.entry.file) }
        }
        for (number, file) in known where !live.contains(number) {
            file.markObsolete()
            known[number] = nil
        }
    }

    /// The last step of an orderly stop. No commit depends on it: it only tells the next start how
    /// far the log goes, so that a log that has lost its end is not taken for one with a torn
    /// write.
    func close(nextFile: UInt64) {
        do {
            if state.commit > manifest.state.commit { try record(state, nextFile: nextFile) }
            try wal.close()
        } catch {}
    }
}
