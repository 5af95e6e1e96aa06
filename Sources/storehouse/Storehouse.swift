import ArgumentParser
import Basics
import Glibc
import Logging

/// The executable: one subcommand a file, each of them thin.
@main
struct Storehouse: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "storehouse",
        abstract: "A columnar warehouse database for retail.",
        discussion: """
            It speaks PostgreSQL's wire protocol, takes events from stores by HTTP, and keeps \
            everything in one data directory.
            """,
        subcommands: [Serve.self, SQL.self, Generate.self, Simulate.self, Check.self])
}

/// Ends the command with a message on standard error and exit code 1.
func fail(_ error: any Error) -> ExitCode {
    let text = (error as? SQLError)?.message ?? "\(error)"
    writeLine("storehouse: \(text)", to: STDERR_FILENO)
    return .failure
}

/// One line, at once and whole.
func writeLine(_ line: String, to file: Int32 = STDOUT_FILENO) {
    write(line + "\n", to: file)
}

func write(_ text: String, to file: Int32) {
    let bytes = Array(text.utf8)
    var start = 0
    while start < bytes.count {
        let count = bytes.withUnsafeBytes {
            Glibc.write(file, $0.baseAddress.map { $0 + start }, bytes.count - start)
        }
        if count <= 0 { return }
        start += count
    }
}

/// Logs of the level and above on standard error.
func makeLogger(_ level: Logger.Level) -> Logger {
    var logger = Logger(label: "storehouse") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = level
    return logger
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
