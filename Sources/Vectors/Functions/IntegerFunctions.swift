import Basics

/// Integer types by the name that their overflow message uses.
protocol SQLInteger: FixedWidthInteger, SignedInteger, Sendable {
    static var sqlName: String { get }
    static var sqlType: SQLType { get }
}
extension Int16: SQLInteger {
    static let sqlName = "smallint"
    static let sqlType = SQLType.smallint
}
extension Int32: SQLInteger {
    static let sqlName = "integer"
    static let sqlType = SQLType.integer
}
extension Int64: SQLInteger {
    static let sqlName = "bigint"
    static let sqlType = SQLType.bigint
}

enum IntegerMath {
    static func outOfRange<T: SQLInteger>(_: T.Type) -> SQLError {
        SQLError(.numericValueOutOfRange, "\(T.sqlName) out of range")
    }
    static var divisionByZero: SQLError { SQLError(.divisionByZero, "division by zero") }

    /// Adds, subtracts or multiplies: one pass that only notes overflow, and a second one over the
    /// rows that count where it was noted.
    @inline(__always)
    static func checked<A: SQLInteger, B: SQLInteger, R: SQLInteger>(
        _ arguments: [Vector], _ count: Int, _: A.Type, _: B.Type, _: R.Type,
        _ body: (R, R) -> (partialValue: R, overflow: Bool)
    ) throws -> Vector {
        let (a, b) = (arguments[0], arguments[1])
        let out = Kernels.result(R.sqlType, count)
        let (x, y, z) = (a.pointer(A.self), b.pointer(B.self), out.pointer(R.self))
        var flags: UInt8 = 0
        if !a.isConstant, !b.isConstant {
            for row in 0..<count {
                let (value, overflow) = body(R(x[row]), R(y[row]))
                z[row] = value
                flags |= overflow ? 1 : 0
            }
        } else {
            let (maskA, maskB) = (a.rowMask, b.rowMask)
            for row in 0..<count {
                let (value, overflow) = body(R(x[row & maskA]), R(y[row & maskB]))
                z[row] = value
                flags |= overflow ? 1 : 0
            }
        }
        guard flags != 0 else { return out }
        for row in 0..<count where !a.isNull(row) && !b.isNull(row) {
            if body(R(a.value(A.self, row)), R(b.value(B.self, row))).overflow {
                throw outOfRange(R.self)
            }
        }
        return out
    }

    static func gcd<T: SQLInteger>(_ a: T, _ b: T) throws -> T {
        var (x, y) = (a.magnitude, b.magnitude)
        while y != 0 { (x, y) = (y, x % y) }
        guard let value = T(exactly: x) else { throw outOfRange(T.self) }
        return value
    }
}

extension FunctionRegistry {
    mutating func addIntegerArithmetic() {
        addPairs(Int16.self, Int16.self, Int16.self)
        addPairs(Int16.self, Int32.self, Int32.self)
        addPairs(Int16.self, Int64.self, Int64.self)
        addPairs(Int32.self, Int16.self, Int32.self)
        addPairs(Int32.self, Int32.self, Int32.self)
        addPairs(Int32.self, Int64.self, Int64.self)
        addPairs(Int64.self, Int16.self, Int64.self)
        addPairs(Int64.self, Int32.self, Int64.self)
        addPairs(Int64.self, Int64.self, Int64.self)
        addSingles(Int16.self)
        addSingles(Int32.self)
        addSingles(Int64.self)
        addGcd(Int32.self)
        addGcd(Int64.self)
        for (name, type) in [("to_hex", SQLType.integer), ("to_hex", .bigint)] {
            add(name, [type], .text) { _, a, n, _ in
                let isWide = a[0].physical == .int64
                return try Kernels.strings(a, n, .text) { row, arena in
                    let bits =
                        isWide
                        ? UInt64(bitPattern: a[0].value(Int64.self, row))
                        : UInt64(a[0].value(UInt32.self, row))
                    return arena.copy(String(bits, radix: 16))
                }
            }
        }
    }

    private mutating func addPairs<A: SQLInteger, B: SQLInteger, R: SQLInteger>(
        _: A.Type, _: B.Type, _: R.Type
    ) {
        let types = [A.sqlType, B.sqlType]
        add("+", types, R.sqlType) { _, a, n, _ in
            try IntegerMath.checked(a, n, A.self, B.self, R.self) {
                let sum = $0 &+ $1
                return (sum, ($0 ^ sum) & ($1 ^ sum) < 0)
            }
        }
        add("-", types, R.sqlType) { _, a, n, _ in
            try IntegerMath.checked(a, n, A.self, B.self, R.self) {
                let difference = $0 &- $1
                return (difference, ($0 ^ $1) & ($0 ^ difference) < 0)
            }
        }
        add("*", types, R.sqlType) { _, a, n, _ in
            try IntegerMath.checked(a, n, A.self, B.self, R.self) {
                $0.multipliedReportingOverflow(by: $1)
            }
        }
        add("/", types, R.sqlType) { _, a, n, _ in
            try Kernels.tryMap(a[0], a[1], n, R.sqlType) { (x: A, y: B) -> R in
                guard y != 0 else { throw IntegerMath.divisionByZero }
                let (value, overflow) = R(x).dividedReportingOverflow(by: R(y))
                guard !overflow else { throw IntegerMath.outOfRange(R.self) }
                return value
            }
        }
        guard A.self == B.self else { return }
        for name in ["%", "mod"] {
            add(name, types, R.sqlType) { _, a, n, _ in
                try Kernels.tryMap(a[0], a[1], n, R.sqlType) { (x: R, y: R) -> R in
                    guard y != 0 else { throw IntegerMath.divisionByZero }
                    return y == -1 ? 0 : x % y
                }
            }
        }
    }

    private mutating func addSingles<T: SQLInteger>(_: T.Type) {
        let type = T.sqlType
        add("-", [type], type) { _, a, n, _ in
            try Kernels.tryMap(a[0], n, type) { (x: T) -> T in
                guard x != T.min else { throw IntegerMath.outOfRange(T.self) }
                return -x
            }
        }
        add("+", [type], type) { _, a, _, _ in a[0] }
        for name in ["abs", "@"] {
            add(name, [type], type) { _, a, n, _ in
                try Kernels.tryMap(a[0], n, type) { (x: T) -> T in
                    guard x != T.min else { throw IntegerMath.outOfRange(T.self) }
                    return x < 0 ? -x : x
                }
            }
        }
        add("&", [type, type], type) { _, a, n, _ in
            Kernels.map(a[0], a[1], n, type) { (x: T, y: T) -> T in x & y }
        }
        add("|", [type, type], type) { _, a, n, _ in
            Kernels.map(a[0], a[1], n, type) { (x: T, y: T) -> T in x | y }
        }
        add("#", [type, type], type) { _, a, n, _ in
            Kernels.map(a[0], a[1], n, type) { (x: T, y: T) -> T in x ^ y }
        }
        add("~", [type], type) { _, a, n, _ in
            Kernels.map(a[0], n, type) { (x: T) -> T in ~x }
        }
        let bits = Int32(T.bitWidth < 32 ? 32 : T.bitWidth)
        add("<<", [type, .integer], type) { _, a, n, _ in
            Kernels.map(a[0], a[1], n, type) { (x: T, y: Int32) -> T in
                T(truncatingIfNeeded: Int64(x) &<< Int64(y & (bits - 1)))
            }
        }
        add(">>", [type, .integer], type) { _, a, n, _ in
            Kernels.map(a[0], a[1], n, type) { (x: T, y: Int32) -> T in
                T(truncatingIfNeeded: Int64(x) &>> Int64(y & (bits - 1)))
            }
        }
    }

    private mutating func addGcd<T: SQLInteger>(_: T.Type) {
        add("gcd", [T.sqlType, T.sqlType], T.sqlType) { _, a, n, _ in
            try Kernels.tryMap(a[0], a[1], n, T.sqlType) { (x: T, y: T) -> T in
                try IntegerMath.gcd(x, y)
            }
        }
        add("lcm", [T.sqlType, T.sqlType], T.sqlType) { _, a, n, _ in
            try Kernels.tryMap(a[0], a[1], n, T.sqlType) { (x: T, y: T) -> T in
                if x == 0 || y == 0 { return 0 }
                let divisor = try IntegerMath.gcd(x, y)
                let (product, overflow) = (x / divisor).multipliedReportingOverflow(by: y)
                guard !overflow, product != T.min else { throw IntegerMath.outOfRange(T.self) }
                return product < 0 ? -product : product
            }
        }
    }
}
