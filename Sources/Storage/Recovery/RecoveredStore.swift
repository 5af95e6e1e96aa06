import Basics
import Disk
import Vectors

/// What the files of a store say, found without changing any of them.
///
/// 1. CURRENT names the manifest; its edits give the state as of commit P.
/// 2. The log from `walFrom` on is replayed: up to P only rows and deletes of tails that the
///    manifest lists, beyond P everything.
/// 3. What a crash has left over is listed in `repairs`.
struct RecoveredStore {
    /// A change to the files that opening for write makes; all may be repeated.
    enum Repair {
        case truncate(String, to: Int)
        case remove(String, in: String)
    }

    var state = WorkingState()
    var manifest = ManifestState()
    var store: UInt64 = 0
    var manifestHeader = LogFile.Header(kind: .manifest, number: 0, store: 0, first: 0)
    var manifestEnd = 0
    var manifestSequence: UInt64 = 0
    var walNumbers: [UInt64] = []
    var nextWAL: UInt64 = 1
    var nextFile: UInt64 = 1
    var repairs: [Repair] = []
    /// Every segment that manifest or log names, those of dropped tables too: until the manifest
    /// says otherwise, the next recovery opens them all again.
    var named: [SegmentFile] = []

    private let paths: StorePaths
    private let files: any FileSystem
    private let shop: SegmentShop

    /// Reads a store; nil where there is none yet.
    static func read(
        _ paths: StorePaths, files: any FileSystem, shop: SegmentShop
    ) throws -> RecoveredStore? {
        guard try files.exists(paths.directory) else { return nil }
        let names = try files.list(paths.directory)
        if !names.contains("CURRENT") {
            try refuseLostCurrent(names, paths: paths, files: files)
            return nil
        }
        var store = RecoveredStore(paths: paths, files: files, shop: shop)
        try store.readManifest(names)
        try store.openSegments()
        try store.replay(names)
        try store.findOrphans()
        return store
    }

    private init(paths: StorePaths, files: any FileSystem, shop: SegmentShop) {
        self.paths = paths
        self.files = files
        self.shop = shop
    }

    /// A store that was never finished has no commits; any commit proves that CURRENT is lost.
    private static func refuseLostCurrent(
        _ names: [String], paths: StorePaths, files: any FileSystem
    ) throws {
        for name in names {
            guard let number = StorePaths.number(name, prefix: "wal-") else { continue }
            let log = try LogReader(
                paths.wal(number), kind: .wal, number: number, isLast: true, files: files)
            if !log.frames.isEmpty || number > 1 {
                throw SQLError(
                    .dataCorrupted, "file \"\(paths.current)\" is missing, but a log is there")
            }
        }
    }

    private mutating func readManifest(_ names: [String]) throws {
        let current = try ManifestLog.current(paths: paths, files: files)
        store = current.store
        let path = paths.manifest(current.number)
        guard names.contains(where: { paths.directory + "/" + $0 == path }) else {
            throw SQLError(.dataCorrupted, "file \"\(path)\" is missing")
        }
        let log = try LogReader(
            path, kind: .manifest, number: current.number, isLast: true, files: files)
        guard let header = log.header, header.store == store, !log.frames.isEmpty else {
            throw LogReader.damage(path, 0, "header")
        }
        for (index, frame) in log.frames.enumerated() {
            guard frame.sequence == UInt64(index + 1) else {
                throw LogReader.damage(path, frame.offset, "frame number")
            }
            do {
                try frame.payload.withUnsafeBytes { try manifest.apply($0) }
            } catch {
                throw LogReader.damage(path, frame.offset, "edit (\(error))")
            }
        }
        manifestHeader = header
        manifestEnd = log.end
        manifestSequence = UInt64(log.frames.count)
        if log.isTorn { repairs.append(.truncate(path, to: log.end)) }
        for name in names {
            let isOther =
                StorePaths.number(name, prefix: "manifest-").map { $0 != current.number } ?? false
            if isOther || name == "CURRENT.new" {
                repairs.append(.remove(paths.directory + "/" + name, in: paths.directory))
            }
        }
    }

    private mutating func openSegments() throws {
        state.commit = manifest.commit
        state.catalogImage = manifest.catalogImage
        state.catalogCommit = manifest.catalogCommit
        state.notes = manifest.notes
        state.nextFragment = manifest.nextFragment
        state.nextRun = manifest.nextRun
        nextFile = manifest.nextFile
        for (id, table) in manifest.tables {
            var own = TableVersion(spec: table.spec, specCommit: table.specCommit)
            for segment in table.segments.values.sorted(by: {
                $0.entry.fragment < $1.entry.fragment
            }) {
                let file = try shop.open(segment.entry)
                named.append(file)
                own.segments.append(
                    SegmentFragment(file, spec: table.spec, deleted: segment.deleted))
            }
            state.tables[id] = own
        }
    }

    private mutating func replay(_ names: [String]) throws {
        let found = names.compactMap { StorePaths.number($0, prefix: "wal-") }.sorted()
        for number in found where number < manifest.walFrom {
            repairs.append(.remove(paths.wal(number), in: paths.directory))
        }
        walNumbers = found.filter { $0 >= manifest.walFrom }
        nextWAL = max(manifest.walFrom, (walNumbers.last ?? 0) + 1)
        for (offset, number) in walNumbers.enumerated()
        where number != manifest.walFrom + UInt64(offset) {
            throw SQLError(
                .dataCorrupted, "file \"\(paths.wal(number - 1))\" is missing")
        }
        if walNumbers.isEmpty {
            throw SQLError(
                .dataCorrupted, "file \"\(paths.wal(manifest.walFrom))\" is missing")
        }
        var next: CommitNumber?
        for number in walNumbers { try replayFile(number, next: &next) }
        let last = (next ?? 1) - 1
        guard last >= manifest.commit else {
            throw SQLError(
                .dataCorrupted,
                "the log ends at commit \(last) in file \"\(paths.wal(nextWAL - 1))\", but the "
                    + "manifest knows commit \(manifest.commit)")
        }
    }

    private mutating func replayFile(_ number: UInt64, next: inout CommitNumber?) throws {
        let path = paths.wal(number)
        let isLast = number == walNumbers.last
        let log = try LogReader(path, kind: .wal, number: number, isLast: isLast, files: files)
        guard let header = log.header else {
            // The file was being made; no commit was ever in it.
            repairs.append(.remove(path, in: paths.directory))
            if walNumbers.count == 1 { throw LogReader.damage(path, 0, "header") }
            walNumbers.removeLast()
            nextWAL = number
            return
        }
        let isInPlace = next.map { $0 == header.first } ?? (header.first <= manifest.commit + 1)
        guard header.store == store, isInPlace else {
            throw LogReader.damage(path, 0, "header (first commit \(header.first))")
        }
        if next == nil, header.first == manifest.commit + 1 { try checkTails() }
        next = header.first
        if log.isTorn { repairs.append(.truncate(path, to: log.end)) }
        for frame in log.frames {
            do {
                for commit in try frame.payload.withUnsafeBytes({ try LogCommitReader.read($0) }) {
                    guard commit.number == next else {
                        throw ByteReaderError.malformed("commit number", offset: 0)
                    }
                    next = commit.number + 1
                    try apply(commit, walFile: number)
                    if commit.number == manifest.commit { try checkTails() }
                }
            } catch let error as ByteReaderError {
                throw LogReader.damage(path, frame.offset, "commit (\(error))")
            } catch let error as SQLError where error.state == .dataCorrupted {
                throw error.naming(path)
            }
        }
    }

    /// At the manifest's commit its tails must have come back whole.
    private func checkTails() throws {
        for (id, table) in manifest.tables {
            for tail in table.tails {
                let rows = state.tables[id]?.tails.first { $0.id == tail.fragment }?.rowCount
                guard rows == tail.rowCount else {
                    throw SQLError(
                        .dataCorrupted,
                        "the log lacks rows of table \(id), fragment \(tail.fragment)")
                }
            }
        }
    }

    private mutating func apply(_ commit: LogCommit, walFile: UInt64) throws {
        let isNew = commit.number > manifest.commit
        if isNew { state.commit = commit.number }
        for operation in commit.operations {
            switch operation {
            case .append(let table, let fragment, let firstRow, let batches, let columns):
                guard isNew || holdsTail(table, fragment) else { continue }
                let spec = state.tables[table]?.spec
                let own = columns.map { column in
                    spec?.columns.first { $0.id == column.id } ?? column
                }
                let isGood = state.append(
                    table, fragment: fragment, firstRow: firstRow, batches: batches,
                    columns: own, walFile: walFile)
                guard isGood else {
                    throw ByteReaderError.malformed("rows of table \(table)", offset: 0)
                }
                state.nextFragment = max(state.nextFragment, fragment + 1)
            case .delete(let table, let fragment, let rows):
                guard isNew || holdsTail(table, fragment) else { continue }
                if state.delete(table, fragment: fragment, rows: rows) == nil {
                    throw ByteReaderError.malformed("deleted rows of table \(table)", offset: 0)
                }
            default:
                if isNew { try applyNew(operation) }
            }
        }
    }

    private mutating func applyNew(_ operation: LogOperation) throws {
        switch operation {
        case .create(let spec): state.create(spec)
        case .truncate(let table): state.truncate(table)
        case .alter(let spec): state.alter(spec)
        case .drop(let table): state.drop(table)
        case .segments(let table, let entries):
            let files = try entries.map { try shop.open($0) }
            named += files
            state.add(files, to: table)
            for entry in entries {
                state.nextFragment = max(state.nextFragment, entry.fragment + 1)
                state.nextRun = max(state.nextRun, entry.run + 1)
                nextFile = max(nextFile, entry.file + 1)
            }
        case .catalog(let image):
            state.catalogImage = image
            state.catalogCommit = state.commit
        case .note(let name, let value): state.notes[name] = value
        case .append, .delete: break
        }
    }

    private func holdsTail(_ table: UInt32, _ fragment: UInt32) -> Bool {
        manifest.tables[table]?.tails.contains { $0.fragment == fragment } ?? false
    }

    private mutating func findOrphans() throws {
        let live = Set(named.map(\.path))
        for tier in [Tier.hot, .archive] {
            let directory = paths.directory(of: tier)
            guard try files.exists(directory) else { continue }
            for name in try files.list(directory) {
                guard let number = StorePaths.number(name, suffix: ".seg") else { continue }
                nextFile = max(nextFile, number + 1)
                let path = directory + "/" + name
                if !live.contains(path) { repairs.append(.remove(path, in: directory)) }
            }
        }
    }

    /// Makes the repairs and makes them durable.
    func repair() throws {
        var directories = Set<String>()
        for repair in repairs {
            switch repair {
            case .truncate(let path, let size):
                let file = try files.open(path, .update)
                try file.truncate(to: size)
                try file.syncData()
            case .remove(let path, let directory):
                try files.remove(path)
                directories.insert(directory)
            }
        }
        for directory in directories.sorted() { try files.syncDirectory(directory) }
    }
}
