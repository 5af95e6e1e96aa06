import Basics
import Encodings
import Planning
import Storage
import Synchronization
import Vectors

/// An aggregate of a star: its state from rows, and the shortcut for plain integer sums.
struct StarAggregate: @unchecked Sendable {
    let compiled: CompiledAggregate
    let measure: StarMeasure?
    /// Columns of the fact scan that must not be NULL for a row to count.
    let needed: Set<Int>

    init(_ call: AggregateCall, _ compiled: CompiledAggregate, _ columns: [(ColumnID, SQLType)]) {
        self.compiled = compiled
        var needed: Set<Int> = []
        measure = call.arguments.first.flatMap { StarMeasure($0, ifPresent: &needed, columns) }
        self.needed = needed
    }

    var call: AggregateCall { compiled.call }
    /// Whether dense arrays of 64-bit sums can hold it.
    var isFastSum: Bool {
        (call.function == .sum || call.function == .avg) && measure != nil
    }
    var isCount: Bool { call.function == .countStar }
}

enum StarGroupKey: @unchecked Sendable {
    /// A column of the fact scan.
    case fact(Int)
    /// An expression over a dimension's columns.
    case attribute(Int, Compiled)
}

/// Scan, filters, joins and aggregation in one loop over the fact table's encoded chunks.
///
/// The join is a gather: per dimension a bitmap and an array of group codes, indexed by the fact's key.
/// Groups are an array over the product of the dimensions' groups. Where a dimension's keys repeat or
/// spread too far, or groups are too many, the general plan runs instead.
final class StarOperator: Operator, @unchecked Sendable {
    let fact: ScanOperator
    let dimensions: [StarDimensionPlan]
    let keys: [StarGroupKey]
    let aggregates: [StarAggregate]
    private let general: () throws -> Operator

    /// Largest group array.
    static let groupsMax = 1 << 20

    /// - Parameter general: makes the plan that runs where the shape is found not to fit.
    init(
        fact: ScanOperator, dimensions: [StarDimensionPlan], keys: [StarGroupKey],
        aggregates: [StarAggregate], columns: [(ColumnID, SQLType)],
        general: @escaping () throws -> Operator
    ) {
        self.fact = fact
        self.dimensions = dimensions
        self.keys = keys
        self.aggregates = aggregates
        self.general = general
        super.init(columns: columns, children: [fact] + dimensions.map(\.source))
    }

    /// Rows of a group that nobody asks for may go; the other groups do not change.
    override func scanColumn(_ index: Int) -> ScanColumn? {
        guard index < keys.count, case .fact(let column) = keys[index] else { return nil }
        return fact.scanColumn(column)
    }

    override var countsItself: Bool { true }
    override var title: String { "StarAggregate" }
    override var details: [String] {
        dimensions.isEmpty
            ? [] : ["gather joins: \(dimensions.count)"]
    }

    override func stream(_ context: QueryContext) throws -> Stream {
        guard let run = try StarRun(self, context) else {
            statistics.note("general plan", 1)
            return try general().stream(context)
        }
        return Stream(source: BatchListSource([try run.execute()]))
    }
}

/// One execution: dimensions that have run, the group space, and the morsels.
final class StarRun: @unchecked Sendable {
    let star: StarOperator
    let context: QueryContext
    let filters: ScanFilters
    let morsels: [ScanMorsel]
    /// Dimensions in the order of filtering: cheap and selective first.
    let dimensions: [StarDimension]
    /// Parts of the group number, one for each dimension or fact column that keys name.
    let parts: [StarGroupPart]
    let groupCount: Int
    /// Columns of the fact scan in which some row is NULL.
    let nullable: Set<Int>
    private let next = Atomic<Int>(0)
    private let start = monotonicNanoseconds()

    /// nil where the general plan must run.
    init?(_ star: StarOperator, _ context: QueryContext) throws {
        self.star = star
        self.context = context
        let node = star.fact.node
        guard let table = try context.tables.stored(node.table) else { return nil }
        let ids = try node.columns.map { try context.tables.columnID(node.table, index: $0.index) }
        let columns = FactColumns(table, ids)
        filters = try ScanFilters(
            star.fact.conditions, columnIDs: ids, types: node.columns.map(\.type),
            runtime: context.runtimeFilters[ObjectIdentifier(star.fact)] ?? [], context: context)
        var built: [StarDimension] = []
        for (index, plan) in star.dimensions.enumerated() {
            let groupBy = star.keys.compactMap { key -> Compiled? in
                if case .attribute(index, let expression) = key { return expression }
                return nil
            }
            let types = star.keys.enumerated().compactMap { place, key -> SQLType? in
                if case .attribute(index, _) = key { return star.columns[place].1 }
                return nil
            }
            guard
                let dimension = try StarDimension(
                    plan, groupBy: groupBy, groupTypes: types,
                    factBounds: plan.keyType.isText ? nil : columns.bounds(plan.factColumn),
                    context)
            else { return nil }
            built.append(dimension)
        }
        var parts: [StarGroupPart] = []
        var stride = 1
        for (index, dimension) in built.enumerated() {
            guard let groups = dimension.groups else { continue }
            parts.append(
                StarGroupPart(
                    source: .dimension(index, dimension), stride: stride, cardinality: groups.count))
            stride = Self.product(stride, groups.count)
        }
        for key in star.keys {
            guard case .fact(let column) = key,
                !parts.contains(where: { $0.factColumn == column })
            else { continue }
            guard let codes = try FactKey(column, columns, node.columns[column].type, context)
            else { return nil }
            parts.append(
                StarGroupPart(source: .fact(codes), stride: stride, cardinality: codes.count))
            stride = Self.product(stride, codes.count)
        }
        guard stride <= StarOperator.groupsMax else { return nil }
        self.parts = parts
        groupCount = max(1, stride)
        dimensions = built
        morsels = ScanMorsel.list(
            table, filters,
            joins: filters.runtimeTests
                + built.map { dimension in
                    ZoneTest(column: ids[dimension.plan.factColumn], excludes: dimension.excludes)
                }, star.fact.statistics)
        nullable = Self.nullable(morsels, ids)
        // Rows out of order of size keep a dense array only while it stays small beside them.
        let rows = table.rowCount
        if groupCount > 4096, groupCount > rows { return nil }
        if groupCount > 1 << 16, groupCount > rows / 8 { return nil }
    }

    private static func product(_ a: Int, _ b: Int) -> Int {
        let (product, overflow) = a.multipliedReportingOverflow(by: max(b, 1))
        return overflow ? Int.max / 2 : product
    }

    func take() -> ScanMorsel? {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        return index < morsels.count ? morsels[index] : nil
    }

    func execute() throws -> Batch {
        if parts.contains(where: { $0.cardinality == 0 }) || dimensions.contains(where: { $0.rowCount == 0 }) {
            return try result(nil)
        }
        let workers = max(1, min(context.threads, morsels.count))
        let totals = Mutex<[(Int, UncheckedBox<StarTotals>)]>([])
        try context.pool.run(workers) { [self] worker in
            let state = try StarWorker(self)
            while let morsel = take() {
                try context.cancellation.check()
                try state.process(morsel)
            }
            let result = try state.finish()
            totals.withLock { $0.append((worker, UncheckedBox(result))) }
        }
        var sum: StarTotals?
        for (_, box) in totals.withLock({ $0 }).sorted(by: { $0.0 < $1.0 }) {
            if let sum { try sum.merge(box.value, groupCount) } else { sum = box.value }
        }
        if context.isAnalyzing {
            star.statistics.add(nanoseconds: monotonicNanoseconds() - start)
        }
        return try result(sum)
    }

    /// The groups that have rows; without keys always one.
    private func result(_ totals: StarTotals?) throws -> Batch {
        var groups: [UInt32] = []
        if star.keys.isEmpty {
            groups = [0]
        } else if let totals {
            for group in 0..<groupCount where totals.rows.base[group] > 0 {
                groups.append(UInt32(truncatingIfNeeded: group))
            }
        }
        let totals = try totals ?? StarTotals(self)
        var columns: [Vector] = []
        var taken: [Int: Int] = [:]
        for (place, key) in star.keys.enumerated() {
            switch key {
            case .attribute(let dimension, _):
                guard let part = parts.first(where: { $0.dimension == dimension }),
                    case .dimension(_, let source) = part.source, let keys = source.groups?.keys
                else { continue }
                let index = taken[dimension, default: 0]
                taken[dimension] = index + 1
                columns.append(keys.columns[index].vector.gather(part.codes(groups)))
            case .fact(let column):
                guard let part = parts.first(where: { $0.factColumn == column }),
                    case .fact(let codes) = part.source
                else { continue }
                columns.append(try codes.values(part.codes(groups), star.columns[place].1))
            }
        }
        for (index, _) in star.aggregates.enumerated() {
            columns.append(try totals.result(index, groups))
        }
        if context.isAnalyzing { star.statistics.add(rows: groups.count) }
        return Batch(columns: columns, count: groups.count)
    }
}

/// A factor of the group number.
struct StarGroupPart: @unchecked Sendable {
    enum Source {
        case dimension(Int, StarDimension)
        case fact(FactKey)
    }
    let source: Source
    let stride: Int
    let cardinality: Int

    var dimension: Int? { if case .dimension(let index, _) = source { index } else { nil } }
    var factColumn: Int? { if case .fact(let key) = source { key.column } else { nil } }

    func codes(_ groups: [UInt32]) -> [UInt32] {
        groups.map { UInt32(truncatingIfNeeded: Int($0) / stride % max(cardinality, 1)) }
    }
}

/// What segments and tail together know of the fact's columns.
struct FactColumns {
    let table: TableSnapshot
    let ids: [UInt32]

    init(_ table: TableSnapshot, _ ids: [UInt32]) {
        self.table = table
        self.ids = ids
    }

    /// Smallest and largest value over the segments; nil without segments.
    func bounds(_ column: Int) -> (Int64, Int64)? {
        var result: (Int64, Int64)?
        for fragment in table.fragments {
            guard case .segment(let segment) = fragment,
                let zone = segment.segment.integerZones(column: ids[column])?.whole, zone.hasBounds
            else { continue }
            result = result.map { (min($0.0, zone.low), max($0.1, zone.high)) }
                ?? (zone.low, zone.high)
        }
        return result
    }

    /// Every fragment's values of the column, tails included, when none is NULL.
    var fragments: [Fragment] { table.fragments }
}
