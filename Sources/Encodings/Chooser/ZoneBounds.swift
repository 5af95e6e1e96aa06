import CKernels
import Vectors

/// Smallest and largest value of a chunk, NULL rows apart. Frames here have some value.
package enum ZoneBounds {
    typealias Pair = (min: Datum, max: Datum, isExact: Bool)

    /// Longest string kept as a bound.
    static let bytesMax = 64

    /// NULL rows are filled, so they do not disturb.
    static func integers(
        _ values: UnsafePointer<Int64>, _ frame: ChunkEncoder.Frame, _ physical: PhysicalType
    ) -> Pair? {
        guard frame.nullCount < frame.count else { return nil }
        var low: Int64 = 0
        var high: Int64 = 0
        sh_minmax_i64(values, frame.count, &low, &high)
        return physical == .bool
            ? (.bool(low != 0), .bool(high != 0), true) : (.int(low), .int(high), true)
    }

    @inline(__always)
    static func comparable<T>(
        _ values: UnsafePointer<T>, _ frame: ChunkEncoder.Frame, isLess: (T, T) -> Bool,
        _ datum: (T) -> Datum
    ) -> Pair? {
        guard let first = (0..<frame.count).first(where: { frame.isValid($0) }) else { return nil }
        var low = values[first]
        var high = low
        for row in first..<frame.count where frame.isValid(row) {
            if isLess(values[row], low) { low = values[row] }
            if isLess(high, values[row]) { high = values[row] }
        }
        return (datum(low), datum(high), true)
    }

    static func comparable<T: Comparable>(
        _ values: UnsafePointer<T>, _ frame: ChunkEncoder.Frame, _ datum: (T) -> Datum
    ) -> Pair? { comparable(values, frame, isLess: { $0 < $1 }, datum) }

    /// NaN is the greatest.
    static func floats<F: BinaryFloatingPoint>(
        _ values: UnsafePointer<F>, _ frame: ChunkEncoder.Frame
    ) -> Pair? {
        comparable(values, frame, isLess: { $0 < $1 || ($1.isNaN && !$0.isNaN) }) {
            .double(Double($0))
        }
    }

    static func uuids(_ values: UnsafePointer<UUIDBytes>, _ frame: ChunkEncoder.Frame) -> Pair? {
        comparable(values, frame, isLess: { ($0.high, $0.low) < ($1.high, $1.low) }) { .uuid($0) }
    }

    /// NaN is the greatest.
    static func decimals(_ values: UnsafePointer<Decimal>, _ frame: ChunkEncoder.Frame) -> Pair? {
        comparable(values, frame, isLess: isLess) { .decimal($0) }
    }

    static func isLess(_ a: Decimal, _ b: Decimal) -> Bool {
        if a.isNaN || b.isNaN { return b.isNaN && !a.isNaN }
        if a.scale == b.scale { return a.mantissa < b.mantissa }
        // Bring both to the larger scale; what overflows on the way is larger in magnitude.
        if a.scale < b.scale {
            guard let scaled = scaled(a.mantissa, by: b.scale - a.scale) else {
                return a.mantissa < 0
            }
            return scaled < b.mantissa
        }
        guard let scaled = scaled(b.mantissa, by: a.scale - b.scale) else { return b.mantissa > 0 }
        return a.mantissa < scaled
    }

    private static func scaled(_ mantissa: Int128, by digits: Int16) -> Int128? {
        var value = mantissa
        for _ in 0..<digits {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            value = product
        }
        return value
    }

    static func strings(_ views: UnsafePointer<StringView>, _ frame: ChunkEncoder.Frame) -> Pair? {
        guard let first = (0..<frame.count).first(where: { frame.isValid($0) }) else { return nil }
        var low = views[first]
        var high = low
        for row in first..<frame.count where frame.isValid(row) {
            if ByteOrder.isLess(views[row], low) { low = views[row] }
            if ByteOrder.isLess(high, views[row]) { high = views[row] }
        }
        return strings(min: low, max: high)
    }

    /// Cuts long strings: the minimum to a prefix, the maximum to a prefix counted up by one.
    static func strings(min: StringView, max: StringView) -> Pair? {
        let low = Array(min.buffer.prefix(bytesMax))
        var high = Array(max.buffer.prefix(bytesMax))
        let isExact = min.count <= bytesMax && max.count <= bytesMax
        if max.count > bytesMax {
            while let last = high.last, last == 0xFF { high.removeLast() }
            guard let last = high.popLast() else { return nil }
            high.append(last + 1)
        }
        return (.bytes(low), .bytes(high), isExact)
    }

    /// Bounds over several zones; none where some zone with values has none.
    package static func merge(_ zones: [ChunkZone]) -> ChunkZone {
        var merged = ChunkZone(rowCount: 0, nullCount: 0, min: .null, max: .null, isExact: true)
        var known = true
        for zone in zones {
            merged.rowCount += zone.rowCount
            merged.nullCount += zone.nullCount
            guard !zone.isAllNull else { continue }
            guard zone.hasBounds, known else {
                known = false
                continue
            }
            merged.isExact = merged.isExact && zone.isExact
            if merged.min.isNull || isLess(zone.min, merged.min) { merged.min = zone.min }
            if merged.max.isNull || isLess(merged.max, zone.max) { merged.max = zone.max }
        }
        if !known { (merged.min, merged.max) = (.null, .null) }
        return merged
    }

    /// Order of two bounds of one column.
    package static func isLess(_ a: Datum, _ b: Datum) -> Bool {
        switch (a, b) {
        case (.bool(let a), .bool(let b)): !a && b
        case (.int(let a), .int(let b)): a < b
        case (.int128(let a), .int128(let b)): a < b
        case (.double(let a), .double(let b)): a < b || (b.isNaN && !a.isNaN)
        case (.bytes(let a), .bytes(let b)): a.lexicographicallyPrecedes(b)
        case (.uuid(let a), .uuid(let b)): (a.high, a.low) < (b.high, b.low)
        case (.decimal(let a), .decimal(let b)): isLess(a, b)
        default: false
        }
    }
}
