import Basics
import Encodings
import Vectors

/// Reads a segment's live rows in order, as batches in another spec's columns.
struct SegmentCursor {
    let fragment: SegmentFragment
    private let columns: [ColumnSpec]
    private var next = 0
    /// The rows last read, and each one's number in the segment.
    private(set) var batch = Batch(columns: [], count: 0)
    private(set) var rows: [UInt32] = []

    init(_ fragment: SegmentFragment, columns: [ColumnSpec]) {
        self.fragment = fragment
        self.columns = columns
    }

    /// Reads on; false at the end.
    mutating func advance() throws -> Bool {
        while next < fragment.rowCount {
            let chunk = next >> 16
            let first = next & (ColumnChunk.rowsMax - 1)
            let count = min(TailBatches.rowsMax, fragment.segment.rows(inChunk: chunk) - first)
            let vectors = try columns.map { try fragment.decode($0, next..<(next + count)) }
            var picks: [RowPick] = []
            for row in 0..<count where fragment.deleted?.contains(next + row) != true {
                picks.append(RowPick(source: 0, row: UInt32(row)))
            }
            let start = next
            next += count
            if picks.isEmpty { continue }
            rows = picks.map { UInt32(start) + $0.row }
            batch = Batch(columns: vectors, count: count)
            if picks.count < count {
                batch = picks.withUnsafeBufferPointer {
                    TailBatches.gather([batch], columns: columns, picks: $0)
                }
            }
            return true
        }
        batch = Batch(columns: [], count: 0)
        rows = []
        return false
    }
}

extension SegmentFragment {
    /// The values of a column in a spec's type, flat, deleted rows' included.
    ///
    /// - Parameter rows: rows of one chunk.
    func decode(_ column: ColumnSpec, _ rows: Range<Int>) throws -> Vector {
        let vector = Vector(column.type, capacity: rows.count)
        guard segment.hasColumn(column.id) else {
            try VectorCopy.fill(column.initial, count: rows.count, to: vector)
            return vector
        }
        let chunk = rows.lowerBound / ColumnChunk.rowsMax
        let start = chunk * ColumnChunk.rowsMax
        try segment.chunk(column: column.id, index: chunk)
            .decode(rows: (rows.lowerBound - start)..<(rows.upperBound - start), into: vector)
        if vector.isConstant { vector.flatten(count: rows.count) }
        return vector
    }
}

extension Vector {
    /// Spreads a constant vector's one value over its rows.
    func flatten(count: Int) {
        isConstant = false
        let stride = physical.stride
        for row in 1..<max(count, 1) {
            (data + row * stride).copyMemory(from: data, byteCount: stride)
        }
        if let validity {
            for row in 1..<max(count, 1) { validity[row] = validity[0] }
        }
    }
}
