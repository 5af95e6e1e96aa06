import Basics
import Planning
import Vectors

/// The set-returning functions.
enum TableFunctions {
    /// Calls `emit` with every row of one call.
    static func rows(
        _ node: TableFunctionNode.Call, _ arguments: [Datum], _ types: [SQLType],
        _ context: QueryContext, _ emit: ([Datum]) throws -> Void
    ) throws {
        switch node.function {
        case "(one row)": try emit(arguments)
        case "generate_series": try series(arguments, types, context, emit)
        case "unnest": try unnest(arguments, node, emit)
        case "generate_subscripts": try subscripts(arguments, emit)
        case "_pg_expandarray":
            guard case .bytes(let bytes)? = arguments.first, let element = node.columns.first
            else { return }
            for (index, value) in try ArrayValue.datums(bytes, as: element.1).enumerated() {
                try emit([value, .int(Int64(index + 1))])
            }
        case "regexp_matches", "regexp_split_to_table", "string_to_table":
            try texts(node.function, arguments, emit)
        case let name where name.hasPrefix("json"):
            try JSONRows.rows(
                name, arguments, columns: node.columns.map(\.1), names: node.names,
                context.evaluation, emit)
        default:
            guard let catalog = context.evaluation.catalog else {
                throw SQLError.unsupported(
                    "function \(node.function) in FROM", position: node.position)
            }
            if let rows = try catalog.rows(node.function, arguments) {
                for row in rows { try emit(row) }
                return
            }
            // Functions that give an array's elements, one a row.
            let value = try catalog.call(node.function, arguments)
            guard case .bytes(let bytes) = value, let element = node.columns.first else { return }
            for value in try ArrayValue.datums(bytes, as: element.1) { try emit([value]) }
        }
    }

    private static func series(
        _ arguments: [Datum], _ types: [SQLType], _ context: QueryContext,
        _ emit: ([Datum]) throws -> Void
    ) throws {
        if arguments.contains(where: \.isNull) { return }
        let zeroStep = SQLError(.invalidParameterValue, "step size cannot equal zero")
        switch types[0] {
        case .smallint, .integer, .bigint:
            guard case .int(var value) = arguments[0], case .int(let stop) = arguments[1]
            else { return }
            var step: Int64 = 1
            if arguments.count > 2, case .int(let given) = arguments[2] { step = given }
            guard step != 0 else { throw zeroStep }
            while step > 0 ? value <= stop : value >= stop {
                try emit([.int(value)])
                let (next, overflow) = value.addingReportingOverflow(step)
                if overflow { return }
                value = next
            }
        case .timestamp, .timestamptz, .date:
            guard arguments.count > 2 else { return }
            let resultType: SQLType = types[0] == .timestamptz ? .timestamptz : .timestamp
            guard
                let plus = FunctionTable.shared["+"].first(where: {
                    $0.arguments.count == 2 && $0.arguments[0] == resultType
                        && $0.arguments[1] == .interval
                }),
                case .int(let stop) = arguments[1], case .interval(let step) = arguments[2]
            else { return }
            let direction = step.comparable
            guard direction != 0 else { throw zeroStep }
            var value = arguments[0]
            while case .int(let now) = value, direction > 0 ? now <= stop : now >= stop {
                try emit([value])
                value = try plus.evaluate(
                    context.evaluation,
                    [
                        Vector.constant(value, resultType, count: 1),
                        Vector.constant(arguments[2], .interval, count: 1),
                    ], count: 1, result: resultType
                ).datum(at: 0)
            }
        default:
            guard case .decimal(var value) = arguments[0], case .decimal(let stop) = arguments[1]
            else { return }
            var step = Decimal(mantissa: 1, scale: 0)
            if arguments.count > 2, case .decimal(let given) = arguments[2] { step = given }
            guard step.mantissa != 0 else { throw zeroStep }
            while step.mantissa > 0
                ? Decimal.compare(value, stop) <= 0 : Decimal.compare(value, stop) >= 0
            {
                try emit([.decimal(value)])
                value = try Decimal.add(value, step)
            }
        }
    }

    private static func unnest(
        _ arguments: [Datum], _ node: TableFunctionNode.Call, _ emit: ([Datum]) throws -> Void
    ) throws {
        guard case .bytes(let bytes)? = arguments.first, let column = node.columns.first else {
            return
        }
        for value in try ArrayValue.datums(bytes, as: column.1) { try emit([value]) }
    }

    /// Functions that cut a text up.
    private static func texts(
        _ function: String, _ arguments: [Datum], _ emit: ([Datum]) throws -> Void
    ) throws {
        guard case .bytes(let text)? = arguments.first else { return }
        if function == "string_to_table" {
            let null: [UInt8]?
            if arguments.count > 2, case .bytes(let given) = arguments[2] {
                null = given
            } else {
                null = nil
            }
            var separator: [UInt8]?
            if case .bytes(let given) = arguments[1] { separator = given }
            for part in Strings.split(text, separator) {
                try emit([part == null ? .null : .bytes(part)])
            }
            return
        }
        guard !arguments.contains(where: \.isNull), case .bytes(let pattern) = arguments[1] else {
            return
        }
        var flags = ""
        if arguments.count > 2, case .bytes(let given) = arguments[2] {
            flags = String(decoding: given, as: UTF8.self)
        }
        if function == "regexp_matches" {
            for groups in try RegexFunctions.matches(text, pattern, flags) {
                let array = ArrayValue(.text, groups.map { $0.map { .text($0) } ?? .null })
                try emit([.bytes(array.encoded)])
            }
        } else {
            for part in try RegexFunctions.split(text, pattern, flags) { try emit([.text(part)]) }
        }
    }

    private static func subscripts(
        _ arguments: [Datum], _ emit: ([Datum]) throws -> Void
    ) throws {
        guard case .bytes(let bytes) = arguments[0] else { return }
        let bounds = try ArrayValue.bounds(bytes)
        guard arguments.count > 1, case .int(let dimension) = arguments[1], dimension >= 1,
            Int(dimension) <= bounds.count
        else { return }
        let range = bounds[Int(dimension) - 1]
        for index in range { try emit([.int(Int64(index))]) }
    }
}
