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
        if file == nil {
            try out.copyOut(
                format: options.format == .binary ? .binary : .text,
                columns: bound.outputs.count)
        }
        let forced = bound.outputs.map { options.forcedQuotes?.contains($0.name) ?? true }
        var writer = CopyWriter(options, forced, context.evaluation.formatSession)
        // One message a row, as PostgreSQL sends them: drivers parse rows by message.
        if options.hasHeader {
            writer.header(bound.outputs.map(\.name))
            if file == nil { try out.copyData(writer.take()) }
        }
        var count = 0
        try operation.run(context) { batch in
            for row in 0..<batch.count {
                writer.row(batch, row)
                if file == nil { try out.copyData(writer.take()) }
            }
            try file?.write(writer.take())
            count += batch.count
        }
        writer.end()
        let rest = writer.take()
        if let file {
            try file.write(rest)
        } else {
            if !rest.isEmpty { try out.copyData(rest) }
            try out.copyDone()
        }
        return "COPY \(count)"
    }
}

/// Writes rows as COPY's text, CSV or binary format.
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
        if options.format == .binary { bytes = CopyBinary.header }
    }

    /// What follows the last row.
    mutating func end() {
        if options.format == .binary { bytes.append(contentsOf: CopyBinary.trailer) }
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

    mutating func row(_ batch: Batch, _ row: Int) {
        if options.format == .binary { return binaryRow(batch, row) }
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

    private mutating func binaryRow(_ batch: Batch, _ row: Int) {
        bytes.write(bigEndian: UInt16(truncatingIfNeeded: batch.columns.count))
        for column in batch.columns {
            if column.isNull(row) {
                bytes.write(bigEndian: UInt32.max)
                continue
            }
            let slot = bytes.count
            bytes.write(bigEndian: UInt32(0))
            BinaryFormat.append(column, row: row, into: &bytes)
            BinaryFormat.patchLength(&bytes, at: slot)
        }
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
