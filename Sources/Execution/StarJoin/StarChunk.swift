import CKernels
import Encodings
import Planning
import Storage
import Vectors

/// How a chunk's codes reach a dimension's tables; plain pointers, so that using it counts no references.
struct StarProbe {
    let dimension: Int
    let column: CodeBlocks
    let bitmap: UnsafePointer<UInt8>
    /// A byte a code, where the table is small.
    let bytes: UnsafePointer<UInt8>?
    /// Added to a code for the bitmap; the other tables begin where the chunk's codes do.
    let offset: UInt32
    let acceptsAll: Bool
    /// Group codes + 1, 0 for rejected.
    let groups: UnsafeRawPointer
    let hasGroups: Bool
    let width: StarCodes.Width
    let stride: UInt32
    let passRate: Double

    /// Nanoseconds a row, measured: a block is unpacked and probed whole while many of its rows live, and
    /// row by row where few do.
    func cost(_ alive: Double) -> Double {
        let whole = column.isRepeated ? 0.25 : bytes != nil ? 0.5 : 0.75 + table / 1e6
        let single = column.isRepeated ? 3 : 2.2 + table / 1e6
        let picked = 0.25 + alive * (1.2 + table / 1e6)
        return min(whole, alive * single, picked)
    }
    /// Bytes of the table probed.
    let table: Double

    /// The order that costs least when each step takes the filter that leaves the others cheapest.
    static func ordered(_ probes: [StarProbe]) -> [StarProbe] {
        var left = probes
        var result: [StarProbe] = []
        var alive = 1.0
        while left.count > 1 {
            var best = 0
            var least = Double.infinity
            for (index, probe) in left.enumerated() {
                let after = alive * probe.passRate
                var cost = probe.cost(alive)
                for (other, next) in left.enumerated() where other != index {
                    cost += next.cost(after)
                }
                if cost < least { (best, least) = (index, cost) }
            }
            alive *= left[best].passRate
            result.append(left.remove(at: best))
        }
        return result + left
    }
}

/// A chunk of the fact table with everything that its blocks need.
struct StarChunk {
    private struct Fact {
        let column: CodeBlocks
        /// nil: codes plus `offset` are the numbers.
        let table: UnsafePointer<UInt32>?
        let offset: UInt32
        let stride: UInt32
    }
    /// A column that measures read.
    private struct Source {
        let codes: CodeBlocks?
        let base: Int64
        let chunk: Unmanaged<ColumnChunk>
    }

    private var probes: [StarProbe] = []
    private var facts: [Fact] = []
    private var sources: [Source?]
    private var nullChecks: [ColumnChunk] = []
    /// Keep alive what the pointers above point into.
    private var owners: [AnyObject] = []
    /// The largest magnitude that one row can add to each aggregate.
    private(set) var reach: [(aggregate: Int, bound: Int128)] = []
    /// For each entry of `reach` the columns whose NULLs do not count for it.
    private var checks: [[ColumnChunk]] = []
    /// For each entry whether the entry before it has the same checks.
    private var repeatsChecks: [Bool] = []
    private let hasGroups: Bool
    /// Columns of whose next block most lines will be read.
    private var ahead: [CodeBlocks] = []
    /// Dimensions so cheap and selective that they come before the scan's own filters.
    private let earlyCount: Int
    private static let earlyRateMax = 0.25

    /// Filters that pass more than this wait for the grouping pass.
    private static let passRateMax = 0.9

    /// nil where the chunk's encodings need the slow way.
    init?(_ worker: StarWorker, _ fragment: SegmentFragment, _ loader: ChunkLoader) throws {
        let run = worker.run
        let node = run.star.fact.node
        sources = [Source?](repeating: nil, count: node.columns.count)
        for (index, dimension) in run.dimensions.enumerated() {
            guard let chunk = try loader.load(dimension.plan.factColumn), chunk.hasCodes
            else { return nil }
            owners.append(chunk)
            if chunk.hasNulls { nullChecks.append(chunk) }
            let lookup: StarLookup
            var offset: UInt32 = 0
            if let dictionary = chunk.dictionary {
                lookup = try dimension.lookup(
                    fragment.segment.id, dictionary,
                    node.columns[dimension.plan.factColumn].type)
            } else {
                // The one range check of the chunk's keys.
                guard let byValue = dimension.byValue, chunk.codeBase >= dimension.low,
                    Int128(chunk.codeBase) + Int128(chunk.codeMax) <= Int128(dimension.high)
                else { return nil }
                lookup = byValue
                offset = UInt32(truncatingIfNeeded: chunk.codeBase &- dimension.low)
            }
            owners.append(lookup)
            let column = CodeBlocks(chunk)
            let part = run.parts.first { $0.dimension == index }
            let codes = part == nil ? nil : lookup.codes
            let seen = worker.reached[index]
            probes.append(
                StarProbe(
                    dimension: index, column: column,
                    bitmap: UnsafePointer(lookup.bitmap.bytes),
                    bytes: lookup.bytes.map {
                        UnsafePointer($0.memory.assumingMemoryBound(to: UInt8.self))
                            + Int(offset)
                    },
                    offset: offset, acceptsAll: lookup.acceptsAll,
                    groups: codes.map { UnsafeRawPointer($0.start(at: Int(offset))) }
                        ?? UnsafeRawPointer(lookup.bitmap.bytes),
                    hasGroups: codes != nil, width: codes?.width ?? .byte,
                    stride: UInt32(truncatingIfNeeded: part?.stride ?? 0),
                    passRate: seen > 4096
                        ? Double(worker.passed[index]) / Double(seen) : dimension.passRate,
                    table: Double(lookup.entryCount) / (lookup.bytes == nil ? 8 : 1)))
        }
        probes = StarProbe.ordered(probes)
        earlyCount = probes.prefix {
            $0.column.isRepeated && $0.passRate < Self.earlyRateMax && !$0.acceptsAll
        }.count
        for part in run.parts {
            guard case .fact(let key) = part.source else { continue }
            guard let chunk = try loader.load(key.column), chunk.hasCodes else { return nil }
            owners.append(chunk)
            var table: UnsafePointer<UInt32>?
            var offset: UInt32 = 0
            switch try key.mapping(chunk, fragment.segment.id) {
            case .offset(let value): offset = value
            case .table(let codes):
                owners.append(codes)
                table = UnsafePointer(codes.memory.assumingMemoryBound(to: UInt32.self))
            }
            facts.append(
                Fact(
                    column: CodeBlocks(chunk), table: table, offset: offset,
                    stride: UInt32(truncatingIfNeeded: part.stride)))
        }
        hasGroups = !facts.isEmpty || probes.contains(where: \.hasGroups)
        guard try addMeasures(worker, loader) else { return nil }
        planPrefetch()
    }

    /// Survivors of a selective filter read a column's block here and there: too many lines to wait
    /// for one after another, as long as each holds a row or two.
    private mutating func planPrefetch() {
        var alive = 1.0
        func isDense(_ column: CodeBlocks) -> Bool {
            column.linesPerBlock > 0 && alive * 2048 >= Double(column.linesPerBlock)
        }
        for probe in probes {
            if isDense(probe.column) { ahead.append(probe.column) }
            alive *= probe.acceptsAll ? 1 : probe.passRate
        }
        for fact in facts where isDense(fact.column) { ahead.append(fact.column) }
        for case let codes? in sources.map({ $0?.codes }) where isDense(codes) {
            ahead.append(codes)
        }
    }

    private mutating func addMeasures(_ worker: StarWorker, _ loader: ChunkLoader) throws -> Bool {
        var bounds: [Int: (Int64, Int64)] = [:]
        for (index, aggregate) in worker.run.star.aggregates.enumerated() {
            if aggregate.isCount { continue }
            guard worker.totals.states[index] == nil, let measure = aggregate.measure
            else { return false }
            for column in measure.columns where sources[column] == nil {
                guard let chunk = try loader.load(column), chunk.hasValues else { return false }
                owners.append(chunk)
                sources[column] = Source(
                    codes: chunk.hasCodes && !chunk.isDictionaryCoded ? CodeBlocks(chunk) : nil,
                    base: chunk.codeBase, chunk: .passUnretained(chunk))
                bounds[column] = chunk.valueBounds
            }
            guard let (low, high) = measure.bounds({ bounds[$0] }) else { return false }
            var found: [ColumnChunk] = []
            for column in worker.run.checked(aggregate) {
                guard let chunk = try loader.load(column) else { return false }
                if chunk.hasNulls { found.append(chunk) }
            }
            let last = checks.last ?? []
            repeatsChecks.append(
                !found.isEmpty && last.count == found.count && zip(last, found).allSatisfy { $0 === $1 })
            checks.append(found)
            reach.append(
                (index, max(Int128(low).magnitudeSigned, Int128(high).magnitudeSigned)))
        }
        return true
    }

    /// Joins and aggregates the chunk's blocks; the number of rows that survived.
    func run(_ worker: StarWorker, _ selector: ChunkSelector, _ rowCount: Int) -> Int {
        probes.withUnsafeBufferPointer { probes in
            var survivors = 0
            let blocks = (rowCount + 1023) >> 10
            for block in 0..<blocks {
                let rows = min(1024, rowCount - block << 10)
                if block + 1 < blocks { for column in ahead { column.prefetch(block: block + 1) } }
                survivors += process(worker, selector, probes, block, rows)
            }
            return survivors
        }
    }

    /// Rows of a mask; below this many survivors, probing them one by one is cheaper than all.
    private static let maskRowsMin = 320

    private func process(
        _ worker: StarWorker, _ selector: ChunkSelector, _ probes: UnsafeBufferPointer<StarProbe>,
        _ block: Int, _ rows: Int
    ) -> Int {
        let state = worker.block
        let mask = worker.scratch.mask
        let words = (rows + 63) >> 6
        selector.fillLive(block: block, rows: rows)
        for chunk in nullChecks {
            chunk.validityMask(block: block, into: worker.scratch.part)
            for word in 0..<words { mask[word] &= worker.scratch.part[word] }
        }
        var count = rows
        for index in 0..<earlyCount {
            worker.reached[probes[index].dimension] &+= count
            count = narrow(probes[index], worker, block, rows, words)
            worker.passed[probes[index].dimension] &+= count
            if count == 0 { return 0 }
        }
        guard selector.narrowMask(block: block, rows: rows) else { return 0 }
        count = Self.count(mask, words)
        // Dimensions that reject many rows first: as masks over the block while most rows live, then
        // row by row.
        var isMask = true
        for index in earlyCount..<probes.count {
            let probe = probes[index]
            if probe.acceptsAll || (probe.hasGroups && probe.passRate >= Self.passRateMax) {
                continue
            }
            worker.reached[probe.dimension] &+= count
            if isMask, count >= Self.maskRowsMin || (probe.column.isRepeated && count > 64) {
                count = narrow(probe, worker, block, rows, words)
            } else {
                if isMask { _ = sh_mask_select_u16(mask, rows, 0, state.positions) }
                isMask = false
                state.load(probe.column, block, false, count)
                if probe.offset != 0 {
                    for row in 0..<count { state.codes[row] &+= probe.offset }
                }
                count = sh_bitmap_select(
                    state.codes, state.positions, count, probe.bitmap, state.positions)
            }
            worker.passed[probe.dimension] &+= count
            if count == 0 { return 0 }
        }
        var isAll = isMask && count == rows
        if isMask, !isAll { _ = sh_mask_select_u16(mask, rows, 0, state.positions) }
        if hasGroups {
            guard number(state, probes, block, &isAll, &count) else { return 0 }
        }
        aggregate(worker, block, isAll, count)
        return count
    }

    /// Takes the rows that a dimension rejects out of the scratch's mask; how many are left.
    private func narrow(
        _ probe: StarProbe, _ worker: StarWorker, _ block: Int, _ rows: Int, _ words: Int
    ) -> Int {
        let mask = worker.scratch.mask
        let part = worker.scratch.part
        if let bytes = probe.bytes {
            probe.column.tableMask(
                block: block, rows: rows, table: bytes, into: part, scratch: worker.block.scratch)
        } else {
            probe.column.bitmapMask(
                block: block, rows: rows, bitmap: probe.bitmap, offset: probe.offset, into: part,
                scratch: worker.block.scratch)
        }
        for word in 0..<words { mask[word] &= part[word] }
        return Self.count(mask, words)
    }

    private static func count(_ mask: UnsafePointer<UInt64>, _ words: Int) -> Int {
        var count = 0
        for word in 0..<words { count &+= mask[word].nonzeroBitCount }
        return count
    }

    /// Fills the group numbers; rows that a grouping dimension rejects drop out. False where none is
    /// left.
    private func number(
        _ state: StarBlock, _ probes: UnsafeBufferPointer<StarProbe>, _ block: Int,
        _ isAll: inout Bool, _ count: inout Int
    ) -> Bool {
        state.groups.update(repeating: 0, count: count)
        for index in 0..<probes.count where probes[index].hasGroups {
            state.load(probes[index].column, block, isAll, count)
            if state.gather(probes[index], count) > 0 {
                if isAll { state.fillPositions(count) }
                isAll = false
                count = state.compact(count)
                if count == 0 { return false }
            }
        }
        let groups = state.groups
        let codes = state.codes
        for fact in facts {
            state.load(fact.column, block, isAll, count)
            if let table = fact.table {
                let numbers = state.narrow.assumingMemoryBound(to: UInt32.self)
                sh_gather_u32(codes, count, table, numbers)
                for row in 0..<count { groups[row] &+= numbers[row] &* fact.stride }
            } else {
                for row in 0..<count { groups[row] &+= (codes[row] &+ fact.offset) &* fact.stride }
            }
        }
        return true
    }

    private func aggregate(_ worker: StarWorker, _ block: Int, _ isAll: Bool, _ count: Int) {
        let state = worker.block
        let totals = worker.totals
        let groups = state.groups
        let isSingle = worker.run.groupCount == 1
        let rows = totals.rows.base
        if isSingle {
            rows[0] &+= Int64(count)
        } else {
            for row in 0..<count { rows[Int(groups[row])] &+= 1 }
        }
        for index in reach.indices {
            let aggregate = reach[index].aggregate
            guard let measure = worker.run.star.aggregates[aggregate].measure else { continue }
            let values = state.buffers.take()
            measure.evaluate(count, into: values, spare: state.buffers) { column, out in
                if let source = sources[column] {
                    load(source, state, block, isAll, count, out)
                }
            }
            if totals.isChecked(aggregate) {
                leaveOut(index, worker, block, isAll, count, values)
            }
            let sums = totals.sums[aggregate].base
            if isSingle {
                var sum: Int64 = 0
                for row in 0..<count { sum &+= values[row] }
                sums[0] &+= sum
            } else {
                for row in 0..<count { sums[Int(groups[row])] &+= values[row] }
            }
            state.buffers.give(values)
        }
    }

    /// Counts the rows of a sum, and makes the others' values 0.
    private func leaveOut(
        _ index: Int, _ worker: StarWorker, _ block: Int, _ isAll: Bool, _ count: Int,
        _ values: UnsafeMutablePointer<Int64>
    ) {
        let state = worker.block
        let counts = worker.totals.counts[reach[index].aggregate].base
        let groups = state.groups
        let isSingle = worker.run.groupCount == 1
        guard !checks[index].isEmpty else {
            if isSingle {
                counts[0] &+= Int64(count)
            } else {
                for row in 0..<count { counts[Int(groups[row])] &+= 1 }
            }
            return
        }
        let present = state.present
        if !repeatsChecks[index] {
            let (mask, part) = (worker.scratch.mask, worker.scratch.part)
            for (place, chunk) in checks[index].enumerated() {
                chunk.validityMask(block: block, into: place == 0 ? mask : part)
                if place > 0 { for word in 0..<16 { mask[word] &= part[word] } }
            }
            state.spread(mask, isAll, count)
        }
        for row in 0..<count { values[row] &= present[row] }
        if isSingle {
            var found: Int64 = 0
            for row in 0..<count { found &-= present[row] }
            counts[0] &+= found
        } else {
            for row in 0..<count { counts[Int(groups[row])] &-= present[row] }
        }
    }

    private func load(
        _ source: Source, _ state: StarBlock, _ block: Int, _ isAll: Bool, _ count: Int,
        _ out: UnsafeMutablePointer<Int64>
    ) {
        if let codes = source.codes {
            state.load(codes, block, isAll, count)
            sh_add_i64(state.codes, count, source.base, out)
        } else if isAll {
            source.chunk._withUnsafeGuaranteedRef { $0.values(block: block, into: out) }
        } else {
            source.chunk._withUnsafeGuaranteedRef {
                $0.values(block: block, positions: state.positions, count: count, into: out)
            }
        }
    }
}
