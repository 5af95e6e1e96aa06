import Basics
import NIOCore
import Vectors

/// What the server sends.
package enum BackendMessage: Sendable, Equatable {
    case authenticationOK
    case authenticationSASL([String])
    case authenticationSASLContinue([UInt8])
    case authenticationSASLFinal([UInt8])
    /// A method that Storehouse's own server never asks for; clients give up on it.
    case authenticationOther(Int32)
    case negotiateProtocolVersion(newest: Int32, unknownOptions: [String])
    case backendKeyData(processID: Int32, secret: Int32)
    case parameterStatus(String, String)
    case readyForQuery(TransactionStatus)
    case rowDescription([ResultColumn])
    case dataRow([[UInt8]?])
    case commandComplete(String)
    case emptyQueryResponse
    case errorResponse(SQLError, severity: String)
    case noticeResponse(SQLError, severity: String)
    case parseComplete, bindComplete, closeComplete, noData, portalSuspended
    case parameterDescription([UInt32])
    case copyInResponse(CopyFormat, columns: Int)
    case copyOutResponse(CopyFormat, columns: Int)
    case copyData([UInt8])
    case copyDone
    case notification(processID: Int32, channel: String, payload: String)
}

/// The first byte of every backend message.
package enum BackendCode: UInt8, Sendable {
    case authentication = 0x52
    case negotiateProtocolVersion = 0x76
    case backendKeyData = 0x4B
    case parameterStatus = 0x53
    case readyForQuery = 0x5A
    case rowDescription = 0x54
    case dataRow = 0x44
    case commandComplete = 0x43
    case emptyQueryResponse = 0x49
    case errorResponse = 0x45
    case noticeResponse = 0x4E
    case parseComplete = 0x31
    case bindComplete = 0x32
    case closeComplete = 0x33
    case noData = 0x6E
    case portalSuspended = 0x73
    case parameterDescription = 0x74
    case copyInResponse = 0x47
    case copyOutResponse = 0x48
    case copyData = 0x64
    case copyDone = 0x63
    case notification = 0x41
}

extension BackendMessage {
    /// Appends the whole frame.
    package func encode(into buffer: inout ByteBuffer) {
        switch self {
        case .authenticationOK: Self.authentication(0, [], &buffer)
        case .authenticationSASL(let mechanisms):
            buffer.writeFrame(.authentication) {
                $0.writeInteger(Int32(10))
                for mechanism in mechanisms { $0.writeCString(mechanism) }
                $0.writeInteger(UInt8(0))
            }
        case .authenticationSASLContinue(let bytes): Self.authentication(11, bytes, &buffer)
        case .authenticationSASLFinal(let bytes): Self.authentication(12, bytes, &buffer)
        case .authenticationOther(let method): Self.authentication(method, [], &buffer)
        case .negotiateProtocolVersion(let newest, let options):
            buffer.writeFrame(.negotiateProtocolVersion) {
                $0.writeInteger(newest)
                $0.writeInteger(Int32(truncatingIfNeeded: options.count))
                for option in options { $0.writeCString(option) }
            }
        case .backendKeyData(let processID, let secret):
            buffer.writeFrame(.backendKeyData) {
                $0.writeInteger(processID)
                $0.writeInteger(secret)
            }
        case .parameterStatus(let name, let value):
            buffer.writeFrame(.parameterStatus) {
                $0.writeCString(name)
                $0.writeCString(value)
            }
        case .readyForQuery(let status):
            buffer.writeFrame(.readyForQuery) { $0.writeInteger(status.rawValue) }
        case .errorResponse(let error, let severity):
            buffer.writeFrame(.errorResponse) { error.write(severity, into: &$0) }
        case .noticeResponse(let error, let severity):
            buffer.writeFrame(.noticeResponse) { error.write(severity, into: &$0) }
        case .parseComplete: buffer.writeFrame(.parseComplete) { _ in }
        case .bindComplete: buffer.writeFrame(.bindComplete) { _ in }
        case .closeComplete: buffer.writeFrame(.closeComplete) { _ in }
        case .notification(let processID, let channel, let payload):
            buffer.writeFrame(.notification) {
                $0.writeInteger(processID)
                $0.writeCString(channel)
                $0.writeCString(payload)
            }
        default: encodeResult(into: &buffer)
        }
    }

    private func encodeResult(into buffer: inout ByteBuffer) {
        switch self {
        case .rowDescription(let columns):
            buffer.writeFrame(.rowDescription) {
                $0.writeCount(columns.count)
                for column in columns { column.write(into: &$0) }
            }
        case .dataRow(let values):
            buffer.writeFrame(.dataRow) {
                $0.writeCount(values.count)
                for value in values { $0.writeValue(value) }
            }
        case .commandComplete(let tag):
            buffer.writeFrame(.commandComplete) { $0.writeCString(tag) }
        case .emptyQueryResponse: buffer.writeFrame(.emptyQueryResponse) { _ in }
        case .noData: buffer.writeFrame(.noData) { _ in }
        case .portalSuspended: buffer.writeFrame(.portalSuspended) { _ in }
        case .parameterDescription(let types):
            buffer.writeFrame(.parameterDescription) {
                $0.writeCount(types.count)
                for type in types { $0.writeInteger(type) }
            }
        case .copyInResponse(let format, let columns):
            buffer.writeFrame(.copyInResponse) { Self.copyHeader(format, columns, &$0) }
        case .copyOutResponse(let format, let columns):
            buffer.writeFrame(.copyOutResponse) { Self.copyHeader(format, columns, &$0) }
        case .copyData(let bytes): buffer.writeFrame(BackendCode.copyData) { $0.writeBytes(bytes) }
        case .copyDone: buffer.writeFrame(BackendCode.copyDone) { _ in }
        default: break
        }
    }

    private static func authentication(
        _ method: Int32, _ bytes: [UInt8], _ buffer: inout ByteBuffer
    ) {
        buffer.writeFrame(.authentication) {
            $0.writeInteger(method)
            $0.writeBytes(bytes)
        }
    }

    private static func copyHeader(
        _ format: CopyFormat, _ columns: Int, _ buffer: inout ByteBuffer
    ) {
        buffer.writeInteger(format.rawValue)
        buffer.writeCount(columns)
        for _ in 0..<columns { buffer.writeInteger(Int16(format.rawValue)) }
    }
}

extension ResultColumn {
    fileprivate func write(into buffer: inout ByteBuffer) {
        buffer.writeCString(name)
        buffer.writeInteger(tableOID)
        buffer.writeInteger(columnNumber)
        buffer.writeInteger(typeOID)
        buffer.writeInteger(typeSize)
        buffer.writeInteger(typeModifier)
        buffer.writeInteger(format)
    }
}

extension SQLError {
    /// The fields of ErrorResponse and NoticeResponse.
    fileprivate func write(_ severity: String, into buffer: inout ByteBuffer) {
        func field(_ code: Character, _ text: String?) {
            guard let text, let ascii = code.asciiValue else { return }
            buffer.writeInteger(ascii)
            buffer.writeCString(text)
        }
        field("S", severity)
        field("V", severity)
        field("C", state.code)
        field("M", message)
        field("D", detail)
        field("H", hint)
        field("W", context)
        field("P", position.map { String($0) })
        field("t", table)
        field("c", column)
        field("n", constraint)
        field("R", routine)
        buffer.writeInteger(UInt8(0))
    }
}
