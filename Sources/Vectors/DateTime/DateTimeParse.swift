import Basics

/// Dates and times from text: ISO 8601 and the other forms PostgreSQL reads, month before day.
package enum DateTimeParse {
    package typealias Bytes = UnsafeBufferPointer<UInt8>

    @inline(__always)
    private static func pair(_ text: Bytes, _ at: Int) -> Int? {
        let (tens, ones) = (text[at] &- 0x30, text[at + 1] &- 0x30)
        return tens <= 9 && ones <= 9 ? Int(tens) * 10 + Int(ones) : nil
    }

    /// Days of exactly `YYYY-MM-DD` at the start of the text.
    @inline(__always)
    private static func isoDays(_ text: Bytes) -> Int? {
        guard text.count >= 10, text[4] == 0x2D, text[7] == 0x2D,
            let century = pair(text, 0), let rest = pair(text, 2), let month = pair(text, 5),
            let day = pair(text, 8), month >= 1, month <= 12, day >= 1
        else { return nil }
        let year = century * 100 + rest
        guard year >= 1, day <= 28 || day <= Calendar.daysInMonth(year: year, month: month) else {
            return nil
        }
        return Calendar.days(year: year, month: month, day: day)
    }

    /// Microseconds of `HH:MM:SS[.f…]` at an offset, and where it ends.
    @inline(__always)
    private static func isoTime(_ text: Bytes, _ start: Int) -> (time: Int64, end: Int)? {
        guard text.count >= start + 8, text[start + 2] == 0x3A, text[start + 5] == 0x3A,
            let hour = pair(text, start), let minute = pair(text, start + 3),
            let second = pair(text, start + 6), hour <= 23, minute <= 59, second <= 59
        else { return nil }
        var end = start + 8
        var fraction: Int64 = 0
        if end < text.count, text[end] == 0x2E {
            end += 1
            var digits = 0
            while end < text.count, text[end] &- 0x30 <= 9 {
                guard digits < 6 else { return nil }
                fraction = fraction * 10 + Int64(text[end] - 0x30)
                digits += 1
                end += 1
            }
            fraction *= PowerOfTen.table64[6 - digits]
        }
        return (Int64(hour * 3600 + minute * 60 + second) * 1_000_000 + fraction, end)
    }

    package static func date(_ text: Bytes, _ session: FormatSession) throws -> Int32 {
        if text.count == 10, let days = isoDays(text) { return Int32(truncatingIfNeeded: days) }
        let fields = try DateTimeFields(text, type: "date", session: session)
        switch fields.special {
        case .infinity: return Int32.max
        case .negativeInfinity: return Int32.min
        case .epoch: return Int32(Calendar.unixEpochDays)
        case .none: break
        }
        guard let days = fields.days else { throw TextParse.invalidDatetime("date", text) }
        guard Calendar.isValid(day: days) else {
            throw SQLError(
                .datetimeFieldOverflow,
                "date out of range: \"\(String(decoding: text, as: UTF8.self))\"")
        }
        return Int32(truncatingIfNeeded: days)
    }

    package static func time(_ text: Bytes, _ session: FormatSession) throws -> Int64 {
        if let (time, end) = isoTime(text, 0), end == text.count { return time }
        let fields = try DateTimeFields(
            text, type: "time", session: session, dateNeeded: false)
        guard fields.special == .none, let time = fields.time else {
            throw TextParse.invalidDatetime("time", text)
        }
        return time
    }

    private static func quick(_ text: Bytes) -> (local: Int64, end: Int)? {
        guard let days = isoDays(text) else { return nil }
        if text.count == 10 { return (Int64(days) * Calendar.microsecondsPerDay, 10) }
        guard text[10] == 0x20 || text[10] == 0x54, let (time, end) = isoTime(text, 11) else {
            return nil
        }
        return (Int64(days) * Calendar.microsecondsPerDay + time, end)
    }

    package static func timestamp(_ text: Bytes, _ session: FormatSession) throws -> Int64 {
        if let (local, end) = quick(text), end == text.count { return local }
        let fields = try DateTimeFields(text, type: "timestamp", session: session)
        if let special = fields.specialTimestamp { return special }
        return try fields.localTimestamp(text, "timestamp")
    }

    package static func timestamptz(_ text: Bytes, _ session: FormatSession) throws -> Int64 {
        if let (local, end) = quick(text) {
            if end == text.count { return try session.timeZone.utc(fromLocal: local) }
            if end + 1 == text.count, text[end] == 0x5A { return local }
            if end + 3 == text.count || (end + 6 == text.count && text[end + 3] == 0x3A),
                text[end] == 0x2B || text[end] == 0x2D, let hours = pair(text, end + 1),
                hours <= 15, let minutes = end + 6 == text.count ? pair(text, end + 4) : 0,
                minutes <= 59
            {
                let offset = Int64(hours * 60 + minutes) * Calendar.microsecondsPerMinute
                return text[end] == 0x2B ? local - offset : local + offset
            }
        }
        let name = "timestamp with time zone"
        let fields = try DateTimeFields(text, type: name, session: session)
        if let special = fields.specialTimestamp { return special }
        let local = try fields.localTimestamp(text, name)
        if let offset = fields.offset {
            let value = local &- Int64(offset) * 1_000_000
            guard Calendar.isValid(timestamp: value) else {
                throw fields.outOfRange("timestamp out of range", text)
            }
            return value
        }
        return try (fields.zone ?? session.timeZone).utc(fromLocal: local)
    }
}

extension TextParse {
    static func invalidDatetime(_ type: String, _ bytes: Bytes) -> SQLError {
        SQLError(
            .invalidDatetimeFormat,
            "invalid input syntax for type \(type): "
                + "\"\(String(decoding: bytes, as: UTF8.self))\"")
    }
}

extension DateTimeFields {
    var specialTimestamp: Int64? {
        switch special {
        case .infinity: Int64.max
        case .negativeInfinity: Int64.min
        case .epoch: Int64(Calendar.unixEpochDays) * Calendar.microsecondsPerDay
        case .none: nil
        }
    }

    func outOfRange(_ what: String, _ text: UnsafeBufferPointer<UInt8>) -> SQLError {
        SQLError(
            .datetimeFieldOverflow, "\(what): \"\(String(decoding: text, as: UTF8.self))\"")
    }

    func localTimestamp(_ text: UnsafeBufferPointer<UInt8>, _ type: String) throws -> Int64 {
        guard let days else { throw TextParse.invalidDatetime(type, text) }
        guard Calendar.isValid(day: days),
            let value = try? Calendar.timestamp(days: days, time: time ?? 0)
        else { throw outOfRange("timestamp out of range", text) }
        return value
    }
}
