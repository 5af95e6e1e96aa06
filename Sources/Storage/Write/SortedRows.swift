import Vectors

/// Rows of several flat batches in some order, read column by column.
struct SortedRows: Sendable {
    private let batches: [Batch]
    private let types: [SQLType]
    /// nil where the rows come as they lie.
    private let picks: [RowPick]?
    /// The row at which each batch starts, and the number of all; only where there are no picks.
    private let starts: [Int]
    let count: Int

    init(_ batches: [Batch], columns: [SQLType], picks: [RowPick]?) {
        self.batches = batches
        types = columns
        self.picks = picks
        var starts = [0]
        for batch in batches { starts.append((starts.last ?? 0) + batch.count) }
        self.starts = starts
        count = picks?.count ?? starts.last ?? 0
    }

    /// Hands out the rows of a range in vectors of at most 2,048 rows that are good for one call.
    /// Strings lie where they lay.
    func forEach(
        _ rows: Range<Int>, column: Int, _ body: (Vector, Int) throws -> Void
    ) rethrows {
        guard let picks else {
            return try forEachInOrder(rows, column: column, body)
        }
        let sources = GatherSources(batches.map { $0.columns[column] })
        let vector = Vector(types[column], capacity: TailBatches.rowsMax)
        var start = rows.lowerBound
        while start < rows.upperBound {
            let end = min(start + TailBatches.rowsMax, rows.upperBound)
            picks.withUnsafeBufferPointer {
                sources.gather(UnsafeBufferPointer(rebasing: $0[start..<end]), into: vector)
            }
            try body(vector, end - start)
            start = end
        }
        withExtendedLifetime(batches) {}
    }

    private func forEachInOrder(
        _ rows: Range<Int>, column: Int, _ body: (Vector, Int) throws -> Void
    ) rethrows {
        for (batch, start) in zip(batches, starts)
        where start < rows.upperBound && start + batch.count > rows.lowerBound {
            let own = max(rows.lowerBound - start, 0)..<min(rows.upperBound - start, batch.count)
            let whole = Batch(columns: [batch.columns[column]], count: batch.count)
            try body(TailBatches.slice(whole, own).columns[0], own.count)
        }
    }

    /// The key hashes of a range's rows.
    func hashes(_ places: [Int], _ rows: Range<Int>) -> [UInt64] {
        let all = batches.map { batch in
            KeyHash.hashes(places.map { batch.columns[$0] }, count: batch.count)
        }
        if let picks { return picks[rows].map { all[Int($0.source)][Int($0.row)] } }
        return Array(all.joined().dropFirst(rows.lowerBound).prefix(rows.count))
    }

    /// One value of a row.
    func datum(_ column: Int, _ row: Int) -> Datum {
        if let picks {
            return DatumCode.datum(
                batches[Int(picks[row].source)].columns[column], Int(picks[row].row))
        }
        var source = 0
        while source + 1 < batches.count, starts[source + 1] <= row { source += 1 }
        return DatumCode.datum(batches[source].columns[column], row - starts[source])
    }
}
