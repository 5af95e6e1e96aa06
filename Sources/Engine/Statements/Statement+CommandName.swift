import SQLSyntax

extension Statement {
    /// The statement's name in messages: `INSERT`, `CREATE TABLE`.
    var commandName: String {
        switch self {
        case .query: "SELECT"
        case .insert: "INSERT"
        case .update: "UPDATE"
        case .delete: "DELETE"
        case .merge: "MERGE"
        case .truncate: "TRUNCATE TABLE"
        case .copy: "COPY FROM"
        case .call: "CALL"
        case .createTable: "CREATE TABLE"
        case .createTableAs(let create):
            create.isMaterializedView ? "CREATE MATERIALIZED VIEW" : "CREATE TABLE AS"
        case .alterTable(let alter): "ALTER \(alter.object.rawValue.uppercased())"
        case .createView: "CREATE VIEW"
        case .createIndex: "CREATE INDEX"
        case .createSequence: "CREATE SEQUENCE"
        case .alterSequence: "ALTER SEQUENCE"
        case .refresh: "REFRESH MATERIALIZED VIEW"
        case .createSchema: "CREATE SCHEMA"
        case .alterSchema: "ALTER SCHEMA"
        case .drop(let drop): "DROP \(drop.object.rawValue.uppercased())"
        case .comment: "COMMENT"
        case .createRole: "CREATE ROLE"
        case .alterRole, .alterRoleSetting, .renameRole: "ALTER ROLE"
        case .dropRole: "DROP ROLE"
        case .grant(let grant): grant.isGrant ? "GRANT" : "REVOKE"
        case .grantRole(let grant): grant.isGrant ? "GRANT ROLE" : "REVOKE ROLE"
        case .createPolicy: "CREATE POLICY"
        case .alterPolicy: "ALTER POLICY"
        case .dropPolicy: "DROP POLICY"
        default: "this statement"
        }
    }
}
