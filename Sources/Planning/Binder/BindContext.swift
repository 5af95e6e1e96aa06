import Basics
import Catalog
import Vectors

/// Who binds a statement, and by which settings.
package struct BindContext: Sendable {
    /// current_user: privileges and policies are checked for it.
    package var role: UInt32
    package var sessionRole: UInt32
    package var searchPath: [String]
    /// Where the session's temporary tables go.
    package var temporarySchema = "pg_temp_0"
    /// SET row_security = off: a query that a policy would filter fails instead.
    package var rowSecurityOff = false
    /// In stored text there are no parameters.
    package var forbidsParameters = false
    /// How literals of dates, times and catalog names are read.
    package var format: FormatSession

    package init(
        role: UInt32, sessionRole: UInt32? = nil, searchPath: [String] = ["$user", "public"],
        format: FormatSession = FormatSession()
    ) {
        self.role = role
        self.sessionRole = sessionRole ?? role
        self.searchPath = searchPath
        self.format = format
    }
}

/// A relation that a statement reads or writes, as the binder found it.
package struct RelationUse: Sendable {
    package var relation: UInt32
    /// Whose rights were checked: the current role, or the owner of the view that names it.
    package var role: UInt32
    package var privilege: Privileges
    /// Indices of the columns concerned.
    package var columns: Set<Int>
    package init(relation: UInt32, role: UInt32, privilege: Privileges, columns: Set<Int>) {
        self.relation = relation
        self.role = role
        self.privilege = privilege
        self.columns = columns
    }
}

/// What row security needs to know of a scan, besides the plan.
package struct ScanOrigin: Sendable {
    /// The role whose policies apply.
    package var role: UInt32
    /// Which command's policies: SELECT, or for the target of UPDATE and DELETE also theirs.
    package var commands: [CatalogPolicy.Command]
    package init(role: UInt32, commands: [CatalogPolicy.Command] = [.select]) {
        self.role = role
        self.commands = commands
    }
}

/// COPY … FROM: rows of `input` columns arrive from outside; `items` make the whole row, in table
/// order, over them.
package struct BoundCopyIn: Sendable {
    package var table: UInt32
    /// Names and types of the columns that the data holds, in order.
    package var names: [String]
    package var input: [(ColumnID, SQLType)]
    package var items: [ProjectItem]
    /// WITH CHECK predicates over the ids of `items`.
    package var checks: [Expression]
    /// CHECK constraints over the ids of `items`.
    package var constraints: [BoundCheck] = []
    /// COPY … WHERE over the ids of `items`.
    package var filter: Expression?
    package var nextColumn: Int
}
