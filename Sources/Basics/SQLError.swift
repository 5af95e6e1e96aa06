/// An error that reaches a client: SQLSTATE, message and, where known, the place in the statement.
///
/// Fields follow PostgreSQL's error and notice fields
/// (<https://www.postgresql.org/docs/15/protocol-error-fields.html>).
package struct SQLError: Error, Sendable, Equatable, CustomStringConvertible {
    package var state: SQLState
    package var message: String
    package var detail: String?
    package var hint: String?
    /// Where in a larger task it happened, such as a line of COPY's input.
    package var context: String?
    /// 1-based position in the statement text, in characters (Unicode scalars), as PostgreSQL counts.
    package var position: Int?
    /// The table, column and constraint that the error is about.
    package var table: String?
    package var column: String?
    package var constraint: String?
    /// What PostgreSQL calls the place that raises it; a few drivers act on it.
    package var routine: String?

    package init(
        _ state: SQLState, _ message: String, detail: String? = nil, hint: String? = nil,
        position: Int? = nil
    ) {
        self.state = state
        self.message = message
        self.detail = detail
        self.hint = hint
        self.position = position
    }

    package static func unsupported(_ what: String, position: Int? = nil) -> SQLError {
        SQLError(.featureNotSupported, "\(what) is not supported", position: position)
    }

    package func at(_ position: Int?) -> SQLError {
        var copy = self
        if copy.position == nil { copy.position = position }
        return copy
    }

    /// The error with the names of what it is about, for clients that look them up.
    package func about(
        table: String, column: String? = nil, constraint: String? = nil
    ) -> SQLError {
        var copy = self
        copy.table = table
        copy.column = column
        copy.constraint = constraint
        return copy
    }

    /// The error with what it happened in.
    package func within(_ context: String?) -> SQLError {
        var copy = self
        copy.context = context
        return copy
    }

    package var description: String { "\(state.code): \(message)" }
}

/// The five-character codes of PostgreSQL 15, Appendix A.
package struct SQLState: Sendable, Hashable {
    package let code: String
    package init(_ code: String) { self.code = code }

    package static let successfulCompletion = SQLState("00000")
    package static let protocolViolation = SQLState("08P01")
    package static let connectionFailure = SQLState("08006")
    package static let featureNotSupported = SQLState("0A000")
    package static let cardinalityViolation = SQLState("21000")
    package static let dataException = SQLState("22000")
    package static let stringDataRightTruncation = SQLState("22001")
    package static let sequenceLimitExceeded = SQLState("2200H")
    package static let numericValueOutOfRange = SQLState("22003")
    package static let nullValueNotAllowed = SQLState("22004")
    package static let invalidDatetimeFormat = SQLState("22007")
    package static let datetimeFieldOverflow = SQLState("22008")
    package static let invalidTimeZone = SQLState("22009")
    package static let substringError = SQLState("22011")
    package static let divisionByZero = SQLState("22012")
    package static let intervalFieldOverflow = SQLState("22015")
    package static let invalidArgumentForLogarithm = SQLState("2201E")
    package static let invalidArgumentForPower = SQLState("2201F")
    package static let invalidRowCountInLimit = SQLState("2201W")
    package static let invalidRowCountInOffset = SQLState("2201X")
    package static let characterNotInRepertoire = SQLState("22021")
    package static let invalidParameterValue = SQLState("22023")
    package static let invalidEscapeSequence = SQLState("22025")
    package static let invalidRegularExpression = SQLState("2201B")
    package static let badCopyFileFormat = SQLState("22P04")
    package static let invalidTextRepresentation = SQLState("22P02")
    package static let invalidBinaryRepresentation = SQLState("22P03")
    package static let notNullViolation = SQLState("23502")
    package static let foreignKeyViolation = SQLState("23503")
    package static let uniqueViolation = SQLState("23505")
    package static let checkViolation = SQLState("23514")
    package static let invalidCursorState = SQLState("24000")
    package static let activeTransaction = SQLState("25001")
    package static let readOnlyTransaction = SQLState("25006")
    package static let noActiveTransaction = SQLState("25P01")
    package static let inFailedTransaction = SQLState("25P02")
    package static let invalidStatementName = SQLState("26000")
    package static let invalidAuthorization = SQLState("28000")
    package static let invalidPassword = SQLState("28P01")
    package static let dependentObjectsStillExist = SQLState("2BP01")
    package static let invalidCursorName = SQLState("34000")
    package static let invalidCatalogName = SQLState("3D000")
    package static let invalidSchemaName = SQLState("3F000")
    package static let serializationFailure = SQLState("40001")
    package static let syntaxErrorOrAccessRule = SQLState("42000")
    package static let insufficientPrivilege = SQLState("42501")
    package static let syntaxError = SQLState("42601")
    package static let invalidName = SQLState("42602")
    package static let undefinedColumn = SQLState("42703")
    package static let undefinedFunction = SQLState("42883")
    package static let undefinedTable = SQLState("42P01")
    package static let undefinedParameter = SQLState("42P02")
    package static let undefinedObject = SQLState("42704")
    package static let duplicateColumn = SQLState("42701")
    package static let duplicateCursor = SQLState("42P03")
    package static let duplicatePreparedStatement = SQLState("42P05")
    package static let duplicateSchema = SQLState("42P06")
    package static let duplicateTable = SQLState("42P07")
    package static let duplicateAlias = SQLState("42712")
    package static let duplicateObject = SQLState("42710")
    package static let ambiguousColumn = SQLState("42702")
    package static let ambiguousFunction = SQLState("42725")
    package static let groupingError = SQLState("42803")
    package static let windowingError = SQLState("42P20")
    package static let datatypeMismatch = SQLState("42804")
    package static let wrongObjectType = SQLState("42809")
    package static let cannotCoerce = SQLState("42846")
    package static let invalidColumnReference = SQLState("42P10")
    package static let invalidTableDefinition = SQLState("42P16")
    package static let generatedAlways = SQLState("428C9")
    package static let invalidObjectDefinition = SQLState("42P17")
    package static let indeterminateDatatype = SQLState("42P18")
    package static let invalidSchemaDefinition = SQLState("42P15")
    package static let objectNotInPrerequisiteState = SQLState("55000")
    package static let configurationLimitExceeded = SQLState("53400")
    package static let tooManyConnections = SQLState("53300")
    package static let diskFull = SQLState("53100")
    package static let outOfMemory = SQLState("53200")
    package static let programLimitExceeded = SQLState("54000")
    package static let statementTooComplex = SQLState("54001")
    package static let queryCanceled = SQLState("57014")
    package static let adminShutdown = SQLState("57P01")
    package static let cannotConnectNow = SQLState("57P03")
    package static let ioError = SQLState("58030")
    package static let internalError = SQLState("XX000")
    package static let dataCorrupted = SQLState("XX001")
}
