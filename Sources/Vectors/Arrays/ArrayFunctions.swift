import Basics

extension FunctionRegistry {
    /// The type of one argument; numeric[] where exact numbers of several scales come together.
    static func same(_ index: Int) -> ResultType {
        .derived { types in
            guard types.indices.contains(index) else { return .anyArray }
            let element = types[index].element
            let scales = Set(types.map { $0.element ?? $0 }.filter(\.isNumericFamily))
            guard element?.isNumericFamily == true, scales.count > 1 else { return types[index] }
            return .array(.decimal)
        }
    }

    mutating func addArrays() {
        addArrayShape()
        addArrayBuilding()
        addArraySearch()
        addArrayText()
        addArrayParts()
    }

    private mutating func addArrayShape() {
        func number(
            _ name: String, _ arguments: [SQLType],
            _ body: @escaping @Sendable (ArrayHeader, Int) -> Int?
        ) {
            add(name, arguments, .integer) { _, a, n, type in
                try Kernels.rows(a, n, type) { row, out in
                    let header = try ArrayHeader(a[0].view(row).buffer)
                    let dimension = a.count > 1 ? Int(a[1].value(Int32.self, row)) : 1
                    if let value = body(header, dimension - 1) {
                        out.pointer(Int32.self)[row] = Int32(truncatingIfNeeded: value)
                    } else {
                        out.setNull(row)
                    }
                }
            }
        }
        let two: [SQLType] = [.anyArray, .integer]
        number("array_length", two) { h, d in h.lengths.indices.contains(d) ? h.lengths[d] : nil }
        number("array_lower", two) { h, d in
            h.lowerBounds.indices.contains(d) ? h.lowerBounds[d] : nil
        }
        number("array_upper", two) { h, d in
            h.lengths.indices.contains(d) ? h.lowerBounds[d] + h.lengths[d] - 1 : nil
        }
        number("array_ndims", [.anyArray]) { h, _ in h.lengths.isEmpty ? nil : h.lengths.count }
        number("cardinality", [.anyArray]) { h, _ in h.count }
        text("array_dims", [.anyArray]) { a, row, arena in
            let header = try ArrayHeader(a[0].view(row).buffer)
            guard !header.lengths.isEmpty else { return nil }
            let parts = zip(header.lowerBounds, header.lengths).map { "[\($0):\($0 + $1 - 1)]" }
            return arena.copy(parts.joined())
        }
    }

    /// The array of an argument; NULL and empty ones give an array without elements. Exact numbers
    /// come with the scale that each has.
    static func array(_ vector: Vector, _ row: Int) throws -> ArrayValue {
        let declared = vector.type.element
        let element = declared?.isNumericFamily == true ? .decimal : declared
        if vector.isNull(row) { return ArrayValue(element ?? .text, []) }
        return try ArrayValue(vector.view(row), element: element)
    }

    /// An argument as an element of such an array.
    static func element(_ vector: Vector, _ row: Int) -> Datum {
        let datum = vector.datum(at: row)
        guard case .numeric(_, let scale) = vector.type else { return datum }
        switch datum {
        case .int(let value): return .decimal(Decimal(mantissa: Int128(value), scale: scale))
        case .int128(let value): return .decimal(Decimal(mantissa: value, scale: scale))
        default: return datum
        }
    }

    static func store(_ array: ArrayValue, _ arena: StringArena) throws -> StringView {
        guard array.elements.count <= ArrayValue.elementsMax else {
            throw SQLError(.programLimitExceeded, "array size exceeds the maximum allowed")
        }
        return array.encoded.withUnsafeBufferPointer { arena.copy($0) }
    }

    private mutating func addArrayBuilding() {
        add(
            "array_append", [.anyArray, .anyElement], derived: Self.same(0), isStrict: false
        ) { _, a, n, type in
            try Self.everyRow(n, type) { row, arena in
                try Self.store(Self.appended(Self.array(a[0], row), Self.element(a[1], row)), arena)
            }
        }
        add(
            "array_prepend", [.anyElement, .anyArray], derived: Self.same(1), isStrict: false
        ) { _, a, n, type in
            try Self.everyRow(n, type) { row, arena in
                try Self.store(
                    Self.prepended(Self.element(a[0], row), Self.array(a[1], row)), arena)
            }
        }
        for name in ["array_cat", "||"] {
            add(name, [.anyArray, .anyArray], derived: Self.same(0), isStrict: false) {
                _, a, n, type in
                try Self.everyRow(n, type) { row, arena in
                    if a[0].isNull(row), a[1].isNull(row) { return nil }
                    return try Self.store(
                        Self.joined(Self.array(a[0], row), Self.array(a[1], row)), arena)
                }
            }
        }
        add("||", [.anyArray, .anyElement], derived: Self.same(0), isStrict: false) {
            _, a, n, type in
            try Self.everyRow(n, type) { row, arena in
                try Self.store(Self.appended(Self.array(a[0], row), Self.element(a[1], row)), arena)
            }
        }
        add("||", [.anyElement, .anyArray], derived: Self.same(1), isStrict: false) {
            _, a, n, type in
            try Self.everyRow(n, type) { row, arena in
                try Self.store(
                    Self.prepended(Self.element(a[0], row), Self.array(a[1], row)), arena)
            }
        }
        add("array_remove", [.anyArray, .anyElement], derived: Self.same(0), isStrict: false) {
            _, a, n, type in
            try Self.everyRow(n, type) { row, arena in
                if a[0].isNull(row) { return nil }
                let array = try Self.array(a[0], row)
                let victim = Self.element(a[1], row)
                return try Self.store(
                    ArrayValue(
                        array.element,
                        array.elements.filter { !Self.same($0, victim, array.element) }), arena)
            }
        }
    }

    private static func appended(_ array: ArrayValue, _ value: Datum) throws -> ArrayValue {
        guard array.lengths.count <= 1 else { throw notOneDimensional() }
        var result = ArrayValue(array.element, array.elements + [value])
        if let lower = array.lowerBounds.first { result.lowerBounds = [lower] }
        return result
    }

    private static func prepended(_ value: Datum, _ array: ArrayValue) throws -> ArrayValue {
        guard array.lengths.count <= 1 else { throw notOneDimensional() }
        var result = ArrayValue(array.element, [value] + array.elements)
        if let lower = array.lowerBounds.first { result.lowerBounds = [lower] }
        return result
    }

    private static func notOneDimensional() -> SQLError {
        SQLError(.dataException, "argument must be empty or one-dimensional array")
    }

    private static func joined(_ a: ArrayValue, _ b: ArrayValue) throws -> ArrayValue {
        if a.elements.isEmpty { return b }
        if b.elements.isEmpty { return a }
        func incompatible() -> SQLError {
            SQLError(.init("2202E"), "cannot concatenate incompatible arrays")
        }
        var result = a
        result.elements = a.elements + b.elements
        switch a.lengths.count - b.lengths.count {
        case 0:
            guard a.lengths.dropFirst().elementsEqual(b.lengths.dropFirst()) else {
                throw incompatible()
            }
            result.lengths[0] += b.lengths[0]
        case 1:
            guard a.lengths.dropFirst().elementsEqual(b.lengths) else { throw incompatible() }
            result.lengths[0] += 1
        case -1:
            guard b.lengths.dropFirst().elementsEqual(a.lengths) else { throw incompatible() }
            result.lengths = b.lengths
            result.lengths[0] += 1
            result.lowerBounds = b.lowerBounds
        default: throw incompatible()
        }
        return result
    }

    static func same(_ a: Datum, _ b: Datum, _ type: SQLType) -> Bool {
        if a.isNull || b.isNull { return a.isNull && b.isNull }
        return Datum.compare(a, b, type) == 0
    }

    private mutating func addArraySearch() {
        @Sendable func contains(_ a: ArrayValue, _ b: ArrayValue) -> Bool {
            b.elements.allSatisfy { wanted in
                !wanted.isNull
                    && a.elements.contains {
                        !$0.isNull && Datum.compare($0, wanted, a.element) == 0
                    }
            }
        }
        @Sendable func overlap(_ a: ArrayValue, _ b: ArrayValue) -> Bool {
            b.elements.contains { wanted in
                !wanted.isNull
                    && a.elements.contains {
                        !$0.isNull && Datum.compare($0, wanted, a.element) == 0
                    }
            }
        }
        let tests: [(String, @Sendable (ArrayValue, ArrayValue) -> Bool)] = [
            ("@>", { contains($0, $1) }), ("<@", { contains($1, $0) }), ("&&", { overlap($0, $1) }),
        ]
        for (name, test) in tests {
            add(name, [.anyArray, .anyArray], .boolean) { _, a, n, type in
                try Kernels.rows(a, n, type) { row, out in
                    out.pointer(UInt8.self)[row] =
                        test(try Self.array(a[0], row), try Self.array(a[1], row)) ? 1 : 0
                }
            }
        }
        add("array_position", [.anyArray, .anyElement], .integer, isStrict: false) {
            _, a, n, type in
            let out = Kernels.result(type, n)
            for row in 0..<n {
                let array = try Self.array(a[0], row)
                let wanted = Self.element(a[1], row)
                if !a[0].isNull(row),
                    let index = array.elements.firstIndex(where: {
                        Self.same($0, wanted, array.element)
                    })
                {
                    out.pointer(Int32.self)[row] = Int32(
                        truncatingIfNeeded: index + (array.lowerBounds.first ?? 1))
                } else {
                    out.setNull(row)
                }
            }
            return out
        }
        add("array_positions", [.anyArray, .anyElement], .array(.integer), isStrict: false) {
            _, a, n, type in
            try Self.everyRow(n, type) { row, arena in
                if a[0].isNull(row) { return nil }
                let array = try Self.array(a[0], row)
                let wanted = Self.element(a[1], row)
                let lower = array.lowerBounds.first ?? 1
                let found = array.elements.indices.filter {
                    Self.same(array.elements[$0], wanted, array.element)
                }
                return try Self.store(
                    ArrayValue(.integer, found.map { .int(Int64($0 + lower)) }), arena)
            }
        }
    }

    private mutating func addArrayText() {

        for count in [2, 3] {
            add(
                "string_to_array", Array(repeating: .text, count: count), .array(.text),
                isStrict: false
            ) { _, a, n, type in
                try Self.everyRow(n, type) { row, arena in
                    if a[0].isNull(row) { return nil }
                    let null = count == 3 && !a[2].isNull(row) ? Array(a[2].view(row).buffer) : nil
                    let parts = Strings.split(
                        Array(a[0].view(row).buffer),
                        a[1].isNull(row) ? nil : Array(a[1].view(row).buffer))
                    return try Self.store(
                        ArrayValue(.text, parts.map { $0 == null ? .null : .bytes($0) }), arena)
                }
            }
            add(
                "array_to_string",
                count == 2 ? [.anyArray, .text] : [.anyArray, .text, .text], .text,
                isStrict: false, volatility: .stable
            ) { context, a, n, type in
                try Self.everyRow(n, type) { row, arena in
                    if a[0].isNull(row) || a[1].isNull(row) { return nil }
                    let array = try Self.array(a[0], row)
                    let null = count == 3 && !a[2].isNull(row) ? a[2].view(row).string : nil
                    let parts = array.elements.compactMap {
                        TextFormat.string($0, array.element, session: context.formatSession)
                            ?? null
                    }
                    return arena.copy(parts.joined(separator: a[1].view(row).string))
                }
            }
        }
    }
}
