import ArgumentParser
import Logging
import Server

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve a data directory until SIGTERM or Ctrl-C.",
        discussion: """
            The first start makes the directory, the superuser "admin" and two files that only you \
            can read: admin.password, and ingest.token for the senders of events. A line that begins \
            with "ready:" says that both ports answer.

            Events are refused with 503 until SQL/schema.sql has made their tables.
            """)

    @Option(help: "The data directory.")
    var data = "storehouse-data"

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The port for PostgreSQL clients.")
    var port = 5432

    @Option(help: "The port for events by HTTP.")
    var httpPort = 8080

    @Option(help: "Threads that run queries. (default: one a processor)")
    var threads: Int?

    @Option(help: "What is logged on standard error: trace, debug, info, notice, warning, error.")
    var logLevel = Logger.Level.notice

    func validate() throws {
        for (name, value) in [("--port", port), ("--http-port", httpPort)]
        where !(0...65_535).contains(value) {
            throw ValidationError("\(name) must be between 0 and 65535")
        }
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads must be between 1 and 1024")
        }
    }

    func run() async throws {
        var configuration = ServerConfiguration(directory: data)
        configuration.host = host
        configuration.port = port
        configuration.httpPort = httpPort
        configuration.threads = threads
        let (host, data) = (host, data)
        do {
            try await StorehouseServer(configuration, logger: makeLogger(logLevel)).run {
                writeLine(
                    "ready: postgresql \(host):\($0), http \(host):\($1), data \(data)")
            }
        } catch {
            throw fail(error)
        }
    }
}
