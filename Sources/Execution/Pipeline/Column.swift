import Basics
import Vectors

/// A column that grows by whole batches: what hash tables, sorts and windows keep rows in.
///
/// Values lie contiguously; strings are copied into an arena of its own, so the batches they came
/// from may go, or shared where they last. One writer at a time; readers after writing has ended.
final class Column: @unchecked Sendable {
    let type: SQLType
    let physical: PhysicalType
    /// The rows as one long vector; replaced when the column grows.
    private(set) var vector: Vector
    /// Made when a string has to be copied.
    private var arena: StringArena?
    /// Keeps alive what the strings lie in, for whatever is made of the vector too.
    private let strings = StringOwners()

    init(_ type: SQLType, capacity: Int = 64) {
        self.type = type
        physical = type.physical
        vector = Vector(type, capacity: capacity)
        guard physical == .bytes else { return }
        vector.owners = [strings]
        vector.stringsLast = true
    }

    var count: Int { vector.count }
    var byteCount: Int { vector.capacity * (physical.stride + 1) + (arena?.byteCount ?? 0) }

    @inline(__always)
    func pointer<T>(_: T.Type) -> UnsafeMutablePointer<T> { vector.pointer(T.self) }
    @inline(__always)
    func isNull(_ row: Int) -> Bool { vector.isNull(row) }

    func reserve(_ rows: Int) {
        let needed = count + rows
        guard needed > vector.capacity else { return }
        let grown = Vector(type, capacity: max(needed, vector.capacity * 2))
        grown.data.copyMemory(from: vector.data, byteCount: count * physical.stride)
        if let old = vector.validity { grown.makeValidity().update(from: old, count: count) }
        grown.count = count
        grown.owners = vector.owners
        grown.stringsLast = vector.stringsLast
        vector = grown
    }

    /// Appends all rows of a vector, or those at `positions`.
    func append(_ vector: Vector, positions: UnsafePointer<UInt32>? = nil, count rows: Int) {
        reserve(rows)
        let constant = vector.isConstant
        switch physical.stride {
        case 1: copy(UInt8.self, vector, positions, rows, constant)
        case 2: copy(UInt16.self, vector, positions, rows, constant)
        case 4: copy(UInt32.self, vector, positions, rows, constant)
        case 8: copy(UInt64.self, vector, positions, rows, constant)
        case 32: copy(Decimal.self, vector, positions, rows, constant)
        default:
            if physical == .bytes {
                copyStrings(vector, positions, rows, constant)
            } else {
                copy(UInt128.self, vector, positions, rows, constant)
            }
        }
        if let source = vector.validity {
            let target = self.vector.makeValidity() + count
            for row in 0..<rows {
                target[row] = source[constant ? 0 : positions.map { Int($0[row]) } ?? row]
            }
        }
        self.vector.count += rows
    }

    @inline(__always)
    private func copy<T>(
        _: T.Type, _ vector: Vector, _ positions: UnsafePointer<UInt32>?, _ rows: Int,
        _ constant: Bool
    ) {
        let source = vector.pointer(T.self)
        let target = pointer(T.self) + count
        if constant {
            target.initialize(repeating: source[0], count: rows)
        } else if let positions {
            for row in 0..<rows { target[row] = source[Int(positions[row])] }
        } else {
            target.update(from: source, count: rows)
        }
    }

    private func copyStrings(
        _ vector: Vector, _ positions: UnsafePointer<UInt32>?, _ rows: Int, _ constant: Bool
    ) {
        let source = vector.pointer(StringView.self)
        let target = pointer(StringView.self) + count
        if vector.stringsLast {
            for owner in vector.owners { strings.keep(owner) }
            return copy(StringView.self, vector, positions, rows, constant)
        }
        let arena = ownArena()
        if constant {
            target.initialize(repeating: arena.copy(source[0]), count: rows)
            return
        }
        for row in 0..<rows {
            target[row] = arena.copy(source[positions.map { Int($0[row]) } ?? row])
        }
    }

    private func ownArena() -> StringArena {
        if let arena { return arena }
        let made = StringArena()
        arena = made
        strings.keep(made)
        vector.stringsLast = false
        return made
    }

    /// Counts rows in that were written behind the last one, within what was reserved.
    func advance(_ rows: Int) {
        if let flags = vector.validity { (flags + count).update(repeating: 1, count: rows) }
        vector.count += rows
    }

    func appendNulls(_ rows: Int) {
        reserve(rows)
        let flags = vector.makeValidity() + count
        flags.update(repeating: 0, count: rows)
        if physical == .bytes {
            (pointer(StringView.self) + count).initialize(repeating: .empty, count: rows)
        } else {
            (vector.data + count * physical.stride).initializeMemory(
                as: UInt8.self, repeating: 0, count: rows * physical.stride)
        }
        vector.count += rows
    }

    /// Takes over all rows of another column of the same type.
    func append(_ other: Column) {
        reserve(other.count)
        let stride = physical.stride
        (vector.data + count * stride).copyMemory(
            from: other.vector.data, byteCount: other.count * stride)
        if physical == .bytes {
            strings.keep(other.strings)
            if !other.vector.stringsLast { vector.stringsLast = false }
        }
        if let source = other.vector.validity {
            (vector.makeValidity() + count).update(from: source, count: other.count)
        } else if let flags = vector.validity {
            (flags + count).update(repeating: 1, count: other.count)
        }
        vector.count += other.count
    }

    /// A vector of the rows at the indices, sharing strings. UInt32.max gives NULL.
    func gather(_ indices: UnsafePointer<UInt32>, count rows: Int, hasMissing: Bool = false)
        -> Vector
    {
        let result = Vector(type, capacity: rows)
        result.count = rows
        if hasMissing {
            gatherWithMissing(indices, rows, result)
        } else {
            switch physical.stride {
            case 1: gather(UInt8.self, indices, rows, result)
            case 2: gather(UInt16.self, indices, rows, result)
            case 4: gather(UInt32.self, indices, rows, result)
            case 8: gather(UInt64.self, indices, rows, result)
            case 32: gather(Decimal.self, indices, rows, result)
            default: gather(UInt128.self, indices, rows, result)
            }
            if let validity = vector.validity {
                let target = result.makeValidity()
                for row in 0..<rows { target[row] = validity[Int(indices[row])] }
            }
        }
        result.owners = vector.owners
        result.stringsLast = vector.stringsLast
        return result
    }

    @inline(__always)
    private func gather<T>(
        _: T.Type, _ indices: UnsafePointer<UInt32>, _ rows: Int, _ result: Vector
    ) {
        let source = pointer(T.self)
        let target = result.pointer(T.self)
        for row in 0..<rows { target[row] = source[Int(indices[row])] }
    }

    private func gatherWithMissing(
        _ indices: UnsafePointer<UInt32>, _ rows: Int, _ result: Vector
    ) {
        @inline(__always)
        func copy<T>(_: T.Type, _ nothing: T) {
            let source = pointer(T.self)
            let target = result.pointer(T.self)
            let flags = result.makeValidity()
            let validity = vector.validity
            for row in 0..<rows {
                let index = indices[row]
                let isPresent = index != .max && validity?[Int(index)] != 0
                target[row] = isPresent ? source[Int(index)] : nothing
                flags[row] = isPresent ? 1 : 0
            }
        }
        switch physical.stride {
        case 1: copy(UInt8.self, 0)
        case 2: copy(UInt16.self, 0)
        case 4: copy(UInt32.self, 0)
        case 8: copy(UInt64.self, 0)
        case 32: copy(Decimal.self, Decimal(mantissa: 0, scale: 0))
        default:
            if physical == .bytes { copy(StringView.self, .empty) } else { copy(UInt128.self, 0) }
        }
    }

    /// A vector of consecutive rows, sharing strings.
    func slice(_ range: Range<Int>) -> Vector {
        let result = Vector(type, capacity: range.count)
        result.count = range.count
        let stride = physical.stride
        result.data.copyMemory(
            from: vector.data + range.lowerBound * stride, byteCount: range.count * stride)
        if let validity = vector.validity {
            result.makeValidity().update(from: validity + range.lowerBound, count: range.count)
        }
        result.owners = vector.owners
        result.stringsLast = vector.stringsLast
        return result
    }
}

/// What the strings of a column lie in. Only the column's writer adds to it.
private final class StringOwners: @unchecked Sendable {
    private var all: [AnyObject] = []

    func keep(_ owner: AnyObject) {
        if let last = all.last, last === owner { return }
        if !all.contains(where: { $0 === owner }) { all.append(owner) }
    }
}

/// Rows kept column by column: a materialized result.
final class RowSet: @unchecked Sendable {
    let columns: [Column]
    private(set) var count = 0
    private var reserved = 0
    private let memory: MemoryBudget

    init(_ types: [SQLType], memory: MemoryBudget) {
        columns = types.map { Column($0) }
        self.memory = memory
    }

    deinit { memory.release(reserved) }

    func append(_ batch: Batch) throws {
        try append(batch.columns, count: batch.count)
    }

    func append(
        _ vectors: [Vector], positions: UnsafePointer<UInt32>? = nil, count rows: Int
    ) throws {
        guard count + rows < Int(UInt32.max) else {
            throw SQLError(.programLimitExceeded, "an intermediate result exceeds 4 billion rows")
        }
        for (column, vector) in zip(columns, vectors) {
            column.append(vector, positions: positions, count: rows)
        }
        count += rows
        try account()
    }

    func append(_ other: RowSet) throws {
        for (column, source) in zip(columns, other.columns) { column.append(source) }
        count += other.count
        try account()
    }

    func reserve(_ rows: Int) {
        for column in columns { column.reserve(rows) }
    }

    /// Counts rows in that were written to all columns within what was reserved.
    func advance(_ rows: Int) throws {
        for column in columns { column.advance(rows) }
        count += rows
        try account()
    }

    var byteCount: Int { columns.reduce(0) { $0 + $1.byteCount } }

    /// Takes over the rows of several sets in their order, columns in parallel.
    func append(all others: [RowSet], _ context: QueryContext) throws {
        let added = others.reduce(0) { $0 + $1.count }
        guard added > 0 else { return }
        guard count + added < Int(UInt32.max) else {
            throw SQLError(.programLimitExceeded, "an intermediate result exceeds 4 billion rows")
        }
        let workers = added < 1 << 14 ? 1 : min(context.threads, max(columns.count, 1))
        let next = SharedCounter()
        try context.pool.run(workers) { [columns] _ in
            while true {
                let index = next.take()
                if index >= columns.count { return }
                columns[index].reserve(added)
                for other in others { columns[index].append(other.columns[index]) }
            }
        }
        count += added
        try account()
    }

    private func account() throws {
        let bytes = byteCount
        if bytes > reserved {
            try memory.reserve(bytes - reserved)
            reserved = bytes
        }
    }

    func batch(_ range: Range<Int>) -> Batch {
        Batch(columns: columns.map { $0.slice(range) }, count: range.count)
    }

    func gather(_ indices: UnsafePointer<UInt32>, count rows: Int) -> Batch {
        Batch(columns: columns.map { $0.gather(indices, count: rows) }, count: rows)
    }
}
