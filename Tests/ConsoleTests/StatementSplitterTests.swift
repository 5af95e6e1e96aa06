import Basics
import Console
import Testing

@Suite("Statement splitter")
struct StatementSplitterTests {
    private func pieces(_ text: String) -> [StatementSplitter.Piece] {
        var splitter = StatementSplitter()
        return text.split(separator: "\n", omittingEmptySubsequences: false)
            .flatMap { splitter.add(line: String($0)) }
    }

    @Test func statementsEndAtSemicolons() {
        #expect(pieces("SELECT 1; SELECT 2;") == [.statement("SELECT 1;"), .statement("SELECT 2;")])
        #expect(pieces("SELECT\n  1\n;") == [.statement("SELECT\n  1\n;")])
        #expect(pieces("SELECT 1").isEmpty)
        #expect(pieces("CREATE RULE (a; b);") == [.statement("CREATE RULE (a; b);")])
    }

    @Test func quotesAndCommentsHideSemicolons() {
        for text in [
            "SELECT ';';", "SELECT 'it''s;';", "SELECT E'\\';';", "SELECT \"a;b\";",
            "SELECT $$;$$;", "SELECT $x$ $$;$$ ; $x$;", "SELECT 1 /* ; /* ; */ ; */;",
            "SELECT 1 -- ;\n;", "SELECT '\n;\n';", "SELECT $1;", "SELECT 'a\\';",
        ] {
            #expect(pieces(text) == [.statement(text)])
        }
    }

    @Test func backslashCommands() {
        #expect(pieces("\\d orders") == [.command("d orders")])
        #expect(pieces("SELECT 1 \\gx") == [.command("gx")])
        #expect(pieces("SELECT '\\d';") == [.statement("SELECT '\\d';")])
    }

    @Test func contextTellsWhatIsOpen() {
        func context(_ text: String) -> StatementSplitter.Context {
            var splitter = StatementSplitter()
            _ = splitter.add(line: text)
            return splitter.context
        }
        #expect(context("") == .empty)
        #expect(context("SELECT 1;") == .empty)
        #expect(context("SELECT") == .statement)
        #expect(context("SELECT '") == .quote("'"))
        #expect(context("SELECT (") == .parenthesis)
        #expect(context("SELECT $$") == .dollarQuote)
        #expect(context("/* x") == .comment)
    }

    @Test func anyTextIsTaken() {
        var random = SplitMix64(seed: 11)
        let alphabet = Array("a'\"$;\\-/*() \nE")
        for _ in 0..<3_000 {
            let text = String(
                (0..<Int.random(in: 0...40, using: &random)).map { _ in
                    alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
                })
            _ = pieces(text)
        }
    }
}
