import Basics
import Planning
import Vectors

// CASE, COALESCE, GREATEST/LEAST, IN and op ANY/ALL: a branch is evaluated only for rows that reach it,
// so that `CASE WHEN x <> 0 THEN 1 / x END` never divides by zero.

extension Compiled {
    func evaluateCase(
        _ branches: [(condition: Compiled, result: Compiled)], _ otherwise: Compiled?,
        _ type: SQLType, _ batch: Batch, _ context: QueryContext
    ) throws -> Vector {
        if branches.count == 1, otherwise == nil, branches[0].result.isHarmless {
            return try evaluateGuarded(branches[0], batch, context)
        }
        var merger = RowMerger(type, batch.count)
        var open = [UInt32](0..<UInt32(truncatingIfNeeded: batch.count))
        for branch in branches where !open.isEmpty {
            let part = subset(batch, open, branch.condition)
            var chosen = [UInt32](repeating: 0, count: open.count)
            let found = try chosen.withUnsafeMutableBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return 0 }
                return try branch.condition.select(part, context, into: base)
            }
            if found == 0 { continue }
            var rows: [UInt32] = []
            var rest: [UInt32] = []
            rows.reserveCapacity(found)
            var next = 0
            for (index, row) in open.enumerated() {
                if next < found, chosen[next] == UInt32(truncatingIfNeeded: index) {
                    rows.append(row)
                    next += 1
                } else {
                    rest.append(row)
                }
            }
            try merger.set(rows, branch.result.evaluate(subset(batch, rows, branch.result), context))
            open = rest
        }
        if let otherwise, !open.isEmpty {
            try merger.set(open, otherwise.evaluate(subset(batch, open, otherwise), context))
        }
        return merger.finish()
    }

    /// `CASE WHEN condition THEN result END` where computing the result for too many rows does no harm:
    /// all of it, then NULLs.
    private func evaluateGuarded(
        _ branch: (condition: Compiled, result: Compiled), _ batch: Batch,
        _ context: QueryContext
    ) throws -> Vector {
        let verdict = try branch.condition.evaluate(batch, context)
        let flags = verdict.pointer(UInt8.self)
        let mask = verdict.rowMask
        let nulls = verdict.validity
        var rest: [UInt32] = []
        for row in 0..<batch.count
        where flags[row & mask] == 0 || (nulls.map { $0[row & mask] == 0 } ?? false) {
            rest.append(UInt32(truncatingIfNeeded: row))
        }
        let value = try branch.result.evaluate(batch, context)
        if rest.isEmpty { return value }
        let copy = value.isConstant ? value.flattened() : value.slice(0, count: batch.count)
        for row in rest { copy.setNull(Int(row)) }
        return copy
    }

    func evaluateCoalesce(
        _ terms: [Compiled], _ type: SQLType, _ batch: Batch, _ context: QueryContext
    ) throws -> Vector {
        var merger = RowMerger(type, batch.count)
        var open = [UInt32](0..<UInt32(truncatingIfNeeded: batch.count))
        for term in terms where !open.isEmpty {
            let value = try term.evaluate(subset(batch, open, term), context)
            if !value.hasNulls, open.count == batch.count { return value }
            merger.set(open, value)
            open = open.enumerated().filter { value.isNull($0.offset) }.map(\.element)
        }
        return merger.finish()
    }

    func evaluateExtremum(
        _ terms: [Compiled], _ greatest: Bool, _ less: ScalarFunction, _ type: SQLType,
        _ batch: Batch, _ context: QueryContext
    ) throws -> Vector {
        guard let first = terms.first else {
            return Vector.constant(.null, type, count: batch.count)
        }
        var best = try first.evaluate(batch, context)
        let all = [UInt32](0..<UInt32(truncatingIfNeeded: batch.count))
        for term in terms.dropFirst() {
            let value = try term.evaluate(batch, context)
            let order = greatest ? [best, value] : [value, best]
            let better = try less.evaluate(context.evaluation, order, count: batch.count, result: .boolean)
            let flags = better.pointer(UInt8.self)
            let rows = all.filter {
                let row = Int($0)
                if value.isNull(row) { return false }
                return best.isNull(row) || flags[row & better.rowMask] != 0
            }
            if rows.isEmpty { continue }
            var merger = RowMerger(type, batch.count)
            merger.set(all, best)
            merger.set(rows, rows.withUnsafeBufferPointer { buffer in
                buffer.baseAddress.map { value.gather($0, count: rows.count) } ?? value
            })
            best = merger.finish()
        }
        return best
    }

    func evaluateInList(
        _ left: Compiled, _ probe: InListProbe, _ batch: Batch, _ context: QueryContext
    ) throws -> Vector {
        let count = batch.count
        let value = try left.evaluate(batch, context)
        let result = Vector(.boolean, capacity: count)
        result.count = count
        let out = result.pointer(UInt8.self)
        out.initialize(repeating: 0, count: count)
        var unknown = [UInt8](repeating: 0, count: count)
        var hasUnknown = false
        for element in probe.elements {
            let other = try element.evaluate(batch, context)
            let same = try probe.equality.evaluate(
                context.evaluation, [value, other], count: count, result: .boolean)
            let flags = same.pointer(UInt8.self)
            let mask = same.rowMask
            if same.hasNulls {
                for row in 0..<count {
                    if same.isNull(row) {
                        unknown[row] = 1
                        hasUnknown = true
                    } else {
                        out[row] |= flags[row & mask]
                    }
                }
            } else {
                for row in 0..<count { out[row] |= flags[row & mask] }
            }
        }
        if hasUnknown {
            let validity = result.makeValidity()
            for row in 0..<count where unknown[row] != 0 && out[row] == 0 { validity[row] = 0 }
        }
        return result
    }

    func evaluateQuantified(
        _ left: Compiled, _ function: ScalarFunction, _ array: Compiled, _ all: Bool,
        _ batch: Batch, _ context: QueryContext
    ) throws -> Vector {
        let count = batch.count
        let value = try left.evaluate(batch, context)
        let arrays = try array.evaluate(batch, context)
        let result = Vector(.boolean, capacity: count)
        result.count = count
        let out = result.pointer(UInt8.self)
        let elementType = function.arguments.count > 1 ? function.arguments[1] : .text
        // One array for all rows is taken apart once.
        var shared: Vector?
        for row in 0..<count {
            if arrays.isNull(row) {
                result.setNull(row)
                continue
            }
            let elements =
                try shared
                ?? ArrayValue.elements(
                    arrays.pointer(StringView.self)[row & arrays.rowMask], as: elementType)
            if arrays.isConstant { shared = elements }
            if elements.count == 0 {
                out[row] = all ? 1 : 0
                continue
            }
            let one = Vector.constant(value.datum(at: row), value.type, count: elements.count)
            let verdict = try function.evaluate(
                context.evaluation, [one, elements], count: elements.count, result: .boolean)
            Self.fold(verdict, elements.count, all, into: result, row)
        }
        return result
    }

    /// Folds verdicts by OR (ANY) or AND (ALL) in three-valued logic into one row.
    static func fold(
        _ verdict: Vector, _ count: Int, _ all: Bool, into result: Vector, _ row: Int
    ) {
        var unknown = false
        let flags = verdict.pointer(UInt8.self)
        for index in 0..<count {
            if verdict.isNull(index) {
                unknown = true
            } else if (flags[index & verdict.rowMask] != 0) != all {
                result.pointer(UInt8.self)[row] = all ? 0 : 1
                return
            }
        }
        if unknown {
            result.setNull(row)
        } else {
            result.pointer(UInt8.self)[row] = all ? 1 : 0
        }
    }

    private func subset(_ batch: Batch, _ rows: [UInt32], _ expression: Compiled) -> Batch {
        rows.count == batch.count
            ? batch : batch.gather(rows, count: rows.count, only: expression.columnsUsed)
    }
}

/// Puts values of several branches at their rows; rows never set are NULL.
struct RowMerger {
    private let result: Vector
    private let count: Int
    private var isSet: [UInt8]

    init(_ type: SQLType, _ count: Int) {
        result = Vector(type, capacity: max(count, 1))
        result.count = count
        self.count = count
        isSet = [UInt8](repeating: 0, count: count)
    }

    mutating func set(_ rows: [UInt32], _ values: Vector) {
        switch result.physical.stride {
        case 1: copy(UInt8.self, rows, values)
        case 2: copy(UInt16.self, rows, values)
        case 4: copy(UInt32.self, rows, values)
        case 8: copy(UInt64.self, rows, values)
        case 32: copy(Decimal.self, rows, values)
        default: copy(UInt128.self, rows, values)
        }
        let mask = values.rowMask
        if let validity = values.validity {
            for (index, row) in rows.enumerated() { isSet[Int(row)] = validity[index & mask] }
        } else {
            for row in rows { isSet[Int(row)] = 1 }
        }
        if result.physical == .bytes {
            result.owners.append(values)
        }
    }

    @inline(__always)
    private func copy<T>(_: T.Type, _ rows: [UInt32], _ values: Vector) {
        let source = values.pointer(T.self)
        let target = result.pointer(T.self)
        let mask = values.rowMask
        for (index, row) in rows.enumerated() { target[Int(row)] = source[index & mask] }
    }

    func finish() -> Vector {
        for row in 0..<count where isSet[row] == 0 { result.setNull(row) }
        return result
    }
}
