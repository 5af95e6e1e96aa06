import Basics
import Planning
import Vectors

extension Compiled {
    /// The expression's value for every row of the batch; perhaps a constant vector.
    package func evaluate(_ batch: Batch, _ context: QueryContext) throws -> Vector {
        let count = batch.count
        switch self {
        case .constant(let vector): return vector.repeated(count)
        case .column(let index): return batch.columns[index]
        case .outer(let id, let type):
            guard let value = context.outer[id] else {
                throw SQLError(.internalError, "column \(id.raw) is not in scope")
            }
            return Vector.constant(value, type, count: count)
        case .parameter(let index, let type):
            guard index < context.parameters.count else {
                throw SQLError(.undefinedParameter, "there is no parameter $\(index + 1)")
            }
            return Vector.constant(context.parameters[index], type, count: count)
        case .call(let function, let arguments, let type, _):
            let values = try arguments.map { try $0.evaluate(batch, context) }
            return try function.evaluate(context.evaluation, values, count: count, result: type)
        case .and(let terms): return try logic(terms, batch, context, stopsAt: 0)
        case .or(let terms): return try logic(terms, batch, context, stopsAt: 1)
        case .not(let inner): return Self.negate(try inner.evaluate(batch, context))
        case .isNull(let inner, let negated):
            return Self.nullTest(try inner.evaluate(batch, context), count, negated)
        case .isTruth(let inner, let value, let negated):
            return Self.truthTest(try inner.evaluate(batch, context), count, value, negated)
        case .isDistinct(let left, let right, let equality, let negated):
            return try Self.distinctTest(
                try left.evaluate(batch, context), try right.evaluate(batch, context), equality,
                negated, count, context)
        case .caseWhen(let branches, let otherwise, let type):
            return try evaluateCase(branches, otherwise, type, batch, context)
        case .coalesce(let terms, let type):
            return try evaluateCoalesce(terms, type, batch, context)
        case .extremum(let terms, let greatest, let less, let type):
            return try evaluateExtremum(terms, greatest, less, type, batch, context)
        case .inList(let left, let probe):
            return try evaluateInList(left, probe, batch, context)
        case .quantified(let left, let function, let array, let all, _):
            return try evaluateQuantified(left, function, array, all, batch, context)
        case .array(let elements, let type):
            let values = try elements.map { try $0.evaluate(batch, context) }
            return try ArrayValue.build(rows: values, count: count, type: type)
        case .subquery(let subquery): return try subquery.evaluate(batch, context)
        }
    }

    /// Rows for which the expression is true, ascending, written to `out`; returns how many.
    func select(
        _ batch: Batch, _ context: QueryContext, into out: UnsafeMutablePointer<UInt32>
    ) throws -> Int {
        Self.trueRows(try evaluate(batch, context), batch.count, into: out)
    }

    static func trueRows(
        _ vector: Vector, _ count: Int, into out: UnsafeMutablePointer<UInt32>
    ) -> Int {
        let data = vector.pointer(UInt8.self)
        if vector.isConstant {
            guard data[0] != 0, !vector.isNull(0) else { return 0 }
            for row in 0..<count { out[row] = UInt32(truncatingIfNeeded: row) }
            return count
        }
        var found = 0
        if let validity = vector.validity {
            for row in 0..<count {
                out[found] = UInt32(truncatingIfNeeded: row)
                found &+= Int(data[row] & validity[row])
            }
        } else {
            for row in 0..<count {
                out[found] = UInt32(truncatingIfNeeded: row)
                found &+= Int(data[row])
            }
        }
        return found
    }

    private static func negate(_ vector: Vector) -> Vector {
        let rows = vector.isConstant ? 1 : vector.count
        let result = Vector(.boolean, capacity: rows)
        result.count = vector.count
        result.isConstant = vector.isConstant
        let (source, target) = (vector.pointer(UInt8.self), result.pointer(UInt8.self))
        if let validity = vector.validity {
            let flags = result.makeValidity()
            for row in 0..<rows {
                flags[row] = validity[row]
                target[row] = (source[row] ^ 1) & validity[row]
            }
        } else {
            for row in 0..<rows { target[row] = source[row] ^ 1 }
        }
        return result
    }

    private static func nullTest(_ vector: Vector, _ count: Int, _ negated: Bool) -> Vector {
        guard let validity = vector.validity else {
            return Vector.constant(.bool(negated), .boolean, count: count)
        }
        if vector.isConstant {
            return Vector.constant(
                .bool((validity[0] == 0) != negated), .boolean, count: count)
        }
        let result = Vector(.boolean, capacity: count)
        result.count = count
        let target = result.pointer(UInt8.self)
        let flip: UInt8 = negated ? 0 : 1
        for row in 0..<count { target[row] = validity[row] ^ flip }
        return result
    }

    private static func truthTest(
        _ vector: Vector, _ count: Int, _ value: Bool?, _ negated: Bool
    ) -> Vector {
        let result = Vector(.boolean, capacity: count)
        result.count = count
        let source = vector.pointer(UInt8.self)
        let target = result.pointer(UInt8.self)
        let mask = vector.rowMask
        for row in 0..<count {
            let isNull = vector.isNull(row)
            let holds: Bool
            if let value {
                holds = !isNull && (source[row & mask] != 0) == value
            } else {
                holds = isNull
            }
            target[row] = holds != negated ? 1 : 0
        }
        return result
    }

    private static func distinctTest(
        _ left: Vector, _ right: Vector, _ equality: ScalarFunction, _ negated: Bool,
        _ count: Int, _ context: QueryContext
    ) throws -> Vector {
        let same = try equality.evaluate(context.evaluation, [left, right], count: count, result: .boolean)
        let result = Vector(.boolean, capacity: count)
        result.count = count
        let target = result.pointer(UInt8.self)
        let equal = same.pointer(UInt8.self)
        let mask = same.rowMask
        for row in 0..<count {
            let (nullLeft, nullRight) = (left.isNull(row), right.isNull(row))
            let distinct: Bool
            if nullLeft || nullRight {
                distinct = nullLeft != nullRight
            } else {
                distinct = equal[row & mask] == 0
            }
            target[row] = distinct != negated ? 1 : 0
        }
        return result
    }

    /// AND (`stopsAt` 0) and OR (`stopsAt` 1) in three-valued logic. A term that can fail is evaluated
    /// only where earlier terms left the result open.
    private func logic(
        _ terms: [Compiled], _ batch: Batch, _ context: QueryContext, stopsAt: UInt8
    ) throws -> Vector {
        let count = batch.count
        let result = Vector(.boolean, capacity: count)
        result.count = count
        let value = result.pointer(UInt8.self)
        // 0 false, 1 true, 2 unknown
        value.initialize(repeating: stopsAt ^ 1, count: count)
        var open = [UInt32](repeating: 0, count: count)
        for (index, term) in terms.enumerated() {
            if index == 0 || term.isHarmless {
                Self.merge(try term.evaluate(batch, context), into: value, stopsAt, nil, count)
                continue
            }
            var openCount = 0
            for row in 0..<count where value[row] != stopsAt {
                open[openCount] = UInt32(truncatingIfNeeded: row)
                openCount += 1
            }
            if openCount == 0 { break }
            let part = batch.gather(open, count: openCount, only: term.columnsUsed)
            Self.merge(
                try term.evaluate(part, context), into: value, stopsAt, open, openCount)
        }
        var hasUnknown = false
        for row in 0..<count where value[row] == 2 {
            hasUnknown = true
            break
        }
        if hasUnknown {
            let flags = result.makeValidity()
            for row in 0..<count where value[row] == 2 {
                flags[row] = 0
                value[row] = 0
            }
        }
        return result
    }

    private static func merge(
        _ term: Vector, into value: UnsafeMutablePointer<UInt8>, _ stopsAt: UInt8,
        _ positions: [UInt32]?, _ count: Int
    ) {
        let source = term.pointer(UInt8.self)
        let mask = term.rowMask
        for row in 0..<count {
            let target = positions.map { Int($0[row]) } ?? row
            let current = value[target]
            if current == stopsAt { continue }
            if term.isNull(row) {
                value[target] = 2
            } else if source[row & mask] == stopsAt {
                value[target] = stopsAt
            }
        }
    }
}

extension Vector {
    /// A constant vector with another row count.
    func repeated(_ count: Int) -> Vector {
        let copy = Vector(type, capacity: 1)
        copy.data.copyMemory(from: data, byteCount: physical.stride)
        if isNull(0) { copy.makeValidity()[0] = 0 }
        copy.isConstant = true
        copy.count = count
        copy.owners = owners.isEmpty ? [self] : owners
        return copy
    }
}

extension Batch {
    /// The rows at the positions; of the columns outside `only` an unfilled stand-in.
    func gather(_ positions: [UInt32], count rows: Int, only: Set<Int>? = nil) -> Batch {
        positions.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return Batch(columns: columns, count: 0) }
            return gather(base, count: rows, only: only)
        }
    }

    func gather(
        _ positions: UnsafePointer<UInt32>, count rows: Int, only: Set<Int>? = nil
    ) -> Batch {
        var parts: [Vector] = []
        parts.reserveCapacity(columns.count)
        for (index, column) in columns.enumerated() {
            if let only, !only.contains(index) {
                parts.append(column)
            } else {
                parts.append(column.gather(positions, count: rows))
            }
        }
        return Batch(columns: parts, count: rows)
    }
}
