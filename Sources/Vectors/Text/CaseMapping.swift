/// Upper and lower case, character by character as PostgreSQL's libc locales map it.
enum CaseMapping {
    enum Kind { case lower, upper, initial }

    /// Writes the mapped bytes into the arena.
    static func map(_ view: StringView, _ kind: Kind, arena: StringArena) -> StringView {
        let bytes = view.buffer
        if Strings.isASCII(bytes) { return mapASCII(bytes, kind, arena) }
        var out = ""
        out.reserveCapacity(bytes.count)
        var inWord = false
        for scalar in view.string.unicodeScalars {
            let upper = kind == .upper || (kind == .initial && !inWord)
            out.unicodeScalars.append(upper ? Self.upper(scalar) : lower(scalar))
            inWord = scalar.properties.isAlphabetic || scalar.properties.numericType != nil
        }
        return arena.copy(out)
    }

    private static func mapASCII(
        _ bytes: UnsafeBufferPointer<UInt8>, _ kind: Kind, _ arena: StringArena
    ) -> StringView {
        let out = arena.reserve(bytes.count)
        switch kind {
        case .lower:
            for index in 0..<bytes.count { out[index] = lower(bytes[index]) }
        case .upper:
            for index in 0..<bytes.count { out[index] = upper(bytes[index]) }
        case .initial:
            var inWord = false
            for index in 0..<bytes.count {
                let byte = bytes[index]
                out[index] = inWord ? lower(byte) : upper(byte)
                inWord = (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10
            }
        }
        return StringView(start: out, count: bytes.count)
    }

    @inline(__always)
    static func lower(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }
    @inline(__always)
    static func upper(_ byte: UInt8) -> UInt8 { byte &- 0x61 < 26 ? byte & 0xDF : byte }

    static func lower(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        single(scalar.properties.lowercaseMapping) ?? scalar
    }
    static func upper(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        single(scalar.properties.uppercaseMapping) ?? scalar
    }
    private static func single(_ mapping: String) -> Unicode.Scalar? {
        let scalars = mapping.unicodeScalars
        return scalars.count == 1 ? scalars.first : nil
    }
}
