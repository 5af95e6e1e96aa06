import Basics

extension FunctionRegistry {
    static func tooLarge() -> SQLError {
        SQLError(.programLimitExceeded, "requested length too large")
    }

    mutating func addPadding() {
        for (name, left) in [("lpad", true), ("rpad", false)] {
            text(name, [.text, .integer]) { a, row, arena in
                try Self.pad(
                    a[0].view(row), Int(a[1].value(Int32.self, row)), nil, left: left, arena)
            }
            text(name, [.text, .integer, .text]) { a, row, arena in
                try Self.pad(
                    a[0].view(row), Int(a[1].value(Int32.self, row)), a[2].view(row), left: left,
                    arena)
            }
        }
        text("repeat", [.text, .integer]) { a, row, arena in
            let view = a[0].view(row)
            let times = max(0, Int(a[1].value(Int32.self, row)))
            guard Int(view.count) * times < StringArena.bytesMax else { throw Self.tooLarge() }
            let out = arena.reserve(Int(view.count) * times)
            for index in 0..<times {
                (out + index * Int(view.count)).update(from: view.start, count: Int(view.count))
            }
            return StringView(start: out, count: Int(view.count) * times)
        }
    }

    private static func pad(
        _ view: StringView, _ length: Int, _ filler: StringView?, left: Bool,
        _ arena: StringArena
    ) throws -> StringView {
        let length = max(length, 0)
        let have = Strings.count(view.buffer)
        if have >= length {
            return view.part(0, Strings.offset(view.buffer, character: length))
        }
        guard length * 4 < StringArena.bytesMax else { throw tooLarge() }
        let unit = filler.map { Array($0.buffer) } ?? [0x20]
        guard !unit.isEmpty else { return view }
        let unitCharacters = unit.withUnsafeBufferPointer { Strings.count($0) }
        let missing = length - have
        var padding: [UInt8] = []
        for _ in 0..<(missing / unitCharacters) { padding.append(contentsOf: unit) }
        let rest = unit.withUnsafeBufferPointer {
            Strings.offset($0, character: missing % unitCharacters)
        }
        padding.append(contentsOf: unit[..<rest])
        let out = arena.reserve(padding.count + Int(view.count))
        padding.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return }
            (out + (left ? 0 : Int(view.count))).update(from: base, count: source.count)
        }
        (out + (left ? padding.count : 0)).update(from: view.start, count: Int(view.count))
        return StringView(start: out, count: padding.count + Int(view.count))
    }

    mutating func addReplacing() {
        text("replace", [.text, .text, .text]) { a, row, arena in
            let (view, from, to) = (a[0].view(row), a[1].view(row), a[2].view(row))
            guard from.count > 0, var hit = Strings.find(from.buffer, in: view.buffer) else {
                return view
            }
            var bytes: [UInt8] = []
            var at = 0
            while true {
                bytes.write(view.part(at, hit).buffer)
                bytes.write(to.buffer)
                guard bytes.count < StringArena.bytesMax else { throw Self.tooLarge() }
                at = hit + Int(from.count)
                guard let next = Strings.find(from.buffer, in: view.buffer, from: at) else {
                    break
                }
                hit = next
            }
            bytes.write(view.part(at, Int(view.count)).buffer)
            return bytes.withUnsafeBufferPointer { arena.copy($0) }
        }
        text("translate", [.text, .text, .text]) { a, row, arena in
            var map: [Unicode.Scalar: Unicode.Scalar?] = [:]
            let to = Array(a[2].view(row).string.unicodeScalars)
            for (index, scalar) in a[1].view(row).string.unicodeScalars.enumerated()
            where map[scalar] == nil {
                map.updateValue(index < to.count ? to[index] : nil, forKey: scalar)
            }
            var out = String.UnicodeScalarView()
            for scalar in a[0].view(row).string.unicodeScalars {
                guard let mapped = map[scalar] else {
                    out.append(scalar)
                    continue
                }
                if let mapped { out.append(mapped) }
            }
            return arena.copy(String(out))
        }
        for (name, count) in [("overlay", 3), ("overlay", 4)] {
            text(name, [.text, .text, .integer] + (count == 4 ? [.integer] : [])) {
                a, row, arena in
                let (view, new) = (a[0].view(row), a[1].view(row))
                let start = Int(a[2].value(Int32.self, row))
                let length =
                    count == 4 ? Int(a[3].value(Int32.self, row)) : Strings.count(new.buffer)
                guard start > 0 else {
                    throw SQLError(.substringError, "negative substring length not allowed")
                }
                var bytes = Array(try Self.substring(view, 1, start - 1).buffer)
                bytes.write(new.buffer)
                bytes.write(try Self.substring(view, start + length, nil).buffer)
                return bytes.withUnsafeBufferPointer { arena.copy($0) }
            }
        }
    }

    mutating func addQuoting() {
        text("quote_ident", [.text]) { a, row, arena in
            arena.copy(Quoting.identifier(a[0].view(row).string))
        }
        text("quote_literal", [.text]) { a, row, arena in
            arena.copy(Quoting.literal(a[0].view(row).string))
        }
        add("quote_literal", [.anyElement], .text, volatility: .stable) { context, a, n, type in
            try Kernels.strings(a, n, type) { row, arena in
                var bytes: [UInt8] = []
                Self.appendText(a[0], row, &bytes, context)
                return arena.copy(Quoting.literal(String(decoding: bytes, as: UTF8.self)))
            }
        }
        for argument in [SQLType.text, .anyElement] {
            add("quote_nullable", [argument], .text, isStrict: false, volatility: .stable) {
                context, a, n, type in
                try Self.everyRow(n, type) { row, arena in
                    if a[0].isNull(row) { return arena.copy("NULL") }
                    var bytes: [UInt8] = []
                    Self.appendText(a[0], row, &bytes, context)
                    return arena.copy(Quoting.literal(String(decoding: bytes, as: UTF8.self)))
                }
            }
        }
    }

    mutating func addFormatting() {
        let kernel: ScalarFunction.Kernel = { context, a, n, type in
            try Self.everyRow(n, type) { row, arena in
                if a[0].isNull(row) { return nil }
                let arguments: [String?] = a.dropFirst().map { vector in
                    if vector.isNull(row) { return nil }
                    var bytes: [UInt8] = []
                    Self.appendText(vector, row, &bytes, context)
                    return String(decoding: bytes, as: UTF8.self)
                }
                return arena.copy(try Quoting.format(a[0].view(row).string, arguments))
            }
        }
        add(
            "format", [.text, .anyElement], .text, isVariadic: true, isStrict: false,
            volatility: .stable, kernel: kernel)
        text("encode", [.bytea, .text]) { a, row, arena in
            arena.copy(try Encoding.encode(a[0].view(row).buffer, a[1].view(row).string))
        }
        text("decode", [.text, .text], .bytea) { a, row, arena in
            try Encoding.decode(a[0].view(row).buffer, a[1].view(row).string)
                .withUnsafeBufferPointer { arena.copy($0) }
        }
    }
}

/// Names and literals in SQL's quotes.
package enum Quoting {
    private static let reserved: Set<String> = Set(
        """
        all analyse analyze and any array as asc asymmetric authorization between bigint binary \
        bit boolean both case cast char character check coalesce collate collation column \
        concurrently constraint create cross current_catalog current_date current_role \
        current_schema current_time current_timestamp current_user dec decimal default \
        deferrable desc distinct do else end except exists extract false fetch float for \
        foreign freeze from full grant greatest group grouping having ilike in initially inner \
        inout int integer intersect interval into is isnull join lateral leading least left \
        like limit localtime localtimestamp national natural nchar none normalize not notnull \
        null nullif numeric offset on only or order out outer overlaps overlay placing position \
        precision primary real references returning right row select session_user setof similar \
        smallint some substring symmetric table tablesample then time timestamp to trailing \
        treat trim true union unique user using values varchar variadic verbose when where \
        window with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces \
        xmlparse xmlpi xmlroot xmlserialize xmltable
        """.split(separator: " ").map(String.init))

    /// The name as SQL text, in quotes where it needs them.
    package static func identifier(_ name: String) -> String {
        let first = name.utf8.first ?? 0x22
        let isPlain =
            (first &- 0x61 < 26 || first == 0x5F)
            && name.utf8.allSatisfy { $0 &- 0x61 < 26 || $0 &- 0x30 < 10 || $0 == 0x5F }
        if isPlain, !reserved.contains(name) { return name }
        return "\"" + name.split(separator: "\"", omittingEmptySubsequences: false)
            .joined(separator: "\"\"") + "\""
    }

    /// The text as an SQL literal; with backslashes in the E'' form.
    package static func literal(_ text: String) -> String {
        var out = ""
        for character in text.unicodeScalars {
            if character == "'" || character == "\\" { out.unicodeScalars.append(character) }
            out.unicodeScalars.append(character)
        }
        return (text.unicodeScalars.contains("\\") ? "E'" : "'") + out + "'"
    }

    /// format(): %s, %I, %L with optional position, minus flag and width.
    static func format(_ template: String, _ arguments: [String?]) throws -> String {
        var out = ""
        var next = 0
        let scalars = Array(template.unicodeScalars)
        var at = 0
        func unterminated() -> SQLError {
            var error = SQLError(.invalidParameterValue, "unterminated format() type specifier")
            error.hint = "For a single \"%\" use \"%%\"."
            return error
        }
        func number() -> Int? {
            var value: Int?
            while at < scalars.count, let digit = scalars[at].properties.numericValue,
                scalars[at].isASCII, (value ?? 0) < 100_000_000
            {
                value = (value ?? 0) * 10 + Int(digit)
                at += 1
            }
            return value
        }
        func argument(_ index: Int) throws -> String? {
            guard index >= 1 else {
                throw SQLError(
                    .invalidParameterValue,
                    "format specifies argument 0, but arguments are numbered from 1")
            }
            guard index <= arguments.count else {
                throw SQLError(.invalidParameterValue, "too few arguments for format()")
            }
            return arguments[index - 1]
        }
        while at < scalars.count {
            if scalars[at] != "%" {
                out.unicodeScalars.append(scalars[at])
                at += 1
                continue
            }
            at += 1
            guard at < scalars.count else { throw unterminated() }
            if scalars[at] == "%" {
                out += "%"
                at += 1
                continue
            }
            var width = 0
            var minus = false
            var position: Int?
            if let leading = number() {
                if at < scalars.count, scalars[at] == "$" {
                    position = leading
                    at += 1
                } else {
                    width = leading
                }
            }
            if at < scalars.count, scalars[at] == "-" {
                minus = true
                at += 1
            }
            if at < scalars.count, scalars[at] == "*" {
                at += 1
                next += 1
                let text = try argument(next)
                width = Int(text ?? "0") ?? 0
                if width < 0 {
                    minus = true
                    width = -width
                }
            } else if let explicit = number() {
                width = explicit
            }
            guard at < scalars.count else { throw unterminated() }
            let kind = scalars[at]
            at += 1
            guard ["s", "I", "L"].contains(kind) else {
                var error = SQLError(
                    .invalidParameterValue,
                    "unrecognized format() type specifier \"\(kind)\"")
                error.hint = "For a single \"%\" use \"%%\"."
                throw error
            }
            if let position {
                next = position
            } else {
                next += 1
            }
            let value = try argument(next)
            var shown: String
            switch kind {
            case "I":
                guard let value else {
                    throw SQLError(
                        .init("22004"),
                        "null values cannot be formatted as an SQL identifier")
                }
                shown = identifier(value)
            case "L": shown = value.map(literal) ?? "NULL"
            default: shown = value ?? ""
            }
            let missing = width - shown.unicodeScalars.count
            guard missing < StringArena.bytesMax else {
                throw FunctionRegistry.tooLarge()
            }
            if missing > 0 {
                let blanks = String(repeating: " ", count: missing)
                shown = minus ? shown + blanks : blanks + shown
            }
            out += shown
        }
        return out
    }
}
