import Basics

/// Elements and slices of arrays, and what builds one array from another.
extension FunctionRegistry {
    mutating func addArrayParts() {
        addSubscripts()
        addArrayReplacing()
        addFilling()
    }

    private static func integers(_ vectors: ArraySlice<Vector>, _ row: Int) -> [Int] {
        vectors.map { Int($0.value(Int32.self, row)) }
    }

    private mutating func addSubscripts() {
        // One element, an index a dimension; out of bounds gives NULL.
        add(
            "array_subscript", [.anyArray, .integer],
            derived: .derived { $0[0].element ?? .text }, isVariadic: true
        ) { _, a, n, type in
            try Kernels.datums(a, n, type) { values in
                guard case .bytes(let bytes) = values[0] else { return .null }
                let array = try bytes.withUnsafeBufferPointer {
                    try ArrayValue($0, element: a[0].type.element)
                }
                guard array.lengths.count == values.count - 1 else { return .null }
                var place = 0
                for (dimension, value) in values.dropFirst().enumerated() {
                    guard case .int(let index) = value else { return .null }
                    let at = Int(index) - array.lowerBounds[dimension]
                    guard (0..<array.lengths[dimension]).contains(at) else { return .null }
                    place = place * array.lengths[dimension] + at
                }
                return array.elements[place]
            }
        }
        // A slice: a lower and an upper bound a dimension, the least and the greatest integer where
        // they were left out.
        add("array_slice", [.anyArray, .integer], derived: Self.same(0), isVariadic: true) {
            _, a, n, type in
            try Kernels.strings(a, n, type) { row, arena in
                try Self.store(
                    Self.slice(
                        try Self.array(a[0], row), Self.integers(a.dropFirst(), row)), arena)
            }
        }
        // An array with one element replaced; NULLs fill a gap.
        add(
            "array_assign", [.anyArray, .integer, .anyElement], derived: Self.same(0),
            isStrict: false
        ) { _, a, n, type in
            try Self.everyRow(n, type) { row, arena in
                guard !a[1].isNull(row) else {
                    throw SQLError(
                        .nullValueNotAllowed, "array subscript in assignment must not be null")
                }
                return try Self.store(
                    Self.assigned(
                        try Self.array(a[0], row), Int(a[1].value(Int32.self, row)),
                        Self.element(a[2], row)), arena)
            }
        }
    }

    private static func slice(_ array: ArrayValue, _ bounds: [Int]) -> ArrayValue {
        let empty = ArrayValue(array.element, [])
        guard bounds.count / 2 <= array.lengths.count, !array.lengths.isEmpty else { return empty }
        var ranges: [Range<Int>] = []
        for dimension in array.lengths.indices {
            let lower = array.lowerBounds[dimension]
            let all = 0..<array.lengths[dimension]
            guard 2 * dimension + 1 < bounds.count else {
                ranges.append(all)
                continue
            }
            let from = max(bounds[2 * dimension] - lower, 0)
            let to = min(bounds[2 * dimension + 1] - lower + 1, all.upperBound)
            guard from < to else { return empty }
            ranges.append(from..<to)
        }
        var elements: [Datum] = []
        func collect(_ dimension: Int, _ base: Int) {
            if dimension == ranges.count { return elements.append(array.elements[base]) }
            for index in ranges[dimension] {
                collect(dimension + 1, base * array.lengths[dimension] + index)
            }
        }
        collect(0, 0)
        return ArrayValue(
            array.element, elements, lengths: ranges.map(\.count),
            lowerBounds: ranges.map { _ in 1 })
    }

    private static func assigned(
        _ array: ArrayValue, _ index: Int, _ value: Datum
    ) throws -> ArrayValue {
        guard array.lengths.count <= 1 else {
            throw SQLError(SQLState("2202E"), "wrong number of array subscripts")
        }
        guard let lower = array.lowerBounds.first else {
            return ArrayValue(array.element, [value], lengths: [1], lowerBounds: [index])
        }
        var result = array
        let place = index - lower
        guard abs(place) < ArrayValue.elementsMax else {
            throw SQLError(.programLimitExceeded, "array size exceeds the maximum allowed")
        }
        if place < 0 {
            result.elements.insert(
                contentsOf: [value] + Array(repeating: .null, count: -place - 1), at: 0)
            result.lowerBounds = [index]
        } else if place < array.elements.count {
            result.elements[place] = value
        } else {
            result.elements += Array(repeating: .null, count: place - array.elements.count)
            result.elements.append(value)
        }
        result.lengths = [result.elements.count]
        return result
    }

    private mutating func addArrayReplacing() {
        add(
            "array_replace", [.anyArray, .anyElement, .anyElement], derived: Self.same(0),
            isStrict: false
        ) { _, a, n, type in
            try Self.everyRow(n, type) { row, arena in
                if a[0].isNull(row) { return nil }
                var array = try Self.array(a[0], row)
                let (old, new) = (Self.element(a[1], row), Self.element(a[2], row))
                array.elements = array.elements.map {
                    Self.same($0, old, array.element) ? new : $0
                }
                return try Self.store(array, arena)
            }
        }
        add("trim_array", [.anyArray, .integer], derived: Self.same(0)) { _, a, n, type in
            try Kernels.strings(a, n, type) { row, arena in
                let array = try Self.array(a[0], row)
                let count = Int(a[1].value(Int32.self, row))
                let length = array.lengths.first ?? 0
                guard (0...length).contains(count) else {
                    throw SQLError(
                        SQLState("2202E"),
                        "number of elements to trim must be between 0 and \(length)")
                }
                let lower = array.lowerBounds.first ?? 1
                return try Self.store(
                    Self.slice(array, [lower, lower + length - count - 1]), arena)
            }
        }
        add("array_to_json", [.anyArray], .json, volatility: .stable) { context, a, n, type in
            try Kernels.strings(a, n, type) { row, arena in
                var out: [UInt8] = []
                JSONAccess.append(
                    a[0].datum(at: row), a[0].type, to: &out, context.formatSession)
                return out.withUnsafeBufferPointer { arena.copy($0) }
            }
        }
        add("width_bucket", [.anyElement, .anyArray], .integer) { _, a, n, type in
            try Kernels.rows(a, n, type) { row, out in
                let bounds = try Self.array(a[1], row)
                let value = Self.element(a[0], row)
                guard !bounds.elements.contains(where: \.isNull) else {
                    throw SQLError(
                        .nullValueNotAllowed, "thresholds array must not contain NULLs")
                }
                let below = bounds.elements.prefix {
                    Datum.compare($0, value, bounds.element) <= 0
                }
                out.pointer(Int32.self)[row] = Int32(truncatingIfNeeded: below.count)
            }
        }
    }

    private mutating func addFilling() {
        for count in [2, 3] {
            let extra = [SQLType](repeating: .array(.integer), count: count - 1)
            add(
                "array_fill", [.anyElement] + extra, derived: .derived { .array($0[0]) },
                isStrict: false
            ) { _, a, n, type in
                try Self.everyRow(n, type) { row, arena in
                    func numbers(_ vector: Vector) throws -> [Int] {
                        guard !vector.isNull(row) else {
                            throw SQLError(
                                .nullValueNotAllowed,
                                "dimension array or low bound array cannot be null")
                        }
                        return try ArrayValue(vector.view(row)).elements.map { value in
                            guard case .int(let number) = value else {
                                throw SQLError(
                                    .nullValueNotAllowed, "dimension values cannot be null")
                            }
                            return Int(number)
                        }
                    }
                    let lengths = try numbers(a[1])
                    let lower = count == 3 ? try numbers(a[2]) : lengths.map { _ in 1 }
                    var total = lengths.isEmpty ? 0 : 1
                    for length in lengths {
                        guard length >= 0, total * max(length, 1) <= ArrayValue.elementsMax else {
                            throw SQLError(
                                .programLimitExceeded, "array size exceeds the maximum allowed")
                        }
                        total *= length
                    }
                    guard lengths.count <= ArrayValue.dimensionsMax, lower.count == lengths.count
                    else {
                        throw SQLError(SQLState("2202E"), "wrong number of array subscripts")
                    }
                    let element = type.element ?? a[0].type
                    let elements = [Datum](repeating: a[0].datum(at: row), count: total)
                    return try Self.store(
                        total == 0
                            ? ArrayValue(element, [])
                            : ArrayValue(element, elements, lengths: lengths, lowerBounds: lower),
                        arena)
                }
            }
        }
    }
}
