import Basics
import PostgresProtocol

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The console behind `storehouse sql`.
///
/// Lines come from a `LineSource`, `StatementSplitter` cuts them into statements and backslash
/// commands, the connection runs the statements, and `ResultPrinter` shows what they give.
package final class Repl {
    package struct Options {
        /// Run these instead of standard input, in this order: all of `-c`, then all of `-f`.
        package var commands: [String] = []
        package var files: [String] = []
        package var csv = false
        package init() {}
    }

    /// Deep enough for scripts that include scripts, and a bound for one that includes itself.
    private static let includeDepthMax = 16

    let connection: any SQLConnection
    let output: any ConsoleOutput
    private let options: Options
    var style: TableStyle
    var showsTiming = false
    /// What stands for NULL: `\pset null`.
    var null = ""
    /// Whether results longer than the screen go to a pager.
    var pages = true
    /// Where results go instead of the screen: `\o`.
    var target: StreamOutput?
    /// What ran last, for `\watch`, `\e` and `\g`.
    private(set) var last = ""
    private var source: any LineSource = TextLines("")
    private var includeDepth = 0
    private(set) var failures = 0
    private var isOver = false
    private var isLost = false
    private let interrupts: Interrupts?
    private var editor: EditedLines?

    /// `handlesInterrupts` makes Ctrl-C cancel the running statement.
    package init(
        _ options: Options, connection: any SQLConnection,
        output: any ConsoleOutput = StandardOutput(), handlesInterrupts: Bool = true
    ) {
        self.options = options
        self.connection = connection
        self.output = output
        style = options.csv ? .csv : .aligned
        let isInteractive = options.commands.isEmpty && options.files.isEmpty
            && isatty(STDIN_FILENO) == 1
        let leave: @Sendable () -> Void = { _exit(130) }
        interrupts = handlesInterrupts
            ? Interrupts(whenIdle: isInteractive ? nil : leave) : nil
    }

    /// Runs to the end of the input. 0 if every statement ran, 1 if one failed and nobody was at the
    /// keyboard, 2 if the connection was lost.
    package func run() -> Int32 {
        if options.commands.isEmpty, options.files.isEmpty {
            runStandardInput()
        }
        for command in options.commands where !isOver { runCommand(command) }
        for file in options.files where !isOver { include(file) }
        target?.close()
        if isLost { return 2 }
        return failures > 0 && editor == nil ? 1 : 0
    }

    private func runStandardInput() {
        if isatty(STDIN_FILENO) == 1 {
            let edited = EditedLines()
            editor = edited
            CompletionKey.bind(connection)
            output.write(
                "Storehouse \(connection.parameter("server_version") ?? ""), "
                    + "\(connection.place). Type \\? for help.\n\n")
            run(edited)
        } else if let lines = FileLines(standardInput: ()) {
            run(lines)
        }
    }

    /// `-c`: a backslash command, or statements sent as one text and so as one transaction.
    private func runCommand(_ text: String) {
        if text.drop(while: \.isWhitespace).first == "\\" {
            run(TextLines(text))
        } else if let standardInput = FileLines(standardInput: ()) {
            source = standardInput
            execute(text)
        }
    }

    /// Runs a file's lines; `-` is standard input.
    func include(_ path: String) {
        guard includeDepth < Self.includeDepthMax else {
            return report("\\i: files include one another too deeply")
        }
        guard let lines = path == "-" ? FileLines(standardInput: ()) : FileLines(path: path)
        else {
            return report("\(path): \(String(cString: strerror(errno)))")
        }
        includeDepth += 1
        run(lines)
        includeDepth -= 1
    }

    /// A mistake that is the console's own to tell.
    func report(_ message: String) {
        failures += 1
        output.writeError("\(source.errorPrefix)\(message)\n")
    }

    func quit() { isOver = true }

    /// Reads a text as if it had been typed.
    func take(_ text: String, _ splitter: inout StatementSplitter) {
        let trimmed = text.reversed().drop { $0 == "\n" }.reversed()
        for line in String(trimmed).split(separator: "\n", omittingEmptySubsequences: false) {
            for piece in splitter.add(line: String(line)) where !isOver { handle(piece, &splitter) }
        }
    }

    // MARK: Lines

    private func run(_ lines: any LineSource) {
        let outer = source
        source = lines
        defer { source = outer }
        var splitter = StatementSplitter()
        var typed = ""
        while !isOver {
            guard let line = lines.nextLine(prompt: lines.isInteractive ? prompt(splitter) : "")
            else {
                finish(&splitter)
                if lines.isInteractive { output.write("\n") }
                return
            }
            guard case .text(let text) = line else {
                splitter.reset()
                typed = ""
                continue
            }
            typed += typed.isEmpty ? text : "\n" + text
            for piece in splitter.add(line: text) where !isOver { handle(piece, &splitter) }
            if !splitter.hasPending || !lines.isInteractive {
                if lines.isInteractive { editor?.remember(typed) }
                typed = ""
            }
        }
    }

    /// Input may end without a last semicolon; at a terminal that means "forget it".
    private func finish(_ splitter: inout StatementSplitter) {
        guard splitter.hasPending, !source.isInteractive else { return }
        execute(splitter.reset())
    }

    private func handle(
        _ piece: StatementSplitter.Piece, _ splitter: inout StatementSplitter
    ) {
        switch piece {
        case .statement(let sql): execute(sql)
        case .command(let text): command(text, &splitter)
        }
    }

    private func prompt(_ splitter: StatementSplitter) -> String {
        let mark: String
        switch splitter.context {
        case .empty: mark = "="
        case .statement: mark = "-"
        case .quote(let quote): mark = String(quote)
        case .dollarQuote: mark = "$"
        case .comment: mark = "*"
        case .parenthesis: mark = "("
        }
        let status: String
        switch connection.transactionStatus {
        case .idle: status = ""
        case .inTransaction: status = "*"
        case .failed: status = "!"
        }
        return "\(connection.database)\(mark)\(status)> "
    }

    // MARK: Statements

    /// Runs a text and prints what comes of it.
    func execute(_ sql: String, style: TableStyle? = nil, copyFile: CopyFile? = nil) {
        // A lone semicolon is nothing to repeat.
        if sql.contains(where: { $0 != ";" && !$0.isWhitespace }) { last = sql }
        let isWatched = source.isInteractive && PagedOutput.screenLines > 0
        let paged =
            pages && target == nil && isWatched
            ? PagedOutput(
                output, lines: PagedOutput.screenLines, command: PagedOutput.chosenCommand) : nil
        let progress = isWatched ? ProgressLine() : nil
        defer {
            progress?.end()
            paged?.finish()
        }
        let printer = ResultPrinter(
            sql: sql, style: style ?? self.style, prefix: source.errorPrefix, output: output,
            source: source, copyFile: copyFile, null: null, results: target ?? paged,
            progress: progress)
        let start = ContinuousClock.now
        do {
            if let interrupts {
                try interrupts.cancelling(connection) { try connection.run(sql, printer) }
            } else {
                try connection.run(sql, printer)
            }
        } catch {
            isLost = true
            isOver = true
            report((error as? SQLError)?.message ?? "\(error)")
            return
        }
        failures += printer.failures
        progress?.end()
        paged?.finish()
        if showsTiming { output.write(Self.timing(ContinuousClock.now - start)) }
    }

    private static func timing(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let microseconds = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
        let (whole, fraction) = microseconds.quotientAndRemainder(dividingBy: 1_000)
        let digits = String(fraction)
        let padded = String(repeating: "0", count: 3 - digits.count) + digits
        return "Time: \(whole).\(padded) ms\n"
    }
}
