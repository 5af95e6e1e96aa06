import Basics
import Vectors

/// How the equality keys of a row become one 64-bit word.
///
/// Where all key columns together fit 64 bits, the word is the key itself; texts of few rows go by
/// numbers (`JoinTexts`); otherwise it is a hash, and equal words still have to be compared by their
/// keys.
struct JoinWords: Sendable {
    /// Bits of each key within the word, where it is exact.
    private let widths: [Int]
    let isExact: Bool
    private let types: [SQLType]
    let texts: JoinTexts?

    /// Words of texts that have been numbered.
    init(_ types: [SQLType], texts: JoinTexts) {
        self.types = types
        self.texts = texts
        isExact = true
        widths = []
    }

    init(_ types: [SQLType]) {
        self.types = types
        texts = nil
        var bits: [Int] = []
        for type in types {
            switch type.physical {
            case .bool: bits.append(8)
            case .int16: bits.append(16)
            case .int32: bits.append(32)
            case .int64: bits.append(64)
            default: break
            }
        }
        isExact = bits.count == types.count && bits.reduce(0, +) <= 64
        widths = bits
    }

    /// Whether the word of a row is one Int64 by which rows are ordered as by their keys.
    var isInteger: Bool { isExact && (types.count == 1 || texts != nil) }

    /// The hash that places a word in a table.
    @inline(__always)
    func hash(_ word: UInt64) -> UInt64 { isExact ? VectorHash.mix(word) : word }

    /// One of the keys as Int64, from an exact word.
    func value(_ word: UInt64, key: Int) -> Int64 {
        let below = widths[(key + 1)...].reduce(0, +)
        let up = UInt64(64 - widths[key])
        return Int64(bitPattern: (word >> UInt64(below)) << up) >> Int64(up)
    }

    /// Writes the word of each row. Words of rows with a NULL key mean nothing.
    /// - Parameter scratch: the caller's own, where there are `texts`.
    func write(
        _ keys: [Vector], count: Int, to out: UnsafeMutablePointer<UInt64>,
        _ scratch: JoinTexts.Scratch? = nil
    ) {
        if let texts {
            return texts.write(keys, count: count, to: out, scratch ?? texts.makeScratch())
        }
        out.initialize(repeating: 0, count: count)
        guard isExact else {
            for key in keys { VectorHash.add(key, count: count, to: out) }
            return
        }
        for (key, width) in zip(keys, widths) {
            switch width {
            case 8: add(key, UInt8.self, count, out, 8)
            case 16: add(key, Int16.self, count, out, 16)
            case 32: add(key, Int32.self, count, out, 32)
            default: add(key, Int64.self, count, out, 64)
            }
        }
    }

    @inline(__always)
    private func add<T: FixedWidthInteger>(
        _ key: Vector, _: T.Type, _ count: Int, _ out: UnsafeMutablePointer<UInt64>,
        _ width: UInt64
    ) {
        let data = key.pointer(T.self)
        if types.count == 1 {
            if key.isConstant {
                out.update(
                    repeating: UInt64(bitPattern: Int64(truncatingIfNeeded: data[0])), count: count)
                return
            }
            for row in 0..<count {
                out[row] = UInt64(bitPattern: Int64(truncatingIfNeeded: data[row]))
            }
            return
        }
        let mask = key.rowMask
        let low: UInt64 = width == 64 ? ~0 : (1 << width) - 1
        for row in 0..<count {
            let part = UInt64(truncatingIfNeeded: data[row & mask]) & low
            out[row] = (out[row] << width) | part
        }
    }

    /// A byte a row, 0 where some key is NULL; nil where none is.
    static func validity(_ keys: [Vector], count: Int) -> [UInt8]? {
        guard keys.contains(where: \.hasNulls) else { return nil }
        var valid = [UInt8](repeating: 1, count: count)
        for key in keys {
            guard let flags = key.validity else { continue }
            let mask = key.rowMask
            for row in 0..<count { valid[row] &= flags[row & mask] }
        }
        return valid
    }
}

/// Words of build rows as one worker collected them, one a row.
final class WordBuffer: @unchecked Sendable {
    private(set) var words: UnsafeMutablePointer<UInt64>
    /// A byte a row, 0 where the key is NULL; nil while none is.
    private(set) var valid: [UInt8]?
    private(set) var count = 0
    private var capacity = 4096
    private let memory: MemoryBudget
    private var reserved = 0

    init(_ memory: MemoryBudget) {
        self.memory = memory
        words = .allocate(capacity: capacity)
    }

    deinit {
        words.deallocate()
        memory.release(reserved)
    }

    func append(
        _ keys: [Vector], count rows: Int, _ form: JoinWords, _ scratch: JoinTexts.Scratch? = nil
    ) throws {
        if count + rows > capacity {
            let larger = max(count + rows, capacity * 2)
            try memory.reserve(larger * 8 - reserved)
            reserved = larger * 8
            let grown = UnsafeMutablePointer<UInt64>.allocate(capacity: larger)
            grown.update(from: words, count: count)
            words.deallocate()
            words = grown
            capacity = larger
        }
        form.write(keys, count: rows, to: words + count, scratch)
        let flags = JoinWords.validity(keys, count: rows)
        if flags != nil, valid == nil { valid = [UInt8](repeating: 1, count: count) }
        if valid != nil { valid?.append(contentsOf: flags ?? [UInt8](repeating: 1, count: rows)) }
        count += rows
    }
}

extension JoinTable {
    /// Rows in which no key is NULL.
    static func rowsWithoutNull(_ keys: [Vector], _ count: Int) -> [UInt32] {
        let all = 0..<UInt32(truncatingIfNeeded: count)
        guard let valid = JoinWords.validity(keys, count: count) else { return [UInt32](all) }
        return all.filter { valid[Int($0)] != 0 }
    }
}
