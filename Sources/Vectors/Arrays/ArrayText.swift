import Basics

extension ArrayValue {
    /// Appends `{…}`, quoting what needs it.
    static func appendText<Sink: ByteSink>(
        _ view: StringView, to sink: inout Sink, session: FormatSession
    ) {
        guard let array = try? ArrayValue(view) else { return sink.write("{}") }
        array.appendText(to: &sink, session: session)
    }

    func appendText<Sink: ByteSink>(to sink: inout Sink, session: FormatSession) {
        guard !elements.isEmpty else { return sink.write("{}") }
        if lowerBounds.contains(where: { $0 != 1 }) {
            for (length, lower) in zip(lengths, lowerBounds) {
                sink.write(string: "[\(lower):\(lower + length - 1)]")
            }
            sink.write("=")
        }
        // The number of elements below one entry of each dimension.
        var strides = [Int](repeating: 1, count: lengths.count)
        for index in stride(from: lengths.count - 2, through: 0, by: -1) {
            strides[index] = strides[index + 1] * lengths[index + 1]
        }
        for (index, value) in elements.enumerated() {
            if index > 0 { sink.write(byte: 0x2C) }
            for (length, below) in zip(lengths, strides) where index % (below * length) == 0 {
                sink.write(byte: 0x7B)
            }
            if let text = TextFormat.string(value, element, session: session) {
                Self.appendQuoted(text, to: &sink)
            } else {
                sink.write("NULL")
            }
            for (length, below) in zip(lengths, strides) where (index + 1) % (below * length) == 0 {
                sink.write(byte: 0x7D)
            }
        }
    }

    private static func appendQuoted<Sink: ByteSink>(_ text: String, to sink: inout Sink) {
        let needsQuotes =
            text.isEmpty
            || text.utf8.contains { byte in
                [0x22, 0x5C, 0x7B, 0x7D, 0x2C].contains(byte) || TextParse.isSpace(byte)
            } || text.lowercased() == "null"
        guard needsQuotes else { return sink.write(string: text) }
        sink.write(byte: 0x22)
        for byte in text.utf8 {
            if byte == 0x22 || byte == 0x5C { sink.write(byte: 0x5C) }
            sink.write(byte: byte)
        }
        sink.write(byte: 0x22)
    }

    /// int2vector and oidvector: elements with a blank between.
    static func appendVectorText<Sink: ByteSink>(
        _ view: StringView, to sink: inout Sink, session: FormatSession
    ) {
        guard let array = try? ArrayValue(view) else { return }
        for (index, value) in array.elements.enumerated() {
            if index > 0 { sink.write(byte: 0x20) }
            sink.write(string: TextFormat.string(value, array.element, session: session) ?? "0")
        }
    }
}

/// Arrays from text.
enum ArrayParse {
    typealias Bytes = UnsafeBufferPointer<UInt8>

    private static func malformed(_ text: Bytes, _ detail: String) -> SQLError {
        SQLError(
            .invalidTextRepresentation,
            "malformed array literal: \"\(String(decoding: text, as: UTF8.self))\"",
            detail: detail)
    }

    /// The array's bytes, from `{…}` with optional `[lower:upper]=` before it.
    static func array(
        _ text: Bytes, element: SQLType, session: FormatSession
    ) throws -> [UInt8] {
        var scanner = Scanner(text: text, element: element, session: session)
        let bounds = try scanner.bounds()
        scanner.skipBlanks()
        guard scanner.peek == 0x7B else {
            throw malformed(
                text,
                bounds.isEmpty
                    ? "Array value must start with \"{\" or dimension information."
                    : "Array contents must start with \"{\".")
        }
        try scanner.level(0)
        scanner.skipBlanks()
        guard scanner.at == text.count else {
            throw malformed(text, "Junk after closing right brace.")
        }
        guard !scanner.values.isEmpty else { return ArrayValue(element, []).encoded }
        if !bounds.isEmpty {
            guard bounds.count == scanner.lengths.count,
                zip(bounds, scanner.lengths).allSatisfy({ $0.1 - $0.0 + 1 == $1 })
            else {
                throw malformed(text, "Specified array dimensions do not match array contents.")
            }
        }
        return ArrayValue(
            element, scanner.values, lengths: scanner.lengths,
            lowerBounds: bounds.isEmpty
                ? scanner.lengths.map { _ in 1 } : bounds.map { $0.0 }
        ).encoded
    }

    /// int2vector and oidvector from blank-separated numbers; their lower bound is 0.
    static func vector(
        _ text: Bytes, element: SQLType, session: FormatSession
    ) throws -> [UInt8] {
        var elements: [Datum] = []
        for word in text.split(whereSeparator: { TextParse.isSpace($0) }) {
            elements.append(
                try TextParse.datum(
                    String(decoding: word, as: UTF8.self), element, session: session))
        }
        return ArrayValue(element, elements, lengths: [elements.count], lowerBounds: [0]).encoded
    }

    private struct Scanner {
        let text: Bytes
        let element: SQLType
        let session: FormatSession
        var at = 0
        var values: [Datum] = []
        var lengths: [Int] = []
        /// The depth at which elements stand; 0 while unknown.
        var leafDepth = 0

        init(text: Bytes, element: SQLType, session: FormatSession) {
            self.text = text
            self.element = element
            self.session = session
        }

        var peek: UInt8 { at < text.count ? text[at] : 0 }
        mutating func skipBlanks() {
            while at < text.count, TextParse.isSpace(text[at]) { at += 1 }
        }

        mutating func bounds() throws -> [(Int, Int)] {
            var found: [(Int, Int)] = []
            skipBlanks()
            while peek == 0x5B {
                guard let close = text[at...].firstIndex(of: 0x5D) else {
                    throw malformed(text, "Missing \"]\" after array dimensions.")
                }
                let parts = String(decoding: text[(at + 1)..<close], as: UTF8.self)
                    .split(separator: ":", omittingEmptySubsequences: false)
                let numbers = parts.compactMap { Int32($0) }
                guard numbers.count == parts.count, (1...2).contains(parts.count) else {
                    throw malformed(
                        text, "\"[\" must introduce explicitly-specified array dimensions.")
                }
                let pair =
                    numbers.count == 2
                    ? (Int(numbers[0]), Int(numbers[1]))
                    : (1, Int(numbers[0]))
                guard pair.1 >= pair.0 else {
                    throw SQLError(
                        .init("2202E"), "upper bound cannot be less than lower bound")
                }
                found.append(pair)
                at = close + 1
                skipBlanks()
            }
            if !found.isEmpty {
                guard peek == 0x3D else {
                    throw malformed(text, "Missing \"=\" after array dimensions.")
                }
                at += 1
            }
            return found
        }

        /// One `{…}`; nesting is bounded by the dimensions an array may have.
        mutating func level(_ depth: Int) throws {
            guard depth < ArrayValue.dimensionsMax else {
                throw SQLError(
                    .programLimitExceeded,
                    "number of array dimensions exceeds the maximum allowed (6)")
            }
            at += 1
            var count = 0
            skipBlanks()
            if peek == 0x7D {
                at += 1
                guard depth == 0 else { throw malformed(text, "Unexpected \"}\" character.") }
                return
            }
            while true {
                skipBlanks()
                if peek == 0x7B {
                    guard leafDepth == 0 || depth < leafDepth - 1 else { throw ragged() }
                    try level(depth + 1)
                } else {
                    guard leafDepth == 0 || leafDepth == depth + 1 else { throw ragged() }
                    leafDepth = depth + 1
                    try value()
                }
                count += 1
                skipBlanks()
                guard at < text.count else { throw malformed(text, "Unexpected end of input.") }
                at += 1
                if text[at - 1] == 0x7D { break }
                guard text[at - 1] == 0x2C else {
                    throw malformed(text, "Unexpected array element.")
                }
            }
            while lengths.count < leafDepth { lengths.append(-1) }
            if lengths[depth] == -1 { lengths[depth] = count }
            guard lengths[depth] == count else { throw ragged() }
        }

        private func ragged() -> SQLError {
            malformed(
                text,
                "Multidimensional arrays must have sub-arrays with matching dimensions.")
        }

        mutating func value() throws {
            var bytes: [UInt8] = []
            let quoted = peek == 0x22
            var keep = 0
            if quoted {
                at += 1
                while peek != 0x22 {
                    if peek == 0x5C { at += 1 }
                    guard at < text.count else {
                        throw malformed(text, "Unexpected end of input.")
                    }
                    bytes.append(text[at])
                    at += 1
                }
                at += 1
                keep = bytes.count
            } else {
                while at < text.count, ![0x2C, 0x7D, 0x7B, 0x22].contains(peek) {
                    let escaped = peek == 0x5C
                    if escaped { at += 1 }
                    guard at < text.count else {
                        throw malformed(text, "Unexpected end of input.")
                    }
                    bytes.append(text[at])
                    if escaped || !TextParse.isSpace(text[at]) { keep = bytes.count }
                    at += 1
                }
                if peek == 0x7B { throw malformed(text, "Unexpected \"{\" character.") }
                if peek == 0x22 { throw malformed(text, "Unexpected array element.") }
                if keep == 0 {
                    throw malformed(
                        text, "Unexpected \"\(Character(Unicode.Scalar(peek)))\" character.")
                }
            }
            bytes.removeLast(bytes.count - keep)
            let string = String(decoding: bytes, as: UTF8.self)
            if !quoted, string.lowercased() == "null" {
                values.append(.null)
            } else {
                values.append(try TextParse.datum(string, element, session: session))
            }
            guard values.count <= ArrayValue.elementsMax else {
                throw SQLError(.programLimitExceeded, "array size exceeds the maximum allowed")
            }
        }
    }
}
