import CKernels
import Vectors

extension ColumnChunk {
    /// Writes the codes of a block; `out` has room for 1,024. Needs `hasCodes`.
    ///
    /// Codes of rows past the end are arbitrary.
    package func codes(block: Int, into out: UnsafeMutablePointer<UInt32>) {
        guard case .integers(let stream) = layout else {
            out.update(repeating: 0, count: 1024)
            return
        }
        stream.codes32(block: block, into: out)
        if isDictionaryCoded { Self.add(stream.base, to: out, 1024) }
    }

    /// Writes the codes at positions 0…1023 of a block, in the order given. Needs `hasCodes`.
    package func codes(
        block: Int, positions: UnsafePointer<UInt16>, count: Int,
        into out: UnsafeMutablePointer<UInt32>
    ) {
        guard case .integers(let stream) = layout else {
            out.update(repeating: 0, count: count)
            return
        }
        stream.codes32(block: block, positions: positions, count: count, into: out)
        if isDictionaryCoded { Self.add(stream.base, to: out, count) }
    }

    /// Dictionary codes are stored relative to the chunk's smallest.
    @inline(__always)
    private static func add(_ base: Int64, to out: UnsafeMutablePointer<UInt32>, _ count: Int) {
        guard base != 0 else { return }
        let base = UInt32(truncatingIfNeeded: base)
        for row in 0..<count { out[row] &+= base }
    }

    /// Writes the values of a block; `out` has room for 1,024. Needs `hasValues`.
    package func values(block: Int, into out: UnsafeMutablePointer<Int64>) {
        guard case .integers(let stream) = layout else {
            out.update(repeating: 0, count: 1024)
            return
        }
        guard let dictionary else {
            stream.values(block: block, into: out)
            return
        }
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 1024) { scratch in
            guard let codes = scratch.baseAddress else { return }
            self.codes(block: block, into: codes)
            let integers = dictionary.integers
            for row in 0..<rows(inBlock: block) { out[row] = integers[Int(codes[row])] }
        }
    }

    /// Writes the values at positions 0…1023 of a block, in the order given. Needs `hasValues`.
    package func values(
        block: Int, positions: UnsafePointer<UInt16>, count: Int,
        into out: UnsafeMutablePointer<Int64>
    ) {
        guard case .integers(let stream) = layout else {
            out.update(repeating: 0, count: count)
            return
        }
        guard let dictionary else {
            stream.values(block: block, positions: positions, count: count, into: out)
            return
        }
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: max(count, 1)) { scratch in
            guard let codes = scratch.baseAddress else { return }
            self.codes(block: block, positions: positions, count: count, into: codes)
            let integers = dictionary.integers
            for row in 0..<count { out[row] = integers[Int(codes[row])] }
        }
    }

    /// The code that every row has (validity aside), where the chunk is constant and `hasCodes`.
    package var constantCode: UInt32? {
        guard hasCodes else { return nil }
        guard case .integers(let stream) = layout else { return 0 }
        guard case .constant = stream.blocks else { return nil }
        return isDictionaryCoded ? UInt32(truncatingIfNeeded: stream.base) : 0
    }
}
