import CKernels

/// Short runs of equal codes: a bit for each row tells whether it starts a run, and the runs' codes are
/// bit-packed one after the other.
///
/// Orders and receipts repeat their head's columns over a few lines each: a bit a row then takes a
/// fraction of what the rows of run ends take, and eight rows are expanded at a time. Every
/// block of rows starts a run, so that blocks decode by themselves. Codes fit 32 bits.
struct ShortRunBlocks {
    let view: ShortRunView
    private let owner: FirstRuns

    private final class FirstRuns: Sendable {
        nonisolated(unsafe) let start: UnsafeMutablePointer<UInt32>
        init(count: Int) {
            start = .allocate(capacity: count)
            start.initialize(repeating: 0, count: count)
        }
        deinit { start.deallocate() }
    }

    /// Bytes of the bitmap.
    static func startBytes(blocks: Int) -> Int { blocks * 128 }
    static func byteCount(blocks: Int, runs: Int, width: Int) -> Int {
        startBytes(blocks: blocks) + codeBytes(runs: runs, width: width)
    }
    static func codeBytes(runs: Int, width: Int) -> Int {
        BitPackedBlocks.byteCount(blocks: (runs + 1023) >> 10, width: width)
    }

    /// Checks that the bitmap has as many runs as promised, none past the end.
    init(
        starts: UnsafePointer<UInt64>, codes: BitPackedBlocks, runs: Int, count: Int
    ) throws {
        let blocks = (count + 1023) >> 10
        owner = FirstRuns(count: blocks + 1)
        view = ShortRunView(
            starts: starts, codes: codes, firstRuns: UnsafePointer(owner.start))
        var total = 0
        for block in 0..<blocks {
            guard starts[block * 16] & 1 == 1 else {
                throw ChunkDamage.error("block \(block) starts no run")
            }
            for word in block * 16..<(block + 1) * 16 { total += starts[word].nonzeroBitCount }
            owner.start[block + 1] = UInt32(truncatingIfNeeded: total)
        }
        for row in count..<(blocks << 10) where starts[row >> 6] >> UInt64(row & 63) & 1 == 1 {
            throw ChunkDamage.error("a run starts past the last row")
        }
        guard total == runs else { throw ChunkDamage.error("\(total) runs instead of \(runs)") }
    }

    func codes32(block: Int, into out: UnsafeMutablePointer<UInt32>) {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: ShortRunView.scratchCodes) { scratch in
            guard let scratch = scratch.baseAddress else { return }
            sh_expand_u32(
                view.starts(block: block), 1024, view.runCodes(block: block, scratch: scratch), out)
        }
    }

    func codes32(
        block: Int, positions: UnsafePointer<UInt16>, count: Int,
        into out: UnsafeMutablePointer<UInt32>
    ) {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: ShortRunView.scratchCodes) { scratch in
            guard let scratch = scratch.baseAddress else { return }
            let runs = view.runCodes(block: block, scratch: scratch)
            sh_run_ranks(view.starts(block: block), positions, count, out)
            for index in 0..<count { out[index] = runs[Int(out[index])] }
        }
    }

    /// Runs of the values when every block of rows starts one.
    static func runs(_ values: UnsafePointer<Int64>, count: Int) -> Int {
        var runs = 0
        for row in 0..<count {
            runs &+= row & 1023 == 0 || values[row] != values[row - 1] ? 1 : 0
        }
        return runs
    }

    /// Writes bitmap and codes; `out` has room for both, zeroed.
    static func write(
        _ values: UnsafePointer<Int64>, count: Int, base: Int64, runs: Int, width: Int,
        to out: UnsafeMutableRawPointer
    ) {
        let words = out.assumingMemoryBound(to: UInt64.self)
        let heads = UnsafeMutablePointer<Int64>.allocate(capacity: max(runs, 1))
        defer { heads.deallocate() }
        var run = 0
        for row in 0..<count where row & 1023 == 0 || values[row] != values[row - 1] {
            words[row >> 6] |= 1 << UInt64(row & 63)
            heads[run] = values[row]
            run += 1
        }
        BitPackedBlocks.pack(
            heads, count: run, base: base, width: width,
            to: out + startBytes(blocks: (count + 1023) >> 10))
    }
}

/// Short runs as plain pointers, valid while their chunk lives.
struct ShortRunView {
    /// 16 words for each block of rows.
    let starts: UnsafePointer<UInt64>
    let codes: BitPackedBlocks
    /// The first run of each block of rows, and the number of all.
    let firstRuns: UnsafePointer<UInt32>

    /// Runs of a block of rows.
    func runCount(block: Int) -> Int { Int(firstRuns[block + 1] - firstRuns[block]) }

    /// Which rows of the block start a run.
    func starts(block: Int) -> UnsafePointer<UInt64> { starts + block * 16 }

    /// Room that `runCodes` needs.
    static let scratchCodes = 2048 + 32

    /// Unpacks the codes of a block's runs into the scratch; they begin at the result.
    @inline(__always)
    func runCodes(
        block: Int, scratch: UnsafeMutablePointer<UInt32>
    ) -> UnsafeMutablePointer<UInt32> {
        let first = Int(firstRuns[block])
        let last = Int(firstRuns[block + 1]) - 1
        codes.codes32(block: first >> 10, into: scratch)
        if last >> 10 != first >> 10 { codes.codes32(block: last >> 10, into: scratch + 1024) }
        return scratch + (first & 1023)
    }
}
