import Basics
import Console
import PostgresProtocol
import Testing

final class CapturedOutput: ConsoleOutput {
    let isTerminal = false
    var text = ""
    var errors = ""
    func write(_ bytes: [UInt8]) { text += String(decoding: bytes, as: UTF8.self) }
    func writeError(_ text: String) { errors += text }
}

@Suite("Tables and errors")
struct PrintingTests {
    private let columns = [
        ResultColumn(name: "id", type: .bigint, typeOID: 20),
        ResultColumn(name: "name of it", type: .text, typeOID: 25),
    ]

    private func printed(_ rows: [[String?]], _ style: TableStyle) -> String {
        let output = CapturedOutput()
        let table = TablePrinter(columns, style: style, output: output)
        for row in rows { table.row(row.map { $0.map { Array($0.utf8) } }) }
        table.end()
        return output.text
    }

    @Test func aligned() {
        #expect(
            printed([["1", "x"], ["12345", nil]], .aligned) == """
                  id   | name of it 
                -------+------------
                     1 | x
                 12345 | 
                (2 rows)


                """)
        #expect(printed([], .aligned).hasSuffix("(0 rows)\n\n"))
        #expect(printed([["1", "äö"]], .aligned).hasSuffix(" 1 | äö\n(1 row)\n\n".description))
    }

    @Test func linesAndControlCharacters() {
        let text = printed([["1", "a\nbc"], ["2", "\u{1B}[2J"]], .aligned)
        #expect(text.contains("| a         +\n"))
        #expect(text.contains("|    | bc") || text.contains("    | bc"))
        #expect(text.contains("\\x1B[2J"))
        #expect(!text.contains("\u{1B}"))
    }

    @Test func expanded() {
        #expect(
            printed([["1", "x"]], .expanded) == """
                -[ RECORD 1 ]-
                id         | 1
                name of it | x


                """)
    }

    @Test func csv() {
        #expect(
            printed([["1", "a,b"], [nil, "say \"x\""], ["2", "l\nm"]], .csv)
                == "id,name of it\n1,\"a,b\"\n,\"say \"\"x\"\"\"\n2,\"l\nm\"\n")
    }

    @Test func largeResultsStream() {
        let output = CapturedOutput()
        let table = TablePrinter(columns, style: .aligned, output: output)
        for row in 0..<25_000 { table.row([Array(String(row).utf8), nil]) }
        table.end()
        #expect(output.text.hasSuffix("(25000 rows)\n\n"))
        #expect(output.text.split(separator: "\n").count == 25_003)
    }

    @Test func errorsPointAtTheCharacter() {
        let sql = "SELECT a,\n       tötal FROM x"
        let error = SQLError(
            .undefinedColumn, "column \"tötal\" does not exist", detail: "It is gone.",
            hint: "Say total.", position: 18)
        #expect(
            ErrorPrinter.text(error, severity: "ERROR", sql: sql, prefix: "f.sql:2: ") == """
                f.sql:2: ERROR:  column "tötal" does not exist
                LINE 2:        tötal FROM x
                               ^
                DETAIL:  It is gone.
                HINT:  Say total.

                """)
    }

    @Test func placesAreNeverOutOfBounds() {
        var random = SplitMix64(seed: 5)
        for _ in 0..<3_000 {
            let sql = String(
                (0..<Int.random(in: 0...150, using: &random)).map { _ in
                    "ab \n\tä".randomElement(using: &random) ?? "a"
                })
            let error = SQLError(
                .syntaxError, "x", position: Int.random(in: -5...200, using: &random))
            let text = ErrorPrinter.text(error, severity: "ERROR", sql: sql)
            #expect(text.hasPrefix("ERROR:  x\n"))
        }
    }
}

@Suite("NULL display")
struct NullTests {
    private func printed(_ style: TableStyle, null: String) -> String {
        let output = CapturedOutput()
        let columns = [ResultColumn(name: "a", type: .text, typeOID: 25)]
        let table = TablePrinter(columns, style: style, null: null, output: output)
        table.row([nil])
        table.row([Array("x".utf8)])
        table.row([[]])
        table.end()
        return output.text
    }

    @Test func standsWhereTheValueIsMissing() {
        #expect(printed(.aligned, null: "(null)").contains(" (null)\n x\n \n(3 rows)"))
        #expect(printed(.expanded, null: "∅").contains("a | ∅\n"))
        #expect(printed(.csv, null: "NULL") == "a\nNULL\nx\n\n")
        #expect(printed(.csv, null: "") == "a\n\nx\n\n")
    }
}
