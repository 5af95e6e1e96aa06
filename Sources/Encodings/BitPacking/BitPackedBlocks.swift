import CKernels

/// Blocks of 1,024 bit-packed codes; the layout is told in CKernels.h. Width 0 has no bytes.
struct BitPackedBlocks {
    let packed: UnsafeRawPointer
    let width: Int

    /// Bytes of that many blocks.
    static func byteCount(blocks: Int, width: Int) -> Int { blocks * width * 128 }

    /// Bits that hold every code up to the largest.
    static func width(of largest: UInt64) -> Int { 64 - largest.leadingZeroBitCount }

    private func block(_ index: Int) -> UnsafeRawPointer { packed + index * width * 128 }

    @inline(__always)
    func prefetch(block index: Int) { sh_prefetch(block(index), width * 128) }

    /// Needs width <= 32, as every 32-bit method here.
    func codes32(block index: Int, into out: UnsafeMutablePointer<UInt32>) {
        sh_unpack32(block(index).assumingMemoryBound(to: UInt32.self), Int32(width), out)
    }

    /// Tells which codes of a whole block lie in low…high.
    func rangeMask(
        block index: Int, low: UInt32, high: UInt32, into mask: UnsafeMutablePointer<UInt64>
    ) {
        sh_range_mask_packed(
            block(index).assumingMemoryBound(to: UInt32.self), Int32(width), low, high, mask)
    }

    func codes64(block index: Int, into out: UnsafeMutablePointer<UInt64>) {
        if width > 32 {
            sh_unpack64(block(index).assumingMemoryBound(to: UInt64.self), Int32(width), out)
            return
        }
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 1024) { codes in
            guard let narrow = codes.baseAddress else { return }
            codes32(block: index, into: narrow)
            Widening.widen(narrow, 1024, into: out)
        }
    }

    func codes32(
        block index: Int, positions: UnsafePointer<UInt16>, count: Int,
        into out: UnsafeMutablePointer<UInt32>
    ) {
        sh_unpack32_at(
            block(index).assumingMemoryBound(to: UInt32.self), Int32(width), positions, count, out)
    }

    func codes64(
        block index: Int, positions: UnsafePointer<UInt16>, count: Int,
        into out: UnsafeMutablePointer<UInt64>
    ) {
        if width > 32 {
            sh_unpack64_at(
                block(index).assumingMemoryBound(to: UInt64.self), Int32(width), positions, count,
                out)
            return
        }
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: max(count, 1)) { codes in
            guard let narrow = codes.baseAddress else { return }
            codes32(block: index, positions: positions, count: count, into: narrow)
            Widening.widen(narrow, count, into: out)
        }
    }

    /// Packs values - base; the rows past `count` of the last block become 0.
    static func pack(
        _ values: UnsafePointer<Int64>, count: Int, base: Int64, width: Int,
        to out: UnsafeMutableRawPointer
    ) {
        guard width > 0 else { return }
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 1024) { scratch in
            guard let wide = scratch.baseAddress else { return }
            wide.withMemoryRebound(to: UInt32.self, capacity: 1024) { narrow in
                var to = out
                for start in stride(from: 0, to: count, by: 1024) {
                    let rows = min(1024, count - start)
                    if width <= 32 {
                        sh_subtract_i64(values + start, rows, base, narrow)
                        (narrow + rows).update(repeating: 0, count: 1024 - rows)
                        sh_pack32(narrow, Int32(width), to.assumingMemoryBound(to: UInt32.self))
                    } else {
                        for row in 0..<rows {
                            wide[row] = UInt64(bitPattern: values[start + row] &- base)
                        }
                        (wide + rows).update(repeating: 0, count: 1024 - rows)
                        sh_pack64(wide, Int32(width), to.assumingMemoryBound(to: UInt64.self))
                    }
                    to += width * 128
                }
            }
        }
    }
}

enum Widening {
    static func widen(
        _ codes: UnsafePointer<UInt32>, _ count: Int, into out: UnsafeMutablePointer<UInt64>
    ) {
        out.withMemoryRebound(to: Int64.self, capacity: count) {
            sh_add_i64(codes, count, 0, $0)
        }
    }
}
