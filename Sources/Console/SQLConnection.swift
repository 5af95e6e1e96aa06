import Basics
import PostgresProtocol

/// A database that the console talks to.
package protocol SQLConnection: AnyObject, Sendable {
    /// Runs the statements of one text and tells `output` what comes of them, errors too. Throws
    /// only when the connection is lost.
    func run(_ sql: String, _ output: any SQLOutput) throws
    /// Stops what runs; from any thread.
    func cancel()
    var transactionStatus: TransactionStatus { get }
    var user: String { get }
    var database: String { get }
    /// Where the database is, in words.
    var place: String { get }
    /// What the server says of itself, such as `server_version`.
    func parameter(_ name: String) -> String?
    func close()
}

/// Takes the results of `SQLConnection.run`, in the order of the statements.
package protocol SQLOutput: AnyObject {
    func columns(_ columns: [ResultColumn])
    /// One row in text form; nil is NULL.
    func row(_ cells: [[UInt8]?])
    func complete(_ tag: String)
    func error(_ error: SQLError, severity: String)
    func notice(_ error: SQLError, severity: String)
    /// The next piece of COPY data; nil at its end. An error fails the COPY.
    func copyInput() throws -> [UInt8]?
    func copyOutput(_ bytes: [UInt8])
}
