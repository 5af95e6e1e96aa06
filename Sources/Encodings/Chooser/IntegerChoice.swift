import CKernels

/// Which integer encoding a chunk gets, by exact size.
///
/// Bit-packing is the fastest to scan, so runs must save a fifth and deltas a third of it, unless small
/// size is preferred.
struct IntegerChoice {
    var encoding: ChunkEncoding
    var width: Int
    var range: UInt64
    var byteCount: Int
    /// Runs to be written; 0 unless the encoding has runs.
    var runs = 0

    init(
        _ values: UnsafePointer<Int64>, _ scan: sh_scan, count: Int, preferSmall: Bool
    ) {
        let blocks = (count + 1023) >> 10
        range = UInt64(bitPattern: scan.max) &- UInt64(bitPattern: scan.min)
        guard range > 0 else {
            encoding = .constant
            width = 0
            byteCount = 0
            return
        }
        encoding = .bitPacked
        width = BitPackedBlocks.width(of: range)
        byteCount = BitPackedBlocks.byteCount(blocks: blocks, width: width)

        let runs = Int(clamping: scan.runs)
        let runWidth = RunLengthBlocks.width(of: range)
        let runBytes =
            RunLengthBlocks.rowBytes(runs: runs)
            + RunLengthBlocks.codeBytes(runs: runs, width: runWidth)
        let packedBytes = byteCount
        if runBytes < (preferSmall ? packedBytes : packedBytes / 5 * 4) {
            encoding = .runLength
            width = runWidth
            byteCount = runBytes
            self.runs = runs
        }
        let packedWidth = BitPackedBlocks.width(of: range)
        if packedWidth <= 32, runs < count / 2 {
            let starts = ShortRunBlocks.runs(values, count: count)
            let bytes = ShortRunBlocks.byteCount(
                blocks: blocks, runs: starts, width: packedWidth)
            if bytes < (preferSmall ? byteCount : min(byteCount, packedBytes / 5 * 4)) {
                encoding = .shortRuns
                width = packedWidth
                byteCount = bytes
                self.runs = starts
            }
        }
        // Beyond this range differences may wrap, and then their bounds mean nothing.
        guard range < 1 << 62 else { return }
        let spread = UInt64(bitPattern: scan.delta_max &- scan.delta_min)
        let deltaWidth = BitPackedBlocks.width(of: spread)
        let deltaBytes = DeltaBlocks.byteCount(blocks: blocks, width: deltaWidth)
        if deltaWidth <= 32, deltaBytes < byteCount,
            preferSmall || deltaBytes < packedBytes / 3 * 2
        {
            encoding = .delta
            width = deltaWidth
            byteCount = deltaBytes
            self.runs = 0
        }
    }
}
