import Encodings
import Synchronization

/// Encoded chunks, dictionaries and key filters of all segments, kept within a byte budget.
///
/// Which to drop is told by a clock: an entry used since the hand's last visit gets another round.
package final class ChunkCache: Sendable {
    struct Key: Hashable, Sendable {
        var segment: UInt64
        /// Place in the footer; see `Segment` for the key run's places.
        var column: Int32
        /// -1: the dictionary.
        var chunk: Int32
    }

    enum Value: Sendable {
        case chunk(ColumnChunk)
        case dictionary(SegmentDictionary)
        case bytes(AlignedBytes)

        var byteCount: Int {
            switch self {
            case .chunk(let chunk): chunk.byteCount
            case .dictionary(let dictionary): dictionary.byteCount
            case .bytes(let bytes): bytes.count
            }
        }
    }

    private struct Entry {
        var key: Key
        var value: Value
        var byteCount: Int
        var isUsed: Bool
    }

    private struct State {
        var places: [Key: Int] = [:]
        var entries: [Entry] = []
        var hand = 0
        var byteCount = 0
        var hits: UInt64 = 0
        var misses: UInt64 = 0

        mutating func remove(at place: Int) {
            let entry = entries[place]
            places[entry.key] = nil
            byteCount -= entry.byteCount
            // The last entry takes the place, so removal does not move the others.
            let last = entries.removeLast()
            if place < entries.count {
                entries[place] = last
                places[last.key] = place
            }
        }

        mutating func makeRoom(_ bytes: Int, budget: Int) {
            while byteCount + bytes > budget, !entries.isEmpty {
                if hand >= entries.count { hand = 0 }
                if entries[hand].isUsed {
                    entries[hand].isUsed = false
                    hand += 1
                } else {
                    remove(at: hand)
                }
            }
        }
    }

    private let byteBudget: Int
    private let state = Mutex(State())

    package init(byteBudget: Int) { self.byteBudget = byteBudget }

    func find(_ key: Key) -> Value? {
        state.withLock { state in
            guard let place = state.places[key] else {
                state.misses += 1
                return nil
            }
            state.hits += 1
            state.entries[place].isUsed = true
            return state.entries[place].value
        }
    }

    /// Keeps the value unless it exceeds the whole budget or another thread was first.
    func insert(_ key: Key, _ value: Value) {
        let bytes = value.byteCount
        guard bytes <= byteBudget else { return }
        state.withLock { state in
            guard state.places[key] == nil else { return }
            state.makeRoom(bytes, budget: byteBudget)
            state.places[key] = state.entries.count
            state.entries.append(Entry(key: key, value: value, byteCount: bytes, isUsed: false))
            state.byteCount += bytes
        }
    }

    /// Bytes held now.
    package var byteCount: Int { state.withLock { $0.byteCount } }

    /// Lookups served from memory, and lookups that had to read, since the start.
    package var statistics: (hits: UInt64, misses: UInt64) {
        state.withLock { ($0.hits, $0.misses) }
    }

    /// Drops whatever belongs to a segment that is gone.
    package func remove(segment: UInt64) {
        state.withLock { state in
            var place = 0
            while place < state.entries.count {
                if state.entries[place].key.segment == segment {
                    state.remove(at: place)
                } else {
                    place += 1
                }
            }
        }
    }

    /// Drops everything; chunks in use live on.
    package func removeAll() {
        state.withLock { state in
            state.places = [:]
            state.entries = []
            state.byteCount = 0
        }
    }
}
