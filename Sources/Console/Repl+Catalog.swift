/// What the listing commands ask of the catalog.
extension Repl {
    static func quoted(_ text: String) -> String {
        "'" + text.replacing("'", with: "''") + "'"
    }

    /// `schema.name` split at the point, folded to lower case unless quoted.
    static func condition(on name: String) -> String {
        var parts: [String] = [""]
        var isQuoted = false
        for character in name {
            switch character {
            case "\"": isQuoted.toggle()
            case "." where !isQuoted: parts.append("")
            default: parts[parts.count - 1] += isQuoted ? String(character)
                : character.lowercased()
            }
        }
        let relation = parts.last ?? ""
        let operand = relation.replacing("_", with: "\\_").replacing("*", with: "%")
        var text = "c.relname LIKE \(quoted(operand))"
        if parts.count > 1 {
            text += " AND n.nspname = \(quoted(parts[parts.count - 2]))"
        } else {
            text += " AND pg_catalog.pg_table_is_visible(c.oid)"
        }
        return text
    }

    static func relations(_ kinds: String, like name: String = "") -> String {
        let list = kinds.split(separator: ",").map { "'\($0)'" }.joined(separator: ", ")
        let filter = name.isEmpty
            ? "n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') "
                + "AND pg_catalog.pg_table_is_visible(c.oid)"
            : condition(on: name)
        return """
            SELECT n.nspname AS "Schema", c.relname AS "Name",
              CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table'
                WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'i' THEN 'index'
                WHEN 'S' THEN 'sequence' END AS "Type",
              pg_catalog.pg_get_userbyid(c.relowner) AS "Owner"
            FROM pg_catalog.pg_class c
              LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN (\(list)) AND \(filter)
            ORDER BY 1, 2
            """
    }

    static func functions(like name: String) -> String {
        let filter =
            name.isEmpty
            ? "n.nspname NOT IN ('pg_catalog', 'information_schema')"
            : condition(on: name).replacing("c.relname", with: "p.proname")
                .replacing("pg_table_is_visible(c.oid)", with: "pg_function_is_visible(p.oid)")
        return """
            SELECT n.nspname AS "Schema", p.proname AS "Name",
              pg_catalog.pg_get_function_result(p.oid) AS "Result data type",
              pg_catalog.pg_get_function_arguments(p.oid) AS "Argument data types",
              CASE p.prokind WHEN 'a' THEN 'agg' WHEN 'w' THEN 'window' WHEN 'p' THEN 'proc'
                ELSE 'func' END AS "Type"
            FROM pg_catalog.pg_proc p
              LEFT JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
            WHERE \(filter)
            ORDER BY 1, 2, 4
            """
    }

    static func privileges(like name: String) -> String {
        let filter =
            name.isEmpty
            ? "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' "
                + "AND pg_catalog.pg_table_is_visible(c.oid)"
            : condition(on: name)
        return """
            SELECT n.nspname AS "Schema", c.relname AS "Name",
              CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
                WHEN 'S' THEN 'sequence' ELSE 'table' END AS "Type",
              pg_catalog.array_to_string(c.relacl, E'\\n') AS "Access privileges",
              pg_catalog.array_to_string(ARRAY(
                SELECT a.attname || ': ' || pg_catalog.array_to_string(a.attacl, ', ')
                FROM pg_catalog.pg_attribute a
                WHERE a.attrelid = c.oid AND a.attacl IS NOT NULL), E'\\n')
                AS "Column privileges",
              pg_catalog.array_to_string(ARRAY(
                SELECT p.polname || ': ' || pg_catalog.pg_get_expr(p.polqual, p.polrelid)
                FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid), E'\\n') AS "Policies"
            FROM pg_catalog.pg_class c
              LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'v', 'm', 'S', 'f', 'p') AND \(filter)
            ORDER BY 1, 2
            """
    }

    static func columns(of name: String) -> String {
        """
        SELECT a.attname AS "Column",
          pg_catalog.format_type(a.atttypid, a.atttypmod) AS "Type",
          CASE WHEN a.attnotnull THEN 'not null' ELSE '' END AS "Nullable",
          COALESCE(pg_catalog.pg_get_expr(d.adbin, d.adrelid), '') AS "Default"
        FROM pg_catalog.pg_class c
          JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
          JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
          LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attnum > 0 AND NOT a.attisdropped AND \(condition(on: name))
        ORDER BY n.nspname, c.relname, a.attnum
        """
    }

    static let schemas = """
        SELECT n.nspname AS "Name", pg_catalog.pg_get_userbyid(n.nspowner) AS "Owner"
        FROM pg_catalog.pg_namespace n
        WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
        ORDER BY 1
        """

    static let roles = """
        SELECT r.rolname AS "Role name",
          CASE WHEN r.rolsuper THEN 'Superuser' WHEN r.rolcanlogin THEN ''
            ELSE 'Cannot login' END AS "Attributes"
        FROM pg_catalog.pg_roles r WHERE r.rolname NOT LIKE 'pg\\_%' ORDER BY 1
        """

    static let databases = """
        SELECT d.datname AS "Name", pg_catalog.pg_get_userbyid(d.datdba) AS "Owner",
          pg_catalog.pg_encoding_to_char(d.encoding) AS "Encoding", d.datcollate AS "Collate",
          d.datctype AS "Ctype"
        FROM pg_catalog.pg_database d ORDER BY 1
        """
}
