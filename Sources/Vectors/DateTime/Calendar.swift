import Basics

/// Proleptic Gregorian calendar arithmetic over days since 2000-01-01.
package enum Calendar {
    package static let microsecondsPerDay: Int64 = 86_400_000_000
    package static let microsecondsPerHour: Int64 = 3_600_000_000
    package static let microsecondsPerMinute: Int64 = 60_000_000
    package static let microsecondsPerSecond: Int64 = 1_000_000
    /// Julian day of 2000-01-01.
    package static let epochJulianDay = 2_451_545
    /// 4714-11-24 BC, and one past 5874897-12-31.
    package static let firstDay = -2_451_545
    package static let endDay = 2_145_031_949
    /// 4714-11-24 BC, and one past 294276-12-31 23:59:59.999999.
    package static let firstTimestamp: Int64 = -211_813_488_000_000_000
    package static let endTimestamp: Int64 = 9_223_371_331_200_000_000
    package static let unixEpochDays = -10_957

    /// Days of a civil date; the year is astronomical (0 is 1 BC), the month 1…12.
    @inline(__always)
    package static func days(year: Int, month: Int, day: Int) -> Int {
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let monthFromMarch = (month + 9) % 12
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 730_425
    }

    @inline(__always)
    package static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let z = days + 730_425
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * month + 2) / 5 + 1
        let civilMonth = month < 10 ? month + 3 : month - 9
        return (yearOfEra + era * 400 + (civilMonth <= 2 ? 1 : 0), civilMonth, day)
    }

    package static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    package static func daysInMonth(year: Int, month: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Day of the week, 0 for Sunday.
    @inline(__always)
    package static func weekday(_ days: Int) -> Int {
        let remainder = (days + 6) % 7
        return remainder < 0 ? remainder + 7 : remainder
    }

    /// The Monday on which an ISO year begins.
    package static func isoYearStart(_ year: Int) -> Int {
        let fourth = days(year: year, month: 1, day: 4)
        return fourth - (weekday(fourth) + 6) % 7
    }

    package static func isoWeek(_ days: Int) -> (year: Int, week: Int) {
        var year = civil(days).year
        if days >= isoYearStart(year + 1) {
            year += 1
        } else if days < isoYearStart(year) {
            year -= 1
        }
        return (year, (days - isoYearStart(year)) / 7 + 1)
    }

    /// Whole days and the microseconds within the day, 0 ≤ time < 86,400,000,000.
    @inline(__always)
    package static func split(_ timestamp: Int64) -> (days: Int, time: Int64) {
        var (days, time) = timestamp.quotientAndRemainder(dividingBy: microsecondsPerDay)
        if time < 0 {
            time += microsecondsPerDay
            days -= 1
        }
        return (Int(days), time)
    }

    package static func timestamp(days: Int, time: Int64) throws -> Int64 {
        let (product, overflow) = Int64(days).multipliedReportingOverflow(by: microsecondsPerDay)
        let (sum, carried) = product.addingReportingOverflow(time)
        guard !overflow, !carried, isValid(timestamp: sum) else { throw timestampOutOfRange() }
        return sum
    }

    @inline(__always)
    package static func isValid(timestamp: Int64) -> Bool {
        timestamp >= firstTimestamp && timestamp < endTimestamp
    }
    @inline(__always)
    package static func isValid(day: Int) -> Bool { day >= firstDay && day < endDay }

    @inline(__always)
    package static func isFinite(_ timestamp: Int64) -> Bool {
        timestamp != Int64.min && timestamp != Int64.max
    }
    @inline(__always)
    package static func isFinite(_ day: Int32) -> Bool { day != Int32.min && day != Int32.max }

    package static func timestampOutOfRange() -> SQLError {
        SQLError(.datetimeFieldOverflow, "timestamp out of range")
    }
    package static func dateOutOfRange() -> SQLError {
        SQLError(.datetimeFieldOverflow, "date out of range")
    }
    package static func intervalOutOfRange() -> SQLError {
        SQLError(.datetimeFieldOverflow, "interval out of range")
    }

    /// A timestamp moved by months, then days, then microseconds, as timestamp + interval does.
    package static func add(_ timestamp: Int64, _ interval: Interval, sign: Int64 = 1) throws
        -> Int64
    {
        guard isFinite(timestamp) else { return timestamp }
        var value = timestamp
        if interval.months != 0 {
            let (days, time) = split(value)
            let moved = addMonths(days, Int(interval.months) * Int(sign))
            value = try Calendar.timestamp(days: moved, time: time)
        }
        if interval.days != 0 {
            let (days, time) = split(value)
            value = try Calendar.timestamp(
                days: days + Int(interval.days) * Int(sign), time: time)
        }
        let (time, negated) = interval.microseconds.multipliedReportingOverflow(by: sign)
        let (sum, overflow) = value.addingReportingOverflow(time)
        guard !negated, !overflow, isValid(timestamp: sum) else { throw timestampOutOfRange() }
        return sum
    }

    /// The day moved by months, clamped to the length of the month it lands in.
    package static func addMonths(_ days: Int, _ months: Int) -> Int {
        let (year, month, day) = civil(days)
        let total = year * 12 + month - 1 + months
        let newYear = total >= 0 ? total / 12 : -((11 - total) / 12)
        let newMonth = total - newYear * 12 + 1
        let clamped = min(day, daysInMonth(year: newYear, month: newMonth))
        return Calendar.days(year: newYear, month: newMonth, day: clamped)
    }
}
