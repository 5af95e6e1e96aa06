import Basics

/// Loops over rows. `map` runs over every row (NULL rows are zeroed); `tryMap` leaves out NULL rows,
/// so that they cannot raise an error.
enum Kernels {
    /// Which rows have no NULL argument; nil where all have none.
    static func valid(_ arguments: [Vector], _ count: Int) -> [UInt8]? {
        guard arguments.contains(where: { $0.hasNulls }) else { return nil }
        var valid = [UInt8](repeating: 1, count: count)
        for argument in arguments {
            guard let theirs = argument.validity else { continue }
            let mask = argument.rowMask
            for row in 0..<count { valid[row] &= theirs[row & mask] }
        }
        return valid
    }

    static func result(_ type: SQLType, _ count: Int) -> Vector {
        let vector = Vector(type, capacity: count)
        vector.count = count
        return vector
    }

    @inline(__always)
    static func map<A, R>(
        _ a: Vector, _ count: Int, _ type: SQLType, _ body: (A) -> R
    ) -> Vector {
        let out = result(type, count)
        let (x, z) = (a.pointer(A.self), out.pointer(R.self))
        if a.isConstant {
            let value = body(x[0])
            for row in 0..<count { z[row] = value }
        } else {
            for row in 0..<count { z[row] = body(x[row]) }
        }
        return out
    }

    @inline(__always)
    static func map<A, B, R>(
        _ a: Vector, _ b: Vector, _ count: Int, _ type: SQLType, _ body: (A, B) -> R
    ) -> Vector {
        let out = result(type, count)
        let (x, y, z) = (a.pointer(A.self), b.pointer(B.self), out.pointer(R.self))
        if !a.isConstant, !b.isConstant {
            for row in 0..<count { z[row] = body(x[row], y[row]) }
        } else if b.isConstant, !a.isConstant {
            let right = y[0]
            for row in 0..<count { z[row] = body(x[row], right) }
        } else if !b.isConstant {
            let left = x[0]
            for row in 0..<count { z[row] = body(left, y[row]) }
        } else {
            let value = body(x[0], y[0])
            for row in 0..<count { z[row] = value }
        }
        return out
    }

    /// Runs the body for each row without NULL arguments; other rows of the result become NULL.
    @inline(__always)
    static func rows(
        _ arguments: [Vector], _ count: Int, _ type: SQLType,
        _ body: (_ row: Int, _ out: Vector) throws -> Void
    ) rethrows -> Vector {
        let out = result(type, count)
        if let valid = valid(arguments, count) {
            for row in 0..<count {
                if valid[row] != 0 { try body(row, out) } else { out.setNull(row) }
            }
        } else {
            for row in 0..<count { try body(row, out) }
        }
        return out
    }

    @inline(__always)
    static func tryMap<A, R>(
        _ a: Vector, _ count: Int, _ type: SQLType, _ body: (A) throws -> R
    ) rethrows -> Vector {
        let (x, mask) = (a.pointer(A.self), a.rowMask)
        return try rows([a], count, type) { row, out in
            out.pointer(R.self)[row] = try body(x[row & mask])
        }
    }

    @inline(__always)
    static func tryMap<A, B, R>(
        _ a: Vector, _ b: Vector, _ count: Int, _ type: SQLType, _ body: (A, B) throws -> R
    ) rethrows -> Vector {
        let (x, y) = (a.pointer(A.self), b.pointer(B.self))
        let (maskA, maskB) = (a.rowMask, b.rowMask)
        return try rows([a, b], count, type) { row, out in
            out.pointer(R.self)[row] = try body(x[row & maskA], y[row & maskB])
        }
    }

    /// As `tryMap` for results that lie in an arena; nil gives NULL.
    ///
    /// - Throws: 54000 once the results take more than a gigabyte.
    @inline(__always)
    static func strings(
        _ arguments: [Vector], _ count: Int, _ type: SQLType,
        _ body: (_ row: Int, _ arena: StringArena) throws -> StringView?
    ) throws -> Vector {
        let arena = StringArena()
        let out = try rows(arguments, count, type) { row, out in
            if let view = try body(row, arena) {
                guard arena.byteCount <= StringArena.bytesMax else {
                    throw FunctionRegistry.tooLarge()
                }
                out.pointer(StringView.self)[row] = view
            } else {
                out.setNull(row)
            }
        }
        out.owners = [arena]
        for argument in arguments where argument.physical == .bytes {
            out.owners.append(contentsOf: argument.owners)
        }
        return out
    }

    /// For functions that are rare enough to work on single values: datums in, datum out.
    static func datums(
        _ arguments: [Vector], _ count: Int, _ type: SQLType, strict: Bool = true,
        _ body: (_ values: [Datum]) throws -> Datum
    ) throws -> Vector {
        let arena = StringArena()
        let out = result(type, count)
        for row in 0..<count {
            let values = arguments.map { $0.datum(at: row) }
            if strict, values.contains(where: { $0.isNull }) {
                out.setNull(row)
            } else {
                out.store(try body(values), at: row, arena: arena)
            }
        }
        out.owners = [arena]
        return out
    }
}

extension Vector {
    /// The string at a logical row.
    @inline(__always)
    func view(_ row: Int) -> StringView { pointer(StringView.self)[row & rowMask] }
    @inline(__always)
    func value<T>(_: T.Type, _ row: Int) -> T { pointer(T.self)[row & rowMask] }
}
