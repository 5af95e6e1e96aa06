import ArgumentParser
import Console
import Glibc
import Server

struct SQL: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sql",
        abstract: "Run SQL: a console, or statements from the command line and files.",
        discussion: """
            Connects to a server; the password comes from PGPASSWORD, or is asked for. With --data it \
            opens a data directory that no server has open, and needs no password.

            Without -c and -f, statements come from standard input. All -c run before all -f. The exit \
            code is 1 if a statement failed and 2 if the connection was lost.
            """)

    @Option(help: "The server's address.")
    var host = "127.0.0.1"

    @Option(help: "The server's port.")
    var port = 5432

    @Option(name: [.customShort("U"), .long], help: "The role to log in as.")
    var user = DataDirectory.superuser

    @Option(name: [.customShort("d"), .long], help: "The database.")
    var database = "storehouse"

    @Option(help: "Open this data directory instead of connecting to a server.")
    var data: String?

    @Option(
        name: [.customShort("c"), .customLong("command")], parsing: .unconditionalSingleValue,
        help: "Run statements, or one backslash command; may be repeated.")
    var commands: [String] = []

    @Option(
        name: [.customShort("f"), .customLong("file")],
        help: "Run a file; may be repeated.")
    var files: [String] = []

    @Flag(help: "Show results as CSV.")
    var csv = false

    func run() throws {
        let status: Int32
        do {
            status = try data.map(runLocally) ?? connect(host: host, port: port, password: password())
        } catch {
            throw fail(error)
        }
        throw ExitCode(status)
    }

    private func runLocally(_ directory: String) throws -> Int32 {
        let server = try LocalServer(
            directory: DataDirectory(directory), user: user, threads: nil,
            logger: makeLogger(.error))
        defer { server.stop() }
        return try connect(host: "127.0.0.1", port: server.port, password: server.password)
    }

    private func connect(host: String, port: Int, password: String?) throws -> Int32 {
        var options = PostgresClient.Options()
        options.host = host
        options.port = port
        options.user = user
        options.password = password
        options.database = database
        let client = try PostgresClient(options)
        defer { client.close() }
        var settings = Repl.Options()
        settings.commands = commands
        settings.files = files
        settings.csv = csv
        return Repl(settings, connection: client).run()
    }

    private func password() -> String? {
        if let known = getenv("PGPASSWORD") { return String(cString: known) }
        guard isatty(STDIN_FILENO) == 1, let typed = getpass("Password for user \(user): ") else {
            return nil
        }
        return String(cString: typed)
    }
}
