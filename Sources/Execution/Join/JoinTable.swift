import Basics
import Synchronization
import Vectors

/// The build side of a hash join: where the rows of each key lie.
///
/// Integer keys that lie close together are looked up in an array by key; others in a directory of
/// slots by the top bits of the hash. A slot holds the place of its first entry and, in its low
/// half, two bits for every entry's hash, so that most misses end there. The entries of a slot lie
/// side by side, equal words next to each other, so that there are no chains to follow. Rows with
/// a NULL key have no entry.
final class JoinTable: @unchecked Sendable {
    enum Layout {
        case empty
        /// `rowOf[word - low]`: the row, `UInt32.max` where there is none. Keys are unique.
        case unique(rowOf: UnsafeMutablePointer<UInt32>)
        /// Entries `starts[word - low]..<starts[word - low + 1]`.
        case ranges(starts: UnsafeMutablePointer<UInt32>)
        /// Slot s: its first entry in the upper half, its tags in the lower.
        case slots(UnsafeMutablePointer<UInt64>, shift: UInt64)
    }
    /// The rows: columns of the build side, then keys that are no columns.
    let rows: RowSet
    let form: JoinWords
    let layout: Layout
    /// Entries ordered by slot: their words (absent in `ranges`) and rows.
    let entryWords: UnsafeMutablePointer<UInt64>?
    let entryRows: UnsafeMutablePointer<UInt32>?
    /// Smallest key, and how many keys from there on have an element, in the first two layouts.
    let low: Int64
    let span: Int
    /// Whether some row's key had a NULL.
    let hasNullKey: Bool
    /// Rows that have an entry.
    let entryCount: Int
    /// Whether no two rows have the same word.
    let isUnique: Bool
    private let memory: MemoryBudget
    private let reserved: Int

    init(_ rows: RowSet, _ form: JoinWords, _ buffers: [WordBuffer], _ context: QueryContext) throws {
        let made = try JoinTableBuilder(form, buffers, context).build()
        self.rows = rows
        self.form = form
        layout = made.layout
        entryWords = made.entryWords
        entryRows = made.entryRows
        low = made.low
        span = made.span
        hasNullKey = made.nullCount > 0
        entryCount = made.entryCount
        isUnique = made.isUnique
        memory = context.memory
        reserved = made.reserved
    }

    deinit {
        switch layout {
        case .empty: break
        case .unique(let memory), .ranges(let memory): memory.deallocate()
        case .slots(let memory, _): memory.deallocate()
        }
        entryWords?.deallocate()
        entryRows?.deallocate()
        memory.release(reserved)
    }

    /// For EXPLAIN.
    var layoutName: String {
        switch layout {
        case .empty: "empty"
        case .unique: "array of unique keys"
        case .ranges: "array of keys"
        case .slots: isUnique ? "hash table of unique keys" : "hash table"
        }
    }

    /// Two bits of the lower half of a slot.
    @inline(__always)
    static func tag(_ hash: UInt64) -> UInt64 {
        1 << (hash & 31) | 1 << (hash >> 5 & 31)
    }

    /// Writes for each of `count` words the only row that may have it, `UInt32.max` for none.
    /// Needs `isUnique`.
    func findUnique(
        _ words: UnsafePointer<UInt64>, count: Int, into out: UnsafeMutablePointer<UInt32>
    ) {
        switch layout {
        case .empty, .ranges: out.update(repeating: .max, count: count)
        case .unique(let rowOf):
            let base = UInt64(bitPattern: low)
            let limit = UInt64(span)
            for row in 0..<count {
                let place = words[row] &- base
                out[row] = place < limit ? rowOf[Int(truncatingIfNeeded: place)] : .max
            }
        case .slots(let slots, let shift):
            guard let entryWords, let entryRows else { return }
            // Loads of one pass do not wait for each other; those of two passes would.
            for row in 0..<count {
                let hash = form.hash(words[row])
                let slot = slots[Int(truncatingIfNeeded: hash >> shift)]
                let tag = Self.tag(hash)
                out[row] =
                    slot & tag == tag ? UInt32(truncatingIfNeeded: slot >> 32) : .max
            }
            for row in 0..<count where out[row] != .max {
                var entry = Int(out[row])
                let word = words[row]
                let hash = form.hash(word)
                let end = Int(slots[Int(truncatingIfNeeded: hash >> shift) + 1] >> 32)
                while entry < end, entryWords[entry] != word { entry += 1 }
                out[row] = entry < end ? entryRows[entry] : .max
            }
        }
    }

    /// Writes for each of `count` words the first of its entries and how many there are.
    func findRanges(
        _ words: UnsafePointer<UInt64>, count: Int, first: UnsafeMutablePointer<UInt32>,
        counts: UnsafeMutablePointer<UInt32>
    ) {
        switch layout {
        case .empty, .unique: counts.update(repeating: 0, count: count)
        case .ranges(let starts):
            let base = UInt64(bitPattern: low)
            let limit = UInt64(span)
            for row in 0..<count {
                let place = words[row] &- base
                if place < limit {
                    let at = Int(truncatingIfNeeded: place)
                    first[row] = starts[at]
                    counts[row] = starts[at + 1] &- starts[at]
                } else {
                    counts[row] = 0
                }
            }
        case .slots(let slots, let shift):
            guard let entryWords else { return }
            for row in 0..<count {
                let hash = form.hash(words[row])
                let slot = slots[Int(truncatingIfNeeded: hash >> shift)]
                let tag = Self.tag(hash)
                first[row] = UInt32(truncatingIfNeeded: slot >> 32)
                counts[row] = slot & tag == tag ? 1 : 0
            }
            for row in 0..<count where counts[row] != 0 {
                var entry = Int(first[row])
                let word = words[row]
                let end = Int(
                    slots[Int(truncatingIfNeeded: form.hash(word) >> shift) + 1] >> 32)
                while entry < end, entryWords[entry] != word { entry += 1 }
                let start = entry
                while entry < end, entryWords[entry] == word { entry += 1 }
                first[row] = UInt32(truncatingIfNeeded: start)
                counts[row] = UInt32(truncatingIfNeeded: entry - start)
            }
        }
    }
}
