import Basics
import Encodings
import Vectors

/// Sorted segments rewritten as one run without deleted rows and dropped columns: key range by key
/// range, on a few threads.
///
/// The rows of a range lie side by side in every input, and a range has at most a segment's rows.
/// So memory holds a range's keys and one of its columns for every thread, however many rows there
/// are. The ranges' ends are found among samples of the keys.
///
/// The total order is that of the sort key, then of the inputs, then of the rows in them.
struct SegmentMerge: Sendable {
    private let inputs: [SegmentFragment]
    private let spec: TableSpec
    private let shop: SegmentShop
    private let tier: Tier
    private let threads: Int
    private let key: [ColumnSpec]
    /// Every so many rows of an input are one sample.
    private let stride: Int

    /// What a merge made.
    struct Result {
        /// The run's files, in order.
        var files: [SegmentFile]
        /// For every input where its rows went, if asked for.
        var maps: [RowMap]
    }

    /// - Parameters:
    ///   - inputs: segments sorted by the spec's sort key; where they are not, the run overlaps.
    ///   - threads: how many ranges are written at a time; a lone range's columns are encoded by as
    ///     many.
    ///   - hasMaps: whether the result tells where rows went: 4 bytes a row.
    ///   - check: throws where the work is to end.
    static func write(
        _ inputs: [SegmentFragment], spec: TableSpec, tier: Tier, shop: SegmentShop, threads: Int,
        hasMaps: Bool = true, check: @Sendable () throws -> Void = {}
    ) throws -> Result {
        let merge = SegmentMerge(inputs, spec, tier, shop, threads)
        return try merge.write(merge.cuts(), hasMaps, check)
    }

    private init(
        _ inputs: [SegmentFragment], _ spec: TableSpec, _ tier: Tier, _ shop: SegmentShop,
        _ threads: Int
    ) {
        self.inputs = inputs
        self.spec = spec
        self.tier = tier
        self.shop = shop
        self.threads = max(threads, 1)
        key = spec.sortKey.compactMap { id in spec.columns.first { $0.id == id } }
        stride = min(max(shop.rowsMax / (64 * max(inputs.count, 1)), 1), 512)
    }

    /// For every range the first row of each input, and last the inputs' row counts.
    private func cuts() throws -> [[Int]] {
        let ends = inputs.map(\.rowCount)
        if inputs.count == 1 { return [[0], ends] }
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
        var last = inputs.map { _ in 0 }
        var cuts = [last]
        var seen = last
        for start in Swift.stride(from: 0, to: sorted.count, by: room).dropLast() {
            for pick in sorted[start..<(start + room)] { seen[Int(pick.source)] += 1 }
            let next = try cut(before: sorted[start + room], samples, seen)
            last = zip(last, next).map(max)
            cuts.append(last)
        }
        return cuts + [ends]
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
        try Self.pieces(rows).map { piece in
            Batch(columns: try columns.map { try input.decode($0, piece) }, count: piece.count)
        }
    }

    /// Rows cut where blocks of 2,048 end, and so where chunks end.
    private static func pieces(_ rows: Range<Int>) -> [Range<Int>] {
        var pieces: [Range<Int>] = []
        var start = rows.lowerBound
        while start < rows.upperBound {
            let block = start / TailBatches.rowsMax + 1
            let piece = start..<min(block * TailBatches.rowsMax, rows.upperBound)
            pieces.append(piece)
            start = piece.upperBound
        }
        return pieces
    }

    private func write(
        _ cuts: [[Int]], _ hasMaps: Bool, _ check: @Sendable () throws -> Void
    ) throws -> Result {
        let ranges = max(cuts.count - 1, 0)
        let places = hasMaps ? inputs.map { RowPlaces(count: $0.rowCount) } : []
        let results = ConcurrentMap.results(ranges, threads: threads) { range in
            try check()
            let rows = zip(cuts[range], cuts[range + 1]).map { $0..<$1 }
            return try write(rows, places, alone: ranges == 1)
        }
        let made: [[SegmentFile]]
        do {
            made = try results.map { try $0.get() }
        } catch {
            for case .success(let files) in results { for file in files { file.markObsolete() } }
            throw error
        }
        // A range counted from 0; it begins where the one before ends.
        var start: UInt32 = 0
        for (range, files) in made.enumerated() {
            if start > 0 {
                for (index, own) in places.enumerated() {
                    own.shift(cuts[range][index]..<cuts[range + 1][index], by: start)
                }
            }
            for file in files { start += UInt32(truncatingIfNeeded: file.entry.rowCount) }
        }
        return Result(files: made.flatMap { $0 }, maps: places.map { RowMap(places: $0.list) })
    }

    /// Writes one range: some rows of every input.
    private func write(
        _ rows: [Range<Int>], _ places: [RowPlaces], alone: Bool
    ) throws -> [SegmentFile] {
        let parts = inputs.indices.filter { !rows[$0].isEmpty }
        @Sendable func read(_ columns: [ColumnSpec]) throws -> [Batch] {
            try parts.flatMap { try self.read(columns, of: inputs[$0], rows[$0]) }
        }
        var pieces: [(input: Int, start: Int)] = []
        var live: [RowPick] = []
        live.reserveCapacity(rows.reduce(0) { $0 + $1.count })
        for input in parts {
            for piece in Self.pieces(rows[input]) {
                let source = UInt32(truncatingIfNeeded: pieces.count)
                let deleted = inputs[input].deleted
                for row in piece where deleted?.contains(row) != true {
                    live.append(
                        RowPick(
                            source: source,
                            row: UInt32(truncatingIfNeeded: row - piece.lowerBound)))
                }
                pieces.append((input, piece.lowerBound))
            }
        }
        let keys = key.isEmpty ? [] : try read(key)
        let picks = SortOrder.sorted(keys.map(\.columns), picks: live)
        guard let first = picks.first, let last = picks.last else { return [] }
        for (place, pick) in picks.enumerated() where !places.isEmpty {
            let (input, start) = pieces[Int(pick.source)]
            places[input].set(start + Int(pick.row), UInt32(truncatingIfNeeded: place))
        }
        func datums(_ pick: RowPick) -> [Datum] {
            key.indices.map { DatumCode.datum(keys[Int(pick.source)].columns[$0], Int(pick.row)) }
        }
        var hashes: [UInt64]?
        if !spec.primaryKey.isEmpty {
            let columns = spec.primaryKey.compactMap { spec.index(of: $0) }
            let all = try read(columns.map { spec.columns[$0] }).map {
                KeyHash.hashes($0.columns, count: $0.count)
            }
            hashes = picks.map { all[Int($0.source)][Int($0.row)] }
        }
        var writer = RunWriter(shop, spec: spec, tier: tier, threads: alone ? threads : 1)
        do {
            try writer.appendSegment(
                picks.count, keyHashes: hashes, first: datums(first), last: datums(last)
            ) { place, builder in
                let column = spec.columns[place]
                try SortedRows(try read([column]), columns: [column.type], picks: picks)
                    .forEach(0..<picks.count, column: 0) { try builder.append($0, count: $1) }
            }
        } catch {
            writer.abandon()
            throw error
        }
        return try writer.finish()
    }
}

/// An input's row map while several threads fill it, each its own rows.
private final class RowPlaces: @unchecked Sendable {
    private let places: UnsafeMutableBufferPointer<UInt32>

    init(count: Int) {
        places = .allocate(capacity: count)
        places.initialize(repeating: RowMap.dropped)
    }
    deinit { places.deallocate() }

    var list: [UInt32] { Array(places) }
    func set(_ row: Int, _ place: UInt32) { places[row] = place }
    func shift(_ rows: Range<Int>, by count: UInt32) {
        for row in rows where places[row] != RowMap.dropped { places[row] += count }
    }
}
