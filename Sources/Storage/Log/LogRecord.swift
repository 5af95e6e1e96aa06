import Basics
import Vectors

/// One step of a commit as the log keeps it. Codes are on disk, never change.
enum LogOperation {
    case create(TableSpec)
    case truncate(UInt32)
    case alter(TableSpec)
    case drop(UInt32)
    /// Rows of a fragment, ascending.
    case delete(table: UInt32, fragment: UInt32, rows: [Int])
    /// Finished segments that become part of a table.
    case segments(table: UInt32, entries: [SegmentEntry])
    /// Rows from `firstRow` on of a tail fragment.
    case append(
        table: UInt32, fragment: UInt32, firstRow: Int, batches: [Batch], columns: [ColumnSpec])
    case catalog([UInt8])
    case note(String, [UInt8])
}

/// One commit in the log.
struct LogCommit {
    var number: CommitNumber
    var operations: [LogOperation]
}

/// Writes a commit's operations; batches come encoded.
struct LogCommitWriter {
    private var out = ByteWriter()
    private var count: UInt32 = 0

    var byteCount: Int { out.bytes.count }

    /// Everything but appended rows.
    mutating func add(_ operation: LogOperation) {
        count += 1
        switch operation {
        case .create(let spec):
            out.integer(UInt8(1))
            SpecCodec.write(spec, to: &out)
        case .truncate(let table):
            out.integer(UInt8(2))
            out.integer(table)
        case .alter(let spec):
            out.integer(UInt8(3))
            SpecCodec.write(spec, to: &out)
        case .drop(let table):
            out.integer(UInt8(4))
            out.integer(table)
        case .delete(let table, let fragment, let rows):
            out.integer(UInt8(5))
            out.integer(table)
            out.integer(fragment)
            SpecCodec.write(rows: rows, to: &out)
        case .segments(let table, let entries):
            out.integer(UInt8(6))
            out.integer(table)
            out.integer(UInt32(truncatingIfNeeded: entries.count))
            for entry in entries { SpecCodec.write(entry, to: &out) }
        case .append(let table, let fragment, let firstRow, let batches, let columns):
            var encoded = ByteWriter()
            for batch in batches { BatchCodec.write(batch, columns: columns, to: &encoded) }
            count -= 1
            addAppend(
                table: table, fragment: fragment, firstRow: firstRow, batches: batches.count,
                encoded: encoded.bytes)
        case .catalog(let image):
            out.integer(UInt8(8))
            SpecCodec.write(image, to: &out)
        case .note(let name, let value):
            out.integer(UInt8(9))
            out.string(name)
            SpecCodec.write(value, to: &out)
        }
    }

    mutating func addAppend(
        table: UInt32, fragment: UInt32, firstRow: Int, batches: Int, encoded: [UInt8]
    ) {
        count += 1
        out.integer(UInt8(7))
        out.integer(table)
        out.integer(fragment)
        out.integer(UInt32(truncatingIfNeeded: firstRow))
        out.integer(UInt32(truncatingIfNeeded: batches))
        out.append(encoded)
    }

    /// The commit behind its number, as one part of a frame.
    func finish(_ number: CommitNumber, into frame: inout ByteWriter) {
        frame.integer(number)
        frame.integer(count)
        frame.append(out.bytes)
    }
}

/// Reads the commits of a frame.
enum LogCommitReader {
    static func read(_ payload: UnsafeRawBufferPointer) throws -> [LogCommit] {
        var reader = ByteReader(payload)
        var commits: [LogCommit] = []
        while !reader.isAtEnd {
            let number = try reader.integer(CommitNumber.self)
            let count = Int(try reader.integer(UInt32.self))
            var operations: [LogOperation] = []
            for _ in 0..<count { operations.append(try operation(&reader)) }
            commits.append(LogCommit(number: number, operations: operations))
        }
        return commits
    }

    private static func operation(_ reader: inout ByteReader) throws -> LogOperation {
        let at = reader.offset
        switch try reader.integer(UInt8.self) {
        case 1: return .create(try SpecCodec.readSpec(&reader))
        case 2: return .truncate(try reader.integer())
        case 3: return .alter(try SpecCodec.readSpec(&reader))
        case 4: return .drop(try reader.integer())
        case 5:
            return .delete(
                table: try reader.integer(), fragment: try reader.integer(),
                rows: try SpecCodec.readRows(&reader))
        case 6:
            let table = try reader.integer(UInt32.self)
            var entries: [SegmentEntry] = []
            for _ in 0..<(try reader.integer(UInt32.self)) {
                entries.append(try SpecCodec.readEntry(&reader))
            }
            return .segments(table: table, entries: entries)
        case 7: return try append(&reader)
        case 8: return .catalog(try SpecCodec.readBytes(&reader))
        case 9: return .note(try reader.string(), try SpecCodec.readBytes(&reader))
        default: throw ByteReaderError.malformed("operation", offset: at)
        }
    }

    private static func append(_ reader: inout ByteReader) throws -> LogOperation {
        let table = try reader.integer(UInt32.self)
        let fragment = try reader.integer(UInt32.self)
        let firstRow = Int(try reader.integer(UInt32.self))
        let at = reader.offset
        var batches: [Batch] = []
        var columns: [ColumnSpec] = []
        for index in 0..<(try reader.integer(UInt32.self)) {
            let read = try BatchCodec.read(&reader)
            if index == 0 { columns = read.columns }
            guard read.columns.map(\.id) == columns.map(\.id) else {
                throw ByteReaderError.malformed("columns", offset: at)
            }
            batches.append(read.batch)
        }
        return .append(
            table: table, fragment: fragment, firstRow: firstRow, batches: batches,
            columns: columns)
    }
}
