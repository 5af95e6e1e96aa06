import PostgresProtocol

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Commands that edit, repeat and redirect.
extension Repl {
    private static let watchSeconds = 2.0
    private static let sliceMicroseconds: UInt32 = 50_000

    /// `\e [FILE]`: the statement typed so far, the last one, or a file, in the user's editor; what
    /// comes back is read as if it had been typed.
    func edit(_ path: String, _ splitter: inout StatementSplitter) {
        let variables: [String] = ["STOREHOUSE_EDITOR", "VISUAL", "EDITOR"]
        let chosen = variables.compactMap { variable in
            getenv(variable).map { String(cString: $0) }
        }
        let editor = chosen.first { !$0.isEmpty } ?? "vi"
        var name = path
        if path.isEmpty {
            let text = splitter.hasPending ? splitter.reset() : last
            var template = Array("/tmp/storehouse-XXXXXX.sql".utf8CString)
            let descriptor = mkstemps(&template, 4)
            guard descriptor >= 0 else {
                return report("\\e: \(String(cString: strerror(errno)))")
            }
            close(descriptor)
            name = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard let file = CopyFile(path: name, writes: true) else {
                return report("\(name): \(String(cString: strerror(errno)))")
            }
            file.write(Array((text + "\n").utf8))
            file.close()
        }
        let shellName = "'" + name.replacing("'", with: "'\\''") + "'"
        let status = system("\(editor) \(shellName)")
        defer { if path.isEmpty { unlink(name) } }
        guard status == 0 else { return report("\\e: could not run \(editor)") }
        guard let lines = FileLines(path: name) else {
            return report("\(name): \(String(cString: strerror(errno)))")
        }
        var text: [String] = []
        while case .text(let line)? = lines.nextLine(prompt: "") { text.append(line) }
        take(text.joined(separator: "\n"), &splitter)
    }

    /// `\o [FILE]`, `\o |COMMAND`.
    func redirect(_ name: String) {
        target?.close()
        target = nil
        if name.isEmpty { return }
        guard let opened = StreamOutput(name) else {
            return report("\(name): \(String(cString: strerror(errno)))")
        }
        target = opened
    }

    /// `\pset NAME [VALUE]`.
    func set(_ argument: String) {
        let words = argument.split(separator: " ", maxSplits: 1).map(String.init)
        var value = words.count > 1 ? words[1] : ""
        if value.count >= 2, value.first == "'", value.last == "'" {
            value = String(value.dropFirst().dropLast()).replacing("''", with: "'")
        }
        switch words.first {
        case "null":
            null = value
            output.write("Null display is \"\(null)\".\n")
        case "pager":
            pages = value.isEmpty ? !pages : value != "off"
            output.write("Pager usage is \(pages ? "on" : "off").\n")
        case "format":
            guard ["aligned", "csv"].contains(value) else {
                return report("\\pset: allowed formats are aligned and csv")
            }
            style = value == "csv" ? .csv : .aligned
            output.write("Output format is \(value).\n")
        case "expanded", "x":
            style = value == "off" || (value.isEmpty && style == .expanded) ? .aligned : .expanded
            output.write("Expanded display is \(style == .expanded ? "on" : "off").\n")
        case nil:
            output.write("null   '\(null)'\npager  \(pages ? "on" : "off")\n")
        default: report("\\pset: unknown option: \(words[0])")
        }
    }

    /// `\watch [SECONDS] [c=COUNT]`: again until Ctrl-C, an error, or so often.
    func watch(_ argument: String, _ splitter: inout StatementSplitter) {
        let sql = splitter.hasPending ? splitter.reset() : last
        guard !sql.isEmpty else { return report("\\watch cannot be used with an empty query") }
        var seconds = Self.watchSeconds
        var count = Int.max
        for word in argument.split(separator: " ") {
            if word.hasPrefix("c="), let times = Int(word.dropFirst(2)), times > 0 {
                count = times
            } else if let given = Double(word), given >= 0, given < 1e6 {
                seconds = given
            } else {
                return report("\\watch: incorrect interval value \"\(word)\"")
            }
        }
        let interrupts = Interrupts.count
        let failures = failures
        for turn in 0..<count {
            if turn > 0 {
                var left = Int(seconds * 1_000_000)
                while left > 0, Interrupts.count == interrupts {
                    usleep(min(UInt32(truncatingIfNeeded: left), Self.sliceMicroseconds))
                    left -= Int(Self.sliceMicroseconds)
                }
            }
            if Interrupts.count != interrupts { return }
            (target ?? output).write("\(WatchClock.text()) (every \(Self.shown(seconds))s)\n\n")
            execute(sql)
            if self.failures != failures || Interrupts.count != interrupts { return }
        }
    }

    private static func shown(_ seconds: Double) -> String {
        seconds == seconds.rounded() ? String(Int(seconds)) : String(seconds)
    }
}

/// The time above each turn of `\watch`.
enum WatchClock {
    static func text() -> String {
        var now = time(nil)
        var parts = tm()
        localtime_r(&now, &parts)
        var buffer = [CChar](repeating: 0, count: 64)
        let count = strftime(&buffer, buffer.count, "%a %b %e %H:%M:%S %Y", &parts)
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
