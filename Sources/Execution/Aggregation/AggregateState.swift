import Basics
import Planning
import Vectors

/// The running values of one aggregate over all groups, an array entry a group.
///
/// One worker updates it; states of several workers are merged afterwards. The order of updates and
/// merges must not show in results.
class AggregateState {
    /// Whether updates bring the call's order keys after its arguments.
    var wantsOrderKeys: Bool { false }
    /// Memory that groups take.
    var byteCount: Int { 0 }
    /// Whether the state itself reserves that from the budget.
    var isAccounted: Bool { false }
    /// Makes room for groups 0..<count.
    func resize(_ count: Int) {}
    /// Takes `count` rows: row i belongs to `groups[i]`.
    func update(_ groups: UnsafePointer<UInt32>, _ arguments: [Vector], _ count: Int) throws {}
    /// Takes rows out again that were updated before, for frames that move; false where that is not
    /// possible exactly.
    func remove(
        _ groups: UnsafePointer<UInt32>, _ arguments: [Vector], _ count: Int
    ) throws -> Bool { false }
    /// Called once after the last update, before several threads merge this state into theirs.
    func freeze() {}
    /// Takes `count` groups of the other: its group `sources[i]` is this one's `targets[i]`.
    func merge(
        _ other: AggregateState, _ sources: UnsafePointer<UInt32>,
        _ targets: UnsafePointer<UInt32>, _ count: Int
    ) throws {}
    func result(_ range: Range<Int>, _ type: SQLType) throws -> Vector {
        preconditionFailure("\(Self.self) has no result")
    }

    /// Takes the other's groups: its group i is this one's `mapping[i]`.
    final func merge(
        _ other: AggregateState, _ mapping: UnsafePointer<UInt32>, _ count: Int
    ) throws {
        other.freeze()
        let all = [UInt32](0..<UInt32(truncatingIfNeeded: count))
        try all.withUnsafeBufferPointer {
            if let base = $0.baseAddress { try merge(other, base, mapping, count) }
        }
    }
}

/// A growing array of plain values that never runs reference counting in loops.
struct GroupArray<T> {
    private(set) var base: UnsafeMutablePointer<T>
    private(set) var count = 0
    private var capacity = 0
    private let zero: T

    init(zero: T) {
        self.zero = zero
        base = .allocate(capacity: 1)
    }

    var byteCount: Int { capacity * MemoryLayout<T>.stride }

    mutating func resize(_ newCount: Int) {
        guard newCount > count else { return }
        if newCount > capacity {
            let grown = max(newCount, capacity * 2, 16)
            let next = UnsafeMutablePointer<T>.allocate(capacity: grown)
            next.moveInitialize(from: base, count: count)
            base.deallocate()
            base = next
            capacity = grown
        }
        (base + count).initialize(repeating: zero, count: newCount - count)
        count = newCount
    }

    func deallocate() {
        base.deinitialize(count: count)
        base.deallocate()
    }
}

/// What an aggregate keeps for one group, as plain memory.
protocol GroupValue {
    /// Of a group without rows.
    init()
    mutating func merge(_ other: Self) throws
}

/// A state with one plain value a group.
class ValueState<Value: GroupValue>: AggregateState {
    final var values = GroupArray<Value>(zero: Value())
    deinit { values.deallocate() }

    final override var byteCount: Int { values.byteCount }
    final override func resize(_ count: Int) { values.resize(count) }

    final override func merge(
        _ other: AggregateState, _ sources: UnsafePointer<UInt32>,
        _ targets: UnsafePointer<UInt32>, _ count: Int
    ) throws {
        guard let other = other as? ValueState<Value> else { return }
        let (from, to) = (other.values.base, values.base)
        for index in 0..<count {
            try to[Int(targets[index])].merge(from[Int(sources[index])])
        }
    }

    /// A vector of results, NULL where `fill` says false.
    final func results(
        _ range: Range<Int>, _ type: SQLType, _ fill: (Value, Vector, Int) throws -> Bool
    ) rethrows -> Vector {
        let vector = Vector(type, capacity: max(range.count, 1))
        vector.count = range.count
        let base = values.base + range.lowerBound
        for row in 0..<range.count {
            if try !fill(base[row], vector, row) { vector.setNull(row) }
        }
        return vector
    }
}

extension Int64: GroupValue {
    mutating func merge(_ other: Int64) { self &+= other }
}

final class CountState: ValueState<Int64> {
    override func update(
        _ groups: UnsafePointer<UInt32>, _ arguments: [Vector], _ count: Int
    ) throws {
        let base = values.base
        guard let argument = arguments.first, argument.hasNulls else {
            for row in 0..<count { base[Int(groups[row])] &+= 1 }
            return
        }
        for row in 0..<count { base[Int(groups[row])] &+= argument.isNull(row) ? 0 : 1 }
    }

    override func result(_ range: Range<Int>, _ type: SQLType) throws -> Vector {
        let vector = Vector(type, capacity: max(range.count, 1))
        vector.count = range.count
        vector.pointer(Int64.self).update(from: values.base + range.lowerBound, count: range.count)
        return vector
    }
}
