import Basics

/// One of the six comparisons, as a type so that loops are specialised for it.
protocol ComparisonOperator {
    static var symbol: String { get }
    static func test<T: Comparable>(_ a: T, _ b: T) -> Bool
}

enum Equal: ComparisonOperator {
    static let symbol = "="
    @inline(__always) static func test<T: Comparable>(_ a: T, _ b: T) -> Bool { a == b }
}
enum NotEqual: ComparisonOperator {
    static let symbol = "<>"
    @inline(__always) static func test<T: Comparable>(_ a: T, _ b: T) -> Bool { a != b }
}
enum Less: ComparisonOperator {
    static let symbol = "<"
    @inline(__always) static func test<T: Comparable>(_ a: T, _ b: T) -> Bool { a < b }
}
enum LessOrEqual: ComparisonOperator {
    static let symbol = "<="
    @inline(__always) static func test<T: Comparable>(_ a: T, _ b: T) -> Bool { a <= b }
}
enum Greater: ComparisonOperator {
    static let symbol = ">"
    @inline(__always) static func test<T: Comparable>(_ a: T, _ b: T) -> Bool { a > b }
}
enum GreaterOrEqual: ComparisonOperator {
    static let symbol = ">="
    @inline(__always) static func test<T: Comparable>(_ a: T, _ b: T) -> Bool { a >= b }
}

extension FunctionRegistry {
    mutating func addComparisons() {
        addComparison(Equal.self)
        addComparison(NotEqual.self)
        addComparison(Less.self)
        addComparison(LessOrEqual.self)
        addComparison(Greater.self)
        addComparison(GreaterOrEqual.self)
    }

    private mutating func compare<Op: ComparisonOperator>(
        _: Op.Type, _ a: SQLType, _ b: SQLType, isLeakproof: Bool = true,
        _ loop: @escaping @Sendable (Vector, Vector, Int) throws -> Vector
    ) {
        add(Op.symbol, [a, b], .boolean, isLeakproof: isLeakproof) { _, arguments, count, _ in
            try loop(arguments[0], arguments[1], count)
        }
    }

    private mutating func addComparison<Op: ComparisonOperator>(_: Op.Type) {
        compare(Op.self, .boolean, .boolean) { a, b, n in
            Kernels.map(a, b, n, .boolean) { (x: UInt8, y: UInt8) in Op.test(x, y) }
        }
        addIntegers(Op.self, .smallint, Int16.self)
        addIntegers(Op.self, .integer, Int32.self)
        addIntegers(Op.self, .bigint, Int64.self)
        for type in [SQLType.oid, .regclass, .regtype, .regproc, .regnamespace, .regrole] {
            compare(Op.self, type, type) { a, b, n in
                Kernels.map(a, b, n, .boolean) { (x: UInt32, y: UInt32) in Op.test(x, y) }
            }
        }
        compare(Op.self, .decimal, .decimal) { a, b, n in
            NumericKernels.compare(Op.self, a, b, n)
        }
        addFloats(Op.self)
        compare(Op.self, .date, .date) { a, b, n in
            Kernels.map(a, b, n, .boolean) { (x: Int32, y: Int32) in Op.test(x, y) }
        }
        for type in [SQLType.time, .timestamp, .timestamptz] {
            compare(Op.self, type, type) { a, b, n in
                Kernels.map(a, b, n, .boolean) { (x: Int64, y: Int64) in Op.test(x, y) }
            }
        }
        addCrossDates(Op.self)
        compare(Op.self, .interval, .interval) { a, b, n in
            Kernels.map(a, b, n, .boolean) { (x: Interval, y: Interval) in
                Op.test(x.comparable, y.comparable)
            }
        }
        compare(Op.self, .uuid, .uuid) { a, b, n in
            Kernels.map(a, b, n, .boolean) { (x: UUIDBytes, y: UUIDBytes) in
                Op.test(UUIDBytes.compare(x, y), 0)
            }
        }
        for type in [SQLType.text, .name, .bytea, .singleChar] {
            compare(Op.self, type, type) { a, b, n in Self.strings(Op.self, a, b, n) }
        }
        compare(Op.self, .name, .text) { a, b, n in Self.strings(Op.self, a, b, n) }
        compare(Op.self, .text, .name) { a, b, n in Self.strings(Op.self, a, b, n) }
        compare(Op.self, .char(1), .char(1)) { a, b, n in
            Kernels.map(a, b, n, .boolean) { (x: StringView, y: StringView) in
                Op.test(
                    StringView.compare(x.withoutTrailingBlanks, y.withoutTrailingBlanks), 0)
            }
        }
        for type in [SQLType.anyArray, .int2vector, .oidvector] {
            compare(Op.self, type, type, isLeakproof: false) { a, b, n in
                Kernels.map(a, b, n, .boolean) { (x: StringView, y: StringView) in
                    Op.test(ArrayValue.compare(x, y), 0)
                }
            }
        }
    }

    private static func strings<Op: ComparisonOperator>(
        _: Op.Type, _ a: Vector, _ b: Vector, _ count: Int
    ) -> Vector {
        if Op.self == Equal.self {
            return Kernels.map(a, b, count, .boolean) { (x: StringView, y: StringView) in
                StringView.equal(x, y)
            }
        }
        return Kernels.map(a, b, count, .boolean) { (x: StringView, y: StringView) in
            Op.test(StringView.compare(x, y), 0)
        }
    }

    private mutating func addIntegers<
        Op: ComparisonOperator, A: FixedWidthInteger & SignedInteger & Sendable
    >(
        _: Op.Type, _ type: SQLType, _: A.Type
    ) {
        compare(Op.self, type, .smallint) { a, b, n in
            Kernels.map(a, b, n, .boolean) { (x: A, y: Int16) in
                Op.test(Int64(x), Int64(y))
            }
        }
        compare(Op.self, type, .integer) { a, b, n in
            if A.self == Int32.self {
                return Kernels.map(a, b, n, .boolean) { (x: Int32, y: Int32) in Op.test(x, y) }
            }
            return Kernels.map(a, b, n, .boolean) { (x: A, y: Int32) in
                Op.test(Int64(x), Int64(y))
            }
        }
        compare(Op.self, type, .bigint) { a, b, n in
            Kernels.map(a, b, n, .boolean) { (x: A, y: Int64) in Op.test(Int64(x), y) }
        }
    }

    private mutating func addFloats<Op: ComparisonOperator>(_: Op.Type) {
        compare(Op.self, .real, .real) { a, b, n in
            Kernels.map(a, b, n, .boolean) { (x: Float, y: Float) in
                Op.test(compareFloats(x, y), 0)
            }
        }
        compare(Op.self, .double, .double) { a, b, n in
            Kernels.map(a, b, n, .boolean) { (x: Double, y: Double) in
                Op.test(compareFloats(x, y), 0)
            }
        }
        compare(Op.self, .real, .double) { a, b, n in
            Kernels.map(a, b, n, .boolean) { (x: Float, y: Double) in
                Op.test(compareFloats(Double(x), y), 0)
            }
        }
        compare(Op.self, .double, .real) { a, b, n in
            Kernels.map(a, b, n, .boolean) { (x: Double, y: Float) in
                Op.test(compareFloats(x, Double(y)), 0)
            }
        }
    }

    private mutating func addCrossDates<Op: ComparisonOperator>(_: Op.Type) {
        compare(Op.self, .date, .timestamp) { a, b, n in
            Kernels.map(a, b, n, .boolean) { (x: Int32, y: Int64) in
                Op.test(DateTimeCast.wide(x), Int128(y))
            }
        }
        compare(Op.self, .timestamp, .date) { a, b, n in
            Kernels.map(a, b, n, .boolean) { (x: Int64, y: Int32) in
                Op.test(Int128(x), DateTimeCast.wide(y))
            }
        }
        // The session's zone decides what a date or a local timestamp means.
        for (left, right) in [
            (SQLType.date, SQLType.timestamptz), (.timestamptz, .date),
            (.timestamp, .timestamptz), (.timestamptz, .timestamp),
        ] {
            add(Op.symbol, [left, right], .boolean, volatility: .stable) { context, args, n, _ in
                let a = DateTimeCast.instants(args[0], n, context.timeZone)
                let b = DateTimeCast.instants(args[1], n, context.timeZone)
                return Kernels.map(a, b, n, .boolean) { (x: Int64, y: Int64) in Op.test(x, y) }
            }
        }
    }

    mutating func addBoolean() {
        add("booland_statefunc", [.boolean, .boolean], .boolean) { _, a, n, _ in
            Kernels.map(a[0], a[1], n, .boolean) { (x: UInt8, y: UInt8) in x & y }
        }
        add("boolor_statefunc", [.boolean, .boolean], .boolean) { _, a, n, _ in
            Kernels.map(a[0], a[1], n, .boolean) { (x: UInt8, y: UInt8) in x | y }
        }
    }
}
