import Basics
import NIOCore

/// The first packets of a connection, which carry no message code.
package enum StartupPacket: Sendable, Equatable {
    case sslRequest
    case gssRequest
    case cancel(processID: Int32, secret: Int32)
    case startup(Startup)

    package struct Startup: Sendable, Equatable {
        package var majorVersion: Int
        package var minorVersion: Int
        /// Name and value in the order sent.
        package var parameters: [(String, String)]

        package init(
            majorVersion: Int = 3, minorVersion: Int = 0, parameters: [(String, String)]
        ) {
            self.majorVersion = majorVersion
            self.minorVersion = minorVersion
            self.parameters = parameters
        }

        package static func == (a: Startup, b: Startup) -> Bool {
            a.majorVersion == b.majorVersion && a.minorVersion == b.minorVersion
                && a.parameters.elementsEqual(b.parameters, by: ==)
        }
    }

    private static let sslCode: Int32 = 80_877_103
    private static let gssCode: Int32 = 80_877_104
    private static let cancelCode: Int32 = 80_877_102

    /// Reads the packet's body, the bytes after its length.
    package init(body: ByteBuffer) throws {
        var reader = MessageReader(body)
        let code = try reader.integer(Int32.self)
        switch code {
        case Self.sslCode: self = .sslRequest
        case Self.gssCode: self = .gssRequest
        case Self.cancelCode:
            self = .cancel(processID: try reader.integer(), secret: try reader.integer())
        default:
            var startup = Startup(
                majorVersion: Int(code >> 16), minorVersion: Int(code & 0xFFFF), parameters: [])
            guard startup.majorVersion == 3 else {
                self = .startup(startup)
                return
            }
            while case let name = try reader.string(), !name.isEmpty {
                startup.parameters.append((name, try reader.string()))
            }
            self = .startup(startup)
        }
        guard reader.isAtEnd else {
            throw SQLError(.protocolViolation, "invalid startup packet layout")
        }
    }

    /// Writes the whole packet, as a client does.
    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeSized { buffer in
            switch self {
            case .sslRequest: buffer.writeInteger(Self.sslCode)
            case .gssRequest: buffer.writeInteger(Self.gssCode)
            case .cancel(let processID, let secret):
                buffer.writeInteger(Self.cancelCode)
                buffer.writeInteger(processID)
                buffer.writeInteger(secret)
            case .startup(let startup):
                buffer.writeInteger(UInt16(truncatingIfNeeded: startup.majorVersion))
                buffer.writeInteger(UInt16(truncatingIfNeeded: startup.minorVersion))
                for (name, value) in startup.parameters {
                    buffer.writeCString(name)
                    buffer.writeCString(value)
                }
                buffer.writeInteger(UInt8(0))
            }
        }
    }
}

/// Splits start-up `options` like a command line: `-c name=value`, `-cname=value`,
/// `--name=value`; a backslash takes the next character as it is.
package enum StartupOptions {
    package static func parse(_ options: String) throws -> [(String, String)] {
        var settings: [(String, String)] = []
        var words = split(options)[...]
        while let word = words.popFirst() {
            let setting: Substring
            if word == "-c" {
                guard let next = words.popFirst() else { throw missingValue("-c") }
                setting = next[...]
            } else if word.hasPrefix("-c") || word.hasPrefix("--") {
                setting = word.dropFirst(2)
            } else {
                throw SQLError(
                    .syntaxError, "invalid command-line argument for server process: \(word)")
            }
            guard let equals = setting.firstIndex(of: "="), equals != setting.startIndex else {
                throw missingValue(String(word))
            }
            let name = String(setting[..<equals].map { $0 == "-" ? "_" : $0 })
            settings.append((name, String(setting[setting.index(after: equals)...])))
        }
        return settings
    }

    private static func missingValue(_ word: String) -> SQLError {
        SQLError(.syntaxError, "\(word) requires a value")
    }

    private static func split(_ options: String) -> [String] {
        var words: [String] = []
        var word: String?
        var escaped = false
        for character in options {
            if escaped {
                word = (word ?? "") + String(character)
                escaped = false
            } else if character == "\\" {
                escaped = true
            } else if character.isWhitespace {
                if let done = word { words.append(done) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        if let word { words.append(word) }
        return words
    }
}
