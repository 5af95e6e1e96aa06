import Basics
import SQLSyntax
import Testing

@Suite struct ParserTests {
    private func expression(_ text: String) throws -> Expr { try Parser.parseExpression(text) }

    private func printed(_ text: String) throws -> String {
        Printer.text(of: try Parser.parseExpression(text))
    }

    @Test(arguments: Corpus.statements)
    func parsesTheCorpus(_ text: String) throws {
        #expect(try Parser.parseStatements(text).count == 1)
    }

    @Test func cutsStatementsApart() throws {
        let text = "  select $2 ; ; -- none\n insert into t values ($1);\nselect 'é;' "
        let statements = try Parser.parseStatements(text)
        #expect(
            statements.map(\.text) == ["select $2", "insert into t values ($1)", "select 'é;'"])
        #expect(statements.map(\.parameterCount) == [2, 1, 0])
        #expect(statements.map(\.range.lowerBound) == [2, 25, 52])
        #expect(try Parser.parseStatements(" ; /* */ ; ").isEmpty)
    }

    @Test(arguments: [
        ("a + b * c - d", "a + b * c - d"),
        ("(a + b) * (c - d)", "(a + b) * (c - d)"),
        ("a - (b - c)", "a - (b - c)"),
        ("(a < b) = c", "(a < b) = c"),
        ("not a = b", "NOT a = b"),
        ("(not a) = b", "(NOT a) = b"),
        ("a or b and c", "a OR b AND c"),
        ("(a or b) and c", "(a OR b) AND c"),
        ("(- a) ^ 2", "- a ^ 2"),
        ("-1", "-1"),
        ("(-1)::int", "(-1)::integer"),
        ("-1::int", "- 1::integer"),
        ("a = b is null", "a = b IS NULL"),
        ("a::numeric(10,2)::text", "a::numeric(10, 2)::text"),
        ("x between 1 and 2 and y", "x BETWEEN 1 AND 2 AND y"),
        ("x in (1,2)", "x IN (1, 2)"),
        ("extract(year from d)", "EXTRACT('year' FROM d)"),
        ("position('a' in b)", "POSITION('a' IN b)"),
        ("d at time zone 'utc'", "d AT TIME ZONE 'utc'"),
        ("interval '3' day", "interval '3' day"),
        ("timestamp with time zone '2024-01-01'", "timestamp with time zone '2024-01-01'"),
        ("\"Select\" || \"order\"", "\"Select\" || \"order\""),
        ("CURRENT_USER = usr", "CURRENT_USER = usr"),
        ("(a, b) = row(1, 2)", "(a, b) = ROW(1, 2)"),
        ("(x).y", "(x).y"),
        ("a[1:2][3]", "a[1:2][3]"),
    ])
    func printsExpressions(_ text: String, _ expected: String) throws {
        #expect(try printed(text) == expected)
        #expect(try printed(expected) == expected)
        #expect(try expression(expected) == expression(text))
    }

    @Test func treesHaveTheRightShape() throws {
        guard case .binary(let first, let rest) = try expression("a + b * c = 2").kind else {
            Issue.record("no chain")
            return
        }
        #expect(first.kind == .column(["a"]))
        #expect(rest.map(\.op.symbol) == ["+", "="])
        #expect(rest.map(\.op.position) == [3, 11])
        #expect(try expression("a and b and c").kind == .and(["a", "b", "c"].map(column)))
        #expect(try expression("- 5").kind == .integer("-5"))
        #expect(try expression("E'a\\n\\x41\\u00e9'").kind == .string("a\nA\u{e9}"))
        #expect(try expression("'a'\n  'b'").kind == .string("ab"))
        #expect(try expression("$a$x'y$a$").kind == .string("x'y"))
        #expect(try expression("FooBar").kind == .column(["foobar"]))
        #expect(try expression("t.*").kind == .star(qualifier: ["t"]))
        let long = String(repeating: "é", count: 40)
        #expect(
            try expression("\"\(long)\"").kind == .column([String(repeating: "é", count: 31)]))
    }

    private func column(_ name: String) -> Expr { Expr(.column([name])) }

    @Test func operatorsEndWherePostgresEndsThem() throws {
        #expect(try printed("a=-1") == "a = -1")
        #expect(try printed("a@-1") == "a @- 1")
        #expect(try printed("a<--c\nb") == "a < b")
        #expect(try printed("a*/*c*/b") == "a * b")
        #expect(try printed("a!=b") == "a <> b")
    }

    @Test func typesKeepTheirSpelling() throws {
        for (text, name, printed) in [
            ("int", "int4", "integer"), ("double precision", "float8", "double precision"),
            ("float(10)", "float4", "real"), ("char", "bpchar", "character(1)"),
            ("varchar(5)[]", "varchar", "character varying(5)[]"),
            ("timestamp(3) with time zone", "timestamptz", "timestamp(3) with time zone"),
            ("interval day to second(2)", "interval", "interval day to second(2)"),
            ("pg_catalog.int8 array", "int8", "bigint[]"), ("\"char\"", "char", "\"char\""),
        ] {
            let type = try Parser.parseTypeName(text)
            #expect(type.name.name == name)
            #expect(Printer.text(of: type) == printed)
        }
    }

    @Test(arguments: Corpus.statements)
    func queriesSurviveARoundTrip(_ text: String) throws {
        guard case .query(let query) = try Parser.parseStatements(text)[0].statement else { return }
        let printed = Printer.text(of: query)
        #expect(try Parser.parseQuery(printed) == query, "\(printed)")
    }

    @Test func roleAndPolicyStatements() throws {
        let policy = try Parser.parseStatements(
            "create policy p on s.t as restrictive for select to a, public using (x = 1)")
        guard case .createPolicy(let policy) = policy[0].statement else {
            Issue.record("no policy")
            return
        }
        #expect(!policy.isPermissive && policy.command == .select)
        #expect(policy.roles.map(\.kind) == [.named("a"), .public])
        #expect(policy.using.map { Printer.text(of: $0) } == "x = 1")
        let role = try Parser.parseStatements("create user u password 'p' login nobypassrls")
        guard case .createRole(let role) = role[0].statement else {
            Issue.record("no role")
            return
        }
        #expect(role.word == .user)
        #expect(
            role.options.map(\.kind) == [.password("p"), .login(true), .bypassRowSecurity(false)])
    }
}
