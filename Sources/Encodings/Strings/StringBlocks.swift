import CKernels
import Vectors

/// Strings one after another, their lengths bit-packed, and where each block of 1,024 starts.
struct StringBlocks {
    /// blocks + 1 byte offsets.
    let starts: UnsafePointer<UInt32>
    let lengths: BitPackedBlocks
    let lengthMin: UInt32
    let bytes: UnsafePointer<UInt8>
    let count: Int

    /// Bytes of `starts`, padded to 8.
    static func startBytes(blocks: Int) -> Int { ((blocks + 1) * 4 + 7) & ~7 }

    static func byteCount(count: Int, width: Int, bytes: Int) -> Int {
        let blocks = (count + 1023) >> 10
        return startBytes(blocks: blocks)
            + BitPackedBlocks.byteCount(blocks: blocks, width: width) + ((bytes + 7) & ~7)
    }

    /// Checks that the lengths of every block add up to its bytes.
    init(
        section: UnsafeRawPointer, count: Int, width: Int, lengthMin: UInt32, byteCount: Int
    ) throws {
        let blocks = (count + 1023) >> 10
        starts = section.assumingMemoryBound(to: UInt32.self)
        let packed = section + Self.startBytes(blocks: blocks)
        lengths = BitPackedBlocks(packed: packed, width: width)
        bytes = (packed + BitPackedBlocks.byteCount(blocks: blocks, width: width))
            .assumingMemoryBound(to: UInt8.self)
        self.lengthMin = lengthMin
        self.count = count
        guard starts[0] == 0, Int(starts[blocks]) == byteCount else {
            throw ChunkDamage.error("strings do not fill their bytes")
        }
        try withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 1024) { scratch in
            guard let block = scratch.baseAddress else { return }
            for index in 0..<blocks {
                let rows = min(1024, count - index << 10)
                lengths.codes32(block: index, into: block)
                let sum = sh_sum_u32(block, rows) + UInt64(lengthMin) * UInt64(rows)
                guard starts[index] <= starts[index + 1],
                    sum == UInt64(starts[index + 1] - starts[index])
                else { throw ChunkDamage.error("string lengths of block \(index)") }
            }
        }
    }

    /// Views of rows `from..<to` of a block.
    func views(
        block: Int, from: Int, to: Int, into out: UnsafeMutablePointer<StringView>
    ) {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 1024) { scratch in
            guard let codes = scratch.baseAddress else { return }
            lengths.codes32(block: block, into: codes)
            var at = bytes + Int(starts[block])
            for row in 0..<from { at += Int(codes[row] &+ lengthMin) }
            for row in from..<max(to, from) {
                let length = Int(codes[row] &+ lengthMin)
                out[row - from] = StringView(start: at, count: length)
                at += length
            }
        }
    }

    /// Views at positions of a block.
    func views(
        block: Int, positions: UnsafePointer<UInt16>, count: Int,
        into out: UnsafeMutablePointer<StringView>
    ) {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 1025) { scratch in
            guard let offsets = scratch.baseAddress else { return }
            // Offsets of all rows: start of row i at index i, its end at i + 1.
            offsets[0] = 0
            lengths.codes32(block: block, into: offsets + 1)
            sh_prefix_sum_u32(offsets + 1, 1024, lengthMin, lengthMin)
            let start = bytes + Int(starts[block])
            for index in 0..<count {
                let row = Int(positions[index] & 1023)
                let from = offsets[row]
                out[index] = StringView(
                    start: start + Int(from), count: Int(offsets[row + 1] &- from))
            }
        }
    }

    /// Writes starts, packed lengths and bytes; `out` is zeroed.
    static func write(
        _ views: UnsafePointer<StringView>, count: Int, lengthMin: UInt32, width: Int,
        to out: UnsafeMutableRawPointer
    ) {
        let blocks = (count + 1023) >> 10
        let starts = out.assumingMemoryBound(to: UInt32.self)
        var packed = out + startBytes(blocks: blocks)
        let bytes = packed + BitPackedBlocks.byteCount(blocks: blocks, width: width)
        var offset = 0
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 1024) { scratch in
            guard let lengths = scratch.baseAddress else { return }
            for block in 0..<blocks {
                let start = block << 10
                let rows = min(1024, count - start)
                starts[block] = UInt32(truncatingIfNeeded: offset)
                for row in 0..<rows {
                    let view = views[start + row]
                    lengths[row] = view.count &- lengthMin
                    (bytes + offset).copyMemory(from: view.start, byteCount: Int(view.count))
                    offset += Int(view.count)
                }
                (lengths + rows).update(repeating: 0, count: 1024 - rows)
                sh_pack32(lengths, Int32(width), packed.assumingMemoryBound(to: UInt32.self))
                packed += width * 128
            }
        }
        starts[blocks] = UInt32(truncatingIfNeeded: offset)
    }
}
