import CKernels

/// Up to 65,536 integers as base + code, code 0…range, under one of the integer encodings.
struct IntegerStream {
    enum Blocks {
        case constant
        case bitPacked(BitPackedBlocks)
        case runLength(RunLengthBlocks)
        case shortRuns(ShortRunBlocks)
        case delta(DeltaBlocks)
    }

    let base: Int64
    let range: UInt64
    let count: Int
    let blocks: Blocks

    /// Whether codes fit 32 bits.
    var isNarrow: Bool { range <= UInt64(UInt32.max) }

    /// Needs `isNarrow`, as every 32-bit method here. `out` has room for 1,024.
    func codes32(block: Int, into out: UnsafeMutablePointer<UInt32>) {
        switch blocks {
        case .constant: out.update(repeating: 0, count: 1024)
        case .bitPacked(let packed): packed.codes32(block: block, into: out)
        case .runLength(let runs): runs.codes32(block: block, into: out)
        case .shortRuns(let runs): runs.codes32(block: block, into: out)
        case .delta(let deltas): deltas.codes32(block: block, into: out)
        }
    }

    /// For streams that are not narrow; a damaged narrow one may differ here from its 32-bit codes.
    func codes64(block: Int, into out: UnsafeMutablePointer<UInt64>) {
        switch blocks {
        case .constant: out.update(repeating: 0, count: 1024)
        case .bitPacked(let packed): packed.codes64(block: block, into: out)
        case .runLength(let runs): runs.codes64(block: block, into: out)
        case .shortRuns(let runs):
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 1024) { codes in
                guard let narrow = codes.baseAddress else { return }
                runs.codes32(block: block, into: narrow)
                Widening.widen(narrow, 1024, into: out)
            }
        case .delta(let deltas): deltas.codes64(block: block, into: out)
        }
    }

    func codes32(
        block: Int, positions: UnsafePointer<UInt16>, count: Int,
        into out: UnsafeMutablePointer<UInt32>
    ) {
        switch blocks {
        case .constant: out.update(repeating: 0, count: count)
        case .bitPacked(let packed):
            packed.codes32(block: block, positions: positions, count: count, into: out)
        case .runLength(let runs):
            runs.codes32(block: block, positions: positions, count: count, into: out)
        case .shortRuns(let runs):
            runs.codes32(block: block, positions: positions, count: count, into: out)
        case .delta(let deltas):
            deltas.codes32(block: block, positions: positions, count: count, into: out)
        }
    }

    func codes64(
        block: Int, positions: UnsafePointer<UInt16>, count: Int,
        into out: UnsafeMutablePointer<UInt64>
    ) {
        switch blocks {
        case .constant: out.update(repeating: 0, count: count)
        case .bitPacked(let packed):
            packed.codes64(block: block, positions: positions, count: count, into: out)
        case .runLength(let runs):
            runs.codes64(block: block, positions: positions, count: count, into: out)
        case .shortRuns(let runs):
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: max(count, 1)) { codes in
                guard let narrow = codes.baseAddress else { return }
                runs.codes32(block: block, positions: positions, count: count, into: narrow)
                Widening.widen(narrow, count, into: out)
            }
        case .delta(let deltas):
            deltas.codes64(block: block, positions: positions, count: count, into: out)
        }
    }

    /// base + code of a whole block.
    func values(block: Int, into out: UnsafeMutablePointer<Int64>) {
        if case .constant = blocks {
            out.update(repeating: base, count: 1024)
        } else if isNarrow {
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 1024) { scratch in
                guard let codes = scratch.baseAddress else { return }
                codes32(block: block, into: codes)
                sh_add_i64(codes, min(1024, count - block << 10), base, out)
            }
        } else {
            out.withMemoryRebound(to: UInt64.self, capacity: 1024) { codes in
                codes64(block: block, into: codes)
                let base = UInt64(bitPattern: self.base)
                for row in 0..<min(1024, count - block << 10) { codes[row] &+= base }
            }
        }
    }

    /// base + code at positions of a block.
    func values(
        block: Int, positions: UnsafePointer<UInt16>, count: Int,
        into out: UnsafeMutablePointer<Int64>
    ) {
        if isNarrow {
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: max(count, 1)) { scratch in
                guard let codes = scratch.baseAddress else { return }
                codes32(block: block, positions: positions, count: count, into: codes)
                sh_add_i64(codes, count, base, out)
            }
            return
        }
        out.withMemoryRebound(to: UInt64.self, capacity: count) { codes in
            codes64(block: block, positions: positions, count: count, into: codes)
            let base = UInt64(bitPattern: self.base)
            for row in 0..<count { codes[row] &+= base }
        }
    }
}
