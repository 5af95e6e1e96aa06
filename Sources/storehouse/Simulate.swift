import ArgumentParser
import Basics
import DemoData
import Dispatch
import Glibc

struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Send a server the events of stores that keep selling.",
        discussion: """
            Runs until SIGTERM or Ctrl-C, or for --seconds. Seed and stores are those of "storehouse \
            generate", so that the events fit its history.
            """)

    @Option(help: "The server's address.")
    var host = "127.0.0.1"

    @Option(help: "The server's port for events.")
    var httpPort = 8080

    @Option(help: "The file with the ingest token.")
    var tokenFile = "storehouse-data/ingest.token"

    @Option(help: "The seed of the history.")
    var seed: UInt64 = 1

    @Option(help: "Stores.")
    var stores = 100

    @Option(help: "Events a second.")
    var rate = 2000.0

    @Option(help: "How long to send. (default: until stopped)")
    var seconds: Double?

    func validate() throws {
        guard (1...10_000).contains(stores) else {
            throw ValidationError("--stores must be between 1 and 10000")
        }
        guard rate > 0, rate <= 1_000_000 else {
            throw ValidationError("--rate must be above 0 and at most 1000000")
        }
        guard (1...65_535).contains(httpPort) else {
            throw ValidationError("--http-port must be between 1 and 65535")
        }
    }

    func run() throws {
        var options = Simulator.Options()
        options.host = host
        options.port = httpPort
        options.eventsPerSecond = rate
        options.seed = seed
        do {
            options.token = try token()
        } catch {
            throw fail(error)
        }
        var history = DemoDataCommand.Options(directory: "")
        history.seed = seed
        history.stores = stores
        let simulator = Simulator(
            DemoDataCommand.world(history, now: DemoDataCommand.clock()), options)

        signal(SIGPIPE, SIG_IGN)
        let queue = DispatchQueue(label: "storehouse.signals")
        let sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { simulator.stop() }
            source.resume()
            return source
        }
        defer { for source in sources { source.cancel() } }

        let isTerminal = isatty(STDERR_FILENO) == 1
        let sent = simulator.run(seconds: seconds) { progress in
            if isTerminal { write("\r" + Self.text(progress), to: STDERR_FILENO) }
        }
        writeLine((isTerminal ? "\r" : "") + Self.text(sent), to: STDERR_FILENO)
        if sent.acknowledged == 0 || sent.refused > 0 { throw ExitCode.failure }
    }

    private static func text(_ progress: Simulator.Progress) -> String {
        "\(progress.acknowledged) events acknowledged, "
            + "\(Int(progress.eventsPerSecond.rounded()))/s, \(progress.retries) retries, "
            + "\(progress.refused) refused, slowest answer "
            + "\(progress.latencyMicrosecondsMax / 1000) ms"
    }

    private func token() throws -> String {
        guard let file = fopen(tokenFile, "r") else {
            throw SQLError(
                .ioError, "could not open \"\(tokenFile)\": \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = fread(&bytes, 1, bytes.count, file)
        let line = bytes.prefix(count).prefix { $0 > 0x20 }
        guard !line.isEmpty else { throw SQLError(.ioError, "\"\(tokenFile)\" is empty") }
        return String(decoding: line, as: UTF8.self)
    }
}
