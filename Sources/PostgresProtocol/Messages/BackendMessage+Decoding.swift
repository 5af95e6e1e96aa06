import Basics
import NIOCore
import Vectors

extension BackendMessage {
    /// Reads a message's body, as a client does; throws 08P01 if it is malformed.
    package init(code: BackendCode, body: ByteBuffer) throws {
        var reader = MessageReader(body)
        switch code {
        case .authentication: self = try Self.authentication(&reader)
        case .negotiateProtocolVersion:
            let newest = try reader.integer(Int32.self)
            let count = try reader.integer(Int32.self)
            var options: [String] = []
            while options.count < count { options.append(try reader.string()) }
            self = .negotiateProtocolVersion(newest: newest, unknownOptions: options)
        case .backendKeyData:
            self = .backendKeyData(processID: try reader.integer(), secret: try reader.integer())
        case .parameterStatus: self = .parameterStatus(try reader.string(), try reader.string())
        case .readyForQuery:
            guard let status = TransactionStatus(rawValue: try reader.integer()) else {
                throw MessageReader.malformed
            }
            self = .readyForQuery(status)
        case .rowDescription: self = .rowDescription(try reader.array { try $0.column() })
        case .dataRow:
            self = .dataRow(
                try reader.array { reader in
                    let length = try reader.integer(Int32.self)
                    return length == -1 ? nil : try reader.bytes(Int(length))
                })
        case .commandComplete: self = .commandComplete(try reader.string())
        case .emptyQueryResponse: self = .emptyQueryResponse
        case .errorResponse:
            let (error, severity) = try reader.errorFields()
            self = .errorResponse(error, severity: severity)
        case .noticeResponse:
            let (error, severity) = try reader.errorFields()
            self = .noticeResponse(error, severity: severity)
        case .parseComplete: self = .parseComplete
        case .bindComplete: self = .bindComplete
        case .closeComplete: self = .closeComplete
        case .noData: self = .noData
        case .portalSuspended: self = .portalSuspended
        case .parameterDescription:
            self = .parameterDescription(try reader.array { try $0.integer(UInt32.self) })
        case .copyInResponse:
            let (format, columns) = try reader.copyHeader()
            self = .copyInResponse(format, columns: columns)
        case .copyOutResponse:
            let (format, columns) = try reader.copyHeader()
            self = .copyOutResponse(format, columns: columns)
        case .copyData: self = .copyData(reader.rest())
        case .copyDone: self = .copyDone
        case .notification:
            self = .notification(
                processID: try reader.integer(), channel: try reader.string(),
                payload: try reader.string())
        }
        guard reader.isAtEnd else { throw MessageReader.malformed }
    }

    private static func authentication(_ reader: inout MessageReader) throws -> BackendMessage {
        let method = try reader.integer(Int32.self)
        switch method {
        case 0: return .authenticationOK
        case 10:
            var mechanisms: [String] = []
            while case let name = try reader.string(), !name.isEmpty { mechanisms.append(name) }
            return .authenticationSASL(mechanisms)
        case 11: return .authenticationSASLContinue(reader.rest())
        case 12: return .authenticationSASLFinal(reader.rest())
        default:
            _ = reader.rest()
            return .authenticationOther(method)
        }
    }
}

extension MessageReader {
    fileprivate mutating func column() throws -> ResultColumn {
        let name = try string()
        let tableOID = try integer(UInt32.self)
        let columnNumber = try integer(Int16.self)
        let typeOID = try integer(UInt32.self)
        let typeSize = try integer(Int16.self)
        let typeModifier = try integer(Int32.self)
        return ResultColumn(
            name: name, type: .unknown, typeOID: typeOID, typeModifier: typeModifier,
            typeSize: typeSize, tableOID: tableOID, columnNumber: columnNumber,
            format: try integer())
    }

    fileprivate mutating func copyHeader() throws -> (CopyFormat, Int) {
        guard let format = CopyFormat(rawValue: try integer()) else { throw Self.malformed }
        return (format, try array { try $0.integer(Int16.self) }.count)
    }

    fileprivate mutating func errorFields() throws -> (SQLError, String) {
        var error = SQLError(.internalError, "")
        var severity = "ERROR"
        while case let code = try integer(UInt8.self), code != 0 {
            let text = try string()
            switch Character(UnicodeScalar(code)) {
            case "S": severity = text
            case "C": error = SQLError(
                SQLState(text), error.message, detail: error.detail, hint: error.hint,
                position: error.position)
            case "M": error.message = text
            case "D": error.detail = text
            case "H": error.hint = text
            case "W": error.context = text
            case "P": error.position = Int(text)
            default: break
            }
        }
        return (error, severity)
    }
}
