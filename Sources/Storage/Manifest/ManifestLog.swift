import Basics
import CKernels
import Disk

/// The log of version edits, and the file CURRENT that names it.
struct ManifestLog: ~Copyable {
    private var log: LogFile
    /// What the edits so far add up to.
    private(set) var state: ManifestState
    private var sequence: UInt64
    private let paths: StorePaths
    private let files: any FileSystem
    /// Size at which a snapshot replaces the edits; grows with the snapshot.
    private var bytesMax: Int

    init(
        _ log: consuming LogFile, state: ManifestState, sequence: UInt64, paths: StorePaths,
        bytesMax: Int, files: any FileSystem
    ) {
        self.log = log
        self.state = state
        self.sequence = sequence
        self.paths = paths
        self.bytesMax = bytesMax
        self.files = files
    }

    var number: UInt64 { log.header.number }
    var byteCount: Int { log.end }
    var isFull: Bool { log.end > bytesMax }

    /// Makes a manifest that holds one snapshot; nothing names it yet.
    static func make(
        _ number: UInt64, store: UInt64, state: ManifestState, paths: StorePaths, bytesMax: Int,
        files: any FileSystem
    ) throws(LogFailure) -> ManifestLog {
        let header = LogFile.Header(kind: .manifest, number: number, store: store, first: 0)
        let path = paths.manifest(number)
        var log = try LogFile.create(path, in: paths.directory, header: header, files: files)
        let snapshot = state.edit(from: ManifestState())
        do {
            try log.append(snapshot, sequence: 1)
        } catch {
            if case .write = error {
                do { try files.remove(path) } catch { throw .sync(error) }
            }
            throw error
        }
        return ManifestLog(
            log, state: state, sequence: 1, paths: paths, bytesMax: max(bytesMax, 4 * log.end),
            files: files)
    }

    /// Makes the change to `next` durable.
    mutating func record(_ next: ManifestState) throws(LogFailure) {
        try log.append(next.edit(from: state), sequence: sequence + 1)
        sequence += 1
        state = next
    }

    /// Replaces the edits by a snapshot in a new file.
    mutating func rotate(bytesMax: Int) throws(LogFailure) {
        let old = paths.manifest(number)
        let next = try Self.make(
            number + 1, store: log.header.store, state: state, paths: paths, bytesMax: bytesMax,
            files: files)
        do {
            try Self.setCurrent(next.number, store: log.header.store, paths: paths, files: files)
        } catch {
            if case .write = error {
                do { try files.remove(paths.manifest(next.number)) } catch { throw .sync(error) }
            }
            throw error
        }
        self = next
        // Nothing names it any more; the next start removes it if this does not.
        try? files.remove(old)
    }

    consuming func close() throws { try log.close() }

    // MARK: CURRENT. On disk, never change; see FORMAT.md.

    private static let currentMagic: UInt32 = 0x5255_4353  // "SCUR"

    static func setCurrent(
        _ number: UInt64, store: UInt64, paths: StorePaths, files: any FileSystem
    ) throws(LogFailure) {
        var out = ByteWriter()
        out.integer(currentMagic)
        out.integer(UInt32(1))
        out.integer(number)
        out.integer(store)
        out.integer(LogFile.crc(out.bytes, 0))
        do {
            if try files.exists(paths.currentNew) { try files.remove(paths.currentNew) }
            let file = try files.open(paths.currentNew, .create)
            try file.write(out.bytes, at: 0)
            try file.syncData()
        } catch {
            throw .write(error)
        }
        do {
            try files.rename(paths.currentNew, to: paths.current)
            try files.syncDirectory(paths.directory)
        } catch {
            throw .sync(error)
        }
    }

    static func current(
        paths: StorePaths, files: any FileSystem
    ) throws -> (number: UInt64, store: UInt64) {
        let bytes = try files.contents(paths.current)
        return try bytes.withUnsafeBytes { raw in
            var reader = ByteReader(raw)
            do {
                let magic = try reader.integer(UInt32.self)
                let version = try reader.integer(UInt32.self)
                let number = try reader.integer(UInt64.self)
                let store = try reader.integer(UInt64.self)
                let sum = try reader.integer(UInt32.self)
                if magic == currentMagic, version == 1, reader.isAtEnd,
                    sum == sh_crc32c(0, raw.baseAddress, 24)
                {
                    return (number, store)
                }
            } catch {}
            throw LogReader.damage(paths.current, 0, "contents")
        }
    }
}
