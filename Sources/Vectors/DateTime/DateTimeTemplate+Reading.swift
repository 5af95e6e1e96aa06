import Basics

extension DateTimeTemplate {
    /// The local timestamp that a text spells by this template, and an offset where it has one.
    func read(_ text: String) throws -> (local: Int64, offset: Int?) {
        var reader = TemplateReader(text)
        for (index, item) in items.enumerated() {
            switch item {
            case .literal(let literal): reader.skip(literal)
            case .pattern(let pattern, let fill, let suffix):
                let isExact = fill && suffix.isEmpty && isFollowedByDigits(index)
                try reader.take(pattern.uppercased(), pattern, exact: isExact)
                if !suffix.isEmpty { reader.drop(2) }
            }
        }
        return try reader.finish()
    }

    /// Whether digits come right behind an item, so that only its own width tells where it ends.
    private func isFollowedByDigits(_ index: Int) -> Bool {
        guard index + 1 < items.count else { return false }
        switch items[index + 1] {
        case .literal(let text): return text.first?.wholeNumberValue != nil
        case .pattern(let pattern, _, _):
            let upper = pattern.uppercased()
            return !["MON", "DAY", "DY", "A", "P", "B", "RM", "TZ", "OF", "FF"].contains {
                upper.hasPrefix($0) && upper != "TZM"
            }
        }
    }
}

/// Takes fields from a text, pattern by pattern.
private struct TemplateReader {
    private let source: String
    private let text: [Character]
    private var at = 0
    private var year: Int?
    private var isBC = false
    private var (month, day, dayOfYear, week, isoDay) = (
        Int?.none, Int?.none, Int?.none, Int?.none, Int?.none
    )
    private var isISO = false
    private var julian: Int?
    private var (hour, minute, second, micros) = (0, 0, 0, 0)
    private var secondOfDay: Int?
    private var isTwelveHour = false
    private var meridiem: Int?
    private var offset: Int?

    init(_ text: String) {
        source = text
        self.text = Array(text)
    }

    private mutating func skipBlanks() {
        while at < text.count, text[at].isWhitespace { at += 1 }
    }

    mutating func drop(_ count: Int) { at = min(text.count, at + count) }

    /// Separators match any separators; other literal characters skip one character each.
    mutating func skip(_ literal: String) {
        for character in literal {
            if character.isLetter || character.isNumber {
                if at < text.count { at += 1 }
            } else if character.isWhitespace {
                skipBlanks()
                if at < text.count, isSeparator(text[at]), text[at] != "-" && text[at] != "+" {
                    at += 1
                }
            } else {
                skipBlanks()
                if at < text.count, isSeparator(text[at]) { at += 1 }
            }
        }
    }

    private func isSeparator(_ character: Character) -> Bool {
        !character.isLetter && !character.isNumber
    }

    /// A number of at most `digits` digits where `isExact` says so, else of all that come.
    private mutating func number(
        _ digits: Int, _ name: String, signed: Bool = false, isExact: Bool
    ) throws -> Int {
        skipBlanks()
        var sign = 1
        if signed, at < text.count, text[at] == "-" || text[at] == "+" {
            sign = text[at] == "-" ? -1 : 1
            at += 1
        }
        var value = 0
        var count = 0
        while at < text.count, !isExact || count < digits,
            let digit = text[at].wholeNumberValue, text[at].isASCII
        {
            value = value * 10 + digit
            guard value <= Int(Int32.max) else {
                throw SQLError(
                    .datetimeFieldOverflow,
                    "value for \"\(name)\" in source string is out of range",
                    detail: "Value must be in the range \(Int32.min) to \(Int32.max).")
            }
            count += 1
            at += 1
        }
        guard count > 0 else {
            let rest = String(text[min(at, text.count)...].prefix(digits > 9 ? 4 : digits))
            if rest.isEmpty {
                throw SQLError(
                    .invalidDatetimeFormat,
                    "source string too short for \"\(name)\" formatting field",
                    detail: "Field requires \(digits) characters, but only 0 remain.")
            }
            throw SQLError(
                .invalidDatetimeFormat, "invalid value \"\(rest)\" for \"\(name)\"",
                detail: "Value must be an integer.")
        }
        return sign * value
    }

    private mutating func name(_ names: [String], _ pattern: String, short: Bool) throws -> Int {
        skipBlanks()
        let rest = String(text[at...]).lowercased()
        for (index, name) in names.enumerated() {
            let wanted = short ? String(name.prefix(3)) : name
            if rest.hasPrefix(wanted) {
                at += wanted.count
                return index
            }
        }
        throw SQLError(
            .invalidDatetimeFormat,
            "invalid value \"\(String(text[at...].prefix(short ? 3 : 9)))\" for \"\(pattern)\"",
            detail: "The given value did not match any of the allowed values for this field.")
    }

    mutating func take(_ upper: String, _ pattern: String, exact: Bool) throws {
        switch upper {
        case "YYYY", "IYYY":
            year = try number(4, upper, signed: true, isExact: exact)
            isISO = upper == "IYYY"
        case "Y,YYY":
            let thousands = try number(4, upper, isExact: true)
            drop(1)
            year = try thousands * 1000 + number(3, upper, isExact: exact)
        case "YYY", "IYY", "YY", "IY", "Y", "I":
            let start = at
            let value = try number(upper.count, upper, isExact: exact)
            year =
                at - start >= 4
                ? value
                : value < 70
                    ? 2000 + value
                    : value < 100
                        ? 1900 + value : value < 520 ? 2000 + value : 1000 + value
            isISO = upper.hasPrefix("I")
        case "MM": month = try number(2, upper, isExact: exact)
        case "MONTH": month = try name(DateTimeFields.monthNames, pattern, short: false) + 1
        case "MON": month = try name(DateTimeFields.monthNames, pattern, short: true) + 1
        case "DD": day = try number(2, upper, isExact: exact)
        case "DAY": _ = try name(DateTimeFields.dayNames, pattern, short: false)
        case "DY": _ = try name(DateTimeFields.dayNames, pattern, short: true)
        case "DDD", "IDDD": dayOfYear = try number(3, upper, isExact: exact)
        case "D": _ = try number(1, upper, isExact: exact)
        case "ID": isoDay = try number(1, upper, isExact: exact)
        case "IW", "WW":
            week = try number(2, upper, isExact: exact)
            isISO = isISO || upper == "IW"
        case "J": julian = try number(9, upper, isExact: exact)
        case "HH24": hour = try number(2, upper, isExact: exact)
        case "HH", "HH12":
            hour = try number(2, upper, isExact: exact)
            isTwelveHour = true
        case "MI": minute = try number(2, upper, isExact: exact)
        case "SS": second = try number(2, upper, isExact: exact)
        case "SSSS", "SSSSS": secondOfDay = try number(5, upper, isExact: exact)
        case "MS", "US", "FF1", "FF2", "FF3", "FF4", "FF5", "FF6": try fraction(upper)
        case "AM", "PM", "A.M.", "P.M.":
            let dotted = upper.contains(".")
            meridiem = try name(dotted ? ["a.m.", "p.m."] : ["am", "pm"], pattern, short: false)
        case "BC", "AD", "B.C.", "A.D.":
            let dotted = upper.contains(".")
            isBC = try name(dotted ? ["a.d.", "b.c."] : ["ad", "bc"], pattern, short: false) == 1
        case "TZH":
            let negative = at < text.count && text[at] == "-"
            let hours = try number(2, upper, signed: true, isExact: exact)
            offset = (negative ? -1 : 1) * Int(hours.magnitude) * 3600
        case "TZM":
            let minutes = try number(2, upper, isExact: exact)
            offset = (offset ?? 0) + ((offset ?? 0) < 0 ? -60 : 60) * minutes
        case "Q": _ = try number(1, upper, isExact: exact)
        case "TZ", "OF":
            throw SQLError.unsupported("formatting field \"\(pattern)\" in to_date")
        default: break
        }
    }

    private mutating func fraction(_ upper: String) throws {
        let digits = upper == "MS" ? 3 : upper == "US" ? 6 : Int(String(upper.suffix(1))) ?? 6
        let start = at
        var value = try number(digits, upper, isExact: true)
        for _ in (at - start)..<6 { value *= 10 }
        micros = value
    }

    func finish() throws -> (local: Int64, offset: Int?) {
        func range() -> SQLError {
            SQLError(
                .datetimeFieldOverflow, "date/time field value out of range: \"\(source)\"")
        }
        var clock = hour
        if isTwelveHour {
            guard (1...12).contains(hour) else {
                throw SQLError(
                    .invalidDatetimeFormat, "hour \"\(hour)\" is invalid for the 12-hour clock",
                    hint: "Use the 24-hour clock, or give an hour between 1 and 12.")
            }
            if let meridiem { clock = hour % 12 + meridiem * 12 }
        }
        var seconds = clock * 3600 + minute * 60 + second
        if let secondOfDay { seconds = secondOfDay }
        guard clock <= 24, minute < 60, second < 60, seconds <= 86_400 else { throw range() }
        var shownYear = year ?? 1
        if year == nil, julian == nil { shownYear = 0 }
        if isBC { shownYear = 1 - shownYear }
        guard shownYear.magnitude < 10_000_000 else { throw range() }
        var days: Int
        if let julian {
            days = julian - Calendar.epochJulianDay
        } else if isISO, let week {
            guard (1...53).contains(week), (1...7).contains(isoDay ?? 1) else { throw range() }
            days = Calendar.isoYearStart(shownYear) + (week - 1) * 7 + (isoDay ?? 1) - 1
        } else if let week {
            guard (1...53).contains(week) else { throw range() }
            days = Calendar.days(year: shownYear, month: 1, day: 1) + (week - 1) * 7
        } else if let dayOfYear {
            guard dayOfYear >= 1, dayOfYear <= (Calendar.isLeap(shownYear) ? 366 : 365) else {
                throw range()
            }
            days = Calendar.days(year: shownYear, month: 1, day: 1) + dayOfYear - 1
        } else {
            let (month, day) = (month ?? 1, day ?? 1)
            guard (1...12).contains(month), day >= 1,
                day <= Calendar.daysInMonth(year: shownYear, month: month)
            else { throw range() }
            days = Calendar.days(year: shownYear, month: month, day: day)
        }
        guard Calendar.isValid(day: days) else { throw range() }
        return (
            try Calendar.timestamp(days: days, time: Int64(seconds) * 1_000_000 + Int64(micros)),
            offset
        )
    }
}
