import Basics
import CKernels
import Disk

/// An append-only file of checksummed frames, one fsync each: the form of log and manifest.
///
/// Byte tables are in FORMAT.md. A frame is written only after the one before it is durable, so at
/// most the last frame can be torn: an invalid frame with anything valid behind it is damage. After
/// each fsync a seal, itself not synced, goes behind the frame and is overwritten by the next one;
/// where it has reached the disk it tells rot in the last frame from a torn write.
struct LogFile: ~Copyable {
    static let headerBytes = 40
    static let frameHeaderBytes = 24
    static let sealBytes = 24
    static let payloadBytesMax = 1 << 30
    static let frameMagic: UInt32 = 0x4D52_4653  // "SFRM"
    static let sealMagic: UInt32 = 0x4C41_4553  // "SEAL"

    /// On disk, never change.
    enum Kind: UInt32, Sendable {
        case wal = 0x4C41_5753  // "SWAL"
        case manifest = 0x4E4D_5753  // "SWMN"
    }

    struct Header: Sendable {
        var kind: Kind
        var number: UInt64
        /// The same in all files of a store.
        var store: UInt64
        /// What the writer wants to know of a file before its frames: the first commit, in the log.
        var first: UInt64
    }

    let header: Header
    let file: any File
    /// Where the next frame goes.
    private(set) var end: Int
    /// Whether a whole seal, or nothing, is behind the end.
    private var isSealed = true

    private init(header: Header, file: any File, end: Int) {
        self.header = header
        self.file = file
        self.end = end
    }

    /// Makes a file and makes it durable, its directory entry included.
    ///
    /// - Throws: `LogFailure.write` where no trace is left.
    static func create(
        _ path: String, in directory: String, header: Header, files: any FileSystem
    ) throws(LogFailure) -> LogFile {
        let file: any File
        do { file = try files.open(path, .create) } catch { throw LogFailure.write(error) }
        do {
            try file.write(bytes(header), at: 0)
        } catch {
            // A name that stays would block the next attempt.
            do { try files.remove(path) } catch { throw LogFailure.sync(error) }
            throw LogFailure.write(error)
        }
        do {
            try file.syncData()
            try files.syncDirectory(directory)
        } catch {
            throw LogFailure.sync(error)
        }
        return LogFile(header: header, file: file, end: headerBytes)
    }

    /// Goes on after the last frame of a file that was read.
    static func resume(
        _ path: String, header: Header, end: Int, files: any FileSystem
    ) throws -> LogFile {
        LogFile(header: header, file: try files.open(path, .update), end: end)
    }

    /// Appends one frame and makes it durable.
    ///
    /// - Throws: `LogFailure.write` where nothing has changed, so the caller may go on; otherwise
    ///   `LogFailure.sync`: what is on disk is unknown until recovery.
    mutating func append(_ payload: [UInt8], sequence: UInt64) throws(LogFailure) {
        guard payload.count <= Self.payloadBytesMax else {
            throw .write(SQLError(.programLimitExceeded, "a change of more than 1 GB"))
        }
        let frame = Self.frame(payload, sequence: sequence, at: end, header: header)
        do {
            try file.write(frame, at: end)
        } catch {
            // Only lack of space is known to leave the file as it can be read back.
            guard (error as? SQLError)?.state == .diskFull else { throw .sync(error) }
            do {
                try file.truncate(to: end)
            } catch {
                throw .sync(error)
            }
            seal(sequence: sequence &- 1)
            throw .write(error)
        }
        do {
            try file.syncData()
        } catch {
            throw .sync(error)
        }
        end += frame.count
        seal(sequence: sequence)
    }

    /// Makes the file final: its end, and the seal.
    func close() throws {
        if !isSealed { try file.truncate(to: end) }
        try file.syncData()
    }

    /// Helps to find damage; no commit depends on it.
    private mutating func seal(sequence: UInt64) {
        do {
            try file.write(Self.sealBytes(at: end, sequence: sequence, header: header), at: end)
            isSealed = true
        } catch {
            isSealed = false
        }
    }

    static func bytes(_ header: Header) -> [UInt8] {
        var out = ByteWriter()
        out.integer(header.kind.rawValue)
        out.integer(UInt32(1))
        out.integer(header.number)
        out.integer(header.store)
        out.integer(header.first)
        out.integer(UInt32(0))
        out.integer(crc(out.bytes, 0))
        return out.bytes
    }

    /// Frames are bound to their file and place, so swapped or repeated ones are not valid.
    static func seed(_ header: Header, at offset: Int) -> UInt32 {
        var out = ByteWriter()
        out.integer(header.kind.rawValue)
        out.integer(header.number)
        out.integer(header.store)
        out.integer(UInt64(offset))
        return crc(out.bytes, 0)
    }

    static func frame(
        _ payload: [UInt8], sequence: UInt64, at offset: Int, header: Header
    ) -> [UInt8] {
        var out = ByteWriter()
        out.bytes.reserveCapacity(frameHeaderBytes + payload.count)
        out.integer(frameMagic)
        out.integer(UInt32(payload.count))
        out.integer(sequence)
        let seed = seed(header, at: offset)
        out.integer(crc(payload, seed))
        out.integer(crc(out.bytes, seed))
        out.append(payload)
        return out.bytes
    }

    static func sealBytes(at offset: Int, sequence: UInt64, header: Header) -> [UInt8] {
        var out = ByteWriter()
        out.integer(sealMagic)
        out.integer(UInt32(0))
        out.integer(sequence)
        out.integer(UInt32(0))
        out.integer(crc(out.bytes, seed(header, at: offset)))
        return out.bytes
    }

    static func crc(_ bytes: [UInt8], _ seed: UInt32) -> UInt32 {
        bytes.withUnsafeBytes { sh_crc32c(seed, $0.baseAddress, $0.count) }
    }
}

/// How an append failed.
enum LogFailure: Error {
    /// The file is as before.
    case write(any Error)
    /// Only recovery can tell what is on disk.
    case sync(any Error)

    var cause: any Error {
        switch self {
        case .write(let error), .sync(let error): error
        }
    }
}
