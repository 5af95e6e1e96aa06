import Basics
import Execution
import Planning
import PostgresProtocol
import SQLSyntax
import Vectors

/// COPY … TO.
struct CopyOut {
    private let runner: StatementRunner
    init(_ runner: StatementRunner) { self.runner = runner }

    func run(_ copy: Copy) throws -> String {
        let options = try CopyOptions(copy.options)
        let bound = try runner.binder.bindCopyOut(copy)
        let operation = try runner.plan(runner.security().secure(bound))
        let context = try runner.session.queryContext(runner.cancellation)
        let out = runner.out
        let file: CopyFile? =
            switch copy.endpoint {
            case .client: nil
            case .file(let path): try CopyFile(writing: path, runner)
            case .program: throw CopyFile.noPrograms
            }
        let isBinary = options.format == .binary
        if file == nil {
            try out.copyOut(format: isBinary ? .binary : .text, columns: bound.outputs.count)
        }
        let forced = bound.outputs.map { options.forcedQuotes?.contains($0.name) ?? true }
        var writer = CopyWriter(options, forced, context.evaluation.formatSession)
        // One message a row, as PostgreSQL sends them: drivers parse rows by message.
        if options.hasHeader {
            writer.header(bound.outputs.map(\.name))
            if file == nil { try out.copyData(writer.take()) }
        }
        if isBinary { writer.binaryHeader() }
        var count = 0
        try operation.run(context) { batch in
            for row in 0..<batch.count {
                if isBinary { writer.binaryRow(batch, row) } else { writer.row(batch, row) }
                if file == nil { try out.copyData(writer.take()) }
            }
            try file?.write(writer.take())
            count += batch.count
        }
        if isBinary { writer.binaryEnd() }
        if let file {
            try file.write(writer.take())
        } else {
            let rest = writer.take()
            if !rest.isEmpty { try out.copyData(rest) }
            try out.copyDone()
        }
        return "COPY \(count)"
    }
}

/// Writes rows as COPY's text or CSV.
private struct CopyWriter {
    private let options: CopyOptions
    private let isForced: [Bool]
    private let session: FormatSession
    private var bytes: [UInt8] = []
    private var field: [UInt8] = []

    init(_ options: CopyOptions, _ isForced: [Bool], _ session: FormatSession) {
        self.options = options
        self.isForced = isForced
        self.session = session
    }

    mutating func take() -> [UInt8] {
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes
    }

    mutating func header(_ names: [String]) {
        for (index, name) in names.enumerated() {
            if index > 0 { bytes.append(options.delimiter) }
            field = Array(name.utf8)
            append(isOnly: names.count == 1, isForced: false)
        }
        bytes.append(10)
    }

    mutating func binaryHeader() { bytes += CopyBinary.header }

    mutating func binaryEnd() { bytes += [0xFF, 0xFF] }

    mutating func binaryRow(_ batch: Batch, _ row: Int) {
        let count = UInt16(truncatingIfNeeded: batch.columns.count)
        bytes += [UInt8(count >> 8), UInt8(count & 0xFF)]
        for column in batch.columns {
            if column.isNull(row) {
                bytes += [0xFF, 0xFF, 0xFF, 0xFF]
                continue
            }
            field.removeAll(keepingCapacity: true)
            BinaryFormat.append(column, row: row, into: &field)
            let length = UInt32(truncatingIfNeeded: field.count)
            withUnsafeBytes(of: length.bigEndian) { bytes += $0 }
            bytes += field
        }
    }

    mutating func row(_ batch: Batch, _ row: Int) {
        for (index, column) in batch.columns.enumerated() {
            if index > 0 { bytes.append(options.delimiter) }
            if column.isNull(row) {
                bytes.append(contentsOf: options.null)
                continue
            }
            field.removeAll(keepingCapacity: true)
            TextFormat.append(column, row: row, to: &field, session: session)
            append(isOnly: batch.columns.count == 1, isForced: isForced[index])
        }
        bytes.append(10)
    }

    private mutating func append(isOnly: Bool, isForced: Bool) {
        if options.format == .csv {
            let needsQuotes =
                isForced || field.elementsEqual(options.null) || (isOnly && field == [0x5C, 0x2E])
                || field.contains {
                    $0 == options.delimiter || $0 == options.quote || $0 == 10 || $0 == 13
                }
            guard needsQuotes else {
                bytes.append(contentsOf: field)
                return
            }
            bytes.append(options.quote)
            for byte in field {
                if byte == options.quote || byte == options.escape { bytes.append(options.escape) }
                bytes.append(byte)
            }
            bytes.append(options.quote)
            return
        }
        for byte in field {
            switch byte {
            case 8: bytes.append(contentsOf: [0x5C, UInt8(ascii: "b")])
            case 9: bytes.append(contentsOf: [0x5C, UInt8(ascii: "t")])
            case 10: bytes.append(contentsOf: [0x5C, UInt8(ascii: "n")])
            case 11: bytes.append(contentsOf: [0x5C, UInt8(ascii: "v")])
            case 12: bytes.append(contentsOf: [0x5C, UInt8(ascii: "f")])
            case 13: bytes.append(contentsOf: [0x5C, UInt8(ascii: "r")])
            case 0x5C: bytes.append(contentsOf: [0x5C, 0x5C])
            case options.delimiter: bytes.append(contentsOf: [0x5C, byte])
            default: bytes.append(byte)
            }
        }
    }
}
