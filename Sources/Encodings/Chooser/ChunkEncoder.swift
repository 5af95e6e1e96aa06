import Basics
import CKernels
import Vectors

/// Turns the rows of one chunk into a body, choosing the smallest fitting encoding.
///
/// Validity comes as a byte per row or nil. NULL rows may hold anything; integers are overwritten with
/// the value before, so that they cost nothing.
enum ChunkEncoder {
    /// Everything about a chunk but its values.
    struct Frame {
        var physical: PhysicalType
        var count: Int
        /// A byte per row, 1 valid and 0 NULL; nil: no NULLs.
        var validity: UnsafePointer<UInt8>?
        var nullCount: Int
        var flags: ChunkHeader.Flags = []
        var scale = 0

        func header(_ encoding: ChunkEncoding) -> ChunkHeader {
            var flags = self.flags
            if nullCount > 0, nullCount < count { flags.insert(.validity) }
            return ChunkHeader(
                encoding: encoding, flags: flags, physical: physical, count: count,
                nullCount: nullCount, scale: scale)
        }

        @inline(__always)
        func isValid(_ row: Int) -> Bool { validity.map { $0[row] != 0 } ?? true }
    }

    /// The body of a chunk without a single value.
    static func allNull(_ frame: Frame) -> AlignedBytes {
        var frame = frame
        frame.flags = []
        frame.scale = 0
        return body(frame.header(.allNull), frame, dataBytes: 0) { _ in }
    }

    /// Overwrites NULL rows with the value before them, leading ones with the first value.
    static func fillNulls(_ values: UnsafeMutablePointer<Int64>, _ frame: Frame) {
        guard frame.nullCount > 0, let validity = frame.validity else { return }
        guard let first = (0..<frame.count).first(where: { validity[$0] != 0 }) else { return }
        var last = values[first]
        for row in 0..<frame.count {
            if validity[row] != 0 { last = values[row] }
            values[row] = last
        }
    }

    /// The body of integers whose NULL rows are filled, and what the scan found.
    static func integers(
        _ values: UnsafePointer<Int64>, _ frame: Frame, preferSmall: Bool
    ) -> AlignedBytes {
        var scan = sh_scan()
        sh_scan_i64(values, frame.count, &scan)
        let choice = IntegerChoice(values, scan, count: frame.count, preferSmall: preferSmall)
        var header = frame.header(choice.encoding)
        header.width = choice.width
        header.base = scan.min
        header.range = choice.range
        if choice.encoding == .delta { header.deltaMin = scan.delta_min }
        header.runs = choice.runs
        let count = frame.count
        return body(header, frame, dataBytes: choice.byteCount) { out in
            switch choice.encoding {
            case .bitPacked:
                BitPackedBlocks.pack(
                    values, count: count, base: scan.min, width: choice.width, to: out)
            case .runLength:
                RunLengthBlocks.write(
                    values, count: count, base: scan.min, runs: choice.runs,
                    width: choice.width, to: out)
            case .shortRuns:
                ShortRunBlocks.write(
                    values, count: count, base: scan.min, runs: choice.runs,
                    width: choice.width, to: out)
            case .delta:
                DeltaBlocks.write(
                    values, count: count, base: scan.min, deltaMin: scan.delta_min,
                    width: choice.width, to: out)
            case .allNull, .constant, .plain, .strings: break
            }
        }
    }

    /// The body of fixed-width values as they are.
    static func plain(_ values: UnsafeRawPointer, _ frame: Frame) -> AlignedBytes {
        let size = PlainValues.byteCount(count: frame.count, frame.physical)
        return body(frame.header(.plain), frame, dataBytes: size) { out in
            PlainValues.write(values, count: frame.count, physical: frame.physical, to: out)
        }
    }

    /// The body of strings; NULL rows are empty views.
    static func strings(
        _ views: UnsafePointer<StringView>, _ frame: Frame
    ) throws -> AlignedBytes {
        var shortest = UInt32.max
        var longest: UInt32 = 0
        var size = 0
        for row in 0..<frame.count {
            shortest = min(shortest, views[row].count)
            longest = max(longest, views[row].count)
            size += Int(views[row].count)
        }
        guard size <= Int(Int32.max) else {
            throw SQLError(.programLimitExceeded, "strings of one column chunk exceed 2 GB")
        }
        var header = frame.header(.strings)
        let width = BitPackedBlocks.width(of: UInt64(longest - min(shortest, longest)))
        header.width = width
        header.base = Int64(shortest)
        header.range = UInt64(size)
        let bytes = StringBlocks.byteCount(count: frame.count, width: width, bytes: size)
        return body(header, frame, dataBytes: bytes) { out in
            StringBlocks.write(
                views, count: frame.count, lengthMin: shortest, width: width, to: out)
        }
    }

    private static func body(
        _ header: ChunkHeader, _ frame: Frame, dataBytes: Int,
        _ writeData: (UnsafeMutableRawPointer) -> Void
    ) -> AlignedBytes {
        let total = ChunkHeader.byteCount + header.validityBytes + dataBytes
        return AlignedBytes(count: total) { raw in
            guard let out = raw.baseAddress else { return }
            raw.initializeMemory(as: UInt8.self, repeating: 0)
            header.write(to: out)
            let bitmap = out + ChunkHeader.byteCount
            if header.validityBytes > 0, let validity = frame.validity {
                let bits = bitmap.assumingMemoryBound(to: UInt8.self)
                for row in 0..<frame.count {
                    bits[row >> 3] |= (validity[row] & 1) << UInt8(truncatingIfNeeded: row & 7)
                }
            }
            writeData(bitmap + header.validityBytes)
        }
    }
}
