import Basics
import Planning
import Synchronization
import Vectors

/// A subquery inside an expression: run once where it stands alone, else once for every distinct
/// combination of the outer values that it refers to.
package final class CompiledSubquery: @unchecked Sendable {
    private let subquery: Subquery
    private let operation: Operator
    let left: [Compiled]
    /// Outer columns found in the batch; others come from the context.
    private let correlated: [(id: ColumnID, type: SQLType, index: Int)]

    init(_ subquery: Subquery, _ layout: Layout) throws {
        guard let lowering = layout.lowering else {
            throw SQLError(
                .featureNotSupported, "cannot use subquery in this expression",
                position: subquery.position)
        }
        self.subquery = subquery
        operation = try lowering.lower(subquery.plan)
        if case .quantified(let expressions, _, _) = subquery.kind {
            left = try expressions.map { try Compiled.compile($0, layout) }
        } else {
            left = []
        }
        correlated = subquery.outer.compactMap { column in
            layout.position[column.0].map { (column.0, column.1, $0) }
        }
    }

    var columnsUsed: Set<Int> {
        left.reduce(into: Set(correlated.map(\.index))) { $0.formUnion($1.columnsUsed) }
    }

    /// `x = ANY (SELECT …)`.
    var isEquality: Bool {
        guard case .quantified(_, let operators, let all) = subquery.kind else { return false }
        return !all && operators.count == 1 && operators[0].name == "="
    }

    /// The subquery's operator, for EXPLAIN.
    var plan: Operator { operation }

    func evaluate(_ batch: Batch, _ context: QueryContext) throws -> Vector {
        let values = try left.map { try $0.evaluate(batch, context) }
        if correlated.isEmpty {
            let answer = try standalone(context)
            if left.isEmpty {
                return Vector.constant(
                    try answer.value(subquery), subquery.type, count: batch.count)
            }
            return try answer.quantify(subquery, values, batch.count, context)
        }
        return try perRow(batch, values, context)
    }

    private func standalone(_ context: QueryContext) throws -> SubqueryAnswer {
        let store = subquery.outer.isEmpty ? context.materialized.root : context.materialized
        if let known = store.answer(subquery.id) { return known }
        let rows = try operation.collect(context)
        let answer = SubqueryAnswer(rows)
        store.setAnswer(subquery.id, answer)
        return answer
    }

    /// Finds the answer ahead, where nothing from outside is needed. A failure is left to the first row
    /// that asks, if one does.
    fileprivate func prepare(_ context: QueryContext) {
        guard subquery.outer.isEmpty, !subquery.plan.isVolatile else { return }
        _ = try? standalone(context)
    }

    private func perRow(
        _ batch: Batch, _ values: [Vector], _ context: QueryContext
    ) throws -> Vector {
        let outerColumns = correlated.map { batch.columns[$0.index] }
        let groups = KeyTable(correlated.map(\.type), memory: context.memory)
        var numbers = [UInt32](repeating: 0, count: batch.count)
        try numbers.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            try groups.findOrInsert(outerColumns, count: batch.count, into: base)
        }
        var answers: [SubqueryAnswer] = []
        answers.reserveCapacity(groups.count)
        for number in 0..<groups.count {
            try context.cancellation.check()
            var bound: [ColumnID: Datum] = [:]
            for (column, source) in zip(groups.keys.columns, correlated) {
                bound[source.id] = column.vector.datum(at: number)
            }
            answers.append(SubqueryAnswer(try operation.collect(context.binding(bound))))
        }
        let builder = VectorBuilder(subquery.type, capacity: max(batch.count, 1))
        for row in 0..<batch.count {
            let answer = answers[Int(numbers[row])]
            if left.isEmpty {
                builder.append(try answer.value(subquery))
            } else {
                let one = values.map { Vector.constant($0.datum(at: row), $0.type, count: 1) }
                let verdict = try answer.quantify(subquery, one, 1, context)
                builder.append(verdict.datum(at: 0))
            }
        }
        return builder.single()
    }
}

extension Compiled {
    /// Runs subqueries that stand alone before the first row comes: now all workers can take part, and
    /// from the midst of a pipeline each worker would run them by itself. Those that only some rows
    /// may reach wait until one does.
    static func prepare(_ expressions: [Compiled], _ context: QueryContext) {
        for expression in expressions { expression.prepareSubqueries(context) }
    }

    private func prepareSubqueries(_ context: QueryContext) {
        switch self {
        case .subquery(let subquery): subquery.prepare(context)
        case .call(_, let terms, _, _), .extremum(let terms, _, _, _), .array(let terms, _):
            Self.prepare(terms, context)
        case .and(let terms), .or(let terms), .coalesce(let terms, _):
            terms.first?.prepareSubqueries(context)
        case .not(let inner), .isNull(let inner, _), .isTruth(let inner, _, _):
            inner.prepareSubqueries(context)
        case .isDistinct(let left, let right, _, _): Self.prepare([left, right], context)
        case .constant, .column, .outer, .parameter, .caseWhen, .inList, .quantified: break
        }
    }
}

/// The rows a subquery gave, and how they answer each kind of question.
final class SubqueryAnswer: @unchecked Sendable {
    private let rows: RowSet
    private let lock = Mutex<Bool>(false)
    private var lookup: KeyTable?
    private var hasNull = false

    init(_ rows: RowSet) { self.rows = rows }

    func value(_ subquery: Subquery) throws -> Datum {
        switch subquery.kind {
        case .exists: return .bool(rows.count > 0)
        case .scalar:
            guard rows.count <= 1 else {
                throw SQLError(
                    .cardinalityViolation,
                    "more than one row returned by a subquery used as an expression")
            }
            return rows.count == 0 ? .null : rows.columns[0].vector.datum(at: 0)
        case .array:
            return try ArrayValue.datum(elements: rows.columns[0].vector, type: subquery.type)
        case .quantified: return .null
        }
    }

    func quantify(
        _ subquery: Subquery, _ left: [Vector], _ count: Int, _ context: QueryContext
    ) throws -> Vector {
        guard case .quantified(_, let operators, let all) = subquery.kind else {
            throw SQLError(.internalError, "not a quantified subquery")
        }
        let result = Vector(.boolean, capacity: max(count, 1))
        result.count = count
        let out = result.pointer(UInt8.self)
        if rows.count == 0 {
            out.initialize(repeating: all ? 1 : 0, count: count)
            return result
        }
        let plainEquality =
            operators.count == 1 && operators[0].name == "=" && !all
            && left[0].type.physical == rows.columns[0].physical && left[0].type.isHashComparable(with: rows.columns[0].type)
        if plainEquality, count > 4 || lookup != nil {
            try probe(left[0], count, context, into: result)
            return result
        }
        for row in 0..<count {
            try context.cancellation.check()
            var verdict: Vector?
            for (index, function) in operators.enumerated() {
                let one = Vector.constant(
                    left[index].datum(at: row), left[index].type, count: rows.count)
                let part = try function.evaluate(
                    context.evaluation, [one, rows.columns[index].vector], count: rows.count,
                    result: .boolean)
                verdict = try verdict.map { try Self.and($0, part, rows.count) } ?? part
            }
            if let verdict { Compiled.fold(verdict, rows.count, all, into: result, row) }
        }
        return result
    }

    private static func and(_ a: Vector, _ b: Vector, _ count: Int) throws -> Vector {
        let result = Vector(.boolean, capacity: max(count, 1))
        result.count = count
        let out = result.pointer(UInt8.self)
        for row in 0..<count {
            let x = a.isNull(row) ? nil : a.pointer(UInt8.self)[row & a.rowMask] != 0
            let y = b.isNull(row) ? nil : b.pointer(UInt8.self)[row & b.rowMask] != 0
            if x == false || y == false {
                out[row] = 0
            } else if x == nil || y == nil {
                result.setNull(row)
            } else {
                out[row] = 1
            }
        }
        return result
    }

    private func probe(
        _ left: Vector, _ count: Int, _ context: QueryContext, into result: Vector
    ) throws {
        let table = try lock.withLock { _ in try self.makeLookup(context) }
        let (keys, hasNull) = (table.keys, table.hasNull)
        var numbers = [UInt32](repeating: 0, count: max(count, 1))
        try lock.withLock { _ in
            try numbers.withUnsafeMutableBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                try keys.find([left], count: count, into: base)
            }
        }
        let out = result.pointer(UInt8.self)
        for row in 0..<count {
            let found = numbers[row] != .max && !left.isNull(row)
            out[row] = found ? 1 : 0
            if !found, hasNull || left.isNull(row) { result.setNull(row) }
        }
    }

    private func makeLookup(_ context: QueryContext) throws -> (keys: KeyTable, hasNull: Bool) {
        if let lookup { return (lookup, hasNull) }
        let vector = rows.columns[0].vector
        let made = KeyTable([vector.type], memory: context.memory)
        var scratch = [UInt32](repeating: 0, count: rows.count)
        try scratch.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            try made.findOrInsert([vector], count: rows.count, into: base)
        }
        for row in 0..<rows.count where vector.isNull(row) { hasNull = true }
        lookup = made
        return (made, hasNull)
    }
}

extension SQLType {
    /// Whether equal values of the two types hash and compare equally as they lie in memory.
    func isHashComparable(with other: SQLType) -> Bool {
        switch (self, other) {
        case (.numeric(_, let a), .numeric(_, let b)): return a == b && physical == other.physical
        case (.char, .char): return true
        case (.char, _), (_, .char): return false
        default: return physical == other.physical
        }
    }
}
