import Basics
import Vectors

/// PostgreSQL's rules of which type becomes which, and which type several have in common.
///
/// Source: PostgreSQL 15 documentation, chapter 10, and the contents of its pg_cast.
enum CastRules {
    /// source → target → the weakest context that is enough. `i`, `a`, `e` as in pg_cast.
    private static let table: [SQLType: [SQLType: CastContext]] = {
        let text: [(SQLType, String)] = [
            (.boolean, "int4:e text:a bpchar:a varchar:a"),
            (.char(1), "\"char\":a name:i text:i varchar:i"),
            (.singleChar, "int4:e text:i bpchar:a varchar:a"),
            (.date, "timestamp:i timestamptz:i"),
            (.real, "int8:a int2:a int4:a float8:i numeric:a"),
            (.double, "int8:a int2:a int4:a float4:a numeric:a"),
            (
                .smallint,
                "int8:i int4:i regproc:i oid:i float4:i float8:i numeric:i regclass:i regtype:i "
                    + "regnamespace:i regrole:i"
            ),
            (
                .integer,
                "bool:e \"char\":e int8:i int2:a regproc:i oid:i float4:i float8:i numeric:i "
                    + "regclass:i regtype:i regnamespace:i regrole:i"
            ),
            (
                .bigint,
                "int2:a int4:a regproc:i oid:i float4:i float8:i numeric:i regclass:i regtype:i "
                    + "regnamespace:i regrole:i"
            ),
            (.interval, "time:a"),
            (.json, "jsonb:a"),
            (.jsonb, "bool:e int8:e int2:e int4:e json:a float4:e float8:e numeric:e"),
            (.name, "text:i bpchar:a varchar:a"),
            (.decimal, "int8:a int2:a int4:a float4:i float8:i"),
            (
                .oid, "int8:a int4:a regproc:i regclass:i regtype:i regnamespace:i regrole:i"
            ),
            (.regclass, "int8:a int4:a oid:i"), (.regnamespace, "int8:a int4:a oid:i"),
            (.regproc, "int8:a int4:a oid:i"), (.regrole, "int8:a int4:a oid:i"),
            (.regtype, "int8:a int4:a oid:i"),
            (.text, "\"char\":a name:i bpchar:i varchar:i regclass:i"),
            (.time, "interval:i"),
            (.timestamp, "date:a time:a timestamptz:i"),
            (.timestamptz, "date:a time:a timestamp:a"),
            (.varchar(nil), "\"char\":a name:i text:i bpchar:i regclass:i"),
            (.int2vector, "_int2:i"), (.oidvector, "_oid:i"),
        ]
        var table: [SQLType: [SQLType: CastContext]] = [:]
        for (source, targets) in text {
            for entry in targets.split(separator: " ") {
                let parts = entry.split(separator: ":")
                guard let target = try? SQLType.named(String(parts[0]), modifiers: []) else {
                    continue
                }
                table[source, default: [:]][target.family] =
                    parts[1] == "i" ? .implicit : parts[1] == "a" ? .assignment : .explicit
            }
        }
        return table
    }()

    /// The weakest context in which `source` becomes `target`; nil where no cast exists.
    static func context(from source: SQLType, to target: SQLType) -> CastContext? {
        let from = source.family
        let to = target.family
        if from == to { return .implicit }
        if case .unknown = from { return .implicit }
        if let found = table[from]?[to] { return found }
        if case .array(let inner) = from, case .array(let outer) = to {
            return context(from: inner, to: outer)
        }
        switch (from, to) {
        case (.unknown, _), (_, .anyElement): return .implicit
        case (.array, .anyArray), (.int2vector, .anyArray), (.oidvector, .anyArray):
            return .implicit
        case (.record, .text), (.record, .varchar): return .assignment
        case (.void, _), (_, .void), (.record, _), (_, .record), (.trigger, _), (_, .trigger):
            return nil
        default: break
        }
        // By way of text: into strings by assignment, out of them explicitly.
        if to.category == "S" { return .assignment }
        if from.category == "S" { return .explicit }
        return nil
    }

    static func canCoerce(_ source: SQLType, _ target: SQLType, _ context: CastContext) -> Bool {
        guard let needed = self.context(from: source, to: target) else { return false }
        return needed <= context
    }

    /// The type that CASE, UNION, VALUES, IN lists and the like give to several; nil where two types
    /// do not go together (then `clash` tells which).
    static func common(
        _ types: [SQLType], clash: inout (SQLType, SQLType, index: Int)?
    ) -> SQLType? {
        guard let first = types.first else { return .unknown }
        if types.dropFirst().allSatisfy({ $0 == first }) {
            return first == .unknown ? .text : first
        }
        var chosen: SQLType?
        for (index, type) in types.enumerated() {
            if case .unknown = type { continue }
            let next = type.family
            guard let current = chosen else {
                chosen = next
                continue
            }
            if next == current { continue }
            if next.category != current.category {
                clash = (current, next, index)
                return nil
            }
            if !current.isPreferred, canCoerce(current, next, .implicit),
                !canCoerce(next, current, .implicit)
            {
                chosen = next
            }
        }
        guard let family = chosen else { return .text }
        for (index, type) in types.enumerated() where !canCoerce(type, family, .implicit) {
            clash = (family, type, index)
            return nil
        }
        return withModifiers(family, types)
    }

    /// Keeps a modifier that all known operands share; exact numbers of one scale stay fixed-point.
    private static func withModifiers(_ family: SQLType, _ types: [SQLType]) -> SQLType {
        let known = types.filter { if case .unknown = $0 { false } else { true } }
        if let first = known.first, known.count == types.count,
            known.allSatisfy({ $0 == first })
        {
            return first
        }
        switch family {
        case .char: return .char(0)
        case .decimal:
            var precision = 0
            var scale: Int?
            for type in types {
                guard case .numeric(let p, let s)? = type.asNumeric, scale == nil || scale == s
                else { return .decimal }
                precision = max(precision, p)
                scale = s
            }
            return scale.map { .numeric(precision: precision, scale: $0) } ?? .decimal
        default: return family
        }
    }
}
