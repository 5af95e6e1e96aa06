import Basics
import Vectors

// Arrays between vectors and elements; per row, since arrays are few and short.

extension ArrayValue {
    /// ARRAY[…] over rows: element i of row r is `columns[i]`'s value.
    static func build(rows columns: [Vector], count: Int, type: SQLType) throws -> Vector {
        guard case .array(let element) = type else {
            throw SQLError(.internalError, "not an array type: \(type.name)")
        }
        let builder = VectorBuilder(type, capacity: max(count, 1))
        for row in 0..<count {
            let nested = columns.contains { if case .array = $0.type { true } else { false } }
            if nested {
                builder.append(try stacked(columns, row, element))
            } else {
                builder.append(
                    .bytes(ArrayValue(element, columns.map { $0.datum(at: row) }).encoded))
            }
        }
        return builder.single()
    }

    /// Arrays of one shape as the rows of a higher dimension.
    private static func stacked(
        _ columns: [Vector], _ row: Int, _ element: SQLType
    ) throws -> Datum {
        var inner: [ArrayValue] = []
        for column in columns where !column.isNull(row) {
            inner.append(
                try ArrayValue(
                    column.pointer(StringView.self)[row & column.rowMask], element: element))
        }
        guard let first = inner.first, inner.count == columns.count,
            inner.allSatisfy({ $0.lengths == first.lengths })
        else {
            throw SQLError(
                SQLState("2202E"),
                "multidimensional arrays must have array expressions with matching dimensions")
        }
        return .bytes(
            ArrayValue(
                element, inner.flatMap(\.elements), lengths: [inner.count] + first.lengths,
                lowerBounds: [1] + first.lowerBounds
            ).encoded)
    }

    /// The elements of one array as a vector.
    static func elements(_ view: StringView, as type: SQLType) throws -> Vector {
        let values = try ArrayValue(view, element: type.isNumericFamily ? type : nil).elements
        let builder = VectorBuilder(type, capacity: max(values.count, 1))
        for value in values { builder.append(value) }
        return builder.single()
    }

    /// An array of a column's values, NULLs included.
    static func datum(elements: Vector, type: SQLType) throws -> Datum {
        guard case .array(let element) = type else {
            throw SQLError(.internalError, "not an array type: \(type.name)")
        }
        return .bytes(
            ArrayValue(element, (0..<elements.count).map { elements.datum(at: $0) }).encoded)
    }

    static func datums(_ bytes: [UInt8], as type: SQLType) throws -> [Datum] {
        try bytes.withUnsafeBufferPointer {
            try ArrayValue($0, element: type.isNumericFamily ? type : nil).elements
        }
    }

    /// The index range of every dimension.
    static func bounds(_ bytes: [UInt8]) throws -> [ClosedRange<Int>] {
        let value = try bytes.withUnsafeBufferPointer { try ArrayValue($0) }
        return zip(value.lengths, value.lowerBounds).map { length, lower in
            lower...(lower + max(length, 1) - 1)
        }
    }
}
