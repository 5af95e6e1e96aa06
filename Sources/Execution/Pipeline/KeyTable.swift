import Basics
import Vectors

/// Maps rows of key columns to dense numbers 0, 1, 2, … in order of first appearance.
///
/// Open addressing with linear probing. A slot holds 32 bits of the hash and the key's number, so that a
/// probe touches the keys only where the hash agrees; its place is given by the hash's highest bits, so
/// that the slots run in the order of the hashes but for collisions. One or two integer columns are
/// compared at once, row by row, and so are keys with texts that have been numbered (`KeyWords`); anything
/// else in whole batches, column by column. NULL equals NULL, as GROUP BY and DISTINCT ask; joins leave
/// NULL keys out beforehand.
final class KeyTable {
    let keys: RowSet
    private var slots: UnsafeMutablePointer<UInt64>
    private var mask: Int
    private var shift: UInt64
    /// Highest bits that all hashes have in common, because rows were divided by them.
    private let sharedBits: UInt64
    private var hashes = GroupArray<UInt64>(zero: 0)
    private let form: FixedKeyForm?
    private let words: KeyWords?
    /// Whether the only key is a text, whose numbers are remembered by where it lies.
    private let isText: Bool
    private let memory: MemoryBudget
    private var reserved = 0
    private static let empty = UInt64.max
    private static let slotsLeast = 1024
    /// Tables with more slots than this lie outside the fast caches.
    private static let slotsNear = 1 << 16

    var count: Int { keys.count }
    /// Memory of keys and slots.
    var byteCount: Int { keys.byteCount + reserved + (words?.byteCount ?? 0) }

    /// - Parameters:
    ///   - sharedBits: highest bits that all hashes have in common.
    ///   - isSparse: keys are mostly met once, so that numbering their texts would not pay.
    init(
        _ types: [SQLType], sharedBits: Int = 0, isSparse: Bool = false, memory: MemoryBudget
    ) {
        keys = RowSet(types, memory: memory)
        form = FixedKeyForm(types)
        words = isSparse ? nil : KeyWords(types, memory: memory)
        isText = !isSparse && types.count == 1 && types[0].isPlainBytes
        self.memory = memory
        self.sharedBits = UInt64(sharedBits)
        mask = Self.slotsLeast - 1
        shift = UInt64(64 - Self.slotsLeast.trailingZeroBitCount)
        slots = .allocate(capacity: Self.slotsLeast)
        slots.initialize(repeating: Self.empty, count: Self.slotsLeast)
    }

    deinit {
        slots.deallocate()
        hashes.deallocate()
        memory.release(reserved)
    }

    /// Scratch of one caller, kept to spare allocations; several probes may read one table at a time.
    final class Probe {
        private unowned let table: KeyTable
        fileprivate var capacity = 0
        fileprivate var hashes: UnsafeMutablePointer<UInt64>
        fileprivate var entries: UnsafeMutablePointer<UInt64>
        fileprivate var pending: UnsafeMutablePointer<UInt32>
        fileprivate var place: UnsafeMutablePointer<UInt32>
        fileprivate var compareRow: UnsafeMutablePointer<UInt32>
        fileprivate var compareKey: UnsafeMutablePointer<UInt32>
        fileprivate var fresh: UnsafeMutablePointer<UInt32>
        fileprivate var keep: UnsafeMutablePointer<UInt8>
        fileprivate var keyWords: KeyWords.Scratch?
        lazy var cache = TextCache()
        var unknown: [UInt32] = []

        fileprivate init(_ table: KeyTable) {
            self.table = table
            hashes = .allocate(capacity: 1)
            entries = .allocate(capacity: 1)
            pending = .allocate(capacity: 1)
            place = .allocate(capacity: 1)
            compareRow = .allocate(capacity: 1)
            compareKey = .allocate(capacity: 1)
            fresh = .allocate(capacity: 1)
            keep = .allocate(capacity: 1)
        }

        deinit { release() }

        private func release() {
            hashes.deallocate()
            entries.deallocate()
            pending.deallocate()
            place.deallocate()
            compareRow.deallocate()
            compareKey.deallocate()
            fresh.deallocate()
            keep.deallocate()
        }

        /// Writes every row's number, `UInt32.max` for unknown keys.
        func find(
            _ columns: [Vector], count rows: Int, into out: UnsafeMutablePointer<UInt32>
        ) throws {
            try table.match(columns, rows, nil, inserting: false, self, out)
        }

        fileprivate func prepare(_ rows: Int) {
            guard capacity < rows else { return }
            release()
            capacity = max(rows, 2048)
            hashes = .allocate(capacity: capacity)
            entries = .allocate(capacity: capacity)
            pending = .allocate(capacity: capacity)
            place = .allocate(capacity: capacity)
            compareRow = .allocate(capacity: capacity)
            compareKey = .allocate(capacity: capacity)
            fresh = .allocate(capacity: capacity)
            keep = .allocate(capacity: capacity)
        }

        fileprivate func words(_ words: KeyWords, _ rows: Int) -> KeyWords.Scratch {
            if let keyWords, keyWords.capacity >= rows { return keyWords }
            let made = KeyWords.Scratch(words, capacity: max(rows, 2048), after: keyWords)
            keyWords = made
            return made
        }
    }

    func makeProbe() -> Probe { Probe(self) }
    private lazy var own = Probe(self)

    /// Writes every row's number to `out`, numbering new keys. `hashes` are the rows' where known.
    func findOrInsert(
        _ columns: [Vector], count rows: Int, hashes: UnsafePointer<UInt64>? = nil,
        into out: UnsafeMutablePointer<UInt32>
    ) throws {
        try match(columns, rows, hashes, inserting: true, own, out)
    }

    /// Writes every row's number, `UInt32.max` for unknown keys.
    func find(
        _ columns: [Vector], count rows: Int, into out: UnsafeMutablePointer<UInt32>
    ) throws {
        try own.find(columns, count: rows, into: out)
    }

    /// Makes room for so many keys, as far as the memory budget allows.
    func reserve(_ count: Int) {
        if (try? grow(for: count)) != nil { keys.reserve(count) }
    }

    /// The hash of a key by its number.
    @inline(__always)
    func hash(_ number: Int) -> UInt64 { hashes.base[number] }

    /// All numbers in the order of their keys' hashes, whatever order the keys came in.
    func hashOrder() -> [UInt32] {
        let (slots, mask, hashes) = (slots, mask, hashes.base)
        var wrapped: [UInt32] = []
        return [UInt32](unsafeUninitializedCapacity: max(count, 1)) { order, filled in
            for slot in 0...mask where slots[slot] != Self.empty {
                let number = UInt32(truncatingIfNeeded: slots[slot])
                let hash = hashes[Int(number)]
                // Keys that found no place before the end lie at the start.
                if home(hash) > slot {
                    wrapped.append(number)
                    continue
                }
                Self.insert(number, hash, order, filled, hashes)
                filled += 1
            }
            for number in wrapped {
                Self.insert(number, hashes[Int(number)], order, filled, hashes)
                filled += 1
            }
        }
    }

    /// Puts a number behind those of `filled` that do not belong after it: a step or two back.
    @inline(__always)
    private static func insert(
        _ number: UInt32, _ hash: UInt64, _ order: UnsafeMutableBufferPointer<UInt32>,
        _ filled: Int, _ hashes: UnsafeMutablePointer<UInt64>
    ) {
        var place = filled
        while place > 0 {
            let other = order[place - 1]
            let before = hashes[Int(other)]
            if before < hash || before == hash && other < number { break }
            order[place] = other
            place -= 1
        }
        order[place] = number
    }

    @inline(__always)
    private func home(_ hash: UInt64) -> Int {
        Int(truncatingIfNeeded: (hash << sharedBits) >> shift)
    }

    private func match(
        _ columns: [Vector], _ rows: Int, _ known: UnsafePointer<UInt64>?, inserting: Bool,
        _ scratch: Probe, _ out: UnsafeMutablePointer<UInt32>
    ) throws {
        guard rows > 0 else { return }
        if isText, scratch.cache.covers(columns[0]) {
            try matchText(columns[0], rows, known, inserting, scratch, out)
        } else if words != nil, let heads = KeyRuns.heads(columns, rows) {
            try matchRuns(heads, columns, rows, known, inserting, scratch, out)
        } else {
            try matchAll(columns, rows, known, inserting, scratch, out)
        }
    }

    func matchAll(
        _ columns: [Vector], _ rows: Int, _ known: UnsafePointer<UInt64>?, _ inserting: Bool,
        _ scratch: Probe, _ out: UnsafeMutablePointer<UInt32>
    ) throws {
        if inserting { try grow(for: rows) }
        scratch.prepare(rows)
        var rowWords: UnsafePointer<UInt64>?
        if let words {
            let own = scratch.words(words, rows)
            rowWords = try words.write(columns, count: rows, inserting: inserting, own)
        }
        var rowHashes = UnsafePointer(scratch.hashes)
        if let known {
            rowHashes = known
        } else {
            scratch.hashes.initialize(repeating: 0, count: rows)
            if let words, let own = scratch.keyWords {
                words.hash(columns, count: rows, own, to: scratch.hashes)
            } else {
                for column in columns {
                    VectorHash.add(column, count: rows, to: scratch.hashes)
                }
            }
        }
        if mask >= Self.slotsNear {
            // Independent reads ahead of the dependent ones: the memory answers them all at once.
            let (entries, slots, shift, shared) = (scratch.entries, slots, shift, sharedBits)
            for row in 0..<rows {
                entries[row] = slots[Int(truncatingIfNeeded: (rowHashes[row] << shared) >> shift)]
            }
        }
        if let words, let rowWords, let own = scratch.keyWords {
            return try matchWords(
                words, rowWords, own, columns, rows, rowHashes, inserting, out)
        }
        if let form, !columns.contains(where: \.hasNulls),
            !keys.columns.contains(where: \.vector.hasNulls)
        {
            let before = count
            if inserting { keys.reserve(rows) }
            let kept = keys.columns.map(\.vector)
            let after: Int
            switch form {
            case .one32:
                after = matchFixed(
                    OneKey<Int32>(columns[0], kept[0]), rows, rowHashes, inserting, out)
            case .one64:
                after = matchFixed(
                    OneKey<Int64>(columns[0], kept[0]), rows, rowHashes, inserting, out)
            case .two32:
                after = matchFixed(
                    TwoKeys<Int32, Int32>(columns, kept), rows, rowHashes, inserting, out)
            case .two64:
                after = matchFixed(
                    TwoKeys<Int64, Int64>(columns, kept), rows, rowHashes, inserting, out)
            case .low32:
                after = matchFixed(
                    TwoKeys<Int32, Int64>(columns, kept), rows, rowHashes, inserting, out)
            case .low64:
                after = matchFixed(
                    TwoKeys<Int64, Int32>(columns, kept), rows, rowHashes, inserting, out)
            }
            if after > before { try keys.advance(after - before) }
            return
        }
        try matchColumns(columns, rows, rowHashes, inserting, scratch, out)
    }

    private func matchWords(
        _ words: KeyWords, _ rowWords: UnsafePointer<UInt64>, _ own: KeyWords.Scratch,
        _ columns: [Vector], _ rows: Int, _ rowHashes: UnsafePointer<UInt64>, _ inserting: Bool,
        _ out: UnsafeMutablePointer<UInt32>
    ) throws {
        let before = count
        if inserting { words.resize(before + rows) }
        let kept = words.keptWords
        let after: Int
        if words.width == 1 {
            let keys = OneWord(rows: rowWords, kept: kept, fresh: own.fresh, first: before)
            after = matchFixed(keys, rows, rowHashes, inserting, out)
        } else {
            let keys = TwoWords(rows: rowWords, kept: kept, fresh: own.fresh, first: before)
            after = matchFixed(keys, rows, rowHashes, inserting, out)
        }
        guard after > before else { return }
        try keys.append(
            words.columns(columns, at: own.fresh, count: after - before, own),
            count: after - before)
    }

    @inline(__always)
    private func matchFixed<Keys: FixedKeys>(
        _ key: Keys, _ rows: Int, _ rowHashes: UnsafePointer<UInt64>, _ inserting: Bool,
        _ out: UnsafeMutablePointer<UInt32>
    ) -> Int {
        let (slots, mask, shift, shared) = (slots, mask, shift, sharedBits)
        var next = count
        if inserting { hashes.resize(next + rows) }
        let kept = hashes.base
        for row in 0..<rows {
            let hash = rowHashes[row]
            let tag = hash & 0xFFFF_FFFF
            var slot = Int(truncatingIfNeeded: (hash << shared) >> shift)
            while true {
                let entry = slots[slot]
                if entry == Self.empty {
                    if inserting {
                        slots[slot] = tag << 32 | UInt64(truncatingIfNeeded: next)
                        key.store(row, next)
                        kept[next] = hash
                        out[row] = UInt32(truncatingIfNeeded: next)
                        next &+= 1
                    } else {
                        out[row] = .max
                    }
                    break
                }
                let number = UInt32(truncatingIfNeeded: entry)
                if entry >> 32 == tag, key.equals(row, Int(number)) {
                    out[row] = number
                    break
                }
                slot = (slot &+ 1) & mask
            }
        }
        return next
    }

    /// Candidates of all rows first, then their comparison column by column, until none differs.
    private func matchColumns(
        _ columns: [Vector], _ rows: Int, _ rowHashes: UnsafePointer<UInt64>, _ inserting: Bool,
        _ scratch: Probe, _ out: UnsafeMutablePointer<UInt32>
    ) throws {
        if inserting { hashes.resize(count + rows) }
        let (slots, mask, hashes) = (slots, mask, hashes.base)
        let (pending, place, fresh) = (scratch.pending, scratch.place, scratch.fresh)
        let (compareRow, compareKey) = (scratch.compareRow, scratch.compareKey)
        var pendingCount = rows
        for row in 0..<rows {
            pending[row] = UInt32(truncatingIfNeeded: row)
            place[row] = UInt32(truncatingIfNeeded: home(rowHashes[row]))
        }
        while pendingCount > 0 {
            var freshCount = 0
            var candidates = 0
            let first = count
            for index in 0..<pendingCount {
                let row = Int(pending[index])
                let tag = rowHashes[row] & 0xFFFF_FFFF
                var slot = Int(place[row])
                while true {
                    let entry = slots[slot]
                    if entry == Self.empty {
                        if inserting {
                            let number = first + freshCount
                            slots[slot] = tag << 32 | UInt64(truncatingIfNeeded: number)
                            hashes[number] = rowHashes[row]
                            fresh[freshCount] = UInt32(truncatingIfNeeded: row)
                            freshCount += 1
                            out[row] = UInt32(truncatingIfNeeded: number)
                        } else {
                            out[row] = .max
                        }
                        break
                    }
                    if entry >> 32 == tag {
                        out[row] = UInt32(truncatingIfNeeded: entry)
                        compareRow[candidates] = UInt32(truncatingIfNeeded: row)
                        compareKey[candidates] = UInt32(truncatingIfNeeded: entry)
                        candidates += 1
                        break
                    }
                    slot = (slot + 1) & mask
                }
                place[row] = UInt32(truncatingIfNeeded: slot)
            }
            if freshCount > 0 {
                try keys.append(columns, positions: fresh, count: freshCount)
            }
            pendingCount = compare(columns, candidates, scratch)
        }
    }

    /// Rows whose candidate differs go on at the next slot; returns how many.
    private func compare(_ columns: [Vector], _ candidates: Int, _ scratch: Probe) -> Int {
        guard candidates > 0 else { return 0 }
        scratch.keep.initialize(repeating: 1, count: candidates)
        for (column, key) in zip(columns, keys.columns) {
            Vector.equalRows(
                column, scratch.compareRow, key.vector, scratch.compareKey, count: candidates,
                keep: scratch.keep)
        }
        var differing = 0
        for index in 0..<candidates where scratch.keep[index] == 0 {
            let row = scratch.compareRow[index]
            scratch.place[Int(row)] = UInt32(
                truncatingIfNeeded: (Int(scratch.place[Int(row)]) + 1) & mask)
            scratch.pending[differing] = row
            differing += 1
        }
        return differing
    }

    /// Keeps the load under one half with `rows` more keys.
    private func grow(for rows: Int) throws {
        let needed = (keys.count + rows) * 2
        guard needed > mask + 1 else { return }
        var capacity = mask + 1
        while capacity < needed { capacity *= 2 }
        // A slot, and half a hash and half a key's words for it.
        let bytes = capacity * (12 + (words?.width ?? 0) * 4)
        try memory.reserve(bytes - reserved)
        let (shift, shared) = (UInt64(64 - capacity.trailingZeroBitCount), sharedBits)
        reserved = bytes
        slots.deallocate()
        slots = .allocate(capacity: capacity)
        slots.initialize(repeating: Self.empty, count: capacity)
        mask = capacity - 1
        self.shift = shift
        let (slots, mask, hashes) = (slots, mask, hashes.base)
        for number in 0..<keys.count {
            let hash = hashes[number]
            var slot = Int(truncatingIfNeeded: (hash << shared) >> shift)
            while slots[slot] != Self.empty { slot = (slot + 1) & mask }
            slots[slot] = hash << 32 | UInt64(truncatingIfNeeded: number)
        }
    }
}
