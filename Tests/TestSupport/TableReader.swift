import Storage
import Vectors

/// Reads a table row by row, as any client of the storage could; slow and plain.
package enum TableReader {
    /// A value as the tests compare it.
    package enum Value: Hashable, Sendable, CustomStringConvertible {
        case null
        case int(Int64)
        case text(String)
        case other(String)

        package var description: String {
            switch self {
            case .null: "NULL"
            case .int(let value): "\(value)"
            case .text(let value): value
            case .other(let value): value
            }
        }
    }

    package struct Row: Hashable, Sendable {
        package var locator: Int64
        package var values: [Value]
    }

    /// All live rows in the order of the fragments, all of the spec's columns.
    package static func rows(_ table: TableSnapshot) throws -> [Row] {
        var rows: [Row] = []
        for fragment in table.fragments {
            var start = 0
            while start < fragment.rowCount {
                let (count, vectors) = try read(fragment, from: start, table.spec)
                for row in 0..<count
                where fragment.deleted?.contains(start + row) != true {
                    rows.append(
                        Row(
                            locator: Locator.make(fragment.id, start + row),
                            values: vectors.map { $0(row) }))
                }
                start += count
            }
        }
        return rows
    }

    private static func read(
        _ fragment: Fragment, from start: Int, _ spec: TableSpec
    ) throws -> (Int, [(Int) -> Value]) {
        switch fragment {
        case .segment(let segment):
            let chunk = start >> 16
            let first = start & 65_535
            let count = min(2048, segment.segment.rows(inChunk: chunk) - first)
            let columns = try spec.columns.map { column -> (Int) -> Value in
                guard segment.segment.hasColumn(column.id) else {
                    let value = self.value(segment.defaultFor(column.id))
                    return { _ in value }
                }
                let vector = Vector(column.type, capacity: count)
                try segment.segment.chunk(column: column.id, index: chunk)
                    .decode(rows: first..<(first + count), into: vector)
                return { self.value(vector, $0) }
            }
            return (count, columns)
        case .tail(let tail):
            let place = tail.batch(holding: start)
            let batch = tail.batches[place]
            let columns = spec.columns.map { column -> (Int) -> Value in
                guard let index = tail.index(of: column.id) else {
                    let value = self.value(tail.defaultFor(column.id))
                    return { _ in value }
                }
                return { self.value(batch.columns[index], $0) }
            }
            return (batch.count, columns)
        }
    }

    package static func value(_ datum: Datum) -> Value {
        switch datum {
        case .null: .null
        case .int(let value): .int(value)
        case .bytes(let bytes): .text(String(decoding: bytes, as: UTF8.self))
        default: .other("\(datum)")
        }
    }

    package static func value(_ vector: Vector, _ row: Int) -> Value {
        if vector.isNull(row) { return .null }
        let row = row & vector.rowMask
        switch vector.physical {
        case .int16: return .int(Int64(vector.pointer(Int16.self)[row]))
        case .int32: return .int(Int64(vector.pointer(Int32.self)[row]))
        case .int64: return .int(vector.pointer(Int64.self)[row])
        case .bytes: return .text(vector.pointer(StringView.self)[row].string)
        case .float64: return .other("\(vector.pointer(Double.self)[row])")
        default: return .other("?")
        }
    }

    /// A batch from rows of values, in the given types.
    package static func batch(_ types: [SQLType], _ rows: [[Value]]) -> Batch {
        let vectors = types.enumerated().map { column, type in
            let vector = Vector(type, capacity: max(rows.count, 1))
            let arena = StringArena()
            vector.owners.append(arena)
            vector.count = rows.count
            for (row, values) in rows.enumerated() {
                switch (values[column], vector.physical) {
                case (.int(let value), .int64): vector.pointer(Int64.self)[row] = value
                case (.int(let value), .int32):
                    vector.pointer(Int32.self)[row] = Int32(truncatingIfNeeded: value)
                case (.int(let value), .int16):
                    vector.pointer(Int16.self)[row] = Int16(truncatingIfNeeded: value)
                case (.text(let value), .bytes):
                    vector.pointer(StringView.self)[row] = arena.copy(value)
                default: vector.setNull(row)
                }
            }
            return vector
        }
        return Batch(columns: vectors, count: rows.count)
    }
}
