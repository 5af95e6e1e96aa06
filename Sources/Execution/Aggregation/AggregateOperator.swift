import Basics
import Planning
import Vectors

/// GROUP BY by hashing, with any number of grouping sets; without keys one group always exists.
///
/// 1. Each worker evaluates its batches (`AggregateInputs`) and adds them to its `WorkerGroups`, for
///    each grouping set: a table while groups are few, rows divided by hash beyond.
/// 2. `AggregateSource` merges the workers' groups, partition by partition, on all workers.
/// 3. Groups come out in the order of their keys' hashes, and no state depends on the order of its rows:
///    the answer is the same whatever worker took what.
final class AggregateOperator: Operator, @unchecked Sendable {
    let aggregates: [CompiledAggregate]
    let inputs: AggregateInputs
    let keyTypes: [SQLType]
    let groupings: [[Int]]
    var setCount: Int { sets.count }
    private let keyCount: Int
    /// The input's column that each key is, if it is one.
    private let keyColumns: [Int?]
    private let sets: [[Int]]

    init(
        _ input: Operator, columns: [(ColumnID, SQLType)], keys: [Compiled],
        aggregates: [CompiledAggregate], sets: [[Int]], groupings: [[Int]]
    ) {
        self.aggregates = aggregates
        self.sets = sets
        self.groupings = groupings
        keyCount = keys.count
        keyColumns = keys.map { $0.plainColumn(input.types) }
        inputs = AggregateInputs(keys: keys, aggregates: aggregates)
        keyTypes = columns.prefix(keys.count).map(\.1)
        super.init(columns: columns, children: [input])
    }

    override var title: String {
        aggregates.isEmpty ? "HashDistinct" : keyCount == 0 ? "Aggregate" : "HashAggregate"
    }

    /// Rows of a group that nobody asks for may go; the other groups do not change.
    override func scanColumn(_ index: Int) -> ScanColumn? {
        guard sets.count == 1, sets[0].count == keyCount, index < keyCount,
            let column = keyColumns[index]
        else { return nil }
        return children[0].scanColumn(column)
    }

    override func stream(_ context: QueryContext) throws -> Stream {
        let input = try children[0].observed(context)
        let sets = sets.map { GroupingSet($0, self) }
        var shares = [[WorkerGroups]](repeating: [], count: sets.count)
        try Pipeline.run(
            input, self, context, makeSink: { try Worker(self, sets, context) },
            merge: { worker in
                for index in sets.indices { shares[index].append(worker.shares[index]) }
            })
        return Stream(source: AggregateSource(shares))
    }

    private final class Worker: LocalSink {
        let shares: [WorkerGroups]
        private let inputs: AggregateInputs
        private let context: QueryContext

        init(_ owner: AggregateOperator, _ sets: [GroupingSet], _ context: QueryContext) throws {
            inputs = owner.inputs
            self.context = context
            shares = try sets.map { try WorkerGroups($0, context) }
        }

        override func consume(_ batch: Batch) throws {
            let rows = try inputs.evaluate(
                batch, position: position(batch.count), context)
            for share in shares { try share.consume(rows) }
        }

        override func finish() throws {
            for share in shares { share.freeze() }
        }
    }
}
