import Vectors

/// Where rows of replaced fragments went.
struct RowMap: Sendable {
    static let dropped = UInt32.max
    /// By row of the old fragment: its place in the new run, or `dropped`.
    var places: [UInt32]
}

/// Writes unsorted batches as one run.
enum TailSorter {
    /// One fragment's rows: batches with their own columns, deleted rows left out.
    struct Input {
        var batches: [Batch]
        var starts: [Int]
        var rowCount: Int
        var columns: [ColumnSpec]
        var deleted: DeleteBitmap?
    }

    /// Sorts and writes all rows; `maps` has a map for every input.
    static func write(
        _ inputs: [Input], spec: TableSpec, into writer: inout RunWriter
    ) throws -> [RowMap] {
        var batches: [Batch] = []
        var picks: [RowPick] = []
        var owner: [(input: Int, start: Int)] = []
        var maps = inputs.map {
            RowMap(places: Array(repeating: RowMap.dropped, count: $0.rowCount))
        }
        for (index, input) in inputs.enumerated() {
            for (batch, start) in zip(input.batches, input.starts) {
                let source = UInt32(batches.count)
                batches.append(
                    try TailBatches.convert(batch, from: input.columns, to: spec.columns))
                owner.append((index, start))
                for row in 0..<batch.count where input.deleted?.contains(start + row) != true {
                    picks.append(RowPick(source: source, row: UInt32(row)))
                }
            }
        }
        let key = spec.sortKey.compactMap { spec.index(of: $0) }
        let sorted = SortOrder.sorted(
            batches.map { batch in key.map { batch.columns[$0] } }, picks: picks)
        try sorted.withUnsafeBufferPointer { sorted in
            var at = 0
            while at < sorted.count {
                let slice = UnsafeBufferPointer(
                    rebasing: sorted[at..<min(at + TailBatches.rowsMax, sorted.count)])
                try writer.append(
                    TailBatches.gather(batches, columns: spec.columns, picks: slice))
                for (offset, pick) in slice.enumerated() {
                    let (input, start) = owner[Int(pick.source)]
                    maps[input].places[start + Int(pick.row)] = UInt32(at + offset)
                }
                at += slice.count
            }
        }
        return maps
    }
}
