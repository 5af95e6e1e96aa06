import Basics

/// A number spelled for a template: digits with a point, without a sign.
struct SpelledNumber {
    var digits: [UInt8]
    var isNegative: Bool
    /// Digits that the template has before the point, with those of V.
    var whole: Int

    /// Takes the sign off a text; a number wider than the template becomes hash signs.
    init(_ text: String, whole: Int, places: Int) {
        digits = Array(text.utf8)
        isNegative = digits.first == 0x2D
        if isNegative { digits.removeFirst() }
        self.whole = whole
        if wholeDigits > whole {
            digits = [UInt8](repeating: 0x23, count: whole + places + 1)
            digits[whole] = 0x2E
        }
    }

    var wholeDigits: Int { digits.firstIndex(of: 0x2E) ?? digits.count }
}

extension NumberTemplate {
    private static let overflowed = [UInt8](repeating: 0x23, count: 15)

    func text(_ value: Decimal) throws -> [UInt8] {
        if isRoman {
            guard !value.isNaN else {
                throw SQLError(.featureNotSupported, "cannot convert NaN to integer")
            }
            let rounded = try value.rounded(places: 0)
            guard let small = Int32(exactly: rounded.mantissa) else {
                throw SQLError(.numericValueOutOfRange, "integer out of range")
            }
            return try roman(Int64(small))
        }
        if hasExponent {
            return value.isNaN ? exponentOverflow : Self.scientific(value, places: places)
        }
        var value = value
        if shift > 0 {
            guard shift <= Decimal.maxScale else { throw Decimal.overflow() }
            value = try Decimal.multiply(
                value, Decimal(mantissa: PowerOfTen.table[shift], scale: 0))
        }
        let isLonger = !value.isNaN && Int(value.scale) > places
        var text = (isLonger ? try value.rounded(places: places) : value).description
        if !value.isNaN, !isLonger, places > 0 {
            let scale = Int(value.scale)
            text += (scale == 0 ? "." : "") + String(repeating: "0", count: places - scale)
        }
        return try write(SpelledNumber(text, whole: whole + shift, places: places))
    }

    func text(_ value: Int64, isInteger: Bool) throws -> [UInt8] {
        if isRoman { return try roman(value) }
        if hasExponent {
            guard !isInteger else { return try text(Double(value), digits: 15) }
            let decimal = Decimal(mantissa: Int128(value), scale: 0)
            return Self.scientific(decimal, places: places)
        }
        var shifted = value
        for _ in 0..<shift {
            let (product, overflow) = shifted.multipliedReportingOverflow(by: 10)
            guard !overflow, !isInteger || Int32(exactly: product) != nil else {
                throw SQLError(
                    .numericValueOutOfRange,
                    isInteger ? "integer out of range" : "bigint out of range")
            }
            shifted = product
        }
        var text = String(shifted)
        if places > 0 { text += "." + String(repeating: "0", count: places) }
        return try write(SpelledNumber(text, whole: whole + shift, places: places))
    }

    /// `digits` are those that the type can hold for sure: 15 for double, 6 for real.
    func text(_ value: Double, digits: Int) throws -> [UInt8] {
        if isRoman {
            let rounded = value.rounded(.toNearestOrEven)
            return try roman(abs(rounded) < 1e9 ? Int64(rounded) : 0)
        }
        if hasExponent {
            guard value.isFinite else { return exponentOverflow }
            var text = Array(FloatText.scientific(value, digits: places).utf8)
            if text.first != 0x2D { text.insert(0x20, at: 0) }
            return text
        }
        var value = value * FloatText.exactPower(min(shift, 22))
        for _ in 22..<max(22, shift) { value *= 10 }
        func spelled(_ value: Double, _ places: Int) -> String {
            guard !value.isNaN else { return "NaN" }
            guard value.isFinite else { return value < 0 ? "-Infinity" : "Infinity" }
            return FloatText.fixed(value, digits: places)
        }
        // Digits beyond what the type can hold are not shown.
        let shown = max(0, min(places, digits - spelled(abs(value), 0).utf8.count))
        let number = SpelledNumber(spelled(value, shown), whole: whole + shift, places: shown)
        return try write(number, places: shown)
    }

    private var exponentOverflow: [UInt8] {
        var text = [UInt8](repeating: 0x23, count: whole + places + 6)
        text[0] = 0x20
        text[whole + 1] = 0x2E
        return text
    }

    /// One digit, the point, `places` digits and the exponent. A number that rounds up to ten keeps
    /// its exponent, as in PostgreSQL.
    private static func scientific(_ value: Decimal, places: Int) -> [UInt8] {
        let magnitude = value.mantissa < 0 ? -value.mantissa : value.mantissa
        // Digits of the magnitude behind the first one.
        let scale = magnitude == 0 ? 0 : Decimal.decimalDigits(magnitude) - 1
        let exponent = magnitude == 0 ? 0 : scale - Int(value.scale)
        var digits: [UInt8]
        if places >= scale {
            digits = Array(magnitude.description.utf8)
            digits += [UInt8](repeating: 0x30, count: places - scale)
        } else {
            let rounded = Decimal.rescale(magnitude, from: scale, to: places) ?? magnitude
            digits = Array(rounded.description.utf8)
        }
        if places > 0 { digits.insert(0x2E, at: digits.count - places) }
        let size = String(exponent.magnitude)
        let tail = "e" + (exponent < 0 ? "-" : "+") + (size.utf8.count < 2 ? "0" : "") + size
        return [value.mantissa < 0 ? 0x2D : 0x20] + digits + Array(tail.utf8)
    }

    private func roman(_ value: Int64) throws -> [UInt8] {
        var number = SpelledNumber("0", whole: 1, places: 0)
        number.digits = Self.overflowed
        if (1...3999).contains(value) {
            let letters: [(Int64, String)] = [
                (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"),
                (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
            ]
            var (rest, text) = (value, "")
            for (size, letter) in letters {
                while rest >= size {
                    text += letter
                    rest -= size
                }
            }
            number.digits = Array(text.utf8)
        }
        return try write(number)
    }

    func write(_ number: SpelledNumber, places: Int? = nil) throws -> [UInt8] {
        var writer = NumberWriter(self, number, places: places ?? self.places)
        return try writer.run()
    }
}

/// Writes one number by a template, item by item.
private struct NumberWriter {
    private let template: NumberTemplate
    private let number: SpelledNumber
    private let places: Int
    private let digits: [UInt8]
    /// Places of the template that the number is too short for.
    private let blanks: Int
    private let hasBracket: Bool
    /// The last digit that must be shown under FM; the point itself when no digit behind it must.
    private let lastShown: Int?
    /// Places of the template and of the sign in front of them, of which the last one closes.
    private let last: Int
    private var isSignDone: Bool
    private var out: [UInt8] = []
    /// The next digit, the current place, and whether a digit stands to the left of here.
    private var (next, place, hasDigit) = (0, 0, false)
    /// Nothing follows a place for which there is no digit at all: PostgreSQL ends its text there.
    private var isEnded = false

    init(_ template: NumberTemplate, _ number: SpelledNumber, places: Int) {
        self.template = template
        self.number = number
        self.places = places
        digits = number.digits
        let isRoman = template.isRoman
        blanks = isRoman ? 0 : max(0, number.whole - number.wholeDigits)
        hasBracket =
            template.hasBracket && !isRoman && (number.isNegative || template.isFilled)
        if template.hasPlus || template.hasMinus {
            isSignDone = template.hasMinus
        } else {
            isSignDone =
                !number.isNegative && !template.isFilled && template.signPlace == .none
        }
        var lastShown: Int?
        if !template.isFilled, template.hasPoint, let point = digits.firstIndex(of: 0x2E) {
            var last = digits.lastIndex { $0 != 0x30 } ?? point
            last = max(last, point)
            if template.lastZero > blanks {
                last = max(last, min(digits.count - 1, template.lastZero - blanks))
            }
            lastShown = last
        }
        self.lastShown = lastShown
        var places = number.whole + places - 1
        if !isSignDone, blanks == 0 { places += 1 }
        last = places + (blanks > 0 ? 1 : 0) + (template.hasPoint ? 1 : 0)
    }

    mutating func run() throws -> [UInt8] {
        for item in template.items where !isEnded {
            switch item {
            case .nine, .zero, .point:
                if !template.isRoman { writePlace(item) }
            case .comma:
                if hasDigit { out.append(0x2C) } else if template.isFilled { out.append(0x20) }
            case .currency: out.append(0x20)
            case .roman(let isLower):
                if template.isFilled {
                    out += [UInt8](repeating: 0x20, count: max(0, 15 - digits.count))
                }
                out += isLower ? digits.map { $0 | 0x20 } : digits
            case .ordinal(let isLower): try writeOrdinal(isLower)
            case .minus: writeSign(0x2D, if: number.isNegative)
            case .plus: writeSign(0x2B, if: !number.isNegative && !template.isRoman)
            case .sign where template.isRoman: isEnded = true
            case .sign: out.append(number.isNegative ? 0x2D : 0x2B)
            case .literal(let text): out += text
            case .exponent, .fill, .bracket, .leadingSign, .shift, .nothing: break
            }
        }
        return out
    }

    private mutating func writeSign(_ sign: UInt8, if isShown: Bool) {
        if isShown { out.append(sign) } else if template.isFilled { out.append(0x20) }
    }

    private mutating func writeOrdinal(_ isLower: Bool) throws {
        guard !template.isRoman, !template.hasPoint, !number.isNegative, digits.first != 0x23
        else { return }
        let text = String(decoding: digits, as: UTF8.self)
        guard let last = digits.last, last &- 0x30 <= 9 else {
            throw SQLError(.invalidTextRepresentation, "\"\(text)\" is not a number")
        }
        let ending = DateTimeParts.ordinalEnding(text)
        out += Array((isLower ? ending : ending.uppercased()).utf8)
    }

    /// A zero before the point that is not written: `9.9` shows 0.1 as ` .1`.
    private var isHiddenZero: Bool {
        template.firstZero == nil && next == 0 && digits.first == 0x30 && places != 0
    }

    private var keepsOnlyPoint: Bool { lastShown.map { digits[$0] == 0x2E } ?? false }

    private mutating func writePlace(_ item: NumberTemplate.Item) {
        hasDigit = false
        let startsZeros = template.firstZero.map { $0 <= place } ?? false
        if !isSignDone, place >= blanks || template.firstZero == place,
            !isHiddenZero || keepsOnlyPoint
        {
            writeLeadingSign()
        }
        if place < blanks, !startsZeros {
            if template.isFilled { out.append(0x20) }
        } else if place < blanks {
            out.append(0x30)
            hasDigit = true
        } else {
            writeDigit(item)
        }
        var end = last
        if let lastShown, lastShown == next { end = place }
        if place + 1 == end {
            if isSignDone, hasBracket {
                out.append(number.isNegative ? 0x3E : 0x20)
            } else if template.signPlace == .trailing {
                out.append(number.isNegative ? 0x2D : 0x2B)
            }
        }
        place += 1
    }

    private mutating func writeLeadingSign() {
        if template.signPlace != .none {
            guard template.signPlace == .leading else { return }
            out.append(number.isNegative ? 0x2D : 0x2B)
        } else if hasBracket {
            out.append(number.isNegative ? 0x3C : 0x20)
        } else if number.isNegative {
            out.append(0x2D)
        } else if template.isFilled {
            out.append(0x20)
        }
        isSignDone = true
    }

    private mutating func writeDigit(_ item: NumberTemplate.Item) {
        guard next < digits.count else {
            // Behind the digits that FM keeps nothing more is shown; elsewhere the text is over.
            if lastShown == nil || item == .zero { isEnded = true }
            return
        }
        if digits[next] == 0x2E {
            out.append(0x2E)
        } else if let lastShown, next > lastShown, item != .zero {
            // A trailing zero under FM.
        } else if isHiddenZero {
            if template.isFilled {
                out.append(0x20)
            } else if keepsOnlyPoint {
                out.append(0x30)
            }
        } else {
            out.append(digits[next])
            hasDigit = true
        }
        next += 1
    }
}
