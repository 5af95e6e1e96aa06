import Basics
import NIOCore

/// What a client sends after the start-up packet.
package enum FrontendMessage: Sendable, Equatable {
    case query(String)
    case parse(name: String, sql: String, parameterTypes: [UInt32])
    case bind(Bind)
    case describe(Target, String)
    case execute(portal: String, maxRows: Int32)
    case close(Target, String)
    case flush
    case sync
    case copyData([UInt8])
    case copyDone
    case copyFail(String)
    case functionCall
    /// SASLInitialResponse, SASLResponse or a password: the bytes mean what the exchange says.
    case password([UInt8])
    case terminate

    package enum Target: UInt8, Sendable {
        case statement = 0x53
        case portal = 0x50
    }

    package struct Bind: Sendable, Equatable {
        package var portal: String
        package var statement: String
        package var parameterFormats: [Int16]
        package var parameters: [[UInt8]?]
        package var resultFormats: [Int16]

        package init(
            portal: String, statement: String, parameterFormats: [Int16] = [],
            parameters: [[UInt8]?] = [], resultFormats: [Int16] = []
        ) {
            self.portal = portal
            self.statement = statement
            self.parameterFormats = parameterFormats
            self.parameters = parameters
            self.resultFormats = resultFormats
        }
    }
}

/// The first byte of every frontend message.
package enum FrontendCode: UInt8, Sendable {
    case query = 0x51
    case parse = 0x50
    case bind = 0x42
    case describe = 0x44
    case execute = 0x45
    case close = 0x43
    case flush = 0x48
    case sync = 0x53
    case copyData = 0x64
    case copyDone = 0x63
    case copyFail = 0x66
    case functionCall = 0x46
    case password = 0x70
    case terminate = 0x58

    /// Messages that carry names at most are short whatever the general limit is.
    var isShort: Bool {
        switch self {
        case .query, .parse, .bind, .copyData, .functionCall: false
        default: true
        }
    }
}

extension FrontendMessage {
    /// Reads a message's body; throws 08P01 or 22021 as `SQLError` if it is malformed.
    package init(code: FrontendCode, body: ByteBuffer) throws {
        var reader = MessageReader(body)
        switch code {
        case .query: self = .query(try reader.string())
        case .parse:
            let name = try reader.string()
            let sql = try reader.string()
            let types = try reader.array { try $0.integer(UInt32.self) }
            self = .parse(name: name, sql: sql, parameterTypes: types)
        case .bind: self = .bind(try Bind(&reader))
        case .describe: self = .describe(try reader.target(), try reader.string())
        case .execute:
            self = .execute(portal: try reader.string(), maxRows: try reader.integer())
        case .close: self = .close(try reader.target(), try reader.string())
        case .flush: self = .flush
        case .sync: self = .sync
        case .copyData: self = .copyData(reader.rest())
        case .copyDone: self = .copyDone
        case .copyFail: self = .copyFail(try reader.string())
        case .functionCall:
            _ = reader.rest()
            self = .functionCall
        case .password: self = .password(reader.rest())
        case .terminate:
            _ = reader.rest()
            self = .terminate
        }
        guard reader.isAtEnd else { throw MessageReader.malformed }
    }

    /// Writes the whole frame, as a client does.
    package func encode(into buffer: inout ByteBuffer) {
        switch self {
        case .query(let sql): buffer.writeFrame(.query) { $0.writeCString(sql) }
        case .parse(let name, let sql, let types):
            buffer.writeFrame(.parse) {
                $0.writeCString(name)
                $0.writeCString(sql)
                $0.writeCount(types.count)
                for type in types { $0.writeInteger(type) }
            }
        case .bind(let bind): buffer.writeFrame(.bind) { bind.write(into: &$0) }
        case .describe(let target, let name):
            buffer.writeFrame(.describe) {
                $0.writeInteger(target.rawValue)
                $0.writeCString(name)
            }
        case .execute(let portal, let maxRows):
            buffer.writeFrame(.execute) {
                $0.writeCString(portal)
                $0.writeInteger(maxRows)
            }
        case .close(let target, let name):
            buffer.writeFrame(.close) {
                $0.writeInteger(target.rawValue)
                $0.writeCString(name)
            }
        case .flush: buffer.writeFrame(.flush) { _ in }
        case .sync: buffer.writeFrame(.sync) { _ in }
        case .copyData(let bytes): buffer.writeFrame(FrontendCode.copyData) { $0.writeBytes(bytes) }
        case .copyDone: buffer.writeFrame(FrontendCode.copyDone) { _ in }
        case .copyFail(let reason): buffer.writeFrame(.copyFail) { $0.writeCString(reason) }
        case .functionCall: buffer.writeFrame(.functionCall) { _ in }
        case .password(let bytes): buffer.writeFrame(.password) { $0.writeBytes(bytes) }
        case .terminate: buffer.writeFrame(.terminate) { _ in }
        }
    }
}

extension FrontendMessage.Bind {
    fileprivate init(_ reader: inout MessageReader) throws {
        portal = try reader.string()
        statement = try reader.string()
        parameterFormats = try reader.array { try $0.integer(Int16.self) }
        parameters = try reader.array { reader in
            let length = try reader.integer(Int32.self)
            return length == -1 ? nil : try reader.bytes(Int(length))
        }
        resultFormats = try reader.array { try $0.integer(Int16.self) }
    }

    fileprivate func write(into buffer: inout ByteBuffer) {
        buffer.writeCString(portal)
        buffer.writeCString(statement)
        buffer.writeCount(parameterFormats.count)
        for format in parameterFormats { buffer.writeInteger(format) }
        buffer.writeCount(parameters.count)
        for parameter in parameters { buffer.writeValue(parameter) }
        buffer.writeCount(resultFormats.count)
        for format in resultFormats { buffer.writeInteger(format) }
    }
}
