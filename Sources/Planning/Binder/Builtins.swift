import Basics
import Vectors

/// How the binder asks for functions, operators and casts.
enum Builtins {
    static func functions(_ name: String) -> [ScalarFunction] { FunctionTable.shared[name] }

    /// The function of `array[index, …]`.
    static let subscriptName = "array_subscript"

    /// The cast between two types; nil where there is none.
    static func cast(from source: SQLType, to target: SQLType, explicit: Bool) -> ScalarFunction? {
        CastTable.cast(from: source, to: target, explicit: explicit)?.function
    }

    /// Whether the function was made by `cast`.
    static func isCast(_ function: ScalarFunction) -> Bool {
        guard function.arguments.count == 1, case .fixed(let type) = function.result,
            function.name == type.typname
        else { return false }
        return !functions(function.name).contains { $0 === function }
    }
}
