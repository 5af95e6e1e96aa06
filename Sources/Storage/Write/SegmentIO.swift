import Basics
import Disk

/// A segment's bytes in a file.
struct FileSegmentSource: SegmentSource {
    let file: any File
    let byteCount: Int
    var name: String { file.path }

    func read(offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        guard try file.read(at: offset, into: buffer) == buffer.count else {
            throw SQLError(
                .dataCorrupted,
                "file \"\(file.path)\" is damaged: it ends before offset \(offset + buffer.count)")
        }
    }
}

/// Collects a segment's bytes into writes of a megabyte.
struct FileSegmentSink: SegmentSink {
    let file: any File
    private(set) var byteCount = 0
    private var pending: [UInt8] = []

    init(_ file: any File) { self.file = file }

    mutating func append(_ bytes: UnsafeRawBufferPointer) throws {
        pending.append(contentsOf: bytes)
        if pending.count >= 1 << 20 { try drain() }
    }

    mutating func drain() throws {
        try file.write(pending, at: byteCount)
        byteCount += pending.count
        pending.removeAll(keepingCapacity: true)
    }
}
