import Basics

/// A to_char template for numbers. The rules are those of PostgreSQL, locale C.
struct NumberTemplate {
    /// What one step of the template writes.
    enum Item: Equatable {
        case nine, zero, point, comma, currency
        case minus, plus, sign
        case roman(isLower: Bool), ordinal(isLower: Bool)
        /// EEEE, and what shows nothing where it stands: B, C, FM, PR, S, SP, V.
        case exponent, fill, bracket, leadingSign, shift, nothing
        case literal([UInt8])
    }

    /// Where the sign of S stands.
    enum SignPlace { case none, leading, trailing }

    private(set) var items: [Item] = []
    /// Digits before and after the point, and digits that V shifts by.
    private(set) var whole = 0
    private(set) var places = 0
    private(set) var shift = 0
    /// Digits before the first 0 and up to the last one; nil where there is none.
    private(set) var firstZero: Int?
    private(set) var lastZero = 0
    private(set) var signPlace = SignPlace.none
    private(set) var isFilled = true
    private(set) var isRoman = false
    private(set) var hasPoint = false
    private(set) var hasBracket = false
    private(set) var hasMinus = false
    private(set) var hasPlus = false
    private(set) var hasExponent = false
    private(set) var hasShift = false
    /// Digits ahead of the first S.
    private var digitsBeforeSign = 0

    /// Longest first where one is the beginning of another; all letters or none are small.
    private static let patterns: [(name: [UInt8], item: Item)] = {
        let capital: [(String, Item)] = [
            ("EEEE", .exponent), ("FM", .fill), ("MI", .minus), ("PL", .plus), ("PR", .bracket),
            ("RN", .roman(isLower: false)), ("SG", .sign), ("SP", .nothing), ("S", .leadingSign),
            ("TH", .ordinal(isLower: false)), ("B", .nothing), ("C", .nothing), ("D", .point),
            ("G", .comma), ("L", .currency), ("V", .shift),
        ]
        var found: [(name: [UInt8], item: Item)] = []
        for (name, item) in capital {
            found.append((Array(name.utf8), item))
            let small: Item =
                switch item {
                case .roman: .roman(isLower: true)
                case .ordinal: .ordinal(isLower: true)
                default: item
                }
            found.append((Array(name.lowercased().utf8), small))
        }
        return found
    }()

    init(_ text: some Collection<UInt8>) throws {
        let text = Array(text)
        var at = 0
        while at < text.count {
            if let (item, length) = Self.pattern(text, at) {
                try add(item)
                at += length
            } else if text[at] == 0x22 {
                var literal: [UInt8] = []
                at += 1
                while at < text.count, text[at] != 0x22 {
                    if text[at] == 0x5C, at + 1 < text.count { at += 1 }
                    literal.append(text[at])
                    at += 1
                }
                at += 1
                items.append(.literal(literal))
            } else {
                if text[at] == 0x5C, at + 1 < text.count, text[at + 1] == 0x22 { at += 1 }
                items.append(.literal([text[at]]))
                at += 1
            }
        }
        // A sign ahead of no digit at all stands behind the number.
        if signPlace == .leading, !isRoman, whole + shift == digitsBeforeSign {
            signPlace = .trailing
        }
    }

    private static func pattern(_ text: [UInt8], _ at: Int) -> (Item, Int)? {
        switch text[at] {
        case 0x39: return (.nine, 1)
        case 0x30: return (.zero, 1)
        case 0x2E: return (.point, 1)
        case 0x2C: return (.comma, 1)
        default: break
        }
        for (name, item) in patterns where text[at...].starts(with: name) {
            return (item, name.count)
        }
        return nil
    }

    private static func refused(_ what: String, detail: String? = nil) -> SQLError {
        SQLError(.syntaxError, what, detail: detail)
    }

    private mutating func add(_ item: Item) throws {
        if hasExponent, item != .exponent {
            throw Self.refused("\"EEEE\" must be the last pattern used")
        }
        switch item {
        case .nine, .zero: try addDigit(item)
        case .point:
            guard !hasPoint else { throw Self.refused("multiple decimal points") }
            guard !hasShift else {
                throw Self.refused("cannot use \"V\" and decimal point together")
            }
            hasPoint = true
        case .shift:
            guard !hasPoint else {
                throw Self.refused("cannot use \"V\" and decimal point together")
            }
            hasShift = true
        case .fill: isFilled = false
        case .leadingSign, .minus, .plus, .sign, .bracket: try addSign(item)
        case .roman: isRoman = true
        case .exponent:
            guard !hasExponent else { throw Self.refused("cannot use \"EEEE\" twice") }
            guard isFilled, signPlace == .none, !hasBracket, !hasMinus, !hasPlus, !isRoman,
                !hasShift
            else {
                throw Self.refused(
                    "\"EEEE\" is incompatible with other formats",
                    detail: "\"EEEE\" may only be used together with digit and decimal point "
                        + "patterns.")
            }
            hasExponent = true
        case .comma, .currency, .ordinal, .nothing, .literal: break
        }
        items.append(item)
    }

    private mutating func addDigit(_ item: Item) throws {
        let isZero = item == .zero
        guard !hasBracket else {
            throw Self.refused("\"\(isZero ? 0 : 9)\" must be ahead of \"PR\"")
        }
        if !isZero, hasShift {
            shift += 1
            return
        }
        if isZero, firstZero == nil, !hasPoint { firstZero = whole }
        if hasPoint { places += 1 } else { whole += 1 }
        if isZero { lastZero = whole + places }
    }

    private mutating func addSign(_ item: Item) throws {
        let hasSign = signPlace != .none
        switch item {
        case .leadingSign:
            guard !hasSign else { throw Self.refused("cannot use \"S\" twice") }
            guard !hasPlus, !hasMinus, !hasBracket else {
                throw Self.refused("cannot use \"S\" and \"PL\"/\"MI\"/\"SG\"/\"PR\" together")
            }
            signPlace = hasPoint ? .trailing : .leading
            digitsBeforeSign = whole
        case .bracket:
            guard !hasSign, !hasPlus, !hasMinus else {
                throw Self.refused("cannot use \"PR\" and \"S\"/\"PL\"/\"MI\"/\"SG\" together")
            }
            hasBracket = true
        default:
            let name = item == .minus ? "MI" : item == .plus ? "PL" : "SG"
            guard !hasSign else {
                throw Self.refused("cannot use \"S\" and \"\(name)\" together")
            }
            if item != .plus { hasMinus = true }
            if item != .minus { hasPlus = true }
        }
    }
}
