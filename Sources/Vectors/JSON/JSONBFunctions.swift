import Basics

/// Operators and functions on whole jsonb documents, and those that both JSON types share.
extension FunctionRegistry {
    mutating func addJSONB() {
        addJSONBOperators()
        addJSONBChanges()
        addJSONShared()
    }

    /// A function from documents (and more) to a document.
    private mutating func document(
        _ name: String, _ arguments: [SQLType], _ result: SQLType = .jsonb,
        _ body: @escaping @Sendable (_ arguments: [Vector], _ row: Int) throws -> JSONValue?
    ) {
        add(name, arguments, result) { _, a, n, type in
            try Kernels.strings(a, n, type) { row, arena in
                guard let value = try body(a, row) else { return nil }
                return value.text.withUnsafeBufferPointer { arena.copy($0) }
            }
        }
    }

    private mutating func test(
        _ name: String, _ arguments: [SQLType],
        _ body: @escaping @Sendable (_ arguments: [Vector], _ row: Int) throws -> Bool
    ) {
        add(name, arguments, .boolean) { _, a, n, type in
            try Kernels.rows(a, n, type) { row, out in
                out.pointer(UInt8.self)[row] = try body(a, row) ? 1 : 0
            }
        }
    }

    private static func strings(_ vector: Vector, _ row: Int) throws -> [[UInt8]] {
        try ArrayValue(vector.view(row)).elements.compactMap {
            if case .bytes(let bytes) = $0 { bytes } else { nil }
        }
    }

    private static func hasKey(_ value: JSONValue, _ key: [UInt8]) -> Bool {
        switch value {
        case .object(let members): members.contains { $0.key == key }
        case .array(let items):
            items.contains { if case .string(let text) = $0 { text == key } else { false } }
        case .string(let text): text == key
        default: false
        }
    }

    private mutating func addJSONBOperators() {
        document("||", [.jsonb, .jsonb]) { a, row in
            JSONValue.joined(try JSONValue(a[0].view(row)), try JSONValue(a[1].view(row)))
        }
        document("-", [.jsonb, .text]) { a, row in
            try JSONValue(a[0].view(row)).removing(Array(a[1].view(row).buffer))
        }
        document("-", [.jsonb, .integer]) { a, row in
            try JSONValue(a[0].view(row)).removing(at: Int(a[1].value(Int32.self, row)))
        }
        document("-", [.jsonb, .array(.text)]) { a, row in
            var value = try JSONValue(a[0].view(row))
            for key in try Self.strings(a[1], row) { value = try value.removing(key) }
            return value
        }
        for name in ["#-", "jsonb_delete_path"] {
            document(name, [.jsonb, .array(.text)]) { a, row in
                let value = try JSONValue(a[0].view(row))
                switch value {
                case .object, .array: break
                default: throw JSONValue.scalar("delete path in")
                }
                return try value.changing(try Self.strings(a[1], row)[...], .remove)
            }
        }
        let orders: [(String, @Sendable (Int) -> Bool)] = [
            ("=", { $0 == 0 }), ("<>", { $0 != 0 }), ("<", { $0 < 0 }), ("<=", { $0 <= 0 }),
            (">", { $0 > 0 }), (">=", { $0 >= 0 }),
        ]
        for (symbol, holds) in orders {
            test(symbol, [.jsonb, .jsonb]) { a, row in
                holds(
                    JSONValue.compare(
                        try JSONValue(a[0].view(row)), try JSONValue(a[1].view(row))))
            }
        }
        test("@>", [.jsonb, .jsonb]) { a, row in
            JSONValue.contains(try JSONValue(a[0].view(row)), try JSONValue(a[1].view(row)))
        }
        test("<@", [.jsonb, .jsonb]) { a, row in
            JSONValue.contains(try JSONValue(a[1].view(row)), try JSONValue(a[0].view(row)))
        }
        test("?", [.jsonb, .text]) { a, row in
            Self.hasKey(try JSONValue(a[0].view(row)), Array(a[1].view(row).buffer))
        }
        test("?|", [.jsonb, .array(.text)]) { a, row in
            let value = try JSONValue(a[0].view(row))
            return try Self.strings(a[1], row).contains { Self.hasKey(value, $0) }
        }
        test("?&", [.jsonb, .array(.text)]) { a, row in
            let value = try JSONValue(a[0].view(row))
            return try Self.strings(a[1], row).allSatisfy { Self.hasKey(value, $0) }
        }
    }

    private mutating func addJSONBChanges() {
        for extra in [[SQLType](), [.boolean]] {
            document("jsonb_set", [.jsonb, .array(.text), .jsonb] + extra) { a, row in
                let value = try JSONValue(a[0].view(row))
                switch value {
                case .object, .array: break
                default: throw JSONValue.scalar("set path in")
                }
                let create = extra.isEmpty || a[3].value(UInt8.self, row) != 0
                return try value.changing(
                    try Self.strings(a[1], row)[...],
                    .set(try JSONValue(a[2].view(row)), create: create))
            }
            document("jsonb_insert", [.jsonb, .array(.text), .jsonb] + extra) { a, row in
                let value = try JSONValue(a[0].view(row))
                switch value {
                case .object, .array: break
                default: throw JSONValue.scalar("set path in")
                }
                let after = !extra.isEmpty && a[3].value(UInt8.self, row) != 0
                return try value.changing(
                    try Self.strings(a[1], row)[...],
                    .insert(try JSONValue(a[2].view(row)), after: after))
            }
        }
        text("jsonb_pretty", [.jsonb]) { a, row, arena in
            var out: [UInt8] = []
            try JSONValue(a[0].view(row)).writePretty(to: &out, indent: 0)
            return out.withUnsafeBufferPointer { arena.copy($0) }
        }
        document("jsonb_strip_nulls", [.jsonb]) { a, row in
            try JSONValue(a[0].view(row)).strippingNulls
        }
    }

    private mutating func addJSONShared() {
        add("json_strip_nulls", [.json], .json) { _, a, n, type in
            try Kernels.strings(a, n, type) { row, arena in
                var out: [UInt8] = []
                try JSONAccess.stripNulls(a[0].view(row), to: &out)
                return out.withUnsafeBufferPointer { arena.copy($0) }
            }
        }
        for type in [SQLType.json, .jsonb] {
            let prefix = type == .json ? "json" : "jsonb"
            for (suffix, asText) in [("", false), ("_text", true)] {
                add(
                    "\(prefix)_extract_path\(suffix)", [type, .text], asText ? .text : type,
                    isVariadic: true
                ) { _, a, n, type in
                    try Kernels.strings(a, n, type) { row, arena in
                        let path = a.dropFirst().map { $0.datum(at: row) }
                        let found = try JSONAccess.at(a[0].view(row), path: path)
                        return asText ? try found.flatMap { try JSONAccess.text($0, arena) } : found
                    }
                }
            }
            add("\(prefix)_object", [.array(.text)], type) { _, a, n, type in
                try Kernels.strings(a, n, type) { row, arena in
                    let flat = try ArrayValue(a[0].view(row)).elements
                    guard flat.count % 2 == 0 else {
                        throw SQLError(
                            SQLState("2202E"), "array must have even number of elements")
                    }
                    let places = stride(from: 0, to: flat.count, by: 2)
                    return try Self.object(
                        places.map { flat[$0] }, places.map { flat[$0 + 1] }, type, arena)
                }
            }
            add("\(prefix)_object", [.array(.text), .array(.text)], type) { _, a, n, type in
                try Kernels.strings(a, n, type) { row, arena in
                    let keys = try ArrayValue(a[0].view(row)).elements
                    let values = try ArrayValue(a[1].view(row)).elements
                    guard keys.count == values.count else {
                        throw SQLError(SQLState("2202E"), "mismatched array dimensions")
                    }
                    return try Self.object(keys, values, type, arena)
                }
            }
        }
    }

    private static func object(
        _ keys: [Datum], _ values: [Datum], _ type: SQLType, _ arena: StringArena
    ) throws -> StringView {
        var out: [UInt8] = [0x7B]
        for (index, pair) in zip(keys, values).enumerated() {
            guard case .bytes(let key) = pair.0 else {
                throw SQLError(.nullValueNotAllowed, "null value not allowed for object key")
            }
            if index > 0 { out.write(", ") }
            JSONValue.quote(key, to: &out)
            out.write(" : ")
            if case .bytes(let value) = pair.1 {
                JSONValue.quote(value, to: &out)
            } else {
                out.write("null")
            }
        }
        out.append(0x7D)
        if type == .jsonb { out = try JSONValue(out).text }
        return out.withUnsafeBufferPointer { arena.copy($0) }
    }
}

extension JSONAccess {
    /// Appends JSON text without its blanks and without members whose value is null.
    static func stripNulls(_ view: StringView, to out: inout [UInt8]) throws {
        var scanner = JSONScanner(view.buffer)
        scanner.skipBlanks()
        var isFirst = true
        func separate() {
            if !isFirst { out.append(0x2C) }
            isFirst = false
        }
        switch scanner.peek {
        case 0x7B:
            out.append(0x7B)
            try scanner.members(depth: 0) { name, value in
                let inner = view.part(value.lowerBound, value.upperBound)
                if typeName(inner) == "null" { return }
                separate()
                out.append(0x22)
                out += view.part(name.lowerBound, name.upperBound).buffer
                out += [0x22, 0x3A]
                try stripNulls(inner, to: &out)
            }
            out.append(0x7D)
        case 0x5B:
            out.append(0x5B)
            try scanner.items(depth: 0) { item in
                separate()
                try stripNulls(view.part(item.lowerBound, item.upperBound), to: &out)
            }
            out.append(0x5D)
        default: out += TextParse.trimmed(view.buffer)
        }
    }
}
