import CKernels

/// The codes of a chunk as plain pointers, for loops over blocks: using it counts no references.
///
/// Valid while the chunk lives. Where a column repeats in short runs, filters are decided once a run.
package struct CodeBlocks {
    private enum Kind {
        case constant
        case packed(BitPackedBlocks)
        case shortRuns(ShortRunView)
        /// Decoding a block fills a few runs.
        case longRuns
        case other
    }
    private let kind: Kind
    private let base: UInt32
    private let chunk: Unmanaged<ColumnChunk>

    /// UInt32s that `scratch` arguments need.
    package static let scratchCodes = ShortRunView.scratchCodes + 64

    /// Needs `hasCodes`.
    package init(_ chunk: ColumnChunk) {
        self.chunk = .passUnretained(chunk)
        var base: UInt32 = 0
        var kind = Kind.constant
        if case .integers(let stream) = chunk.layout {
            if chunk.isDictionaryCoded { base = UInt32(truncatingIfNeeded: stream.base) }
            switch stream.blocks {
            case .constant: break
            case .bitPacked(let blocks): kind = .packed(blocks)
            case .shortRuns(let runs): kind = .shortRuns(runs.view)
            case .runLength: kind = .longRuns
            case .delta: kind = .other
            }
        }
        self.kind = kind
        self.base = base
    }

    /// Whether verdicts on this column cost a fraction of a probe a row.
    package var isRepeated: Bool {
        switch kind {
        case .constant, .shortRuns, .longRuns: true
        case .packed, .other: false
        }
    }

    /// Lines of the cache that a block of the column takes; 0 where they are few.
    package var linesPerBlock: Int {
        if case .packed(let packed) = kind { packed.width * 2 } else { 0 }
    }

    /// Asks for a packed block's lines ahead of their use.
    @inline(__always)
    package func prefetch(block: Int) {
        if case .packed(let packed) = kind { packed.prefetch(block: block) }
    }

    @inline(__always)
    private func addBase(_ out: UnsafeMutablePointer<UInt32>, _ count: Int) {
        guard base != 0 else { return }
        for row in 0..<count { out[row] &+= base }
    }

    /// The codes of a block's runs; they begin at the result.
    @inline(__always)
    private func runCodes(
        _ runs: ShortRunView, _ block: Int, _ scratch: UnsafeMutablePointer<UInt32>
    ) -> UnsafeMutablePointer<UInt32> {
        let codes = runs.runCodes(block: block, scratch: scratch)
        addBase(codes, runs.runCount(block: block))
        return codes
    }

    /// Writes the codes of a block; `out` has room for 1,024.
    package func codes(
        block: Int, into out: UnsafeMutablePointer<UInt32>, scratch: UnsafeMutablePointer<UInt32>
    ) {
        switch kind {
        case .constant: out.update(repeating: base, count: 1024)
        case .packed(let packed):
            packed.codes32(block: block, into: out)
            addBase(out, 1024)
        case .shortRuns(let runs):
            sh_expand_u32(runs.starts(block: block), 1024, runCodes(runs, block, scratch), out)
        case .longRuns, .other: chunk._withUnsafeGuaranteedRef { $0.codes(block: block, into: out) }
        }
    }

    /// Writes the codes at positions 0…1023 of a block, in the order given.
    ///
    /// Many are picked from the whole block, few are unpacked one by one.
    package func codes(
        block: Int, positions: UnsafePointer<UInt16>, count: Int,
        into out: UnsafeMutablePointer<UInt32>, scratch: UnsafeMutablePointer<UInt32>
    ) {
        switch kind {
        case .constant: out.update(repeating: base, count: count)
        case .packed(let packed):
            if count > 96 {
                packed.codes32(block: block, into: scratch)
                for index in 0..<count { out[index] = scratch[Int(positions[index])] }
            } else {
                packed.codes32(block: block, positions: positions, count: count, into: out)
            }
            addBase(out, count)
        case .shortRuns(let runs):
            sh_run_ranks(runs.starts(block: block), positions, count, out)
            if count > 32 {
                let codes = runCodes(runs, block, scratch)
                for index in 0..<count { out[index] = codes[Int(out[index])] }
            } else {
                let first = runs.firstRuns[block]
                for index in 0..<count {
                    var place = UInt16(truncatingIfNeeded: (first &+ out[index]) & 1023)
                    runs.codes.codes32(
                        block: Int((first &+ out[index]) >> 10), positions: &place, count: 1,
                        into: out + index)
                }
                addBase(out, count)
            }
        case .longRuns, .other:
            chunk._withUnsafeGuaranteedRef {
                $0.codes(block: block, positions: positions, count: count, into: out)
            }
        }
    }

    /// Tells which of a block's first `rows` codes lie in low…high.
    package func rangeMask(
        block: Int, rows: Int, low: UInt32, high: UInt32, into mask: UnsafeMutablePointer<UInt64>,
        scratch: UnsafeMutablePointer<UInt32>
    ) {
        if case .packed(let packed) = kind, base == 0, rows == 1024 {
            packed.rangeMask(block: block, low: low, high: high, into: mask)
            return
        }
        masks(block, rows, mask, scratch) { codes, count, out in
            sh_range_mask_u32(codes, count, low, high, out)
        }
    }

    /// Tells which of a block's codes, plus `offset`, have their bit in the bitmap set.
    package func bitmapMask(
        block: Int, rows: Int, bitmap: UnsafePointer<UInt8>, offset: UInt32 = 0,
        into mask: UnsafeMutablePointer<UInt64>, scratch: UnsafeMutablePointer<UInt32>
    ) {
        masks(block, rows, mask, scratch) { codes, count, out in
            if offset != 0 {
                for row in 0..<count { codes[row] &+= offset }
            }
            sh_bitmap_mask(codes, count, bitmap, out)
        }
    }

    /// Tells which of a block's codes lead to a byte other than 0.
    package func tableMask(
        block: Int, rows: Int, table: UnsafePointer<UInt8>,
        into mask: UnsafeMutablePointer<UInt64>, scratch: UnsafeMutablePointer<UInt32>
    ) {
        masks(block, rows, mask, scratch) { codes, count, out in
            sh_table_mask_u8(codes, count, table, out)
        }
    }

    @inline(__always)
    private func masks(
        _ block: Int, _ rows: Int, _ mask: UnsafeMutablePointer<UInt64>,
        _ scratch: UnsafeMutablePointer<UInt32>,
        _ decide: (UnsafeMutablePointer<UInt32>, Int, UnsafeMutablePointer<UInt64>) -> Void
    ) {
        guard case .shortRuns(let runs) = kind else {
            codes(block: block, into: scratch, scratch: scratch)
            decide(scratch, rows, mask)
            return
        }
        let heads = runCodes(runs, block, scratch)
        let count = runs.runCount(block: block)
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 18) { verdicts in
            guard let verdicts = verdicts.baseAddress else { return }
            decide(heads, count, verdicts)
            verdicts[(count + 63) >> 6] = 0
            sh_expand_mask(runs.starts(block: block), rows, verdicts, mask)
        }
    }
}
