import Basics

extension FunctionRegistry {
    mutating func addJSON() {
        for type in [SQLType.json, .jsonb] {
            let prefix = type == .json ? "json" : "jsonb"
            addAccess(type)
            addBuilders(type, prefix)
            text("\(prefix)_typeof", [type]) { a, row, arena in
                arena.copy(JSONAccess.typeName(a[0].view(row)))
            }
            add("\(prefix)_array_length", [type], .integer) { _, a, n, result in
                try Kernels.tryMap(a[0], n, result) { (x: StringView) -> Int32 in
                    guard let items = try JSONAccess.items(x) else {
                        throw SQLError(
                            .invalidParameterValue,
                            JSONAccess.typeName(x) == "object"
                                ? "cannot get array length of a non-array"
                                : "cannot get array length of a scalar")
                    }
                    return Int32(truncatingIfNeeded: items.count)
                }
            }
        }
    }

    /// A document that has been put together; jsonb gets its own form.
    private static func finished(
        _ text: [UInt8], _ type: SQLType, _ arena: StringArena
    ) throws -> StringView {
        let bytes = type == .jsonb ? try JSONValue(text).text : text
        return bytes.withUnsafeBufferPointer { arena.copy($0) }
    }

    private mutating func addAccess(_ type: SQLType) {
        for (name, asText) in [("->", false), ("->>", true)] {
            text(name, [type, .text], asText ? .text : type) { a, row, arena in
                let found = try JSONAccess.member(a[0].view(row), key: Array(a[1].view(row).buffer))
                return asText ? try found.flatMap { try JSONAccess.text($0, arena) } : found
            }
            text(name, [type, .integer], asText ? .text : type) { a, row, arena in
                let found = try JSONAccess.item(
                    a[0].view(row), Int(a[1].value(Int32.self, row)),
                    scalarIsArray: type == .jsonb)
                return asText ? try found.flatMap { try JSONAccess.text($0, arena) } : found
            }
        }
        for (name, asText) in [("#>", false), ("#>>", true)] {
            text(name, [type, .array(.text)], asText ? .text : type) { a, row, arena in
                let path = try ArrayValue(a[1].view(row)).elements
                let found = try JSONAccess.at(a[0].view(row), path: path)
                return asText ? try found.flatMap { try JSONAccess.text($0, arena) } : found
            }
        }
    }

    private mutating func addBuilders(_ type: SQLType, _ prefix: String) {
        add("to_\(prefix)", [.anyElement], type, volatility: .stable) { context, a, n, type in
            try Kernels.strings(a, n, type) { row, arena in
                var out: [UInt8] = []
                JSONAccess.append(
                    a[0].datum(at: row), a[0].type, to: &out, context.formatSession)
                return try Self.finished(out, type, arena)
            }
        }
        add(
            "\(prefix)_build_array", [.anyElement], type, isVariadic: true, isStrict: false,
            volatility: .stable
        ) { context, a, n, type in
            try Self.everyRow(n, type) { row, arena in
                var out: [UInt8] = [0x5B]
                for (index, vector) in a.enumerated() {
                    if index > 0 { out.write(", ") }
                    JSONAccess.append(
                        vector.datum(at: row), vector.type, to: &out, context.formatSession)
                }
                out.append(0x5D)
                return try Self.finished(out, type, arena)
            }
        }
        let separator: StaticString = type == .json ? " : " : ": "
        add(
            "\(prefix)_build_object", [.anyElement], type, isVariadic: true, isStrict: false,
            volatility: .stable
        ) { context, a, n, type in
            guard a.count % 2 == 0 else {
                throw SQLError(
                    .invalidParameterValue, "argument list must have even number of elements",
                    hint: "The arguments of \(prefix)_build_object() must consist of "
                        + "alternating keys and values.")
            }
            return try Self.everyRow(n, type) { row, arena in
                var out: [UInt8] = [0x7B]
                for index in stride(from: 0, to: a.count, by: 2) {
                    if index > 0 { out.write(", ") }
                    guard !a[index].isNull(row) else {
                        throw SQLError(
                            .invalidParameterValue, "argument \(index + 1) cannot be null",
                            hint: "Object keys should be text.")
                    }
                    var key: [UInt8] = []
                    Self.appendText(a[index], row, &key, context)
                    key.withUnsafeBufferPointer { JSONAccess.appendQuoted($0, to: &out) }
                    out.write(separator)
                    JSONAccess.append(
                        a[index + 1].datum(at: row), a[index + 1].type, to: &out,
                        context.formatSession)
                }
                out.append(0x7D)
                return try Self.finished(out, type, arena)
            }
        }
    }
}
