import CKernels

/// The codes of a chunk as plain pointers, for loops over blocks: using it counts no references.
///
/// Valid while the chunk lives. Where a column repeats in short runs, filters are decided once a run.
package struct CodeBlocks {
    private enum Kind {
        case constant
        case packed
        case shortRuns
        case other
    }
    private let kind: Kind
    private let packed: BitPackedBlocks
    private let starts: UnsafePointer<UInt64>
    private let firstRuns: UnsafePointer<UInt32>
    private let base: UInt32
    /// Whether decoding a block fills a few long runs.
    private let hasLongRuns: Bool
    private let chunk: Unmanaged<ColumnChunk>

    /// UInt32s that `scratch` arguments need.
    package static let scratchCodes = ShortRunBlocks.scratchCodes + 64

    /// Needs `hasCodes`.
    package init(_ chunk: ColumnChunk) {
        self.chunk = .passUnretained(chunk)
        var packed = BitPackedBlocks(packed: UnsafeRawPointer(chunk.bytes.start), width: 0)
        var starts = UnsafeRawPointer(chunk.bytes.start).assumingMemoryBound(to: UInt64.self)
        var firstRuns = UnsafeRawPointer(chunk.bytes.start).assumingMemoryBound(to: UInt32.self)
        var base: UInt32 = 0
        var kind = Kind.constant
        var hasLongRuns = false
        if case .integers(let stream) = chunk.layout {
            if chunk.isDictionaryCoded { base = UInt32(truncatingIfNeeded: stream.base) }
            switch stream.blocks {
            case .constant: break
            case .bitPacked(let blocks):
                packed = blocks
                kind = .packed
            case .shortRuns(let runs):
                packed = runs.codes
                starts = runs.starts
                firstRuns = runs.firstRuns
                kind = .shortRuns
            case .runLength:
                kind = .other
                hasLongRuns = true
            case .delta: kind = .other
            }
        }
        self.kind = kind
        self.packed = packed
        self.starts = starts
        self.firstRuns = firstRuns
        self.base = base
        self.hasLongRuns = hasLongRuns
    }

    /// Whether verdicts on this column cost a fraction of a probe a row.
    package var isRepeated: Bool { kind == .shortRuns || kind == .constant || hasLongRuns }

    @inline(__always)
    private func addBase(_ out: UnsafeMutablePointer<UInt32>, _ count: Int) {
        guard base != 0 else { return }
        for row in 0..<count { out[row] &+= base }
    }

    /// The codes of a block's runs; they begin at the result.
    @inline(__always)
    private func runCodes(
        _ block: Int, _ count: inout Int, _ scratch: UnsafeMutablePointer<UInt32>
    ) -> UnsafeMutablePointer<UInt32> {
        let first = Int(firstRuns[block])
        let end = Int(firstRuns[block + 1])
        packed.codes32(block: first >> 10, into: scratch)
        if (end - 1) >> 10 != first >> 10 {
            packed.codes32(block: (end - 1) >> 10, into: scratch + 1024)
        }
        count = end - first
        let codes = scratch + (first & 1023)
        addBase(codes, count)
        return codes
    }

    /// Writes the codes of a block; `out` has room for 1,024.
    package func codes(
        block: Int, into out: UnsafeMutablePointer<UInt32>, scratch: UnsafeMutablePointer<UInt32>
    ) {
        switch kind {
        case .constant: out.update(repeating: base, count: 1024)
        case .packed:
            packed.codes32(block: block, into: out)
            addBase(out, 1024)
        case .shortRuns:
            var count = 0
            let runs = runCodes(block, &count, scratch)
            sh_expand_u32(starts + block * 16, 1024, runs, out)
        case .other: chunk._withUnsafeGuaranteedRef { $0.codes(block: block, into: out) }
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
        case .packed:
            if count > 96 {
                packed.codes32(block: block, into: scratch)
                for index in 0..<count { out[index] = scratch[Int(positions[index])] }
            } else {
                packed.codes32(block: block, positions: positions, count: count, into: out)
            }
            addBase(out, count)
        case .shortRuns:
            sh_run_ranks(starts + block * 16, positions, count, out)
            if count > 32 {
                var runs = 0
                let codes = runCodes(block, &runs, scratch)
                for index in 0..<count { out[index] = codes[Int(out[index])] }
            } else {
                let first = firstRuns[block]
                for index in 0..<count {
                    var place = UInt16(truncatingIfNeeded: (first &+ out[index]) & 1023)
                    packed.codes32(
                        block: Int((first &+ out[index]) >> 10), positions: &place, count: 1,
                        into: out + index)
                }
                addBase(out, count)
            }
        case .other:
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
        if kind == .packed, base == 0, rows == 1024 {
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
        guard kind == .shortRuns else {
            codes(block: block, into: scratch, scratch: scratch)
            decide(scratch, rows, mask)
            return
        }
        var count = 0
        let runs = runCodes(block, &count, scratch)
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 18) { verdicts in
            guard let verdicts = verdicts.baseAddress else { return }
            decide(runs, count, verdicts)
            verdicts[(count + 63) >> 6] = 0
            sh_expand_mask(starts + block * 16, rows, verdicts, mask)
        }
    }
}
