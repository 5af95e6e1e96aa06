import ArgumentParser
import DemoData
import Glibc

struct Generate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write demo data: the history of a retailer with known truths.",
        discussion: """
            Makes a CSV file a table, events.ndjson with live events, and ground-truth.json with the \
            answers that the data was made to give. Equal seeds make equal retailers.
            """)

    @Option(help: "The directory to write to; made if it is missing.")
    var out: String

    @Option(help: "What all chance derives from.")
    var seed: UInt64 = 1

    @Option(help: "Stores.")
    var stores = 100

    @Option(help: "Sales lines of history, at least.")
    var rows = 1_000_000

    @Option(help: "Business days of history, the running one included.")
    var days = 91

    func validate() throws {
        guard (1...10_000).contains(stores) else {
            throw ValidationError("--stores must be between 1 and 10000")
        }
        guard (1...2_000_000_000).contains(rows) else {
            throw ValidationError("--rows must be between 1 and 2000000000")
        }
        guard (1...3660).contains(days) else {
            throw ValidationError("--days must be between 1 and 3660")
        }
    }

    func run() throws {
        var options = DemoDataCommand.Options(directory: out)
        options.seed = seed
        options.stores = stores
        options.salesLines = rows
        options.days = days
        let isTerminal = isatty(STDERR_FILENO) == 1
        var shown = -1
        do {
            try DemoDataCommand.run(options) { fraction, lines in
                let percent = Int(max(0, min(fraction, 1)) * 100)
                guard isTerminal, percent != shown else { return }
                shown = percent
                let bar = String(repeating: "#", count: percent * 32 / 100)
                    + String(repeating: " ", count: 32 - percent * 32 / 100)
                write("\r[\(bar)] \(percent) %  \(lines) sales lines", to: STDERR_FILENO)
            }
        } catch {
            if shown >= 0 { writeLine("", to: STDERR_FILENO) }
            throw fail(error)
        }
        if shown >= 0 { writeLine("", to: STDERR_FILENO) }
    }
}
