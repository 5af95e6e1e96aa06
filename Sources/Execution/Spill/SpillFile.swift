import Basics
import CKernels
import Disk
import Synchronization

/// A query's temporary file: blocks that its operators write and read back, from any thread.
///
/// It is made with the first block and vanishes with the query. Every block carries a checksum.
package final class SpillFile: Sendable {
    /// Where a block lies.
    struct Block: Sendable {
        let offset: Int
        let count: Int
        let checksum: UInt32
    }

    private let area: SpillArea?
    /// Bytes the query may write; more is SQLSTATE 53400.
    private let limit: Int
    private let cancellation: Cancellation
    private let file = Mutex<(any File)?>(nil)
    private let end = Atomic<Int>(0)

    package init(area: SpillArea?, limit: Int, cancellation: Cancellation) {
        self.area = area
        self.limit = limit
        self.cancellation = cancellation
    }

    /// Whether there is a place to write to.
    var isAvailable: Bool { area != nil && limit > 0 }
    /// Bytes written so far.
    package var byteCount: Int { end.load(ordering: .relaxed) }

    func write(_ bytes: UnsafeRawBufferPointer) throws -> Block {
        try cancellation.check()
        let file = try opened()
        let offset = end.wrappingAdd(bytes.count, ordering: .relaxed).oldValue
        guard offset + bytes.count <= limit else {
            end.wrappingSubtract(bytes.count, ordering: .relaxed)
            throw SQLError(
                .configurationLimitExceeded,
                "temporary file size exceeds temp_file_limit (\(limit >> 10)kB)",
                hint: "Narrow the query, or raise work_mem or temp_file_limit.")
        }
        try file.write(bytes, at: offset)
        return Block(
            offset: offset, count: bytes.count,
            checksum: sh_crc32c(0, bytes.baseAddress, bytes.count))
    }

    func read(_ block: Block) throws -> [UInt8] {
        try cancellation.check()
        let file = try opened()
        var bytes = [UInt8](repeating: 0, count: block.count)
        let (read, checksum) = try bytes.withUnsafeMutableBytes { buffer in
            let read = try file.read(at: block.offset, into: buffer)
            return (read, sh_crc32c(0, buffer.baseAddress, buffer.count))
        }
        guard read == block.count, checksum == block.checksum else {
            throw SQLError(
                .dataCorrupted, "a temporary file of this query does not hold what was written",
                detail: "Block of \(block.count) bytes at \(block.offset).")
        }
        return bytes
    }

    private func opened() throws -> any File {
        try file.withLock { held in
            if let held { return held }
            guard let area else {
                throw SQLError(.outOfMemory, "query needs more memory than its budget")
            }
            let made = try area.makeFile()
            held = made
            return made
        }
    }
}
