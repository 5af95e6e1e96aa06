import Vectors

/// Fixed-width values as they are, little-endian.
///
/// Decimals take 17 bytes: mantissa, then the scale, 255 for NaN. UUIDs are two 64-bit numbers, the high
/// half first; intervals are microseconds, days, months. The others lie as in memory.
struct PlainValues {
    static let nanScale: UInt8 = 255
    static let scaleMax: UInt8 = 38

    let start: UnsafeRawPointer
    let physical: PhysicalType

    /// Bytes of one value on disk; 0 for types that are never plain.
    static func stride(_ physical: PhysicalType) -> Int {
        switch physical {
        case .float32: 4
        case .float64: 8
        case .int128, .uuid, .interval: 16
        case .decimal: 17
        case .bool, .int16, .int32, .int64, .bytes: 0
        }
    }

    static func byteCount(count: Int, _ physical: PhysicalType) -> Int {
        (count * stride(physical) + 7) & ~7
    }

    /// Checks the scales of decimals; every other bit pattern is a value.
    init(start: UnsafeRawPointer, count: Int, physical: PhysicalType) throws {
        self.start = start
        self.physical = physical
        guard physical == .decimal else { return }
        for row in 0..<count {
            let scale = start.load(fromByteOffset: row * 17 + 16, as: UInt8.self)
            guard scale <= Self.scaleMax || scale == Self.nanScale else {
                throw ChunkDamage.error("decimal scale \(scale)")
            }
        }
    }

    @inline(__always)
    private func decimal(_ row: Int) -> Decimal {
        let mantissa = (start + row * 17).loadUnaligned(as: Int128.self)
        let scale = start.load(fromByteOffset: row * 17 + 16, as: UInt8.self)
        let isNaN = scale == Self.nanScale
        return Decimal(mantissa: mantissa, scale: isNaN ? 0 : Int(scale), isNaN: isNaN)
    }

    /// Copies rows `first..<first + count`.
    func copy(first: Int, count: Int, to out: UnsafeMutableRawPointer) {
        if physical == .decimal {
            let decimals = out.assumingMemoryBound(to: Decimal.self)
            for row in 0..<count { decimals[row] = decimal(first + row) }
        } else {
            let stride = Self.stride(physical)
            out.copyMemory(from: start + first * stride, byteCount: count * stride)
        }
    }

    /// Copies the rows at base + positions.
    func copy<P: FixedWidthInteger>(
        base: Int, positions: UnsafePointer<P>, count: Int, to out: UnsafeMutableRawPointer
    ) {
        @inline(__always)
        func pick<T>(_: T.Type) {
            let from = start.assumingMemoryBound(to: T.self)
            let to = out.assumingMemoryBound(to: T.self)
            for index in 0..<count { to[index] = from[base + Int(positions[index])] }
        }
        switch physical {
        case .float32: pick(UInt32.self)
        case .float64: pick(UInt64.self)
        // Like UUIDs two 64-bit halves: an Int128 would have to be aligned to 16 bytes.
        case .int128, .uuid: pick(UUIDBytes.self)
        case .interval: pick(Interval.self)
        case .decimal:
            let decimals = out.assumingMemoryBound(to: Decimal.self)
            for index in 0..<count { decimals[index] = decimal(base + Int(positions[index])) }
        case .bool, .int16, .int32, .int64, .bytes: break
        }
    }

    /// Writes in-memory values; decimals are known to have a scale of 0…38.
    static func write(
        _ values: UnsafeRawPointer, count: Int, physical: PhysicalType,
        to out: UnsafeMutableRawPointer
    ) {
        guard physical == .decimal else {
            out.copyMemory(from: values, byteCount: count * stride(physical))
            return
        }
        let decimals = values.assumingMemoryBound(to: Decimal.self)
        for row in 0..<count {
            let value = decimals[row]
            out.storeBytes(
                of: value.isNaN ? 0 : value.mantissa, toByteOffset: row * 17, as: Int128.self)
            out.storeBytes(
                of: value.isNaN ? nanScale : UInt8(truncatingIfNeeded: value.scale),
                toByteOffset: row * 17 + 16, as: UInt8.self)
        }
    }
}
