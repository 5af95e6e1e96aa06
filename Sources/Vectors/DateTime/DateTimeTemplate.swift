import Basics

/// A to_char / to_date template, split into patterns and literal text.
struct DateTimeTemplate {
    enum Item {
        case literal(String)
        case pattern(String, fill: Bool, suffix: String)
    }

    let items: [Item]

    /// Patterns, longest first where one is the beginning of another. Case matters for the output.
    private static let patterns = [
        "Y,YYY", "YYYY", "IYYY", "YYY", "IYY", "YY", "IY", "Y", "I", "BC", "AD", "B.C.", "A.D.",
        "MONTH", "MON", "MM", "MI", "MS", "DAY", "DY", "DDD", "DD", "D", "IDDD", "ID", "IW", "WW",
        "W", "CC", "J", "Q", "RM", "HH24", "HH12", "HH", "SSSSS", "SSSS", "SS", "US", "FF1",
        "FF2", "FF3", "FF4", "FF5", "FF6", "FX", "AM", "PM", "A.M.", "P.M.", "TZH", "TZM",
        "TZ", "OF",
    ].sorted { $0.count > $1.count }

    init(_ text: String) {
        var items: [Item] = []
        let characters = Array(text)
        var at = 0
        var literal = ""
        func flush() {
            if !literal.isEmpty { items.append(.literal(literal)) }
            literal = ""
        }
        while at < characters.count {
            if characters[at] == "\"" {
                at += 1
                while at < characters.count, characters[at] != "\"" {
                    if characters[at] == "\\", at + 1 < characters.count { at += 1 }
                    literal.append(characters[at])
                    at += 1
                }
                at += 1
                continue
            }
            if characters[at] == "\\", at + 1 < characters.count, characters[at + 1] == "\"" {
                literal.append("\"")
                at += 2
                continue
            }
            var fill = true
            var start = at
            let two = String(characters[at..<min(at + 2, characters.count)]).uppercased()
            if two == "FM" || two == "TM" {
                fill = two == "TM" ? fill : false
                start += 2
            }
            let rest = String(characters[start..<min(start + 5, characters.count)])
            let upper = rest.uppercased()
            guard let found = Self.patterns.first(where: { upper.hasPrefix($0) }) else {
                literal.append(characters[at])
                at += 1
                continue
            }
            flush()
            let written = String(rest.prefix(found.count))
            at = start + found.count
            var suffix = ""
            let next = String(characters[at..<min(at + 2, characters.count)])
            if ["TH", "th"].contains(next), found.last != "M" || found == "MM" {
                suffix = next
                at += 2
            }
            // FX asks for nothing here.
            if found == "FX" { continue }
            items.append(.pattern(written, fill: fill, suffix: suffix))
        }
        flush()
        self.items = items
    }
}

/// What a template shows of a local timestamp or an interval.
struct DateTimeParts {
    var year = 0
    var month = 0
    var day = 0
    var days: Int?
    var time: Int64 = 0
    var period: TimeZoneRules.Period?

    init(local: Int64) {
        let (days, time) = Calendar.split(local)
        (year, month, day) = Calendar.civil(days)
        self.days = days
        self.time = time
    }

    init(_ interval: Interval) {
        year = Int(interval.months / 12)
        month = Int(interval.months % 12)
        day = Int(interval.days)
        time = interval.microseconds
    }

    private func padded(_ value: Int, _ width: Int, _ fill: Bool) -> String {
        let digits = String(value.magnitude)
        let zeros = fill ? String(repeating: "0", count: max(0, width - digits.count)) : ""
        return (value < 0 ? "-" : "") + zeros + digits
    }

    private static func cased(_ name: String, like pattern: String, pad: Int) -> String {
        let padded = name + String(repeating: " ", count: max(0, pad - name.count))
        let second = pattern.dropFirst().first
        if pattern.first?.isLowercase == true { return padded.lowercased() }
        if second?.isLowercase == true { return padded }
        return padded.uppercased()
    }

    private static func ordinal(_ text: String, _ suffix: String) -> String {
        guard !suffix.isEmpty else { return text }
        let ending = ordinalEnding(text)
        return text + (suffix == "TH" ? ending.uppercased() : ending)
    }

    /// st, nd, rd or th.
    static func ordinalEnding(_ text: String) -> String {
        let digits = text.filter(\.isNumber)
        guard digits.count < 2 || digits.suffix(2).first != "1" else { return "th" }
        switch digits.last {
        case "1": return "st"
        case "2": return "nd"
        case "3": return "rd"
        default: return "th"
        }
    }

    func text(_ template: DateTimeTemplate) throws -> String {
        var out = ""
        for item in template.items {
            switch item {
            case .literal(let text): out += text
            case .pattern(let pattern, let fill, let suffix):
                out += Self.ordinal(try shown(pattern, fill), suffix)
            }
        }
        return out
    }

    private func calendar() throws -> Int {
        guard let days else {
            throw SQLError(
                .invalidDatetimeFormat,
                "invalid format specification for an interval value",
                hint: "Intervals are not tied to specific calendar dates.")
        }
        return days
    }

    private func shown(_ pattern: String, _ fill: Bool) throws -> String {
        let upper = pattern.uppercased()
        let fraction = Int(time % 1_000_000)
        let hours = Int(time / 3_600_000_000)
        switch upper {
        case "YYYY", "YYY", "YY", "Y", "Y,YYY", "IYYY", "IYY", "IY", "I":
            return try shownYear(upper, fill)
        case "MM": return padded(month, 2, fill)
        case "DD": return padded(day, 2, fill)
        case "HH24": return padded(hours, 2, fill)
        case "HH", "HH12": return padded(hours % 12 == 0 ? 12 : hours % 12, 2, fill)
        case "MI": return padded(Int(time / 60_000_000 % 60), 2, fill)
        case "SS": return padded(Int(time / 1_000_000 % 60), 2, fill)
        case "SSSS", "SSSSS": return String(time / 1_000_000)
        case "MS", "FF3": return padded(fraction / 1000, 3, true)
        case "US", "FF6": return padded(fraction, 6, true)
        case "FF1": return padded(fraction / 100_000, 1, true)
        case "FF2": return padded(fraction / 10_000, 2, true)
        case "FF4": return padded(fraction / 100, 4, true)
        case "FF5": return padded(fraction / 10, 5, true)
        case "AM", "PM", "A.M.", "P.M.":
            let isAfternoon = hours % 24 >= 12
            var text = isAfternoon ? "PM" : "AM"
            if upper.contains(".") { text = isAfternoon ? "P.M." : "A.M." }
            return pattern.first?.isLowercase == true ? text.lowercased() : text
        case "TZ":
            let name = period?.abbreviation ?? ""
            return pattern == "tz" ? name.lowercased() : name
        case "TZH":
            let offset = Int(period?.offset ?? 0)
            return (offset < 0 ? "-" : "+") + padded(Int(offset.magnitude) / 3600, 2, true)
        case "TZM": return padded(Int((period?.offset ?? 0).magnitude) % 3600 / 60, 2, true)
        case "OF":
            let offset = Int(period?.offset ?? 0)
            let minutes = Int(offset.magnitude) % 3600 / 60
            return (offset < 0 ? "-" : "+") + padded(Int(offset.magnitude) / 3600, 2, true)
                + (minutes == 0 ? "" : ":" + padded(minutes, 2, true))
        default: return try shownCalendar(upper, pattern, fill)
        }
    }

    private func shownYear(_ upper: String, _ fill: Bool) throws -> String {
        var value = upper.hasPrefix("I") ? Calendar.isoWeek(try calendar()).year : year
        if days != nil, value <= 0 { value = 1 - value }
        switch upper {
        case "YYYY", "IYYY": return padded(value, 4, fill)
        case "YYY", "IYY": return padded(value % 1000, 3, fill)
        case "YY", "IY": return padded(value % 100, 2, fill)
        case "Y,YYY": return String(value / 1000) + "," + padded(value % 1000, 3, true)
        default: return padded(value % 10, 1, fill)
        }
    }

    private func shownCalendar(_ upper: String, _ pattern: String, _ fill: Bool) throws -> String {
        func capitalized(_ name: String) -> String {
            name.prefix(1).uppercased() + name.dropFirst()
        }
        switch upper {
        case "MONTH", "MON":
            guard days != nil || month != 0 else { return "" }
            guard (1...12).contains(month) else { return "" }
            let name = capitalized(DateTimeFields.monthNames[month - 1])
            return upper == "MON"
                ? Self.cased(String(name.prefix(3)), like: pattern, pad: 0)
                : Self.cased(name, like: pattern, pad: fill ? 9 : 0)
        case "RM":
            let roman = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"]
            guard (1...12).contains(month) else { return "" }
            let text = roman[month - 1]
            let padded = fill ? text + String(repeating: " ", count: 4 - text.count) : text
            return pattern == "rm" ? padded.lowercased() : padded
        case "Q": return month == 0 && days == nil ? "" : String((month - 1) / 3 + 1)
        case "CC":
            let century = days == nil ? year / 100 : DateTimeExtract.century(year)
            return padded(century, 2, fill)
        default: break
        }
        let days = try calendar()
        let weekday = Calendar.weekday(days)
        let dayOfYear = days - Calendar.days(year: year, month: 1, day: 1) + 1
        switch upper {
        case "DAY", "DY":
            let name = capitalized(DateTimeFields.dayNames[weekday])
            return upper == "DY"
                ? Self.cased(String(name.prefix(3)), like: pattern, pad: 0)
                : Self.cased(name, like: pattern, pad: fill ? 9 : 0)
        case "DDD": return padded(dayOfYear, 3, fill)
        case "IDDD":
            return padded(days - Calendar.isoYearStart(Calendar.isoWeek(days).year) + 1, 3, fill)
        case "D": return String(weekday + 1)
        case "ID": return String(weekday == 0 ? 7 : weekday)
        case "IW": return padded(Calendar.isoWeek(days).week, 2, fill)
        case "WW": return padded((dayOfYear - 1) / 7 + 1, 2, fill)
        case "W": return String((day - 1) / 7 + 1)
        case "J": return String(days + Calendar.epochJulianDay)
        case "BC", "AD", "B.C.", "A.D.":
            var text = year <= 0 ? "BC" : "AD"
            if upper.contains(".") { text = year <= 0 ? "B.C." : "A.D." }
            return pattern.first?.isLowercase == true ? text.lowercased() : text
        default: return ""
        }
    }
}
