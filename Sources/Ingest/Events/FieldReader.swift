/// Reads an event's fields; whatever is missing or wrong throws an `Unusable` that names its path.
struct FieldReader {
    let document: JSONDocument

    /// A member that is present and not null.
    func optional(_ object: Int, _ name: StaticString) -> Int? {
        guard let index = document.member(object, name), document.nodes[index].kind != .null else {
            return nil
        }
        return index
    }

    func required(
        _ object: Int, _ name: StaticString, _ path: String
    ) throws(Unusable) -> Int {
        guard let index = optional(object, name) else {
            throw Unusable(reason: .missingField, path: "\(path).\(name)", detail: "is missing")
        }
        return index
    }

    func container(
        _ object: Int, _ name: StaticString, _ kind: JSONNode.Kind, _ path: String
    ) throws(Unusable) -> Int {
        let index = try required(object, name, path)
        guard document.nodes[index].kind == kind else {
            throw Unusable(
                reason: .wrongType, path: "\(path).\(name)",
                detail: kind == .array ? "an array is expected" : "an object is expected")
        }
        return index
    }

    /// A trimmed string of 1…`max` characters; numbers are taken by their digits, as senders do.
    func text(
        _ object: Int, _ name: StaticString, max: Int, _ path: String
    ) throws(Unusable) -> String {
        try text(at: try required(object, name, path), max: max, "\(path).\(name)")
    }

    func optionalText(
        _ object: Int, _ name: StaticString, max: Int, _ path: String
    ) throws(Unusable) -> String? {
        guard let index = optional(object, name) else { return nil }
        return try text(at: index, max: max, "\(path).\(name)")
    }

    private func text(at index: Int, max: Int, _ path: String) throws(Unusable) -> String {
        let kind = document.nodes[index].kind
        guard kind == .string || kind == .number else {
            throw Unusable(reason: .wrongType, path: path, detail: "a string is expected")
        }
        var value = document.string(index)
        let utf8 = value.utf8
        if let first = utf8.first, let last = utf8.last, first <= 0x20 || last <= 0x20 {
            value = String(decoding: StockCode.trim(Array(utf8)), as: UTF8.self)
        }
        guard !value.isEmpty else {
            throw Unusable(reason: .badText, path: path, detail: "is empty")
        }
        guard value.utf8.count <= max || value.unicodeScalars.count <= max else {
            throw Unusable(reason: .badText, path: path, detail: "is longer than \(max) characters")
        }
        guard !value.utf8.contains(0) else {
            throw Unusable(reason: .badText, path: path, detail: "holds a zero byte")
        }
        return value
    }

    /// An exact decimal × 10^scale, from a string or a number.
    func decimal(
        _ object: Int, _ name: StaticString, _ scale: DecimalScale, _ path: String
    ) throws(Unusable) -> Int64 {
        let index = try required(object, name, path)
        return try decimal(at: index, scale, "\(path).\(name)")
    }

    func optionalDecimal(
        _ object: Int, _ name: StaticString, _ scale: DecimalScale, _ path: String
    ) throws(Unusable) -> Int64? {
        guard let index = optional(object, name) else { return nil }
        return try decimal(at: index, scale, "\(path).\(name)")
    }

    private func decimal(
        at index: Int, _ scale: DecimalScale, _ path: String
    ) throws(Unusable) -> Int64 {
        let kind = document.nodes[index].kind
        guard kind == .string || kind == .number else {
            throw Unusable(reason: .wrongType, path: path, detail: "a decimal is expected")
        }
        guard !document.nodes[index].hasEscapes,
            let value = DecimalText.parse(
                document.rawText(index), scale: scale.digits, integerDigits: scale.integerDigits)
        else {
            throw Unusable(
                reason: .badNumber, path: path,
                detail: "is no decimal of at most \(scale.integerDigits) digits before the point")
        }
        return value
    }

    /// A whole number within a range, from a number or a string.
    func integer(
        _ object: Int, _ name: StaticString, in range: ClosedRange<Int64>, _ path: String
    ) throws(Unusable) -> Int64 {
        let index = try required(object, name, path)
        let kind = document.nodes[index].kind
        guard kind == .string || kind == .number else {
            throw Unusable(
                reason: .wrongType, path: "\(path).\(name)", detail: "a whole number is expected")
        }
        guard let value = Int64(String(decoding: document.rawText(index), as: UTF8.self)) else {
            throw Unusable(
                reason: .badNumber, path: "\(path).\(name)", detail: "is no whole number")
        }
        guard range.contains(value) else {
            throw Unusable(
                reason: .outOfRange, path: "\(path).\(name)",
                detail: "is outside \(range.lowerBound)…\(range.upperBound)")
        }
        return value
    }

    func time(_ object: Int, _ name: StaticString, _ path: String) throws(Unusable) -> Int64? {
        guard let index = optional(object, name) else { return nil }
        guard document.nodes[index].kind == .string,
            let value = Timestamps.parse(document.rawText(index))
        else {
            throw Unusable(
                reason: .badTime, path: "\(path).\(name)",
                detail: "is no RFC 3339 time with an offset")
        }
        return value
    }
}

/// The two exact scales of the facts.
enum DecimalScale {
    /// numeric(18,4)
    case money
    /// numeric(12,3)
    case quantity

    var digits: Int { self == .money ? 4 : 3 }
    var integerDigits: Int { self == .money ? 14 : 9 }
}
