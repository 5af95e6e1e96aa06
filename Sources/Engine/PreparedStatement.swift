import Basics
import Execution
import Planning
import SQLSyntax
import Vectors

/// A statement that has been parsed and whose parameters have types.
struct PreparedStatement: Sendable {
    /// nil for an empty query.
    let parsed: ParsedStatement?
    let parameterTypes: [SQLType]
    /// nil where it returns no rows.
    let columns: [OutputColumn]?
}

/// A prepared statement with its parameters' values, perhaps partly read.
final class Portal {
    let statement: PreparedStatement
    let parameters: [Datum]
    let resultFormats: [Int16]
    /// Rows kept once the portal has been read in pieces, or belongs to a cursor.
    var result: QueryResult?
    var columns: [OutputColumn]?
    var isDone = false
    /// A cursor WITH HOLD outlives its transaction.
    var isHeld = false
    /// Whether a cursor stands behind its last row rather than on it.
    var isPastEnd = false
    /// NO SCROLL.
    var isForwardOnly = false

    init(_ statement: PreparedStatement, parameters: [Datum], resultFormats: [Int16]) {
        self.statement = statement
        self.parameters = parameters
        self.resultFormats = resultFormats
        columns = statement.columns
    }

    func format(_ column: Int) -> Int16 {
        if resultFormats.count == 1 { return resultFormats[0] }
        return column < resultFormats.count ? resultFormats[column] : 0
    }
}
