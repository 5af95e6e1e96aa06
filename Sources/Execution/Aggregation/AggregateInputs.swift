import Basics
import Planning
import Vectors

/// What an aggregation evaluates of its input: each key, argument and filter once, however many calls
/// use it.
struct AggregateInputs: @unchecked Sendable {
    private enum Source {
        case expression(Compiled)
        /// The row's place in the input.
        case position
    }
    private struct Column {
        let source: Source
        let type: SQLType
        /// The filter whose rows alone it is evaluated for.
        let filter: Int?
    }

    /// Which columns a call takes.
    struct Call {
        fileprivate(set) var columns: [Int] = []
        fileprivate(set) var filter: Int?
    }

    private let keys: [Compiled]
    private var columns: [Column] = []
    private var filters: [Compiled] = []
    private(set) var calls: [Call] = []

    init(keys: [Compiled], aggregates: [CompiledAggregate]) {
        self.keys = keys
        var known: [String: Int] = [:]
        var knownFilters: [String: Int] = [:]
        for aggregate in aggregates {
            var call = Call()
            var suffix = ""
            if let filter = aggregate.filter, let expression = aggregate.call.filter {
                let name = expression.identity
                let index = knownFilters[name] ?? filters.count
                if index == filters.count {
                    filters.append(filter)
                    knownFilters[name] = index
                }
                call.filter = index
                suffix = "|\(index)"
            }
            func add(_ source: Source, _ type: SQLType, _ name: String, _ columns: inout [Column])
                -> Int
            {
                if let index = known[name + suffix] { return index }
                columns.append(Column(source: source, type: type, filter: call.filter))
                known[name + suffix] = columns.count - 1
                return columns.count - 1
            }
            for (expression, compiled) in zip(aggregate.call.arguments, aggregate.arguments) {
                call.columns.append(
                    add(.expression(compiled), expression.type, expression.identity, &columns))
            }
            if aggregate.collects {
                for (key, compiled) in zip(aggregate.call.order, aggregate.order) {
                    let expression = key.expression
                    call.columns.append(
                        add(
                            .expression(compiled), expression.type, expression.identity,
                            &columns))
                }
            }
            if aggregate.wantsPositions {
                call.columns.append(add(.position, .bigint, "position", &columns))
            }
            calls.append(call)
        }
    }

    /// The columns of rows as they are kept, behind their keys.
    var rowTypes: [SQLType] {
        columns.map(\.type) + filters.map { _ in SQLType.boolean }
    }

    /// `position` is the place of the batch's first row.
    func evaluate(_ batch: Batch, position: Int, _ context: QueryContext) throws -> AggregateRows {
        var rows = AggregateRows(count: batch.count)
        rows.keys = try keys.map { try $0.evaluate(batch, context) }
        var parts: [Batch] = []
        for filter in filters {
            let selection = AggregateRows.trueRows(
                try filter.evaluate(batch, context), batch.count)
            rows.selections.append(selection)
            parts.append(selection.map { batch.gather($0, count: $0.count) } ?? batch)
        }
        for column in columns {
            let part = column.filter.map { parts[$0] } ?? batch
            switch column.source {
            case .expression(let expression):
                rows.inputs.append(try expression.evaluate(part, context))
            case .position:
                let vector = Vector(.bigint, capacity: max(part.count, 1))
                vector.count = part.count
                let selection = column.filter.flatMap { rows.selections[$0] }
                for row in 0..<part.count {
                    vector.pointer(Int64.self)[row] = Int64(
                        position + (selection.map { Int($0[row]) } ?? row))
                }
                rows.inputs.append(vector)
            }
        }
        return rows
    }

    /// The rows with every column at full length, as they are kept: NULL where a filter says no.
    func kept(_ rows: AggregateRows) -> [Vector] {
        var columns = zip(rows.inputs, self.columns).map { vector, column in
            guard let filter = column.filter, let selection = rows.selections[filter] else {
                return vector
            }
            var places = [UInt32](repeating: .max, count: rows.count)
            for (index, row) in selection.enumerated() {
                places[Int(row)] = UInt32(truncatingIfNeeded: index)
            }
            return places.withUnsafeBufferPointer {
                $0.baseAddress.map { vector.gatherOuter($0, count: rows.count) } ?? vector
            }
        }
        for selection in rows.selections {
            let flags = Vector(.boolean, capacity: max(rows.count, 1))
            flags.count = rows.count
            let data = flags.pointer(UInt8.self)
            data.initialize(repeating: selection == nil ? 1 : 0, count: rows.count)
            for row in selection ?? [] { data[Int(row)] = 1 }
            columns.append(flags)
        }
        return columns
    }

    /// The other way round: `keyCount` keys, and then what `kept` gave.
    func restored(_ batch: Batch, keyCount: Int) -> AggregateRows {
        var rows = AggregateRows(count: batch.count)
        rows.keys = Array(batch.columns.prefix(keyCount))
        for index in filters.indices {
            rows.selections.append(
                AggregateRows.trueRows(
                    batch.columns[keyCount + columns.count + index], batch.count))
        }
        for (index, column) in columns.enumerated() {
            let vector = batch.columns[keyCount + index]
            rows.inputs.append(
                column.filter.flatMap { rows.selections[$0] }.map { vector.gather($0) } ?? vector)
        }
        return rows
    }
}

/// A batch of input, evaluated.
struct AggregateRows {
    let count: Int
    var keys: [Vector] = []
    /// Columns of the calls; those under a filter hold only the rows it selects.
    var inputs: [Vector] = []
    /// For each filter the rows that pass; nil where all do.
    var selections: [[UInt32]?] = []

    init(count: Int) { self.count = count }

    static func trueRows(_ flags: Vector, _ count: Int) -> [UInt32]? {
        let rows = [UInt32](unsafeUninitializedCapacity: max(count, 1)) { buffer, initialized in
            initialized = buffer.baseAddress.map { Compiled.trueRows(flags, count, into: $0) } ?? 0
        }
        return rows.count == count ? nil : rows
    }
}
