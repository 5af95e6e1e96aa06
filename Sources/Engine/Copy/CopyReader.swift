import Basics

/// Cuts COPY's text or CSV into rows of fields, fed piece by piece.
struct CopyReader {
    /// A field in `scratch`; nil start for NULL.
    struct Field {
        var start: Int
        var count: Int
        var isNull: Bool
    }
    private let options: CopyOptions
    private var buffer: [UInt8] = []
    private var position = 0
    private var isAtEnd = false
    private(set) var line = 0
    /// Unescaped bytes of the row's fields.
    private(set) var scratch: [UInt8] = []
    private(set) var fields: [Field] = []

    /// A single row may not be longer.
    static let rowBytesMax = 64 << 20

    init(_ options: CopyOptions) { self.options = options }

    mutating func feed(_ bytes: [UInt8]) throws {
        if position > 0 {
            buffer.removeSubrange(0..<position)
            position = 0
        }
        guard buffer.count + bytes.count <= Self.rowBytesMax + (64 << 20) else {
            throw SQLError(.programLimitExceeded, "a COPY row is longer than 64 MB")
        }
        buffer.append(contentsOf: bytes)
    }

    mutating func finish() { isAtEnd = true }

    /// Reads the next row into `fields`; false where more input is needed, or all is read.
    mutating func next() throws -> Bool {
        guard position < buffer.count else { return false }
        scratch.removeAll(keepingCapacity: true)
        fields.removeAll(keepingCapacity: true)
        let found = options.format == .csv ? try csvRow() : try textRow()
        if found { line += 1 }
        return found
    }

    /// Whether the row read last is the end mark `\.`.
    var isEndMark: Bool {
        fields.count == 1 && fields[0].count == 2 && scratch.elementsEqual([0x5C, 0x2E])
    }

    private mutating func close(_ start: Int, mayBeNull: Bool) {
        let count = scratch.count - start
        let isNull =
            mayBeNull && count == options.null.count
            && scratch[start...].elementsEqual(options.null)
        fields.append(Field(start: start, count: count, isNull: isNull))
    }

    private mutating func textRow() throws -> Bool {
        guard let end = buffer[position...].firstIndex(of: 10) ?? (isAtEnd ? buffer.count : nil)
        else { return false }
        var stop = end
        if stop > position, buffer[stop - 1] == 13 { stop -= 1 }
        var at = position
        position = end < buffer.count ? end + 1 : end
        if stop - at == 2, buffer[at] == 0x5C, buffer[at + 1] == 0x2E {
            scratch = [0x5C, 0x2E]
            fields = [Field(start: 0, count: 2, isNull: false)]
            return true
        }
        var start = 0
        var rawStart = at
        while true {
            if at == stop || buffer[at] == options.delimiter {
                let isNull = buffer[rawStart..<at].elementsEqual(options.null)
                fields.append(Field(start: start, count: scratch.count - start, isNull: isNull))
                if at == stop { return true }
                at += 1
                start = scratch.count
                rawStart = at
                continue
            }
            if buffer[at] == 0x5C, at + 1 < stop {
                at = unescape(at + 1, stop)
            } else {
                scratch.append(buffer[at])
                at += 1
            }
        }
    }

    /// Appends what the escape whose letter is at `at` means; the place after it.
    private mutating func unescape(_ at: Int, _ stop: Int) -> Int {
        func digit(_ place: Int, _ radix: Int) -> Int? {
            guard place < stop else { return nil }
            let value = Int(String(UnicodeScalar(buffer[place])), radix: radix)
            return value
        }
        switch buffer[at] {
        case UInt8(ascii: "b"): scratch.append(8)
        case UInt8(ascii: "f"): scratch.append(12)
        case UInt8(ascii: "n"): scratch.append(10)
        case UInt8(ascii: "r"): scratch.append(13)
        case UInt8(ascii: "t"): scratch.append(9)
        case UInt8(ascii: "v"): scratch.append(11)
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            var value = 0
            var place = at
            while place < at + 3, let next = digit(place, 8) {
                value = value * 8 + next
                place += 1
            }
            scratch.append(UInt8(truncatingIfNeeded: value))
            return place
        case UInt8(ascii: "x") where digit(at + 1, 16) != nil:
            var value = 0
            var place = at + 1
            while place < at + 3, let next = digit(place, 16) {
                value = value * 16 + next
                place += 1
            }
            scratch.append(UInt8(truncatingIfNeeded: value))
            return place
        default: scratch.append(buffer[at])
        }
        return at + 1
    }

    private mutating func csvRow() throws -> Bool {
        var at = position
        var start = 0
        var wasQuoted = false
        var inQuotes = false
        while at < buffer.count {
            let byte = buffer[at]
            if inQuotes {
                if byte == options.escape, options.escape != options.quote, at + 1 < buffer.count,
                    buffer[at + 1] == options.quote || buffer[at + 1] == options.escape
                {
                    scratch.append(buffer[at + 1])
                    at += 2
                } else if byte == options.quote {
                    if at + 1 == buffer.count, !isAtEnd { return restart() }
                    if options.escape == options.quote, at + 1 < buffer.count,
                        buffer[at + 1] == options.quote
                    {
                        scratch.append(byte)
                        at += 2
                    } else {
                        inQuotes = false
                        at += 1
                    }
                } else {
                    scratch.append(byte)
                    at += 1
                }
            } else if byte == options.quote {
                inQuotes = true
                wasQuoted = true
                at += 1
            } else if byte == options.delimiter {
                close(start, mayBeNull: !wasQuoted)
                start = scratch.count
                wasQuoted = false
                at += 1
            } else if byte == 10 || byte == 13 {
                if byte == 13 {
                    if at + 1 == buffer.count, !isAtEnd { return restart() }
                    if at + 1 < buffer.count, buffer[at + 1] == 10 { at += 1 }
                }
                close(start, mayBeNull: !wasQuoted)
                position = at + 1
                return true
            } else {
                scratch.append(byte)
                at += 1
            }
        }
        guard isAtEnd else { return restart() }
        if inQuotes { throw SQLError(.badCopyFileFormat, "unterminated CSV quoted field") }
        close(start, mayBeNull: !wasQuoted)
        position = buffer.count
        return true
    }

    /// The row goes on in bytes that have not come yet.
    private mutating func restart() -> Bool {
        scratch.removeAll(keepingCapacity: true)
        fields.removeAll(keepingCapacity: true)
        return false
    }
}
