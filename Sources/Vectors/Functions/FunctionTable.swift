/// All functions and operators, by name.
package final class FunctionTable: Sendable {
    package static let shared = FunctionTable()
    package let functions: [String: [ScalarFunction]]

    private init() {
        var registry = FunctionRegistry()
        registry.addComparisons()
        registry.addIntegerArithmetic()
        registry.addFloatArithmetic()
        registry.addNumericArithmetic()
        registry.addBoolean()
        registry.addArrays()
        registry.addJSON()
        registry.addJSONB()
        registry.addSystem()
        registry.addGeneral()
        registry.addDateTimeFormatting()
        registry.addPatterns()
        registry.addText()
        registry.addTextSearch()
        registry.addDateTime()
        registry.addDateTimeFields()
        functions = registry.functions
    }

    package subscript(_ name: String) -> [ScalarFunction] { functions[name] ?? [] }
}

/// Collects functions while the table is made.
struct FunctionRegistry {
    var functions: [String: [ScalarFunction]] = [:]

    mutating func add(
        _ name: String, _ arguments: [SQLType], _ result: SQLType, isVariadic: Bool = false,
        isStrict: Bool = true, volatility: Volatility = .immutable, isLeakproof: Bool = false,
        kernel: @escaping ScalarFunction.Kernel
    ) {
        add(
            name, arguments, derived: .fixed(result), isVariadic: isVariadic, isStrict: isStrict,
            volatility: volatility, isLeakproof: isLeakproof, kernel: kernel)
    }

    mutating func add(
        _ name: String, _ arguments: [SQLType], derived: ResultType, isVariadic: Bool = false,
        isStrict: Bool = true, volatility: Volatility = .immutable, isLeakproof: Bool = false,
        kernel: @escaping ScalarFunction.Kernel
    ) {
        let function = ScalarFunction(
            name, oid: PostgresOIDs.oid(name, arguments), arguments, isVariadic: isVariadic,
            result: derived, isStrict: isStrict, volatility: volatility, isLeakproof: isLeakproof,
            kernel: kernel)
        functions[name, default: []].append(function)
    }
}
