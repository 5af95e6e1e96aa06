import Basics
import Dispatch
import Encodings
import Synchronization
import Vectors

/// Sorted segments that overlap, rewritten as one run: key range by key range, on all threads.
///
/// The rows of a range lie side by side in every input, and a range has at most a segment's rows.
/// So memory holds a range's keys and one of its columns for every thread, however many rows there
/// are. The ranges' ends are found among samples of the keys.
///
/// The total order is that of the sort key, then of the inputs, then of the rows in them.
struct RangeMerge: Sendable {
    private let inputs: [SegmentFragment]
    private let spec: TableSpec
    private let shop: SegmentShop
    private let key: [ColumnSpec]
    /// Every so many rows of an input are one sample.
    private let stride: Int

    /// - Parameters:
    ///   - inputs: segments sorted by the spec's sort key; deleted rows are left out.
    ///   - check: throws where the statement is to end.
    /// - Returns: the run's files, in order.
    static func write(
        _ inputs: [SegmentFragment], spec: TableSpec, shop: SegmentShop,
        check: @Sendable () throws -> Void
    ) throws -> [SegmentFile] {
        let merge = RangeMerge(inputs, spec, shop)
        return try merge.write(merge.cuts(), check)
    }

    private init(_ inputs: [SegmentFragment], _ spec: TableSpec, _ shop: SegmentShop) {
        self.inputs = inputs
        self.spec = spec
        self.shop = shop
        key = spec.sortKey.compactMap { id in spec.columns.first { $0.id == id } }
        stride = min(max(shop.rowsMax / (64 * max(inputs.count, 1)), 1), 512)
    }

    /// For every range the first row of each input, and last the inputs' row counts.
    private func cuts() throws -> [[Int]] {
        let samples = try inputs.map(samples)
        let sorted = SortOrder.sorted(
            samples.map(\.columns),
            picks: samples.indices.flatMap { source in
                (0..<samples[source].count).map {
                    RowPick(source: UInt32(source), row: UInt32($0))
                }
            })
        // Of each input a range may hold nearly a stride more than its samples tell.
        let room = max((shop.rowsMax - inputs.count * (stride - 1)) / stride, 1)
        let ranges = (sorted.count + room - 1) / room
        var cuts = [inputs.map { _ in 0 }]
        var seen = inputs.map { _ in 0 }
        var next = 0
        for range in 1..<max(ranges, 1) {
            let end = sorted.count * range / ranges
            for pick in sorted[next..<end] { seen[Int(pick.source)] += 1 }
            next = end
            cuts.append(try cut(before: sorted[end], samples, seen))
        }
        cuts.append(inputs.map(\.rowCount))
        return cuts
    }

    /// The keys of every stride's first row.
    private func samples(_ input: SegmentFragment) throws -> Batch {
        var start = 0
        let batches = try read(key, of: input, 0..<input.rowCount).map { batch in
            let first = (start + stride - 1) / stride * stride
            let picks = Swift.stride(from: first, to: start + batch.count, by: stride).map {
                RowPick(source: 0, row: UInt32($0 - start))
            }
            start += batch.count
            return picks.withUnsafeBufferPointer {
                TailBatches.gather([batch], columns: key, picks: $0)
            }
        }
        return TailBatches.concatenate(batches, columns: key)
    }

    /// How many rows of each input precede a sample.
    ///
    /// - Parameter seen: how many samples of each input precede it.
    private func cut(
        before sample: RowPick, _ samples: [Batch], _ seen: [Int]
    ) throws -> [Int] {
        let source = Int(sample.source)
        return try inputs.indices.map { index in
            if index == source { return Int(sample.row) * stride }
            if seen[index] == 0 { return 0 }
            // The sample before precedes, the one after does not: the end is in between.
            let first = (seen[index] - 1) * stride
            let last = min(first + stride, inputs[index].rowCount)
            let own = TailBatches.concatenate(
                try read(key, of: inputs[index], first..<last), columns: key)
            var low = 0
            var high = own.count
            while low < high {
                let middle = (low + high) / 2
                let order = RowCompare.order(
                    own.columns, middle, samples[source].columns, Int(sample.row))
                if order < 0 || (order == 0 && index < source) {
                    low = middle + 1
                } else {
                    high = middle
                }
            }
            return first + low
        }
    }

    /// Columns of some rows as flat vectors of at most 2,048 rows each.
    private func read(
        _ columns: [ColumnSpec], of input: SegmentFragment, _ rows: Range<Int>
    ) throws -> [Batch] {
        var batches: [Batch] = []
        var start = rows.lowerBound
        while start < rows.upperBound {
            let block = start / TailBatches.rowsMax + 1
            let piece = start..<min(block * TailBatches.rowsMax, rows.upperBound)
            batches.append(
                Batch(columns: try columns.map { try input.decode($0, piece) }, count: piece.count))
            start = piece.upperBound
        }
        return batches
    }

    private struct State {
        var next = 0
        var made: [[SegmentFile]]
        var error: (any Error)?
    }

    private func write(
        _ cuts: [[Int]], _ check: @Sendable () throws -> Void
    ) throws -> [SegmentFile] {
        let ranges = max(cuts.count - 1, 0)
        let state = Mutex(State(made: Array(repeating: [], count: ranges)))
        DispatchQueue.concurrentPerform(iterations: min(max(shop.threads, 1), ranges)) { _ in
            while true {
                let range = state.withLock { state in
                    defer { state.next += 1 }
                    return state.error == nil ? state.next : ranges
                }
                if range >= ranges { return }
                do {
                    try check()
                    let files = try write(zip(cuts[range], cuts[range + 1]).map { $0..<$1 })
                    state.withLock { $0.made[range] = files }
                } catch {
                    state.withLock { if $0.error == nil { $0.error = error } }
                }
            }
        }
        let (made, error) = state.withLock { ($0.made.flatMap { $0 }, $0.error) }
        if let error {
            for file in made { file.markObsolete() }
            throw error
        }
        return made
    }

    /// Writes one range: some rows of every input.
    private func write(_ rows: [Range<Int>]) throws -> [SegmentFile] {
        let parts = zip(inputs, rows).filter { !$1.isEmpty }
        @Sendable func read(_ columns: [ColumnSpec]) throws -> [Batch] {
            try parts.flatMap { try self.read(columns, of: $0, $1) }
        }
        let keys = try read(key)
        let picks = SortOrder.sorted(keys.map(\.columns), picks: live(parts))
        guard let first = picks.first, let last = picks.last else { return [] }
        func datums(_ pick: RowPick) -> [Datum] {
            keys[Int(pick.source)].columns.map { DatumCode.datum($0, Int(pick.row)) }
        }
        var hashes: [UInt64]?
        if !spec.primaryKey.isEmpty {
            let columns = spec.primaryKey.compactMap { spec.index(of: $0) }
            let all = try read(columns.map { spec.columns[$0] }).map {
                KeyHash.hashes($0.columns, count: $0.count)
            }
            hashes = picks.map { all[Int($0.source)][Int($0.row)] }
        }
        var writer = RunWriter(shop, spec: spec, tier: .hot, threads: 1)
        do {
            try writer.appendSegment(
                picks.count, keyHashes: hashes, first: datums(first), last: datums(last)
            ) { place, builder in
                let column = spec.columns[place]
                let batches = try read([column])
                try SortedRows(batches, columns: [column.type], picks: picks)
                    .forEach(0..<picks.count, column: 0) { try builder.append($0, count: $1) }
            }
        } catch {
            writer.abandon()
            throw error
        }
        return try writer.finish()
    }

    /// The rows that are not deleted, by the vectors that `read` makes of the parts.
    private func live(_ parts: [(SegmentFragment, Range<Int>)]) -> [RowPick] {
        var picks: [RowPick] = []
        picks.reserveCapacity(parts.reduce(0) { $0 + $1.1.count })
        var source: UInt32 = 0
        for (input, rows) in parts {
            var start = rows.lowerBound
            while start < rows.upperBound {
                let end = min(
                    (start / TailBatches.rowsMax + 1) * TailBatches.rowsMax, rows.upperBound)
                for row in start..<end where input.deleted?.contains(row) != true {
                    picks.append(RowPick(source: source, row: UInt32(row - start)))
                }
                source += 1
                start = end
            }
        }
        return picks
    }
}
