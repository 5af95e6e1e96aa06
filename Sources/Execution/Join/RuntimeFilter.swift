import CKernels
import Encodings
import Storage
import Synchronization
import Vectors

/// A column of a scan that comes up through other operators unchanged.
struct ScanColumn {
    var scan: ScanOperator
    var index: Int
}

/// What a join's build side knows of the keys that can find a partner, for the scan of the other
/// side.
///
/// A scan that drops rows by it decodes less; one that does not gives the same answer. It decides
/// by the value alone and cannot fail, so it may run ahead of row-security conditions. Its keys
/// come from build rows that have passed theirs.
final class RuntimeFilter: @unchecked Sendable {
    let column: Int
    let low: Int64
    let high: Int64
    /// Bit v - low, or a Bloom filter's blocks of one word.
    private let bitmap: UnsafeMutablePointer<UInt8>?
    private let blocks: UnsafeMutablePointer<UInt64>?
    private let blockMask: UInt64
    private let tested = Atomic<Int>(0)
    private let passed = Atomic<Int>(0)

    private static let bitmapBitsMax: UInt64 = 1 << 27
    private static let bloomRowsMax = 1 << 23

    /// For the keys whose column of the probe side is read by a scan below it.
    static func make(
        _ join: HashJoinOperator, _ table: JoinTable, _ context: QueryContext
    ) -> [(scan: ScanOperator, filter: RuntimeFilter)] {
        guard join.shape.ignoresUnmatchedProbe, table.entryCount > 0 else { return [] }
        var made: [(scan: ScanOperator, filter: RuntimeFilter)] = []
        for (key, probe) in join.probeKeys.enumerated() {
            guard let place = probe.plainColumn(join.children[0].types),
                let target = join.children[0].scanColumn(place),
                target.index < target.scan.node.columns.count,
                ScanCondition.isIntegerLike(target.scan.node.columns[target.index].type)
            else { continue }
            let form = join.words
            guard form.isExact else {
                // Words are hashes here: the rows hold the keys themselves.
                let keys = table.rows.columns[join.keyPlaces[key]].vector
                let filter = RuntimeFilter(target.index, table.rows.count, bounds: nil) {
                    keys.forEachInteger($0)
                }
                made.append((target.scan, filter))
                continue
            }
            var bounds: (Int64, Int64)?
            if form.isInteger, case .unique = table.layout {
                bounds = (table.low, table.low &+ Int64(table.span - 1))
            }
            let filter = RuntimeFilter(target.index, table.entryCount, bounds: bounds) { visit in
                table.forEachWord { visit(form.value($0, key: key)) }
            }
            made.append((target.scan, filter))
        }
        return made
    }

    /// - Parameters:
    ///   - rows: how many values there are at most.
    ///   - bounds: of the values, where they are known.
    ///   - forEach: shows every value.
    private init(
        _ column: Int, _ rows: Int, bounds: (low: Int64, high: Int64)?,
        _ forEach: ((Int64) -> Void) -> Void
    ) {
        self.column = column
        var (low, high) = bounds ?? (Int64.max, Int64.min)
        if bounds == nil {
            forEach {
                low = min(low, $0)
                high = max(high, $0)
            }
        }
        self.low = low
        self.high = high
        let width = UInt64(bitPattern: high &- low)
        if width < Self.bitmapBitsMax, width < UInt64(rows) * 64 + 1 << 16 {
            let bytes = Int(width) / 8 + 1 + Int(SH_SLACK)
            let bits = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes)
            bits.initialize(repeating: 0, count: bytes)
            forEach {
                let bit = UInt64(bitPattern: $0 &- low)
                bits[Int(bit >> 3)] |= 1 << UInt8(truncatingIfNeeded: bit & 7)
            }
            (bitmap, blocks, blockMask) = (bits, nil, 0)
        } else if rows <= Self.bloomRowsMax {
            var count = 64
            while count * 4 < rows { count *= 2 }
            let words = UnsafeMutablePointer<UInt64>.allocate(capacity: count)
            words.initialize(repeating: 0, count: count)
            let mask = UInt64(count - 1)
            forEach {
                let hash = VectorHash.mix(UInt64(bitPattern: $0))
                words[Int(hash >> 32 & mask)] |= Self.bits(hash)
            }
            (bitmap, blocks, blockMask) = (nil, words, mask)
        } else {
            (bitmap, blocks, blockMask) = (nil, nil, 0)
        }
    }

    deinit {
        bitmap?.deallocate()
        blocks?.deallocate()
    }

    @inline(__always)
    private static func bits(_ hash: UInt64) -> UInt64 {
        1 << (hash & 63) | 1 << (hash >> 6 & 63) | 1 << (hash >> 12 & 63)
    }

    /// false where no build row can have the value.
    @inline(__always)
    func contains(_ value: Int64) -> Bool {
        if value < low || value > high { return false }
        if let bitmap {
            let bit = UInt64(bitPattern: value &- low)
            return bitmap[Int(bit >> 3)] >> UInt8(truncatingIfNeeded: bit & 7) & 1 == 1
        }
        if let blocks {
            let hash = VectorHash.mix(UInt64(bitPattern: value))
            let bits = Self.bits(hash)
            return blocks[Int(hash >> 32 & blockMask)] & bits == bits
        }
        return true
    }

    /// Whether no row of a zone has a partner.
    func excludes(_ zone: IntegerZone) -> Bool {
        if zone.excludes(low, high) { return true }
        // A few values only, as in a column that rows are sorted by.
        guard zone.hasBounds, UInt64(bitPattern: zone.high &- zone.low) < 4096 else { return false }
        return !(zone.low...zone.high).contains(where: contains)
    }

    /// Whether enough rows are dropped to pay for the test.
    var isWorthwhile: Bool {
        let tested = tested.load(ordering: .relaxed)
        return tested < 1 << 16 || passed.load(ordering: .relaxed) < tested / 8 * 7
    }

    func note(tested rows: Int, passed kept: Int) {
        tested.wrappingAdd(rows, ordering: .relaxed)
        passed.wrappingAdd(kept, ordering: .relaxed)
    }

    // MARK: Chunks

    /// How the filter is applied to a chunk.
    enum Step {
        /// Bits of the bitmap by code + offset; what lies beyond `limit` has none.
        case codes(ColumnChunk, offset: UInt32, limit: UInt32, UnsafeMutablePointer<UInt8>)
        case dictionary(ColumnChunk, CodeBitmap)
        case values(ColumnChunk)
    }

    /// nil where the chunk's encoding does not suit, or all rows pass.
    func step(_ chunk: ColumnChunk) -> Step? {
        if let dictionary = chunk.dictionary, chunk.hasCodes {
            guard dictionary.isInteger else { return nil }
            let made = CodeBitmap(count: dictionary.count)
            for code in 0..<dictionary.count where contains(dictionary.integers[code]) {
                made.set(code)
            }
            return made.setCount == dictionary.count && !chunk.hasNulls
                ? nil : .dictionary(chunk, made)
        }
        if chunk.hasCodes, let bitmap {
            let offset = Int128(chunk.codeBase) - Int128(low)
            let width = UInt64(bitPattern: high &- low)
            // Neither a negative place nor one too high may wrap into the bitmap.
            if offset > -(1 << 31), offset < 1 << 31, chunk.codeMax < 1 << 31 {
                return .codes(
                    chunk, offset: UInt32(bitPattern: Int32(truncatingIfNeeded: offset)),
                    limit: UInt32(truncatingIfNeeded: width), bitmap)
            }
        }
        return chunk.hasValues ? .values(chunk) : nil
    }

    /// Bit i of `mask` tells whether row i of the block may have a partner; NULLs are arbitrary.
    func mask(
        _ step: Step, block: Int, rows: Int, codes: UnsafeMutablePointer<UInt32>,
        values: UnsafeMutablePointer<Int64>, into mask: UnsafeMutablePointer<UInt64>
    ) {
        switch step {
        case .codes(let chunk, let offset, let limit, let bitmap):
            chunk.codes(block: block, into: codes)
            // The bit after the last is never set.
            for row in 0..<rows { codes[row] = min(codes[row] &+ offset, limit + 1) }
            sh_bitmap_mask(codes, rows, bitmap, mask)
        case .dictionary(let chunk, let bitmap):
            chunk.codes(block: block, into: codes)
            sh_bitmap_mask(codes, rows, bitmap.bytes, mask)
        case .values(let chunk):
            chunk.values(block: block, into: values)
            for word in 0..<((rows + 63) >> 6) {
                var bits: UInt64 = 0
                for row in (word << 6)..<min(rows, (word + 1) << 6) {
                    bits |= (contains(values[row]) ? 1 : 0) << UInt64(row & 63)
                }
                mask[word] = bits
            }
        }
    }
}

extension JoinTable {
    /// The words of all rows that have an entry, in no particular order.
    func forEachWord(_ body: (UInt64) -> Void) {
        if let entryWords {
            for entry in 0..<entryCount { body(entryWords[entry]) }
            return
        }
        let base = UInt64(bitPattern: low)
        switch layout {
        case .unique(let rowOf):
            for place in 0..<span where rowOf[place] != .max { body(base &+ UInt64(place)) }
        case .ranges(let starts):
            for place in 0..<span where starts[place] != starts[place + 1] {
                body(base &+ UInt64(place))
            }
        case .empty, .slots: break
        }
    }
}

extension Compiled {
    /// The column that the expression is, casts between integers aside.
    func plainColumn(_ types: [SQLType]) -> Int? {
        if case .column(let index) = self { return index }
        guard case .call(let function, let arguments, let type, _) = self, arguments.count == 1,
            case .column(let index) = arguments[0],
            ["int2", "int4", "int8"].contains(function.name),
            [SQLType.smallint, .integer, .bigint].contains(type),
            [SQLType.smallint, .integer, .bigint].contains(types[index])
        else { return nil }
        return index
    }
}

extension Vector {
    /// Shows the value of every row of an integer column that is not NULL.
    fileprivate func forEachInteger(_ visit: (Int64) -> Void) {
        func each<T: FixedWidthInteger>(_: T.Type) {
            let values = pointer(T.self)
            for row in 0..<count where !isNull(row) {
                visit(Int64(truncatingIfNeeded: values[row & rowMask]))
            }
        }
        switch physical {
        case .int16: each(Int16.self)
        case .int32: each(Int32.self)
        case .int64: each(Int64.self)
        default: break
        }
    }
}
