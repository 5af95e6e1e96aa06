import Basics
import Vectors

/// Keys of several columns as one or two words a row, where texts are among them: a text goes in by its
/// number, so that it is hashed and compared once and not once a row.
final class KeyWords {
    private enum Part {
        case text(TextNumbers)
        case narrow, wide
    }
    private struct Column {
        var part: Part
        var word: Int
        var shift: UInt64
        /// The bit that tells of a NULL; texts have a number for it.
        var nullBit: (word: Int, shift: UInt64)?
    }
    private let columns: [Column]
    /// Words a row.
    let width: Int
    /// The words of the keys by number.
    private var kept = GroupArray<UInt64>(zero: 0)

    /// nil where there is no text, or too much for two words.
    init?(_ types: [SQLType], memory: MemoryBudget) {
        guard types.count > 1, types.contains(where: \.isPlainBytes) else { return nil }
        var columns: [Column] = []
        var free = [64, 64]
        func take(_ bits: Int) -> (word: Int, shift: UInt64)? {
            guard let word = free.firstIndex(where: { $0 >= bits }) else { return nil }
            free[word] -= bits
            return (word, UInt64(free[word]))
        }
        for type in types {
            let part: Part
            var bits = 32
            switch type.physical {
            case .bytes where type.isPlainBytes: part = .text(TextNumbers(memory: memory))
            case .bool, .int16, .int32: part = .narrow
            case .int64:
                part = .wide
                bits = 64
            default: return nil
            }
            guard let place = take(bits) else { return nil }
            columns.append(Column(part: part, word: place.word, shift: place.shift))
        }
        for index in columns.indices {
            if case .text = columns[index].part { continue }
            guard let place = take(1) else { return nil }
            columns[index].nullBit = place
        }
        self.columns = columns
        width = free[1] == 64 ? 1 : 2
    }

    deinit { kept.deallocate() }

    var byteCount: Int {
        columns.reduce(kept.byteCount) { sum, column in
            if case .text(let numbers) = column.part { sum + numbers.byteCount } else { sum }
        }
    }

    /// Room for the words of so many keys.
    func resize(_ count: Int) { kept.resize(count * width) }
    var keptWords: UnsafeMutablePointer<UInt64> { kept.base }

    /// What a caller needs of its own.
    final class Scratch {
        fileprivate var words: UnsafeMutablePointer<UInt64>
        fileprivate var numbers: UnsafeMutablePointer<UInt32>
        let fresh: UnsafeMutablePointer<UInt32>
        let capacity: Int
        fileprivate let caches: [TextCache]

        init(_ words: KeyWords, capacity: Int, after last: Scratch?) {
            self.capacity = capacity
            self.words = .allocate(capacity: capacity * words.width)
            numbers = .allocate(capacity: capacity * words.columns.count)
            fresh = .allocate(capacity: capacity)
            caches = last?.caches ?? words.columns.map { _ in TextCache() }
        }

        deinit {
            words.deallocate()
            numbers.deallocate()
            fresh.deallocate()
        }
    }

    /// The words of rows. Rows with a text that no key has get words that no key has.
    func write(
        _ vectors: [Vector], count rows: Int, inserting: Bool, _ scratch: Scratch
    ) throws -> UnsafePointer<UInt64> {
        let (out, width) = (scratch.words, width)
        out.initialize(repeating: 0, count: rows * width)
        for (index, (column, vector)) in zip(columns, vectors).enumerated() {
            let (word, shift) = (column.word, column.shift)
            switch column.part {
            case .text(let table):
                let numbers = scratch.numbers + index * scratch.capacity
                if inserting {
                    try table.findOrInsert(vector, count: rows, into: numbers)
                } else {
                    table.find(vector, count: rows, scratch.caches[index], into: numbers)
                }
                for row in 0..<rows { out[row &* width &+ word] |= UInt64(numbers[row]) << shift }
            case .narrow, .wide:
                switch vector.physical {
                case .bool: add(vector, UInt8.self, rows, column, out)
                case .int16: add(vector, Int16.self, rows, column, out)
                case .int32: add(vector, Int32.self, rows, column, out)
                default: add(vector, Int64.self, rows, column, out)
                }
            }
        }
        return UnsafePointer(out)
    }

    @inline(__always)
    private func add<T: FixedWidthInteger>(
        _ vector: Vector, _: T.Type, _ rows: Int, _ column: Column,
        _ out: UnsafeMutablePointer<UInt64>
    ) {
        let (data, mask) = (vector.pointer(T.self), vector.rowMask)
        let (width, word, shift) = (width, column.word, column.shift)
        let low: UInt64 = T.bitWidth == 64 ? ~0 : 0xFFFF_FFFF
        let validity = vector.validity
        for row in 0..<rows {
            let at = row & mask
            if let validity, validity[at] == 0 {
                if let bit = column.nullBit { out[row &* width &+ bit.word] |= 1 << bit.shift }
                continue
            }
            out[row &* width &+ word] |= (UInt64(truncatingIfNeeded: data[at]) & low) << shift
        }
    }

    /// The hashes of the rows that `write` has just seen, as `VectorHash` has them.
    func hash(
        _ vectors: [Vector], count rows: Int, _ scratch: Scratch,
        to out: UnsafeMutablePointer<UInt64>
    ) {
        for (index, (column, vector)) in zip(columns, vectors).enumerated() {
            guard case .text(let table) = column.part else {
                VectorHash.add(vector, count: rows, to: out)
                continue
            }
            let numbers = scratch.numbers + index * scratch.capacity
            let (words, known) = (table.hashWords, table.count)
            for row in 0..<rows {
                let number = Int(numbers[row])
                // What is not known is nowhere to be found, whatever its hash.
                out[row] = VectorHash.combine(out[row], number < known ? words[number] : 0)
            }
        }
    }

    /// The columns of new keys at some of the rows that `write` has just seen.
    func columns(
        _ vectors: [Vector], at rows: UnsafePointer<UInt32>, count: Int, _ scratch: Scratch
    ) -> [Vector] {
        zip(columns, vectors).enumerated().map { index, pair in
            guard case .text(let table) = pair.0.part else {
                return pair.1.gather(rows, count: count)
            }
            return table.texts(
                scratch.numbers + index * scratch.capacity, at: rows, count: count, pair.1.type)
        }
    }
}

/// Keys of one word.
struct OneWord: FixedKeys {
    let rows: UnsafePointer<UInt64>
    let kept: UnsafeMutablePointer<UInt64>
    /// New keys' rows, from key `first` on.
    let fresh: UnsafeMutablePointer<UInt32>
    let first: Int

    @inline(__always)
    func equals(_ row: Int, _ number: Int) -> Bool { rows[row] == kept[number] }
    @inline(__always)
    func store(_ row: Int, _ number: Int) {
        kept[number] = rows[row]
        fresh[number &- first] = UInt32(truncatingIfNeeded: row)
    }
}

/// Keys of two words.
struct TwoWords: FixedKeys {
    let rows: UnsafePointer<UInt64>
    let kept: UnsafeMutablePointer<UInt64>
    let fresh: UnsafeMutablePointer<UInt32>
    let first: Int

    @inline(__always)
    func equals(_ row: Int, _ number: Int) -> Bool {
        rows[row &* 2] == kept[number &* 2] && rows[row &* 2 &+ 1] == kept[number &* 2 &+ 1]
    }
    @inline(__always)
    func store(_ row: Int, _ number: Int) {
        kept[number &* 2] = rows[row &* 2]
        kept[number &* 2 &+ 1] = rows[row &* 2 &+ 1]
        fresh[number &- first] = UInt32(truncatingIfNeeded: row)
    }
}
