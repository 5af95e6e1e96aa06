import Vectors

/// A table whose rows are computed from the catalog and the server's state.
package struct SystemTable: Sendable {
    package let oid: UInt32
    package let schema: UInt32
    package let name: String
    package let columns: [CatalogColumn]
    /// Superusers alone may read it.
    package let isRestricted: Bool
    /// Whether rows depend on nothing but the catalog and the role that asks.
    package let isSteady: Bool
    package let rows: @Sendable (SystemContext) throws -> Batch

    package init(
        oid: UInt32, schema: UInt32 = CatalogSnapshot.pgCatalogOID, name: String,
        columns: [(String, SQLType)], isRestricted: Bool = false, isSteady: Bool = false,
        rows: @escaping @Sendable (SystemContext) throws -> Batch
    ) {
        self.oid = oid
        self.schema = schema
        self.name = name
        self.columns = columns.enumerated().map { index, column in
            CatalogColumn(id: index + 1, name: column.0, type: column.1)
        }
        self.isRestricted = isRestricted
        self.isSteady = isSteady
        self.rows = rows
    }
}

/// Who asks for system rows, and of what.
package struct SystemContext: Sendable {
    package var catalog: CatalogSnapshot
    package var role: UInt32
    package var sessionRole: UInt32
    package var searchPath: [String]
    package var state: any SystemState
    /// Throws 57014 when the statement has been cancelled; pg_sleep asks it.
    package var checkCancellation: @Sendable () throws -> Void = {}

    package init(
        catalog: CatalogSnapshot, role: UInt32, sessionRole: UInt32, searchPath: [String],
        state: any SystemState
    ) {
        self.catalog = catalog
        self.role = role
        self.sessionRole = sessionRole
        self.searchPath = searchPath
        self.state = state
    }
}

/// What only the running server knows.
package protocol SystemState: Sendable {
    /// A setting as SHOW prints it; nil where there is none of this name.
    func setting(_ name: String) -> String?
    /// All settings, for pg_settings.
    func settings() -> [SystemSetting]
    /// set_config: returns the value now in force.
    func setSetting(_ name: String, to value: String, local: Bool) throws -> String
    /// Sessions that exist, for pg_stat_activity.
    func sessions() -> [SystemSession]
    /// Segments of every table, for storehouse.segments.
    func storageSegments() -> [SystemSegment]
    /// Rows and bytes of a table as of now.
    func tableSize(_ table: UInt32) -> (rows: Int64, bytes: Int64)
    /// Takes a sequence's next value.
    func nextValue(of sequence: CatalogSequence) throws -> Int64
    /// The value that this session took last; 55000 where it has taken none.
    func currentValue(of sequence: CatalogSequence) throws -> Int64
    func setValue(of sequence: CatalogSequence, to value: Int64, isCalled: Bool) throws
    /// The sequence of which this session took a value last.
    func lastSequence() throws -> UInt32?
    /// Where a sequence stands, for everybody.
    func sequenceState(of sequence: CatalogSequence) throws -> (last: Int64, isCalled: Bool)
    /// When the server started, in microseconds since 2000-01-01 UTC.
    func serverStart() -> Int64
    /// pg_backend_pid of this session.
    func backendProcessID() -> Int32
    /// Takes an advisory lock where it is free.
    func advisoryLock(_ key: AdvisoryKey, isShared: Bool, endsWithTransaction: Bool) -> Bool
    /// Gives up an advisory lock; false where the session does not hold it.
    func advisoryUnlock(_ key: AdvisoryKey, isShared: Bool) -> Bool
    /// Gives up all advisory locks of the session but those of its transaction.
    func advisoryUnlockAll()
    /// The session's statements made by PREPARE or Parse, by name.
    func preparedStatements() -> [SystemPreparedStatement]
    /// The session's open cursors and portals.
    func cursors() -> [SystemCursor]
    /// Cancels (or ends) another session's work; false where there is no such session.
    func signal(processID: Int32, terminate: Bool) throws -> Bool
}

/// A row of pg_settings.
package struct SystemSetting: Sendable {
    package var name: String
    package var value: String
    package var unit: String?
    package var category: String
    package var description: String
    /// bool, integer, real, string or enum.
    package var kind: String
    /// user, superuser, internal, …
    package var context: String
    package var defaultValue: String
    package init(
        name: String, value: String, unit: String? = nil, category: String = "",
        description: String = "", kind: String = "string", context: String = "user",
        defaultValue: String = ""
    ) {
        self.name = name
        self.value = value
        self.unit = unit
        self.category = category
        self.description = description
        self.kind = kind
        self.context = context
        self.defaultValue = defaultValue
    }
}

/// A row of pg_prepared_statements.
package struct SystemPreparedStatement: Sendable {
    package var name: String
    package var statement: String
    package var parameterTypes: [UInt32]
    package var isFromSQL: Bool
    package init(name: String, statement: String, parameterTypes: [UInt32], isFromSQL: Bool) {
        self.name = name
        self.statement = statement
        self.parameterTypes = parameterTypes
        self.isFromSQL = isFromSQL
    }
}

/// A row of pg_cursors.
package struct SystemCursor: Sendable {
    package var name: String
    package var statement: String
    package var isHoldable: Bool
    package var isBinary: Bool
    package init(name: String, statement: String, isHoldable: Bool, isBinary: Bool) {
        self.name = name
        self.statement = statement
        self.isHoldable = isHoldable
        self.isBinary = isBinary
    }
}

/// A row of pg_stat_activity. Times are microseconds since 2000-01-01 UTC.
package struct SystemSession: Sendable {
    package var processID: Int32
    package var role: UInt32
    package var applicationName: String
    package var clientAddress: String?
    package var clientPort: Int32
    package var backendStart: Int64
    package var transactionStart: Int64?
    package var queryStart: Int64?
    package var stateChange: Int64
    /// active, idle, idle in transaction, …
    package var state: String
    package var query: String
    package init(
        processID: Int32, role: UInt32, applicationName: String, clientAddress: String?,
        clientPort: Int32, backendStart: Int64, transactionStart: Int64?, queryStart: Int64?,
        stateChange: Int64, state: String, query: String
    ) {
        self.processID = processID
        self.role = role
        self.applicationName = applicationName
        self.clientAddress = clientAddress
        self.clientPort = clientPort
        self.backendStart = backendStart
        self.transactionStart = transactionStart
        self.queryStart = queryStart
        self.stateChange = stateChange
        self.state = state
        self.query = query
    }
}

/// A row of storehouse.segments.
package struct SystemSegment: Sendable {
    package var table: UInt32
    package var segment: Int64
    package var rows: Int64
    package var deletedRows: Int64
    package var bytes: Int64
    /// hot, warm or archive.
    package var tier: String
    package var file: String
    /// Bounds of the first sort-key column, as text.
    package var minimum: String?
    package var maximum: String?
    package init(
        table: UInt32, segment: Int64, rows: Int64, deletedRows: Int64, bytes: Int64,
        tier: String, file: String, minimum: String?, maximum: String?
    ) {
        self.table = table
        self.segment = segment
        self.rows = rows
        self.deletedRows = deletedRows
        self.bytes = bytes
        self.tier = tier
        self.file = file
        self.minimum = minimum
        self.maximum = maximum
    }
}
