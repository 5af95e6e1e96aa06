import CKernels

/// Bit-packed differences. Each block restarts from its own first code, so blocks decode alone.
///
/// Code 0 of a block is its restart; code i is code i - 1 plus `deltaMin` plus the packed delta i, all
/// wrapping. The packed delta of row 0 is 0.
struct DeltaBlocks {
    let restarts: UnsafePointer<UInt64>
    let deltas: BitPackedBlocks
    let deltaMin: Int64

    static func byteCount(blocks: Int, width: Int) -> Int {
        blocks * 8 + BitPackedBlocks.byteCount(blocks: blocks, width: width)
    }

    func codes32(block: Int, into out: UnsafeMutablePointer<UInt32>) {
        deltas.codes32(block: block, into: out)
        // The first packed delta is 0 only in honest bytes: any other value is caught on opening.
        sh_prefix_sum_u32(
            out, 1024, UInt32(truncatingIfNeeded: restarts[block]),
            UInt32(truncatingIfNeeded: deltaMin))
    }

    func codes64(block: Int, into out: UnsafeMutablePointer<UInt64>) {
        deltas.codes64(block: block, into: out)
        sh_prefix_sum_u64(out, 1024, restarts[block], UInt64(bitPattern: deltaMin))
    }

    func codes32(
        block: Int, positions: UnsafePointer<UInt16>, count: Int,
        into out: UnsafeMutablePointer<UInt32>
    ) {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 1024) { scratch in
            guard let all = scratch.baseAddress else { return }
            codes32(block: block, into: all)
            for index in 0..<count { out[index] = all[Int(positions[index] & 1023)] }
        }
    }

    func codes64(
        block: Int, positions: UnsafePointer<UInt16>, count: Int,
        into out: UnsafeMutablePointer<UInt64>
    ) {
        if count == 1, positions[0] == 0 {
            out[0] = restarts[block]
            return
        }
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 1024) { scratch in
            guard let all = scratch.baseAddress else { return }
            codes64(block: block, into: all)
            for index in 0..<count { out[index] = all[Int(positions[index] & 1023)] }
        }
    }

    /// Writes restarts and packed deltas.
    static func write(
        _ values: UnsafePointer<Int64>, count: Int, base: Int64, deltaMin: Int64, width: Int,
        to out: UnsafeMutableRawPointer
    ) {
        let blocks = (count + 1023) >> 10
        let restarts = out.assumingMemoryBound(to: UInt64.self)
        var to = out + blocks * 8
        withUnsafeTemporaryAllocation(of: Int64.self, capacity: 1024) { scratch in
            guard let deltas = scratch.baseAddress else { return }
            for block in 0..<blocks {
                let start = block << 10
                let rows = min(1024, count - start)
                restarts[block] = UInt64(bitPattern: values[start] &- base)
                deltas[0] = deltaMin
                for row in 1..<max(rows, 1) {
                    deltas[row] = values[start + row] &- values[start + row - 1]
                }
                BitPackedBlocks.pack(deltas, count: rows, base: deltaMin, width: width, to: to)
                to += width * 128
            }
        }
    }
}
