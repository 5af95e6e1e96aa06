import Basics
import Testing
import Vectors

/// Lines recorded from PostgreSQL 15 in the zone Europe/Berlin.
///
///     type¦text⇒answer                       the text read and written
///     cast¦type¦text¦type⇒answer             an explicit cast
///     call¦name¦type¦text¦…⇒answer           a function or operator
///
/// An answer is text, `<NULL>` or `ERR sqlstate: message`.
enum Golden {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    static func context() throws -> EvaluationContext {
        var context = EvaluationContext()
        context.timeZone = try TimeZoneRules.resolve("Europe/Berlin")
        return context
    }

    static func type(_ text: String) throws -> SQLType {
        var name = text
        let isArray = name.hasSuffix("[]")
        if isArray { name.removeLast(2) }
        var modifiers: [Int] = []
        if let open = name.firstIndex(of: "("), let close = name.firstIndex(of: ")") {
            modifiers = name[name.index(after: open)..<close].split(separator: ",")
                .compactMap { Int($0) }
            name = String(name[..<open])
        }
        guard let type = try SQLType.named(name, modifiers: modifiers) else {
            throw Failure(description: "no type \(text)")
        }
        return isArray ? .array(type) : type
    }

    static func value(_ type: SQLType, _ text: String, _ context: EvaluationContext) throws
        -> Vector
    {
        if text == "<NULL>" { return .nulls(type, count: 1) }
        let session = FormatSession(timeZone: context.timeZone)
        return .constant(
            try TextParse.datum(text, type, session: session), type, count: 1)
    }

    static func accepts(_ function: ScalarFunction, _ types: [SQLType]) -> Bool {
        func fits(_ wanted: SQLType, _ given: SQLType) -> Bool {
            if wanted == given || wanted == .anyElement { return true }
            if wanted == .anyArray, given.element != nil { return true }
            return false
        }
        if function.isVariadic, let last = function.arguments.last {
            let fixed = function.arguments.count - 1
            return types.count >= fixed
                && zip(function.arguments.dropLast(), types).allSatisfy { fits($0, $1) }
                && types.dropFirst(fixed).allSatisfy { fits(last, $0) }
        }
        return function.arguments.count == types.count
            && zip(function.arguments, types).allSatisfy { fits($0, $1) }
    }

    static func function(_ name: String, _ types: [SQLType]) throws -> ScalarFunction {
        let families = types.map(\.family)
        guard
            let found = FunctionTable.shared[name].first(where: { accepts($0, families) })
        else { throw Failure(description: "no function \(name)") }
        return found
    }

    static func run(_ fields: [String], _ context: EvaluationContext) throws -> Vector {
        switch fields.first {
        case "cast":
            let (from, to) = (try type(fields[1]), try type(fields[3]))
            guard let (function, _) = CastTable.cast(from: from, to: to) else {
                throw Failure(description: "no cast")
            }
            return try function.evaluate(
                context, [value(from, fields[2], context)], count: 1, result: to)
        case "call":
            var types: [SQLType] = []
            var arguments: [Vector] = []
            for index in stride(from: 2, to: fields.count - 1, by: 2) {
                types.append(try type(fields[index]))
                arguments.append(try value(types[types.count - 1], fields[index + 1], context))
            }
            let found = try function(fields[1], types)
            return try found.evaluate(
                context, arguments, count: 1, result: found.resultType(types))
        default:
            return try value(try type(fields[0]), fields[1], context)
        }
    }

    /// The answer in the form of a golden line; the value must survive its binary form too.
    static func answer(_ fields: [String], _ context: EvaluationContext) throws -> String {
        let result: Vector
        do {
            result = try run(fields, context)
        } catch let error as SQLError {
            return "ERR \(error.state.code): \(error.message)"
        }
        if result.isNull(0) { return "<NULL>" }
        let session = FormatSession(timeZone: context.timeZone)
        var text: [UInt8] = []
        TextFormat.append(result, row: 0, into: &text, session: session)
        var binary: [UInt8] = []
        BinaryFormat.append(result, row: 0, into: &binary)
        let again = try BinaryFormat.datum(binary, result.type)
        let shown = String(decoding: text, as: UTF8.self)
        guard TextFormat.string(again, result.type, session: session) == shown else {
            throw Failure(description: "binary form differs")
        }
        return shown
    }
}

@Suite struct GoldenTests {
    enum Area: CaseIterable {
        case textForms, arithmetic, strings, dateTimes, json

        var lines: String {
            switch self {
            case .textForms: Golden.textForms
            case .arithmetic: Golden.arithmetic
            case .strings: Golden.strings
            case .dateTimes: Golden.dateTimes
            case .json: Golden.json
            }
        }
    }

    @Test(arguments: Area.allCases)
    func answersAsPostgreSQL(_ area: Area) throws {
        let context = try Golden.context()
        var count = 0
        for line in area.lines.split(separator: "\n") {
            guard let arrow = line.lastIndex(of: "⇒") else { continue }
            let fields = line[..<arrow].split(separator: "¦", omittingEmptySubsequences: false)
                .map(String.init)
            let expected = String(line[line.index(after: arrow)...])
            let answer = try Golden.answer(fields, context)
            #expect(answer == expected, "\(line)")
            count += 1
        }
        #expect(count > 20)
    }
}
