import Basics
import Planning
import Vectors

/// min, max, bool_and and bool_or: the best row so far of each group.
final class ExtremumState: AggregateState {
    enum Choice { case least, greatest }
    private let choice: Choice
    private var best: Vector
    private var isSet = GroupArray<UInt8>(zero: 0)
    private let arena = StringArena()
    private let type: SQLType

    init(_ type: SQLType, _ choice: Choice) {
        self.type = type
        self.choice = choice
        best = Vector(type, capacity: 16)
        best.owners.append(arena)
    }

    deinit { isSet.deallocate() }

    override var byteCount: Int {
        best.capacity * best.physical.stride + isSet.byteCount + arena.byteCount
    }

    override func resize(_ count: Int) {
        isSet.resize(count)
        guard count > best.capacity else {
            best.count = max(best.count, count)
            return
        }
        let grown = Vector(type, capacity: max(count, best.capacity * 2))
        grown.data.copyMemory(from: best.data, byteCount: best.count * best.physical.stride)
        grown.count = count
        grown.owners = best.owners
        best = grown
    }

    override func update(
        _ groups: UnsafePointer<UInt32>, _ arguments: [Vector], _ count: Int
    ) throws {
        let argument = arguments[0]
        switch argument.physical {
        case .int32 where !argument.type.isObjectID: plain(Int32.self, groups, argument, count)
        case .int64: plain(Int64.self, groups, argument, count)
        case .int16: plain(Int16.self, groups, argument, count)
        default: general(groups, argument, count)
        }
    }

    @inline(__always)
    private func plain<T: FixedWidthInteger>(
        _: T.Type, _ groups: UnsafePointer<UInt32>, _ argument: Vector, _ count: Int
    ) {
        let values = argument.pointer(T.self)
        let target = best.pointer(T.self)
        let (known, mask, isLeast) = (isSet.base, argument.rowMask, choice == .least)
        let validity = argument.validity
        for row in 0..<count {
            if let validity, validity[row & mask] == 0 { continue }
            let group = Int(groups[row])
            let value = values[row & mask]
            if known[group] == 0 || (isLeast ? value < target[group] : value > target[group]) {
                known[group] = 1
                target[group] = value
            }
        }
    }

    private func general(
        _ groups: UnsafePointer<UInt32>, _ argument: Vector, _ count: Int
    ) {
        for row in 0..<count where !argument.isNull(row) {
            let group = Int(groups[row])
            if isSet.base[group] != 0 {
                let order = Vector.compare(argument, row, best, group)
                if choice == .least ? order >= 0 : order <= 0 { continue }
            }
            isSet.base[group] = 1
            let at = row & argument.rowMask
            if best.physical == .bytes {
                best.pointer(StringView.self)[group] = arena.copy(
                    argument.pointer(StringView.self)[at])
            } else {
                let stride = best.physical.stride
                (best.data + group * stride).copyMemory(
                    from: argument.data + at * stride, byteCount: stride)
            }
        }
    }

    override func merge(
        _ other: AggregateState, _ sources: UnsafePointer<UInt32>,
        _ targets: UnsafePointer<UInt32>, _ count: Int
    ) throws {
        guard let other = other as? ExtremumState else { return }
        var rows: [UInt32] = []
        var groups: [UInt32] = []
        for index in 0..<count where other.isSet.base[Int(sources[index])] != 0 {
            rows.append(sources[index])
            groups.append(targets[index])
        }
        let values = other.best.gather(rows)
        values.owners = [other.arena]
        try groups.withUnsafeBufferPointer {
            if let base = $0.baseAddress { try update(base, [values], groups.count) }
        }
    }

    override func result(_ range: Range<Int>, _ type: SQLType) throws -> Vector {
        let vector = Vector(type, capacity: max(range.count, 1))
        vector.count = range.count
        let stride = vector.physical.stride
        for (row, group) in range.enumerated() {
            if isSet.base[group] == 0 {
                vector.setNull(row)
            } else {
                (vector.data + row * stride).copyMemory(
                    from: best.data + group * stride, byteCount: stride)
            }
        }
        vector.owners = [arena]
        return vector
    }
}

struct BitValue: GroupValue {
    enum Operation { case and, or, xor }
    var value: Int64 = 0
    var isSet = false
    var operation = Operation.and

    mutating func merge(_ other: BitValue) {
        guard other.isSet else { return }
        if !isSet {
            self = other
        } else {
            switch operation {
            case .and: value &= other.value
            case .or: value |= other.value
            case .xor: value ^= other.value
            }
        }
    }
}

/// bit_and, bit_or and bit_xor over integers.
final class BitState: ValueState<BitValue> {
    private let operation: BitValue.Operation
    init(_ operation: BitValue.Operation) { self.operation = operation }

    override func update(
        _ groups: UnsafePointer<UInt32>, _ arguments: [Vector], _ count: Int
    ) throws {
        for row in 0..<count {
            if case .int(let value) = arguments[0].datum(at: row) {
                values.base[Int(groups[row])].merge(
                    BitValue(value: value, isSet: true, operation: operation))
            }
        }
    }

    override func result(_ range: Range<Int>, _ type: SQLType) throws -> Vector {
        let builder = VectorBuilder(type, capacity: max(range.count, 1))
        for group in range {
            let bits = values.base[group]
            builder.append(bits.isSet ? .int(bits.value) : .null)
        }
        return builder.single()
    }
}
