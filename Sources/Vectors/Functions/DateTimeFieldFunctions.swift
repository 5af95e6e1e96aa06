import Basics

/// Fields of dates and times: extract, date_part and date_trunc.
enum DateTimeField: String {
    case microseconds, milliseconds, second, minute, hour, day, week, month, quarter, year
    case decade, century, millennium, epoch, dow, isodow, doy, isoyear, julian
    case timezone, timezone_hour, timezone_minute

    /// By the names that PostgreSQL's parser knows.
    static func named(_ text: String) -> DateTimeField? {
        let lower = text.lowercased()
        if let exact = DateTimeField(rawValue: lower) { return exact }
        switch lower {
        case "microsecond", "us", "usec", "usecs", "usecond", "useconds", "microsecon":
            return .microseconds
        case "millisecond", "ms", "msec", "msecs", "msecond", "mseconds", "millisecon":
            return .milliseconds
        case "seconds", "sec", "secs", "s": return .second
        case "minutes", "min", "mins", "m": return .minute
        case "hours", "hr", "hrs", "h": return .hour
        case "days", "d": return .day
        case "weeks", "w": return .week
        case "months", "mon", "mons": return .month
        case "qtr": return .quarter
        case "years", "y", "yr", "yrs": return .year
        case "decades", "dec", "decs": return .decade
        case "centuries", "c", "cent": return .century
        case "millennia", "mil", "mils": return .millennium
        case "timezone_h": return .timezone_hour
        case "timezone_m": return .timezone_minute
        default: return nil
        }
    }

    /// What kind of value is asked, as messages name it.
    static func unrecognized(_ text: String, _ type: SQLType) -> SQLError {
        SQLError(
            .invalidParameterValue,
            "unit \"\(text.lowercased())\" not recognized for type \(type.familyName)")
    }
    func unsupported(_ text: String, _ type: SQLType) -> SQLError {
        SQLError(
            .featureNotSupported,
            "unit \"\(text.lowercased())\" not supported for type \(type.familyName)")
    }
}

/// A number with the scale that extract shows.
typealias FieldValue = (mantissa: Int128, scale: Int)

enum DateTimeExtract {
    static func century(_ year: Int) -> Int {
        year > 0 ? (year + 99) / 100 : -((99 - (year - 1)) / 100)
    }
    static func millennium(_ year: Int) -> Int {
        year > 0 ? (year + 999) / 1000 : -((999 - (year - 1)) / 1000)
    }
    static func decade(_ year: Int) -> Int { year >= 0 ? year / 10 : -((8 - (year - 1)) / 10) }

    /// Fields of a calendar day; nil for those of the clock.
    static func ofDay(_ field: DateTimeField, _ days: Int) -> Int? {
        let (year, month, day) = Calendar.civil(days)
        switch field {
        case .day: return day
        case .month: return month
        case .quarter: return (month - 1) / 3 + 1
        case .week: return Calendar.isoWeek(days).week
        case .year: return year > 0 ? year : year - 1
        case .decade: return decade(year)
        case .century: return century(year)
        case .millennium: return millennium(year)
        case .isoyear:
            let iso = Calendar.isoWeek(days).year
            return iso > 0 ? iso : iso - 1
        case .dow: return Calendar.weekday(days)
        case .isodow:
            let weekday = Calendar.weekday(days)
            return weekday == 0 ? 7 : weekday
        case .doy: return days - Calendar.days(year: year, month: 1, day: 1) + 1
        default: return nil
        }
    }

    /// Fields of the clock; nil for those of the calendar.
    static func ofTime(_ field: DateTimeField, _ time: Int64) -> FieldValue? {
        switch field {
        case .microseconds: return (Int128(time % 60_000_000), 0)
        case .milliseconds: return (Int128(time % 60_000_000), 3)
        case .second: return (Int128(time % 60_000_000), 6)
        case .minute: return (Int128(time / 60_000_000 % 60), 0)
        case .hour: return (Int128(time / 3_600_000_000), 0)
        default: return nil
        }
    }

    static func timestamp(
        _ field: DateTimeField, _ text: String, _ value: Int64, _ type: SQLType,
        _ zone: TimeZoneRules
    ) throws -> FieldValue? {
        guard Calendar.isFinite(value) else {
            return try infinite(field, text, negative: value < 0, type)
        }
        let isZoned = type == .timestamptz
        let local = isZoned ? zone.local(fromUTC: value) : value
        let (days, time) = Calendar.split(local)
        if let part = ofDay(field, days) { return (Int128(part), 0) }
        if let part = ofTime(field, time) { return part }
        switch field {
        case .epoch: return (Int128(value) + 946_684_800_000_000, 6)
        case .julian: return julian(days, time)
        case .timezone, .timezone_hour, .timezone_minute:
            guard isZoned else { throw field.unsupported(text, type) }
            let offset = zone.offset(at: value)
            switch field {
            case .timezone: return (Int128(offset), 0)
            case .timezone_hour: return (Int128(offset / 3600), 0)
            default: return (Int128(offset % 3600 / 60), 0)
            }
        default: throw field.unsupported(text, type)
        }
    }

    /// Day and fraction; the fraction is shown as far as PostgreSQL's division carries it.
    private static func julian(_ days: Int, _ time: Int64) -> FieldValue {
        let whole = Decimal(mantissa: Int128(days + Calendar.epochJulianDay), scale: 0)
        guard
            let fraction = try? Decimal.divide(
                Decimal(mantissa: Int128(time), scale: 0),
                Decimal(mantissa: 86_400_000_000, scale: 0)),
            let sum = try? Decimal.add(whole, fraction)
        else { return (whole.mantissa, 0) }
        return (sum.mantissa, Int(sum.scale))
    }

    /// Monotonic fields of an infinite value are infinite, which decimals cannot hold; others NULL.
    static func infinite(
        _ field: DateTimeField, _ text: String, negative: Bool, _ type: SQLType
    ) throws -> FieldValue? {
        switch field {
        case .year, .decade, .century, .millennium, .isoyear, .julian, .epoch:
            throw SQLError.unsupported("numeric infinity")
        default: return nil
        }
    }

    static func date(
        _ field: DateTimeField, _ text: String, _ value: Int32
    ) throws -> FieldValue? {
        guard Calendar.isFinite(value) else {
            return try infinite(field, text, negative: value < 0, .date)
        }
        if let part = ofDay(field, Int(value)) { return (Int128(part), 0) }
        switch field {
        case .epoch: return ((Int128(value) + 10_957) * 86_400, 0)
        case .julian: return (Int128(Int(value) + Calendar.epochJulianDay), 0)
        default: throw field.unsupported(text, .date)
        }
    }

    static func time(_ field: DateTimeField, _ text: String, _ value: Int64) throws -> FieldValue {
        if let part = ofTime(field, value) { return part }
        if field == .epoch { return (Int128(value), 6) }
        throw field.unsupported(text, .time)
    }

    static func interval(
        _ field: DateTimeField, _ text: String, _ value: Interval
    ) throws -> FieldValue {
        let (years, months) = (Int(value.months / 12), Int(value.months % 12))
        switch field {
        case .microseconds, .milliseconds, .second, .minute:
            if let part = ofTime(field, value.microseconds) { return part }
        case .hour: return (Int128(value.microseconds / 3_600_000_000), 0)
        case .day: return (Int128(value.days), 0)
        case .month: return (Int128(months), 0)
        case .quarter: return (Int128(months / 3 + 1), 0)
        case .year: return (Int128(years), 0)
        case .decade: return (Int128(years / 10), 0)
        case .century: return (Int128(years / 100), 0)
        case .millennium: return (Int128(years / 1000), 0)
        case .epoch:
            // A year counts 365.25 days, a month 30.
            let days = Int128(years) * 1461 * 6 + Int128(months) * 30 * 24
                + Int128(value.days) * 24
            return (days * 3_600_000_000 + Int128(value.microseconds), 6)
        default: break
        }
        throw field.unsupported(text, .interval)
    }
}

extension DateTimeField {
    /// The local timestamp cut down to the field.
    func truncate(_ local: Int64, _ text: String, _ type: SQLType) throws -> Int64 {
        let (days, time) = Calendar.split(local)
        func cut(_ unit: Int64) -> Int64 { local - time % unit }
        func start(_ year: Int, _ month: Int = 1) throws -> Int64 {
            try Calendar.timestamp(
                days: Calendar.days(year: year, month: month, day: 1), time: 0)
        }
        let (year, month, _) = Calendar.civil(days)
        switch self {
        case .microseconds: return local
        case .milliseconds: return cut(1_000)
        case .second: return cut(1_000_000)
        case .minute: return cut(60_000_000)
        case .hour: return cut(3_600_000_000)
        case .day: return local - time
        case .week:
            let back = (Calendar.weekday(days) + 6) % 7
            return try Calendar.timestamp(days: days - back, time: 0)
        case .month: return try start(year, month)
        case .quarter: return try start(year, (month - 1) / 3 * 3 + 1)
        case .year: return try start(year)
        case .decade: return try start(year >= 0 ? year / 10 * 10 : -((9 - year) / 10) * 10)
        case .century:
            return try start(
                year > 0 ? (year + 99) / 100 * 100 - 99 : -((99 - year) / 100) * 100 + 1)
        case .millennium:
            return try start(
                year > 0 ? (year + 999) / 1000 * 1000 - 999 : -((999 - year) / 1000) * 1000 + 1)
        default: throw cannotTruncate(text, type)
        }
    }

    private func cannotTruncate(_ text: String, _ type: SQLType) -> SQLError {
        switch self {
        case .timezone, .timezone_hour, .timezone_minute: unsupported(text, type)
        default: Self.unrecognized(text, type)
        }
    }

    var isBelowDay: Bool {
        switch self {
        case .microseconds, .milliseconds, .second, .minute, .hour: true
        default: false
        }
    }

    func truncate(_ value: Interval, _ text: String) throws -> Interval {
        var result = value
        func months(_ unit: Int32) -> Interval {
            Interval(months: value.months - value.months % unit)
        }
        func time(_ unit: Int64) -> Interval {
            result.microseconds -= result.microseconds % unit
            return result
        }
        switch self {
        case .microseconds: return value
        case .milliseconds: return time(1_000)
        case .second: return time(1_000_000)
        case .minute: return time(60_000_000)
        case .hour: return time(3_600_000_000)
        case .day: return Interval(months: value.months, days: value.days)
        case .month: return months(1)
        case .quarter: return months(3)
        case .year: return months(12)
        case .decade: return months(120)
        case .century: return months(1200)
        case .millennium: return months(12_000)
        default:
            guard self == .week else { throw cannotTruncate(text, .interval) }
            var error = unsupported(text, .interval)
            error.detail = "Months usually have fractional weeks."
            throw error
        }
    }
}

extension FunctionRegistry {
    mutating func addDateTimeFields() {
        addPrecision()
        for type in [SQLType.date, .time, .timestamp, .timestamptz, .interval] {
            let volatility: Volatility = type == .timestamptz ? .stable : .immutable
            add("extract", [.text, type], .decimal, volatility: volatility) { context, a, n, _ in
                try Self.fields(context, a, n, .decimal) { value, out, row in
                    out.pointer(Decimal.self)[row] = try Decimal.checked(
                        value.mantissa, scale: value.scale)
                }
            }
            add("date_part", [.text, type], .double, volatility: volatility) {
                context, a, n, _ in
                try Self.fields(context, a, n, .double) { value, out, row in
                    out.pointer(Double.self)[row] =
                        Decimal(mantissa: value.mantissa, scale: value.scale).double
                }
            }
        }
        addTruncation()
    }

    private static func field(_ view: StringView, _ type: SQLType) throws -> DateTimeField {
        let text = view.string
        guard let field = DateTimeField.named(text) else {
            throw DateTimeField.unrecognized(text, type)
        }
        return field
    }

    @inline(__always)
    private static func fields(
        _ context: EvaluationContext, _ a: [Vector], _ count: Int, _ type: SQLType,
        _ store: (FieldValue, Vector, Int) throws -> Void
    ) throws -> Vector {
        let values = a[1]
        let constant = a[0].isConstant && !a[0].isNull(0) && values.count > 0
            ? try field(a[0].view(0), values.type) : nil
        let constantText = constant == nil ? "" : a[0].view(0).string
        return try Kernels.rows(a, count, type) { row, out in
            let field = try constant ?? Self.field(a[0].view(row), values.type)
            let text = constant == nil ? a[0].view(row).string : constantText
            let value: FieldValue?
            switch values.type {
            case .date:
                value = try DateTimeExtract.date(field, text, values.value(Int32.self, row))
            case .time:
                value = try DateTimeExtract.time(field, text, values.value(Int64.self, row))
            case .interval:
                value = try DateTimeExtract.interval(
                    field, text, values.value(Interval.self, row))
            default:
                value = try DateTimeExtract.timestamp(
                    field, text, values.value(Int64.self, row), values.type, context.timeZone)
            }
            if let value { try store(value, out, row) } else { out.setNull(row) }
        }
    }

    /// Rounding to some digits of seconds, as `timestamp(3)` does; the second argument is the
    /// type's modifier.
    private mutating func addPrecision() {
        for type in [SQLType.time, .timestamp, .timestamptz] {
            add(type.typname, [type, .integer], type) { _, a, n, _ in
                Kernels.map(a[0], a[1], n, type) { (x: Int64, modifier: Int32) -> Int64 in
                    type == .time || Calendar.isFinite(x)
                        ? Self.rounded(x, type.precision(typeModifier: modifier)) : x
                }
            }
        }
        add("interval", [.interval, .integer], .interval) { _, a, n, type in
            Kernels.map(a[0], a[1], n, type) { (x: Interval, modifier: Int32) -> Interval in
                var result = x
                result.microseconds = Self.rounded(
                    x.microseconds, type.precision(typeModifier: modifier))
                return result
            }
        }
    }

    /// Microseconds to so many digits of seconds, halves away from zero.
    private static func rounded(_ microseconds: Int64, _ digits: Int?) -> Int64 {
        guard let digits, digits < 6 else { return microseconds }
        var unit: Int64 = 1
        for _ in digits..<6 { unit *= 10 }
        let rest = microseconds % unit
        let down = microseconds - rest
        if rest.magnitude < (unit / 2).magnitude { return down }
        let (up, overflow) = down.addingReportingOverflow(rest < 0 ? -unit : unit)
        return overflow ? microseconds : up
    }

    private mutating func addTruncation() {
        add("date_trunc", [.text, .timestamp], .timestamp) { _, a, n, type in
            try Kernels.tryMap(a[0], a[1], n, type) { (x: StringView, y: Int64) -> Int64 in
                let field = try Self.field(x, type)
                guard Calendar.isFinite(y) else { return y }
                return try field.truncate(y, x.string, type)
            }
        }
        add("date_trunc", [.text, .interval], .interval) { _, a, n, type in
            try Kernels.tryMap(a[0], a[1], n, type) { (x: StringView, y: Interval) -> Interval in
                try Self.field(x, type).truncate(y, x.string)
            }
        }
        add("date_trunc", [.text, .timestamptz], .timestamptz, volatility: .stable) {
            context, a, n, type in
            try Kernels.tryMap(a[0], a[1], n, type) { (x: StringView, y: Int64) -> Int64 in
                try Self.truncateZoned(x, y, context.timeZone)
            }
        }
        add("date_trunc", [.text, .timestamptz, .text], .timestamptz, volatility: .stable) {
            _, a, n, type in
            try Kernels.rows(a, n, type) { row, out in
                out.pointer(Int64.self)[row] = try Self.truncateZoned(
                    a[0].view(row), a[1].value(Int64.self, row),
                    TimeZoneRules.resolve(a[2].view(row).string))
            }
        }
    }

    private static func truncateZoned(
        _ name: StringView, _ value: Int64, _ zone: TimeZoneRules
    ) throws -> Int64 {
        let field = try Self.field(name, .timestamptz)
        guard Calendar.isFinite(value) else { return value }
        let offset = Int64(zone.offset(at: value)) * 1_000_000
        let cut = try field.truncate(value &+ offset, name.string, .timestamptz)
        // Within a day the offset stays, or an hour that comes twice would lose its place.
        return field.isBelowDay ? cut - offset : try zone.utc(fromLocal: cut)
    }
}
