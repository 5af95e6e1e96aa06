import PostgresProtocol

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The backslash commands.
extension Repl {
    func command(_ text: String, _ splitter: inout StatementSplitter) {
        let name = String(text.prefix { !$0.isWhitespace })
        var rest = text.dropFirst(name.count).drop(while: \.isWhitespace)
        while rest.last?.isWhitespace == true || rest.last == ";" { rest.removeLast() }
        let argument = String(rest)
        switch name {
        case "q", "quit": quit()
        case "?", "h", "help": output.write(Self.help)
        case "timing":
            showsTiming = Self.switched(showsTiming, argument)
            output.write("Timing is \(showsTiming ? "on" : "off").\n")
        case "x":
            style = Self.switched(style == .expanded, argument) ? .expanded : .aligned
            output.write("Expanded display is \(style == .expanded ? "on" : "off").\n")
        case "i", "include":
            argument.isEmpty ? report("\\i: missing file name") : include(unquoted(argument))
        case "r", "reset":
            splitter.reset()
            output.write("Query buffer reset (cleared).\n")
        case "p", "print":
            let text = splitter.hasPending ? splitter.unfinished : last
            output.write(text.isEmpty ? "Query buffer is empty.\n" : text + "\n")
        case "g", "gx", "G":
            let text = splitter.hasPending ? splitter.reset() : last
            if !text.isEmpty { execute(text, style: name == "g" ? nil : .expanded) }
        case "echo": output.write(argument + "\n")
        case "conninfo":
            output.write(
                "You are connected to database \"\(connection.database)\" as user "
                    + "\"\(connection.user)\" on \(connection.place).\n")
        case "copy": copy(argument)
        case "d", "d+":
            execute(argument.isEmpty ? Self.relations("r,v,m,i,S") : Self.columns(of: argument))
        case "dt", "dt+": execute(Self.relations("r,p", like: argument))
        case "dv", "dv+": execute(Self.relations("v,m", like: argument))
        case "di", "di+": execute(Self.relations("i", like: argument))
        case "dn", "dn+": execute(Self.schemas)
        case "df", "df+": execute(Self.functions(like: argument))
        case "dp", "z": execute(Self.privileges(like: argument))
        case "du", "dg": execute(Self.roles)
        case "l", "l+": execute(Self.databases)
        case "e", "edit": edit(argument, &splitter)
        case "o", "out": redirect(argument)
        case "pset": set(argument)
        case "watch": watch(argument, &splitter)
        default: report("invalid command \\\(name). Try \\? for help.")
        }
    }

    private static func switched(_ now: Bool, _ argument: String) -> Bool {
        switch argument {
        case "on": true
        case "off": false
        default: !now
        }
    }

    private func unquoted(_ word: String) -> String {
        guard word.count >= 2, word.first == "'", word.last == "'" else { return word }
        return String(word.dropFirst().dropLast()).replacing("''", with: "'")
    }

    private static let help = """
        \\d             list tables, views and indexes
        \\d NAME        describe a table or view
        \\dt \\dv \\di [NAME]   list tables, views, indexes
        \\dn            list schemas
        \\df [NAME]     list functions
        \\dp [NAME]     list privileges and policies
        \\du            list roles
        \\l             list databases
        \\copy … FROM|TO 'FILE'|stdin|stdout   COPY with a file on this side
        \\i FILE        run a file's statements
        \\e [FILE]      edit the statement typed so far, or the last one, in $EDITOR
        \\g, \\gx        run the statement typed so far, or the last one; \\gx shows it expanded
        \\o [FILE||CMD] send results to a file or a command; without it, to the screen again
        \\p             show the statement typed so far, or the last one
        \\pset null TEXT      show NULL as TEXT
        \\pset pager on|off   show results longer than the screen in $PAGER
        \\watch [SECONDS] [c=COUNT]   run the statement again and again, until Ctrl-C
        \\r             forget the statement typed so far
        \\x [on|off]    expanded display
        \\timing [on|off]   show how long statements take
        \\conninfo      show the connection
        \\echo TEXT     print TEXT
        \\q             quit
        Statements end with a semicolon. Ctrl-C cancels the running one; Tab completes words and names.

        """

    // MARK: \copy

    /// `\copy TABLE|(QUERY) FROM|TO 'FILE'|stdin|stdout [options]`: COPY to or from the client,
    /// with the file opened here.
    private func copy(_ text: String) {
        guard let parts = CopyCommand(text) else {
            return report("\\copy: parse error; write \\copy TABLE FROM|TO 'FILE' [options]")
        }
        guard let path = parts.path else { return execute(parts.sql) }
        guard let file = CopyFile(path: path, writes: parts.writes) else {
            return report("\(path): \(String(cString: strerror(errno)))")
        }
        execute(parts.sql, copyFile: file)
        file.close()
        if let problem = file.problem { report("\(path): \(problem)") }
    }
}

/// The parts of a `\copy` command.
struct CopyCommand: Equatable {
    /// The COPY to send, from STDIN or to STDOUT.
    let sql: String
    /// nil for the console's own input or output.
    let path: String?
    let writes: Bool

    init?(_ text: String) {
        let characters = Array(text)
        var depth = 0
        var quote: Character?
        var at = 0
        while at < characters.count {
            let character = characters[at]
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "'" || character == "\"" {
                quote = character
            } else if character == "(" {
                depth += 1
            } else if character == ")" {
                depth -= 1
            } else if depth == 0, at > 0, characters[at - 1].isWhitespace || characters[at - 1] == ")",
                let word = Self.direction(characters[at...])
            {
                let source = String(characters[..<at])
                let rest = characters[(at + word.count)...].drop(while: \.isWhitespace)
                guard let (path, options) = Self.target(rest) else { return nil }
                let name = path.lowercased()
                writes = word.lowercased() == "to"
                let isOwn = ["stdin", "stdout", "pstdin", "pstdout"].contains(name)
                self.path = isOwn ? nil : path
                sql = "COPY \(source)\(writes ? "TO STDOUT" : "FROM STDIN")\(options)"
                return
            }
            at += 1
        }
        return nil
    }

    private static func direction(_ rest: ArraySlice<Character>) -> String? {
        let word = String(rest.prefix { $0.isLetter || $0 == "_" })
        let next = rest.dropFirst(word.count).first
        guard ["from", "to"].contains(word.lowercased()),
            next?.isWhitespace == true || next == "'"
        else { return nil }
        return word
    }

    private static func target(_ rest: ArraySlice<Character>) -> (String, String)? {
        guard let first = rest.first else { return nil }
        guard first == "'" else {
            let path = rest.prefix { !$0.isWhitespace }
            return (String(path), String(rest.dropFirst(path.count)))
        }
        var path = ""
        var at = rest.startIndex + 1
        while at < rest.endIndex {
            if rest[at] == "'" {
                guard at + 1 < rest.endIndex, rest[at + 1] == "'" else {
                    return (path, String(rest[(at + 1)...]))
                }
                at += 1
            }
            path.append(rest[at])
            at += 1
        }
        return nil
    }
}
