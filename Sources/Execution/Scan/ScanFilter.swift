import Basics
import Encodings
import Planning
import Vectors

/// One conjunct of a scan, in the cheapest form that decides it.
///
/// Made per run, since constants may be parameters or values of an enclosing query.
enum ScanFilter {
    /// low ≤ value ≤ high on an integer-like column (dates, times, scaled numerics too); empty if low > high.
    case range(column: Int, low: Int64, high: Int64)
    /// The column's value is one of these, ascending.
    case oneOf(column: Int, values: [Int64])
    /// Any predicate of a single column that is not true for NULL: decided once per distinct value
    /// where the column is dictionary-coded.
    case single(column: Int, predicate: Compiled)
    case general(Compiled)
}

/// A conjunct as planned: the expression over the scan's columns, and what it may become.
struct ScanCondition: Sendable {
    let compiled: Compiled
    /// The same over a batch of only `onlyColumn`, where it reads a single column.
    let single: Compiled?
    let onlyColumn: Int?
    /// Comparison of a bare integer-like column with an expression that is constant for the statement.
    let comparison: (column: Int, operation: String, constant: Compiled)?
    let membership: (column: Int, values: [Compiled])?

    init(_ expression: Expression, _ layout: Layout, _ columns: [(ColumnID, SQLType)]) throws {
        compiled = try Compiled.compile(expression, layout)
        let used = compiled.columnsUsed
        let isCheap = compiled.isHarmless || compiled.isPatternMatch || compiled.isMembership
        if used.count == 1, let column = used.first, isCheap {
            onlyColumn = column
            single = try Compiled.compile(
                expression, Layout([columns[column]], layout.lowering))
        } else {
            onlyColumn = nil
            single = nil
        }
        comparison = Self.comparison(compiled, columns)
        if case .inList(.column(let column), let probe) = compiled, Self.isIntegerLike(columns[column].1),
            probe.elements.allSatisfy(\.isConstantForStatement)
        {
            membership = (column, probe.elements)
        } else {
            membership = nil
        }
    }

    static func isIntegerLike(_ type: SQLType) -> Bool {
        switch type {
        case .smallint, .integer, .bigint, .date, .time, .timestamp, .timestamptz: true
        case .numeric(let precision, _): precision <= 18
        default: false
        }
    }

    private static func comparison(
        _ compiled: Compiled, _ columns: [(ColumnID, SQLType)]
    ) -> (column: Int, operation: String, constant: Compiled)? {
        guard case .call(let function, let arguments, _, _) = compiled, arguments.count == 2
        else { return nil }
        let mirrored = ["<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="]
        guard mirrored[function.name] != nil else { return nil }
        if case .column(let column) = arguments[0], isIntegerLike(columns[column].1),
            arguments[1].isConstantForStatement
        {
            return (column, function.name, arguments[1])
        }
        if case .column(let column) = arguments[1], isIntegerLike(columns[column].1),
            arguments[0].isConstantForStatement, let operation = mirrored[function.name]
        {
            return (column, operation, arguments[0])
        }
        return nil
    }

    /// The filter for this run.
    func prepare(_ types: [SQLType], _ context: QueryContext) throws -> ScanFilter {
        let row = Batch(columns: [], count: 1)
        if let comparison {
            let constant = try comparison.constant.evaluate(row, context)
            if let bounds = IntegerBounds(
                comparison.operation, constant.datum(at: 0), constant.type,
                column: types[comparison.column])
            {
                return .range(column: comparison.column, low: bounds.low, high: bounds.high)
            }
        }
        if let membership, membership.values.count <= 4096 {
            var values: [Int64] = []
            var isExact = true
            for element in membership.values {
                let constant = try element.evaluate(row, context)
                let datum = constant.datum(at: 0)
                if datum.isNull { continue }
                guard
                    let bounds = IntegerBounds(
                        "=", datum, constant.type, column: types[membership.column])
                else {
                    isExact = false
                    break
                }
                if bounds.low == bounds.high { values.append(bounds.low) }
            }
            if isExact {
                return .oneOf(column: membership.column, values: Array(Set(values)).sorted())
            }
        }
        if let onlyColumn, let single {
            let null = Batch(
                columns: [Vector.constant(.null, types[onlyColumn], count: 1)], count: 1)
            let verdict = try single.evaluate(null, context).datum(at: 0)
            if case .bool(true) = verdict { return .general(compiled) }
            return .single(column: onlyColumn, predicate: single)
        }
        return .general(compiled)
    }
}

extension Compiled {
    /// LIKE and its kin with a constant pattern fail, if at all, for every row alike.
    var isPatternMatch: Bool {
        guard case .call(let function, let arguments, _, _) = self, arguments.count == 2,
            ["~~", "!~~", "~~*", "!~~*"].contains(function.name),
            arguments[1].isConstantForStatement, case .column = arguments[0]
        else { return false }
        return true
    }
}

extension Compiled {
    /// `column IN (SELECT …)` without outer references: cannot fail for one value and not another.
    var isMembership: Bool {
        guard case .subquery(let inner) = self, inner.left.count == 1,
            case .column(let column) = inner.left[0], inner.columnsUsed == [column]
        else { return false }
        return inner.isEquality
    }
}

/// The integers that satisfy a comparison with a constant.
struct IntegerBounds {
    var low = Int64.min
    var high = Int64.max

    /// nil where the constant does not compare as a number of the column's unit.
    init?(_ operation: String, _ constant: Datum, _ type: SQLType, column: SQLType) {
        if constant.isNull {
            (low, high) = (1, 0)
            return
        }
        let scale: Int
        switch (column, type) {
        case (.numeric(_, let digits), .smallint), (.numeric(_, let digits), .integer),
            (.numeric(_, let digits), .bigint), (.numeric(_, let digits), .numeric),
            (.numeric(_, let digits), .decimal):
            scale = digits
        case (.smallint, .smallint), (.smallint, .integer), (.smallint, .bigint),
            (.integer, .smallint), (.integer, .integer), (.integer, .bigint),
            (.bigint, .smallint), (.bigint, .integer), (.bigint, .bigint), (.date, .date),
            (.time, .time), (.timestamp, .timestamp), (.timestamptz, .timestamptz):
            scale = 0
        default: return nil
        }
        guard let (floor, isExact) = Self.units(constant, type, scale) else { return nil }
        let clamped = Int64(clamping: floor)
        let isInside = Int128(clamped) == floor
        switch operation {
        case "=":
            if isExact, isInside { (low, high) = (clamped, clamped) } else { (low, high) = (1, 0) }
        case "<":
            if !isExact { high = clamped } else if clamped == .min { (low, high) = (1, 0) } else { high = isInside ? clamped - 1 : clamped }
        case "<=": high = clamped
        case ">":
            if clamped == .max { (low, high) = (1, 0) } else { low = isInside ? clamped + 1 : clamped }
        case ">=":
            if isExact { low = clamped } else if clamped == .max { (low, high) = (1, 0) } else { low = clamped + 1 }
        default: return nil
        }
    }

    /// The constant in units of 10^-scale, rounded down, and whether that was exact.
    private static func units(
        _ constant: Datum, _ type: SQLType, _ scale: Int
    ) -> (Int128, Bool)? {
        var mantissa: Int128
        var digits = 0
        switch constant {
        case .int(let value): mantissa = Int128(value)
        case .int128(let value): mantissa = value
        case .decimal(let value):
            if value.isNaN { return nil }
            mantissa = value.mantissa
            digits = Int(value.scale)
        default: return nil
        }
        if case .numeric(_, let own) = type { digits = own }
        if digits == scale { return (mantissa, true) }
        if digits < scale {
            let (product, overflow) = mantissa.multipliedReportingOverflow(
                by: PowerOfTen.table[scale - digits])
            return overflow ? nil : (product, true)
        }
        let divisor = PowerOfTen.table[digits - scale]
        var quotient = mantissa / divisor
        let rest = mantissa % divisor
        if rest < 0 { quotient -= 1 }
        return (quotient, rest == 0)
    }
}
