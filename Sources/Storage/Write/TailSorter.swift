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
        let sorted = Self.sorted(batches, picks, spec) ?? picks
        try writer.append(batches, picks: sorted)
        for (place, pick) in sorted.enumerated() {
            let (input, start) = owner[Int(pick.source)]
            maps[input].places[start + Int(pick.row)] = UInt32(place)
        }
        return maps
    }

    /// Sorts and writes all rows of flat batches in the spec's columns.
    static func write(
        _ batches: [Batch], spec: TableSpec, into writer: inout RunWriter
    ) throws {
        var picks: [RowPick] = []
        if !spec.sortKey.isEmpty {
            picks.reserveCapacity(batches.reduce(0) { $0 + $1.count })
            for (source, batch) in batches.enumerated() {
                for row in 0..<batch.count {
                    picks.append(RowPick(source: UInt32(source), row: UInt32(row)))
                }
            }
        }
        try writer.append(batches, picks: sorted(batches, picks, spec))
    }

    /// The picks in the order of the sort key; nil where that is the order they come in.
    private static func sorted(
        _ batches: [Batch], _ picks: [RowPick], _ spec: TableSpec
    ) -> [RowPick]? {
        let key = spec.sortKey.compactMap { spec.index(of: $0) }
        if key.isEmpty { return nil }
        return SortOrder.sorted(
            batches.map { batch in key.map { batch.columns[$0] } }, picks: picks)
    }
}
