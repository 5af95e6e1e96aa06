import Basics
import SQLSyntax
import Testing

/// Messages and positions as PostgreSQL 15 gives them.
@Suite struct ErrorTests {
    private func error(_ text: String) -> SQLError? {
        do {
            _ = try Parser.parseStatements(text)
            return nil
        } catch {
            return error as? SQLError
        }
    }

    private static let cases: [(String, String, Int, String)] = [
        ("selec 1", "42601", 1, "syntax error at or near \"selec\""),
        ("select 1 frm t x", "42601", 14, "syntax error at or near \"t\""),
        ("select * from", "42601", 14, "syntax error at end of input"),
        ("select * from t where", "42601", 22, "syntax error at end of input"),
        ("select (1", "42601", 10, "syntax error at end of input"),
        ("select 1)", "42601", 9, "syntax error at or near \")\""),
        ("select 'abc", "42601", 8, "unterminated quoted string at or near \"'abc\""),
        ("select \"abc", "42601", 8, "unterminated quoted identifier at or near \"\"abc\""),
        (
            "select E'abc\\'", "42601", 8,
            "unterminated quoted string at or near \"E'abc\\'\""
        ),
        (
            "select $$abc", "42601", 8,
            "unterminated dollar-quoted string at or near \"$$abc\""
        ),
        ("select /* abc", "42601", 8, "unterminated /* comment at or near \"/* abc\""),
        (
            "select b'01", "42601", 8,
            "unterminated bit string literal at or near \"b'01\""
        ),
        (
            "select x'1f", "42601", 8,
            "unterminated hexadecimal string literal at or near \"x'1f\""
        ),
        (
            "select 123abc", "42601", 8,
            "trailing junk after numeric literal at or near \"123abc\""
        ),
        (
            "select 1e", "42601", 8,
            "trailing junk after numeric literal at or near \"1e\""
        ),
        (
            "select 1e+", "42601", 8,
            "trailing junk after numeric literal at or near \"1e+\""
        ),
        (
            "select $1abc", "42601", 8,
            "trailing junk after parameter at or near \"$1abc\""
        ),
        ("select \"\"", "42601", 8, "zero-length delimited identifier at or near \"\"\"\""),
        ("select 'é' 'ü'", "42601", 12, "syntax error at or near \"'ü'\""),
        ("select 'é', ?", "42601", 14, "syntax error at end of input"),
        ("select a < b < c", "42601", 14, "syntax error at or near \"<\""),
        ("select a = b = c", "42601", 14, "syntax error at or near \"=\""),
        (
            "select a between 1 and 2 between 3 and 4", "42601", 26,
            "syntax error at or near \"between\""
        ),
        ("select * from (select 1)", "42601", 15, "subquery in FROM must have an alias"),
        ("select * from (values (1))", "42601", 15, "VALUES in FROM must have an alias"),
        ("select 1 limit 1, 2", "42601", 10, "LIMIT #,# syntax is not supported"),
        (
            "select 1 order by 1 limit 1 limit 2", "42601", 29,
            "syntax error at or near \"limit\""
        ),
        (
            "(select 1 order by 1) order by 1", "42601", 32,
            "multiple ORDER BY clauses not allowed"
        ),
        (
            "(select 1 limit 1) limit 2", "42601", 26,
            "multiple LIMIT clauses not allowed"
        ),
        (
            "with a as (select 1) (with b as (select 2) select 3)", "42601", 1,
            "multiple WITH clauses not allowed"
        ),
        (
            "select sum(a) over (rows between current row and 1 preceding) from t", "42P20", 50,
            "frame starting from current row cannot have preceding rows"
        ),
        (
            "select sum(a) over (rows unbounded following) from t", "42P20", 26,
            "frame start cannot be UNBOUNDED FOLLOWING"
        ),
        (
            "select sum(a) over (rows 1 following) from t", "42P20", 26,
            "frame starting from following row cannot end with current row"
        ),
        (
            "select f(distinct a) within group (order by b)", "42601", 22,
            "cannot use DISTINCT with WITHIN GROUP"
        ),
        ("insert into t (a", "42601", 17, "syntax error at end of input"),
        ("insert into t values (1,)", "42601", 25, "syntax error at or near \")\""),
        ("insert into t", "42601", 14, "syntax error at end of input"),
        ("update t set", "42601", 13, "syntax error at end of input"),
        ("update t a = 1", "42601", 12, "syntax error at or near \"=\""),
        ("delete t", "42601", 8, "syntax error at or near \"t\""),
        ("create table t (a)", "42601", 19, "syntax error at end of input"),
        ("create table t (a int,)", "42601", 23, "syntax error at or near \")\""),
        ("create table t (a int b)", "42601", 23, "syntax error at or near \"b\""),
        ("create role r foo", "42601", 15, "unrecognized role option \"foo\""),
        ("alter role r badoption", "42601", 14, "unrecognized role option \"badoption\""),
        ("create role public", "42939", 13, "role name \"public\" is reserved"),
        ("drop", "42601", 5, "syntax error at end of input"),
        ("grant select t to u", "42601", 14, "syntax error at or near \"t\""),
        ("copy t to", "42601", 10, "syntax error at end of input"),
        (
            "copy t to stdout where a", "42601", 18,
            "WHERE clause not allowed with COPY TO"
        ),
        ("set a", "42601", 6, "syntax error at end of input"),
        ("set a to", "42601", 9, "syntax error at end of input"),
        ("begin foo", "42601", 7, "syntax error at or near \"foo\""),
        ("select 1; select 2 3 4; select", "42601", 20, "syntax error at or near \"3\""),
        ("select case when a end", "42601", 20, "syntax error at or near \"end\""),
        ("select cast(a int)", "42601", 15, "syntax error at or near \"int\""),
        ("select a.b.", "42601", 12, "syntax error at end of input"),
        ("select f(a => )", "42601", 15, "syntax error at or near \")\""),
        ("select interval '1' foo bar", "42601", 25, "syntax error at or near \"bar\""),
        (
            "select float(0) '1'", "22023", 14,
            "precision for type float must be at least 1 bit"
        ),
        (
            "select 1::float(60)", "22023", 17,
            "precision for type float must be less than 54 bits"
        ),
        ("select array(1)", "42601", 14, "syntax error at or near \"1\""),
        ("select not", "42601", 11, "syntax error at end of input"),
        ("select * from a join b", "42601", 23, "syntax error at end of input"),
        ("select * from a, (b)", "42601", 20, "syntax error at or near \")\""),
        (
            "select * from a cross join b on true", "42601", 30,
            "syntax error at or near \"on\""
        ),
        (
            "create policy p on t as foo", "42601", 25,
            "unrecognized row security option \"foo\""
        ),
        (
            "create policy p on t for truncate", "42601", 26,
            "syntax error at or near \"truncate\""
        ),
        ("explain", "42601", 8, "syntax error at end of input"),
        ("explain foo", "42601", 9, "syntax error at or near \"foo\""),
        ("prepare p as", "42601", 13, "syntax error at end of input"),
        ("declare c cursor select 1", "42601", 18, "syntax error at or near \"select\""),
        ("comment on table t", "42601", 19, "syntax error at end of input"),
        ("select count(*) filter (a)", "42601", 25, "syntax error at or near \"a\""),
        ("select extract(from d)", "42601", 16, "syntax error at or near \"from\""),
        ("select position(a, b)", "42601", 18, "syntax error at or near \",\""),
        ("values", "42601", 7, "syntax error at end of input"),
        ("values (", "42601", 9, "syntax error at end of input"),
        ("table", "42601", 6, "syntax error at end of input"),
        ("lock t in foo mode", "42601", 11, "syntax error at or near \"foo\""),
        ("select 'a' \n 'b' 'c'", "42601", 18, "syntax error at or near \"'c'\""),
        ("select a::", "42601", 11, "syntax error at end of input"),
        ("select \\", "42601", 8, "syntax error at or near \"\\\""),
        ("select {a}", "42601", 8, "syntax error at or near \"{\""),
        ("select a from t for", "42601", 20, "syntax error at end of input"),
        ("select a b c", "42601", 12, "syntax error at or near \"c\""),
        ("select order", "42601", 13, "syntax error at end of input"),
        ("insert into t as a b values (1)", "42601", 20, "syntax error at or near \"b\""),
        ("select 1 union", "42601", 15, "syntax error at end of input"),
        ("select 1 as", "42601", 12, "syntax error at end of input"),
        ("vacuum (", "42601", 9, "syntax error at end of input"),
        ("call f", "42601", 7, "syntax error at end of input"),
        ("call f(1", "42601", 9, "syntax error at end of input"),
        ("execute p(", "42601", 11, "syntax error at end of input"),
        ("alter table t add column", "42601", 25, "syntax error at end of input"),
        ("alter table t foo", "42601", 15, "syntax error at or near \"foo\""),
        ("drop table", "42601", 11, "syntax error at end of input"),
        ("revoke all on t", "42601", 16, "syntax error at end of input"),
        ("create view v", "42601", 14, "syntax error at end of input"),
        ("create view v as", "42601", 17, "syntax error at end of input"),
        ("create schema", "42601", 14, "syntax error at end of input"),
        ("truncate", "42601", 9, "syntax error at end of input"),
        ("select operator(a.b)", "42601", 20, "syntax error at or near \")\""),
    ]

    @Test(arguments: cases)
    func matchesPostgres(_ text: String, _ state: String, _ position: Int, _ message: String) {
        let error = error(text)
        #expect(error?.state.code == state)
        #expect(error?.position == position)
        #expect(error?.message == message)
    }

    @Test(arguments: [
        ("create index i on t ((a + 1))", "an index on an expression is not supported"),
        ("  create or replace function f() returns int", "CREATE FUNCTION is not supported"),
        ("do $$ begin end $$", "DO is not supported"),
        ("create type t as enum ('a')", "CREATE TYPE is not supported"),
        ("create domain d as int", "CREATE DOMAIN is not supported"),
        ("select U&'x'", "U& syntax is not supported"),
    ])
    func refusesWhatIsNotSupported(_ text: String, _ message: String) {
        let error = error(text)
        #expect(error?.state == .featureNotSupported)
        #expect(error?.message == message)
        #expect(error?.position != nil)
    }
}
