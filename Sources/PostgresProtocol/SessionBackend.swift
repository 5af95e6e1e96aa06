import Basics
import Vectors

/// Where a session stands between statements, as ReadyForQuery reports it.
package enum TransactionStatus: UInt8, Sendable {
    case idle = 0x49
    case inTransaction = 0x54
    case failed = 0x45
}

/// A column of a result, with everything that RowDescription says about it.
package struct ResultColumn: Sendable, Equatable {
    package var name: String
    package var type: SQLType
    package var typeOID: UInt32
    package var typeModifier: Int32
    package var typeSize: Int16
    package var tableOID: UInt32
    package var columnNumber: Int16
    /// 0 text, 1 binary.
    package var format: Int16

    package init(
        name: String, type: SQLType, typeOID: UInt32, typeModifier: Int32 = -1,
        typeSize: Int16 = -1, tableOID: UInt32 = 0, columnNumber: Int16 = 0, format: Int16 = 0
    ) {
        self.name = name
        self.type = type
        self.typeOID = typeOID
        self.typeModifier = typeModifier
        self.typeSize = typeSize
        self.tableOID = tableOID
        self.columnNumber = columnNumber
        self.format = format
    }
}

/// How the bytes of a COPY are laid out: text and CSV lines, or PostgreSQL's binary form.
package enum CopyFormat: UInt8, Sendable {
    case text = 0
    case binary = 1
}

/// The database as the listener sees it: who may come in, and sessions for those who do.
package protocol DatabaseBackend: Sendable {
    /// The user's `SCRAM-SHA-256$…` verifier; nil for unknown users and those without password.
    func verifier(forUser user: String) -> String?

    /// Opens a session; `parameters` are the settings sent at start-up, in the order sent,
    /// and `address` is the client's.
    func openSession(
        user: String, database: String, parameters: [(String, String)], processID: Int32,
        address: String?
    ) throws -> any SessionBackend

    /// What ParameterStatus reports at start where the session itself does not say.
    var statusParameters: [(String, String)] { get }
}

/// One client's session.
///
/// Methods are called one at a time, on the connection's own thread, and block until done; only
/// `cancel()` comes from any thread. After every error thrown, `transactionFailed()` follows.
package protocol SessionBackend: AnyObject, Sendable {
    /// Runs all statements of `sql` as one implicit transaction.
    func simpleQuery(_ sql: String, _ out: any ResultSink) throws
    func parse(name: String, sql: String, parameterTypes: [UInt32]) throws
    func describeStatement(_ name: String) throws -> (
        parameters: [UInt32], columns: [ResultColumn]?
    )
    func bind(
        portal: String, statement: String, parameterFormats: [Int16], parameters: [[UInt8]?],
        resultFormats: [Int16]
    ) throws
    /// The portal's columns with their formats filled in; nil if it returns no rows.
    func describePortal(_ name: String) throws -> [ResultColumn]?
    /// Runs a portal; `maxRows` 0 means all. Rows are preceded by `out.columns`.
    func execute(portal: String, maxRows: Int, _ out: any ResultSink) throws
    func closeStatement(_ name: String)
    func closePortal(_ name: String)
    /// Ends the implicit transaction by committing it; also called when an error left none.
    func sync() throws
    /// An error happened: fails the open block, or rolls the implicit transaction back.
    func transactionFailed()
    var transactionStatus: TransactionStatus { get }
    /// What ParameterStatus reports at start; nil takes the database's with start-up values.
    var statusParameters: [(String, String)]? { get }
    /// What the text forms of rows depend on; asked whenever a result begins.
    var formatSession: FormatSession { get }
    /// Stops the running statement with 57014; does nothing if none runs.
    func cancel()
    func close()
}

extension SessionBackend {
    package var statusParameters: [(String, String)]? { nil }
    package var formatSession: FormatSession { FormatSession() }
}

/// Takes a statement's results to the client. Calls block while the client is slow to read.
package protocol ResultSink: AnyObject {
    /// The columns of the rows that follow. Sent as RowDescription in a simple query; in the
    /// extended protocol it only fixes the formats of `rows`.
    func columns(_ columns: [ResultColumn]) throws
    /// Sends rows in the formats of `columns`.
    func rows(_ batch: Batch) throws
    func complete(_ tag: String) throws
    func suspended() throws
    func emptyQuery() throws
    /// Asks the client for COPY data.
    func copyIn(format: CopyFormat, columns: Int) throws -> any CopyInSource
    func copyOut(format: CopyFormat, columns: Int) throws
    func copyData(_ bytes: [UInt8]) throws
    func copyDone() throws
    func notice(_ error: SQLError, severity: String) throws
    func parameterStatus(_ name: String, _ value: String) throws
}

/// COPY data as the client sends it.
package protocol CopyInSource: AnyObject {
    /// The next piece, cut anywhere; nil after the last. Throws what CopyFail said.
    func next() throws -> [UInt8]?
}
