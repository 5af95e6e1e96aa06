import Basics

/// CREATE and ALTER SEQUENCE, and the options that identity columns share with them.
extension Parser {
    mutating func createSequence(_ persistence: Persistence) throws -> Statement {
        try expect(.sequence)
        let ifNotExists = try acceptIfNotExists()
        var create = CreateSequence(
            name: try qualifiedName(), persistence: persistence, ifNotExists: ifNotExists,
            options: [])
        (create.options, create.owner) = try sequenceSuffix()
        return .createSequence(create)
    }

    /// What follows `ALTER SEQUENCE name` where it is not RENAME, OWNER TO or SET SCHEMA.
    mutating func alterSequence(_ name: QualifiedName, ifExists: Bool) throws -> Statement {
        let (options, owner) = try sequenceSuffix()
        guard !options.isEmpty || owner != nil else { throw unexpected() }
        return .alterSequence(
            AlterSequence(name: name, ifExists: ifExists, options: options, owner: owner))
    }

    private mutating func sequenceSuffix() throws -> ([Option], SequenceOwner?) {
        var options: [Option] = []
        var owner: SequenceOwner?
        while true {
            if accept(.owned) {
                try expect(.by)
                let place = position
                var parts = [try label().text]
                while accept(.dot) { parts.append(try label().text) }
                if parts == ["none"] {
                    options.append(Option(name: "owned by none", position: place))
                    continue
                }
                guard let column = parts.popLast(), !parts.isEmpty else {
                    throw SQLError(
                        .syntaxError, "invalid OWNED BY option",
                        hint: "Specify OWNED BY table.column or OWNED BY NONE.", position: place)
                }
                owner = SequenceOwner(
                    table: QualifiedName(parts, at: place), column: Identifier(column, at: place))
            } else if let option = try sequenceOption() {
                options.append(option)
            } else {
                return (options, owner)
            }
        }
    }

    /// One option of a sequence, or nil where something else follows.
    mutating func sequenceOption() throws -> Option? {
        let place = position
        switch token.keyword {
        case .start, .increment, .minvalue, .maxvalue, .cache:
            let name = try label().text
            if name == "start" { accept(.with) }
            if name == "increment" { accept(.by) }
            return Option(name: name, value: .number(try number()), position: place)
        case .restart:
            advance()
            accept(.with)
            let value = isNumber ? OptionValue.number(try number()) : nil
            return Option(name: "restart", value: value, position: place)
        case .as:
            advance()
            return Option(name: "as", value: .text(try typeName().name.name), position: place)
        case .no:
            advance()
            guard at(.minvalue) || at(.maxvalue) || at(.cycle) else { throw unexpected() }
            return Option(name: "no " + (try label().text), position: place)
        case .cycle:
            advance()
            return Option(name: "cycle", position: place)
        default: return nil
        }
    }
}
