import Basics

/// Casts among strings, and between strings and everything else through text forms.
enum TextCasts {
    static func between(
        _ source: SQLType, _ target: SQLType, explicit: Bool
    ) -> CastTable.Entry? {
        switch (source, target) {
        case (_, .singleChar) where source.isString:
            return CastTable.entry(source, target, .assignment) { _, a, n, type in
                try Kernels.strings(a, n, type) { row, _ in
                    let view = a[0].view(row)
                    return StringView(start: view.start, count: min(1, Int(view.count)))
                }
            }
        case (.singleChar, .integer):
            return CastTable.entry(source, target, .explicit) { _, a, n, type in
                Kernels.map(a[0], n, type) { (x: StringView) -> Int32 in
                    x.count == 0 ? 0 : Int32(Int8(bitPattern: x.start[0]))
                }
            }
        case (.singleChar, _) where target.isString:
            return CastTable.entry(source, target, target == .text ? .implicit : .assignment) {
                _, a, _, type in a[0].retyped(type)
            }
        default: break
        }
        guard source.isString, target.isString, source != .unknown, target != .unknown else {
            return nil
        }
        let context: CastContext =
            target == .name && source != .name ? .implicit
            : (source == .name && target != .text ? .assignment : .implicit)
        return CastTable.entry(source, target, context) { _, a, n, type in
            try strings(a[0], n, type, explicit: explicit)
        }
    }

    /// Fits strings into a string type: varchar's limit, char's padding, name's 63 bytes.
    static func strings(
        _ vector: Vector, _ count: Int, _ type: SQLType, explicit: Bool
    ) throws -> Vector {
        var trimming = false
        if case .char = vector.type { trimming = true }
        switch type {
        case .varchar(let limit?):
            return try Kernels.strings([vector], count, type) { row, _ in
                let view = source(vector, row, trimming)
                if Int(view.count) <= limit { return view }
                let kept = try Strings.truncated(
                    view.buffer, to: limit, type: type, explicit: explicit)
                return StringView(start: view.start, count: kept.count)
            }
        case .char(let length) where length > 0:
            return try Kernels.strings([vector], count, type) { row, arena in
                try Strings.padded(
                    source(vector, row, trimming).buffer, to: length, arena: arena,
                    explicit: explicit)
            }
        case .name:
            return try Kernels.strings([vector], count, type) { row, _ in
                let view = source(vector, row, trimming)
                return StringView(
                    start: view.start, count: Strings.prefix(view.buffer, bytes: 63).count)
            }
        default:
            if !trimming { return vector.retyped(type) }
            if case .char = type { return vector.retyped(type) }
            return try Kernels.strings([vector], count, type) { row, _ in
                source(vector, row, true)
            }
        }
    }

    @inline(__always)
    private static func source(_ vector: Vector, _ row: Int, _ trimming: Bool) -> StringView {
        let view = vector.view(row)
        return trimming ? view.withoutTrailingBlanks : view
    }

    /// Text forms read as values of a type.
    static func parse(
        _ vector: Vector, _ count: Int, _ type: SQLType, _ context: EvaluationContext
    ) throws -> Vector {
        let arena = StringArena()
        let session = context.formatSession
        var trimming = false
        if case .char = vector.type { trimming = true }
        let out = try Kernels.rows([vector], count, type) { row, out in
            try TextParse.parse(
                source(vector, row, trimming).buffer, type, into: out, row: row, arena: arena,
                session: session)
        }
        if out.physical == .bytes { out.owners = [arena] }
        return out
    }

    /// Values written as text, then fitted into the string type.
    static func format(
        _ vector: Vector, _ count: Int, _ type: SQLType, _ context: EvaluationContext,
        explicit: Bool
    ) throws -> Vector {
        let session = context.formatSession
        var scratch: [UInt8] = []
        let text = try Kernels.strings([vector], count, .text) { row, arena in
            scratch.removeAll(keepingCapacity: true)
            if vector.physical == .bool {
                scratch.write(vector.value(UInt8.self, row) != 0 ? "true" : "false")
            } else {
                TextFormat.append(vector, row: row, to: &scratch, session: session)
            }
            return scratch.withUnsafeBufferPointer { arena.copy($0) }
        }
        return try strings(text, count, type, explicit: explicit)
    }
}
