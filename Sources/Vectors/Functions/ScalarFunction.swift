import Basics

/// What a kernel may know besides its arguments: settings of the session and of the transaction.
package struct EvaluationContext: Sendable {
    /// Start of the transaction and of the statement, microseconds since 2000-01-01 UTC.
    package var transactionTime: Int64 = 0
    package var statementTime: Int64 = 0
    package var timeZone = TimeZoneRules.utc
    package var currentUser = ""
    package var sessionUser = ""
    package var database = "storehouse"
    package var searchPath: [String] = ["public"]
    /// Answers what only the catalog knows: regclass look-ups, pg_get_expr, settings.
    package var catalog: (any CatalogLookup)?
    /// Throws 57014 when the statement has been cancelled; long kernels (pg_sleep) ask it.
    package var checkCancellation: @Sendable () throws -> Void = {}
    package init() {}
}

/// Look-ups by which functions of the system catalog reach the catalog, without a dependency on it.
package protocol CatalogLookup: Sendable {
    /// Evaluates a catalog function (`pg_get_viewdef`, `to_regclass`, `current_setting`, …) for one row.
    func call(_ function: String, _ arguments: [Datum]) throws -> Datum
    /// All rows of a function that returns a set; nil where `call` gives its rows as an array.
    func rows(_ function: String, _ arguments: [Datum]) throws -> [[Datum]]?
}

package enum Volatility: Sendable { case immutable, stable, volatile }

/// How a function's result type follows from its argument types.
package enum ResultType: Sendable {
    case fixed(SQLType)
    /// For numeric scales, polymorphic arrays and the like.
    case derived(@Sendable ([SQLType]) -> SQLType)
}

/// A function, operator or cast on whole vectors.
///
/// Operators are functions whose name is the operator's symbol (`+`, `~~`, `||`); unary ones have one
/// argument. Casts are made by `CastTable`. Overloads are matched by `SQLType.family`, so modifiers of
/// numeric, varchar and char do not count.
package final class ScalarFunction: Sendable {
    package typealias Kernel =
        @Sendable (
            _ context: EvaluationContext, _ arguments: [Vector], _ count: Int, _ result: SQLType
        ) throws -> Vector

    package let name: String
    /// PostgreSQL's OID in pg_proc (functions) or pg_operator (operators), 0 where ours alone.
    package let oid: UInt32
    package let arguments: [SQLType]
    /// The last argument type repeats zero or more times.
    package let isVariadic: Bool
    package let result: ResultType
    /// NULL in any argument gives NULL: the evaluator sets validity, kernels see zeroed data.
    package let isStrict: Bool
    package let volatility: Volatility
    /// Cannot fail and shows nothing of its arguments: may run below a security policy.
    package let isLeakproof: Bool
    package let kernel: Kernel

    /// Whether arrays and elements that differ are cast to the type they have in common, as
    /// PostgreSQL's anycompatible has it.
    package let takesCommonType: Bool

    private static let ofCommonType: Set<String> = [
        "||", "array_append", "array_cat", "array_position", "array_positions", "array_prepend",
        "array_remove", "array_replace", "width_bucket",
    ]

    package init(
        _ name: String, oid: UInt32 = 0, _ arguments: [SQLType], isVariadic: Bool = false,
        result: ResultType, isStrict: Bool = true, volatility: Volatility = .immutable,
        isLeakproof: Bool = false, kernel: @escaping Kernel
    ) {
        self.name = name
        self.oid = oid
        self.arguments = arguments
        self.isVariadic = isVariadic
        self.result = result
        self.isStrict = isStrict
        self.volatility = volatility
        self.isLeakproof = isLeakproof
        takesCommonType = Self.ofCommonType.contains(name)
        self.kernel = kernel
    }
}
