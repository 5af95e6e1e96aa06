import Basics
import Planning
import Vectors

/// Pulls batches out of a stream, for operators that read several streams one after another.
final class StreamReader: BatchReader {
    private var reader: BatchReader
    /// The stage that the reader's batches enter at.
    private var entry = 0
    private var epilogues: ArraySlice<Stream.Epilogue>
    private let locals: [LocalStage]
    private let stop: StopFlag
    private let context: QueryContext
    private var ready: [Batch] = []
    private var next_ = 0

    init(_ stream: Stream, _ context: QueryContext) throws {
        reader = try stream.source.makeReader(context)
        epilogues = stream.epilogues[...]
        locals = try stream.stages.map { try $0.makeLocal(context) }
        stop = stream.stop
        self.context = context
    }

    override func next() throws -> Batch? {
        while next_ == ready.count {
            ready.removeAll(keepingCapacity: true)
            next_ = 0
            if stop.isSet { return nil }
            if let batch = try reader.next() {
                try push(batch, entry)
                continue
            }
            guard let epilogue = epilogues.popFirst() else { return nil }
            reader = try epilogue.source.makeReader(context)
            entry = epilogue.stage
        }
        next_ += 1
        return ready[next_ - 1]
    }

    private func push(_ batch: Batch, _ stage: Int) throws {
        if batch.count == 0 { return }
        if stage == locals.count {
            ready.append(batch)
            return
        }
        try locals[stage].process(batch) { try push($0, stage + 1) }
    }
}

/// UNION ALL: one input after the other.
final class AppendOperator: Operator, @unchecked Sendable {
    override var title: String { "Append" }

    override func stream(_ context: QueryContext) throws -> Stream {
        Stream(source: AppendSource(try children.map { try $0.observed(context) }))
    }
}

final class AppendSource: BatchSource, @unchecked Sendable {
    private let streams: [Stream]
    init(_ streams: [Stream]) { self.streams = streams }

    /// One worker keeps the inputs' order, as PostgreSQL does.
    var parallelism: Int { 1 }

    func makeReader(_ context: QueryContext) throws -> BatchReader {
        Reader(streams, context)
    }

    private final class Reader: BatchReader {
        private var rest: ArraySlice<Stream>
        private var current: StreamReader?
        private let context: QueryContext
        init(_ streams: [Stream], _ context: QueryContext) {
            rest = streams[...]
            self.context = context
        }

        override func next() throws -> Batch? {
            while true {
                if let current, let batch = try current.next() { return batch }
                guard let stream = rest.popFirst() else { return nil }
                current = try StreamReader(stream, context)
            }
        }
    }
}

/// INTERSECT and EXCEPT, with and without ALL.
final class SetOperator: Operator, @unchecked Sendable {
    private let kind: SetOperationNode.Kind
    private let all: Bool

    init(
        _ kind: SetOperationNode.Kind, all: Bool, left: Operator, right: Operator,
        columns: [(ColumnID, SQLType)]
    ) {
        self.kind = kind
        self.all = all
        super.init(columns: columns, children: [left, right])
    }

    override var title: String { "\(kind)".capitalized + (all ? " All" : "") }

    override func stream(_ context: QueryContext) throws -> Stream {
        let table = KeyTable(types, memory: context.memory)
        var counts: [(left: Int, right: Int)] = []
        for (side, child) in children.enumerated() {
            let rows = try child.collect(context)
            var start = 0
            while start < rows.count {
                try context.cancellation.check()
                let batch = rows.batch(start..<min(rows.count, start + 4096))
                var numbers = [UInt32](repeating: 0, count: batch.count)
                try numbers.withUnsafeMutableBufferPointer {
                    guard let base = $0.baseAddress else { return }
                    try table.findOrInsert(batch.columns, count: batch.count, into: base)
                }
                while counts.count < table.count { counts.append((0, 0)) }
                for number in numbers {
                    if side == 0 {
                        counts[Int(number)].left += 1
                    } else {
                        counts[Int(number)].right += 1
                    }
                }
                start += batch.count
            }
        }
        var order: [UInt32] = []
        for (key, count) in counts.enumerated() {
            let times: Int
            switch (kind, all) {
            case (.intersect, true): times = min(count.left, count.right)
            case (.intersect, false): times = count.left > 0 && count.right > 0 ? 1 : 0
            case (.except, true): times = max(0, count.left - count.right)
            default: times = count.left > 0 && count.right == 0 ? 1 : 0
            }
            for _ in 0..<times { order.append(UInt32(truncatingIfNeeded: key)) }
        }
        return Stream(source: RowSetSource(table.keys, order: order))
    }
}

/// DISTINCT ON: the first row of every group in the input's order.
final class DistinctOnOperator: Operator, @unchecked Sendable {
    private let keys: [Compiled]
    private let keyTypes: [SQLType]

    init(_ input: Operator, keys: [Compiled], keyTypes: [SQLType]) {
        self.keys = keys
        self.keyTypes = keyTypes
        super.init(columns: input.columns, children: [input])
    }

    override var title: String { "DistinctOn" }

    override func stream(_ context: QueryContext) throws -> Stream {
        try children[0].observed(context).readByOne().adding(KeyedStage(self, keys, keyTypes))
    }

    private final class KeyedStage: Stage, @unchecked Sendable {
        let keys: [Compiled]
        let types: [SQLType]
        init(_ owner: Operator, _ keys: [Compiled], _ types: [SQLType]) {
            self.keys = keys
            self.types = types
            super.init(owner)
        }
        override func makeLocal(_ context: QueryContext) throws -> LocalStage {
            Local(keys, KeyTable(types, memory: context.memory), context)
        }
    }

    private final class Local: LocalStage {
        let keys: [Compiled]
        let table: KeyTable
        let context: QueryContext
        init(_ keys: [Compiled], _ table: KeyTable, _ context: QueryContext) {
            self.keys = keys
            self.table = table
            self.context = context
        }

        override func process(_ batch: Batch, _ emit: (Batch) throws -> Void) throws {
            var known = table.count
            let values = try keys.map { try $0.evaluate(batch, context) }
            var numbers = [UInt32](repeating: 0, count: batch.count)
            try numbers.withUnsafeMutableBufferPointer {
                guard let base = $0.baseAddress else { return }
                try table.findOrInsert(values, count: batch.count, into: base)
            }
            var fresh: [UInt32] = []
            for row in 0..<batch.count where Int(numbers[row]) >= known {
                fresh.append(UInt32(truncatingIfNeeded: row))
                known += 1
            }
            if !fresh.isEmpty { try emit(batch.gather(fresh, count: fresh.count)) }
        }
    }
}

/// WITH: the definition runs at the first reference, once a statement.
final class WithOperator: Operator, @unchecked Sendable {
    private let id: Int

    /// Children: definition, body.
    init(id: Int, definition: Operator, body: Operator) {
        self.id = id
        super.init(columns: body.columns, children: [definition, body])
    }

    override var title: String { "With \(id)" }

    override func stream(_ context: QueryContext) throws -> Stream {
        context.materialized.set(id, try children[0].collect(context))
        return try children[1].observed(context)
    }
}

final class CTEScanOperator: Operator, @unchecked Sendable {
    private let id: Int
    private let indices: [Int]

    init(id: Int, columns: [(ColumnID, SQLType)], indices: [Int]) {
        self.id = id
        self.indices = indices
        super.init(columns: columns)
    }

    override var title: String { "CTE Scan \(id)" }

    override func stream(_ context: QueryContext) throws -> Stream {
        guard let rows = context.materialized.get(id) else {
            throw SQLError(.internalError, "common table expression \(id) has not been computed")
        }
        return Stream(source: RowSetSource(rows, columns: indices, isOrdered: false))
    }
}

/// WITH RECURSIVE: repeats the step on the rows that the last one added.
final class RecursiveOperator: Operator, @unchecked Sendable {
    private let id: Int
    private let all: Bool

    init(
        id: Int, base: Operator, step: Operator, all: Bool, columns: [(ColumnID, SQLType)]
    ) {
        self.id = id
        self.all = all
        super.init(columns: columns, children: [base, step])
    }

    override var title: String { "Recursive \(id)" }

    override func stream(_ context: QueryContext) throws -> Stream {
        let result = RowSet(types, memory: context.memory)
        let seen = KeyTable(types, memory: context.memory)
        var work = try fresh(try children[0].collect(context), seen, context)
        while work.count > 0 {
            try context.cancellation.check()
            try result.append(work.batch(0..<work.count))
            context.materialized.set(id, work)
            work = try fresh(try children[1].collect(context), seen, context)
        }
        return Stream(source: RowSetSource(result))
    }

    private func fresh(
        _ rows: RowSet, _ seen: KeyTable, _ context: QueryContext
    ) throws -> RowSet {
        if all || rows.count == 0 { return rows }
        let known = seen.count
        var numbers = [UInt32](repeating: 0, count: rows.count)
        try numbers.withUnsafeMutableBufferPointer {
            guard let base = $0.baseAddress else { return }
            try seen.findOrInsert(
                rows.columns.map(\.vector), count: rows.count, into: base)
        }
        let result = RowSet(types, memory: context.memory)
        if seen.count > known { try result.append(seen.keys.batch(known..<seen.count)) }
        return result
    }
}
