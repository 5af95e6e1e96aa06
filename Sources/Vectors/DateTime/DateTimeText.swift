/// Text of dates and times in ISO style, and of intervals in PostgreSQL's style.
package enum DateTimeText {
    /// A date, "infinity" included; returns the bytes written (at most 32).
    package static func write(date: Int32, to out: UnsafeMutablePointer<UInt8>) -> Int {
        if date == Int32.max { return copy("infinity", to: out) }
        if date == Int32.min { return copy("-infinity", to: out) }
        let (year, month, day) = Calendar.civil(Int(date))
        let at = write(year: year, month: month, day: day, to: out)
        return year <= 0 ? at + copy(" BC", to: out + at) : at
    }

    private static func write(
        year: Int, month: Int, day: Int, to out: UnsafeMutablePointer<UInt8>
    ) -> Int {
        let shown = year > 0 ? year : 1 - year
        var at = 4
        if shown < 10_000 {
            IntegerText.writePadded(UInt64(shown), digits: 4, to: out)
        } else {
            at = IntegerText.write(Int64(shown), to: out)
        }
        out[at] = 0x2D
        IntegerText.writePadded(UInt64(month), digits: 2, to: out + at + 1)
        out[at + 3] = 0x2D
        IntegerText.writePadded(UInt64(day), digits: 2, to: out + at + 4)
        return at + 6
    }

    /// hh:mm:ss and the fraction without trailing zeros; at most 15 bytes.
    package static func write(time: Int64, to out: UnsafeMutablePointer<UInt8>) -> Int {
        let seconds = time / 1_000_000
        IntegerText.writePadded(UInt64(seconds / 3600), digits: 2, to: out)
        out[2] = 0x3A
        IntegerText.writePadded(UInt64(seconds / 60 % 60), digits: 2, to: out + 3)
        out[5] = 0x3A
        IntegerText.writePadded(UInt64(seconds % 60), digits: 2, to: out + 6)
        return 8 + write(fraction: time % 1_000_000, to: out + 8)
    }

    private static func write(fraction: Int64, to out: UnsafeMutablePointer<UInt8>) -> Int {
        guard fraction != 0 else { return 0 }
        out[0] = 0x2E
        IntegerText.writePadded(fraction.magnitude, digits: 6, to: out + 1)
        var count = 7
        while out[count - 1] == 0x30 { count -= 1 }
        return count
    }

    package static func write(timestamp: Int64, to out: UnsafeMutablePointer<UInt8>) -> Int {
        write(timestamp: timestamp, offset: nil, to: out)
    }

    /// A local timestamp and, where given, the zone's offset in seconds east of UTC.
    package static func write(
        timestamp: Int64, offset: Int?, to out: UnsafeMutablePointer<UInt8>
    ) -> Int {
        if timestamp == Int64.max { return copy("infinity", to: out) }
        if timestamp == Int64.min { return copy("-infinity", to: out) }
        let (days, time) = Calendar.split(timestamp)
        let (year, month, day) = Calendar.civil(days)
        var at = write(year: year, month: month, day: day, to: out)
        out[at] = 0x20
        at += 1
        at += write(time: time, to: out + at)
        if let offset { at += write(offset: offset, to: out + at) }
        if year <= 0 { at += copy(" BC", to: out + at) }
        return at
    }

    package static func write(
        timestamptz: Int64, zone: TimeZoneRules, to out: UnsafeMutablePointer<UInt8>
    ) -> Int {
        guard Calendar.isFinite(timestamptz) else { return write(timestamp: timestamptz, to: out) }
        let offset = zone.offset(at: timestamptz)
        return write(
            timestamp: timestamptz &+ Int64(offset) * 1_000_000, offset: offset, to: out)
    }

    /// +hh, +hh:mm or +hh:mm:ss.
    package static func write(offset: Int, to out: UnsafeMutablePointer<UInt8>) -> Int {
        out[0] = offset < 0 ? 0x2D : 0x2B
        let seconds = offset.magnitude
        IntegerText.writePadded(UInt64(seconds / 3600), digits: 2, to: out + 1)
        var at = 3
        if seconds % 3600 != 0 {
            out[at] = 0x3A
            IntegerText.writePadded(UInt64(seconds / 60 % 60), digits: 2, to: out + at + 1)
            at += 3
            if seconds % 60 != 0 {
                out[at] = 0x3A
                IntegerText.writePadded(UInt64(seconds % 60), digits: 2, to: out + at + 1)
                at += 3
            }
        }
        return at
    }

    /// "1 year 2 mons -3 days +04:05:06.7"; at most 80 bytes.
    package static func write(interval: Interval, to out: UnsafeMutablePointer<UInt8>) -> Int {
        var at = 0
        var isBefore = false
        var isZero = true
        func part(_ value: Int64, _ unit: StaticString) {
            guard value != 0 else { return }
            if !isZero {
                out[at] = 0x20
                at += 1
            }
            if isBefore, value > 0 {
                out[at] = 0x2B
                at += 1
            }
            at += IntegerText.write(value, to: out + at)
            out[at] = 0x20
            at += 1
            at += copy(unit, to: out + at)
            if value != 1 {
                out[at] = 0x73
                at += 1
            }
            isBefore = value < 0
            isZero = false
        }
        part(Int64(interval.months / 12), "year")
        part(Int64(interval.months % 12), "mon")
        part(Int64(interval.days), "day")
        let time = interval.microseconds
        if isZero || time != 0 {
            if !isZero {
                out[at] = 0x20
                at += 1
            }
            if time < 0 || isBefore {
                out[at] = time < 0 ? 0x2D : 0x2B
                at += 1
            }
            let magnitude = time.magnitude
            let hours = magnitude / 3_600_000_000
            if hours < 100 {
                IntegerText.writePadded(hours, digits: 2, to: out + at)
                at += 2
            } else {
                at += IntegerText.write(hours, to: out + at)
            }
            out[at] = 0x3A
            IntegerText.writePadded(magnitude / 60_000_000 % 60, digits: 2, to: out + at + 1)
            out[at + 3] = 0x3A
            IntegerText.writePadded(magnitude / 1_000_000 % 60, digits: 2, to: out + at + 4)
            at += 6
            at += write(fraction: Int64(magnitude % 1_000_000), to: out + at)
        }
        return at
    }

    private static func copy(_ text: StaticString, to out: UnsafeMutablePointer<UInt8>) -> Int {
        out.update(from: text.utf8Start, count: text.utf8CodeUnitCount)
        return text.utf8CodeUnitCount
    }
}
