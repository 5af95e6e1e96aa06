import Basics
import Planning
import Synchronization
import Vectors

// Operators that pass batches on one by one.

final class FilterOperator: Operator, @unchecked Sendable {
    private let conditions: [Compiled]
    private let expressions: [Expression]
    private let names: ColumnNames

    init(
        _ input: Operator, _ conditions: [Compiled], expressions: [Expression],
        names: ColumnNames
    ) {
        self.conditions = conditions
        self.expressions = expressions
        self.names = names
        super.init(columns: input.columns, children: [input])
    }

    override var title: String { "Filter" }
    override var details: [String] { expressions.map { Explain.text($0, names) } }
    override func scanColumn(_ index: Int) -> ScanColumn? { children[0].scanColumn(index) }

    override func stream(_ context: QueryContext) throws -> Stream {
        let input = try children[0].observed(context)
        Compiled.prepare(conditions, context)
        return input.adding(FilterStage(self, conditions))
    }
}

/// Keeps the rows for which all conditions are true; a condition sees only rows that passed the ones
/// before it.
final class FilterStage: Stage, @unchecked Sendable {
    private let conditions: [Compiled]
    init(_ owner: Operator, _ conditions: [Compiled]) {
        self.conditions = conditions
        super.init(owner)
    }

    override func makeLocal(_ context: QueryContext) throws -> LocalStage {
        Local(conditions, context)
    }

    private final class Local: LocalStage {
        let conditions: [Compiled]
        let context: QueryContext
        var positions: [UInt32] = []
        init(_ conditions: [Compiled], _ context: QueryContext) {
            self.conditions = conditions
            self.context = context
        }

        override func process(_ batch: Batch, _ emit: (Batch) throws -> Void) throws {
            try emit(try context.filter(batch, conditions, &positions))
        }
    }
}

extension QueryContext {
    /// The rows of the batch for which all conditions are true.
    func filter(
        _ batch: Batch, _ conditions: [Compiled], _ positions: inout [UInt32]
    ) throws -> Batch {
        var current = batch
        for condition in conditions where current.count > 0 {
            if positions.count < current.count {
                positions = [UInt32](repeating: 0, count: max(current.count, 2048))
            }
            let found = try positions.withUnsafeMutableBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return 0 }
                return try condition.select(current, self, into: base)
            }
            if found == current.count { continue }
            current = current.gather(positions, count: found)
        }
        return current
    }
}

final class ProjectOperator: Operator, @unchecked Sendable {
    private let expressions: [Compiled]

    init(_ input: Operator, columns: [(ColumnID, SQLType)], expressions: [Compiled]) {
        self.expressions = expressions
        super.init(columns: columns, children: [input])
    }

    override var title: String { "Project" }
    override func scanColumn(_ index: Int) -> ScanColumn? {
        guard case .column(let input) = expressions[index] else { return nil }
        return children[0].scanColumn(input)
    }

    override func stream(_ context: QueryContext) throws -> Stream {
        let input = try children[0].observed(context)
        Compiled.prepare(expressions, context)
        return input.adding(ProjectStage(self, expressions))
    }
}

final class ProjectStage: Stage, @unchecked Sendable {
    private let expressions: [Compiled]
    init(_ owner: Operator, _ expressions: [Compiled]) {
        self.expressions = expressions
        super.init(owner)
    }

    override func makeLocal(_ context: QueryContext) throws -> LocalStage {
        Local(expressions, context)
    }

    private final class Local: LocalStage {
        let expressions: [Compiled]
        let context: QueryContext
        init(_ expressions: [Compiled], _ context: QueryContext) {
            self.expressions = expressions
            self.context = context
        }

        override func process(_ batch: Batch, _ emit: (Batch) throws -> Void) throws {
            let columns = try expressions.map { try $0.evaluate(batch, context) }
            try emit(Batch(columns: columns, count: batch.count))
        }
    }
}

/// LIMIT and OFFSET over an ordered or unordered input, on one worker.
final class LimitOperator: Operator, @unchecked Sendable {
    private let limit: Compiled?
    private let offset: Compiled?
    private let ties: [Compiled]?

    init(_ input: Operator, limit: Compiled?, offset: Compiled?, ties: [Compiled]?) {
        self.limit = limit
        self.offset = offset
        self.ties = ties
        super.init(columns: input.columns, children: [input])
    }

    override var title: String { "Limit" }

    /// LIMIT's and OFFSET's values; nil limit is none.
    static func bounds(
        _ limit: Compiled?, _ offset: Compiled?, _ context: QueryContext
    ) throws -> (limit: Int?, offset: Int) {
        func value(_ expression: Compiled?, _ error: SQLError) throws -> Int? {
            guard let expression else { return nil }
            let row = Batch(columns: [], count: 1)
            guard case .int(let number) = try expression.evaluate(row, context).datum(at: 0)
            else { return nil }
            guard number >= 0 else { throw error }
            return Int(number)
        }
        let count = try value(
            limit, SQLError(.invalidRowCountInLimit, "LIMIT must not be negative"))
        let skip = try value(
            offset, SQLError(.invalidRowCountInOffset, "OFFSET must not be negative"))
        return (count, skip ?? 0)
    }

    override func stream(_ context: QueryContext) throws -> Stream {
        let (limit, offset) = try Self.bounds(limit, offset, context)
        if limit == 0 { return Stream(source: BatchListSource([])) }
        let input = try children[0].observed(context)
        return input.readByOne().adding(
            LimitStage(self, limit: limit, offset: offset, ties: ties, stop: input.stop))
    }
}

/// Makes a source be read by one worker, where the order or a running count matters.
final class SingleReaderSource: BatchSource {
    private let inner: any BatchSource
    init(_ inner: any BatchSource) { self.inner = inner }
    var parallelism: Int { 1 }
    func makeReader(_ context: QueryContext) throws -> BatchReader {
        try inner.makeReader(context)
    }
}

final class LimitStage: Stage, @unchecked Sendable {
    let limit: Int?
    let offset: Int
    let ties: [Compiled]?
    let stop: StopFlag

    init(_ owner: Operator, limit: Int?, offset: Int, ties: [Compiled]?, stop: StopFlag) {
        self.limit = limit
        self.offset = offset
        self.ties = ties
        self.stop = stop
        super.init(owner)
    }

    override func makeLocal(_ context: QueryContext) throws -> LocalStage {
        Local(self, context)
    }

    private final class Local: LocalStage {
        let stage: LimitStage
        let context: QueryContext
        var skipped = 0
        var passed = 0
        var lastKeys: [Vector]?

        init(_ stage: LimitStage, _ context: QueryContext) {
            self.stage = stage
            self.context = context
        }

        override func process(_ batch: Batch, _ emit: (Batch) throws -> Void) throws {
            var start = 0
            if skipped < stage.offset {
                start = min(stage.offset - skipped, batch.count)
                skipped += start
            }
            var end = batch.count
            if let limit = stage.limit {
                end = start + min(batch.count - start, max(0, limit - passed))
                if passed + end - start >= limit {
                    if stage.ties != nil {
                        end = try extendOverTies(batch, start, end)
                    } else {
                        stage.stop.set()
                    }
                }
            }
            guard end > start else { return }
            passed += end - start
            if start == 0, end == batch.count { return try emit(batch) }
            let rows = [UInt32](UInt32(start)..<UInt32(end))
            try emit(batch.gather(rows, count: rows.count))
        }

        private func extendOverTies(_ batch: Batch, _ start: Int, _ end: Int) throws -> Int {
            let keys = try (stage.ties ?? []).map { try $0.evaluate(batch, context) }
            var reference = lastKeys
            var referenceRow = 0
            if reference == nil, end > start {
                reference = keys
                referenceRow = end - 1
                lastKeys = keys.map { Vector.constant($0.datum(at: end - 1), $0.type, count: 1) }
            }
            guard let reference else { return end }
            var last = end
            while last < batch.count,
                zip(keys, reference).allSatisfy({ Vector.equal($0, last, $1, referenceRow) })
            { last += 1 }
            if last < batch.count { stage.stop.set() }
            return last
        }
    }
}

/// VALUES, and SELECT without FROM.
final class ValuesOperator: Operator, @unchecked Sendable {
    private let rows: [[Compiled]]

    init(columns: [(ColumnID, SQLType)], rows: [[Compiled]]) {
        self.rows = rows
        super.init(columns: columns)
    }

    override var title: String { rows.count == 1 && columns.isEmpty ? "Result" : "Values" }

    override func stream(_ context: QueryContext) throws -> Stream {
        if columns.isEmpty {
            return Stream(source: BatchListSource([Batch(columns: [], count: rows.count)]))
        }
        var batches: [Batch] = []
        var start = 0
        let one = Batch(columns: [], count: 1)
        while start < rows.count {
            let end = min(rows.count, start + Vector.standardCapacity)
            let builders = types.map { VectorBuilder($0, capacity: end - start) }
            for row in rows[start..<end] {
                for (builder, expression) in zip(builders, row) {
                    builder.append(try expression.evaluate(one, context).datum(at: 0))
                }
            }
            batches.append(Batch(columns: builders.map { $0.single() }, count: end - start))
            start = end
        }
        return Stream(source: BatchListSource(batches))
    }
}
