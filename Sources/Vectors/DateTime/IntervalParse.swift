import Basics

/// Intervals from text: units, times, ISO 8601 durations, `ago`.
package enum IntervalParse {
    private enum Unit: Int {
        case microsecond, millisecond, second, minute, hour, day, week, month, year
        case decade, century, millennium
    }

    private static let units: [String: Unit] = {
        var table: [String: Unit] = [:]
        func add(_ unit: Unit, _ names: String) {
            for name in names.split(separator: " ") { table[String(name)] = unit }
        }
        add(.microsecond, "us usec usecs microsecond microseconds usecond useconds microsecon")
        add(.millisecond, "ms msec msecs millisecond milliseconds msecond mseconds millisecon")
        add(.second, "s sec secs second seconds")
        add(.minute, "m min mins minute minutes")
        add(.hour, "h hr hrs hour hours")
        add(.day, "d day days")
        add(.week, "w week weeks")
        add(.month, "mon mons month months")
        add(.year, "y yr yrs year years")
        add(.decade, "dec decs decade decades")
        add(.century, "c cent century centuries")
        add(.millennium, "mil mils millennium millennia")
        return table
    }()

    private struct Sum {
        var months: Int64 = 0
        var days: Int64 = 0
        var micros: Int128 = 0
        var overflow = false

        mutating func add(_ whole: Int64, _ fraction: Double, _ unit: Unit) {
            func scaled(_ factor: Int64) -> Int64 {
                let (value, over) = whole.multipliedReportingOverflow(by: factor)
                // Far beyond any interval, yet small enough that sums of units cannot trap.
                guard !over, value.magnitude < 1 << 56 else {
                    overflow = true
                    return 0
                }
                return value
            }
            switch unit {
            case .microsecond: time(whole, fraction, 1)
            case .millisecond: time(whole, fraction, 1_000)
            case .second: time(whole, fraction, 1_000_000)
            case .minute: time(whole, fraction, 60_000_000)
            case .hour: time(whole, fraction, 3_600_000_000)
            case .day:
                days += scaled(1)
                time(0, fraction, 86_400_000_000)
            case .week:
                days += scaled(7)
                fractionalDays(fraction * 7)
            case .month:
                months += scaled(1)
                fractionalDays(fraction * 30)
            case .year: years(scaled(12), fraction * 12)
            case .decade: years(scaled(120), fraction * 120)
            case .century: years(scaled(1200), fraction * 1200)
            case .millennium: years(scaled(12_000), fraction * 12_000)
            }
        }

        private mutating func time(_ whole: Int64, _ fraction: Double, _ unit: Int64) {
            micros += Int128(whole) * Int128(unit)
                + Int128((fraction * Double(unit)).rounded(.toNearestOrEven))
        }
        private mutating func fractionalDays(_ value: Double) {
            let whole = value.rounded(.towardZero)
            days += Int64(whole)
            time(0, value - whole, 86_400_000_000)
        }
        private mutating func years(_ whole: Int64, _ fraction: Double) {
            months += whole + Int64(fraction.rounded(.toNearestOrEven))
        }
    }

    private static func bad(_ text: UnsafeBufferPointer<UInt8>) -> SQLError {
        TextParse.invalidDatetime("interval", text)
    }
    private static func range(_ text: UnsafeBufferPointer<UInt8>) -> SQLError {
        SQLError(
            .intervalFieldOverflow,
            "interval field value out of range: \"\(String(decoding: text, as: UTF8.self))\"")
    }

    package static func interval(_ text: UnsafeBufferPointer<UInt8>) throws -> Interval {
        guard text.count <= 256 else { throw bad(text) }
        let word = TextParse.trimmed(text)
        guard !word.isEmpty else { throw bad(text) }
        var sum = Sum()
        if word[0] == 0x50 {
            try iso(Array(word), &sum, text)
        } else {
            try traditional(word, &sum, text)
        }
        guard !sum.overflow, let months = Int32(exactly: sum.months),
            let days = Int32(exactly: sum.days), let micros = Int64(exactly: sum.micros)
        else { throw range(text) }
        return Interval(months: months, days: days, microseconds: micros)
    }

    /// A number with sign and fraction at the front of `bytes`; nil where there is none.
    private static func number(
        _ bytes: ArraySlice<UInt8>, _ text: UnsafeBufferPointer<UInt8>
    ) throws -> (whole: Int64, fraction: Double, negative: Bool, rest: ArraySlice<UInt8>)? {
        var rest = bytes
        var negative = false
        if let sign = rest.first, sign == 0x2D || sign == 0x2B {
            negative = sign == 0x2D
            rest = rest.dropFirst()
        }
        let digits = rest.prefix { $0 &- 0x30 <= 9 }
        rest = rest.dropFirst(digits.count)
        guard digits.count <= 18 else { throw range(text) }
        var whole: Int64 = 0
        for byte in digits { whole = whole * 10 + Int64(byte - 0x30) }
        var fraction = 0.0
        var places = 0
        if rest.first == 0x2E {
            let tail = rest.dropFirst().prefix { $0 &- 0x30 <= 9 }
            places = tail.count
            rest = rest.dropFirst(1 + tail.count)
            if places > 0 { fraction = FloatText.double([0x30, 0x2E] + Array(tail)) ?? 0 }
        }
        guard !digits.isEmpty || places > 0 else { return nil }
        return (negative ? -whole : whole, negative ? -fraction : fraction, negative, rest)
    }

    private static func iso(
        _ bytes: [UInt8], _ sum: inout Sum, _ text: UnsafeBufferPointer<UInt8>
    ) throws {
        var rest = bytes.dropFirst()
        var inTime = false
        var any = false
        while let first = rest.first {
            if first == 0x54 {
                guard !inTime else { throw bad(text) }
                inTime = true
                rest = rest.dropFirst()
                continue
            }
            guard let parsed = try number(rest, text), let letter = parsed.rest.first else {
                throw bad(text)
            }
            let unit: Unit
            switch (letter, inTime) {
            case (0x59, false): unit = .year
            case (0x4D, false): unit = .month
            case (0x57, false): unit = .week
            case (0x44, false): unit = .day
            case (0x48, true): unit = .hour
            case (0x4D, true): unit = .minute
            case (0x53, true): unit = .second
            default: throw bad(text)
            }
            sum.add(parsed.whole, parsed.fraction, unit)
            rest = parsed.rest.dropFirst()
            any = true
        }
        guard any else { throw bad(text) }
    }

    private static func traditional(
        _ word: UnsafeBufferPointer<UInt8>, _ sum: inout Sum,
        _ text: UnsafeBufferPointer<UInt8>
    ) throws {
        var rest = Array(word)[...]
        var seen: Set<Int> = []
        var ago = false
        var any = false
        func note(_ unit: Unit) throws {
            guard seen.insert(unit.rawValue).inserted else { throw bad(text) }
        }
        while true {
            rest = rest.drop { TextParse.isSpace($0) || $0 == 0x2C || $0 == 0x40 }
            guard let first = rest.first else { break }
            if (first | 0x20) &- 0x61 < 26 {
                let name = String(decoding: rest.prefix { ($0 | 0x20) &- 0x61 < 26 }, as: UTF8.self)
                guard name.lowercased() == "ago", any else { throw bad(text) }
                ago = true
                rest = rest.dropFirst(name.utf8.count)
                guard rest.allSatisfy({ TextParse.isSpace($0) }) else { throw bad(text) }
                break
            }
            var signed = rest
            if first == 0x2D || first == 0x2B {
                // A sign may stand apart from its number.
                signed = [first] + rest.dropFirst().drop { TextParse.isSpace($0) }
            }
            guard let parsed = try number(signed, text) else { throw bad(text) }
            any = true
            if parsed.rest.first == 0x3A {
                guard parsed.fraction == 0 else { throw bad(text) }
                for unit in [Unit.hour, .minute, .second] { try note(unit) }
                rest = try clock(parsed.whole, parsed.negative, parsed.rest, &sum, text)
                continue
            }
            if parsed.rest.first == 0x2D, parsed.fraction == 0 {
                let digits = parsed.rest.dropFirst().prefix { $0 &- 0x30 <= 9 }
                guard (1...2).contains(digits.count),
                    let months = Int64(String(decoding: digits, as: UTF8.self)), months < 12
                else { throw digits.isEmpty ? bad(text) : range(text) }
                try note(.year)
                try note(.month)
                sum.add(parsed.whole, 0, .year)
                sum.add(parsed.negative ? -months : months, 0, .month)
                rest = parsed.rest.dropFirst(1 + digits.count)
                continue
            }
            let after = parsed.rest.drop { TextParse.isSpace($0) }
            let name = String(
                decoding: after.prefix { ($0 | 0x20) &- 0x61 < 26 }, as: UTF8.self).lowercased()
            let unit: Unit
            if name.isEmpty || name == "ago" {
                // Before a time a bare number counts days, at the end seconds.
                let timeFollows = after.prefix { !TextParse.isSpace($0) }.contains(0x3A)
                guard timeFollows || after.isEmpty || name == "ago" else { throw bad(text) }
                unit = timeFollows ? .day : .second
                rest = after
            } else {
                guard let found = units[name] else { throw bad(text) }
                unit = found
                rest = after.dropFirst(name.utf8.count)
            }
            try note(unit)
            sum.add(parsed.whole, parsed.fraction, unit)
        }
        guard any else { throw bad(text) }
        if ago {
            sum.months = -sum.months
            sum.days = -sum.days
            sum.micros = -sum.micros
        }
    }

    /// The minutes and seconds after hours; a sign covers all three.
    private static func clock(
        _ hours: Int64, _ negative: Bool, _ rest: ArraySlice<UInt8>, _ sum: inout Sum,
        _ text: UnsafeBufferPointer<UInt8>
    ) throws -> ArraySlice<UInt8> {
        let sign: Int64 = negative ? -1 : 1
        guard let minutes = try number(rest.dropFirst(), text), !minutes.negative else {
            throw bad(text)
        }
        if minutes.fraction != 0 || (minutes.rest.first != 0x3A && rest.dropFirst().prefix(
            rest.count - 1 - minutes.rest.count).contains(0x2E))
        {
            // mm:ss.fff
            guard hours.magnitude < 60, minutes.whole < 60 else { throw range(text) }
            sum.add(hours, 0, .minute)
            sum.add(sign * minutes.whole, Double(sign) * minutes.fraction, .second)
            return minutes.rest
        }
        var tail = minutes.rest
        var (seconds, fraction) = (Int64(0), 0.0)
        if tail.first == 0x3A {
            guard let parsed = try number(tail.dropFirst(), text), !parsed.negative else {
                throw bad(text)
            }
            (seconds, fraction) = (parsed.whole, parsed.fraction)
            tail = parsed.rest
        }
        guard minutes.whole < 60, seconds <= 60 else { throw range(text) }
        sum.add(hours, 0, .hour)
        sum.add(sign * minutes.whole, 0, .minute)
        sum.add(sign * seconds, Double(sign) * fraction, .second)
        return tail
    }
}
