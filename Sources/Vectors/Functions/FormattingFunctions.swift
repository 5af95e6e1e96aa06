import Basics

extension FunctionRegistry {
    mutating func addDateTimeFormatting() {
        addDateTimeToText()
        addTextToDateTime()
        addNumberToText()
        add("to_timestamp", [.double], .timestamptz) { _, a, n, type in
            try Kernels.tryMap(a[0], n, type) { (x: Double) -> Int64 in
                if x.isInfinite { return x < 0 ? Int64.min : Int64.max }
                let micros = ((x - 946_684_800) * 1e6).rounded(.toNearestOrEven)
                guard !x.isNaN, let value = Int64(exactly: micros),
                    Calendar.isValid(timestamp: value)
                else {
                    throw SQLError(
                        .datetimeFieldOverflow,
                        x.isNaN
                            ? "timestamp cannot be NaN"
                            : "timestamp out of range: \"\(FloatText.general(x, digits: 6))\"")
                }
                return value
            }
        }
    }

    private mutating func addDateTimeToText() {
        for type in [SQLType.timestamp, .timestamptz, .interval] {
            add("to_char", [type, .text], .text, volatility: .stable) { context, a, n, result in
                var cached: (bytes: [UInt8], template: DateTimeTemplate)?
                return try Kernels.strings(a, n, result) { row, arena in
                    let pattern = a[1].view(row)
                    if cached.map({ !pattern.buffer.elementsEqual($0.bytes) }) ?? true {
                        cached = (Array(pattern.buffer), DateTimeTemplate(pattern.string))
                    }
                    guard let template = cached?.template, pattern.count > 0 else { return nil }
                    if type == .interval {
                        return arena.copy(
                            try DateTimeParts(a[0].value(Interval.self, row)).text(template))
                    }
                    let value = a[0].value(Int64.self, row)
                    guard Calendar.isFinite(value) else { return nil }
                    guard type == .timestamptz else {
                        return arena.copy(try DateTimeParts(local: value).text(template))
                    }
                    var parts = DateTimeParts(local: context.timeZone.local(fromUTC: value))
                    parts.period = context.timeZone.period(at: value)
                    return arena.copy(try parts.text(template))
                }
            }
        }
    }

    private mutating func addTextToDateTime() {
        add("to_date", [.text, .text], .date) { _, a, n, type in
            try Kernels.tryMap(a[0], a[1], n, type) { (x: StringView, y: StringView) -> Int32 in
                DateTimeCast.date(try DateTimeTemplate(y.string).read(x.string).local)
            }
        }
        add("to_timestamp", [.text, .text], .timestamptz, volatility: .stable) {
            context, a, n, type in
            try Kernels.tryMap(a[0], a[1], n, type) { (x: StringView, y: StringView) -> Int64 in
                let (local, offset) = try DateTimeTemplate(y.string).read(x.string)
                if let offset { return local - Int64(offset) * 1_000_000 }
                return try context.timeZone.utc(fromLocal: local)
            }
        }
    }

    private mutating func addNumberToText() {
        for type in [SQLType.integer, .bigint, .decimal, .real, .double] {
            add("to_char", [type, .text], .text, volatility: .stable) { _, a, n, result in
                let reader = type == .decimal ? NumericReader(a[0]) : nil
                var cached: (bytes: [UInt8], template: NumberTemplate)?
                return try Kernels.strings(a, n, result) { row, arena in
                    let pattern = a[1].view(row).buffer
                    guard !pattern.isEmpty else { return .empty }
                    if cached.map({ !pattern.elementsEqual($0.bytes) }) ?? true {
                        cached = (Array(pattern), try NumberTemplate(pattern))
                    }
                    guard let template = cached?.template else { return nil }
                    switch type {
                    case .integer:
                        let value = Int64(a[0].value(Int32.self, row))
                        return arena.copy(try template.text(value, isInteger: true))
                    case .bigint:
                        return arena.copy(
                            try template.text(a[0].value(Int64.self, row), isInteger: false))
                    case .real:
                        let value = Double(a[0].value(Float.self, row))
                        return arena.copy(try template.text(value, digits: 6))
                    case .double:
                        return arena.copy(
                            try template.text(a[0].value(Double.self, row), digits: 15))
                    default:
                        guard let reader else { return nil }
                        return arena.copy(try template.text(reader[row]))
                    }
                }
            }
        }
        add("to_number", [.text, .text], .decimal) { _, a, n, type in
            try Kernels.tryMap(a[0], n, type) { (x: StringView) -> Decimal in
                // Group separators, currency and blanks are dropped; the template only checks form.
                var kept: [UInt8] = []
                var isNegative = false
                for byte in x.buffer {
                    if byte &- 0x30 <= 9 || byte == 0x2E { kept.append(byte) }
                    if byte == 0x2D || byte == 0x3C { isNegative = true }
                }
                let text = String(decoding: kept, as: UTF8.self)
                let value = try Decimal.parse(text.isEmpty ? "0" : text)
                return isNegative ? value.negated : value
            }
        }
    }
}
