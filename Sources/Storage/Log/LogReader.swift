import Basics
import CKernels
import Disk

/// The frames of a log file, checked.
struct LogReader {
    struct Frame {
        var offset: Int
        var sequence: UInt64
        var payload: [UInt8]
    }

    /// nil where the file has nothing valid, not even a header.
    var header: LogFile.Header?
    var frames: [Frame] = []
    /// End of the last valid frame.
    var end = 0
    /// Whether bytes follow that are no seal: a torn write, if this is the last file.
    var isTorn = false

    /// Reads a whole file.
    ///
    /// - Parameter isLast: whether the file may end in a torn write.
    /// - Throws: XX001 naming file and offset where a frame is damaged.
    init(_ path: String, kind: LogFile.Kind, number: UInt64, isLast: Bool, files: any FileSystem)
        throws
    {
        let bytes = try files.contents(path)
        try bytes.withUnsafeBytes { raw in
            try read(raw, path: path, kind: kind, number: number, isLast: isLast)
        }
    }

    private mutating func read(
        _ raw: UnsafeRawBufferPointer, path: String, kind: LogFile.Kind, number: UInt64,
        isLast: Bool
    ) throws {
        guard let header = Self.header(raw), header.kind == kind, header.number == number else {
            // The creation of a file is durable before its first frame is written, so a frame or a
            // seal proves that the header was once good.
            if !isLast || Self.holdsMagic(raw) { throw Self.damage(path, 0, "header") }
            isTorn = true
            return
        }
        self.header = header
        end = LogFile.headerBytes
        while let frame = Self.frame(raw, at: end, header: header) {
            if let last = frames.last, frame.sequence <= last.sequence {
                throw Self.damage(path, end, "frame out of order")
            }
            frames.append(frame)
            end += LogFile.frameHeaderBytes + frame.payload.count
        }
        if end == raw.count { return }
        if Self.isSeal(raw, at: end, header: header) {
            let rest = end + LogFile.sealBytes
            isTorn = rest < raw.count
        } else {
            isTorn = true
            if !isLast { throw Self.damage(path, end, "frame") }
        }
        guard isTorn else { return }
        if !isLast { throw Self.damage(path, end, "frame") }
        // Positions are part of the checksums, so each is tried where it lies.
        for offset in Self.magics(raw, from: end + 1)
        where Self.isSeal(raw, at: offset, header: header)
            || Self.frame(raw, at: offset, header: header) != nil
        {
            throw Self.damage(path, end, "frame (a valid one follows at \(offset))")
        }
    }

    static func damage(_ path: String, _ offset: Int, _ what: String) -> SQLError {
        SQLError(
            .dataCorrupted, "file \"\(path)\" is damaged at offset \(offset): invalid \(what)")
    }

    private static func header(_ raw: UnsafeRawBufferPointer) -> LogFile.Header? {
        var reader = ByteReader(raw)
        guard let magic = try? reader.integer(UInt32.self),
            let kind = LogFile.Kind(rawValue: magic),
            let version = try? reader.integer(UInt32.self), version == 1,
            let number = try? reader.integer(UInt64.self),
            let store = try? reader.integer(UInt64.self),
            let first = try? reader.integer(UInt64.self)
        else { return nil }
        let header = LogFile.Header(kind: kind, number: number, store: store, first: first)
        let bytes = LogFile.bytes(header)
        guard raw.count >= bytes.count, raw.prefix(bytes.count).elementsEqual(bytes) else {
            return nil
        }
        return header
    }

    private static func frame(
        _ raw: UnsafeRawBufferPointer, at offset: Int, header: LogFile.Header
    ) -> Frame? {
        var reader = ByteReader(raw, offset: offset)
        guard let magic = try? reader.integer(UInt32.self), magic == LogFile.frameMagic,
            let length = try? reader.integer(UInt32.self),
            let sequence = try? reader.integer(UInt64.self),
            let payloadSum = try? reader.integer(UInt32.self),
            let headerSum = try? reader.integer(UInt32.self)
        else { return nil }
        let seed = LogFile.seed(header, at: offset)
        guard sh_crc32c(seed, raw.baseAddress.map { $0 + offset }, 20) == headerSum,
            let payload = try? reader.slice(Int(length)),
            sh_crc32c(seed, payload.baseAddress, payload.count) == payloadSum
        else { return nil }
        return Frame(offset: offset, sequence: sequence, payload: Array(payload))
    }

    private static func isSeal(
        _ raw: UnsafeRawBufferPointer, at offset: Int, header: LogFile.Header
    ) -> Bool {
        var reader = ByteReader(raw, offset: offset)
        guard let magic = try? reader.integer(UInt32.self), magic == LogFile.sealMagic,
            (try? reader.slice(16)) != nil, let sum = try? reader.integer(UInt32.self)
        else { return false }
        return sh_crc32c(LogFile.seed(header, at: offset), raw.baseAddress.map { $0 + offset }, 20)
            == sum
    }

    /// Offsets where a frame or a seal may start.
    private static func magics(_ raw: UnsafeRawBufferPointer, from start: Int) -> [Int] {
        var found: [Int] = []
        var offset = start
        while offset + 4 <= raw.count {
            let word = raw.loadUnaligned(fromByteOffset: offset, as: UInt32.self).littleEndian
            if word == LogFile.frameMagic || word == LogFile.sealMagic { found.append(offset) }
            offset += 1
        }
        return found
    }

    private static func holdsMagic(_ raw: UnsafeRawBufferPointer) -> Bool {
        !magics(raw, from: min(LogFile.headerBytes, raw.count)).isEmpty
    }
}
