import Basics

extension StringView {
    /// A part of this view's bytes; the owner stays the same.
    @inline(__always)
    func part(_ from: Int, _ to: Int) -> StringView {
        from >= to ? .empty : StringView(start: start + from, count: to - from)
    }
}

extension FunctionRegistry {
    /// A function of strings whose result is a string; int4 arguments come as Int.
    mutating func text(
        _ name: String, _ arguments: [SQLType], _ result: SQLType = .text,
        _ body:
            @escaping @Sendable (_ arguments: [Vector], _ row: Int, _ arena: StringArena) throws
            -> StringView?
    ) {
        add(name, arguments, result) { _, a, n, type in
            try Kernels.strings(a, n, type) { row, arena in try body(a, row, arena) }
        }
    }

    mutating func addText() {
        addConcatenation()
        addLengths()
        addCase()
        addCutting()
        addPadding()
        addReplacing()
        addQuoting()
        addFormatting()
    }

    private mutating func addConcatenation() {
        let join: @Sendable ([Vector], Int, StringArena) throws -> StringView? = { a, row, arena in
            let (x, y) = (a[0].view(row), a[1].view(row))
            let out = arena.reserve(Int(x.count) + Int(y.count))
            out.update(from: x.start, count: Int(x.count))
            (out + Int(x.count)).update(from: y.start, count: Int(y.count))
            return StringView(start: out, count: Int(x.count) + Int(y.count))
        }
        text("||", [.text, .text], .text, join)
        text("||", [.bytea, .bytea], .bytea, join)
        for types in [[SQLType.text, .anyElement], [.anyElement, .text]] {
            add("||", types, .text, volatility: .stable) { context, a, n, type in
                try Kernels.strings(a, n, type) { row, arena in
                    var bytes: [UInt8] = []
                    for vector in a {
                        // The cast to text spells booleans out; their output form does not.
                        if vector.physical == .bool {
                            let isTrue = vector.pointer(UInt8.self)[row & vector.rowMask] != 0
                            bytes += Array((isTrue ? "true" : "false").utf8)
                        } else {
                            Self.appendText(vector, row, &bytes, context)
                        }
                    }
                    return bytes.withUnsafeBufferPointer { arena.copy($0) }
                }
            }
        }
        add("concat", [.anyElement], .text, isVariadic: true, isStrict: false, volatility: .stable)
        {
            context, a, n, type in
            try Self.everyRow(n, type) { row, arena in
                var bytes: [UInt8] = []
                for vector in a where !vector.isNull(row) {
                    Self.appendText(vector, row, &bytes, context)
                }
                return bytes.withUnsafeBufferPointer { arena.copy($0) }
            }
        }
        add(
            "concat_ws", [.text, .anyElement], .text, isVariadic: true, isStrict: false,
            volatility: .stable
        ) { context, a, n, type in
            try Self.everyRow(n, type) { row, arena in
                if a[0].isNull(row) { return nil }
                var bytes: [UInt8] = []
                var first = true
                for vector in a.dropFirst() where !vector.isNull(row) {
                    if !first { bytes.write(a[0].view(row).buffer) }
                    Self.appendText(vector, row, &bytes, context)
                    first = false
                }
                return bytes.withUnsafeBufferPointer { arena.copy($0) }
            }
        }
    }

    static func appendText(
        _ vector: Vector, _ row: Int, _ bytes: inout [UInt8], _ context: EvaluationContext
    ) {
        if case .char = vector.type {
            bytes.write(vector.view(row).withoutTrailingBlanks.buffer)
        } else {
            TextFormat.append(vector, row: row, to: &bytes, session: context.formatSession)
        }
    }

    /// Rows of a function that sees NULL arguments itself.
    static func everyRow(
        _ count: Int, _ type: SQLType, _ body: (Int, StringArena) throws -> StringView?
    ) throws -> Vector {
        try Kernels.strings([], count, type, body)
    }

    private mutating func addLengths() {
        for name in ["length", "char_length", "character_length"] {
            add(name, [.text], .integer) { _, a, n, type in
                Kernels.map(a[0], n, type) { (x: StringView) -> Int32 in
                    Int32(truncatingIfNeeded: Strings.count(x.buffer))
                }
            }
            add(name, [.char(1)], .integer) { _, a, n, type in
                Kernels.map(a[0], n, type) { (x: StringView) -> Int32 in
                    Int32(truncatingIfNeeded: Strings.count(x.withoutTrailingBlanks.buffer))
                }
            }
        }
        for name in ["octet_length", "length"] {
            add(name, [.bytea], .integer) { _, a, n, type in
                Kernels.map(a[0], n, type) { (x: StringView) -> Int32 in
                    Int32(truncatingIfNeeded: x.count)
                }
            }
        }
        for argument in [SQLType.text, .char(1)] {
            add("octet_length", [argument], .integer) { _, a, n, type in
                Kernels.map(a[0], n, type) { (x: StringView) -> Int32 in
                    Int32(truncatingIfNeeded: x.count)
                }
            }
        }
        add("bit_length", [.text], .integer) { _, a, n, type in
            Kernels.map(a[0], n, type) { (x: StringView) -> Int32 in
                Int32(truncatingIfNeeded: Int64(x.count) * 8)
            }
        }
        add("ascii", [.text], .integer) { _, a, n, type in
            Kernels.map(a[0], n, type) { (x: StringView) -> Int32 in
                let head = Strings.prefix(x.buffer, bytes: 4)
                return Int32(
                    String(decoding: head, as: UTF8.self).unicodeScalars.first?.value ?? 0)
            }
        }
        text("chr", [.integer]) { a, row, arena in
            let code = a[0].value(Int32.self, row)
            guard code != 0 else {
                throw SQLError(.programLimitExceeded, "null character not permitted")
            }
            guard let scalar = Unicode.Scalar(UInt32(bitPattern: code)) else {
                throw SQLError(
                    .programLimitExceeded,
                    "requested character not valid for encoding: \(code)")
            }
            return arena.copy(String(Character(scalar)))
        }
    }

    private mutating func addCase() {
        text("lower", [.text]) { a, row, arena in
            CaseMapping.map(a[0].view(row), .lower, arena: arena)
        }
        text("upper", [.text]) { a, row, arena in
            CaseMapping.map(a[0].view(row), .upper, arena: arena)
        }
        text("initcap", [.text]) { a, row, arena in
            CaseMapping.map(a[0].view(row), .initial, arena: arena)
        }
        text("reverse", [.text]) { a, row, arena in
            arena.copy(
                String(
                    String.UnicodeScalarView(
                        a[0].view(row).string.unicodeScalars.reversed())))
        }
        text("md5", [.text]) { a, row, arena in arena.copy(MD5.hex(a[0].view(row).buffer)) }
        text("md5", [.bytea]) { a, row, arena in arena.copy(MD5.hex(a[0].view(row).buffer)) }
        for bits in [224, 256, 384, 512] {
            add("sha\(bits)", [.bytea], .bytea) { _, a, n, type in
                try Kernels.strings(a, n, type) { row, arena in
                    arena.copy(SHA2.digest(a[0].view(row).buffer, bits: bits))
                }
            }
        }
        text("unistr", [.text]) { a, row, arena in
            arena.copy(try UnicodeEscapes.undo(a[0].view(row).buffer))
        }
    }

    /// Characters `start` (from 1) up to `start + length`, as substring counts them.
    static func substring(
        _ view: StringView, _ start: Int, _ length: Int?
    ) throws -> StringView {
        if let length, length < 0 {
            throw SQLError(.substringError, "negative substring length not allowed")
        }
        let from = max(start, 1)
        let to = length.map { start + $0 } ?? Int.max
        guard to > from else { return .empty }
        let first = Strings.offset(view.buffer, character: from - 1)
        if to == Int.max { return view.part(first, Int(view.count)) }
        let rest = UnsafeBufferPointer(rebasing: view.buffer[first...])
        return view.part(first, first + Strings.offset(rest, character: to - from))
    }

    private mutating func addCutting() {
        for name in ["substring", "substr"] {
            text(name, [.text, .integer]) { a, row, _ in
                try Self.substring(a[0].view(row), Int(a[1].value(Int32.self, row)), nil)
            }
            text(name, [.text, .integer, .integer]) { a, row, _ in
                try Self.substring(
                    a[0].view(row), Int(a[1].value(Int32.self, row)),
                    Int(a[2].value(Int32.self, row)))
            }
            text(name, [.bytea, .integer, .integer], .bytea) { a, row, _ in
                let view = a[0].view(row)
                let (start, length) = (
                    Int(a[1].value(Int32.self, row)), Int(a[2].value(Int32.self, row))
                )
                guard length >= 0 else {
                    throw SQLError(.substringError, "negative substring length not allowed")
                }
                return view.part(
                    min(max(start - 1, 0), Int(view.count)),
                    min(max(start + length - 1, 0), Int(view.count)))
            }
        }
        text("left", [.text, .integer]) { a, row, _ in
            let view = a[0].view(row)
            let n = Int(a[1].value(Int32.self, row))
            let keep = n >= 0 ? n : Strings.count(view.buffer) + n
            return view.part(0, Strings.offset(view.buffer, character: keep))
        }
        text("right", [.text, .integer]) { a, row, _ in
            let view = a[0].view(row)
            let n = Int(a[1].value(Int32.self, row))
            let skip = n >= 0 ? Strings.count(view.buffer) - n : -n
            return view.part(Strings.offset(view.buffer, character: skip), Int(view.count))
        }
        for (name, sides) in [
            ("btrim", (true, true)), ("ltrim", (true, false)),
            ("rtrim", (false, true)),
        ] {
            text(name, [.text]) { a, row, _ in
                Self.trim(a[0].view(row), nil, left: sides.0, right: sides.1)
            }
            text(name, [.text, .text]) { a, row, _ in
                Self.trim(a[0].view(row), a[1].view(row), left: sides.0, right: sides.1)
            }
        }
        text("split_part", [.text, .text, .integer]) { a, row, _ in
            try Self.splitPart(a[0].view(row), a[1].view(row), Int(a[2].value(Int32.self, row)))
        }
    }

    /// The view without leading and trailing characters of a set (blanks where there is none).
    static func trim(
        _ view: StringView, _ set: StringView?, left: Bool, right: Bool
    ) -> StringView {
        var (from, to) = (0, Int(view.count))
        let bytes = view.buffer
        guard let set, !Strings.isASCII(set.buffer) else {
            func isIn(_ byte: UInt8) -> Bool {
                guard let set else { return byte == 0x20 }
                return set.buffer.contains(byte)
            }
            if left { while from < to, isIn(bytes[from]) { from += 1 } }
            if right { while to > from, isIn(bytes[to - 1]) { to -= 1 } }
            return view.part(from, to)
        }
        let members = Set(set.string.unicodeScalars)
        let scalars = Array(view.string.unicodeScalars)
        var (first, last) = (0, scalars.count)
        if left { while first < last, members.contains(scalars[first]) { first += 1 } }
        if right { while last > first, members.contains(scalars[last - 1]) { last -= 1 } }
        return view.part(
            Strings.offset(bytes, character: first), Strings.offset(bytes, character: last))
    }

    private static func splitPart(
        _ view: StringView, _ separator: StringView, _ index: Int
    ) throws -> StringView {
        guard index != 0 else {
            throw SQLError(.invalidParameterValue, "field position must not be zero")
        }
        guard separator.count > 0 else { return index == 1 || index == -1 ? view : .empty }
        var parts: [(Int, Int)] = []
        var from = 0
        while let at = Strings.find(separator.buffer, in: view.buffer, from: from) {
            parts.append((from, at))
            if parts.count == index { return view.part(from, at) }
            from = at + Int(separator.count)
        }
        parts.append((from, Int(view.count)))
        let wanted = index > 0 ? index - 1 : parts.count + index
        guard parts.indices.contains(wanted) else { return .empty }
        return view.part(parts[wanted].0, parts[wanted].1)
    }
}
