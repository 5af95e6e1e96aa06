import Basics

extension FunctionRegistry {
    mutating func addTextSearch() {
        addLike()
        for name in ["strpos", "position"] {
            // position(substring IN string) is position(string, substring) once parsed.
            add(name, [.text, .text], .integer) { _, a, n, type in
                Kernels.map(a[0], a[1], n, type) { (x: StringView, y: StringView) -> Int32 in
                    guard let at = Strings.find(y.buffer, in: x.buffer) else { return 0 }
                    let before = UnsafeBufferPointer(rebasing: x.buffer[..<at])
                    return Int32(truncatingIfNeeded: Strings.count(before) + 1)
                }
            }
        }
        add("position", [.bytea, .bytea], .integer) { _, a, n, type in
            Kernels.map(a[0], a[1], n, type) { (x: StringView, y: StringView) -> Int32 in
                Int32(truncatingIfNeeded: (Strings.find(y.buffer, in: x.buffer) ?? -1) + 1)
            }
        }
        for name in ["starts_with", "^@"] {
            add(name, [.text, .text], .boolean) { _, a, n, type in
                Kernels.map(a[0], a[1], n, type) { (x: StringView, y: StringView) in
                    y.count <= x.count && StringView.equal(x.part(0, Int(y.count)), y)
                }
            }
        }
    }

    private mutating func addLike() {
        let operators: [(String, Bool, Bool)] = [
            ("~~", false, false), ("!~~", false, true), ("~~*", true, false),
            ("!~~*", true, true),
        ]
        for (name, insensitive, negated) in operators {
            var types: [SQLType] = [.text, .char(1), .name]
            if !insensitive { types.append(.bytea) }
            for type in types {
                add(name, [type, type == .bytea ? .bytea : .text], .boolean) { _, a, n, _ in
                    try Self.like(a, n, insensitive: insensitive, negated: negated)
                }
            }
        }
        text("like_escape", [.text, .text]) { a, row, arena in
            try LikePattern.escaped(a[0].view(row), a[1].view(row))
                .withUnsafeBufferPointer { arena.copy($0) }
        }
    }

    private static func like(
        _ a: [Vector], _ count: Int, insensitive: Bool, negated: Bool
    ) throws -> Vector {
        if a[1].isConstant, !a[1].isNull(0) {
            let pattern = try LikePattern(a[1].view(0), insensitive: insensitive)
            return Kernels.map(a[0], count, .boolean) { (x: StringView) in
                pattern.matches(x) != negated
            }
        }
        return try Kernels.tryMap(a[0], a[1], count, .boolean) {
            (x: StringView, y: StringView) -> UInt8 in
            try LikePattern(y, insensitive: insensitive).matches(x) != negated ? 1 : 0
        }
    }
}
