import Basics
import CKernels
import Encodings
import Planning
import Storage
import Vectors

extension StarRun {
    /// Whether a sum's columns have no NULL anywhere, so that rows of a group count for all.
    func isFast(_ aggregate: StarAggregate) -> Bool {
        guard let measure = aggregate.measure else { return false }
        return measure.columns.allSatisfy { !nullable.contains($0) }
    }

    /// Columns of the fact scan in which some row is NULL.
    private var nullable: Set<Int> {
        var found: Set<Int> = []
        for morsel in morsels {
            for (index, id) in filters.columnIDs.enumerated() where !found.contains(index) {
                switch morsel {
                case .chunk(let fragment, let chunk):
                    guard let zone = fragment.segment.zone(column: id, chunk: chunk),
                        zone.nullCount == 0
                    else {
                        found.insert(index)
                        continue
                    }
                case .tail(let tail, let range):
                    guard let place = tail.index(of: id) else {
                        found.insert(index)
                        continue
                    }
                    if tail.batches[range].contains(where: { $0.columns[place].hasNulls }) {
                        found.insert(index)
                    }
                }
            }
        }
        return found
    }
}

/// One worker's loop.
final class StarWorker {
    private let run: StarRun
    private let totals: StarTotals
    private let scratch = ScanScratch()
    private let buffers = MeasureBuffers()
    private let positions: UnsafeMutablePointer<UInt16>
    private let codes: UnsafeMutablePointer<UInt32>
    private let dense: UnsafeMutablePointer<UInt32>
    private let groups: UnsafeMutablePointer<UInt32>
    private let narrow: UnsafeMutableRawPointer
    private var tailPositions: [UInt32] = []
    private var chunksRead = 0
    private var rowsIn = 0

    init(_ run: StarRun) throws {
        self.run = run
        totals = try StarTotals(run)
        positions = .allocate(capacity: 1024 + 64)
        codes = .allocate(capacity: 1024 + 64)
        dense = .allocate(capacity: 1024 + 64)
        groups = .allocate(capacity: 1024 + 64)
        narrow = .allocate(byteCount: (1024 + 64) * 4, alignment: 64)
        positions.initialize(repeating: 0, count: 1024 + 64)
        codes.initialize(repeating: 0, count: 1024 + 64)
        dense.initialize(repeating: 0, count: 1024 + 64)
        groups.initialize(repeating: 0, count: 1024 + 64)
        narrow.initializeMemory(as: UInt8.self, repeating: 0, count: (1024 + 64) * 4)
    }

    deinit {
        positions.deallocate()
        codes.deallocate()
        dense.deallocate()
        groups.deallocate()
        narrow.deallocate()
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

    /// How a chunk's codes reach a dimension's table.
    private struct ProbeStep {
        let chunk: ColumnChunk
        let lookup: StarLookup
        /// Added to a code to make it an entry.
        let offset: UInt32
        let stride: Int
        let groups: StarCodes?
        let cost: Double
        let passRate: Double
    }

    private struct FactStep {
        let chunk: ColumnChunk
        let mapping: FactKey.Mapping
        let stride: Int
    }

    private func process(_ fragment: SegmentFragment, _ index: Int) throws {
        let loader = ChunkLoader(fragment, run.filters.columnIDs, index)
        let selector = try ChunkSelector(
            run.filters, fragment, chunk: index, scratch: scratch, load: loader.load)
        if selector.isEmpty { return }
        chunksRead += 1
        guard selector.leftover.isEmpty, run.filters.general.isEmpty,
            let plan = try chunkPlan(fragment, loader)
        else { return try processSlowly(fragment, index) }
        let rowCount = fragment.segment.rows(inChunk: index)
        for (aggregate, bound) in plan.reach { totals.prepare(aggregate, bound * Int128(rowCount)) }
        for block in 0..<((rowCount + 1023) >> 10) {
            let rows = min(1024, rowCount - block << 10)
            processBlock(plan, selector, block, rows)
        }
    }

    private struct ChunkPlan {
        var probes: [ProbeStep] = []
        var facts: [FactStep] = []
        /// Chunk of each fact column that measures read.
        var measures: [ColumnChunk?]
        /// Per fast sum: the largest magnitude of one value.
        var reach: [(Int, Int128)] = []
        /// Columns whose NULLs drop the row: join keys.
        var nullChecks: [ColumnChunk] = []
    }

    /// nil where some column's encoding or bounds ask for the slow way.
    private func chunkPlan(
        _ fragment: SegmentFragment, _ loader: ChunkLoader
    ) throws -> ChunkPlan? {
        let node = run.star.fact.node
        var plan = ChunkPlan(
            measures: [ColumnChunk?](repeating: nil, count: node.columns.count))
        for (index, dimension) in run.dimensions.enumerated() {
            guard let chunk = try loader.load(dimension.plan.factColumn), chunk.hasCodes
            else { return nil }
            if chunk.hasNulls { plan.nullChecks.append(chunk) }
            let lookup: StarLookup
            var offset: UInt32 = 0
            if let dictionary = chunk.dictionary {
                lookup = try dimension.lookup(
                    fragment.segment.id, dictionary,
                    node.columns[dimension.plan.factColumn].type)
            } else {
                guard let byValue = dimension.byValue, chunk.codeBase >= dimension.low,
                    Int128(chunk.codeBase) + Int128(chunk.codeMax) <= Int128(dimension.high)
                else { return nil }
                lookup = byValue
                offset = UInt32(truncatingIfNeeded: chunk.codeBase &- dimension.low)
            }
            let part = run.parts.first { $0.dimension == index }
            plan.probes.append(
                ProbeStep(
                    chunk: chunk, lookup: lookup, offset: offset, stride: part?.stride ?? 0,
                    groups: part == nil ? nil : lookup.codes,
                    cost: 1 + Double(lookup.entryCount) / 400_000, passRate: dimension.passRate))
        }
        plan.probes.sort {
            $0.cost / max(0.001, 1 - $0.passRate) < $1.cost / max(0.001, 1 - $1.passRate)
        }
        for part in run.parts {
            guard case .fact(let key) = part.source else { continue }
            guard let chunk = try loader.load(key.column), chunk.hasCodes else { return nil }
            plan.facts.append(
                FactStep(
                    chunk: chunk, mapping: try key.mapping(chunk, fragment.segment.id),
                    stride: part.stride))
        }
        for (index, aggregate) in run.star.aggregates.enumerated() {
            if aggregate.isCount { continue }
            guard totals.states[index] == nil, let measure = aggregate.measure else { return nil }
            for column in measure.columns {
                guard let chunk = try loader.load(column), chunk.hasValues else { return nil }
                plan.measures[column] = chunk
            }
            let chunks = plan.measures
            guard
                let (low, high) = measure.bounds({ column in
                    chunks[column].flatMap(\.valueBounds)
                })
            else { return nil }
            plan.reach.append((index, max(Int128(low).magnitudeSigned, Int128(high).magnitudeSigned)))
        }
        return plan
    }

    private func processBlock(
        _ plan: ChunkPlan, _ selector: ChunkSelector, _ block: Int, _ rows: Int
    ) {
        var count = rows
        var isAll = true
        if !selector.passesAll {
            count = selector.select(block: block, rows: rows, into: positions)
            isAll = false
        }
        if count == 0 { return }
        for chunk in plan.nullChecks {
            if isAll { fillPositions(rows) }
            isAll = false
            count = dropNulls(chunk, block, count)
            if count == 0 { return }
        }
        // Dimensions that reject many rows first, by bitmap alone.
        for probe in plan.probes where probe.passRate < 0.9 || probe.groups == nil {
            if probe.lookup.acceptsAll { continue }
            load(probe.chunk, block, isAll, count)
            add(probe.offset, count)
            count = sh_bitmap_select(
                codes, isAll ? nil : UnsafePointer(positions), count, probe.lookup.bitmap.bytes,
                positions)
            isAll = false
            if count == 0 { return }
        }
        if plan.probes.contains(where: { $0.groups != nil }) || !plan.facts.isEmpty {
            guard number(plan, block, &isAll, &count) else { return }
        }
        rowsIn += count
        aggregate(plan, block, isAll, count)
    }

    private func fillPositions(_ rows: Int) {
        for row in 0..<rows { positions[row] = UInt16(truncatingIfNeeded: row) }
    }

    private func dropNulls(_ chunk: ColumnChunk, _ block: Int, _ count: Int) -> Int {
        let mask = scratch.part
        chunk.validityMask(block: block, into: mask)
        var kept = 0
        for index in 0..<count {
            let row = Int(positions[index])
            positions[kept] = positions[index]
            kept &+= Int(truncatingIfNeeded: mask[row >> 6] >> UInt64(row & 63) & 1)
        }
        return kept
    }

    /// Codes of the selected rows, in order.
    private func load(_ chunk: ColumnChunk, _ block: Int, _ isAll: Bool, _ count: Int) {
        if isAll {
            chunk.codes(block: block, into: codes)
        } else if count > 128 {
            chunk.codes(block: block, into: dense)
            for index in 0..<count { codes[index] = dense[Int(positions[index])] }
        } else {
            chunk.codes(block: block, positions: positions, count: count, into: codes)
        }
    }

    private func add(_ offset: UInt32, _ count: Int) {
        if offset == 0 { return }
        for index in 0..<count { codes[index] &+= offset }
    }

    /// Fills `groups`; rows that a grouping dimension rejects drop out. False where none is left.
    private func number(
        _ plan: ChunkPlan, _ block: Int, _ isAll: inout Bool, _ count: inout Int
    ) -> Bool {
        groups.update(repeating: 0, count: count)
        for probe in plan.probes {
            guard let table = probe.groups else { continue }
            load(probe.chunk, block, isAll, count)
            add(probe.offset, count)
            let rejects = gather(table, probe.stride, count)
            if rejects > 0 {
                if isAll { fillPositions(count) }
                isAll = false
                count = compact(count)
                if count == 0 { return false }
            }
        }
        for step in plan.facts {
            load(step.chunk, block, isAll, count)
            let stride = UInt32(truncatingIfNeeded: step.stride)
            switch step.mapping {
            case .offset(let offset):
                for index in 0..<count { groups[index] &+= (codes[index] &+ offset) &* stride }
            case .table(let table):
                let words = narrow.assumingMemoryBound(to: UInt32.self)
                sh_gather_u32(
                    codes, count, table.memory.assumingMemoryBound(to: UInt32.self), words)
                for index in 0..<count { groups[index] &+= words[index] &* stride }
            }
        }
        return true
    }

    /// Adds a dimension's part of the group number; rejected rows get the mark `UInt32.max` and are
    /// counted.
    private func gather(_ table: StarCodes, _ stride: Int, _ count: Int) -> Int {
        let step = UInt32(truncatingIfNeeded: stride)
        switch table.width {
        case .byte:
            let out = narrow.assumingMemoryBound(to: UInt8.self)
            sh_gather_u8(codes, count, table.memory.assumingMemoryBound(to: UInt8.self), out)
            return accumulate(out, step, count)
        case .half:
            let out = narrow.assumingMemoryBound(to: UInt16.self)
            sh_gather_u16(codes, count, table.memory.assumingMemoryBound(to: UInt16.self), out)
            return accumulate(out, step, count)
        case .word:
            let out = narrow.assumingMemoryBound(to: UInt32.self)
            sh_gather_u32(codes, count, table.memory.assumingMemoryBound(to: UInt32.self), out)
            return accumulate(out, step, count)
        }
    }

    @inline(__always)
    private func accumulate<T: FixedWidthInteger & UnsignedInteger>(
        _ found: UnsafeMutablePointer<T>, _ step: UInt32, _ count: Int
    ) -> Int {
        var zeros: UInt32 = 0
        for index in 0..<count { zeros &+= found[index] == 0 ? 1 : 0 }
        if zeros == 0 {
            for index in 0..<count {
                groups[index] &+= (UInt32(truncatingIfNeeded: found[index]) &- 1) &* step
            }
        } else {
            for index in 0..<count {
                let code = UInt32(truncatingIfNeeded: found[index])
                groups[index] = code == 0 ? .max : groups[index] &+ (code &- 1) &* step
            }
        }
        return Int(zeros)
    }

    /// Drops the rows marked by `gather`.
    private func compact(_ count: Int) -> Int {
        var kept = 0
        for index in 0..<count {
            let group = groups[index]
            groups[kept] = group
            positions[kept] = positions[index]
            kept &+= group == .max ? 0 : 1
        }
        return kept
    }

    private func aggregate(_ plan: ChunkPlan, _ block: Int, _ isAll: Bool, _ count: Int) {
        let isSingle = run.groupCount == 1
        let rows = totals.rows.base
        if isSingle {
            rows[0] &+= Int64(count)
        } else {
            for index in 0..<count { rows[Int(groups[index])] &+= 1 }
        }
        for (aggregate, _) in plan.reach {
            guard let measure = run.star.aggregates[aggregate].measure else { continue }
            let values = buffers.take()
            measure.evaluate(count, into: values, spare: buffers) { column, out in
                guard let chunk = plan.measures[column] else { return }
                loadValues(chunk, block, isAll, count, out)
            }
            let sums = totals.sums[aggregate].base
            if isSingle {
                var sum: Int64 = 0
                for index in 0..<count { sum &+= values[index] }
                sums[0] &+= sum
            } else {
                for index in 0..<count { sums[Int(groups[index])] &+= values[index] }
            }
            buffers.give(values)
        }
    }

    private func loadValues(
        _ chunk: ColumnChunk, _ block: Int, _ isAll: Bool, _ count: Int,
        _ out: UnsafeMutablePointer<Int64>
    ) {
        if chunk.hasCodes, !chunk.isDictionaryCoded {
            load(chunk, block, isAll, count)
            sh_add_i64(codes, count, chunk.codeBase, out)
        } else if isAll {
            chunk.values(block: block, into: out)
        } else {
            chunk.values(block: block, positions: positions, count: count, into: out)
        }
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
                let wide = totals.wide[index].base
                for row in 0..<rows.count { wide[Int(base[row])] &+= Int128(value.integer(row)) }
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
