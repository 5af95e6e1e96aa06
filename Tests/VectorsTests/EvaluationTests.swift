import Basics
import Testing
import Vectors

@Suite struct EvaluationTests {
    private func integers(_ values: [Int?], _ type: SQLType = .integer) -> Vector {
        let builder = VectorBuilder(type, capacity: max(values.count, 1))
        for value in values { builder.append(value.map { .int(Int64($0)) } ?? .null) }
        return builder.finish()[0]
    }

    private func shown(_ vector: Vector) -> [String?] {
        (0..<vector.count).map { TextFormat.string(vector.datum(at: $0), vector.type) }
    }

    private func call(_ name: String, _ arguments: [Vector], count: Int) throws -> Vector {
        let types = arguments.map(\.type)
        let function = try Golden.function(name, types)
        return try function.evaluate(
            Golden.context(), arguments, count: count, result: function.resultType(types))
    }

    @Test func rowsThatAreNullRaiseNoError() throws {
        let quotient = try call("/", [integers([6, nil, 9]), integers([2, 0, 3])], count: 3)
        #expect(shown(quotient) == ["3", nil, "3"])
        let difference = try call(
            "-", [integers([nil, 5]), integers([Int(Int32.min), 3])], count: 2)
        #expect(shown(difference) == [nil, "2"])
        #expect(difference.pointer(Int32.self)[0] == 0, "NULL rows are zeroed")
    }

    @Test func overflowIsAnErrorOnlyWhereARowHasIt() throws {
        #expect(throws: SQLError(.numericValueOutOfRange, "integer out of range")) {
            try call("+", [integers([1, 2_147_483_647]), integers([1, 1])], count: 2)
        }
        #expect(throws: SQLError(.divisionByZero, "division by zero")) {
            try call("/", [integers([1, 2]), integers([1, 0])], count: 2)
        }
    }

    @Test func constantsCountForEveryRow() throws {
        let one = Vector.constant(.int(1), .integer, count: 3)
        #expect(shown(try call("+", [integers([1, nil, 3]), one], count: 3)) == ["2", nil, "4"])
        #expect(shown(try call("-", [one, integers([1, 2, 3])], count: 3)) == ["0", "-1", "-2"])
        let both = try call("+", [one, one], count: 3)
        #expect(both.isConstant)
        #expect(shown(both) == ["2", "2", "2"])
        let none = try call("+", [integers([1, 2, 3]), .nulls(.integer, count: 3)], count: 3)
        #expect(shown(none) == [nil, nil, nil])
        let flat = one.flattened()
        #expect(!flat.isConstant && shown(flat) == ["1", "1", "1"])
    }

    @Test func constantAndFlatArgumentsGiveEqualResults() throws {
        let names = ["=", "<>", "<", "<=", ">", ">=", "+", "-", "*"]
        let types: [SQLType] = [
            .smallint, .integer, .bigint, .numeric(precision: 9, scale: 2),
            .numeric(precision: 25, scale: 4), .real, .double, .decimal,
        ]
        for type in types {
            let builder = VectorBuilder(type, capacity: 8)
            for text in ["1", "2.5", "-3", "0", "7", "2.5"] {
                let plain = type == .smallint || type == .integer || type == .bigint
                builder.append(
                    try TextParse.datum(plain && text == "2.5" ? "2" : text, type))
            }
            builder.appendNull()
            let column = builder.finish()[0]
            let constant = column.constant(of: 1, count: column.count)
            for name in names {
                let a = try call(name, [column, constant], count: column.count)
                let b = try call(name, [column, constant.flattened()], count: column.count)
                #expect(shown(a) == shown(b), "\(name) on \(type)")
                let c = try call(name, [constant, column], count: column.count)
                let d = try call(name, [constant.flattened(), column], count: column.count)
                #expect(shown(c) == shown(d), "\(name) on \(type)")
            }
        }
    }

    @Test func numericResultsCarryPostgresScales() throws {
        let price = SQLType.numeric(precision: 9, scale: 2)
        let rate = SQLType.numeric(precision: 5, scale: 4)
        let sum = try Golden.function("+", [price, rate])
        #expect(sum.resultType([price, rate]) == .numeric(precision: 12, scale: 4))
        let product = try Golden.function("*", [price, rate])
        #expect(product.resultType([price, rate]) == .numeric(precision: 14, scale: 6))
        let wide = SQLType.numeric(precision: 38, scale: 2)
        let huge = Vector.constant(
            try TextParse.datum("999999999999999999999999999999999999.99", wide), wide, count: 1)
        #expect(throws: SQLError.self) { try call("*", [huge, huge], count: 1) }
        #expect(throws: SQLError.self) { try call("+", [huge, huge], count: 1) }
    }

    @Test func leakproofFunctionsCannotFail() throws {
        let context = try Golden.context()
        for functions in FunctionTable.shared.functions.values {
            for function in functions where function.isLeakproof {
                let arguments = function.arguments.map { Vector.nulls($0, count: 3) }
                _ = try function.evaluate(
                    context, arguments, count: 3,
                    result: function.resultType(function.arguments))
            }
        }
        #expect(FunctionTable.shared["/"].allSatisfy { !$0.isLeakproof })
        #expect(FunctionTable.shared["="].contains { $0.isLeakproof })
    }

    @Test func castsKnowTheirContext() throws {
        let implicit = CastTable.cast(from: .integer, to: .bigint)
        #expect(implicit?.context == .implicit)
        #expect(CastTable.cast(from: .bigint, to: .integer)?.context == .assignment)
        #expect(CastTable.cast(from: .text, to: .integer)?.context == .explicit)
        #expect(CastTable.cast(from: .date, to: .boolean) == nil)
        let shorten = try #require(CastTable.cast(from: .text, to: .varchar(2), explicit: false))
        let value = Vector.constant(.text("abc"), .text, count: 1)
        #expect(throws: SQLError(
            .stringDataRightTruncation, "value too long for type character varying(2)")
        ) {
            try shorten.function.evaluate(
                Golden.context(), [value], count: 1, result: .varchar(2))
        }
    }
}
