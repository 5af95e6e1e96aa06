import Basics
import Vectors

/// One column of a query's result as clients see it.
package struct OutputColumn: Sendable {
    package var name: String
    package var type: SQLType
    /// Set when the column is a plain reference: its table and column number, else 0.
    package var tableOID: UInt32
    package var columnNumber: Int16
    /// The typmod to report: -1 unless a plain reference or a cast with modifiers.
    package var typeModifier: Int32
    package init(
        name: String, type: SQLType, tableOID: UInt32 = 0, columnNumber: Int16 = 0,
        typeModifier: Int32 = -1
    ) {
        self.name = name
        self.type = type
        self.tableOID = tableOID
        self.columnNumber = columnNumber
        self.typeModifier = typeModifier
    }
}

/// A query before row security: `plan`'s columns pair with `outputs` in order.
package struct BoundQuery: Sendable {
    package var plan: Plan
    package var outputs: [OutputColumn]
    package var parameterTypes: [SQLType]
    /// Next free ColumnID and CTE id, for rewrites.
    package var nextColumn: Int
    /// For row security: whose policies apply to the scan whose first column is the key.
    package var scanOrigins: [ColumnID: ScanOrigin] = [:]
    /// Relations read, with the columns used.
    package var uses: [RelationUse] = []
    /// Statements of the WITH clause that change rows: they run first, in this order, and the plan
    /// reads what they return.
    package var changes: [BoundChange] = []
    /// Tables of FOR UPDATE and FOR SHARE: a transaction that changes rows commits only if theirs
    /// have not changed since.
    package var locked: Set<UInt32> = []
    package init(
        plan: Plan, outputs: [OutputColumn], parameterTypes: [SQLType], nextColumn: Int
    ) {
        self.plan = plan
        self.outputs = outputs
        self.parameterTypes = parameterTypes
        self.nextColumn = nextColumn
    }
}

/// INSERT: `source` gives one value per `columns` entry, cast to the column's type; columns left
/// out get their default as part of the source plan, so `columns` is the whole table in order.
package struct BoundInsert: Sendable {
    package struct OnConflict: Sendable {
        /// The keys that may conflict, each as indices of the table's columns; one with DO UPDATE.
        package var keys: [[Int]]
        /// nil: DO NOTHING. Else new values for every table column, over the columns `existing`
        /// (the stored row, table order) and `excluded` (the proposed row), where `condition`
        /// holds.
        package var update: [Expression]?
        package var condition: Expression?
        package var existing: [ColumnID]
        package var excluded: [ColumnID]
        /// Whether the statement names the key, and so reads the table.
        package var namesKey: Bool
        /// What policies demand of a stored row that is to be changed, over `existing`; a row
        /// that fails is 42501.
        package var visible: [Expression] = []
        /// What they demand of the row it becomes, over the statement's `checkColumns`.
        package var checks: [Expression] = []
        package init(
            keys: [[Int]], update: [Expression]?, condition: Expression?, existing: [ColumnID],
            excluded: [ColumnID], namesKey: Bool
        ) {
            self.namesKey = namesKey
            self.keys = keys
            self.update = update
            self.condition = condition
            self.existing = existing
            self.excluded = excluded
        }
    }
    package var table: UInt32
    package var source: BoundQuery
    package var onConflict: OnConflict?
    /// WITH CHECK predicates over `checkColumns` (table order); a row that fails is 42501.
    package var checks: [Expression]
    package var checkColumns: [ColumnID]
    /// CHECK constraints over `checkColumns`.
    package var constraints: [BoundCheck] = []
    /// RETURNING: expressions over `checkColumns`.
    package var returning: [ProjectItem]?
    package var outputs: [OutputColumn]
    package init(
        table: UInt32, source: BoundQuery, onConflict: OnConflict?, checks: [Expression],
        checkColumns: [ColumnID], returning: [ProjectItem]?, outputs: [OutputColumn]
    ) {
        self.table = table
        self.source = source
        self.onConflict = onConflict
        self.checks = checks
        self.checkColumns = checkColumns
        self.returning = returning
        self.outputs = outputs
    }
}

/// A CHECK constraint over a new row.
package struct BoundCheck: Sendable {
    package var name: String
    package var condition: Expression
}

/// MERGE: `source` gives what to do with a row (`Action`), its locator (NULL for a new one), and
/// the whole new row in table order.
package struct BoundMerge: Sendable {
    /// The first column's values.
    package enum Action: Int64, Sendable { case nothing = 0, insert, update, delete }
    package var table: UInt32
    package var source: BoundQuery
    package var checkColumns: [ColumnID]
    package var constraints: [BoundCheck]
    /// What the clauses may do, for row security.
    package var actions: Set<Action>
    /// What policies demand of stored rows before an action, and of new rows after it, over
    /// `checkColumns`; a row that fails is 42501.
    package var visible: [Action: [Expression]] = [:]
    package var checks: [Action: [Expression]] = [:]
}

/// A statement of a WITH clause that changes rows.
package struct BoundChange: Sendable {
    package enum Body: Sendable {
        case insert(BoundInsert)
        case modify(BoundModify)
        case merge(BoundMerge)
    }
    /// What `cteScan`s call its rows.
    package var id: Int
    package var columns: [(ColumnID, SQLType)]
    package var body: Body
}

/// UPDATE or DELETE: `source`'s first column is the locator, then (UPDATE) the whole new row in
/// table order. At most one source row per locator counts.
package struct BoundModify: Sendable {
    package var table: UInt32
    package var source: BoundQuery
    package var isUpdate: Bool
    package var checks: [Expression]
    package var checkColumns: [ColumnID]
    /// CHECK constraints over `checkColumns`.
    package var constraints: [BoundCheck] = []
    /// RETURNING over the new (UPDATE) or old (DELETE; then `source` carries the old row) columns.
    package var returning: [ProjectItem]?
    package var outputs: [OutputColumn]
    package init(
        table: UInt32, source: BoundQuery, isUpdate: Bool, checks: [Expression],
        checkColumns: [ColumnID], returning: [ProjectItem]?, outputs: [OutputColumn]
    ) {
        self.table = table
        self.source = source
        self.isUpdate = isUpdate
        self.checks = checks
        self.checkColumns = checkColumns
        self.returning = returning
        self.outputs = outputs
    }
}
