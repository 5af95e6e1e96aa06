import Vectors

extension ColumnChunk {
    /// Whether some row is NULL.
    package var hasNulls: Bool { nullCount > 0 }

    /// Bit i of the block's 16 words tells that row i is not NULL; rows past the end are 0.
    package func validityMask(block: Int, into mask: UnsafeMutablePointer<UInt64>) {
        let rows = rows(inBlock: block)
        guard let validity else {
            let word: UInt64 = nullCount == 0 ? ~0 : 0
            for index in 0..<16 {
                let left = rows - index << 6
                mask[index] = left >= 64 ? word : left <= 0 ? 0 : word & ((1 << UInt64(left)) - 1)
            }
            return
        }
        let words = UnsafeRawPointer(validity).assumingMemoryBound(to: UInt64.self) + block << 4
        let present = (rows + 63) >> 6
        for index in 0..<16 { mask[index] = index < present ? words[index] : 0 }
    }

    /// A byte per row, 1 valid and 0 NULL.
    package func validityBytes(rows: Range<Int>, into out: UnsafeMutablePointer<UInt8>) {
        guard let validity else {
            out.update(repeating: nullCount == 0 ? 1 : 0, count: rows.count)
            return
        }
        let start = rows.lowerBound
        for row in 0..<rows.count {
            let at = start + row
            out[row] = validity[at >> 3] >> UInt8(truncatingIfNeeded: at & 7) & 1
        }
    }

    /// Whether the row of the chunk is NULL; for single rows, not for loops.
    package func isNull(_ row: Int) -> Bool {
        guard let validity else { return nullCount > 0 }
        return validity[row >> 3] >> UInt8(truncatingIfNeeded: row & 7) & 1 == 0
    }

    /// Sets the vector's validity for consecutive rows and zeroes the NULL ones.
    func applyValidity(rows: Range<Int>, to vector: Vector) {
        guard nullCount > 0 else {
            vector.dropValidity()
            return
        }
        let bytes = vector.makeValidity()
        validityBytes(rows: rows, into: bytes)
        Self.zeroNulls(vector, bytes, rows.count)
    }

    /// Sets the vector's validity for rows base + position and zeroes the NULL ones.
    func applyValidity<P: FixedWidthInteger>(
        base: Int, positions: UnsafePointer<P>, count: Int, to vector: Vector
    ) {
        guard nullCount > 0 else {
            vector.dropValidity()
            return
        }
        let bytes = vector.makeValidity()
        if let validity {
            for index in 0..<count {
                let at = base + Int(positions[index])
                bytes[index] = validity[at >> 3] >> UInt8(truncatingIfNeeded: at & 7) & 1
            }
        } else {
            bytes.update(repeating: 0, count: count)
        }
        Self.zeroNulls(vector, bytes, count)
    }

    private static func zeroNulls(
        _ vector: Vector, _ valid: UnsafeMutablePointer<UInt8>, _ count: Int
    ) {
        @inline(__always)
        func zero<T>(_: T.Type, _ nothing: T) {
            let data = vector.pointer(T.self)
            for row in 0..<count where valid[row] == 0 { data[row] = nothing }
        }
        switch vector.physical.stride {
        case 1: zero(UInt8.self, 0)
        case 2: zero(UInt16.self, 0)
        case 4: zero(UInt32.self, 0)
        case 8: zero(UInt64.self, 0)
        case 16 where vector.physical == .bytes: zero(StringView.self, StringView.empty)
        case 16: zero(Int128.self, 0)
        default: zero(Decimal.self, Decimal(mantissa: 0, scale: 0))
        }
    }
}
