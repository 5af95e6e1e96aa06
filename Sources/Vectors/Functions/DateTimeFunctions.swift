import Basics

extension FunctionRegistry {
    mutating func addDateTime() {
        addDateArithmetic()
        addTimestampArithmetic()
        addIntervalArithmetic()
        addClock()
        addZones()
        addMakers()
        addOverlaps()
    }

    private mutating func addDateArithmetic() {
        add("-", [.date, .date], .integer) { _, a, n, _ in
            try Kernels.tryMap(a[0], a[1], n, .integer) { (x: Int32, y: Int32) -> Int32 in
                guard Calendar.isFinite(x), Calendar.isFinite(y) else {
                    throw SQLError(
                        .datetimeFieldOverflow, "cannot subtract infinite dates")
                }
                return x - y
            }
        }
        @Sendable func shift(_ day: Int32, _ by: Int64) throws -> Int32 {
            guard Calendar.isFinite(day) else { return day }
            let moved = Int64(day) + by
            guard Calendar.isValid(day: Int(moved)) else { throw Calendar.dateOutOfRange() }
            return Int32(moved)
        }
        add("+", [.date, .integer], .date) { _, a, n, _ in
            try Kernels.tryMap(a[0], a[1], n, .date) { (x: Int32, y: Int32) -> Int32 in
                try shift(x, Int64(y))
            }
        }
        add("+", [.integer, .date], .date) { _, a, n, _ in
            try Kernels.tryMap(a[0], a[1], n, .date) { (x: Int32, y: Int32) -> Int32 in
                try shift(y, Int64(x))
            }
        }
        add("-", [.date, .integer], .date) { _, a, n, _ in
            try Kernels.tryMap(a[0], a[1], n, .date) { (x: Int32, y: Int32) -> Int32 in
                try shift(x, -Int64(y))
            }
        }
        for (left, right) in [(SQLType.date, SQLType.interval), (.interval, .date)] {
            add("+", [left, right], .timestamp) { _, a, n, _ in
                let (days, spans) = left == .date ? (a[0], a[1]) : (a[1], a[0])
                return try Kernels.tryMap(days, spans, n, .timestamp) {
                    (x: Int32, y: Interval) -> Int64 in
                    try Calendar.add(DateTimeCast.timestamp(x), y)
                }
            }
        }
        add("-", [.date, .interval], .timestamp) { _, a, n, _ in
            try Kernels.tryMap(a[0], a[1], n, .timestamp) { (x: Int32, y: Interval) -> Int64 in
                try Calendar.add(DateTimeCast.timestamp(x), y, sign: -1)
            }
        }
        for (left, right) in [(SQLType.date, SQLType.time), (.time, .date)] {
            add("+", [left, right], .timestamp) { _, a, n, _ in
                let (days, times) = left == .date ? (a[0], a[1]) : (a[1], a[0])
                return try Kernels.tryMap(days, times, n, .timestamp) {
                    (x: Int32, y: Int64) -> Int64 in
                    let start = try DateTimeCast.timestamp(x)
                    return Calendar.isFinite(start) ? start + y : start
                }
            }
        }
    }

    private static func difference(_ x: Int64, _ y: Int64) throws -> Interval {
        guard Calendar.isFinite(x), Calendar.isFinite(y) else {
            throw SQLError(.datetimeFieldOverflow, "cannot subtract infinite timestamps")
        }
        let (micros, overflow) = x.subtractingReportingOverflow(y)
        guard !overflow else { throw Calendar.intervalOutOfRange() }
        return try IntervalMath.justifyHours(Interval(microseconds: micros))
    }

    /// An instant moved by months and days of the session's calendar, then by time.
    static func addZoned(
        _ instant: Int64, _ interval: Interval, _ zone: TimeZoneRules, sign: Int64
    ) throws -> Int64 {
        guard Calendar.isFinite(instant) else { return instant }
        var value = instant
        if interval.months != 0 || interval.days != 0 {
            let local = try Calendar.add(
                zone.local(fromUTC: value),
                Interval(months: interval.months, days: interval.days), sign: sign)
            value = try zone.utc(fromLocal: local)
        }
        return try Calendar.add(
            value, Interval(microseconds: interval.microseconds), sign: sign)
    }

    private mutating func addTimestampArithmetic() {
        for type in [SQLType.timestamp, .timestamptz] {
            add("-", [type, type], .interval) { _, a, n, _ in
                try Kernels.tryMap(a[0], a[1], n, .interval) { (x: Int64, y: Int64) -> Interval in
                    try Self.difference(x, y)
                }
            }
        }
        for (symbol, sign) in [("+", Int64(1)), ("-", -1)] {
            add(symbol, [.timestamp, .interval], .timestamp) { _, a, n, _ in
                try Kernels.tryMap(a[0], a[1], n, .timestamp) {
                    (x: Int64, y: Interval) -> Int64 in try Calendar.add(x, y, sign: sign)
                }
            }
            add(symbol, [.timestamptz, .interval], .timestamptz, volatility: .stable) {
                context, a, n, _ in
                try Kernels.tryMap(a[0], a[1], n, .timestamptz) {
                    (x: Int64, y: Interval) -> Int64 in
                    try Self.addZoned(x, y, context.timeZone, sign: sign)
                }
            }
            add(symbol, [.time, .interval], .time) { _, a, n, _ in
                Kernels.map(a[0], a[1], n, .time) { (x: Int64, y: Interval) -> Int64 in
                    let moved = (x + sign * (y.microseconds % Calendar.microsecondsPerDay))
                        % Calendar.microsecondsPerDay
                    return moved < 0 ? moved + Calendar.microsecondsPerDay : moved
                }
            }
        }
        add("+", [.interval, .timestamp], .timestamp) { _, a, n, _ in
            try Kernels.tryMap(a[1], a[0], n, .timestamp) { (x: Int64, y: Interval) -> Int64 in
                try Calendar.add(x, y)
            }
        }
        add("+", [.interval, .timestamptz], .timestamptz, volatility: .stable) {
            context, a, n, _ in
            try Kernels.tryMap(a[1], a[0], n, .timestamptz) { (x: Int64, y: Interval) -> Int64 in
                try Self.addZoned(x, y, context.timeZone, sign: 1)
            }
        }
        add("-", [.time, .time], .interval) { _, a, n, _ in
            Kernels.map(a[0], a[1], n, .interval) { (x: Int64, y: Int64) -> Interval in
                Interval(microseconds: x - y)
            }
        }
    }

    private mutating func addIntervalArithmetic() {
        add("+", [.interval, .interval], .interval) { _, a, n, _ in
            try Kernels.tryMap(a[0], a[1], n, .interval) {
                (x: Interval, y: Interval) -> Interval in try IntervalMath.add(x, y)
            }
        }
        add("-", [.interval, .interval], .interval) { _, a, n, _ in
            try Kernels.tryMap(a[0], a[1], n, .interval) {
                (x: Interval, y: Interval) -> Interval in
                try IntervalMath.add(x, IntervalMath.negate(y))
            }
        }
        add("-", [.interval], .interval) { _, a, n, _ in
            try Kernels.tryMap(a[0], n, .interval) { (x: Interval) -> Interval in
                try IntervalMath.negate(x)
            }
        }
        add("*", [.interval, .double], .interval) { _, a, n, _ in
            try Kernels.tryMap(a[0], a[1], n, .interval) {
                (x: Interval, y: Double) -> Interval in try IntervalMath.multiply(x, y)
            }
        }
        add("*", [.double, .interval], .interval) { _, a, n, _ in
            try Kernels.tryMap(a[1], a[0], n, .interval) {
                (x: Interval, y: Double) -> Interval in try IntervalMath.multiply(x, y)
            }
        }
        add("/", [.interval, .double], .interval) { _, a, n, _ in
            try Kernels.tryMap(a[0], a[1], n, .interval) {
                (x: Interval, y: Double) -> Interval in try IntervalMath.divide(x, y)
            }
        }
        let justify: [(String, @Sendable (Interval) throws -> Interval)] = [
            ("justify_hours", IntervalMath.justifyHours),
            ("justify_days", IntervalMath.justifyDays),
            ("justify_interval", IntervalMath.justifyInterval),
        ]
        for (name, body) in justify {
            add(name, [.interval], .interval) { _, a, n, _ in
                try Kernels.tryMap(a[0], n, .interval) { (x: Interval) -> Interval in
                    try body(x)
                }
            }
        }
        for type in [SQLType.timestamp, .timestamptz] {
            add("date_bin", [.interval, type, type], type) { _, a, n, _ in
                try Kernels.rows(a, n, type) { row, out in
                    out.pointer(Int64.self)[row] = try IntervalMath.bin(
                        a[0].value(Interval.self, row), a[1].value(Int64.self, row),
                        a[2].value(Int64.self, row))
                }
            }
        }
        addAge()
    }

    private mutating func addAge() {
        add("age", [.timestamp, .timestamp], .interval) { _, a, n, _ in
            try Kernels.tryMap(a[0], a[1], n, .interval) { (x: Int64, y: Int64) -> Interval in
                try IntervalMath.age(x, y)
            }
        }
        add("age", [.timestamptz, .timestamptz], .interval, volatility: .stable) {
            context, a, n, _ in
            let zone = context.timeZone
            return try Kernels.tryMap(a[0], a[1], n, .interval) {
                (x: Int64, y: Int64) -> Interval in
                try IntervalMath.age(zone.local(fromUTC: x), zone.local(fromUTC: y))
            }
        }
        for type in [SQLType.timestamp, .timestamptz] {
            add("age", [type], .interval, volatility: .stable) { context, a, n, _ in
                let zone = context.timeZone
                let (today, _) = Calendar.split(zone.local(fromUTC: context.transactionTime))
                let midnight = Int64(today) * Calendar.microsecondsPerDay
                return try Kernels.tryMap(a[0], n, .interval) { (x: Int64) -> Interval in
                    try IntervalMath.age(midnight, type == .timestamp ? x : zone.local(fromUTC: x))
                }
            }
        }
    }

    private mutating func addClock() {
        func clock(
            _ name: String, _ type: SQLType, volatility: Volatility = .stable,
            _ value: @escaping @Sendable (EvaluationContext) -> Int64
        ) {
            add(name, [], type, volatility: volatility) { context, _, n, _ in
                .constant(.int(value(context)), type, count: n)
            }
        }
        for name in ["now", "transaction_timestamp", "current_timestamp"] {
            clock(name, .timestamptz) { $0.transactionTime }
        }
        clock("statement_timestamp", .timestamptz) { $0.statementTime }
        clock("clock_timestamp", .timestamptz, volatility: .volatile) { _ in
            SystemClock.microseconds()
        }
        add("timeofday", [], .text, volatility: .volatile) { context, _, n, type in
            let now = SystemClock.microseconds()
            var parts = DateTimeParts(local: context.timeZone.local(fromUTC: now))
            parts.period = context.timeZone.period(at: now)
            let template = DateTimeTemplate("Dy Mon DD HH24:MI:SS.US YYYY TZ")
            return .constant(.text(try parts.text(template)), type, count: n)
        }
        clock("current_date", .date) { context in
            Int64(Calendar.split(context.timeZone.local(fromUTC: context.transactionTime)).days)
        }
        clock("current_time", .time) { context in
            Calendar.split(context.timeZone.local(fromUTC: context.transactionTime)).time
        }
        clock("localtime", .time) { context in
            Calendar.split(context.timeZone.local(fromUTC: context.transactionTime)).time
        }
        clock("localtimestamp", .timestamp) { context in
            context.timeZone.local(fromUTC: context.transactionTime)
        }
        add("isfinite", [.date], .boolean) { _, a, n, _ in
            Kernels.map(a[0], n, .boolean) { (x: Int32) in Calendar.isFinite(x) }
        }
        for type in [SQLType.timestamp, .timestamptz] {
            add("isfinite", [type], .boolean) { _, a, n, _ in
                Kernels.map(a[0], n, .boolean) { (x: Int64) in Calendar.isFinite(x) }
            }
        }
        add("isfinite", [.interval], .boolean) { _, _, n, _ in
            .constant(.bool(true), .boolean, count: n)
        }
    }

    /// AT TIME ZONE.
    private mutating func addZones() {
        @Sendable func zone(_ view: StringView) throws -> TimeZoneRules {
            try TimeZoneRules.resolve(view.string)
        }
        @Sendable func fixed(_ interval: Interval) throws -> TimeZoneRules {
            guard interval.months == 0, interval.days == 0 else {
                throw SQLError(
                    .invalidParameterValue,
                    "interval time zone \""
                        + (TextFormat.string(.interval(interval), .interval) ?? "")
                        + "\" must not include months or days")
            }
            return .fixed(Int(interval.microseconds / 1_000_000))
        }
        add("timezone", [.text, .timestamptz], .timestamp) { _, a, n, type in
            if a[0].isConstant, !a[0].isNull(0) {
                return DateTimeCasts.local(a[1], n, type, try zone(a[0].view(0)))
            }
            return try Kernels.tryMap(a[0], a[1], n, type) { (x: StringView, y: Int64) -> Int64 in
                try zone(x).local(fromUTC: y)
            }
        }
        add("timezone", [.text, .timestamp], .timestamptz) { _, a, n, type in
            if a[0].isConstant, !a[0].isNull(0) {
                let rules = try zone(a[0].view(0))
                return try Kernels.tryMap(a[1], n, type) { (x: Int64) -> Int64 in
                    try rules.utc(fromLocal: x)
                }
            }
            return try Kernels.tryMap(a[0], a[1], n, type) { (x: StringView, y: Int64) -> Int64 in
                try zone(x).utc(fromLocal: y)
            }
        }
        add("timezone", [.interval, .timestamptz], .timestamp) { _, a, n, type in
            try Kernels.tryMap(a[0], a[1], n, type) { (x: Interval, y: Int64) -> Int64 in
                try fixed(x).local(fromUTC: y)
            }
        }
        add("timezone", [.interval, .timestamp], .timestamptz) { _, a, n, type in
            try Kernels.tryMap(a[0], a[1], n, type) { (x: Interval, y: Int64) -> Int64 in
                try fixed(x).utc(fromLocal: y)
            }
        }
    }

    private mutating func addMakers() {
        @Sendable func days(_ year: Int32, _ month: Int32, _ day: Int32) throws -> Int {
            let text = "\(year)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)"
            let astronomical = year < 0 ? Int(year) + 1 : Int(year)
            guard year != 0, (1...12).contains(month), day >= 1,
                astronomical.magnitude < 10_000_000,
                Int(day) <= Calendar.daysInMonth(year: astronomical, month: Int(month))
            else {
                throw SQLError(
                    .datetimeFieldOverflow, "date field value out of range: \(text)")
            }
            let value = Calendar.days(year: astronomical, month: Int(month), day: Int(day))
            guard Calendar.isValid(day: value) else {
                throw SQLError(.datetimeFieldOverflow, "date out of range: \(text)")
            }
            return value
        }
        @Sendable func time(_ hour: Int32, _ minute: Int32, _ second: Double) throws -> Int64 {
            let micros = (second * 1e6).rounded(.toNearestOrEven)
            guard (0...24).contains(hour), (0...59).contains(minute), second >= 0, second <= 60,
                hour < 24 || (minute == 0 && second == 0)
            else {
                throw SQLError(
                    .datetimeFieldOverflow,
                    "time field value out of range: \(hour):\(minute < 10 ? "0" : "")\(minute):"
                        + (second < 10 ? "0" : "") + FloatText.general(second, digits: 15))
            }
            return Int64(hour) * 3_600_000_000 + Int64(minute) * 60_000_000 + Int64(micros)
        }
        add("make_date", [.integer, .integer, .integer], .date) { _, a, n, type in
            try Kernels.rows(a, n, type) { row, out in
                out.pointer(Int32.self)[row] = Int32(
                    try days(
                        a[0].value(Int32.self, row), a[1].value(Int32.self, row),
                        a[2].value(Int32.self, row)))
            }
        }
        add("make_time", [.integer, .integer, .double], .time) { _, a, n, type in
            try Kernels.rows(a, n, type) { row, out in
                out.pointer(Int64.self)[row] = try time(
                    a[0].value(Int32.self, row), a[1].value(Int32.self, row),
                    a[2].value(Double.self, row))
            }
        }
        let six: [SQLType] = [.integer, .integer, .integer, .integer, .integer, .double]
        @Sendable func local(_ a: [Vector], _ row: Int) throws -> Int64 {
            let day = try days(
                a[0].value(Int32.self, row), a[1].value(Int32.self, row),
                a[2].value(Int32.self, row))
            let clock = try time(
                a[3].value(Int32.self, row), a[4].value(Int32.self, row),
                a[5].value(Double.self, row))
            return try Calendar.timestamp(days: day, time: clock)
        }
        add("make_timestamp", six, .timestamp) { _, a, n, type in
            try Kernels.rows(a, n, type) { row, out in
                out.pointer(Int64.self)[row] = try local(a, row)
            }
        }
        add("make_timestamptz", six, .timestamptz, volatility: .stable) { context, a, n, type in
            try Kernels.rows(a, n, type) { row, out in
                out.pointer(Int64.self)[row] = try context.timeZone.utc(fromLocal: local(a, row))
            }
        }
        add("make_timestamptz", six + [.text], .timestamptz, volatility: .stable) {
            _, a, n, type in
            try Kernels.rows(a, n, type) { row, out in
                out.pointer(Int64.self)[row] = try TimeZoneRules.resolve(a[6].view(row).string)
                    .utc(fromLocal: local(a, row))
            }
        }
        for count in 0...7 {
            let types: [SQLType] = (0..<count).map { $0 == 6 ? .double : .integer }
            add("make_interval", types, .interval) { _, a, n, type in
                try Kernels.rows(a, n, type) { row, out in
                    func part(_ index: Int) -> Int64 {
                        index < count ? Int64(a[index].value(Int32.self, row)) : 0
                    }
                    let seconds = count == 7 ? a[6].value(Double.self, row) : 0
                    let micros = part(4) * 3_600_000_000 + part(5) * 60_000_000
                    guard let months = Int32(exactly: part(0) * 12 + part(1)),
                        let days = Int32(exactly: part(2) * 7 + part(3)),
                        let fraction = Int64(exactly: (seconds * 1e6).rounded())
                    else { throw Calendar.intervalOutOfRange() }
                    out.pointer(Interval.self)[row] = Interval(
                        months: months, days: days, microseconds: micros &+ fraction)
                }
            }
        }
    }

    /// A period of which one end is unknown begins at the other; nil where that does not decide.
    private static func overlap(_ a: Int64?, _ b: Int64?, _ c: Int64?, _ d: Int64?) -> Bool? {
        func period(_ a: Int64?, _ b: Int64?) -> (start: Int64, end: Int64?)? {
            guard let start = a ?? b else { return nil }
            guard let a, let b else { return (start, nil) }
            return (min(a, b), max(a, b))
        }
        guard let first = period(a, b), let second = period(c, d) else { return nil }
        if first.start == second.start {
            return first.end == nil || second.end == nil ? nil : true
        }
        let (later, earlier) = first.start > second.start ? (first, second) : (second, first)
        guard let end = earlier.end else { return nil }
        return later.start < end ? true : later.end == nil ? nil : false
    }

    /// (start, end) OVERLAPS (start, end): half-open periods, a lone instant counting as one.
    private mutating func addOverlaps() {
        for type in [SQLType.date, .time, .timestamp, .timestamptz] {
            add("overlaps", [type, type, type, type], .boolean, isStrict: false) { _, a, n, _ in
                Kernels.rows([], n, .boolean) { row, out in
                    func value(_ index: Int) -> Int64? {
                        if a[index].isNull(row) { return nil }
                        return type == .date
                            ? Int64(a[index].value(Int32.self, row))
                            : a[index].value(Int64.self, row)
                    }
                    if let answer = Self.overlap(value(0), value(1), value(2), value(3)) {
                        out.pointer(UInt8.self)[row] = answer ? 1 : 0
                    } else {
                        out.setNull(row)
                    }
                }
            }
        }
    }
}
