import Basics
import CKernels
import Encodings
import Planning
import Storage
import Synchronization
import Vectors

/// Reads a stored table: prunes chunks by their bounds, filters on codes, and decodes only rows that pass.
final class ScanOperator: Operator, @unchecked Sendable {
    let node: ScanNode
    /// Security conditions, then the others.
    let conditions: [ScanCondition]

    private let names: ColumnNames

    init(_ node: ScanNode, conditions: [ScanCondition], names: ColumnNames = ColumnNames()) {
        self.node = node
        self.names = names
        self.conditions = conditions
        super.init(columns: Plan.scan(node).columns)
    }

    override var countsItself: Bool { true }
    override var title: String {
        let alias = node.alias == node.name || node.alias.isEmpty ? "" : " \(node.alias)"
        return "Scan \(node.name)\(alias)"
    }
    override var details: [String] {
        var lines: [String] = []
        if !node.security.isEmpty {
            lines.append("row security: \(node.security.count) condition(s)")
        }
        if !node.filters.isEmpty {
            lines.append("filter: \(node.filters.map { Explain.text($0, names) }.joined(separator: " AND "))")
        }
        return lines
    }

    override func scanColumn(_ index: Int) -> ScanColumn? { ScanColumn(scan: self, index: index) }

    override func stream(_ context: QueryContext) throws -> Stream {
        guard let table = try context.tables.stored(node.table) else {
            return try systemStream(context)
        }
        let ids = try node.columns.map {
            try context.tables.columnID(node.table, index: $0.index)
        }
        return try stream(over: table, ids, context)
    }

    func stream(
        over table: TableSnapshot, _ ids: [UInt32], _ context: QueryContext
    ) throws -> Stream {
        let filters = try ScanFilters(
            conditions, columnIDs: ids, types: node.columns.map(\.type),
            runtime: context.runtimeFilters[ObjectIdentifier(self)] ?? [],
            bounds: context.sortBounds[ObjectIdentifier(self)] ?? [], context: context)
        return Stream(source: ScanSource(self, table, filters, context))
    }

    private func systemStream(_ context: QueryContext) throws -> Stream {
        let rows = try context.tables.system(node.table)
        statistics.add(rows: rows.count)
        var batches: [Batch] = []
        let columns = node.columns.map { rows.columns[$0.index] }
        var start = 0
        while start < rows.count {
            let count = min(Vector.standardCapacity, rows.count - start)
            batches.append(
                Batch(columns: columns.map { $0.slice(start, count: count) }, count: count))
            start += count
        }
        let stream = Stream(source: BatchListSource(batches))
        return conditions.isEmpty
            ? stream : stream.adding(FilterStage(self, conditions.map(\.compiled)))
    }
}

/// A piece of a table that one worker reads at a time.
enum ScanMorsel {
    case chunk(SegmentFragment, Int)
    /// Batches of a tail.
    case tail(TailFragment, Range<Int>)

    /// The morsels of a table that its bounds do not rule out.
    ///
    /// - Parameter joins: what joins tell of the keys that have partners.
    static func list(
        _ table: TableSnapshot, _ filters: ScanFilters, joins: [ZoneTest],
        _ statistics: OperatorStatistics
    ) -> [ScanMorsel] {
        let tests = ZoneTest.filters(filters)
        var morsels: [ScanMorsel] = []
        var pruned = 0
        var chunksPruned = 0
        var joinPruned = 0
        var segments = 0
        for fragment in table.fragments {
            switch fragment {
            case .segment(let segment):
                segments += 1
                let chunks = segment.segment.chunkCount
                let own = ZonePruning(tests, segment.segment)
                if own.excludesAll {
                    chunksPruned += chunks
                    pruned += 1
                    continue
                }
                let joined = ZonePruning(joins, segment.segment)
                if joined.excludesAll {
                    joinPruned += chunks
                    pruned += 1
                    continue
                }
                var kept = 0
                for chunk in 0..<chunks {
                    if own.excludes(chunk: chunk) {
                        chunksPruned += 1
                    } else if joined.excludes(chunk: chunk) {
                        joinPruned += 1
                    } else {
                        morsels.append(.chunk(segment, chunk))
                        kept += 1
                    }
                }
                if kept == 0 { pruned += 1 }
            case .tail(let tail):
                var start = 0
                while start < tail.batches.count {
                    let end = min(tail.batches.count, start + 32)
                    morsels.append(.tail(tail, start..<end))
                    start = end
                }
            }
        }
        statistics.note("segments", segments)
        if pruned > 0 { statistics.note("segments pruned", pruned) }
        if chunksPruned > 0 { statistics.note("chunks pruned", chunksPruned) }
        if joinPruned > 0 { statistics.note("chunks pruned by joins", joinPruned) }
        return morsels
    }
}

private final class ScanSource: BatchSource, @unchecked Sendable {
    let owner: ScanOperator
    let filters: ScanFilters
    let morsels: [ScanMorsel]
    let context: QueryContext
    private let next = Atomic<Int>(0)

    init(
        _ owner: ScanOperator, _ table: TableSnapshot, _ filters: ScanFilters,
        _ context: QueryContext
    ) {
        self.owner = owner
        self.filters = filters
        self.context = context
        morsels = ScanMorsel.list(
            table, filters, joins: filters.runtimeTests, owner.statistics)
    }

    /// A worker is worth its start only for a chunk of its own.
    var parallelism: Int { max(1, morsels.count) }

    func take() -> (Int, ScanMorsel)? {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        return index < morsels.count ? (index, morsels[index]) : nil
    }

    func makeReader(_ context: QueryContext) throws -> BatchReader {
        ScanReader(self, context)
    }
}

private final class ScanReader: BatchReader {
    private let source: ScanSource
    private let context: QueryContext
    private let scratch = ScanScratch()
    private var chunk: ChunkReader?
    private var tail: (fragment: TailFragment, next: Int, end: Int)?
    private var positions: [UInt32] = []

    init(_ source: ScanSource, _ context: QueryContext) {
        self.source = source
        self.context = context
    }

    override func next() throws -> Batch? {
        let start = context.isAnalyzing ? monotonicNanoseconds() : 0
        let batch = try advance()
        if context.isAnalyzing {
            source.owner.statistics.add(nanoseconds: monotonicNanoseconds() - start)
            if let batch { source.owner.statistics.add(rows: batch.count) }
        }
        return batch
    }

    private func advance() throws -> Batch? {
        while true {
            try context.cancellation.check()
            if let reader = chunk {
                if let batch = try reader.next() { return batch }
                if context.isAnalyzing { reader.tell(source.owner.statistics) }
                chunk = nil
            }
            if let (fragment, next, end) = tail {
                if next < end {
                    tail = (fragment, next + 1, end)
                    let batch = try read(fragment, next)
                    if batch.count > 0 { return batch }
                    continue
                }
                tail = nil
            }
            guard let (place, morsel) = source.take() else { return nil }
            ordinal = place
            switch morsel {
            case .chunk(let fragment, let index):
                let reader = try ChunkReader(
                    source.owner.node, source.filters, fragment, index, scratch, context)
                source.owner.statistics.note("chunks read", reader.isEmpty ? 0 : 1)
                if reader.isEmpty { source.owner.statistics.note("chunks pruned", 1) }
                chunk = reader
            case .tail(let fragment, let range):
                tail = (fragment, range.lowerBound, range.upperBound)
            }
        }
    }

    private func read(_ fragment: TailFragment, _ index: Int) throws -> Batch {
        let batch = fragment.batches[index]
        let start = fragment.starts[index]
        var columns = zip(source.owner.node.columns, source.filters.columnIDs).map {
            column, id in
            fragment.index(of: id).map { batch.columns[$0] }
                ?? Vector.constant(fragment.defaultFor(id), column.type, count: batch.count)
        }
        if source.owner.node.locator != nil {
            columns.append(
                Vector.locators(fragment.id, start: start, count: batch.count))
        }
        var current = Batch(columns: columns, count: batch.count)
        if let deleted = fragment.deleted {
            var alive: [UInt32] = []
            for row in 0..<batch.count where !deleted.contains(start + row) {
                alive.append(UInt32(truncatingIfNeeded: row))
            }
            if alive.count < batch.count { current = current.gather(alive, count: alive.count) }
        }
        return try context.filter(current, source.filters.all, &positions)
    }
}

extension Vector {
    /// Locators of consecutive rows of a fragment.
    static func locators(_ fragment: UInt32, start: Int, count: Int) -> Vector {
        let vector = Vector(.bigint, capacity: max(count, 1))
        vector.count = count
        let out = vector.pointer(Int64.self)
        for row in 0..<count { out[row] = Locator.make(fragment, start + row) }
        return vector
    }
}

/// Reads one chunk of a segment: positions that pass the fast filters, then columns at those.
final class ChunkReader {
    private let node: ScanNode
    private let filters: ScanFilters
    private let fragment: SegmentFragment
    private let index: Int
    private let scratch: ScanScratch
    private let context: QueryContext
    private let loader: ChunkLoader
    private let selector: ChunkSelector
    private let general: [Compiled]
    private let generalColumns: Set<Int>
    private var block = 0
    private let blockCount: Int
    private let rowCount: Int
    private var kept: [UInt32] = []

    init(
        _ node: ScanNode, _ filters: ScanFilters, _ fragment: SegmentFragment, _ index: Int,
        _ scratch: ScanScratch, _ context: QueryContext
    ) throws {
        self.node = node
        self.filters = filters
        self.fragment = fragment
        self.index = index
        self.scratch = scratch
        self.context = context
        let loader = ChunkLoader(fragment, filters.columnIDs, index)
        self.loader = loader
        selector = try ChunkSelector(
            filters, fragment, chunk: index, scratch: scratch, load: loader.load)
        general = selector.leftover + filters.general
        generalColumns = general.reduce(into: []) { $0.formUnion($1.columnsUsed) }
        rowCount = fragment.segment.rows(inChunk: index)
        blockCount = (rowCount + 1023) >> 10
        kept.reserveCapacity(2048)
    }

    var isEmpty: Bool { selector.isEmpty }

    /// Counts what was read, for EXPLAIN ANALYZE.
    func tell(_ statistics: OperatorStatistics) {
        if !isEmpty { statistics.note("rows in", rowCount) }
        statistics.note("column chunks decoded", loader.loaded.count)
        statistics.note("bytes read", loader.loaded.reduce(0) { $0 + $1.byteCount })
    }

    func next() throws -> Batch? {
        while block < blockCount, !selector.isEmpty {
            if selector.passesAll {
                let start = block << 10
                let end = min(rowCount, start + 2048)
                block += 2
                let batch = try dense(start..<end)
                if batch.count > 0 { return batch }
                continue
            }
            kept.removeAll(keepingCapacity: true)
            while block < blockCount, kept.count <= 1024 {
                let start = block << 10
                let rows = min(1024, rowCount - start)
                let found = selector.select(block: block, rows: rows, into: scratch.positions)
                for row in 0..<found {
                    kept.append(UInt32(truncatingIfNeeded: start + Int(scratch.positions[row])))
                }
                block += 1
            }
            if kept.isEmpty { continue }
            let batch = try sparse()
            if batch.count > 0 { return batch }
        }
        return nil
    }

    private func dense(_ rows: Range<Int>) throws -> Batch {
        if !general.isEmpty {
            kept = [UInt32](UInt32(rows.lowerBound)..<UInt32(rows.upperBound))
            return try sparse()
        }
        var columns: [Vector] = []
        for column in node.columns.indices {
            columns.append(try decode(column, rows))
        }
        appendLocators(&columns, count: rows.count) { row in rows.lowerBound + row }
        return Batch(columns: columns, count: rows.count)
    }

    /// The rows in `kept`, after the general filters: their columns first, the others only for rows
    /// that pass.
    private func sparse() throws -> Batch {
        var columns = [Vector?](repeating: nil, count: node.columns.count)
        var count = kept.count
        if !general.isEmpty {
            for column in generalColumns.sorted() where column < columns.count {
                columns[column] = try decode(column, positions: kept, count)
            }
            for condition in general where count > 0 {
                let standIn = Vector(.boolean, capacity: 1)
                let batch = Batch(columns: columns.map { $0 ?? standIn }, count: count)
                var positions = [UInt32](repeating: 0, count: count)
                let found = try positions.withUnsafeMutableBufferPointer { buffer in
                    guard let base = buffer.baseAddress else { return 0 }
                    return try condition.select(batch, context, into: base)
                }
                if found == count { continue }
                columns = columns.map { column in
                    column.map { vector in
                        positions.withUnsafeBufferPointer { buffer in
                            buffer.baseAddress.map { vector.gather($0, count: found) } ?? vector
                        }
                    }
                }
                for index in 0..<found { kept[index] = kept[Int(positions[index])] }
                count = found
            }
        }
        if count == 0 { return Batch(columns: [], count: 0) }
        var result: [Vector] = []
        for column in node.columns.indices {
            result.append(try columns[column] ?? decode(column, positions: kept, count))
        }
        appendLocators(&result, count: count) { Int(kept[$0]) }
        return Batch(columns: result, count: count)
    }

    private func appendLocators(
        _ columns: inout [Vector], count: Int, _ row: (Int) -> Int
    ) {
        guard node.locator != nil else { return }
        let vector = Vector(.bigint, capacity: max(count, 1))
        vector.count = count
        let base = index << 16
        let out = vector.pointer(Int64.self)
        for index in 0..<count { out[index] = Locator.make(fragment.id, base + row(index)) }
        columns.append(vector)
    }

    private func decode(_ column: Int, _ rows: Range<Int>) throws -> Vector {
        guard let chunk = try loader.load(column) else { return missing(column, rows.count) }
        let vector = Vector(node.columns[column].type, capacity: rows.count)
        chunk.decode(rows: rows, into: vector)
        return vector
    }

    private func decode(_ column: Int, positions: [UInt32], _ count: Int) throws -> Vector {
        guard let chunk = try loader.load(column) else { return missing(column, count) }
        let vector = Vector(node.columns[column].type, capacity: max(count, 1))
        positions.withUnsafeBufferPointer { buffer in
            if let base = buffer.baseAddress {
                if Int(base[count - 1] - base[0]) == count - 1 {
                    chunk.decode(rows: Int(base[0])..<(Int(base[count - 1]) + 1), into: vector)
                } else {
                    chunk.decode(positions: base, count: count, into: vector)
                }
            }
        }
        return vector
    }

    private func missing(_ column: Int, _ count: Int) -> Vector {
        Vector.constant(
            fragment.defaultFor(filters.columnIDs[column]), node.columns[column].type,
            count: count)
    }
}

/// Fetches a segment's chunks of one index as they are asked for.
final class ChunkLoader {
    private let fragment: SegmentFragment
    private let columnIDs: [UInt32]
    private let index: Int
    private var chunks: [ColumnChunk?]

    init(_ fragment: SegmentFragment, _ columnIDs: [UInt32], _ index: Int) {
        self.fragment = fragment
        self.columnIDs = columnIDs
        self.index = index
        chunks = [ColumnChunk?](repeating: nil, count: columnIDs.count)
    }

    /// The chunks that somebody asked for.
    var loaded: [ColumnChunk] { chunks.compactMap { $0 } }

    /// nil where the segment lacks the column.
    func load(_ column: Int) throws -> ColumnChunk? {
        if let known = chunks[column] { return known }
        guard fragment.segment.hasColumn(columnIDs[column]) else { return nil }
        let chunk = try fragment.segment.chunk(column: columnIDs[column], index: index)
        chunks[column] = chunk
        return chunk
    }
}
