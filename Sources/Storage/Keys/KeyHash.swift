import Basics
import Vectors

/// The 64-bit hash of a primary key. On disk in segments, never change; defined in FORMAT.md.
///
/// Equal keys have equal hashes whatever their physical form within a type: -0 as 0, all NaNs as
/// one, decimals without trailing zeros, intervals as their total, character(n) without trailing
/// blanks.
enum KeyHash {
    private static let start: UInt64 = 0x51_7C_C1_B7_27_22_0A_95

    @inline(__always)
    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    @inline(__always)
    private static func combine(_ hash: UInt64, _ value: UInt64) -> UInt64 {
        mix((hash &* 0x9E37_79B9_7F4A_7C15) ^ value)
    }

    /// One hash a row over flat or constant vectors; NULLs hash as zero values.
    static func hashes(_ columns: [Vector], count: Int) -> [UInt64] {
        var hashes = [UInt64](repeating: start, count: count)
        hashes.withUnsafeMutableBufferPointer { out in
            guard let out = out.baseAddress else { return }
            for column in columns { add(column, count, out) }
        }
        return hashes
    }

    private static func add(_ column: Vector, _ count: Int, _ out: UnsafeMutablePointer<UInt64>) {
        let mask = column.rowMask
        switch column.physical {
        case .bool: integers(column.pointer(UInt8.self), mask, count, out)
        case .int16: integers(column.pointer(Int16.self), mask, count, out)
        case .int32: integers(column.pointer(Int32.self), mask, count, out)
        case .int64: integers(column.pointer(Int64.self), mask, count, out)
        case .int128:
            let values = column.pointer(Int128.self)
            for row in 0..<count { out[row] = wide(out[row], values[row & mask]) }
        case .float32:
            let values = column.pointer(Float.self)
            for row in 0..<count { out[row] = combine(out[row], bits(Double(values[row & mask]))) }
        case .float64:
            let values = column.pointer(Double.self)
            for row in 0..<count { out[row] = combine(out[row], bits(values[row & mask])) }
        case .bytes:
            let padded = isPadded(column.type)
            let values = column.pointer(StringView.self)
            for row in 0..<count { out[row] = bytes(out[row], values[row & mask], padded) }
        case .uuid:
            let values = column.pointer(UUIDBytes.self)
            for row in 0..<count {
                out[row] = combine(
                    combine(out[row], values[row & mask].high), values[row & mask].low)
            }
        case .interval:
            let values = column.pointer(Interval.self)
            for row in 0..<count { out[row] = wide(out[row], total(values[row & mask])) }
        case .decimal:
            let values = column.pointer(Decimal.self)
            for row in 0..<count {
                let value = canonical(values[row & mask])
                out[row] = combine(
                    wide(out[row], value.mantissa),
                    UInt64(UInt16(bitPattern: value.scale)) << 1 | (value.isNaN ? 1 : 0))
            }
        }
    }

    @inline(__always)
    private static func integers<T: FixedWidthInteger>(
        _ values: UnsafeMutablePointer<T>, _ mask: Int, _ count: Int,
        _ out: UnsafeMutablePointer<UInt64>
    ) {
        for row in 0..<count {
            let value = UInt64(bitPattern: Int64(truncatingIfNeeded: values[row & mask]))
            out[row] = combine(out[row], value)
        }
    }

    private static func wide(_ hash: UInt64, _ value: Int128) -> UInt64 {
        combine(
            combine(hash, UInt64(truncatingIfNeeded: value)),
            UInt64(truncatingIfNeeded: value >> 64))
    }

    private static func bits(_ value: Double) -> UInt64 {
        value == 0 ? 0 : value.isNaN ? 0x7FF8_0000_0000_0000 : value.bitPattern
    }

    /// Eight bytes at a time, little-endian, the last zero-padded; then the length.
    private static func bytes(_ hash: UInt64, _ view: StringView, _ padded: Bool) -> UInt64 {
        let count = padded ? trimmedCount(view) : Int(view.count)
        let raw = UnsafeRawPointer(view.start)
        var hash = hash
        var at = 0
        while at + 8 <= count {
            let word = raw.loadUnaligned(fromByteOffset: at, as: UInt64.self)
            hash = combine(hash, UInt64(littleEndian: word))
            at += 8
        }
        var rest: UInt64 = 0
        var shift: UInt64 = 0
        while at < count {
            rest |= UInt64(view.start[at]) << shift
            shift += 8
            at += 1
        }
        return combine(combine(hash, rest), UInt64(count))
    }

    static func isPadded(_ type: SQLType) -> Bool { if case .char = type { true } else { false } }

    static func trimmedCount(_ view: StringView) -> Int {
        var count = Int(view.count)
        while count > 0, view.start[count - 1] == 0x20 { count -= 1 }
        return count
    }

    /// Microseconds, a month counting 30 days and a day 24 hours, as PostgreSQL compares.
    static func total(_ value: Interval) -> Int128 {
        (Int128(value.months) * 30 + Int128(value.days)) * 86_400_000_000
            + Int128(value.microseconds)
    }

    static func canonical(_ value: Decimal) -> Decimal {
        if value.isNaN { return Decimal(mantissa: 0, scale: 0, isNaN: true) }
        if value.mantissa == 0 { return Decimal(mantissa: 0, scale: 0) }
        var mantissa = value.mantissa
        var scale = Int(value.scale)
        while scale > 0 {
            let (quotient, remainder) = mantissa.quotientAndRemainder(dividingBy: 10)
            if remainder != 0 { break }
            mantissa = quotient
            scale -= 1
        }
        return Decimal(mantissa: mantissa, scale: scale)
    }
}
