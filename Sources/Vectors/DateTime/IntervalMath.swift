import Basics

/// Interval arithmetic as PostgreSQL does it.
enum IntervalMath {
    private static func outOfRange() -> SQLError { Calendar.intervalOutOfRange() }

    static func add(_ a: Interval, _ b: Interval) throws -> Interval {
        let (months, first) = a.months.addingReportingOverflow(b.months)
        let (days, second) = a.days.addingReportingOverflow(b.days)
        let (micros, third) = a.microseconds.addingReportingOverflow(b.microseconds)
        guard !first, !second, !third else { throw outOfRange() }
        return Interval(months: months, days: days, microseconds: micros)
    }

    static func negate(_ a: Interval) throws -> Interval {
        guard a.months != Int32.min, a.days != Int32.min, a.microseconds != Int64.min else {
            throw outOfRange()
        }
        return Interval(months: -a.months, days: -a.days, microseconds: -a.microseconds)
    }

    static func multiply(_ a: Interval, _ factor: Double) throws -> Interval {
        try spread(
            a, months: Double(a.months) * factor, days: Double(a.days) * factor,
            micros: Double(a.microseconds) * factor)
    }

    static func divide(_ a: Interval, _ divisor: Double) throws -> Interval {
        guard divisor != 0 else { throw IntegerMath.divisionByZero }
        return try spread(
            a, months: Double(a.months) / divisor, days: Double(a.days) / divisor,
            micros: Double(a.microseconds) / divisor)
    }

    /// Whole months and days; their fractions go down to days and to time.
    private static func spread(
        _ a: Interval, months: Double, days: Double, micros: Double
    ) throws -> Interval {
        guard let wholeMonths = Int32(exactly: months.rounded(.towardZero)),
            let firstDays = Int32(exactly: days.rounded(.towardZero))
        else { throw outOfRange() }
        var fractionDays = (months - Double(wholeMonths)) * 30
        fractionDays = (fractionDays * 1e6).rounded(.toNearestOrEven) / 1e6
        var seconds = (days - Double(firstDays) + fractionDays
            - fractionDays.rounded(.towardZero)) * 86_400
        seconds = (seconds * 1e6).rounded(.toNearestOrEven) / 1e6
        var wholeDays = Int64(firstDays)
        if seconds.magnitude >= 86_400 {
            let carried = (seconds / 86_400).rounded(.towardZero)
            wholeDays += Int64(carried)
            seconds -= carried * 86_400
        }
        wholeDays += Int64(fractionDays.rounded(.towardZero))
        guard let finalDays = Int32(exactly: wholeDays),
            let finalMicros = Int64(exactly: (micros + seconds * 1e6).rounded(.toNearestOrEven))
        else { throw outOfRange() }
        return Interval(months: wholeMonths, days: finalDays, microseconds: finalMicros)
    }

    /// Months between two local timestamps, then days, then time: `age`.
    static func age(_ a: Int64, _ b: Int64) throws -> Interval {
        guard Calendar.isFinite(a), Calendar.isFinite(b) else {
            throw Calendar.timestampOutOfRange()
        }
        let negative = a < b
        let (late, early) = negative ? (b, a) : (a, b)
        let (lateDays, lateTime) = Calendar.split(late)
        let (earlyDays, earlyTime) = Calendar.split(early)
        let (x, y) = (Calendar.civil(lateDays), Calendar.civil(earlyDays))
        var time = lateTime - earlyTime
        var days = x.day - y.day
        var months = (x.year - y.year) * 12 + x.month - y.month
        if time < 0 {
            time += Calendar.microsecondsPerDay
            days -= 1
        }
        if days < 0 {
            days += Calendar.daysInMonth(year: y.year, month: y.month)
            months -= 1
        }
        if negative {
            (months, days, time) = (-months, -days, -time)
        }
        return Interval(
            months: Int32(truncatingIfNeeded: months), days: Int32(truncatingIfNeeded: days),
            microseconds: time)
    }

    static func justifyHours(_ a: Interval) throws -> Interval {
        var result = a
        let (whole, rest) = a.microseconds.quotientAndRemainder(
            dividingBy: Calendar.microsecondsPerDay)
        guard let days = Int32(exactly: Int64(a.days) + whole) else { throw outOfRange() }
        result.days = days
        result.microseconds = rest
        if result.days > 0, result.microseconds < 0 {
            result.microseconds += Calendar.microsecondsPerDay
            result.days -= 1
        } else if result.days < 0, result.microseconds > 0 {
            result.microseconds -= Calendar.microsecondsPerDay
            result.days += 1
        }
        return result
    }

    static func justifyDays(_ a: Interval) throws -> Interval {
        var result = a
        guard let months = Int32(exactly: Int64(a.months) + Int64(a.days / 30)) else {
            throw outOfRange()
        }
        result.months = months
        result.days = a.days % 30
        if result.months > 0, result.days < 0 {
            result.days += 30
            result.months -= 1
        } else if result.months < 0, result.days > 0 {
            result.days -= 30
            result.months += 1
        }
        return result
    }

    static func justifyInterval(_ a: Interval) throws -> Interval {
        var (months, days, micros) = (Int64(a.months), Int64(a.days), a.microseconds)
        days += micros / Calendar.microsecondsPerDay
        micros %= Calendar.microsecondsPerDay
        months += days / 30
        days %= 30
        if months > 0, days < 0 || (days == 0 && micros < 0) {
            days += 30
            months -= 1
        } else if months < 0, days > 0 || (days == 0 && micros > 0) {
            days -= 30
            months += 1
        }
        if days > 0, micros < 0 {
            micros += Calendar.microsecondsPerDay
            days -= 1
        } else if days < 0, micros > 0 {
            micros -= Calendar.microsecondsPerDay
            days += 1
        }
        guard let wholeMonths = Int32(exactly: months), let wholeDays = Int32(exactly: days) else {
            throw outOfRange()
        }
        return Interval(months: wholeMonths, days: wholeDays, microseconds: micros)
    }

    /// The start of the bin of `stride` that holds a timestamp.
    static func bin(_ stride: Interval, _ source: Int64, _ origin: Int64) throws -> Int64 {
        guard Calendar.isFinite(source) else { return source }
        guard Calendar.isFinite(origin) else {
            throw SQLError(.datetimeFieldOverflow, "origin out of range")
        }
        guard stride.months == 0 else {
            throw SQLError(
                .featureNotSupported,
                "timestamps cannot be binned into intervals containing months or years")
        }
        let width = Int128(stride.days) * 86_400_000_000 + Int128(stride.microseconds)
        guard width > 0, let step = Int64(exactly: width) else {
            throw SQLError(.datetimeFieldOverflow, "stride must be greater than zero")
        }
        let (distance, overflow) = source.subtractingReportingOverflow(origin)
        guard !overflow else { throw outOfRange() }
        var start = distance - distance % step
        if distance % step < 0 {
            let (earlier, beyond) = start.subtractingReportingOverflow(step)
            guard !beyond else { throw Calendar.timestampOutOfRange() }
            start = earlier
        }
        let value = origin &+ start
        guard Calendar.isValid(timestamp: value) else { throw Calendar.timestampOutOfRange() }
        return value
    }
}
