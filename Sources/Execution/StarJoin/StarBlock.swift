import CKernels
import Encodings

/// A worker's buffers for one block of 1,024 rows, and the block's survivors.
final class StarBlock {
    let positions: UnsafeMutablePointer<UInt16>
    let codes: UnsafeMutablePointer<UInt32>
    /// For `CodeBlocks`.
    let scratch: UnsafeMutablePointer<UInt32>
    /// Group number of each survivor.
    let groups: UnsafeMutablePointer<UInt32>
    let narrow: UnsafeMutableRawPointer
    /// All bits of the survivors for which a sum counts.
    let present: UnsafeMutablePointer<Int64>
    let buffers = MeasureBuffers()
    private static let room = 1024 + 64

    init() {
        positions = .allocate(capacity: Self.room)
        codes = .allocate(capacity: Self.room)
        scratch = .allocate(capacity: CodeBlocks.scratchCodes)
        groups = .allocate(capacity: Self.room)
        narrow = .allocate(byteCount: Self.room * 4, alignment: 64)
        present = .allocate(capacity: Self.room)
        present.initialize(repeating: 0, count: Self.room)
        positions.initialize(repeating: 0, count: Self.room)
        codes.initialize(repeating: 0, count: Self.room)
        scratch.initialize(repeating: 0, count: CodeBlocks.scratchCodes)
        groups.initialize(repeating: 0, count: Self.room)
        narrow.initializeMemory(as: UInt8.self, repeating: 0, count: Self.room * 4)
    }

    deinit {
        positions.deallocate()
        codes.deallocate()
        scratch.deallocate()
        groups.deallocate()
        narrow.deallocate()
        present.deallocate()
    }

    /// Fills `present` for the survivors from a mask over the block's rows.
    func spread(_ mask: UnsafePointer<UInt64>, _ isAll: Bool, _ count: Int) {
        let (present, positions) = (present, positions)
        if isAll {
            for row in 0..<count {
                present[row] = -Int64(truncatingIfNeeded: mask[row >> 6] >> UInt64(row & 63) & 1)
            }
        } else {
            for index in 0..<count {
                let row = Int(positions[index])
                present[index] = -Int64(truncatingIfNeeded: mask[row >> 6] >> UInt64(row & 63) & 1)
            }
        }
    }

    /// Codes of the survivors, in order.
    @inline(__always)
    func load(_ column: CodeBlocks, _ block: Int, _ isAll: Bool, _ count: Int) {
        if isAll {
            column.codes(block: block, into: codes, scratch: scratch)
        } else {
            column.codes(
                block: block, positions: positions, count: count, into: codes, scratch: scratch)
        }
    }

    func fillPositions(_ rows: Int) {
        for row in 0..<rows { positions[row] = UInt16(truncatingIfNeeded: row) }
    }

    /// Adds a dimension's part of the group number; rejected rows get the mark `UInt32.max` and are
    /// counted.
    func gather(_ probe: StarProbe, _ count: Int) -> Int {
        let step = probe.stride
        switch probe.width {
        case .byte:
            let out = narrow.assumingMemoryBound(to: UInt8.self)
            sh_gather_u8(codes, count, probe.groups.assumingMemoryBound(to: UInt8.self), out)
            return accumulate(out, step, count)
        case .half:
            let out = narrow.assumingMemoryBound(to: UInt16.self)
            sh_gather_u16(codes, count, probe.groups.assumingMemoryBound(to: UInt16.self), out)
            return accumulate(out, step, count)
        case .word:
            let out = narrow.assumingMemoryBound(to: UInt32.self)
            sh_gather_u32(codes, count, probe.groups.assumingMemoryBound(to: UInt32.self), out)
            return accumulate(out, step, count)
        }
    }

    @inline(__always)
    private func accumulate<T: FixedWidthInteger & UnsignedInteger>(
        _ found: UnsafeMutablePointer<T>, _ step: UInt32, _ count: Int
    ) -> Int {
        let groups = self.groups
        var zeros: UInt32 = 0
        for index in 0..<count { zeros &+= found[index] == 0 ? 1 : 0 }
        if zeros == 0 {
            for index in 0..<count {
                groups[index] &+= (UInt32(truncatingIfNeeded: found[index]) &- 1) &* step
            }
        } else {
            for index in 0..<count {
                let code = UInt32(truncatingIfNeeded: found[index])
                groups[index] = code == 0 ? .max : groups[index] &+ (code &- 1) &* step
            }
        }
        return Int(zeros)
    }

    /// Drops the rows marked by `gather`.
    func compact(_ count: Int) -> Int {
        var kept = 0
        for index in 0..<count {
            let group = groups[index]
            groups[kept] = group
            positions[kept] = positions[index]
            kept &+= group == .max ? 0 : 1
        }
        return kept
    }
}
