import Basics

/// The fields that a date/time literal spells, gathered word by word.
struct DateTimeFields {
    enum Special { case none, infinity, negativeInfinity, epoch }

    var special = Special.none
    var days: Int?
    var time: Int64?
    /// Seconds east of UTC, where the literal names an offset.
    var offset: Int?
    var zone: TimeZoneRules?

    private var year: Int?
    private var yearDigits = 0
    private var month: Int?
    private var day: Int?
    private var dayOfYear: Int?
    private var monthWasText = false
    private var isBC = false
    private var meridiem: Int?
    private let type: String
    private let text: UnsafeBufferPointer<UInt8>
    private let session: FormatSession

    static let monthNames = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september",
        "october", "november", "december",
    ]
    static let dayNames = [
        "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
    ]

    init(
        _ text: UnsafeBufferPointer<UInt8>, type: String, session: FormatSession,
        dateNeeded: Bool = true
    ) throws {
        self.type = type
        self.text = text
        self.session = session
        guard text.count <= 128 else { throw TextParse.invalidDatetime(type, text) }
        let words = try Self.split(text, type)
        guard !words.isEmpty else { throw TextParse.invalidDatetime(type, text) }
        var index = 0
        while index < words.count {
            try take(words[index], next: index + 1 < words.count ? words[index + 1] : nil)
            index += 1
        }
        try finish(dateNeeded: dateNeeded)
    }

    private func bad() -> SQLError { TextParse.invalidDatetime(type, text) }
    private func range() -> SQLError {
        outOfRange("date/time field value out of range", text)
    }

    /// Words: runs without blanks, commas or parentheses; times, dates and zones kept whole.
    private static func split(
        _ text: UnsafeBufferPointer<UInt8>, _ type: String
    ) throws -> [[UInt8]] {
        var words: [[UInt8]] = []
        var index = 0
        func byte(_ at: Int) -> UInt8 { at < text.count ? text[at] : 0 }
        func isDigit(_ at: Int) -> Bool { byte(at) &- 0x30 <= 9 }
        func isLetter(_ at: Int) -> Bool { (byte(at) | 0x20) &- 0x61 < 26 || byte(at) >= 0x80 }
        while index < text.count {
            var word: [UInt8] = []
            if TextParse.isSpace(text[index]) || text[index] == 0x2C {
                index += 1
                continue
            }
            if isDigit(index) || (byte(index) == 0x2E && isDigit(index + 1)) {
                while isDigit(index) {
                    word.append(text[index])
                    index += 1
                }
                if byte(index) == 0x3A {
                    while isDigit(index) || byte(index) == 0x3A || byte(index) == 0x2E {
                        word.append(text[index])
                        index += 1
                    }
                } else if byte(index) == 0x2E {
                    while isDigit(index) || byte(index) == 0x2E {
                        word.append(text[index])
                        index += 1
                    }
                } else if byte(index) == 0x2D || byte(index) == 0x2F {
                    let separator = byte(index)
                    while isDigit(index) || isLetter(index) || byte(index) == separator {
                        if isLetter(index), byte(index) | 0x20 == 0x74, isDigit(index + 1) { break }
                        // Z behind a date is its zone.
                        if byte(index) | 0x20 == 0x7A, !isLetter(index + 1) { break }
                        word.append(text[index])
                        index += 1
                    }
                }
            } else if isLetter(index) {
                while isLetter(index) || (isDigit(index) && word.contains(0x2F)) {
                    word.append(text[index])
                    index += 1
                    if [0x2F, 0x5F, 0x2D].contains(byte(index)),
                        isLetter(index + 1) || isDigit(index + 1), byte(index) != 0x2D
                            || !word.contains(0x2F) || isLetter(index + 1)
                    {
                        if byte(index) == 0x2D, !isDate(word), !word.contains(0x2F) { break }
                        word.append(byte(index))
                        index += 1
                        while isDigit(index), isDate(word) || word.contains(0x2F) {
                            word.append(text[index])
                            index += 1
                        }
                        while byte(index) == 0x2D, isDigit(index + 1), isDate(word) {
                            word.append(text[index])
                            index += 1
                            while isDigit(index) {
                                word.append(text[index])
                                index += 1
                            }
                        }
                    }
                }
            } else if byte(index) == 0x2B || byte(index) == 0x2D {
                word.append(text[index])
                index += 1
                while TextParse.isSpace(byte(index)) { index += 1 }
                if isDigit(index) {
                    while isDigit(index) || byte(index) == 0x3A || byte(index) == 0x2E {
                        word.append(text[index])
                        index += 1
                    }
                } else if isLetter(index) {
                    while isLetter(index) {
                        word.append(text[index])
                        index += 1
                    }
                } else {
                    throw TextParse.invalidDatetime(type, text)
                }
            } else {
                throw TextParse.invalidDatetime(type, text)
            }
            words.append(word)
        }
        return words
    }

    /// Whether a word begins with a month's name and a hyphen may continue a date.
    private static func isDate(_ word: [UInt8]) -> Bool {
        let letters = String(decoding: word.prefix { ($0 | 0x20) &- 0x61 < 26 }, as: UTF8.self)
        return Self.month(letters.lowercased()) != nil
    }

    static func month(_ lower: String) -> Int? {
        guard lower.count >= 3 else { return nil }
        if lower == "sept" { return 9 }
        for (index, name) in monthNames.enumerated()
        where lower == name || (lower.count == 3 && name.hasPrefix(lower)) {
            return index + 1
        }
        return nil
    }

    private static func isWeekday(_ lower: String) -> Bool {
        if ["tues", "wednes", "thur", "thurs"].contains(lower) { return true }
        return lower.count >= 3
            && dayNames.contains { $0 == lower || (lower.count == 3 && $0.hasPrefix(lower)) }
    }

    private var hasDate: Bool { (year != nil || yearDigits > 0) && month != nil && day != nil }

    private mutating func take(_ word: [UInt8], next: [UInt8]?) throws {
        guard let first = word.first else { return }
        if first == 0x2B || first == 0x2D {
            if word.count > 1, word[1] &- 0x30 > 9 {
                return try takeWord((first == 0x2D ? "-" : "") + lower(word.dropFirst()), next)
            }
            guard (time != nil && !isTimeOpen) || hasDate, offset == nil, zone == nil else {
                throw bad()
            }
            offset = try zoneOffset(word)
            return
        }
        if first &- 0x30 <= 9 || first == 0x2E {
            if word.contains(0x3A) { return try takeTime(word) }
            if word.contains(0x2D) || word.contains(0x2F)
                || word.filter({ $0 == 0x2E }).count == 2
            {
                return try takeDate(word)
            }
            return try takeNumber(word, next)
        }
        if word.contains(where: { $0 == 0x2D }), Self.isDate(word) { return try takeDate(word) }
        if word.contains(0x2F), Self.isDate(word) { return try takeDate(word) }
        try takeWord(lower(word), next)
    }

    private func lower(_ word: some Sequence<UInt8>) -> String {
        String(decoding: Array(word), as: UTF8.self).lowercased()
    }

    private mutating func takeWord(_ word: String, _ next: [UInt8]?) throws {
        switch word {
        case "now":
            try setNow(dayShift: 0, withTime: true)
        case "today": try setNow(dayShift: 0, withTime: false)
        case "tomorrow": try setNow(dayShift: 1, withTime: false)
        case "yesterday": try setNow(dayShift: -1, withTime: false)
        case "epoch": special = .epoch
        case "infinity", "inf": special = .infinity
        case "-infinity", "-inf": special = .negativeInfinity
        case "allballs":
            time = 0
            offset = 0
        case "am", "pm":
            guard meridiem == nil else { throw bad() }
            meridiem = word == "pm" ? 12 : 0
        case "bc", "b.c.": isBC = true
        case "ad", "a.d.": break
        case "t":
            guard next?.first.map({ $0 &- 0x30 <= 9 }) == true else { throw bad() }
        case "at", "on", "dst": break
        case "j", "jd", "julian": isJulianNext = true
        default:
            if let found = Self.month(word) {
                guard !monthWasText else { throw bad() }
                // A number read as the month before was the day.
                if let earlier = month, day == nil { day = earlier }
                month = found
                monthWasText = true
            } else if Self.isWeekday(word) {
                break
            } else if let found = ZoneAbbreviations.offset(word) {
                guard offset == nil, zone == nil else { throw bad() }
                offset = found
            } else if word.contains("/") || time != nil || hasDate,
                let found = TimeZoneRules.named(word)
            {
                guard offset == nil, zone == nil else { throw bad() }
                zone = found
            } else if word.contains("/") {
                throw SQLError(
                    .invalidParameterValue, "time zone \"\(word)\" not recognized")
            } else {
                throw bad()
            }
        }
    }

    private var isJulianNext = false
    /// After `today` and its like: midnight, until a time of day says otherwise.
    private var isTimeOpen = false

    private mutating func setNow(dayShift: Int, withTime: Bool) throws {
        let local = session.timeZone.local(fromUTC: session.now)
        let (today, clock) = Calendar.split(local)
        days = today + dayShift
        if withTime {
            time = clock
            offset = session.timeZone.offset(at: session.now)
        } else if time == nil {
            time = 0
            isTimeOpen = true
        }
    }

    private func zoneOffset(_ word: [UInt8]) throws -> Int {
        let body = word.dropFirst()
        var parts: [Int] = []
        if body.contains(0x3A) {
            for part in body.split(separator: 0x3A) {
                guard let value = number(part), part.count <= 4 else { throw bad() }
                parts.append(value)
            }
        } else {
            guard let value = number(body), body.count <= 6 else { throw bad() }
            parts =
                body.count > 4
                ? [value / 10_000, value / 100 % 100, value % 100]
                : body.count > 2 ? [value / 100, value % 100] : [value]
        }
        while parts.count < 3 { parts.append(0) }
        guard parts[0] <= 15, parts[1] < 60, parts[2] < 60 else {
            throw SQLError(
                .invalidTimeZone,
                "time zone displacement out of range: "
                    + "\"\(String(decoding: text, as: UTF8.self))\"")
        }
        let seconds = parts[0] * 3600 + parts[1] * 60 + parts[2]
        return word[0] == 0x2D ? -seconds : seconds
    }

    private func number(_ digits: some Collection<UInt8>) -> Int? {
        guard !digits.isEmpty, digits.count <= 10 else { return nil }
        var value = 0
        for byte in digits {
            guard byte &- 0x30 <= 9 else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        return value
    }

    private mutating func takeTime(_ word: [UInt8]) throws {
        guard time == nil || isTimeOpen else { throw bad() }
        isTimeOpen = false
        let dot = word.firstIndex(of: 0x2E) ?? word.count
        let parts = word[..<dot].split(separator: 0x3A, omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), let hour = number(parts[0]),
            let minute = number(parts[1]),
            let second = parts.count == 3 ? number(parts[2]) : 0,
            parts.count == 3 || dot == word.count
        else { throw bad() }
        try setTime(hour, minute, second, fraction: word.dropFirst(dot + 1))
    }

    private mutating func setTime(
        _ hour: Int, _ minute: Int, _ second: Int, fraction: some Collection<UInt8>
    ) throws {
        var micros: Int64 = 0
        if !fraction.isEmpty {
            guard fraction.allSatisfy({ $0 &- 0x30 <= 9 }) else { throw bad() }
            var digits = 0
            for byte in fraction.prefix(6) {
                micros = micros * 10 + Int64(byte - 0x30)
                digits += 1
            }
            while digits < 6 {
                micros *= 10
                digits += 1
            }
            if let seventh = fraction.dropFirst(6).first, seventh >= 0x35 { micros += 1 }
        }
        guard hour <= 24, minute <= 59, second <= 60 else { throw range() }
        let total = Int64(hour * 3600 + minute * 60 + second) * 1_000_000 + micros
        guard total <= Calendar.microsecondsPerDay else { throw range() }
        time = total
    }

    private mutating func takeDate(_ word: [UInt8]) throws {
        guard days == nil, !hasDate else { throw bad() }
        var parts: [ArraySlice<UInt8>] = []
        var start = 0
        for index in 0...word.count
        where index == word.count || [0x2D, 0x2F, 0x2E].contains(word[index]) {
            parts.append(word[start..<index])
            start = index + 1
        }
        guard (2...3).contains(parts.count) else { throw bad() }
        var numbers: [ArraySlice<UInt8>] = []
        for part in parts {
            if let first = part.first, (first | 0x20) &- 0x61 < 26 {
                guard !monthWasText, let found = Self.month(lower(part)) else { throw bad() }
                month = found
                monthWasText = true
            } else {
                numbers.append(part)
            }
        }
        for part in numbers {
            guard let value = number(part) else { throw bad() }
            try place(value, digits: part.count)
        }
    }

    /// Puts a bare number where the fields found so far leave room: month, day, year.
    private mutating func place(_ value: Int, digits: Int) throws {
        if year == nil, digits >= 3, month == nil || day != nil || monthWasText
            || digits > 3
        {
            if digits == 3, month == nil, yearDigits > 0 {
                dayOfYear = value
                return
            }
            (year, yearDigits) = (value, digits)
        } else if year != nil, month == nil, digits == 3 {
            dayOfYear = value
        } else if month == nil {
            guard value >= 1, value <= 12 else { throw fieldRange() }
            month = value
        } else if day == nil {
            day = value
        } else if year == nil {
            (year, yearDigits) = (value, digits)
        } else {
            throw bad()
        }
    }

    private func fieldRange() -> SQLError {
        var error = range()
        error.hint = "Perhaps you need a different \"datestyle\" setting."
        return error
    }

    private mutating func takeNumber(_ word: [UInt8], _ next: [UInt8]?) throws {
        if isJulianNext {
            isJulianNext = false
            guard let julian = number(word) else { throw bad() }
            days = julian - Calendar.epochJulianDay
            return
        }
        let dot = word.firstIndex(of: 0x2E) ?? word.count
        let whole = word[..<dot]
        let fraction = word.dropFirst(dot + 1)
        guard let value = number(whole) else { throw bad() }
        let nextWord = next.map { lower($0) } ?? ""
        let dated = days != nil || hasDate || dayOfYear != nil
        if !dated, type != "time", dot == word.count,
            whole.count == 8 || (whole.count == 6 && year == nil)
        {
            day = value % 100
            month = value / 100 % 100
            year = value / 10_000
            yearDigits = whole.count - 4
            return
        }
        if dated || type == "time", time == nil {
            switch whole.count {
            case 6:
                return try setTime(
                    value / 10_000, value / 100 % 100, value % 100, fraction: fraction)
            case 4 where dot == word.count:
                return try setTime(value / 100, value % 100, 0, fraction: fraction)
            case 1...2 where nextWord == "am" || nextWord == "pm":
                return try setTime(value, 0, 0, fraction: fraction)
            default: throw bad()
            }
        }
        guard dot == word.count else { throw bad() }
        if nextWord == "am" || nextWord == "pm" {
            return try setTime(value, 0, 0, fraction: [UInt8]())
        }
        try place(value, digits: whole.count)
    }

    private mutating func finish(dateNeeded: Bool) throws {
        if let meridiem {
            guard var clock = time else { throw bad() }
            guard clock < 13 * Calendar.microsecondsPerHour else { throw range() }
            let isTwelve = clock >= 12 * Calendar.microsecondsPerHour
            if meridiem == 12, !isTwelve { clock += 12 * Calendar.microsecondsPerHour }
            if meridiem == 0, isTwelve { clock -= 12 * Calendar.microsecondsPerHour }
            time = clock
        }
        guard days == nil, special == .none else { return }
        if year == nil, month == nil, day == nil, dayOfYear == nil {
            if dateNeeded { throw bad() }
            return
        }
        guard var shown = year else { throw bad() }
        if isBC {
            guard shown > 0 else { throw range() }
            shown = 1 - shown
        } else if yearDigits <= 2 {
            shown += shown < 70 ? 2000 : 1900
        } else if shown == 0 {
            throw range()
        }
        guard shown.magnitude < 10_000_000 else { throw range() }
        if let dayOfYear {
            guard dayOfYear >= 1, dayOfYear <= (Calendar.isLeap(shown) ? 366 : 365) else {
                throw range()
            }
            days = Calendar.days(year: shown, month: 1, day: 1) + dayOfYear - 1
            return
        }
        guard let month, let day else { throw bad() }
        guard month >= 1, month <= 12, day >= 1, day <= 31 else { throw fieldRange() }
        guard day <= Calendar.daysInMonth(year: shown, month: month) else { throw range() }
        days = Calendar.days(year: shown, month: month, day: day)
    }
}
