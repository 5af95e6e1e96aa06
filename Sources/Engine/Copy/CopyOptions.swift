import Basics
import SQLSyntax

/// The options of COPY, checked.
struct CopyOptions {
    enum Format { case text, csv, binary }
    var format = Format.text
    var delimiter = UInt8(ascii: "\t")
    var null: [UInt8] = Array("\\N".utf8)
    var hasHeader = false
    var quote = UInt8(ascii: "\"")
    var escape = UInt8(ascii: "\"")
    /// Columns whose values are quoted always; nil stands for all.
    var forcedQuotes: Set<String>? = []

    init(_ options: [Option]) throws {
        var values: [String: (String, Int)] = [:]
        for option in options {
            if option.name == "force_quote" {
                switch option.value {
                case .star?: forcedQuotes = nil
                case .list(let names)?: forcedQuotes = Set(names)
                case .text(let name)?: forcedQuotes = [name]
                default: break
                }
                continue
            }
            let text: String
            switch option.value {
            case .text(let word)?: text = word
            case .number(let number)?: text = number
            case nil: text = "true"
            default:
                throw SQLError.unsupported("COPY option \(option.name)", position: option.position)
            }
            values[option.name] = (text, option.position)
        }
        if let (name, position) = values.removeValue(forKey: "format") {
            switch name.lowercased() {
            case "text": format = .text
            case "csv": format = .csv
            case "binary": format = .binary
            default:
                throw SQLError(
                    .invalidParameterValue, "COPY format \"\(name)\" not recognized",
                    position: position)
            }
        }
        if format == .binary {
            for name in ["delimiter", "null", "header", "quote", "escape"] {
                guard let (_, position) = values[name] else { continue }
                throw SQLError(
                    .syntaxError, "cannot specify \(name.uppercased()) in BINARY mode",
                    position: position)
            }
        }
        if format == .csv {
            delimiter = UInt8(ascii: ",")
            null = []
        }
        func byte(_ name: String) throws -> UInt8? {
            guard let (text, position) = values.removeValue(forKey: name) else { return nil }
            guard text.utf8.count == 1, let byte = text.utf8.first, byte != 10, byte != 13 else {
                throw SQLError(
                    .featureNotSupported, "COPY \(name) must be a single one-byte character",
                    position: position)
            }
            return byte
        }
        if let value = try byte("delimiter") { delimiter = value }
        if let (text, _) = values.removeValue(forKey: "null") { null = Array(text.utf8) }
        if let (text, _) = values.removeValue(forKey: "header") {
            hasHeader = ["true", "on", "1", "match"].contains(text.lowercased())
        }
        if let value = try byte("quote") {
            quote = value
            escape = value
        }
        if let value = try byte("escape") { escape = value }
        _ = values.removeValue(forKey: "encoding")
        _ = values.removeValue(forKey: "freeze")
        if let (name, value) = values.first {
            throw SQLError.unsupported("COPY option \(name)", position: value.1)
        }
    }
}
