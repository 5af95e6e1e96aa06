import Glibc

/// Instants as the warehouse keeps them: microseconds, and days, since 2000-01-01 UTC.
package enum Timestamps {
    package static let microsecondsPerDay: Int64 = 86_400_000_000
    package static let microsecondsPerMinute: Int64 = 60_000_000
    /// Seconds from 1970-01-01 to 2000-01-01.
    package static let unixOffsetSeconds: Int64 = 946_684_800

    /// The wall clock.
    package static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return (Int64(time.tv_sec) - unixOffsetSeconds) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }

    /// Days since 2000-01-01 of a proleptic Gregorian date; nil when there is no such date.
    package static func day(year: Int, month: Int, day: Int) -> Int32? {
        guard year >= 1, year <= 9999, month >= 1, month <= 12, day >= 1,
            day <= daysIn(month: month, year: year)
        else { return nil }
        // Years begin in March, so that the leap day is their last.
        let shifted = month > 2 ? year : year - 1
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return Int32(truncatingIfNeeded: era * 146_097 + dayOfEra - 730_425)
    }

    package static func daysIn(month: Int, year: Int) -> Int {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        default: 31
        }
    }

    /// The year, month and day of a day number.
    package static func civil(_ day: Int32) -> (year: Int, month: Int, day: Int) {
        let shifted = Int(day) + 730_425
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month,
            dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        )
    }

    /// `YYYY-MM-DD` (RFC 3339 full-date).
    package static func parseDate(_ text: ArraySlice<UInt8>) -> Int32? {
        guard text.count == 10 else { return nil }
        let bytes = Array(text)
        guard bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let year = digits(bytes, 0, 4), let month = digits(bytes, 5, 2),
            let dayOfMonth = digits(bytes, 8, 2)
        else { return nil }
        return day(year: year, month: month, day: dayOfMonth)
    }

    /// An RFC 3339 date-time with its offset, to UTC microseconds; further digits are cut off.
    package static func parse(_ text: ArraySlice<UInt8>) -> Int64? {
        let bytes = Array(text)
        guard bytes.count >= 20, bytes.count <= 64, let date = parseDate(text.prefix(10)),
            bytes[10] | 0x20 == UInt8(ascii: "t") || bytes[10] == 0x20,
            let hour = digits(bytes, 11, 2), bytes[13] == UInt8(ascii: ":"),
            let minute = digits(bytes, 14, 2), bytes[16] == UInt8(ascii: ":"),
            let second = digits(bytes, 17, 2), hour < 24, minute < 60, second <= 60
        else { return nil }
        var index = 19
        var micro: Int64 = 0
        if bytes[index] == UInt8(ascii: ".") {
            index += 1
            let start = index
            var unit: Int64 = 100_000
            while index < bytes.count, bytes[index] >= 0x30, bytes[index] <= 0x39 {
                micro += Int64(bytes[index] - 0x30) * unit
                unit /= 10
                index += 1
            }
            guard index > start else { return nil }
        }
        guard index < bytes.count else { return nil }
        var offsetMinutes = 0
        if bytes[index] | 0x20 == UInt8(ascii: "z") {
            index += 1
        } else {
            guard bytes.count == index + 6, bytes[index + 3] == UInt8(ascii: ":"),
                let hours = digits(bytes, index + 1, 2), let minutes = digits(bytes, index + 4, 2),
                hours < 24, minutes < 60
            else { return nil }
            switch bytes[index] {
            case UInt8(ascii: "+"): offsetMinutes = hours * 60 + minutes
            case UInt8(ascii: "-"): offsetMinutes = -(hours * 60 + minutes)
            default: return nil
            }
            index += 6
        }
        guard index == bytes.count else { return nil }
        let seconds = Int64(hour * 3600 + minute * 60 + second - offsetMinutes * 60)
        return Int64(date) * microsecondsPerDay + seconds * 1_000_000 + micro
    }

    private static func digits(_ bytes: [UInt8], _ start: Int, _ count: Int) -> Int? {
        guard start + count <= bytes.count else { return nil }
        var value = 0
        for byte in bytes[start..<(start + count)] {
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        return value
    }
}

/// Quotient rounded towards minus infinity, for days before 2000.
package func floorDivide(_ value: Int64, by divisor: Int64) -> Int64 {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient - 1 : quotient
}
