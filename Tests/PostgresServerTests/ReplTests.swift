import Basics
import Console
import PostgresProtocol
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

private final class CapturedOutput: ConsoleOutput {
    let isTerminal = false
    var text = ""
    var errors = ""
    func write(_ bytes: [UInt8]) { text += String(decoding: bytes, as: UTF8.self) }
    func writeError(_ text: String) { errors += text }
}

@Suite("Console over sockets", .serialized)
struct ReplTests {
    private func run(
        commands: [String] = [], script: String? = nil, csv: Bool = false
    ) throws -> (code: Int32, text: String, errors: String, copied: String) {
        let server = try TestServer()
        defer { server.server.stop() }
        var options = PostgresClient.Options()
        options.port = server.port
        options.user = "analyst"
        options.database = "retail"
        options.password = FakeBackend.password
        let client = try PostgresClient(options)
        defer { client.close() }
        var repl = Repl.Options()
        repl.commands = commands
        repl.csv = csv
        var path: String?
        if let script {
            let name = "/tmp/repl-\(getpid())-\(UInt32.random(in: 0 ... .max)).sql"
            guard let file = fopen(name, "w") else { throw RawClient.Closed() }
            fputs(script, file)
            fclose(file)
            repl.files = [name]
            path = name
        }
        defer { if let path { unlink(path) } }
        let output = CapturedOutput()
        let code = Repl(repl, connection: client, output: output, handlesInterrupts: false).run()
        let copied = server.backend.log.withLock { String(decoding: $0.copied, as: UTF8.self) }
        return (code, output.text, output.errors, copied)
    }

    @Test func commandsPrintTables() throws {
        let result = try run(commands: ["ROWS 2"])
        #expect(result.code == 0)
        #expect(result.text == " n \n---\n 0\n 1\n(2 rows)\n\n")
        let csv = try run(commands: ["ROWS 2"], csv: true)
        #expect(csv.text == "n\n0\n1\n")
        let failed = try run(commands: ["FAIL"])
        #expect(failed.code == 1)
        #expect(
            failed.errors
                == "ERROR:  syntax error at or near \"FAIL\"\nLINE 1: FAIL\n        ^\n"
                + "HINT:  Do not.\n")
    }

    @Test func scriptsCopyTheLinesThatFollow() throws {
        let result = try run(
            script: """
                COPYIN;
                one
                two
                \\.
                COPYOUT;
                \\x on
                ROWS 1;
                BEGIN;
                NOPE;
                """)
        #expect(result.code == 1)
        #expect(result.copied == "one\ntwo\n")
        #expect(result.text.contains("COPY 2\n"))
        #expect(result.text.contains("one\ntwo\n"))
        #expect(result.text.contains("-[ RECORD 1 ]"))
        #expect(result.text.contains("BEGIN\n"))
        #expect(result.errors.contains(".sql:9: ERROR:  relation \"NOPE\" does not exist"))
    }

    @Test func wrongPassword() throws {
        let server = try TestServer()
        defer { server.server.stop() }
        var options = PostgresClient.Options()
        options.port = server.port
        options.user = "analyst"
        options.database = "retail"
        options.password = "nonsense"
        #expect(throws: SQLError.self) { try PostgresClient(options) }
        options.password = nil
        #expect(throws: SQLError.self) { try PostgresClient(options) }
    }
}
