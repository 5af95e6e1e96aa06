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
            let first = next & 65_535
            let count = min(TailBatches.rowsMax, fragment.segment.rows(inChunk: chunk) - first)
            var vectors: [Vector] = []
            for column in columns {
                let vector = Vector(column.type, capacity: count)
                if fragment.segment.hasColumn(column.id) {
                    try fragment.segment.chunk(column: column.id, index: chunk)
                        .decode(rows: first..<(first + count), into: vector)
                    if vector.isConstant { vector.flatten(count: count) }
                } else {
                    try VectorCopy.fill(column.initial, count: count, to: vector)
                }
                vectors.append(vector)
            }
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
