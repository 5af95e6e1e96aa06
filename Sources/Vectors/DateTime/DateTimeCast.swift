import Basics

/// Moving between dates, local timestamps and instants.
enum DateTimeCast {
    /// Microseconds of a date, beyond a timestamp's range if need be; infinities stay outermost.
    @inline(__always)
    static func wide(_ day: Int32) -> Int128 {
        if day == Int32.max { return Int128(Int64.max) }
        if day == Int32.min { return Int128(Int64.min) }
        return Int128(day) * 86_400_000_000
    }

    @inline(__always)
    static func timestamp(_ day: Int32) throws -> Int64 {
        if day == Int32.max { return Int64.max }
        if day == Int32.min { return Int64.min }
        let (value, overflow) = Int64(day).multipliedReportingOverflow(
            by: Calendar.microsecondsPerDay)
        guard !overflow, value < Calendar.endTimestamp else {
            throw SQLError(.datetimeFieldOverflow, "date out of range for timestamp")
        }
        return value
    }

    @inline(__always)
    static func date(_ timestamp: Int64) -> Int32 {
        if timestamp == Int64.max { return Int32.max }
        if timestamp == Int64.min { return Int32.min }
        return Int32(truncatingIfNeeded: Calendar.split(timestamp).days)
    }

    /// A vector of dates, timestamps or instants as instants; what is out of range is clamped.
    static func instants(_ vector: Vector, _ count: Int, _ zone: TimeZoneRules) -> Vector {
        func shifted(_ local: Int64) -> Int64 {
            guard Calendar.isFinite(local) else { return local }
            return local &- Int64(zone.offset(local: local)) * 1_000_000
        }
        switch vector.type {
        case .date:
            return Kernels.map(vector, count, .timestamptz) { (day: Int32) in
                shifted(Int64(clamping: wide(day)))
            }
        case .timestamp:
            return Kernels.map(vector, count, .timestamptz) { (local: Int64) in shifted(local) }
        default: return vector
        }
    }
}
