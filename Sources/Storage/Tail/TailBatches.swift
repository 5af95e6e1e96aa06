import Basics
import Vectors

/// Shapes batches for the tail: flat, at most 2,048 rows, owning their memory.
enum TailBatches {
    static let rowsMax = Vector.standardCapacity

    /// Whether the batch's vectors fit the columns and none is constant.
    static func isFlat(_ batch: Batch, columns: [ColumnSpec]) -> Bool {
        batch.columns.count == columns.count
            && zip(batch.columns, columns).allSatisfy { vector, column in
                vector.physical == column.type.physical && !vector.isConstant
                    && vector.count >= batch.count
            }
    }

    /// A copy of some rows of a flat batch; the batch itself where they are all.
    static func slice(_ batch: Batch, _ rows: Range<Int>) -> Batch {
        if rows.count == batch.count { return batch }
        let vectors = batch.columns.map { source in
            let copy = Vector(source.type, capacity: rows.count)
            VectorCopy.append(rows, of: source, to: copy)
            return copy
        }
        return Batch(columns: vectors, count: rows.count)
    }

    /// Copies a batch into flat ones.
    static func flatten(_ batch: Batch, columns: [ColumnSpec]) throws -> [Batch] {
        guard batch.columns.count == columns.count else {
            throw SQLError(.internalError, "a batch has the wrong number of columns")
        }
        for (vector, column) in zip(batch.columns, columns) {
            guard vector.physical == column.type.physical,
                vector.isConstant || vector.count >= batch.count
            else { throw SQLError(.datatypeMismatch, "a batch does not fit its table") }
        }
        var result: [Batch] = []
        var start = 0
        while start < batch.count {
            let rows = start..<min(start + rowsMax, batch.count)
            let vectors = zip(batch.columns, columns).map { vector, column in
                let copy = Vector(column.type, capacity: rows.count)
                VectorCopy.append(rows, of: vector, to: copy)
                return copy
            }
            result.append(Batch(columns: vectors, count: rows.count))
            start = rows.upperBound
        }
        return result
    }

    /// The batch's columns after the table's have changed.
    static func convert(
        _ batch: Batch, from old: [ColumnSpec], to new: [ColumnSpec]
    ) throws -> Batch {
        let vectors = try new.map { column in
            if let index = old.firstIndex(where: { $0.id == column.id }) {
                return batch.columns[index]
            }
            let vector = Vector(column.type, capacity: batch.count)
            try VectorCopy.fill(column.initial, count: batch.count, to: vector)
            return vector
        }
        return Batch(columns: vectors, count: batch.count)
    }

    /// Picked rows of several flat batches as one.
    static func gather(
        _ batches: [Batch], columns: [ColumnSpec], picks: UnsafeBufferPointer<RowPick>
    ) -> Batch {
        let vectors = columns.indices.map { index in
            let vector = Vector(columns[index].type, capacity: picks.count)
            VectorCopy.gather(batches.map { $0.columns[index] }, picks, into: vector)
            return vector
        }
        return Batch(columns: vectors, count: picks.count)
    }

    /// The rows that are not deleted, where the batch's first row has the number `start`.
    static func removing(
        _ deleted: DeleteBitmap, start: Int, from batch: Batch, columns: [ColumnSpec]
    ) -> Batch {
        var picks: [RowPick] = []
        for row in 0..<batch.count where !deleted.contains(start + row) {
            picks.append(RowPick(source: 0, row: UInt32(row)))
        }
        if picks.count == batch.count { return batch }
        return picks.withUnsafeBufferPointer { gather([batch], columns: columns, picks: $0) }
    }

    /// All rows of some small batches, in order.
    static func concatenate(_ batches: [Batch], columns: [ColumnSpec]) -> Batch {
        let count = batches.reduce(0) { $0 + $1.count }
        let vectors = columns.indices.map { index in
            let vector = Vector(columns[index].type, capacity: count)
            for batch in batches {
                VectorCopy.append(0..<batch.count, of: batch.columns[index], to: vector)
            }
            return vector
        }
        return Batch(columns: vectors, count: count)
    }

    /// Memory that the batch takes, roughly.
    static func byteCount(_ batch: Batch) -> Int {
        batch.columns.reduce(64) { sum, vector in
            var bytes = vector.count * (vector.physical.stride + (vector.hasNulls ? 1 : 0)) + 96
            if vector.physical == .bytes {
                let views = vector.pointer(StringView.self)
                for row in 0..<vector.count { bytes += Int(views[row].count) }
            }
            return sum + bytes
        }
    }
}
