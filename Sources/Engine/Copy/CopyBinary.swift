import Basics
import Execution
import Vectors

/// COPY's binary format:
///
/// | bytes | content |
/// |---|---|
/// | 11 | `PGCOPY\n`, 0xFF, `\r\n`, 0 |
/// | 4 | flags, all zero |
/// | 4 | length of the header's extension, then that many bytes |
/// | … | rows: int16 number of fields; each an int32 length (-1 for NULL) and the binary form |
/// | 2 | int16 -1: the end; it may be missing, and nothing may follow it |
///
/// Numbers are big-endian.
struct CopyBinary {
    static let signature: [UInt8] = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0]
    static let header: [UInt8] = signature + [UInt8](repeating: 0, count: 8)
    private static let rowsMax = 2048
    private static let fieldMost = 1 << 30

    private let table: String
    private let types: [SQLType]
    private let names: [String]
    private var waiting: [UInt8] = []
    private var at = 0
    private var isPastHeader = false
    private var isAtEnd = false
    private var row = 0

    init(table: String, types: [SQLType], names: [String]) {
        self.table = table
        self.types = types
        self.names = names
    }

    /// Takes more of the input; batches of the rows that are whole.
    mutating func feed(_ bytes: [UInt8]) throws -> [Batch] {
        waiting.removeFirst(at)
        at = 0
        waiting += bytes
        var batches: [Batch] = []
        if !isPastHeader, try !readHeader() { return [] }
        while !isAtEnd {
            let batch = try readRows()
            if batch.count > 0 { batches.append(batch) }
            if batch.count < Self.rowsMax { break }
        }
        if isAtEnd, waiting.count > at + 2 {
            throw failure("received copy data after EOF marker")
        }
        return batches
    }

    /// 22P04 where the input ends within its header or a row.
    func finish() throws {
        guard isPastHeader else {
            throw SQLError(.badCopyFileFormat, "COPY file signature not recognized")
        }
        guard isAtEnd || waiting.count < at + 2 else {
            throw failure("unexpected EOF in COPY data")
        }
    }

    private func number(_ place: Int, _ size: Int) -> Int? {
        guard place + size <= waiting.count else { return nil }
        let raw = waiting[place..<(place + size)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return size == 2 ? Int(Int16(truncatingIfNeeded: raw)) : Int(Int32(bitPattern: raw))
    }

    private mutating func readHeader() throws -> Bool {
        let known = min(waiting.count, Self.signature.count)
        guard waiting[..<known].elementsEqual(Self.signature[..<known]) else {
            throw SQLError(.badCopyFileFormat, "COPY file signature not recognized")
        }
        guard let flags = number(11, 4), let extra = number(15, 4) else { return false }
        guard flags & 0x7FFF_0000 == 0 else {
            throw SQLError(.badCopyFileFormat, "unrecognized critical flags in COPY file header")
        }
        guard extra >= 0, extra < Self.fieldMost else {
            throw SQLError(.badCopyFileFormat, "invalid COPY file header (missing length)")
        }
        guard waiting.count >= 19 + extra else { return false }
        at = 19 + extra
        isPastHeader = true
        return true
    }

    /// Where the row at a place ends; nil where it is not whole yet.
    private mutating func end(ofRowAt place: Int) throws -> Int? {
        guard let count = number(place, 2) else { return nil }
        if count == -1 {
            isAtEnd = true
            return nil
        }
        guard count == types.count else {
            throw failure("row field count is \(count), expected \(types.count)")
        }
        var next = place + 2
        for _ in 0..<count {
            guard let length = number(next, 4) else { return nil }
            guard length >= -1, length < Self.fieldMost else {
                throw failure("invalid field size")
            }
            next += 4 + max(length, 0)
        }
        return next <= waiting.count ? next : nil
    }

    private func failure(_ text: String) -> SQLError {
        SQLError(.badCopyFileFormat, text).within("COPY \(table), line \(row + 1)")
    }

    private mutating func readRows() throws -> Batch {
        let vectors = types.map { Vector($0, capacity: Self.rowsMax) }
        let arenas = types.map { _ in StringArena() }
        var count = 0
        while count < Self.rowsMax, let end = try end(ofRowAt: at) {
            var place = at + 2
            for (column, type) in types.enumerated() {
                let length = number(place, 4) ?? -1
                place += 4
                if length < 0 {
                    vectors[column].setNull(count)
                    continue
                }
                do {
                    try waiting.withUnsafeBytes { raw in
                        try BinaryFormat.parse(
                            UnsafeRawBufferPointer(rebasing: raw[place..<(place + length)]), type,
                            into: vectors[column], row: count, arena: arenas[column])
                    }
                } catch let error as SQLError {
                    throw error.within(
                        "COPY \(table), line \(row + 1), column \(names[column])")
                }
                place += length
            }
            at = end
            count += 1
            row += 1
        }
        for (vector, arena) in zip(vectors, arenas) {
            vector.count = count
            vector.owners = [arena]
        }
        return Batch(columns: vectors, count: count)
    }
}
