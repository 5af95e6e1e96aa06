import Basics
import Foundation
import SQLSyntax
import Testing

/// A small generator with a seed, so that failures can be repeated.
private struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

@Suite struct HostileTests {
    /// Parses; whatever comes out but an `SQLError` is a failure. Queries must print and parse back.
    private func survive(_ text: String) {
        do {
            for parsed in try Parser.parseStatements(text) {
                guard case .query(let query) = parsed.statement else { continue }
                let printed = Printer.text(of: query)
                let again = try? Parser.parseQuery(printed)
                #expect(again == query, "\(text) became \(printed)")
            }
        } catch let error as SQLError {
            let length = text.unicodeScalars.count
            if let position = error.position { #expect((1...(length + 1)).contains(position)) }
        } catch {
            Issue.record("unexpected \(error)")
        }
    }

    @Test func mutationsNeverTrap() {
        var dice = Dice(state: 7)
        let statements = Corpus.statements
        let pieces = statements.flatMap { $0.split(separator: " ").map(String.init) }
        for _ in 0..<6_000 {
            var words = statements.randomElement(using: &dice)?.split(separator: " ")
                .map(String.init) ?? []
            for _ in 0..<Int.random(in: 1...3, using: &dice) where !words.isEmpty {
                let place = words.indices.randomElement(using: &dice) ?? 0
                switch Int.random(in: 0..<4, using: &dice) {
                case 0: words.remove(at: place)
                case 1: words.insert(pieces.randomElement(using: &dice) ?? "", at: place)
                case 2: words[place] = pieces.randomElement(using: &dice) ?? ""
                default: words.swapAt(place, words.count - 1)
                }
            }
            survive(words.joined(separator: " "))
        }
    }

    @Test func truncationsNeverTrap() {
        for statement in Corpus.statements {
            let scalars = Array(statement.unicodeScalars)
            for length in stride(from: 1, to: scalars.count, by: 3) {
                survive(String(String.UnicodeScalarView(scalars[..<length])))
            }
        }
    }

    @Test func tokenSoupNeverTraps() {
        var dice = Dice(state: 11)
        let soup = [
            "(", ")", "[", "]", ",", ";", ".", ":", "::", ":=", "=>", "*", "+", "-", "<", "=", "'a'",
            "E'\\", "\"", "$1", "$$", "1", ".5", "1e", "select", "from", "where", "case", "end",
            "not", "in", "is", "null", "with", "as", "array", "row", "over", "union", "é", "\u{0}",
            "values", "/*", "--", "\n", "a", "interval", "cast", "between", "and", "operator",
        ]
        for _ in 0..<5_000 {
            let count = Int.random(in: 1...25, using: &dice)
            survive(
                (0..<count).compactMap { _ in soup.randomElement(using: &dice) }
                    .joined(separator: Bool.random(using: &dice) ? " " : ""))
        }
    }

    private static let deep = [
        ("(", "1", ")"), ("f(", "1", ")"), ("not ", "a", ""), ("- ", "a", ""), ("@ ", "a", ""),
        ("(select ", "1", ")"), ("case when a then ", "1", " end"), ("array[", "1", "]"),
        ("1 + (", "1", ") * 2"), ("a or (b and ", "c", ")"), ("x in (", "1", ")"),
        ("(", "1", ")::int"), ("(select a from (select ", "1", ") x)"),
        ("(1, ", "2", ")"), ("a[", "1", "]"), ("a between 1 and (", "2", ")"),
    ]

    @Test(arguments: deep)
    func deepNestingIsRefused(_ open: String, _ core: String, _ close: String) {
        for depth in [10_000, 500, 200, 50] {
            let text =
                "select " + String(repeating: open, count: depth) + core
                + String(repeating: close, count: depth)
            onSmallStack {
                do {
                    for parsed in try Parser.parseStatements(text) {
                        guard case .query(let query) = parsed.statement else { continue }
                        let printed = Printer.text(of: query)
                        let again = Printer.text(of: try Parser.parseQuery(printed))
                        #expect(again == printed)
                    }
                    #expect(depth < 10_000)
                } catch let error as SQLError {
                    #expect(error.state == .statementTooComplex, "\(depth) × \(open): \(error)")
                } catch {
                    Issue.record("unexpected \(error)")
                }
            }
        }
    }

    @Test func deepTablesAndTailsAreRefused() {
        for text in [
            "select * from " + String(repeating: "(", count: 5_000) + "a",
            "select * from a" + String(repeating: " join b on true", count: 5_000),
            "select * from a" + String(repeating: " join b", count: 5_000),
            "select a" + String(repeating: "::int", count: 5_000),
            "select a" + String(repeating: " is null", count: 5_000),
            "select a" + String(repeating: " collate c", count: 5_000),
            "select ($1)" + String(repeating: ".f", count: 5_000),
            String(repeating: "with a as (", count: 5_000) + "select 1",
            "select 1 group by " + String(repeating: "grouping sets (", count: 5_000) + "a",
        ] {
            onSmallStack {
                do {
                    _ = try Parser.parseStatements(text)
                    Issue.record("accepted \(text.prefix(40))")
                } catch let error as SQLError {
                    #expect(error.state == .statementTooComplex, "\(error) \(text.prefix(40))")
                } catch {
                    Issue.record("unexpected \(error)")
                }
            }
        }
    }

    @Test(arguments: ["AND", "OR", "+", "||", "- b = c AND"])
    func longChainsAreFlat(_ op: String) {
        let text = Array(repeating: "a", count: 100_000).joined(separator: " \(op) ")
        onSmallStack {
            do {
                let expr = try Parser.parseExpression(text)
                let again = try Parser.parseExpression(Printer.text(of: expr))
                #expect(again == expr)
            } catch {
                Issue.record("\(error)")
            }
        }
    }

    @Test func longUnionsAreFlat() {
        let text = Array(repeating: "select 1", count: 20_000).joined(separator: " union all ")
        onSmallStack { #expect((try? Parser.parseStatements(text))?.count == 1) }
    }

    /// Runs on a thread with as little stack as threads have anywhere.
    private func onSmallStack(_ work: @escaping @Sendable () -> Void) {
        let done = DispatchSemaphore(value: 0)
        let thread = Thread {
            StackBounds.begin(bytes: 512 << 10)
            work()
            done.signal()
        }
        thread.stackSize = 512 << 10
        thread.start()
        done.wait()
    }
}
