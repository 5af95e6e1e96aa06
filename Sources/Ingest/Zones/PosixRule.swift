/// A POSIX TZ string such as `EST5EDT,M3.2.0,M11.1.0`: how a zone goes on after its last transition.
package struct PosixRule: Sendable {
    private var standard: Int32
    private var summer: Int32 = 0
    private var start: Change?
    private var end: Change?

    private struct Change {
        enum Day {
            /// Week 1…5 (5: the last) of a month, weekday 0 Sunday.
            case month(Int, week: Int, weekday: Int)
            /// 1…365, 29 February never counted.
            case julian(Int)
            /// 0…365.
            case zeroBased(Int)
        }
        var day: Day
        var seconds: Int
    }

    /// Nil when the text is empty or no TZ string.
    package init?(_ text: String) {
        var rest = Array(text.utf8)[...]
        guard PosixRule.skipName(&rest), let west = PosixRule.time(&rest) else { return nil }
        standard = Int32(truncatingIfNeeded: -west)
        guard !rest.isEmpty else { return }
        guard PosixRule.skipName(&rest) else { return nil }
        summer = standard + 3600
        if rest.first != UInt8(ascii: ",") {
            guard let west = PosixRule.time(&rest) else { return nil }
            summer = Int32(truncatingIfNeeded: -west)
        }
        guard let start = PosixRule.change(&rest), let end = PosixRule.change(&rest),
            rest.isEmpty
        else { return nil }
        self.start = start
        self.end = end
    }

    /// The year's changes in order: the instant, and the offset that holds from it on.
    func transitions(in year: Int) -> [(Int64, Int32)] {
        guard let start, let end else { return [] }
        let changes = [
            (PosixRule.instant(start, in: year, offset: standard), summer),
            (PosixRule.instant(end, in: year, offset: summer), standard),
        ]
        return changes.sorted { $0.0 < $1.0 }
    }

    private static func instant(_ change: Change, in year: Int, offset: Int32) -> Int64 {
        let january = Int(Timestamps.day(year: year, month: 1, day: 1) ?? 0)
        let isLeap = Timestamps.daysIn(month: 2, year: year) == 29
        let day: Int
        switch change.day {
        case .julian(let number): day = january + number - 1 + (isLeap && number > 59 ? 1 : 0)
        case .zeroBased(let number): day = january + number
        case .month(let month, let week, let weekday):
            let first = Int(Timestamps.day(year: year, month: month, day: 1) ?? 0)
            // 2000-01-01 was a Saturday.
            let firstWeekday = ((first + 6) % 7 + 7) % 7
            var offset = (weekday - firstWeekday + 7) % 7 + (week - 1) * 7
            if offset >= Timestamps.daysIn(month: month, year: year) { offset -= 7 }
            day = first + offset
        }
        return (Int64(day) * 86_400 + Int64(change.seconds) - Int64(offset)) * 1_000_000
    }

    private static func change(_ rest: inout ArraySlice<UInt8>) -> Change? {
        guard rest.popFirst() == UInt8(ascii: ",") else { return nil }
        let day: Change.Day
        if rest.first == UInt8(ascii: "M") {
            rest.removeFirst()
            guard let month = number(&rest), rest.popFirst() == UInt8(ascii: "."),
                let week = number(&rest), rest.popFirst() == UInt8(ascii: "."),
                let weekday = number(&rest), (1...12).contains(month), (1...5).contains(week),
                weekday < 7
            else { return nil }
            day = .month(month, week: week, weekday: weekday)
        } else if rest.first == UInt8(ascii: "J") {
            rest.removeFirst()
            guard let value = number(&rest), (1...365).contains(value) else { return nil }
            day = .julian(value)
        } else {
            guard let value = number(&rest), value <= 365 else { return nil }
            day = .zeroBased(value)
        }
        var seconds = 7200
        if rest.first == UInt8(ascii: "/") {
            rest.removeFirst()
            guard let given = time(&rest) else { return nil }
            seconds = given
        }
        return Change(day: day, seconds: seconds)
    }

    /// `[+-]hh[:mm[:ss]]` in seconds.
    private static func time(_ rest: inout ArraySlice<UInt8>) -> Int? {
        var sign = 1
        if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") {
            sign = rest.removeFirst() == UInt8(ascii: "-") ? -1 : 1
        }
        guard let hours = number(&rest) else { return nil }
        var seconds = hours * 3600
        for unit in [60, 1] where rest.first == UInt8(ascii: ":") {
            rest.removeFirst()
            guard let value = number(&rest), value < 60 else { return nil }
            seconds += value * unit
        }
        return sign * seconds
    }

    private static func number(_ rest: inout ArraySlice<UInt8>) -> Int? {
        var value = 0
        var count = 0
        while let byte = rest.first, byte >= 0x30, byte <= 0x39, count < 4 {
            value = value * 10 + Int(byte - 0x30)
            rest.removeFirst()
            count += 1
        }
        return count > 0 ? value : nil
    }

    private static func skipName(_ rest: inout ArraySlice<UInt8>) -> Bool {
        let before = rest.count
        if rest.first == UInt8(ascii: "<") {
            guard let close = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
            rest = rest[(close + 1)...]
            return true
        }
        while let byte = rest.first, (byte | 0x20) >= 0x61, (byte | 0x20) <= 0x7A {
            rest.removeFirst()
        }
        return before - rest.count >= 3
    }
}
