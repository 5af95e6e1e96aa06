/// A POSIX TZ string, e.g. `CET-1CEST,M3.5.0,M10.5.0/3`.
struct PosixRule {
    struct Change {
        enum Day {
            /// 1…365, February 29 not counted.
            case julian(Int)
            case zeroBased(Int)
            case monthWeekDay(Int, Int, Int)
        }
        var day: Day
        var time: Int

        /// Local seconds since 2000-01-01 of the change in a year.
        func seconds(year: Int) -> Int64 {
            let first = Calendar.days(year: year, month: 1, day: 1)
            let days: Int
            switch day {
            case .julian(let n): days = first + n - 1 + (Calendar.isLeap(year) && n >= 60 ? 1 : 0)
            case .zeroBased(let n): days = first + n
            case .monthWeekDay(let month, let week, let weekday):
                let start = Calendar.days(year: year, month: month, day: 1)
                var found = start + (weekday - Calendar.weekday(start) + 7) % 7 + (week - 1) * 7
                let length = Calendar.daysInMonth(year: year, month: month)
                while found >= start + length { found -= 7 }
                days = found
            }
            return Int64(days) * 86_400 + Int64(time)
        }
    }

    var standard: TimeZoneRules.Period
    var daylight: (period: TimeZoneRules.Period, start: Change, end: Change)?

    init?(_ text: String) {
        var scanner = Scanner(bytes: Array(text.utf8))
        guard let name = scanner.name(), let west = scanner.time() else { return nil }
        standard = TimeZoneRules.Period(
            offset: Int32(truncatingIfNeeded: -west), isDST: false, abbreviation: name)
        guard let summer = scanner.name() else { return }
        var offset = -west + 3600
        if scanner.peek != 0x2C {
            guard let explicit = scanner.time() else { return nil }
            offset = -explicit
        }
        guard let start = scanner.change(), let end = scanner.change() else { return nil }
        daylight = (
            TimeZoneRules.Period(
                offset: Int32(truncatingIfNeeded: offset), isDST: true, abbreviation: summer),
            start, end
        )
    }

    private struct Scanner {
        let bytes: [UInt8]
        var at = 0
        var peek: UInt8 { at < bytes.count ? bytes[at] : 0 }

        mutating func name() -> String? {
            var found: [UInt8] = []
            if peek == 0x3C {
                at += 1
                while peek != 0x3E, peek != 0 {
                    found.append(peek)
                    at += 1
                }
                at += 1
            } else {
                while (peek | 0x20) &- 0x61 < 26 {
                    found.append(peek)
                    at += 1
                }
            }
            return found.isEmpty ? nil : String(decoding: found, as: UTF8.self)
        }

        mutating func number() -> Int? {
            var value: Int?
            while peek &- 0x30 < 10, (value ?? 0) < 100_000 {
                value = (value ?? 0) * 10 + Int(peek - 0x30)
                at += 1
            }
            return value
        }

        mutating func time() -> Int? {
            var sign = 1
            if peek == 0x2D || peek == 0x2B {
                sign = peek == 0x2D ? -1 : 1
                at += 1
            }
            guard var seconds = number().map({ $0 * 3600 }) else { return nil }
            for unit in [60, 1] where peek == 0x3A {
                at += 1
                guard let part = number() else { return nil }
                seconds += part * unit
            }
            return sign * seconds
        }

        mutating func change() -> Change? {
            guard peek == 0x2C else { return nil }
            at += 1
            let day: Change.Day
            switch peek {
            case 0x4A:
                at += 1
                guard let n = number() else { return nil }
                day = .julian(n)
            case 0x4D:
                at += 1
                guard let month = number(), (1...12).contains(month), peek == 0x2E else {
                    return nil
                }
                at += 1
                guard let week = number(), (1...5).contains(week), peek == 0x2E else { return nil }
                at += 1
                guard let weekday = number(), weekday < 7 else { return nil }
                day = .monthWeekDay(month, week, weekday)
            default:
                guard let n = number() else { return nil }
                day = .zeroBased(n)
            }
            var time = 7200
            if peek == 0x2F {
                at += 1
                guard let explicit = self.time() else { return nil }
                time = explicit
            }
            return Change(day: day, time: time)
        }
    }
}

/// Abbreviations that PostgreSQL's default set knows, as seconds east of UTC.
enum ZoneAbbreviations {
    private static let hours: [String: Double] = [
        "utc": 0, "gmt": 0, "z": 0, "zulu": 0, "ut": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1,
        "cest": 2, "met": 1, "mest": 2, "eet": 2, "eest": 3, "msk": 3, "msd": 4, "sast": 2,
        "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
        "akst": -9, "akdt": -8, "hst": -10, "ast": -4, "adt": -3, "nst": -3.5, "ndt": -2.5,
        "brt": -3, "brst": -2, "art": -3, "clt": -4, "clst": -3, "jst": 9, "kst": 9, "hkt": 8,
        "sgt": 8, "ist": 2, "idt": 3, "aest": 10, "aedt": 11, "acst": 9.5, "acdt": 10.5,
        "awst": 8, "nzst": 12, "nzdt": 13, "pkt": 5, "npt": 5.75, "uzt": 5,
    ]

    static func offset(_ lower: String) -> Int? { hours[lower].map { Int($0 * 3600) } }

    static func isDST(_ lower: String) -> Bool {
        lower.count >= 3 && lower.hasSuffix("dt") || ["cest", "mest", "eest", "west", "bst"]
            .contains(lower)
    }
}
