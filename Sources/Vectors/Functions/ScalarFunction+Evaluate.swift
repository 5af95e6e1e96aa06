import Basics

extension ScalarFunction {
    /// The result type for arguments of the given types.
    package func resultType(_ arguments: [SQLType]) -> SQLType {
        switch result {
        case .fixed(let type): type
        case .derived(let derive): derive(arguments)
        }
    }

    /// Runs the kernel over `count` rows: NULL in, NULL out where strict; constant in, constant out
    /// unless volatile. Rows that are NULL never raise an error.
    package func evaluate(
        _ context: EvaluationContext, _ arguments: [Vector], count: Int, result: SQLType
    ) throws -> Vector {
        if isStrict, arguments.contains(where: { $0.isConstant && $0.isNull(0) }) {
            return .nulls(result, count: count)
        }
        guard count > 0 else { return Vector(result, capacity: 1) }
        if volatility != .volatile, arguments.allSatisfy({ $0.isConstant }) {
            var value = try kernel(context, arguments, 1, result)
            if value.isConstant || arguments.contains(where: { $0 === value }) {
                return value.constant(of: 0, count: count)
            }
            if value.capacity > 1 { value = value.slice(0, count: 1) }
            value.isConstant = true
            value.count = count
            return value
        }
        let value = try kernel(context, arguments, count, result)
        guard isStrict, arguments.contains(where: { $0.hasNulls }) else { return value }
        let merged = arguments.contains { $0 === value } ? value.slice(0, count: count) : value
        return merged.merging(nullsOf: arguments, count: count)
    }
}

extension Vector {
    /// A constant vector of the value at a row.
    package func constant(of row: Int, count: Int) -> Vector {
        let position = [UInt32(truncatingIfNeeded: row & rowMask)]
        let one = isConstant ? slice(0, count: 1) : gather(position)
        one.isConstant = true
        one.count = count
        return one
    }

    /// This vector with every row NULL where an argument is; NULL rows are zeroed.
    func merging(nullsOf arguments: [Vector], count: Int) -> Vector {
        let target = isConstant ? flattened() : self
        let valid = target.makeValidity()
        for argument in arguments {
            guard let theirs = argument.validity else { continue }
            let mask = argument.rowMask
            for row in 0..<count { valid[row] &= theirs[row & mask] }
        }
        switch target.physical {
        case .bytes, .decimal:
            for row in 0..<count where valid[row] == 0 { target.zero(row) }
        default:
            switch target.physical.stride {
            case 1: target.clear(UInt8.self, valid, count)
            case 2: target.clear(UInt16.self, valid, count)
            case 4: target.clear(UInt32.self, valid, count)
            case 8: target.clear(UInt64.self, valid, count)
            default: target.clear(UInt128.self, valid, count)
            }
        }
        return target
    }

    @inline(__always)
    private func clear<T: FixedWidthInteger>(
        _: T.Type, _ valid: UnsafeMutablePointer<UInt8>, _ count: Int
    ) {
        let values = pointer(T.self)
        for row in 0..<count { values[row] = values[row] &* T(truncatingIfNeeded: valid[row]) }
    }
}
