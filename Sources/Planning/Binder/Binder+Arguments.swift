import Basics
import Catalog
import SQLSyntax
import Vectors

/// Arguments of calls: given by name, spread from an array, whole rows, names of sequences.
extension Binder {
    /// The call with arguments given by name in their places.
    func ordered(_ call: FunctionCall, _ name: String) throws -> FunctionCall {
        guard let first = call.arguments.firstIndex(where: { $0.name != nil }) else { return call }
        guard let known = Builtins.parameterNames[name] else {
            throw SQLError.unsupported(
                "a named argument in a call of \(name)",
                position: call.arguments[first].name?.position)
        }
        var values: [Expr?] = Array(repeating: nil, count: known.names.count)
        for (index, argument) in call.arguments.enumerated() {
            let place = argument.name.map { known.names.firstIndex(of: $0.text) } ?? index
            guard let place, place < values.count, values[place] == nil else {
                throw SQLError(
                    .undefinedFunction, "function \(name) has no such argument",
                    position: argument.value.position)
            }
            values[place] = argument.value
        }
        var result = call
        result.arguments = try values.enumerated().map { index, value in
            if let value { return FunctionArgument(value) }
            guard index >= known.names.count - known.optional else {
                throw SQLError(
                    .undefinedFunction,
                    "function \(name) needs an argument \"\(known.names[index])\"",
                    position: call.name.position)
            }
            switch known.value {
            case .bool(let flag): return FunctionArgument(Expr(.boolean(flag)))
            default: return FunctionArgument(Expr(.integer("0")))
            }
        }
        return result
    }

    /// `f(VARIADIC ARRAY[a, b])` is `f(a, b)`.
    func spread(_ call: FunctionCall) throws -> FunctionCall {
        guard call.isVariadic else { return call }
        guard case .array(let elements)? = call.arguments.last?.value.kind else {
            throw SQLError.unsupported(
                "VARIADIC with anything but ARRAY[…]", position: call.name.position)
        }
        var result = call
        result.isVariadic = false
        result.arguments.removeLast()
        result.arguments += elements.map { FunctionArgument($0) }
        return result
    }

    /// row_to_json and its like of a whole row, which keeps its columns' names.
    func jsonOfRow(
        _ call: FunctionCall, _ name: String, _ scope: Scope
    ) throws -> Expression? {
        guard ["row_to_json", "to_json", "to_jsonb"].contains(name),
            let argument = call.arguments.first?.value,
            let fields = try rowFields(argument, scope)
        else { return nil }
        let parts = fields.flatMap { [Expression.literal(.text($0.name), .text), $0.value] }
        let object = try resolveCall(
            "storehouse_json_row", parts, positions: [], at: call.name.position)
        if name == "to_jsonb" {
            return try require(object, as: .jsonb, .explicit, at: call.name.position)
        }
        return object
    }

    /// An argument; for JSON functions a whole row keeps the names of its columns.
    func bindArgument(_ expr: Expr, of function: String, _ scope: Scope) throws -> Expression {
        guard function.hasPrefix("json"), let fields = try rowFields(expr, scope) else {
            return try bind(expr, scope)
        }
        return try resolveCall(
            "storehouse_json_record",
            fields.flatMap { [Expression.literal(.text($0.name), .text), $0.value] },
            positions: [], at: expr.position)
    }

    /// The fields of `ROW(…)`, or of a FROM item named as a value; nil for anything else.
    func rowFields(
        _ expr: Expr, _ scope: Scope
    ) throws -> [(name: String, value: Expression)]? {
        switch expr.kind {
        case .row(let parts, _):
            return try parts.enumerated().map { index, part in
                (
                    "f\(index + 1)",
                    try resolveUnknown(try bind(part, scope), at: leftmost(part))
                )
            }
        case .column(let parts) where parts.count == 1:
            var level: Scope? = scope
            while let current = level {
                if current.items.columns.contains(where: { $0.name == parts[0] }) { return nil }
                if let relation = current.items.relations.first(where: { $0.alias == parts[0] }) {
                    return try relation.columns.map { column in
                        (
                            column.name,
                            try bindColumn(
                                [relation.alias, column.name], at: expr.position, in: scope)
                        )
                    }
                }
                level = current.parent
            }
            return nil
        default: return nil
        }
    }

    /// A whole row as a value of type record.
    func record(_ fields: [Expression], at position: Int) throws -> Expression {
        guard !fields.isEmpty else {
            return .literal(.text("()"), .record)
        }
        return try resolveCall("row", fields, positions: [], at: position)
    }

    /// A sequence named by a constant is looked up once: in stored text it stays what it was.
    func sequence(_ argument: Expression, at position: Int) throws -> Expression {
        if let pin = pins?[position] {
            return .literal(.int(Int64(pin.relation)), .regclass)
        }
        guard case .literal(.bytes(let bytes), .unknown) = argument,
            let found = try catalog.relation(
                text: String(decoding: bytes, as: UTF8.self), searchPath: context.searchPath,
                role: role)
        else {
            guard recordsReferences, let oid = constantRelation(argument) else { return argument }
            noteSequence(oid, at: position)
            return argument
        }
        if recordsReferences { noteSequence(found.oid, at: position) }
        return .literal(.int(Int64(found.oid)), .regclass)
    }

    /// The relation that a cast constant (`'s'::regclass`) names.
    private func constantRelation(_ argument: Expression) -> UInt32? {
        var inner = argument
        while case .call(_, let operands, _, _) = inner, operands.count == 1 { inner = operands[0] }
        switch inner {
        case .literal(.int(let oid), .regclass): return UInt32(exactly: oid)
        case .literal(.bytes(let bytes), _):
            return try? catalog.relation(
                text: String(decoding: bytes, as: UTF8.self), searchPath: context.searchPath,
                role: role)?.oid
        default: return nil
        }
    }

    private func noteSequence(_ oid: UInt32, at position: Int) {
        uses.append(RelationUse(relation: oid, role: role, privilege: [], columns: []))
        recorded.append((position: position, relation: oid, columns: [], use: uses.count - 1))
    }
}
