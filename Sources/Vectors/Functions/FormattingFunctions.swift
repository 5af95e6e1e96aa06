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
        for type in [SQLType.integer, .bigint, .decimal] {
            add("to_char", [type, .text], .text, volatility: .stable) { _, a, n, result in
                let x = NumericReader(a[0])
                return try Kernels.strings(a, n, result) { row, arena in
                    let template = try NumberTemplate(a[1].view(row).string)
                    return arena.copy(template.text(x[row]))
                }
            }
        }
        for type in [SQLType.real, .double] {
            add("to_char", [type, .text], .text, volatility: .stable) { _, a, n, result in
                try Kernels.strings(a, n, result) { row, arena in
                    let value =
                        type == .double
                        ? a[0].value(Double.self, row) : Double(a[0].value(Float.self, row))
                    let template = try NumberTemplate(a[1].view(row).string)
                    let digits = type == .double ? 15 : 6
                    return arena.copy(template.text(try Decimal(double: value, digits: digits)))
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

/// A to_char template for numbers: 9 0 . , D G S MI PL PR FM L EEEE is not supported.
struct NumberTemplate {
    private enum Item: Equatable {
        case digit(isZero: Bool)
        case point, group, sign, minus, plus
        case literal(Character)
    }

    private var items: [Item] = []
    private var isFilled = true
    private var hasAngle = false
    private var hasSign = false
    private var whole = 0
    private var places = 0
    private var firstZero: Int?

    init(_ text: String) throws {
        let characters = Array(text)
        var at = 0
        var afterPoint = false
        while at < characters.count {
            let two = String(characters[at..<min(at + 2, characters.count)]).uppercased()
            switch two {
            case "FM":
                isFilled = false
                at += 2
                continue
            case "MI", "PL":
                items.append(two == "MI" ? .minus : .plus)
                hasSign = hasSign || two == "MI"
                at += 2
                continue
            case "PR":
                hasAngle = true
                at += 2
                continue
            case "EE", "RN", "TH":
                throw SQLError.unsupported("\"\(two)\" in a number template")
            default: break
            }
            let character = characters[at]
            at += 1
            switch character {
            case "9", "0":
                if character == "0", !afterPoint, firstZero == nil { firstZero = whole }
                items.append(.digit(isZero: character == "0"))
                if afterPoint { places += 1 } else { whole += 1 }
            case ".", "D", "d":
                guard !afterPoint else {
                    throw SQLError(.syntaxError, "multiple decimal points")
                }
                items.append(.point)
                afterPoint = true
            case ",", "G", "g": items.append(.group)
            case "S", "s":
                items.append(.sign)
                hasSign = true
            case "L", "l": items.append(.literal(" "))
            case "\"":
                while at < characters.count, characters[at] != "\"" {
                    items.append(.literal(characters[at]))
                    at += 1
                }
                at += 1
            default: items.append(.literal(character))
            }
        }
    }

    func text(_ value: Decimal) -> String {
        guard !value.isNaN, let rounded = try? value.rounded(places: places) else {
            return String(repeating: "#", count: whole + places + 1)
        }
        let isNegative = rounded.mantissa < 0
        let digits = Array((isNegative ? rounded.negated : rounded).description)
        let point = digits.firstIndex(of: ".") ?? digits.count
        var integer = Array(digits[..<point])
        if integer == ["0"] { integer = [] }
        var fraction = point < digits.count ? Array(digits[(point + 1)...]) : []
        while fraction.count < places { fraction.append("0") }
        let overflows = integer.count > whole
        // Trailing nines show nothing of zeros when not filled.
        var shownPlaces = places
        if !isFilled {
            let zeros = items.lastIndex(of: .digit(isZero: true))
            let required =
                zeros.map { index in
                    items[...index].reversed().prefix { $0 != .point }.count
                } ?? 0
            let forced = zeros.map { index in items[..<index].contains(.point) } ?? false
            while shownPlaces > (forced ? required : 0), fraction[shownPlaces - 1] == "0" {
                shownPlaces -= 1
            }
        }
        var body = ""
        var (position, place) = (0, 0)
        var started = false
        var isAfterPoint = false
        var signShown = hasSign || hasAngle
        // A leading sign stands right before the first digit.
        var isSignPending = false
        for item in items {
            switch item {
            case .digit:
                if isAfterPoint {
                    if place < shownPlaces { body.append(overflows ? "#" : fraction[place]) }
                    place += 1
                    continue
                }
                let index = integer.count - (whole - position)
                let isForced =
                    firstZero.map { position >= $0 } ?? false
                    || (places == 0 && position == whole - 1 && integer.isEmpty)
                if overflows {
                    body.append("#")
                    started = true
                } else if index >= 0 || isForced {
                    if !started {
                        if !signShown {
                            body += isNegative ? "-" : (isFilled ? " " : "")
                            signShown = true
                        } else if isSignPending {
                            body += isNegative ? "-" : "+"
                            isSignPending = false
                        } else if hasAngle, isNegative {
                            body += "<"
                        }
                    }
                    started = true
                    body.append(index >= 0 ? integer[index] : "0")
                } else if isFilled {
                    body.append(" ")
                }
                position += 1
            case .point:
                if !started, !signShown {
                    body += isNegative ? "-" : (isFilled ? " " : "")
                    signShown = true
                }
                started = true
                isAfterPoint = true
                body.append(".")
            case .group:
                if started {
                    body.append(overflows ? "#" : ",")
                } else if isFilled {
                    body.append(" ")
                }
            case .sign where !started && position == 0: isSignPending = true
            case .sign: body += isNegative ? "-" : "+"
            case .minus: body += isNegative ? "-" : (isFilled ? " " : "")
            case .plus: body += isNegative ? (isFilled ? " " : "") : "+"
            case .literal(let character): body.append(character)
            }
        }
        if !signShown { body = (isNegative ? "-" : (isFilled ? " " : "")) + body }
        if isSignPending { body = (isNegative ? "-" : "+") + body }
        if hasAngle {
            let opened = started && body.contains("<") ? body : "<" + body
            body = isNegative ? opened + ">" : (isFilled ? " \(body) " : body)
        }
        if !isFilled, body.first == " " { body = String(body.drop { $0 == " " }) }
        return body
    }
}
