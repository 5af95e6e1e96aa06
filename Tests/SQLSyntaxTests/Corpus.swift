/// Statements that PostgreSQL 15 parses, one a line: they drive the round trips and are the seed of
/// the mutations.
enum Corpus {
    static let statements = text.split(separator: "\n").map(String.init)

    // swift-format-ignore
    private static let text = #"""
        SELECT a, t.b, s.t.c, *, t.* FROM s.t AS x (a, b) WHERE a = 1 AND NOT b OR c IS NOT NULL
        SELECT DISTINCT ON (a, b) a b, c AS "D", d int FROM t ORDER BY a DESC NULLS LAST, b USING < LIMIT 10 OFFSET 5
        SELECT 1 + 2 * 3 - 4 / 5 % 6 ^ 7, -a, +b, - - 1, -(1), @ -5, |/ 25, a || b || 'c', a -> 'x' ->> 'y', a @> b
        SELECT a < b, a <= b, a <> b, a != b, a >= b, a = b, a ~ 'x', a !~* 'y', a OPERATOR(pg_catalog.+) 3
        SELECT x BETWEEN 1 AND 2, x NOT BETWEEN SYMMETRIC 3 AND 4, x IN (1, 2), x NOT IN (SELECT 1), x LIKE 'a%' ESCAPE '!', x NOT ILIKE 'b', x SIMILAR TO 'c'
        SELECT x = ANY (ARRAY[1,2]), x <> ALL (SELECT 1), x LIKE ANY (ARRAY['a']), x = SOME ('{1}'), x NOT LIKE ALL ('{}')
        SELECT a IS NULL, b ISNULL, c NOTNULL, d IS NOT TRUE, e IS FALSE, f IS UNKNOWN, g IS DISTINCT FROM h, i IS NOT DISTINCT FROM j
        SELECT CASE WHEN a THEN 1 WHEN b THEN 2 ELSE 3 END, CASE x WHEN 1 THEN 'a' END
        SELECT CAST(a AS numeric(10, 2)), b::int[], c::timestamp(3) with time zone, d::double precision, e::character varying(10)::text, f::"char", g::bit varying(3), h::interval day to second(3), i::time without time zone
        SELECT date '2024-01-01', interval '1 day', interval '3' day, interval(2) '1', timestamp with time zone '2024-01-01', time '10:00', numeric(3,1) '1.5', char 'x', int '5', float8 '1.5', bit '101', B'01', X'1F', N'nat'
        SELECT f(), f(*), f(DISTINCT a, b), f(ALL a), f(a ORDER BY b DESC), f(a => 1, b := 2), f(VARIADIC x), f(1, VARIADIC x), s.f(1), count(*) FILTER (WHERE a > 1)
        SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a), rank() OVER w, sum(a) OVER (PARTITION BY b ORDER BY c ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW), avg(x) OVER (w RANGE BETWEEN '1 day' PRECEDING AND 2 FOLLOWING EXCLUDE TIES), x() OVER () FROM t WINDOW w AS (PARTITION BY a), v AS (w ORDER BY c GROUPS 3 PRECEDING)
        SELECT EXTRACT(year FROM d), EXTRACT('dow' FROM d), SUBSTRING(a FROM 1 FOR 2), SUBSTRING(a FOR 3), SUBSTRING(a, 1, 2), SUBSTRING(a SIMILAR 'x' ESCAPE '#'), POSITION('a' IN b), TRIM(BOTH 'x' FROM y), TRIM(LEADING FROM y), TRIM(y), TRIM(y, 'a'), OVERLAY(a PLACING b FROM 1 FOR 2)
        SELECT COALESCE(a, b, 1), NULLIF(a, b), GREATEST(1, 2), LEAST(3), current_date, current_timestamp(3), localtime, current_user, session_user, user, current_schema, current_schema(), current_catalog, localtimestamp
        SELECT ARRAY[1, 2], ARRAY[[1,2],[3,4]], ARRAY(SELECT 1), a[1], a[1:2][3], a[:2], a[2:], (x).y, (x).*, $1.f, (f(x))[1], ROW(1, 2), (1, 2), ROW(), EXISTS (SELECT 1), (SELECT 1), ((SELECT 1)), (SELECT 1) + 1, ((SELECT 1) + 1)
        SELECT a AT TIME ZONE 'UTC', a COLLATE "C" < b COLLATE pg_catalog."default", (a, b) OVERLAPS (c, d), grouping(a, b), $1 + $2
        SELECT a FROM t GROUP BY a, (b, c), (), ROLLUP (a, b), CUBE (a, (b, c)), GROUPING SETS ((a), (), ROLLUP (b)) HAVING count(*) > 1
        SELECT * FROM a JOIN b ON a.x = b.x LEFT OUTER JOIN c USING (y, z) AS j RIGHT JOIN d ON true FULL JOIN e ON false CROSS JOIN f NATURAL JOIN g NATURAL LEFT JOIN h, i
        SELECT * FROM a JOIN b JOIN c ON x ON y, (d CROSS JOIN e) AS f (g), LATERAL (SELECT 1) q, ((SELECT 2)) r, (VALUES (1, 'a'), (2, 'b')) AS v (n, s)
        SELECT * FROM generate_series(1, 10) AS g (n), LATERAL s.f(1) WITH ORDINALITY o, ROWS FROM (f(1), g(2)) AS rf, json_to(x) AS j (a int, b text), f() AS (c numeric), ONLY t, t2 *, ONLY (t3), t4 TABLESAMPLE system (10) REPEATABLE (3)
        WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 10), m AS MATERIALIZED (SELECT 2), nm AS NOT MATERIALIZED (TABLE t) SELECT * FROM r, m, nm
        WITH d AS (DELETE FROM t USING u WHERE t.a = u.a RETURNING *), i AS (INSERT INTO x DEFAULT VALUES RETURNING y) SELECT * FROM d
        SELECT 1 UNION SELECT 2 INTERSECT SELECT 3 EXCEPT ALL SELECT 4 ORDER BY 1 LIMIT 3
        (SELECT 1 ORDER BY 1 LIMIT 1) UNION ALL (SELECT 2) INTERSECT (VALUES (3), (4)) ORDER BY 1
        ((SELECT 1 UNION SELECT 2) EXCEPT SELECT 3) FETCH FIRST 2 ROWS ONLY
        SELECT a FROM t ORDER BY a OFFSET 2 ROWS FETCH NEXT 5 ROWS WITH TIES
        SELECT a FROM t FOR UPDATE OF t NOWAIT FOR KEY SHARE SKIP LOCKED
        SELECT FROM t WHERE EXISTS (SELECT FROM u)
        VALUES (1, DEFAULT), (2, 'x') ORDER BY 1
        TABLE s.t
        INSERT INTO t AS x (a, b.c) VALUES (1, DEFAULT), (2, 'x') ON CONFLICT (a, lower(b)) WHERE a > 1 DO UPDATE SET a = excluded.a, (b, c) = (1, 2), (d, e) = (SELECT 1, 2), (f) = ROW (1) WHERE x.a > 2 RETURNING *, a AS z
        INSERT INTO t SELECT * FROM u ON CONFLICT DO NOTHING
        INSERT INTO t (SELECT 1)
        INSERT INTO t (a) (SELECT 1) ON CONFLICT ON CONSTRAINT k DO NOTHING
        INSERT INTO t OVERRIDING SYSTEM VALUE VALUES (1)
        INSERT INTO t DEFAULT VALUES
        UPDATE ONLY t AS x SET a = 1, b = DEFAULT, (c, d) = (x.c, 2) FROM u JOIN v ON true WHERE x.a = u.a RETURNING x.*
        UPDATE t SET a = a + 1 WHERE CURRENT OF cur
        DELETE FROM t x USING u, v WHERE x.a = u.a AND u.b = v.b RETURNING a, b
        TRUNCATE TABLE a, ONLY b RESTART IDENTITY CASCADE
        WITH w AS (SELECT 1) MERGE INTO ONLY t AS x USING (SELECT 1) u ON x.a = u.a WHEN MATCHED AND x.b > 1 THEN UPDATE SET a = 1, (b, c) = (1, 2) WHEN MATCHED THEN DELETE WHEN NOT MATCHED AND u.a = 2 THEN INSERT (a, b) OVERRIDING USER VALUE VALUES (1, DEFAULT) WHEN NOT MATCHED THEN DO NOTHING
        UPDATE t SET a[1] = 2, b = DEFAULT
        SELECT a, b INTO TEMP TABLE x FROM t
        CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON ONLY s.t USING btree (a text_ops DESC NULLS LAST, b COLLATE "C")
        CREATE SEQUENCE IF NOT EXISTS s AS int START WITH 5 INCREMENT BY 2 NO MINVALUE MAXVALUE 100 CACHE 3 CYCLE OWNED BY t.a
        ALTER SEQUENCE IF EXISTS s RESTART WITH 7 NO CYCLE OWNED BY NONE
        CREATE MATERIALIZED VIEW IF NOT EXISTS v (a, b) AS SELECT 1, 2 WITH NO DATA
        REFRESH MATERIALIZED VIEW CONCURRENTLY v WITH DATA
        ALTER MATERIALIZED VIEW v RENAME TO w
        DROP MATERIALIZED VIEW IF EXISTS v, w CASCADE
        COMMENT ON MATERIALIZED VIEW v IS 'x'
        COPY t (a, b) FROM STDIN WITH (FORMAT csv, HEADER true, DELIMITER ',', NULL '', FORCE_QUOTE (a, b), FORCE_NOT_NULL *)
        COPY t FROM '/tmp/x' DELIMITER AS '|' NULL AS 'N' CSV HEADER QUOTE '"' ESCAPE '\' FORCE NOT NULL a, b ENCODING 'utf8'
        COPY (SELECT * FROM t) TO STDOUT CSV HEADER FORCE QUOTE *
        COPY BINARY t TO STDOUT USING DELIMITERS '|'
        COPY t FROM PROGRAM 'cat' WITH BINARY WHERE a > 1
        CREATE TABLE IF NOT EXISTS s.t (a int NOT NULL DEFAULT 1 + 2 PRIMARY KEY, b varchar(10) COLLATE "C" UNIQUE NULL, c numeric(10,2) CONSTRAINT k CHECK (c > 0), d int REFERENCES u (x) ON DELETE CASCADE ON UPDATE SET NULL, e bigint GENERATED ALWAYS AS IDENTITY (START WITH 5 INCREMENT BY 2 NO CYCLE), f int GENERATED ALWAYS AS (a * 2) STORED, g text[] DEFAULT '{}', PRIMARY KEY (a, b), CONSTRAINT fk FOREIGN KEY (d) REFERENCES u, UNIQUE (c), CHECK (a > b))
        CREATE TEMP TABLE t (a timestamp with time zone DEFAULT now()) WITH (fillfactor = 70, x.y = 'z', on = off) ON COMMIT DELETE ROWS
        CREATE TEMPORARY TABLE t (a, b) WITH (x) ON COMMIT DROP AS SELECT 1, 2 WITH NO DATA
        CREATE TABLE t AS VALUES (1)
        CREATE UNLOGGED TABLE t ()
        ALTER TABLE IF EXISTS ONLY s.t ADD COLUMN IF NOT EXISTS a int DEFAULT 0, DROP b CASCADE, DROP COLUMN IF EXISTS c, ALTER COLUMN d TYPE text USING d::text, ALTER e SET DEFAULT 1, ALTER f DROP DEFAULT, ALTER g SET NOT NULL, ALTER h DROP NOT NULL, ADD CONSTRAINT k CHECK (a > 0) NOT VALID, DROP CONSTRAINT IF EXISTS z, OWNER TO bob, SET (a = 1), RESET (b), ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY
        ALTER TABLE t RENAME TO u
        ALTER TABLE t RENAME COLUMN a TO b
        ALTER TABLE t RENAME a TO b
        ALTER TABLE t SET SCHEMA x
        ALTER VIEW v RENAME TO w
        DROP TABLE IF EXISTS a, s.b CASCADE
        DROP VIEW v RESTRICT
        DROP SCHEMA s, t
        DROP INDEX IF EXISTS i
        DROP ROLE IF EXISTS a, b
        DROP USER c
        DROP POLICY IF EXISTS p ON s.t CASCADE
        CREATE OR REPLACE VIEW s.v (a, b) AS SELECT 1, 2 WITH LOCAL CHECK OPTION
        CREATE TEMP VIEW v WITH (security_barrier) AS (SELECT 1) UNION SELECT 2
        CREATE SCHEMA IF NOT EXISTS s AUTHORIZATION bob
        CREATE SCHEMA AUTHORIZATION CURRENT_USER
        ALTER SCHEMA a RENAME TO b
        CREATE ROLE bob WITH LOGIN PASSWORD 'x' SUPERUSER NOCREATEDB CREATEROLE INHERIT NOBYPASSRLS CONNECTION LIMIT -1 VALID UNTIL '2030-01-01' IN ROLE a, b ROLE c ADMIN d
        CREATE USER alice ENCRYPTED PASSWORD 'y'
        ALTER ROLE bob NOLOGIN PASSWORD NULL
        ALTER USER bob SET search_path TO a, 'b'
        ALTER ROLE ALL IN DATABASE d RESET ALL
        ALTER ROLE bob RENAME TO rob
        GRANT SELECT, INSERT (a, b), UPDATE ON TABLE t, s.u TO bob, PUBLIC WITH GRANT OPTION
        GRANT ALL PRIVILEGES ON ALL TABLES IN SCHEMA a, b TO GROUP bob GRANTED BY CURRENT_USER
        GRANT USAGE ON SCHEMA s TO bob
        GRANT a, b TO c, d WITH ADMIN OPTION
        REVOKE GRANT OPTION FOR ALL ON t FROM bob CASCADE
        REVOKE ADMIN OPTION FOR a FROM b
        REVOKE ALL (a) ON t FROM CURRENT_ROLE RESTRICT
        CREATE POLICY p ON s.t AS RESTRICTIVE FOR UPDATE TO a, PUBLIC USING (a = 1) WITH CHECK (b > 2)
        ALTER POLICY p ON t TO bob USING (true)
        ALTER POLICY p ON t RENAME TO q
        EXPLAIN ANALYZE VERBOSE SELECT 1
        EXPLAIN (ANALYZE, COSTS off, FORMAT json) UPDATE t SET a = 1
        BEGIN TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY NOT DEFERRABLE
        START TRANSACTION READ WRITE
        COMMIT AND CHAIN
        ROLLBACK TO SAVEPOINT a
        RELEASE SAVEPOINT a
        SAVEPOINT x
        END WORK
        ABORT AND NO CHAIN
        SET a = 1, 'b', -2.5, on
        SET LOCAL a.b TO DEFAULT
        SET SESSION x FROM CURRENT
        SET TIME ZONE INTERVAL '1' HOUR TO MINUTE
        SET TIME ZONE LOCAL
        SET TIME ZONE 'UTC'
        SET ROLE none
        SET SESSION AUTHORIZATION DEFAULT
        SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY
        SET LOCAL TRANSACTION ISOLATION LEVEL READ COMMITTED
        SET NAMES 'utf8'
        RESET ALL
        RESET TIME ZONE
        SHOW TRANSACTION ISOLATION LEVEL
        SHOW search_path
        PREPARE p (int, text) AS SELECT $1, $2
        EXECUTE p (1, 'x')
        DEALLOCATE PREPARE ALL
        DECLARE c BINARY INSENSITIVE NO SCROLL CURSOR WITH HOLD FOR SELECT 1
        FETCH FORWARD ALL FROM c
        FETCH -3 IN c
        FETCH c
        MOVE ABSOLUTE -1 c
        CLOSE ALL
        DISCARD TEMP
        LISTEN x
        UNLISTEN *
        NOTIFY x, 'payload'
        CALL s.p(1, a => 2)
        COMMENT ON COLUMN s.t.a IS 'x'
        COMMENT ON TABLE t IS NULL
        ANALYZE VERBOSE t (a, b), u
        VACUUM FULL ANALYZE t
        VACUUM (VERBOSE, ANALYZE false) t
        LOCK TABLE t IN SHARE ROW EXCLUSIVE MODE NOWAIT
        SELECT 'it''s', E'a\n\x41\u0041\'', $$dollar$$, $x$ a $$ b $x$, "Quo""ted", U, e, .5, 1., 1e10, 1.5E-3, 'a' /* c /* n */ */ -- end
        SELECT year, month, day, value, name, type, data, text, int4, between.x, "select" FROM date, public.user WHERE int = 1
        SELECT a.b.c.d, left(a, 1), right(b, 2), char_length(x), values.y FROM values
        SELECT a = b IS NULL, NOT a = b, a = NOT b, a IS NULL = b, a < b IS NOT NULL, NOT NOT a, a AND b OR c AND NOT d
        SELECT - a ^ 2, -1::int, 2 ^ - 3, a * - b, a - -1, 1 - 2 - 3, (1 - (2 - 3)), a = ANY (b) = c, a || b = c || d, ~ 1 & 2
        """#
}
