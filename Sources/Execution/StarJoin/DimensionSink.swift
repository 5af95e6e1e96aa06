import Basics
import Planning
import Vectors

/// One worker's rows of a dimension: integer keys, and the numbers of their groups.
final class DimensionSink: LocalSink {
    private let key: Compiled
    private let groupBy: [Compiled]
    private let context: QueryContext
    private(set) var keys = GroupArray<Int64>(zero: 0)
    private(set) var groups = GroupArray<UInt32>(zero: 0)
    private(set) var count = 0
    private(set) var low = Int64.max
    private(set) var high = Int64.min
    /// Distinct combinations of the group expressions among this worker's rows.
    let table: KeyTable?
    private var numbers: [UInt32] = []
    private var reserved = 0

    init(_ key: Compiled, groupBy: [Compiled], types: [SQLType], _ context: QueryContext) {
        self.key = key
        self.groupBy = groupBy
        self.context = context
        table = groupBy.isEmpty ? nil : KeyTable(types, memory: context.memory)
    }

    deinit {
        keys.deallocate()
        groups.deallocate()
        context.memory.release(reserved)
    }

    override func consume(_ batch: Batch) throws {
        let values = try key.evaluate(batch, context)
        if numbers.count < batch.count {
            numbers = [UInt32](repeating: 0, count: max(batch.count, 2048))
        }
        if table != nil { try number(batch) }
        try context.memory.reserve(batch.count * 12)
        reserved += batch.count * 12
        keys.resize(count + batch.count)
        groups.resize(count + batch.count)
        let base = keys.base
        let into = groups.base
        for row in 0..<batch.count where !values.isNull(row) {
            let value = values.integer(row)
            low = min(low, value)
            high = max(high, value)
            base[count] = value
            into[count] = numbers[row]
            count += 1
        }
    }

    private func number(_ batch: Batch) throws {
        guard let table else { return }
        let values = try groupBy.map { try $0.evaluate(batch, context) }
        try numbers.withUnsafeMutableBufferPointer { buffer in
            guard let out = buffer.baseAddress else { return }
            try table.findOrInsert(values, count: batch.count, into: out)
        }
    }
}
