/// Product codes in the one spelling that the warehouse keeps.
package enum StockCode {
    /// Trimmed and upper-cased; a GTIN of 8, 12, 13 or 14 digits with a right check digit becomes
    /// 14 digits. Anything else stays a SKU of the store's own.
    package static func normalise(_ text: String) -> String {
        var bytes = trim(Array(text.utf8))
        for index in bytes.indices where bytes[index] >= 0x61 && bytes[index] <= 0x7A {
            bytes[index] -= 0x20
        }
        if let padded = gtin14(bytes) { bytes = padded }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The 14-digit form of a GTIN, or nil where the digits or the check digit are wrong
    /// (GS1 General Specifications, 7.9).
    package static func gtin14(_ digits: [UInt8]) -> [UInt8]? {
        switch digits.count {
        case 8, 12, 13, 14: break
        default: return nil
        }
        var sum = 0
        for (place, digit) in digits.reversed().enumerated() {
            guard digit >= 0x30, digit <= 0x39 else { return nil }
            sum += Int(digit - 0x30) * (place % 2 == 0 ? 1 : 3)
        }
        guard sum % 10 == 0 else { return nil }
        return [UInt8](repeating: 0x30, count: 14 - digits.count) + digits
    }

    /// Without ASCII white space at both ends.
    package static func trim(_ bytes: [UInt8]) -> [UInt8] {
        guard let first = bytes.firstIndex(where: { !JSONParser.isSpace($0) }),
            let last = bytes.lastIndex(where: { !JSONParser.isSpace($0) })
        else { return [] }
        return Array(bytes[first...last])
    }
}
