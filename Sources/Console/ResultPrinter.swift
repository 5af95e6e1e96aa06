import Basics
import PostgresProtocol

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file that `\copy` reads or writes in place of the console's own input and output.
final class CopyFile {
    private static let readBytes = 64 << 10
    private let file: UnsafeMutablePointer<FILE>
    /// Set by the first write that failed.
    private(set) var problem: String?

    init?(path: String, writes: Bool) {
        guard let file = fopen(path, writes ? "w" : "r") else { return nil }
        self.file = file
    }

    func read() throws -> [UInt8]? {
        let bytes = [UInt8](unsafeUninitializedCapacity: Self.readBytes) { buffer, count in
            count = fread(buffer.baseAddress, 1, buffer.count, file)
        }
        if bytes.isEmpty, ferror(file) != 0 {
            throw SQLError(.ioError, "could not read the file")
        }
        return bytes.isEmpty ? nil : bytes
    }

    func write(_ bytes: [UInt8]) {
        if problem == nil, fwrite(bytes, 1, bytes.count, file) != bytes.count {
            problem = String(cString: strerror(errno))
        }
    }

    func close() {
        if fclose(file) != 0, problem == nil { problem = String(cString: strerror(errno)) }
    }
}

/// Prints the results of one text, and feeds its COPY from the lines behind it.
final class ResultPrinter: SQLOutput {
    private(set) var failures = 0

    private let sql: String
    private let style: TableStyle
    private let prefix: String
    private let output: any ConsoleOutput
    private let source: any LineSource
    private let copyFile: CopyFile?
    private let null: String
    /// Where results go; errors, notices and COPY's prompts go to `output`.
    private let results: any ConsoleOutput
    private let progress: ProgressLine?
    private var table: TablePrinter?
    private var startedCopy = false
    private var copyEnded = false

    init(
        sql: String, style: TableStyle, prefix: String, output: any ConsoleOutput,
        source: any LineSource, copyFile: CopyFile?, null: String = "",
        results: (any ConsoleOutput)? = nil, progress: ProgressLine? = nil
    ) {
        self.sql = sql
        self.style = style
        self.prefix = prefix
        self.output = output
        self.source = source
        self.copyFile = copyFile
        self.null = null
        self.results = results ?? output
        self.progress = progress
    }

    func columns(_ columns: [ResultColumn]) {
        table = TablePrinter(columns, style: style, null: null, output: results)
    }

    func row(_ cells: [[UInt8]?]) {
        progress?.end()
        table?.row(cells)
    }

    func complete(_ tag: String) {
        progress?.end()
        startedCopy = false
        copyEnded = false
        if let table {
            table.end()
            self.table = nil
            // The rows that INSERT … RETURNING gives do not tell how many it inserted.
            if tag.hasPrefix("SELECT") || tag.hasPrefix("SHOW") || tag.hasPrefix("FETCH")
                || tag.hasPrefix("EXPLAIN")
            {
                return
            }
        }
        if style != .csv, !tag.isEmpty, !isCopyOut(tag) { results.write(tag + "\n") }
    }

    /// COPY TO STDOUT writes data and nothing else.
    private var wroteCopy = false
    private func isCopyOut(_ tag: String) -> Bool {
        defer { wroteCopy = false }
        return tag.hasPrefix("COPY") && wroteCopy && copyFile == nil
    }

    func error(_ error: SQLError, severity: String) {
        progress?.end()
        table?.end()
        table = nil
        failures += 1
        output.writeError(
            ErrorPrinter.text(
                error, severity: severity, sql: sql, prefix: prefix, colours: output.isTerminal))
    }

    func notice(_ error: SQLError, severity: String) {
        progress?.end()
        output.writeError(
            ErrorPrinter.text(error, severity: severity, sql: sql, prefix: prefix))
    }

    func copyOutput(_ bytes: [UInt8]) {
        wroteCopy = true
        progress?.end()
        if let copyFile { copyFile.write(bytes) } else { results.write(bytes) }
    }

    func copyInput() throws -> [UInt8]? {
        progress?.end()
        if let copyFile { return try copyFile.read() }
        if copyEnded { return nil }
        if !startedCopy, source.isInteractive {
            output.write(
                "Enter data to be copied followed by a newline.\n"
                    + "End with a backslash and a period on a line by itself, or an EOF signal.\n")
        }
        startedCopy = true
        var bytes: [UInt8] = []
        while bytes.count < 32 << 10 {
            switch source.nextLine(prompt: ">> ") {
            case .text("\\."), nil:
                copyEnded = true
                return bytes.isEmpty ? nil : bytes
            case .interrupted: throw SQLError(.queryCanceled, "canceled by user")
            case .text(let line):
                bytes += line.utf8
                bytes.append(0x0A)
                if source.isInteractive { return bytes }
            }
        }
        return bytes
    }
}
