import Basics
import CKernels
import Vectors

/// Finds the fields of a block's rows, some rows at a time.
///
/// Bytes that matter are found 64 at a time as bits of a word. Fields are left where they are; only
/// where escapes or doubled quotes stand in one is it rewritten, in its own place.
struct CopyFields: ~Copyable {
    /// As many as a vector holds; a literal, which the loops need.
    static let rowsMax = 2048

    /// Why the row behind the last one found cannot be stored.
    enum Problem {
        case extraData
        /// The row has so many fields, which are found.
        case missingData(fields: Int)
        case unterminatedQuote
    }

    private let options: CopyOptions
    private let block: CopyBlock
    private let columns: Int
    /// Column by column, `rowsMax` each.
    let fields: UnsafeMutablePointer<TextField>
    /// The line of each row, and where the row starts and the next one does.
    let lines: UnsafeMutablePointer<Int32>
    let spans: UnsafeMutablePointer<CopyRowPlaces.Span>
    private(set) var problem: Problem?
    /// Whether the end mark was found.
    private(set) var isEnd = false

    private let isText: Bool
    private let quote: UInt8
    /// Backslash in text, and in CSV an escape that is not the quote itself; 0 for none.
    private let escape: UInt8
    /// Start of the word whose bits are left, and the bits.
    private var base = -64
    private var bits: UInt64 = 0
    private var rowStart = 0
    private var line: Int

    init(_ block: CopyBlock, _ options: CopyOptions, columns: Int) {
        self.block = block
        self.options = options
        self.columns = columns
        fields = .allocate(capacity: max(columns, 1) * Self.rowsMax)
        lines = .allocate(capacity: Self.rowsMax + 1)
        spans = .allocate(capacity: Self.rowsMax + 1)
        isText = options.format == .text
        // Text has no quotes: a newline stands for "none".
        quote = isText ? 10 : options.quote
        escape = isText ? 0x5C : options.escape == options.quote ? 0 : options.escape
        line = block.linesBefore
    }

    deinit {
        fields.deallocate()
        lines.deallocate()
        spans.deallocate()
    }

    /// The bits of the interesting bytes of a word.
    private func mask(_ base: Int) -> UInt64 {
        let bytes = block.bytes + base
        var found: UInt64 = 0
        sh_find4(bytes, options.delimiter, 10, isText ? escape : 13, quote, &found)
        if !isText, escape != 0 {
            var more: UInt64 = 0
            sh_find4(bytes, escape, escape, escape, escape, &more)
            found |= more
        }
        let rest = block.count - base
        return rest >= 64 ? found : found & ((1 << UInt64(rest)) - 1)
    }

    /// Finds up to `rowsMax` rows; returns how many are whole. Fewer than `rowsMax` means that the
    /// block, or what can be read of it, is at its end.
    mutating func next() -> Int {
        let bytes = block.bytes
        let count = block.count
        var rows = 0
        var column = 0
        var start = rowStart
        var quotes = 0
        var escapes = 0
        var inQuotes = false
        // Bytes before this are taken, by an escape or by the row before.
        var free = rowStart
        while rows < Self.rowsMax, rowStart < count, problem == nil, !isEnd {
            while bits == 0 {
                base += 64
                if base >= count { break }
                bits = mask(base)
            }
            if base >= count {
                if inQuotes {
                    problem = .unterminatedQuote
                } else {
                    line += 1
                    close(rows, &column, start, count, &quotes, &escapes, free, isRowEnd: true)
                    end(&rows, &column, next: count)
                }
                break
            }
            let at = base + bits.trailingZeroBitCount
            bits &= bits - 1
            if at < free { continue }
            let byte = bytes[at]
            if inQuotes {
                if byte == quote {
                    inQuotes = false
                    quotes += 1
                } else if byte == escape, escape != 0 {
                    if at + 1 < count, bytes[at + 1] == quote || bytes[at + 1] == escape {
                        free = at + 2
                        escapes += 1
                    }
                } else if byte == 10 || (byte == 13 && !isNewline(at + 1)) {
                    line += 1
                }
            } else if byte == options.delimiter {
                close(rows, &column, start, at, &quotes, &escapes, free, isRowEnd: false)
                start = at + 1
            } else if byte == 10 || (byte == 13 && !isText) {
                let next = byte == 13 && isNewline(at + 1) ? at + 2 : at + 1
                line += 1
                close(rows, &column, start, at, &quotes, &escapes, free, isRowEnd: true)
                end(&rows, &column, next: next)
                start = next
                free = next
            } else if byte == quote {
                inQuotes = true
                quotes += 1
            } else if isText {
                if isNewline(at + 1) { line += 1 }
                free = at + 2
                escapes += 1
            }
        }
        return rows
    }

    @inline(__always)
    private func isNewline(_ at: Int) -> Bool { at < block.count && block.bytes[at] == 10 }

    /// Ends a field.
    @inline(__always)
    private mutating func close(
        _ row: Int, _ column: inout Int, _ start: Int, _ stop: Int, _ quotes: inout Int,
        _ escapes: inout Int, _ free: Int, isRowEnd: Bool
    ) {
        let isPlain =
            !isRowEnd || (column > 0 && !(isText && block.bytes[stop - 1] == 13))
        if quotes | escapes == 0, isPlain, column < columns {
            let field = TextField(
                start: UInt32(truncatingIfNeeded: start),
                count: UInt32(truncatingIfNeeded: stop - start))
            fields[column * Self.rowsMax + row] =
                field.count == options.null.count && isNull(start, stop) ? .null : field
            column += 1
            return
        }
        closeSlowly(row, column, start, stop, quotes, escapes, free, isRowEnd)
        column += 1
        quotes = 0
        escapes = 0
    }

    private func isNull(_ start: Int, _ stop: Int) -> Bool {
        UnsafeBufferPointer(start: block.bytes + start, count: stop - start)
            .elementsEqual(options.null)
    }

    private mutating func closeSlowly(
        _ row: Int, _ column: Int, _ start: Int, _ stop: Int, _ quotes: Int, _ escapes: Int,
        _ free: Int, _ isRowEnd: Bool
    ) {
        let bytes = block.bytes
        var stop = stop
        if isText, isRowEnd, stop > start, bytes[stop - 1] == 13, free < stop || escapes == 0 {
            stop -= 1
        }
        if isRowEnd, column == 0, quotes == 0, stop - start == 2, bytes[start] == 0x5C,
            bytes[start + 1] == 0x2E
        {
            isEnd = true
            return
        }
        guard column < columns else { return }
        var field = TextField(
            start: UInt32(truncatingIfNeeded: start),
            count: UInt32(truncatingIfNeeded: stop - start))
        if isText {
            if isNull(start, stop) {
                field = .null
            } else if escapes > 0 {
                field.count = UInt32(truncatingIfNeeded: CopyEscapes.undo(bytes + start, stop - start))
            }
        } else if quotes == 0 {
            if isNull(start, stop) { field = .null }
        } else if quotes == 2, escapes == 0, bytes[start] == quote, bytes[stop - 1] == quote {
            field.start += 1
            field.count -= 2
        } else {
            field.count = UInt32(
                truncatingIfNeeded: CopyEscapes.unquote(
                    bytes + start, stop - start, quote: quote, escape: options.escape))
        }
        fields[column * Self.rowsMax + row] = field
    }

    /// Ends a row.
    @inline(__always)
    private mutating func end(_ rows: inout Int, _ column: inout Int, next: Int) {
        let isHeader = line == 1 && options.hasHeader
        lines[rows] = Int32(truncatingIfNeeded: line)
        spans[rows] = CopyRowPlaces.Span(
            start: UInt32(truncatingIfNeeded: rowStart), end: UInt32(truncatingIfNeeded: next))
        rowStart = next
        if isEnd { return }
        if !isHeader {
            if column == columns {
                rows += 1
            } else {
                problem = column > columns ? .extraData : .missingData(fields: column)
            }
        }
        column = 0
    }
}

/// Undoes what COPY's writer did to bytes that mean something.
enum CopyEscapes {
    /// Undoes text's backslashes in place; the bytes that are left.
    static func undo(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int {
        var to = 0
        var at = 0
        while at < count {
            var byte = bytes[at]
            at += 1
            if byte == 0x5C, at < count {
                byte = bytes[at]
                at += 1
                switch byte {
                case UInt8(ascii: "b"): byte = 8
                case UInt8(ascii: "f"): byte = 12
                case UInt8(ascii: "n"): byte = 10
                case UInt8(ascii: "r"): byte = 13
                case UInt8(ascii: "t"): byte = 9
                case UInt8(ascii: "v"): byte = 11
                case UInt8(ascii: "0")...UInt8(ascii: "7"):
                    byte = number(bytes, &at, count, first: byte, radix: 8, digits: 3)
                case UInt8(ascii: "x") where at < count && digit(bytes[at], 16) != nil:
                    at += 1
                    byte = number(bytes, &at, count, first: bytes[at - 1], radix: 16, digits: 2)
                default: break
                }
            }
            bytes[to] = byte
            to += 1
        }
        return to
    }

    private static func digit(_ byte: UInt8, _ radix: Int) -> Int? {
        switch byte {
        case 0x30...0x37: Int(byte) - 0x30
        case 0x38...0x39 where radix == 16: Int(byte) - 0x30
        case 0x41...0x46 where radix == 16: Int(byte) - 0x37
        case 0x61...0x66 where radix == 16: Int(byte) - 0x57
        default: nil
        }
    }

    /// A number whose first digit is read already.
    private static func number(
        _ bytes: UnsafeMutablePointer<UInt8>, _ at: inout Int, _ count: Int, first: UInt8,
        radix: Int, digits: Int
    ) -> UInt8 {
        var value = digit(first, radix) ?? 0
        var read = 1
        while read < digits, at < count, let next = digit(bytes[at], radix) {
            value = value * radix + next
            at += 1
            read += 1
        }
        return UInt8(truncatingIfNeeded: value)
    }

    /// Takes CSV's quotes away in place; the bytes that are left.
    static func unquote(
        _ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, quote: UInt8, escape: UInt8
    ) -> Int {
        var to = 0
        var at = 0
        var inQuotes = false
        while at < count {
            let byte = bytes[at]
            at += 1
            if inQuotes, byte == escape, at < count,
                bytes[at] == quote || (escape != quote && bytes[at] == escape)
            {
                bytes[to] = bytes[at]
                to += 1
                at += 1
            } else if byte == quote {
                inQuotes.toggle()
            } else {
                bytes[to] = byte
                to += 1
            }
        }
        return to
    }
}
