/// Takes card data out of bytes before they are kept: card numbers never enter the quarantine.
package enum CardRedaction {
    /// Digit runs of 14 to 19 that begin like a payment card and pass the Luhn check become
    /// asterisks; spaces and hyphens between the digits do not hide them.
    package static func redact(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var out = Array(bytes)
        var index = 0
        while index < out.count {
            guard isDigit(out[index]), index == 0 || !isDigit(out[index - 1]) else {
                index += 1
                continue
            }
            var digits: [Int] = []
            var places: [Int] = []
            var end = index
            while end < out.count, digits.count <= 19 {
                if isDigit(out[end]) {
                    digits.append(Int(out[end] - 0x30))
                    places.append(end)
                } else if !(isSeparator(out[end]) && end + 1 < out.count && isDigit(out[end + 1])) {
                    break
                }
                end += 1
            }
            if isCard(digits) {
                for place in places { out[place] = UInt8(ascii: "*") }
            }
            index = max(end, index + 1)
        }
        return out
    }

    private static func isCard(_ digits: [Int]) -> Bool {
        guard digits.count >= 14, digits.count <= 19, digits[0] >= 3, digits[0] <= 6 else {
            return false
        }
        var sum = 0
        for (place, digit) in digits.reversed().enumerated() {
            let doubled = digit * 2
            sum += place % 2 == 0 ? digit : (doubled > 9 ? doubled - 9 : doubled)
        }
        return sum % 10 == 0
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
    private static func isSeparator(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x2D }
}
