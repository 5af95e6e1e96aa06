import Basics

/// In which places a cast applies by itself.
package enum CastContext: Int, Sendable, Comparable {
    case implicit, assignment, explicit
    package static func < (a: CastContext, b: CastContext) -> Bool { a.rawValue < b.rawValue }
}

/// Casts between types, as pg_cast and the input/output conversions have them.
package enum CastTable {
    package typealias Entry = (function: ScalarFunction, context: CastContext)

    /// The cast from one type to another, modifiers included; nil where there is none.
    ///
    /// `explicit` matters for values that a shorter varchar or char cannot hold: an explicit cast
    /// truncates them, others throw 22001.
    package static func cast(
        from source: SQLType, to target: SQLType, explicit: Bool = true
    ) -> Entry? {
        if source == target { return entry(source, target, .implicit) { _, a, _, _ in a[0] } }
        if source == .unknown {
            return entry(source, target, .implicit) { context, a, n, type in
                try TextCasts.parse(a[0], n, type, context)
            }
        }
        if case .array(let from) = source, case .array(let to) = target {
            return arrays(from, to, source, target, explicit)
        }
        if let found = TextCasts.between(source, target, explicit: explicit) { return found }
        if let found = NumberCasts.between(source, target) { return found }
        if let found = DateTimeCasts.between(source, target) { return found }
        if let found = other(source, target) { return found }
        // Any type reads from and writes to text: to text as an assignment, from text explicitly.
        if target.isString {
            return entry(source, target, .assignment, volatility: volatility(source)) {
                context, a, n, type in
                try TextCasts.format(a[0], n, type, context, explicit: explicit)
            }
        }
        if source.isString, !target.isPseudo {
            return entry(source, target, .explicit, volatility: volatility(target)) {
                context, a, n, type in
                try TextCasts.parse(a[0], n, type, context)
            }
        }
        return nil
    }

    static func entry(
        _ source: SQLType, _ target: SQLType, _ context: CastContext,
        volatility: Volatility = .immutable, isLeakproof: Bool = false,
        kernel: @escaping ScalarFunction.Kernel
    ) -> Entry {
        let function = ScalarFunction(
            target.typname, [source], result: .fixed(target), volatility: volatility,
            isLeakproof: isLeakproof, kernel: kernel)
        return (function, context)
    }

    private static func volatility(_ type: SQLType) -> Volatility {
        switch type {
        case .date, .time, .timestamp, .timestamptz, .regclass, .regtype, .regproc,
            .regnamespace, .regrole:
            .stable
        case .array(let element): volatility(element)
        default: .immutable
        }
    }

    private static func arrays(
        _ from: SQLType, _ to: SQLType, _ source: SQLType, _ target: SQLType, _ explicit: Bool
    ) -> Entry? {
        guard let (function, context) = cast(from: from, to: to, explicit: explicit) else {
            return nil
        }
        return entry(source, target, context, volatility: function.volatility) {
            session, a, n, type in
            try Kernels.strings(a, n, type) { row, arena in
                var array = try ArrayValue(a[0].view(row), element: from)
                let elements = VectorBuilder(from, capacity: max(array.elements.count, 1))
                for value in array.elements { elements.append(value) }
                if let column = elements.finish().first {
                    let cast = try function.evaluate(
                        session, [column], count: column.count, result: to)
                    array.elements = (0..<column.count).map { cast.datum(at: $0) }
                }
                array.element = to
                return array.encoded.withUnsafeBufferPointer { arena.copy($0) }
            }
        }
    }

    private static func other(_ source: SQLType, _ target: SQLType) -> Entry? {
        switch (source, target) {
        case (.json, .jsonb):
            return entry(source, target, .assignment) { _, a, n, type in
                try Kernels.strings(a, n, type) { row, arena in
                    try JSONValue(a[0].view(row)).text
                        .withUnsafeBufferPointer { arena.copy($0) }
                }
            }
        case (.jsonb, .json):
            return entry(source, target, .assignment) { _, a, _, type in a[0].retyped(type) }
        case (.jsonb, .boolean), (.jsonb, .smallint), (.jsonb, .integer), (.jsonb, .bigint),
            (.jsonb, .real), (.jsonb, .double), (.jsonb, .decimal), (.jsonb, .numeric):
            return entry(source, target, .explicit) { context, a, n, type in
                try Kernels.datums(a, n, type) { values in
                    guard case .bytes(let bytes) = values[0] else { return .null }
                    return try JSONValue(bytes).scalar(type, context)
                }
            }
        case (.bytea, .text), (.text, .bytea): return nil
        case (.int2vector, .array(.smallint)), (.oidvector, .array(.oid)):
            return entry(source, target, .implicit) { _, a, _, type in a[0].retyped(type) }
        case (.oid, _) where target.isObjectID, (_, .oid) where source.isObjectID:
            return entry(source, target, .implicit) { _, a, _, type in a[0].retyped(type) }
        case (.smallint, _) where target.isObjectID:
            return entry(source, target, .implicit) { _, a, n, type in
                Kernels.map(a[0], n, type) { (x: Int16) -> Int32 in Int32(x) }
            }
        case (.integer, _) where target.isObjectID:
            return entry(source, target, .implicit) { _, a, _, type in a[0].retyped(type) }
        case (.bigint, _) where target.isObjectID:
            return entry(source, target, .implicit) { _, a, n, type in
                try Kernels.tryMap(a[0], n, type) { (x: Int64) -> UInt32 in
                    guard let oid = UInt32(exactly: x) else {
                        throw SQLError(.numericValueOutOfRange, "OID out of range")
                    }
                    return oid
                }
            }
        case (_, .integer) where source.isObjectID:
            return entry(source, target, .assignment) { _, a, _, type in a[0].retyped(type) }
        case (_, .bigint) where source.isObjectID:
            return entry(source, target, .assignment) { _, a, n, type in
                Kernels.map(a[0], n, type) { (x: UInt32) -> Int64 in Int64(x) }
            }
        case (.text, .regclass), (.varchar, .regclass):
            return entry(source, target, .implicit, volatility: .stable) { context, a, n, type in
                try TextCasts.parse(a[0], n, type, context)
            }
        default: return nil
        }
    }
}

extension SQLType {
    /// Types of signatures only: nothing can be cast to them.
    var isPseudo: Bool {
        switch self {
        case .void, .record, .trigger, .anyElement, .anyArray, .unknown: true
        default: false
        }
    }
}
