import Encodings
import Planning
import Vectors

/// An integer expression over fact columns by +, - and ×, computed on Int64 without checks where the
/// chunk's bounds show that nothing can overflow.
indirect enum StarMeasure: Sendable {
    case column(Int)
    case constant(Int64)
    case add(StarMeasure, StarMeasure, SQLType)
    case subtract(StarMeasure, StarMeasure, SQLType)
    case multiply(StarMeasure, StarMeasure, SQLType)

    /// nil where the expression is anything else.
    init?(_ expression: Expression, _ columns: [(ColumnID, SQLType)]) {
        switch expression {
        case .column(let id, let type):
            guard ScanCondition.isIntegerLike(type), type.unitScale >= 0,
                let index = columns.firstIndex(where: { $0.0 == id })
            else { return nil }
            self = .column(index)
        case .literal(.int(let value), let type):
            guard ScanCondition.isIntegerLike(type), type.unitScale >= 0 else { return nil }
            self = .constant(value)
        case .call(let function, let arguments, let type, _) where arguments.count == 2:
            guard type.isExactNumber, let left = StarMeasure(arguments[0], columns),
                let right = StarMeasure(arguments[1], columns)
            else { return nil }
            let scales = arguments.map(\.type.unitScale)
            switch function.name {
            case "+", "-":
                // Both in units of the result's last place.
                guard let a = left.scaled(by: type.unitScale - scales[0], type),
                    let b = right.scaled(by: type.unitScale - scales[1], type)
                else { return nil }
                self = function.name == "+" ? .add(a, b, type) : .subtract(a, b, type)
            case "*" where type.unitScale == scales[0] + scales[1]:
                self = .multiply(left, right, type)
            default: return nil
            }
        case .call(let function, let arguments, let type, _) where arguments.count == 1:
            // A widening cast leaves the integer as it is.
            let from = arguments[0].type
            guard type.isExactNumber, from.isExactNumber, from.unitScale == type.unitScale,
                type.physical.stride >= from.physical.stride,
                CastTable.cast(from: from, to: type)?.function === function
            else { return nil }
            self.init(arguments[0], columns)
        default: return nil
        }
    }

    /// Also takes `CASE WHEN x IS NOT NULL AND … THEN m END`, which is what a filter becomes.
    /// - Parameter needed: gets the columns that must not be NULL for the measure to have a value.
    init?(
        _ expression: Expression, ifPresent needed: inout Set<Int>,
        _ columns: [(ColumnID, SQLType)]
    ) {
        if let known = StarMeasure(expression, columns) {
            self = known
            needed.formUnion(known.columns)
            return
        }
        guard case .caseWhen(let branches, nil, _) = expression, branches.count == 1,
            let known = StarMeasure(branches[0].result, columns)
        else { return nil }
        var terms = [branches[0].condition]
        if case .and(let several) = terms[0] { terms = several }
        for term in terms {
            guard case .isNull(.column(let id, _), negated: true) = term,
                let index = columns.firstIndex(where: { $0.0 == id })
            else { return nil }
            needed.insert(index)
        }
        self = known
        needed.formUnion(known.columns)
    }

    private func scaled(by digits: Int, _ type: SQLType) -> StarMeasure? {
        if digits == 0 { return self }
        guard digits > 0, digits <= 18 else { return nil }
        let power = (0..<digits).reduce(Int64(1)) { product, _ in product * 10 }
        guard case .constant(let value) = self else {
            return .multiply(self, .constant(power), type)
        }
        let (product, overflow) = value.multipliedReportingOverflow(by: power)
        return overflow ? nil : .constant(product)
    }

    var columns: Set<Int> {
        switch self {
        case .column(let index): [index]
        case .constant: []
        case .add(let a, let b, _), .subtract(let a, let b, _), .multiply(let a, let b, _):
            a.columns.union(b.columns)
        }
    }

    /// Bounds of the value given bounds of the columns; nil where some step might leave its type.
    func bounds(_ column: (Int) -> (Int64, Int64)?) -> (Int64, Int64)? {
        switch self {
        case .column(let index): return column(index)
        case .constant(let value): return (value, value)
        case .add(let a, let b, let type):
            guard let (x, y) = a.bounds(column), let (u, v) = b.bounds(column) else { return nil }
            return Self.checked([Int128(x) + Int128(u), Int128(y) + Int128(v)], type)
        case .subtract(let a, let b, let type):
            guard let (x, y) = a.bounds(column), let (u, v) = b.bounds(column) else { return nil }
            return Self.checked([Int128(x) - Int128(v), Int128(y) - Int128(u)], type)
        case .multiply(let a, let b, let type):
            guard let (x, y) = a.bounds(column), let (u, v) = b.bounds(column) else { return nil }
            let products = [x, y].flatMap { p in [u, v].map { Int128(p) * Int128($0) } }
            return Self.checked(products, type)
        }
    }

    private static func checked(_ values: [Int128], _ type: SQLType) -> (Int64, Int64)? {
        guard let low = values.min(), let high = values.max() else { return nil }
        let limit: Int128
        switch type.physical {
        case .int16: limit = Int128(Int16.max)
        case .int32: limit = Int128(Int32.max)
        default: limit = Int128(Int64.max) / 2
        }
        guard low >= -limit, high <= limit else { return nil }
        return (Int64(low), Int64(high))
    }

    /// Writes the values of `count` rows; `load` gives a column's.
    func evaluate(
        _ count: Int, into out: UnsafeMutablePointer<Int64>, spare: MeasureBuffers,
        _ load: (Int, UnsafeMutablePointer<Int64>) -> Void
    ) {
        switch self {
        case .column(let index): load(index, out)
        case .constant(let value): out.update(repeating: value, count: count)
        case .add(let a, let b, _):
            binary(a, b, count, out, spare, load) { $0 &+ $1 }
        case .subtract(let a, let b, _):
            binary(a, b, count, out, spare, load) { $0 &- $1 }
        case .multiply(let a, let b, _):
            binary(a, b, count, out, spare, load) { $0 &* $1 }
        }
    }

    @inline(__always)
    private func binary(
        _ a: StarMeasure, _ b: StarMeasure, _ count: Int, _ out: UnsafeMutablePointer<Int64>,
        _ spare: MeasureBuffers, _ load: (Int, UnsafeMutablePointer<Int64>) -> Void,
        _ combine: (Int64, Int64) -> Int64
    ) {
        a.evaluate(count, into: out, spare: spare, load)
        let right = spare.take()
        b.evaluate(count, into: right, spare: spare, load)
        for row in 0..<count { out[row] = combine(out[row], right[row]) }
        spare.give(right)
    }
}

/// Blocks of 1,024 values for intermediate results.
final class MeasureBuffers {
    private var free: [UnsafeMutablePointer<Int64>] = []
    private var all: [UnsafeMutablePointer<Int64>] = []

    func take() -> UnsafeMutablePointer<Int64> {
        if let buffer = free.popLast() { return buffer }
        let made = UnsafeMutablePointer<Int64>.allocate(capacity: 1024 + 64)
        made.initialize(repeating: 0, count: 1024 + 64)
        all.append(made)
        return made
    }
    func give(_ buffer: UnsafeMutablePointer<Int64>) { free.append(buffer) }
    deinit { for buffer in all { buffer.deallocate() } }
}

extension SQLType {
    var isExactNumber: Bool {
        switch self {
        case .smallint, .integer, .bigint, .numeric: true
        default: false
        }
    }
}
