import Basics
import Glibc
import Synchronization

/// A time zone: the offsets from UTC it had, has and will have.
///
/// Source: RFC 8536 (TZif) for the files, POSIX TZ for the rule that continues them.
package final class TimeZoneRules: Sendable {
    package let name: String
    /// Starts of periods, seconds since 2000-01-01 UTC, ascending; period 0 has no start.
    let starts: [Int64]
    /// For each period, one more than `starts`.
    let periods: [Period]
    /// Whether periods repeat every 400 years past the last start.
    let repeats: Bool

    package struct Period: Sendable, Equatable {
        /// Seconds east of UTC.
        package let offset: Int32
        package let isDST: Bool
        package let abbreviation: String
    }

    static let cycleSeconds: Int64 = 146_097 * 86_400

    init(name: String, starts: [Int64], periods: [Period], repeats: Bool) {
        self.name = name
        self.starts = starts
        self.periods = periods
        self.repeats = repeats
    }

    package static let utc = TimeZoneRules(
        name: "UTC", starts: [], periods: [Period(offset: 0, isDST: false, abbreviation: "UTC")],
        repeats: false)

    /// A zone that always has one offset, in seconds east of UTC.
    package static func fixed(_ offset: Int, name: String? = nil) -> TimeZoneRules {
        var text = [UInt8](repeating: 0, count: 16)
        let count = text.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.map { DateTimeText.write(offset: offset, to: $0) } ?? 0
        }
        let label = String(decoding: text[..<count], as: UTF8.self)
        return TimeZoneRules(
            name: name ?? label, starts: [],
            periods: [
                Period(
                    offset: Int32(truncatingIfNeeded: offset), isDST: false, abbreviation: label)
            ], repeats: false)
    }

    private static let cache = Mutex<[String: TimeZoneRules]>([:])
    private static let cacheLimit = 1024

    /// An IANA zone, case-insensitive, read once; nil where there is none.
    package static func named(_ name: String) -> TimeZoneRules? {
        let key = name.lowercased()
        if ["utc", "z", "zulu", "etc/utc", "gmt", "etc/gmt"].contains(key) {
            return key == "utc" || key == "z"
                ? utc
                : TimeZoneRules(
                    name: name, starts: [],
                    periods: [
                        Period(
                            offset: 0, isDST: false,
                            abbreviation: key.hasSuffix("gmt") ? "GMT" : "UTC")
                    ], repeats: false)
        }
        if let known = cache.withLock({ $0[key] }) { return known }
        guard let loaded = ZoneFile.load(name) else { return nil }
        cache.withLock { table in
            if table.count >= cacheLimit { table.removeAll() }
            table[key] = loaded
        }
        return loaded
    }

    /// The zone of a setting, a literal or AT TIME ZONE: IANA name, abbreviation or offset.
    package static func resolve(_ name: String) throws -> TimeZoneRules {
        if let abbreviation = ZoneAbbreviations.offset(name.lowercased()) {
            return fixed(abbreviation, name: name.uppercased())
        }
        if let zone = named(name) { return zone }
        if let offset = posixOffset(name) { return fixed(offset) }
        throw SQLError(.invalidParameterValue, "time zone \"\(name)\" not recognized")
    }

    /// A bare number of hours or a POSIX zone such as EST5: west is positive.
    private static func posixOffset(_ name: String) -> Int? {
        let letters = name.prefix { $0.isLetter }
        var rest = name.dropFirst(letters.count)
        var sign = -1
        if rest.first == "+" || rest.first == "-" {
            if rest.first == "-" { sign = 1 }
            rest = rest.dropFirst()
        }
        let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count), letters.isEmpty || letters.count >= 3 else {
            return nil
        }
        var seconds = 0
        for (index, part) in parts.enumerated() {
            guard part.count <= 2, let value = Int(part), value >= 0 else { return nil }
            seconds += value * [3600, 60, 1][index]
        }
        return seconds <= 167 * 3600 ? sign * seconds : nil
    }

    /// The index of the period that holds a UTC second, and the second shifted into the table.
    @inline(__always)
    private func locate(_ seconds: Int64) -> (period: Int, shifted: Int64) {
        var shifted = seconds
        if repeats, let last = starts.last, seconds >= last {
            shifted = seconds - ((seconds - last) / Self.cycleSeconds + 1) * Self.cycleSeconds
        }
        var (low, high) = (0, starts.count)
        while low < high {
            let middle = (low + high) / 2
            if starts[middle] <= shifted { low = middle + 1 } else { high = middle }
        }
        return (low, shifted)
    }

    @inline(__always)
    private static func seconds(_ timestamp: Int64) -> Int64 {
        let (quotient, remainder) = timestamp.quotientAndRemainder(dividingBy: 1_000_000)
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// The period in force at a UTC timestamp.
    package func period(at timestamp: Int64) -> Period {
        periods[locate(Self.seconds(timestamp)).period]
    }

    /// Seconds east of UTC at a UTC timestamp.
    @inline(__always)
    package func offset(at timestamp: Int64) -> Int {
        if starts.isEmpty { return Int(periods[0].offset) }
        return Int(period(at: timestamp).offset)
    }

    /// The offset that turns a local timestamp into UTC: within a gap the one before it, within an
    /// overlap the one after it, as PostgreSQL chooses.
    package func offset(local timestamp: Int64) -> Int {
        if starts.isEmpty { return Int(periods[0].offset) }
        let local = Self.seconds(timestamp)
        let (before, shifted) = locate(local - 86_400)
        let first = Int64(periods[before].offset)
        guard before < starts.count else { return Int(first) }
        let boundary = starts[before] + (local - 86_400 - shifted)
        let second = Int64(periods[before + 1].offset)
        let (beforeTime, afterTime) = (local - first, local - second)
        if beforeTime < boundary, afterTime < boundary { return Int(first) }
        if beforeTime >= boundary, afterTime >= boundary { return Int(second) }
        return Int(beforeTime >= boundary && first < second ? first : second)
    }

    /// UTC of a local timestamp.
    package func utc(fromLocal timestamp: Int64) throws -> Int64 {
        guard Calendar.isFinite(timestamp) else { return timestamp }
        let value = timestamp &- Int64(offset(local: timestamp)) * 1_000_000
        guard Calendar.isValid(timestamp: value) else { throw Calendar.timestampOutOfRange() }
        return value
    }

    /// Local time of a UTC timestamp.
    package func local(fromUTC timestamp: Int64) -> Int64 {
        guard Calendar.isFinite(timestamp) else { return timestamp }
        return timestamp &+ Int64(offset(at: timestamp)) * 1_000_000
    }

    /// Converts many UTC timestamps to local ones; neighbours in one period cost no search.
    package func local(
        fromUTC source: UnsafePointer<Int64>, count: Int, to out: UnsafeMutablePointer<Int64>
    ) {
        var (from, until, shift) = (Int64(1), Int64(0), Int64(0))
        for row in 0..<count {
            let value = source[row]
            if value < from || value >= until {
                guard Calendar.isFinite(value) else {
                    out[row] = value
                    continue
                }
                let seconds = Self.seconds(value)
                let (period, shifted) = locate(seconds)
                let delta = seconds - shifted
                let low = period == 0 ? Int64.min / 2_000_000 : starts[period - 1] + delta
                let high = period == starts.count ? Int64.max / 2_000_000 : starts[period] + delta
                (from, until) = (low * 1_000_000, high * 1_000_000)
                shift = Int64(periods[period].offset) * 1_000_000
                if value < from || value >= until { (from, until) = (value, value + 1) }
            }
            out[row] = value &+ shift
        }
    }
}
