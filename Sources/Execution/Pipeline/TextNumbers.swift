import Basics
import Vectors

/// Numbers the different texts of a column 1, 2, 3, … in order of first appearance; NULL is 0.
final class TextNumbers {
    /// One more than the largest number.
    private(set) var count = 1
    private var views = GroupArray<StringView>(zero: .empty)
    /// What each number's text adds to the hash of a row.
    private var words = GroupArray<UInt64>(zero: 0)
    /// The low half a number, the high half bits of its text's hash.
    private var slots: UnsafeMutablePointer<UInt64>
    private var mask = 1023
    private let arena = StringArena()
    private var owners: [AnyObject] = []
    private let cache = TextCache()
    private let memory: MemoryBudget
    private var reserved = 0
    private static let empty = UInt64.max

    init(memory: MemoryBudget) {
        self.memory = memory
        slots = .allocate(capacity: 1024)
        slots.initialize(repeating: Self.empty, count: 1024)
        views.resize(1)
        words.resize(1)
        words.base[0] = VectorHash.nullWord
    }

    deinit {
        slots.deallocate()
        views.deallocate()
        words.deallocate()
        memory.release(reserved)
    }

    var byteCount: Int { reserved }

    /// What a number's text adds to the hash of a row, by number.
    var hashWords: UnsafeMutablePointer<UInt64> { words.base }

    /// Writes every row's number, giving new texts the next ones.
    func findOrInsert(
        _ vector: Vector, count rows: Int, into out: UnsafeMutablePointer<UInt32>
    ) throws {
        try grow(for: rows)
        let last = vector.stringsLast
        if last {
            for owner in vector.owners where !owners.contains(where: { $0 === owner }) {
                owners.append(owner)
            }
        }
        visit(vector, rows, cache, out) { view in
            let hash = view.hash
            let slot = slot(of: view, hash)
            if slots[slot] != Self.empty { return UInt32(truncatingIfNeeded: slots[slot]) }
            let number = count
            slots[slot] = (hash >> 32) << 32 | UInt64(number)
            views.base[number] = last ? view : arena.copy(view)
            words.base[number] = hash
            count += 1
            return UInt32(truncatingIfNeeded: number)
        }
        try account()
    }

    /// Writes every row's number, `UInt32.max` for unknown texts. Several threads may ask at a time,
    /// each with a cache of its own.
    func find(
        _ vector: Vector, count rows: Int, _ cache: TextCache,
        into out: UnsafeMutablePointer<UInt32>
    ) {
        visit(vector, rows, cache, out) { view in
            let slot = slot(of: view, view.hash)
            return slots[slot] == Self.empty ? .max : UInt32(truncatingIfNeeded: slots[slot])
        }
    }

    /// Where a text's number is, or would be.
    @inline(__always)
    private func slot(of view: StringView, _ hash: UInt64) -> Int {
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != Self.empty {
            let entry = slots[slot]
            if entry >> 32 == hash >> 32,
                StringView.equal(views.base[Int(UInt32(truncatingIfNeeded: entry))], view)
            {
                return slot
            }
            slot = (slot &+ 1) & mask
        }
        return slot
    }

    /// Calls `number` for texts that the cache does not know.
    @inline(__always)
    private func visit(
        _ vector: Vector, _ rows: Int, _ cache: TextCache, _ out: UnsafeMutablePointer<UInt32>,
        _ number: (StringView) -> UInt32
    ) {
        let isCovered = cache.covers(vector)
        let (data, mask) = (vector.pointer(StringView.self), vector.rowMask)
        let validity = vector.validity
        var lastKey: UInt64 = 0
        var last: UInt32 = 0
        for row in 0..<rows {
            if let validity, validity[row & mask] == 0 {
                out[row] = 0
                continue
            }
            let view = data[row & mask]
            let key = TextCache.key(view)
            if key == 0 || key != lastKey {
                if isCovered, key != 0 {
                    if let known = cache.word(key) {
                        last = UInt32(truncatingIfNeeded: known)
                    } else {
                        last = number(view)
                        // What is not found now may come later.
                        if last != .max { cache.remember(key, UInt64(last)) }
                    }
                } else {
                    last = number(view)
                }
                lastKey = key
            }
            out[row] = last
        }
    }

    /// The texts of rows by their numbers.
    func texts(
        _ numbers: UnsafePointer<UInt32>, at rows: UnsafePointer<UInt32>, count: Int, _ type: SQLType
    ) -> Vector {
        let vector = Vector(type, capacity: max(count, 1))
        vector.count = count
        let (out, views) = (vector.pointer(StringView.self), views.base)
        for index in 0..<count {
            let number = Int(numbers[Int(rows[index])])
            out[index] = views[number]
            if number == 0 { vector.setNull(index) }
        }
        vector.stringsLast = arena.byteCount == 0
        vector.owners = vector.stringsLast ? owners : owners + [arena]
        return vector
    }

    /// Room for so many more texts, with the load under one half.
    private func grow(for rows: Int) throws {
        guard count + rows < Int(UInt32.max) else {
            throw SQLError(.programLimitExceeded, "more than 4 billion different keys")
        }
        views.resize(count + rows)
        words.resize(count + rows)
        guard (count + rows) * 2 > mask + 1 else { return }
        var capacity = mask + 1
        while capacity < (count + rows) * 2 { capacity *= 2 }
        try account(slots: capacity)
        slots.deallocate()
        slots = .allocate(capacity: capacity)
        slots.initialize(repeating: Self.empty, count: capacity)
        mask = capacity - 1
        for number in 1..<count {
            let hash = words.base[number]
            var slot = Int(truncatingIfNeeded: hash) & mask
            while slots[slot] != Self.empty { slot = (slot + 1) & mask }
            slots[slot] = (hash >> 32) << 32 | UInt64(number)
        }
    }

    private func account(slots: Int? = nil) throws {
        let bytes = (slots ?? mask + 1) * 8 + views.byteCount + words.byteCount + arena.byteCount
        guard bytes > reserved else { return }
        try memory.reserve(bytes - reserved)
        reserved = bytes
    }
}
