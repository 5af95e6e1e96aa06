import Vectors

/// Remembers a word about texts by where their bytes lie.
///
/// A scan hands out the same view of a dictionary for all rows that hold its entry, so that what
/// hashing or comparing the bytes has told once need not be found again. Only strings that last are
/// remembered, and their owners are kept as long as what is known of them.
final class TextCache {
    private struct Entry {
        var key: UInt64
        var word: UInt64
    }
    private var entries: UnsafeMutablePointer<Entry>
    private var mask: Int
    private var shift: UInt64
    private var count = 0
    private var owners: [AnyObject] = []
    /// Batches to hash without looking, after one of texts that were mostly unknown.
    private var strangers = 0
    private static let strangersMax = 32
    private static let slotsLeast = 1 << 8
    /// Twice the entries of the largest dictionary that is remembered whole.
    private static let slotsMax = 1 << 16

    init() {
        entries = Self.make(Self.slotsLeast)
        mask = Self.slotsLeast - 1
        shift = UInt64(64 - Self.slotsLeast.trailingZeroBitCount)
    }

    deinit { entries.deallocate() }

    private static func make(_ slots: Int) -> UnsafeMutablePointer<Entry> {
        let made = UnsafeMutablePointer<Entry>.allocate(capacity: slots)
        made.initialize(repeating: Entry(key: 0, word: 0), count: slots)
        return made
    }

    /// Where a view's bytes lie, and how many they are; 0 for what cannot be told in a word.
    @inline(__always)
    static func key(_ view: StringView) -> UInt64 {
        let address = UInt64(UInt(bitPattern: view.start))
        return address >> 48 == 0 && view.count < 1 << 16 ? UInt64(view.count) << 48 | address : 0
    }

    /// Whether views of the vector may be remembered; if so, their owners are kept from now on.
    func covers(_ vector: Vector) -> Bool {
        guard vector.stringsLast else { return false }
        for owner in vector.owners where !owners.contains(where: { $0 === owner }) {
            if owners.count >= 256 { forget() }
            owners.append(owner)
        }
        // A fresh start may have dropped one of the vector's own.
        return vector.owners.allSatisfy { owner in owners.contains { $0 === owner } }
    }

    private func forget() {
        entries.update(repeating: Entry(key: 0, word: 0), count: mask + 1)
        count = 0
        owners.removeAll(keepingCapacity: true)
    }

    /// The word of a key that is not 0; nil where there is none.
    @inline(__always)
    func word(_ key: UInt64) -> UInt64? {
        var slot = home(key)
        while true {
            let entry = entries[slot]
            if entry.key == key { return entry.word }
            if entry.key == 0 { return nil }
            slot = (slot &+ 1) & mask
        }
    }

    @inline(__always)
    private func home(_ key: UInt64) -> Int {
        Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> shift)
    }

    /// Remembers a word; the key is not known yet.
    func remember(_ key: UInt64, _ word: UInt64) {
        if (count + 1) * 2 > mask + 1 { makeRoom() }
        put(Entry(key: key, word: word))
        count += 1
    }

    private func put(_ entry: Entry) {
        var slot = home(entry.key)
        while entries[slot].key != 0 { slot = (slot + 1) & mask }
        entries[slot] = entry
    }

    private func makeRoom() {
        if mask + 1 == Self.slotsMax {
            // The owners of what the caller is looking at stay.
            entries.update(repeating: Entry(key: 0, word: 0), count: mask + 1)
            count = 0
            return
        }
        let (old, slots) = (entries, mask + 1)
        entries = Self.make(slots * 4)
        mask = slots * 4 - 1
        shift -= 2
        for slot in 0..<slots where old[slot].key != 0 { put(old[slot]) }
        old.deallocate()
    }
}

extension TextCache {
    /// As `VectorHash.add`.
    func addHashes(
        _ column: Vector, count: Int, to out: UnsafeMutablePointer<UInt64>
    ) {
        if strangers > 0 { strangers -= 1 }
        guard column.type.isPlainBytes, strangers == 0, covers(column) else { return VectorHash.add(column, count: count, to: out) }
        let (views, mask) = (column.pointer(StringView.self), column.rowMask)
        let validity = column.validity
        var lastKey: UInt64 = 0
        var lastWord: UInt64 = 0
        var missing = 0
        for row in 0..<count {
            if let validity, validity[row & mask] == 0 {
                out[row] = VectorHash.combine(out[row], VectorHash.nullWord)
                continue
            }
            let view = views[row & mask]
            let key = Self.key(view)
            if key == 0 || key != lastKey {
                if key != 0, let known = word(key) {
                    lastWord = known
                } else {
                    lastWord = view.hash
                    if key != 0 { remember(key, lastWord) }
                    missing += 1
                }
                lastKey = key
            }
            out[row] = VectorHash.combine(out[row], lastWord)
        }
        if missing > count / 2 { strangers = Self.strangersMax }
    }
}

extension SQLType {
    /// Whether values are bytes that are equal exactly if they agree in every byte.
    var isPlainBytes: Bool { physical == .bytes && !comparesSpecially }
}
