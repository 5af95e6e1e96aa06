/// Dates as days since 2000-01-01, instants as microseconds since then in UTC.
package enum DemoCalendar {
    package static let microsecondsPerDay: Int64 = 86_400_000_000
    /// Seconds from 1970-01-01 to 2000-01-01.
    package static let unixOffsetSeconds: Int64 = 946_684_800

    package static func day(year: Int, month: Int, day: Int) -> Int {
        let shifted = month > 2 ? year : year - 1
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            - 730_425
    }

    package static func civil(_ day: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = day + 730_425
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

    /// 0 Sunday … 6 Saturday; 2000-01-01 was a Saturday.
    package static func weekday(_ day: Int) -> Int { ((day + 6) % 7 + 7) % 7 }

    /// `YYYY-MM-DD`
    package static func text(_ day: Int) -> String {
        let (year, month, dayOfMonth) = civil(day)
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(dayOfMonth, 2))"
    }

    package static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    package static func parse(_ text: String) -> Int? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let year = Int(parts[0]), let month = Int(parts[1]),
            let dayOfMonth = Int(parts[2]), (1...12).contains(month), (1...31).contains(dayOfMonth),
            (1900...9999).contains(year)
        else { return nil }
        let result = day(year: year, month: month, day: dayOfMonth)
        return civil(result) == (year, month, dayOfMonth) ? result : nil
    }
}

/// The 4-5-4 retail calendar: a fiscal year ends on the Saturday nearest 31 January.
package struct FiscalDate: Equatable, Sendable {
    package var year: Int
    /// 1…53
    package var week: Int
    /// 1…12
    package var period: Int
    package var quarter: Int { (period - 1) / 3 + 1 }

    package init(_ day: Int) {
        let calendarYear = DemoCalendar.civil(day).year
        var year = calendarYear
        if day < FiscalDate.start(year) { year -= 1 }
        self.year = year
        let week = (day - FiscalDate.start(year)) / 7 + 1
        self.week = week
        let ends = [4, 9, 13, 17, 22, 26, 30, 35, 39, 43, 48]
        period = (ends.firstIndex { week <= $0 } ?? 11) + 1
    }

    /// The Sunday on which a fiscal year begins.
    package static func start(_ year: Int) -> Int {
        let last = DemoCalendar.day(year: year, month: 1, day: 31)
        // Days from the Saturday before (or on) 31 January.
        let behind = (DemoCalendar.weekday(last) + 1) % 7
        return behind <= 3 ? last - behind + 1 : last + 7 - behind + 1
    }
}

/// The zones of the demo stores. Their rules are written here, apart from the system's database, so
/// that the demo data are the same everywhere and can check what the warehouse makes of them.
package enum DemoZone: String, Sendable, CaseIterable {
    case eastern = "America/New_York"
    case central = "America/Chicago"
    case mountain = "America/Denver"
    case arizona = "America/Phoenix"
    case pacific = "America/Los_Angeles"
    case alaska = "America/Anchorage"
    case hawaii = "Pacific/Honolulu"

    private var standardHours: Int {
        switch self {
        case .eastern: -5
        case .central: -6
        case .mountain, .arizona: -7
        case .pacific: -8
        case .alaska: -9
        case .hawaii: -10
        }
    }

    /// Seconds east of UTC during the local day, after 3 o'clock.
    package func offset(onLocalDay day: Int) -> Int {
        let hours = standardHours
        guard self != .arizona, self != .hawaii else { return hours * 3600 }
        let year = DemoCalendar.civil(day).year
        let isSummer =
            day >= DemoZone.sunday(2, of: 3, year) && day < DemoZone.sunday(1, of: 11, year)
        return (isSummer ? hours + 1 : hours) * 3600
    }

    /// Seconds east of UTC at an instant.
    package func offset(at instant: Int64) -> Int {
        let standard = Int64(standardHours) * 3600
        guard self != .arizona, self != .hawaii else { return Int(standard) }
        let seconds = instant / 1_000_000
        let year = DemoCalendar.civil(Int((seconds + standard) / 86_400)).year
        // Summer begins at 2 o'clock standard time and ends at 2 o'clock summer time.
        let start = Int64(DemoZone.sunday(2, of: 3, year)) * 86_400 + 7200 - standard
        let end = Int64(DemoZone.sunday(1, of: 11, year)) * 86_400 + 3600 - standard
        return Int(seconds >= start && seconds < end ? standard + 3600 : standard)
    }

    private static func sunday(_ number: Int, of month: Int, _ year: Int) -> Int {
        let first = DemoCalendar.day(year: year, month: month, day: 1)
        return first + (7 - DemoCalendar.weekday(first)) % 7 + (number - 1) * 7
    }
}
