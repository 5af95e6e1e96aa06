import Basics
import CKernels
import Encodings
import Planning
import Storage
import Vectors

extension StarRun {
    /// Columns that decide whether a row counts for the aggregate; none where rows of a group all do.
    func checked(_ aggregate: StarAggregate) -> [Int] {
        aggregate.needed.intersection(nullable).sorted()
    }

    /// Columns of the fact scan in which some row is NULL.
    static func nullable(_ morsels: [ScanMorsel], _ columnIDs: [UInt32]) -> Set<Int> {
        var found: Set<Int> = []
        var segment: UInt32?
        for morsel in morsels {
            switch morsel {
            case .chunk(let fragment, _):
                // A segment's chunks come one after another; its bounds stand for all of them.
                if segment == fragment.id { continue }
                segment = fragment.id
                for (index, id) in columnIDs.enumerated()
                where fragment.segment.integerZones(column: id)?.whole.nullCount != 0 {
                    found.insert(index)
                }
            case .tail(let tail, let range):
                for (index, id) in columnIDs.enumerated() where !found.contains(index) {
                    guard let place = tail.index(of: id),
                        !tail.batches[range].contains(where: { $0.columns[place].hasNulls })
                    else {
                        found.insert(index)
                        continue
                    }
                }
            }
        }
        return found
    }
}

/// One worker's loop.
final class StarWorker {
    let run: StarRun
    let totals: StarTotals
    let scratch = ScanScratch()
    let block = StarBlock()
    /// Rows that reached each dimension's filter, and that passed it: the order of filters follows.
    var reached: [Int]
    var passed: [Int]
    private var tailPositions: [UInt32] = []
    private var chunksRead = 0
    private var rowsIn = 0

    init(_ run: StarRun) throws {
        self.run = run
        totals = try StarTotals(run)
        reached = [Int](repeating: 0, count: run.dimensions.count)
        passed = reached
    }

    func finish() throws -> StarTotals {
        run.star.fact.statistics.note("chunks read", chunksRead)
        run.star.fact.statistics.add(rows: rowsIn)
        return totals
    }

    func process(_ morsel: ScanMorsel) throws {
        switch morsel {
        case .chunk(let fragment, let index): try process(fragment, index)
        case .tail(let fragment, let range):
            for index in range { try process(fragment, batch: index) }
        }
    }

    // MARK: Segments

    private func process(_ fragment: SegmentFragment, _ index: Int) throws {
        let loader = ChunkLoader(fragment, run.filters.columnIDs, index)
        let selector = try ChunkSelector(
            run.filters, fragment, chunk: index, scratch: scratch, load: loader.load)
        if selector.isEmpty { return }
        chunksRead += 1
        guard selector.leftover.isEmpty, run.filters.general.isEmpty,
            let plan = try StarChunk(self, fragment, loader)
        else { return try processSlowly(fragment, index) }
        let rowCount = fragment.segment.rows(inChunk: index)
        for (aggregate, bound) in plan.reach { totals.prepare(aggregate, bound * Int128(rowCount)) }
        rowsIn += plan.run(self, selector, rowCount)
    }

    // MARK: Tails and chunks of other encodings

    private func processSlowly(_ fragment: SegmentFragment, _ index: Int) throws {
        let reader = try ChunkReader(
            run.star.fact.node, run.filters, fragment, index, scratch, run.context)
        while let batch = try reader.next() { try process(batch) }
    }

    private func process(_ fragment: TailFragment, batch index: Int) throws {
        let batch = fragment.batches[index]
        let columns = zip(run.star.fact.node.columns, run.filters.columnIDs).map { column, id in
            fragment.index(of: id).map { batch.columns[$0] }
                ?? Vector.constant(fragment.defaultFor(id), column.type, count: batch.count)
        }
        var current = Batch(columns: columns, count: batch.count)
        if let deleted = fragment.deleted {
            let start = fragment.starts[index]
            let alive = (0..<batch.count).filter { !deleted.contains(start + $0) }
                .map { UInt32(truncatingIfNeeded: $0) }
            if alive.count < batch.count { current = current.gather(alive, count: alive.count) }
        }
        try process(try run.context.filter(current, run.filters.all, &tailPositions))
    }

    /// Joins and aggregates rows that are already decoded and filtered.
    private func process(_ batch: Batch) throws {
        var numbers = [UInt32](repeating: 0, count: batch.count)
        var alive = [UInt32](0..<UInt32(truncatingIfNeeded: batch.count))
        for (index, dimension) in run.dimensions.enumerated() {
            let keys = batch.columns[dimension.plan.factColumn]
            let stride = run.parts.first { $0.dimension == index }?.stride ?? 0
            let texts =
                dimension.plan.keyType.isText
                ? try dimension.groups(ofText: keys, count: batch.count) : nil
            alive = alive.filter { row in
                let place = Int(row)
                if keys.isNull(place) { return false }
                let group: UInt32
                if let texts {
                    if texts[place] == .max { return false }
                    group = texts[place]
                } else {
                    guard let found = dimension.group(keys.integer(place)) else { return false }
                    group = found
                }
                numbers[place] &+= group &* UInt32(truncatingIfNeeded: stride)
                return true
            }
        }
        guard !alive.isEmpty else { return }
        for part in run.parts {
            guard case .fact(let key) = part.source else { continue }
            var found = [UInt32](repeating: 0, count: batch.count)
            try found.withUnsafeMutableBufferPointer {
                if let base = $0.baseAddress {
                    try key.codes(batch.columns[key.column], batch.count, into: base)
                }
            }
            for row in alive {
                numbers[Int(row)] &+=
                    found[Int(row)] &* UInt32(truncatingIfNeeded: part.stride)
            }
        }
        let rows =
            alive.count == batch.count ? batch : batch.gather(alive, count: alive.count)
        let chosen = alive.map { numbers[Int($0)] }
        rowsIn += chosen.count
        for group in chosen { totals.rows.base[Int(group)] &+= 1 }
        try chosen.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            for (index, aggregate) in run.star.aggregates.enumerated() where !aggregate.isCount {
                if let state = totals.states[index] {
                    let inputs = try aggregate.compiled.inputs(rows, state, run.context)
                    try state.update(base, inputs, rows.count)
                    continue
                }
                let value = try aggregate.compiled.arguments[0].evaluate(rows, run.context)
                try totals.add(value, to: index, base, rows.count)
                guard totals.isChecked(index) else { continue }
                let counts = totals.counts[index].base
                for row in 0..<rows.count where !value.isNull(row) { counts[Int(base[row])] &+= 1 }
            }
        }
    }
}

extension ColumnChunk {
    /// Bounds of the values of an integer-like chunk, from its codes.
    var valueBounds: (Int64, Int64)? {
        if let dictionary {
            guard dictionary.isInteger, dictionary.count > 0 else { return nil }
            return (dictionary.integers[0], dictionary.integers[dictionary.count - 1])
        }
        guard hasCodes else { return nil }
        let (high, overflow) = codeBase.addingReportingOverflow(Int64(codeMax))
        return overflow ? nil : (codeBase, high)
    }
}

extension Int128 {
    var magnitudeSigned: Int128 { self < 0 ? -self : self }
}
