// pgjdbc against the server, as one program: java -cp postgresql.jar Jdbc.java HOST PORT DATABASE USER PASSWORD
// Prints one line per check, `ok NAME` or `FAIL NAME: why`; jdbc_test.py counts them.

import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.sql.*;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.postgresql.PGConnection;
import org.postgresql.util.PSQLException;

public class Jdbc {
    interface Check { void run() throws Exception; }

    static Connection c;
    static String prefix = "";

    static void check(String name, Check body) {
        try {
            body.run();
            System.out.println("ok " + prefix + name);
        } catch (Throwable problem) {
            System.out.println("FAIL " + prefix + name + ": " + String.valueOf(problem).replace("\n", " | "));
            try { c.setAutoCommit(true); } catch (SQLException ignored) { }
        }
    }

    static void same(Object actual, Object expected) {
        if (!String.valueOf(actual).equals(String.valueOf(expected)))
            throw new AssertionError("expected " + expected + ", found " + actual);
    }

    static void sql(String text) throws SQLException {
        try (Statement s = c.createStatement()) { s.execute(text); }
    }

    /** The named columns of all rows, joined. */
    static List<String> rows(ResultSet r, String... names) throws SQLException {
        List<String> all = new ArrayList<>();
        while (r.next()) {
            for (int i = 1; i <= r.getMetaData().getColumnCount(); i++) r.getObject(i);
            List<String> row = new ArrayList<>();
            for (String name : names) row.add(r.getString(name));
            all.add(String.join(",", row));
        }
        r.close();
        return all;
    }

    static String one(String query) throws SQLException {
        try (Statement s = c.createStatement(); ResultSet r = s.executeQuery(query)) {
            r.next();
            return r.getString(1);
        }
    }

    static void metadata() {
        check("tables", () -> {
            DatabaseMetaData m = c.getMetaData();
            same(rows(m.getTables(null, "public", "%", new String[] {"TABLE", "VIEW"}), "table_name", "table_type", "remarks"),
                "[visits,TABLE,who came, big_visits,VIEW,null]");
            same(rows(m.getTables(null, "nowhere", "%", null), "table_name"), "[]");
        });
        check("columns", () -> {
            DatabaseMetaData m = c.getMetaData();
            same(rows(m.getColumns(null, "public", "visits", "%"), "column_name", "type_name", "column_size", "nullable", "ordinal_position"),
                "[id,int4,10,0,1, store,text,2147483647,0,2, amount,numeric,10,1,3, day,date,13,1,4, at,timestamptz,35,1,5, ok,bool,1,1,6]");
            same(rows(m.getColumns(null, "public", "visits", "store"), "remarks", "data_type"), "[where,12]");
            if (rows(m.getColumns(null, null, "%", "%"), "column_name").size() < 500) throw new AssertionError("few columns");
        });
        check("keys", () -> {
            DatabaseMetaData m = c.getMetaData();
            same(rows(m.getPrimaryKeys(null, "sales", "lines"), "column_name", "key_seq", "pk_name"), "[order_id,1,lines_pkey, line,2,lines_pkey]");
            same(rows(m.getIndexInfo(null, "sales", "lines", true, false), "index_name", "column_name", "non_unique"),
                "[lines_pkey,order_id,f, lines_pkey,line,f]");
            same(rows(m.getBestRowIdentifier(null, "public", "visits", DatabaseMetaData.bestRowSession, true), "column_name"), "[id]");
            same(rows(m.getImportedKeys(null, "public", "visits"), "fk_name"), "[]");
            same(rows(m.getExportedKeys(null, "public", "visits"), "fk_name"), "[]");
            same(rows(m.getCrossReference(null, "public", "visits", null, "sales", "lines"), "fk_name"), "[]");
        });
        check("schemas and catalogs", () -> {
            DatabaseMetaData m = c.getMetaData();
            if (!rows(m.getSchemas(), "table_schem").containsAll(List.of("public", "sales", "pg_catalog")))
                throw new AssertionError("schemas are missing");
            same(rows(m.getSchemas(null, "sal%"), "table_schem"), "[sales]");
            same(rows(m.getCatalogs(), "table_cat").contains("storehouse"), true);
            rows(m.getTableTypes());
        });
        check("types", () -> {
            List<String> types = rows(c.getMetaData().getTypeInfo(), "type_name");
            if (!types.containsAll(List.of("int4", "text", "numeric", "timestamptz", "_int4"))) throw new AssertionError(types.toString());
            rows(c.getMetaData().getUDTs(null, null, "%", null));
        });
        check("functions", () -> {
            DatabaseMetaData m = c.getMetaData();
            if (!rows(m.getFunctions(null, "pg_catalog", "upper"), "function_name").contains("upper")) throw new AssertionError("no upper");
            if (rows(m.getFunctionColumns(null, "pg_catalog", "upper", "%"), "column_name").isEmpty()) throw new AssertionError("no columns");
            rows(m.getProcedures(null, null, "%"));
            rows(m.getProcedureColumns(null, null, "%", "%"));
        });
        check("privileges", () -> {
            DatabaseMetaData m = c.getMetaData();
            if (!rows(m.getTablePrivileges(null, "public", "visits"), "grantee", "privilege").contains("admin,SELECT")) throw new AssertionError("none");
            rows(m.getColumnPrivileges(null, "public", "visits", "%"));
        });
        check("the rest", () -> {
            DatabaseMetaData m = c.getMetaData();
            rows(m.getVersionColumns(null, "public", "visits"));
            rows(m.getClientInfoProperties());
            if (!m.getSQLKeywords().contains("analyze")) throw new AssertionError(m.getSQLKeywords());
            same(m.getMaxColumnNameLength(), 63);
            same(m.getMaxColumnsInIndex(), 32);
            same(m.getDatabaseMajorVersion(), 15);
        });
        check("result set metadata", () -> {
            try (PreparedStatement p = c.prepareStatement("SELECT id, amount, store AS s FROM visits WHERE id = ? AND store = ?")) {
                ResultSetMetaData r = p.getMetaData();
                same(r.getColumnTypeName(1) + r.getPrecision(2) + r.getScale(2) + r.getColumnLabel(3) + r.isNullable(1), "int4102s0");
                same(((org.postgresql.PGResultSetMetaData) r).getBaseColumnName(3), "store");
                same(((org.postgresql.PGResultSetMetaData) r).getBaseTableName(3), "visits");
                ParameterMetaData q = p.getParameterMetaData();
                same(q.getParameterCount() + q.getParameterTypeName(1) + q.getParameterTypeName(2), "2int4text");
            }
        });
    }

    static void queries() {
        check("eight executions of a prepared query", () -> {
            try (PreparedStatement p = c.prepareStatement("SELECT id, store, amount, day, at, ok FROM visits WHERE id = ? AND day >= ?")) {
                for (int i = 0; i < 8; i++) {
                    p.setInt(1, 1);
                    p.setDate(2, java.sql.Date.valueOf("2020-01-01"));
                    try (ResultSet r = p.executeQuery()) {
                        r.next();
                        same(r.getInt(1) + r.getString(2) + r.getBigDecimal(3) + r.getDate(4) + r.getBoolean(6), "1north9.502024-01-05true");
                        same(r.getTimestamp(5).getTime(), 1704448800000L);
                    }
                }
            }
        });
        check("eight executions over all types", () -> {
            try (PreparedStatement p = c.prepareStatement("SELECT ?::int2, ?::int8, ?::float4, ?::float8, ?::numeric, ?::text, ?::bytea, "
                    + "?::uuid, ?::timestamp, ?::time, ?::int[], ?::bool, ?::interval")) {
                for (int i = 0; i < 8; i++) {
                    p.setShort(1, (short) 5);
                    p.setLong(2, 7);
                    p.setFloat(3, 1.5f);
                    p.setDouble(4, 2.5);
                    p.setBigDecimal(5, new BigDecimal("123.450"));
                    p.setString(6, "é");
                    p.setBytes(7, new byte[] {0, 1});
                    p.setObject(8, UUID.fromString("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"));
                    p.setObject(9, LocalDateTime.of(2024, 1, 2, 3, 4, 5));
                    p.setObject(10, LocalTime.of(1, 2, 3));
                    p.setArray(11, c.createArrayOf("int4", new Integer[] {1, null, 3}));
                    p.setBoolean(12, true);
                    p.setString(13, "1 day");
                    try (ResultSet r = p.executeQuery()) {
                        r.next();
                        same(r.getShort(1) + "," + r.getLong(2) + "," + r.getFloat(3) + "," + r.getDouble(4) + "," + r.getBigDecimal(5) + ","
                            + r.getString(6) + "," + Arrays.toString(r.getBytes(7)) + "," + r.getObject(8, UUID.class) + ","
                            + r.getObject(9, LocalDateTime.class) + "," + r.getObject(10, LocalTime.class) + ","
                            + Arrays.toString((Object[]) r.getArray(11).getArray()) + "," + r.getBoolean(12),
                            "5,7,1.5,2.5,123.450,é,[0, 1],a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11,2024-01-02T03:04:05,01:02:03,[1, null, 3],true");
                        if (!r.getString(13).contains("1 day")) throw new AssertionError(r.getString(13));
                    }
                }
            }
        });
        check("arrays", () -> {
            try (Statement s = c.createStatement(); ResultSet r = s.executeQuery(
                    "SELECT array['a', NULL, 'b'], array[[1, 2], [3, 4]], array[1.5, 2]::numeric[]")) {
                r.next();
                same(Arrays.deepToString((Object[]) r.getArray(1).getArray()) + Arrays.deepToString((Object[]) r.getArray(2).getArray())
                    + Arrays.deepToString((Object[]) r.getArray(3).getArray()), "[a, null, b][[1, 2], [3, 4]][1.5, 2]");
            }
            try (PreparedStatement p = c.prepareStatement("SELECT count(*) FROM visits WHERE id = any (?)")) {
                for (int i = 0; i < 7; i++) {
                    p.setArray(1, c.createArrayOf("integer", new Object[] {1, 2, 3}));
                    try (ResultSet r = p.executeQuery()) {
                        r.next();
                        same(r.getInt(1), 2);
                    }
                }
            }
        });
        check("fetch size", () -> {
            c.setAutoCommit(false);
            try (Statement s = c.createStatement(); PreparedStatement p = c.prepareStatement("SELECT generate_series(1, ?)")) {
                s.setFetchSize(50);
                same(rows(s.executeQuery("SELECT g AS g FROM generate_series(1, 1000) AS g"), "g").size(), 1000);
                p.setFetchSize(30);
                for (int i = 0; i < 8; i++) {
                    p.setInt(1, 500);
                    same(rows(p.executeQuery()).size(), 500);
                }
            }
            c.commit();
            c.setAutoCommit(true);
        });
        check("scrolling", () -> {
            try (Statement s = c.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_READ_ONLY);
                    ResultSet r = s.executeQuery("SELECT generate_series(1, 100)")) {
                r.last();
                same(r.getRow(), 100);
                r.absolute(5);
                same(r.getInt(1), 5);
            }
        });
        check("several statements", () -> {
            try (Statement s = c.createStatement()) {
                same(s.execute("SELECT 1; UPDATE visits SET ok = ok; SELECT 2"), true);
                same(s.getMoreResults() + " " + s.getUpdateCount() + " " + s.getMoreResults(), "false 2 true");
            }
        });
        check("escapes", () -> {
            try (Statement s = c.createStatement(); ResultSet r = s.executeQuery("SELECT {fn concat('a', 'b')}, {fn length('abc')}, "
                    + "{d '2024-01-01'}, {ts '2024-01-01 00:00:00'}, {fn dayofmonth({d '2024-01-05'})}, {fn now()}")) {
                r.next();
                same(r.getString(1) + r.getInt(2) + r.getDate(3) + r.getInt(5), "ab32024-01-015");
            }
        });
        check("calls", () -> {
            try (CallableStatement s = c.prepareCall("{? = call upper(?)}")) {
                s.registerOutParameter(1, Types.VARCHAR);
                s.setString(2, "x");
                s.execute();
                same(s.getString(1), "X");
            }
        });
        check("nulls", () -> {
            try (PreparedStatement p = c.prepareStatement("SELECT ?, coalesce(?, 5)")) {
                p.setNull(1, Types.VARCHAR);
                p.setNull(2, Types.INTEGER);
                try (ResultSet r = p.executeQuery()) {
                    r.next();
                    same(r.getString(1) + r.getInt(2), "null5");
                }
            }
        });
        check("an altered table", () -> {
            sql("CREATE TABLE altered (id integer)");
            try (PreparedStatement p = c.prepareStatement("SELECT * FROM altered WHERE id = ?")) {
                for (int i = 0; i < 7; i++) {
                    p.setInt(1, 1);
                    rows(p.executeQuery());
                }
                sql("ALTER TABLE altered ADD COLUMN extra integer");
                p.setInt(1, 1);
                try (ResultSet r = p.executeQuery()) { same(r.getMetaData().getColumnCount(), 2); }
            }
            sql("DROP TABLE altered");
        });
    }

    static void changes() {
        check("batches", () -> {
            sql("CREATE TABLE batched (id integer PRIMARY KEY, b text)");
            try (PreparedStatement p = c.prepareStatement("INSERT INTO batched VALUES (?, ?)")) {
                for (int i = 0; i < 1000; i++) {
                    p.setInt(1, i);
                    p.setString(2, "v" + i);
                    p.addBatch();
                }
                same(p.executeBatch().length, 1000);
                p.setInt(1, 5000);
                p.setString(2, "new");
                p.addBatch();
                p.setInt(1, 5);
                p.setString(2, "twice");
                p.addBatch();
                try {
                    p.executeBatch();
                    throw new AssertionError("no error");
                } catch (BatchUpdateException problem) {
                    same(problem.getSQLState(), "23505");
                }
            }
            // In the simple protocol each statement of a batch is a transaction of its own.
            same(one("SELECT count(*) FROM batched WHERE id < 5000"), 1000);
        });
        check("generated keys", () -> {
            try (PreparedStatement p = c.prepareStatement("INSERT INTO batched VALUES (?, ?)", Statement.RETURN_GENERATED_KEYS)) {
                p.setInt(1, 7000);
                p.setString(2, "a");
                same(p.executeUpdate(), 1);
                ResultSet keys = p.getGeneratedKeys();
                keys.next();
                same(keys.getInt("id"), 7000);
            }
        });
        check("updatable result sets", () -> {
            try (Statement s = c.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE);
                    ResultSet r = s.executeQuery("SELECT id, b FROM batched WHERE id = 5")) {
                r.next();
                r.updateString(2, "changed");
                r.updateRow();
            }
            same(one("SELECT b FROM batched WHERE id = 5"), "changed");
        });
        check("COPY", () -> {
            same(((PGConnection) c).getCopyAPI().copyIn("COPY batched FROM STDIN (FORMAT csv)", new StringReader("90000,x\n90001,y\n")), 2);
            StringWriter out = new StringWriter();
            ((PGConnection) c).getCopyAPI().copyOut("COPY (SELECT * FROM batched WHERE id >= 90000 ORDER BY id) TO STDOUT", out);
            same(out, "90000\tx\n90001\ty\n");
            sql("DROP TABLE batched");
        });
    }

    static void session() {
        check("savepoints", () -> {
            c.setAutoCommit(false);
            Savepoint s = c.setSavepoint("x");
            try { sql("SELECT 1/0"); } catch (SQLException expected) { same(expected.getSQLState(), "22012"); }
            c.rollback(s);
            same(one("SELECT 1"), 1);
            c.commit();
            c.setAutoCommit(true);
        });
        check("timeouts", () -> {
            try (Statement s = c.createStatement()) {
                s.setQueryTimeout(1);
                s.execute("SELECT pg_sleep(5)");
                throw new AssertionError("no timeout");
            } catch (SQLException expected) { same(expected.getSQLState(), "57014"); }
            same(one("SELECT 1"), 1);
        });
        check("schema", () -> {
            c.setSchema("sales");
            same(c.getSchema(), "sales");
            same(one("SELECT count(*) FROM lines"), 0);
            c.setSchema("public");
        });
        check("read only", () -> {
            c.setReadOnly(true);
            c.setAutoCommit(false);
            try {
                sql("INSERT INTO visits VALUES (-1, '')");
                throw new AssertionError("written");
            } catch (SQLException expected) { same(expected.getSQLState(), "25006"); } finally {
                c.rollback();
                c.setAutoCommit(true);
                c.setReadOnly(false);
            }
        });
        check("isolation", () -> {
            for (int level : new int[] {1, 2, 4, 8}) {
                c.setTransactionIsolation(level);
                same(c.getTransactionIsolation(), level);
            }
            c.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        });
        check("errors", () -> {
            try {
                sql("SELECT nosuch FROM visits");
                throw new AssertionError("no error");
            } catch (PSQLException problem) {
                same(problem.getServerErrorMessage().getPosition() + problem.getSQLState(), "842703");
            }
            try (Statement s = c.createStatement()) {
                s.execute("DROP TABLE IF EXISTS nosuch");
                same(s.getWarnings().getMessage(), "table \"nosuch\" does not exist, skipping");
            }
        });
        check("client information", () -> {
            c.setClientInfo("ApplicationName", "checks");
            same(one("SHOW application_name"), "checks");
            same(c.isValid(3), true);
        });
    }

    public static void main(String[] a) throws Exception {
        String address = "jdbc:postgresql://" + a[0] + ":" + a[1] + "/" + a[2];
        for (String options : new String[] {"", "?preferQueryMode=simple", "?binaryTransfer=false&prepareThreshold=1"}) {
            prefix = options.isEmpty() ? "" : options.substring(1) + ": ";
            c = DriverManager.getConnection(address + options, a[3], a[4]);
            if (options.isEmpty()) metadata();
            if (!options.contains("simple")) {
                queries();
                changes();
                session();
            } else {
                check("a query", () -> same(one("SELECT store FROM visits WHERE id = 1"), "north"));
                changes();
            }
            c.close();
        }
    }
}
