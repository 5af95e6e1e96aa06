import Basics

/// JSON functions that return rows.
package enum JSONRows {
    /// Calls `emit` with every row of one call; `columns` and `names` are those of the rows.
    package static func rows(
        _ function: String, _ arguments: [Datum], columns: [SQLType], names: [String],
        _ context: EvaluationContext, _ emit: ([Datum]) throws -> Void
    ) throws {
        guard case .bytes(let bytes)? = arguments.first else { return }
        let isBinary = function.hasPrefix("jsonb")
        let kind = function.dropFirst(isBinary ? 6 : 5)
        let arena = StringArena()
        let view = bytes.withUnsafeBufferPointer { arena.copy($0) }
        switch kind {
        case "array_elements", "array_elements_text":
            try items(view, function, arena, asText: kind.hasSuffix("_text")) { try emit([$0]) }
        case "each", "each_text", "object_keys":
            try members(view, function) { key, value in
                if kind == "object_keys" { return try emit([.bytes(key)]) }
                try emit([.bytes(key), try datum(value, arena, asText: kind == "each_text")])
            }
        case "to_record": try emit(try record(view, columns, names, context, arena))
        case "to_recordset":
            guard let items = try JSONAccess.items(view) else {
                throw SQLError(
                    .invalidParameterValue, "cannot call \(function) on a non-array")
            }
            for item in items { try emit(try record(item, columns, names, context, arena)) }
        default: throw SQLError.unsupported("function \(function)")
        }
    }

    private static func datum(
        _ value: StringView, _ arena: StringArena, asText: Bool
    ) throws -> Datum {
        guard asText else { return .bytes(Array(value.buffer)) }
        return try JSONAccess.text(value, arena).map { .bytes(Array($0.buffer)) } ?? .null
    }

    private static func items(
        _ view: StringView, _ function: String, _ arena: StringArena, asText: Bool,
        _ body: (Datum) throws -> Void
    ) throws {
        guard let items = try JSONAccess.items(view) else {
            throw SQLError(
                .invalidParameterValue,
                JSONAccess.typeName(view) == "object"
                    ? "cannot extract elements from an object"
                    : "cannot extract elements from a scalar")
        }
        for item in items { try body(try datum(item, arena, asText: asText)) }
    }

    private static func members(
        _ view: StringView, _ function: String, _ body: ([UInt8], StringView) throws -> Void
    ) throws {
        var scanner = JSONScanner(view.buffer)
        scanner.skipBlanks()
        guard scanner.peek == 0x7B else {
            let kind = JSONAccess.typeName(view) == "array" ? "an array" : "a scalar"
            let isEach = function.contains("each")
            throw SQLError(
                .invalidParameterValue,
                isEach
                    ? "cannot call \(function) on a non-object"
                    : "cannot call \(function) on \(kind)")
        }
        try scanner.members(depth: 0) { name, value in
            try body(
                try JSONAccess.unescaped(view.part(name.lowerBound, name.upperBound).buffer),
                view.part(value.lowerBound, value.upperBound))
        }
    }

    /// Members by the columns' names, read as the columns' types.
    private static func record(
        _ view: StringView, _ columns: [SQLType], _ names: [String],
        _ context: EvaluationContext, _ arena: StringArena
    ) throws -> [Datum] {
        guard JSONAccess.typeName(view) == "object" else {
            throw SQLError(
                .invalidParameterValue, "argument of json_to_record must be an object")
        }
        return try zip(columns, names).map { type, name in
            guard let value = try JSONAccess.member(view, key: Array(name.utf8)) else {
                return .null
            }
            if type == .json || type == .jsonb { return .bytes(Array(value.buffer)) }
            guard var text = try JSONAccess.text(value, arena) else { return .null }
            if case .array = type, JSONAccess.typeName(value) == "array" {
                text = arena.copy(try arrayText(value))
            }
            return try TextParse.datum(text.string, type, session: context.formatSession)
        }
    }

    /// A JSON array as an array literal.
    private static func arrayText(_ view: StringView) throws -> String {
        let arena = StringArena()
        let items = try JSONAccess.items(view) ?? []
        let parts = try items.map { item -> String in
            if JSONAccess.typeName(item) == "array" { return try arrayText(item) }
            guard let text = try JSONAccess.text(item, arena) else { return "NULL" }
            let escaped = text.string.flatMap { character -> [Character] in
                character == "\"" || character == "\\" ? ["\\", character] : [character]
            }
            return "\"" + String(escaped) + "\""
        }
        return "{" + parts.joined(separator: ",") + "}"
    }
}
