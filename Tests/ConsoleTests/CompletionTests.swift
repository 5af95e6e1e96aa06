import Console
import Testing

@Suite("Completion")
struct CompletionTests {
    private let completion: Completion = {
        var made = Completion()
        made.names.keywords = ["select", "set", "from", "where", "group"]
        made.names.functions = ["sum", "substr"]
        made.names.schemas = ["public", "sales"]
        made.names.relations = [
            ("public", "visits", true), ("public", "Odd name", true), ("sales", "lines", false),
        ]
        made.names.columns = [
            "visits": ["id", "store", "amount"], "lines": ["order_id", "line"],
            "Odd name": ["a b"],
        ]
        return made
    }()

    private func offers(_ line: String) -> [String] {
        let word = line.split(separator: " ", omittingEmptySubsequences: false).last ?? ""
        return completion.candidates(line: line, word: String(word))
    }

    @Test func keyWordsTakeTheCaseOfWhatIsTyped() {
        #expect(offers("SE") == ["SELECT", "SET"])
        #expect(offers("sel") == ["select"])
        #expect(offers("xyz") == [])
    }

    @Test func relationsFollowFrom() {
        #expect(offers("select * from v") == ["visits"])
        #expect(offers("select * from s") == ["sales."])
        #expect(offers("INSERT INTO ") == ["\"Odd name\"", "public.", "sales.", "visits"])
        #expect(offers("\\d vi") == ["visits"])
    }

    @Test func qualifiedNames() {
        #expect(offers("select * from sales.l") == ["sales.lines"])
        #expect(offers("select visits.st") == ["visits.store"])
        #expect(offers("select * from visits v where v.a") == ["v.amount"])
        #expect(offers("select * from sales.lines as l where l.o") == ["l.order_id"])
        #expect(offers("select nosuch.a") == [])
    }

    @Test func columnsOfTheStatementsTables() {
        #expect(offers("select * from visits where st") == ["store"])
        #expect(offers("select * from sales where st") == [])
        #expect(offers("select su") == ["substr", "sum"])
    }

    @Test func commands() {
        #expect(offers("\\w") == ["\\watch"])
        #expect(offers("\\d").contains("\\dt"))
    }
}
