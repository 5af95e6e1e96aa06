/// Runs of equal codes: the last row of each run (UInt16) and its code (8, 16, 32 or 64 bits).
struct RunLengthBlocks {
    let lastRows: UnsafePointer<UInt16>
    let codes: UnsafeRawPointer
    let width: Int
    let runs: Int
    let count: Int
    /// The run that holds the first row of each block.
    let firstRuns: [UInt16]

    /// Bytes of the last rows, padded to 8.
    static func rowBytes(runs: Int) -> Int { (runs * 2 + 7) & ~7 }
    /// Bytes of the codes, padded to 8.
    static func codeBytes(runs: Int, width: Int) -> Int { (runs * (width / 8) + 7) & ~7 }
    /// Narrowest width of a run's code.
    static func width(of largest: UInt64) -> Int {
        switch BitPackedBlocks.width(of: largest) {
        case ...8: 8
        case ...16: 16
        case ...32: 32
        default: 64
        }
    }

    /// Checks that the runs ascend and cover the rows exactly.
    init(
        lastRows: UnsafePointer<UInt16>, codes: UnsafeRawPointer, width: Int, runs: Int, count: Int
    ) throws {
        self.lastRows = lastRows
        self.codes = codes
        self.width = width
        self.runs = runs
        self.count = count
        guard runs > 0, Int(lastRows[runs - 1]) == count - 1 else {
            throw ChunkDamage.error("runs do not cover the rows")
        }
        var firstRuns: [UInt16] = [0]
        var nextBlock = 1024
        for run in 0..<runs {
            guard run == 0 || lastRows[run] > lastRows[run - 1] else {
                throw ChunkDamage.error("runs do not ascend")
            }
            while Int(lastRows[run]) >= nextBlock {
                firstRuns.append(UInt16(truncatingIfNeeded: run))
                nextBlock += 1024
            }
        }
        self.firstRuns = firstRuns
    }

    @inline(__always)
    func code(_ run: Int) -> UInt64 {
        switch width {
        case 8: UInt64(codes.load(fromByteOffset: run, as: UInt8.self))
        case 16: UInt64(codes.load(fromByteOffset: run * 2, as: UInt16.self))
        case 32: UInt64(codes.load(fromByteOffset: run * 4, as: UInt32.self))
        default: codes.load(fromByteOffset: run * 8, as: UInt64.self)
        }
    }

    @inline(__always)
    private func fill<T: FixedWidthInteger>(
        block: Int, into out: UnsafeMutablePointer<T>
    ) {
        let start = block << 10
        let rows = min(1024, count - start)
        var run = Int(firstRuns[block])
        var row = 0
        while row < rows {
            let end = min(Int(lastRows[run]) - start + 1, rows)
            (out + row).update(repeating: T(truncatingIfNeeded: code(run)), count: end - row)
            row = end
            run += 1
        }
    }

    @inline(__always)
    private func pick<T: FixedWidthInteger>(
        block: Int, positions: UnsafePointer<UInt16>, count: Int,
        into out: UnsafeMutablePointer<T>
    ) {
        let first = Int(firstRuns[block])
        let start = block << 10
        var run = first
        for index in 0..<count {
            let row = start + Int(positions[index])
            // Positions usually ascend, then the run only moves on.
            if run > first, Int(lastRows[run - 1]) >= row { run = first }
            while run < runs - 1, Int(lastRows[run]) < row { run += 1 }
            out[index] = T(truncatingIfNeeded: code(run))
        }
    }

    func codes32(block: Int, into out: UnsafeMutablePointer<UInt32>) {
        fill(block: block, into: out)
    }
    func codes64(block: Int, into out: UnsafeMutablePointer<UInt64>) {
        fill(block: block, into: out)
    }
    func codes32(
        block: Int, positions: UnsafePointer<UInt16>, count: Int,
        into out: UnsafeMutablePointer<UInt32>
    ) { pick(block: block, positions: positions, count: count, into: out) }
    func codes64(
        block: Int, positions: UnsafePointer<UInt16>, count: Int,
        into out: UnsafeMutablePointer<UInt64>
    ) { pick(block: block, positions: positions, count: count, into: out) }

    /// Writes the last rows and codes; `out` has room for both sections, zeroed.
    static func write(
        _ values: UnsafePointer<Int64>, count: Int, base: Int64, runs: Int, width: Int,
        to out: UnsafeMutableRawPointer
    ) {
        let rows = out.assumingMemoryBound(to: UInt16.self)
        let codes = out + rowBytes(runs: runs)
        var run = 0
        for row in 0..<count where row == count - 1 || values[row] != values[row + 1] {
            rows[run] = UInt16(truncatingIfNeeded: row)
            let code = UInt64(bitPattern: values[row] &- base)
            switch width {
            case 8:
                codes.storeBytes(
                    of: UInt8(truncatingIfNeeded: code), toByteOffset: run, as: UInt8.self)
            case 16:
                codes.storeBytes(
                    of: UInt16(truncatingIfNeeded: code), toByteOffset: run * 2, as: UInt16.self)
            case 32:
                codes.storeBytes(
                    of: UInt32(truncatingIfNeeded: code), toByteOffset: run * 4, as: UInt32.self)
            default: codes.storeBytes(of: code, toByteOffset: run * 8, as: UInt64.self)
            }
            run += 1
        }
    }
}
