import Basics
import Vectors

/// How the binder asks for functions, operators and casts.
enum Builtins {
    static func functions(_ name: String) -> [ScalarFunction] { FunctionTable.shared[name] }

    /// The function of `array[index, …]`.
    static let subscriptName = "array_subscript"

    /// The function of `array[low:high, …]`.
    static let sliceName = "array_slice"

    /// Names of parameters, for calls that give arguments by name; the number of those that may be
    /// left out, at the end, with their value.
    static let parameterNames: [String: (names: [String], optional: Int, value: Datum)] = [
        "make_interval": (
            ["years", "months", "weeks", "days", "hours", "mins", "secs"], 7, .int(0)
        ),
        "make_date": (["year", "month", "day"], 0, .null),
        "make_time": (["hour", "min", "sec"], 0, .null),
        "make_timestamp": (["year", "month", "mday", "hour", "min", "sec"], 0, .null),
        "jsonb_set": (["jsonb_in", "path", "replacement", "create_if_missing"], 1, .bool(true)),
        "jsonb_insert": (["jsonb_in", "path", "replacement", "insert_after"], 1, .bool(false)),
    ]

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
