import Basics
import Storage
import Vectors

/// Walks the rows of a table's snapshot, some columns of them, without a plan.
struct TableReader {
    /// Up to 2,048 neighbouring rows of a fragment, deleted ones included.
    struct Rows {
        let columns: [Vector]
        let count: Int
        let fragment: UInt32
        /// The fragment's row that row 0 is.
        let start: Int
        let deleted: DeleteBitmap?

        @inline(__always)
        func isLive(_ row: Int) -> Bool { deleted.map { !$0.contains(start + row) } ?? true }
        func locator(_ row: Int) -> Int64 { Locator.make(fragment, start + row) }
    }

    let snapshot: TableSnapshot
    let columns: [ColumnSpec]

    /// Calls `body` for all rows, but for the chunks of segments that `mayMatch` rules out.
    func forEach(
        where mayMatch: (Segment, _ chunk: Int) -> Bool = { _, _ in true },
        _ body: (Rows) throws -> Void
    ) throws {
        for fragment in snapshot.fragments {
            switch fragment {
            case .tail(let tail):
                for (batch, start) in zip(tail.batches, tail.starts) {
                    let vectors = columns.map { column in
                        tail.index(of: column.id).map { batch.columns[$0] }
                            ?? Vector.nulls(column.type, count: batch.count)
                    }
                    try body(
                        Rows(
                            columns: vectors, count: batch.count, fragment: tail.id, start: start,
                            deleted: tail.deleted))
                }
            case .segment(let segment):
                for chunk in 0..<segment.segment.chunkCount
                where mayMatch(segment.segment, chunk) {
                    try read(segment, chunk, body)
                }
            }
        }
    }

    private func read(
        _ fragment: SegmentFragment, _ index: Int, _ body: (Rows) throws -> Void
    ) throws {
        let segment = fragment.segment
        let chunks = try columns.map { column in
            segment.hasColumn(column.id)
                ? try segment.chunk(column: column.id, index: index) : nil
        }
        let rows = segment.rows(inChunk: index)
        var first = 0
        while first < rows {
            let count = min(Vector.standardCapacity, rows - first)
            let vectors = zip(columns, chunks).map { column, chunk in
                guard let chunk else { return Vector.nulls(column.type, count: count) }
                let vector = Vector(column.type, capacity: count)
                chunk.decode(rows: first..<(first + count), into: vector)
                return vector
            }
            try body(
                Rows(
                    columns: vectors, count: count, fragment: fragment.id,
                    start: (index << 16) + first, deleted: fragment.deleted))
            first += count
        }
    }
}

extension Vector {
    /// So many NULLs.
    static func nulls(_ type: SQLType, count: Int) -> Vector {
        let vector = Vector(type, capacity: 1)
        vector.setNull(0)
        vector.isConstant = true
        vector.count = count
        return vector
    }

    /// The row's text; empty where it is NULL.
    func text(_ row: Int) -> String { pointer(StringView.self)[row & rowMask].string }

    /// The row's integer of any width; nil where it is NULL.
    func integer(_ row: Int) -> Int64? {
        if isNull(row) { return nil }
        let place = row & rowMask
        return switch physical {
        case .bool: Int64(pointer(UInt8.self)[place])
        case .int16: Int64(pointer(Int16.self)[place])
        case .int32: Int64(pointer(Int32.self)[place])
        case .int64: pointer(Int64.self)[place]
        default: nil
        }
    }
}
