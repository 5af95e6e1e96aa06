import Vectors

extension TailFragment {
    init(
        id: UInt32, spec: TableSpec, columns: [ColumnSpec], batches: [Batch],
        deleted: DeleteBitmap?, keys: TailKeyIndex?, pin: FragmentPin = FragmentPin(),
        walFile: UInt64 = 0, byteCount: Int = 0
    ) {
        var starts: [Int] = []
        starts.reserveCapacity(batches.count)
        var count = 0
        for batch in batches {
            starts.append(count)
            count += batch.count
        }
        self.init(
            id: id, columns: columns, batches: batches, starts: starts, rowCount: count,
            deleted: deleted, spec: spec, keys: keys, pin: pin, walFile: walFile,
            byteCount: byteCount)
    }

    func deleting(_ deleted: DeleteBitmap) -> TailFragment {
        TailFragment(
            id: id, columns: columns, batches: batches, starts: starts, rowCount: rowCount,
            deleted: deleted, spec: spec, keys: keys, pin: pin, walFile: walFile,
            byteCount: byteCount)
    }

    func seen(by spec: TableSpec) -> TailFragment {
        TailFragment(
            id: id, columns: columns, batches: batches, starts: starts, rowCount: rowCount,
            deleted: deleted, spec: spec, keys: keys, pin: pin, walFile: walFile,
            byteCount: byteCount)
    }

    /// The fragment whose first rows are in another log file.
    func written(in walFile: UInt64) -> TailFragment {
        TailFragment(
            id: id, columns: columns, batches: batches, starts: starts, rowCount: rowCount,
            deleted: deleted, spec: spec, keys: keys, pin: pin, walFile: walFile,
            byteCount: byteCount)
    }

    /// The fragment with more rows at its end.
    ///
    /// Small batches merge as in a binary counter, so a row is copied a logarithmic number of times
    /// and a tail of single-row commits stays a list of few batches.
    func appending(_ added: [Batch]) -> TailFragment {
        var batches = batches
        var bytes = byteCount
        for batch in added {
            bytes += TailBatches.byteCount(batch)
            var run = [batch]
            var count = batch.count
            while let last = batches.last, last.count <= 2 * count,
                last.count + count <= TailBatches.rowsMax
            {
                run.append(last)
                count += last.count
                batches.removeLast()
            }
            batches.append(
                run.count == 1 ? batch : TailBatches.concatenate(run.reversed(), columns: columns))
        }
        return TailFragment(
            id: id, spec: spec, columns: columns, batches: batches, deleted: deleted, keys: keys,
            pin: pin, walFile: walFile, byteCount: bytes)
    }
}
