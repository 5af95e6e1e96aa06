import ArgumentParser
import Server

struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Verify a data directory that no server has open, without changing it.",
        discussion: """
            Compares every checksum, row count, order and key, and reads the catalog. Prints one line a \
            problem and ends with exit code 1 if there is any.
            """)

    @Argument(help: "The data directory.")
    var directory: String

    func run() throws {
        let problems = DataDirectory(directory).problems()
        for problem in problems { writeLine(problem) }
        if !problems.isEmpty { throw ExitCode.failure }
        writeLine("\(directory): no problems")
    }
}
