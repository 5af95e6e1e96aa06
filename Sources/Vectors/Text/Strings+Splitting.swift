extension Strings {
    /// The parts between separators; single characters without one.
    package static func split(_ text: [UInt8], _ separator: [UInt8]?) -> [[UInt8]] {
        if text.isEmpty { return [] }
        guard let separator else {
            return String(decoding: text, as: UTF8.self).unicodeScalars.map {
                Array(String(Character($0)).utf8)
            }
        }
        guard !separator.isEmpty else { return [text] }
        return text.withUnsafeBufferPointer { bytes in
            separator.withUnsafeBufferPointer { separator in
                var parts: [[UInt8]] = []
                var from = 0
                while let at = find(separator, in: bytes, from: from) {
                    parts.append(Array(bytes[from..<at]))
                    from = at + separator.count
                }
                parts.append(Array(bytes[from...]))
                return parts
            }
        }
    }
}
