import Basics

/// What jsonb's operators and functions change in a document.
extension JSONValue {
    /// `||`: members of two objects together, else one array of both.
    static func joined(_ a: JSONValue, _ b: JSONValue) -> JSONValue {
        switch (a, b) {
        case (.object(let x), .object(let y)): .object(sorted(x + y))
        case (.array(let x), .array(let y)): .array(x + y)
        case (.array(let x), _): .array(x + [b])
        case (_, .array(let y)): .array([a] + y)
        default: .array([a, b])
        }
    }

    /// Without a key, or without an array's strings that equal it.
    func removing(_ key: [UInt8]) throws -> JSONValue {
        switch self {
        case .object(let members): return .object(members.filter { $0.key != key })
        case .array(let items):
            return .array(
                items.filter { if case .string(let text) = $0 { text != key } else { true } })
        default: throw Self.scalar("delete from")
        }
    }

    /// Without the item at an index, counted from the end where negative.
    func removing(at index: Int) throws -> JSONValue {
        switch self {
        case .object:
            throw SQLError(
                .invalidParameterValue, "cannot delete from object using integer index")
        case .array(var items):
            let place = index < 0 ? items.count + index : index
            if items.indices.contains(place) { items.remove(at: place) }
            return .array(items)
        default: throw Self.scalar("delete from")
        }
    }

    static func scalar(_ verb: String) -> SQLError {
        SQLError(.invalidParameterValue, "cannot \(verb) scalar")
    }

    /// What a change does at the end of a path.
    enum Change {
        case set(JSONValue, create: Bool)
        case insert(JSONValue, after: Bool)
        case remove
    }

    /// Applies a change at a path; a path that leads nowhere changes nothing.
    func changing(_ path: ArraySlice<[UInt8]>, _ change: Change, position: Int = 1) throws
        -> JSONValue
    {
        guard let step = path.first else { return self }
        let rest = path.dropFirst()
        switch self {
        case .object(var members):
            let place = members.firstIndex { $0.key == step }
            if !rest.isEmpty {
                guard let place else { return self }
                members[place].value = try members[place].value.changing(
                    rest, change, position: position + 1)
                return .object(members)
            }
            switch change {
            case .remove: members.removeAll { $0.key == step }
            case .set(let value, let create):
                if let place {
                    members[place].value = value
                } else if create {
                    members.append(Member(key: step, value: value))
                }
            case .insert(let value, _):
                guard place == nil else {
                    throw SQLError(
                        .invalidParameterValue, "cannot replace existing key",
                        hint: "Try using the function jsonb_set to replace key value.")
                }
                members.append(Member(key: step, value: value))
            }
            return .object(Self.sorted(members))
        case .array(var items):
            let text = String(decoding: step, as: UTF8.self)
            guard let index = Int(text) else {
                throw SQLError(
                    .invalidTextRepresentation,
                    "path element at position \(position) is not an integer: \"\(text)\"")
            }
            let place = index < 0 ? items.count + index : index
            if !rest.isEmpty {
                guard items.indices.contains(place) else { return self }
                items[place] = try items[place].changing(rest, change, position: position + 1)
                return .array(items)
            }
            switch change {
            case .remove: if items.indices.contains(place) { items.remove(at: place) }
            case .set(let value, let create):
                if items.indices.contains(place) {
                    items[place] = value
                } else if create {
                    items.insert(value, at: place < 0 ? 0 : items.count)
                }
            case .insert(let value, let after):
                let target = items.indices.contains(place) && after ? place + 1 : place
                items.insert(value, at: min(max(target, 0), items.count))
            }
            return .array(items)
        default: return self
        }
    }

    /// A boolean or number as a SQL value: what casts from jsonb give.
    func scalar(_ type: SQLType, _ context: EvaluationContext) throws -> Datum {
        func refused(_ kind: String) -> SQLError {
            SQLError(
                .invalidParameterValue, "cannot cast jsonb \(kind) to type \(type.familyName)")
        }
        switch self {
        case .null: throw refused("null")
        case .string: throw refused("string")
        case .array: throw refused("array")
        case .object: throw refused("object")
        case .bool(let value):
            guard type == .boolean else { throw refused("boolean") }
            return .bool(value)
        case .number(let digits):
            guard type != .boolean else { throw refused("numeric") }
            // By way of numeric, which rounds where the target is whole.
            let exact = Vector.constant(
                .decimal(try Decimal.parse(String(decoding: digits, as: UTF8.self))), .decimal,
                count: 1)
            guard let cast = CastTable.cast(from: .decimal, to: type) else {
                return exact.datum(at: 0)
            }
            return try cast.function.evaluate(context, [exact], count: 1, result: type)
                .datum(at: 0)
        }
    }

    /// Without members whose value is null, in any depth.
    var strippingNulls: JSONValue {
        switch self {
        case .object(let members):
            .object(
                members.compactMap { member in
                    if case .null = member.value { return nil }
                    return Member(key: member.key, value: member.value.strippingNulls)
                })
        case .array(let items): .array(items.map(\.strippingNulls))
        default: self
        }
    }
}
