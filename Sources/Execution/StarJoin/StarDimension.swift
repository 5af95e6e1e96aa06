import Basics
import CKernels
import Encodings
import Planning
import Storage
import Synchronization
import Vectors

/// A dimension as planned.
struct StarDimensionPlan: @unchecked Sendable {
    let source: Operator
    let key: Compiled
    let keyType: SQLType
    /// Index among the fact scan's columns.
    let factColumn: Int
    /// Rows before the dimension's own conditions.
    let totalRows: Double
}

/// What a fact's key leads to: whether the row survives, and the dimension's group code.
///
/// Entry e of `codes` is 0 where no row of the dimension has the key, else its group code + 1.
final class StarLookup: @unchecked Sendable {
    let bitmap: CodeBitmap
    let codes: StarCodes?
    /// A byte an entry, not 0 where the key survives: while it fits the first-level cache, it is
    /// probed faster than the bitmap.
    let bytes: StarCodes?
    let entryCount: Int

    /// Entries whose bytes and the block at hand share a first-level cache of 32 KB.
    private static let bytesMax = 1 << 15

    init(entryCount: Int, groupCount: Int?) {
        self.entryCount = entryCount
        bitmap = CodeBitmap(count: entryCount)
        codes = groupCount.map { StarCodes(entryCount: entryCount, groupCount: $0) }
        if entryCount > Self.bytesMax {
            bytes = nil
        } else if let codes, codes.width == .byte {
            bytes = codes
        } else {
            bytes = StarCodes(entryCount: entryCount, groupCount: 1)
        }
    }

    /// false where the entry is taken: the dimension's key is not unique.
    func set(_ entry: Int, group: UInt32) -> Bool {
        if bitmap.contains(entry) { return false }
        bitmap.set(entry)
        codes?.set(entry, group + 1)
        if let bytes, bytes !== codes { bytes.set(entry, 1) }
        return true
    }

    /// Sets many keys; false where one is taken.
    func set(
        keys: UnsafePointer<Int64>, groups: UnsafePointer<UInt32>, count: Int, low: Int64,
        mapping: UnsafeBufferPointer<UInt32>
    ) -> Bool {
        for row in 0..<count {
            let entry = Int(truncatingIfNeeded: keys[row] &- low)
            guard set(entry, group: mapping[Int(groups[row])]) else { return false }
        }
        return true
    }

    /// Whether no key can be rejected.
    var acceptsAll: Bool { bitmap.setCount == entryCount }
}

/// An array of group codes, as narrow as they allow.
final class StarCodes: @unchecked Sendable {
    /// Bytes of a code.
    enum Width: Int { case byte = 1, half = 2, word = 4 }
    let width: Width
    let memory: UnsafeMutableRawPointer
    private let entryCount: Int

    init(entryCount: Int, groupCount: Int) {
        self.entryCount = entryCount
        width = groupCount < 255 ? .byte : groupCount < 65_535 ? .half : .word
        let size = entryCount * width.rawValue + Int(SH_SLACK)
        memory = .allocate(byteCount: size, alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    }

    deinit { memory.deallocate() }

    /// Where the code of an entry lies.
    func start(at entry: Int) -> UnsafeMutableRawPointer {
        memory + entry * width.rawValue
    }

    func set(_ entry: Int, _ code: UInt32) {
        switch width {
        case .byte:
            memory.assumingMemoryBound(to: UInt8.self)[entry] = UInt8(truncatingIfNeeded: code)
        case .half:
            memory.assumingMemoryBound(to: UInt16.self)[entry] = UInt16(truncatingIfNeeded: code)
        case .word: memory.assumingMemoryBound(to: UInt32.self)[entry] = code
        }
    }

    func code(_ entry: Int) -> UInt32 {
        switch width {
        case .byte: UInt32(memory.assumingMemoryBound(to: UInt8.self)[entry])
        case .half: UInt32(memory.assumingMemoryBound(to: UInt16.self)[entry])
        case .word: memory.assumingMemoryBound(to: UInt32.self)[entry]
        }
    }
}

/// A dimension that has run: its keys, its groups, and look-up tables by the fact's codes.
final class StarDimension: @unchecked Sendable {
    let plan: StarDimensionPlan
    /// Distinct combinations of the group expressions; nil where the dimension only filters.
    let groups: KeyTable?
    let rowCount: Int
    /// By integer key: entry = key - low.
    private(set) var low: Int64 = 0
    private(set) var high: Int64 = -1
    private(set) var byValue: StarLookup?
    /// By text key.
    private var textKeys: KeyTable?
    private var textGroups: [UInt32] = []
    private let bySegment = Mutex<[UInt64: StarLookup]>([:])

    /// Keys further apart than this are left to the hash join.
    static let entriesMax = 1 << 26

    /// nil where a key occurs twice, or keys are too far apart.
    init?(
        _ plan: StarDimensionPlan, groupBy: [Compiled], groupTypes: [SQLType],
        factBounds: (Int64, Int64)?, _ context: QueryContext
    ) throws {
        self.plan = plan
        guard plan.keyType.isText else {
            var sinks: [DimensionSink] = []
            plan.source.statistics.addRun()
            try Pipeline.run(
                plan.source.observed(context), plan.source, context,
                makeSink: {
                    DimensionSink(plan.key, groupBy: groupBy, types: groupTypes, context)
                },
                merge: { sinks.append($0) })
            rowCount = sinks.reduce(0) { $0 + $1.count }
            groups = groupBy.isEmpty ? nil : KeyTable(groupTypes, memory: context.memory)
            guard try indexIntegers(sinks, factBounds, context) else { return nil }
            return
        }
        let rows = try plan.source.collect(context)
        rowCount = rows.count
        let batch = Batch(columns: rows.columns.map(\.vector), count: rows.count)
        let keys = try plan.key.evaluate(batch, context).flattened()
        var codes = [UInt32](repeating: 0, count: max(rows.count, 1))
        if groupBy.isEmpty {
            groups = nil
        } else {
            let table = KeyTable(groupTypes, memory: context.memory)
            let values = try groupBy.map { try $0.evaluate(batch, context) }
            try codes.withUnsafeMutableBufferPointer {
                if let base = $0.baseAddress {
                    try table.findOrInsert(values, count: rows.count, into: base)
                }
            }
            groups = table
        }
        guard try indexText(keys, rows.count, codes, context) else { return nil }
    }

    private func indexIntegers(
        _ sinks: [DimensionSink], _ factBounds: (Int64, Int64)?, _ context: QueryContext
    ) throws -> Bool {
        var (low, high) = factBounds ?? (Int64.max, Int64.min)
        for sink in sinks where sink.count > 0 {
            low = min(low, sink.low)
            high = max(high, sink.high)
        }
        if low > high { (low, high) = (0, 0) }
        let span = Int128(high) - Int128(low) + 1
        guard span <= Int128(Self.entriesMax) else { return false }
        self.low = low
        self.high = high
        // The workers' numbers become everybody's.
        var mappings: [[UInt32]] = []
        for sink in sinks {
            var mapping = [UInt32](repeating: 0, count: max(sink.table?.count ?? 1, 1))
            if let groups, let table = sink.table, table.count > 0 {
                try mapping.withUnsafeMutableBufferPointer {
                    if let base = $0.baseAddress {
                        try groups.findOrInsert(
                            table.keys.columns.map(\.vector), count: table.count, into: base)
                    }
                }
            }
            mappings.append(mapping)
        }
        let entries = Int(span)
        try context.memory.reserve(entries / 8)
        let lookup = StarLookup(entryCount: entries, groupCount: groups?.count)
        for (sink, mapping) in zip(sinks, mappings) {
            let isNew = mapping.withUnsafeBufferPointer {
                lookup.set(
                    keys: sink.keys.base, groups: sink.groups.base, count: sink.count, low: low,
                    mapping: $0)
            }
            guard isNew else { return false }
        }
        byValue = lookup
        return true
    }

    private func indexText(
        _ keys: Vector, _ count: Int, _ codes: [UInt32], _ context: QueryContext
    ) throws -> Bool {
        let table = KeyTable([plan.keyType], memory: context.memory)
        let present = JoinTable.rowsWithoutNull([keys], count)
        var numbers = [UInt32](repeating: 0, count: max(present.count, 1))
        try numbers.withUnsafeMutableBufferPointer {
            if let base = $0.baseAddress {
                try table.findOrInsert(
                    [keys.gather(present)], count: present.count, into: base)
            }
        }
        guard table.count == present.count else { return false }
        textGroups = present.map { codes[Int($0)] }
        textKeys = table
        return true
    }

    /// The share of fact keys expected to survive.
    var passRate: Double { min(1, Double(rowCount) / max(1, plan.totalRows)) }

    /// Whether the bounds of keys tell that none of them is in the dimension.
    func excludes(_ zone: IntegerZone) -> Bool {
        if zone.isAllNull { return true }
        guard let byValue, zone.hasBounds else { return false }
        let from = max(zone.low, low)
        let to = min(zone.high, high)
        guard from <= to else { return true }
        return !byValue.bitmap.containsAny(Int(from - low)...Int(to - low))
    }

    /// The group of an integer key, nil where the dimension has no such row.
    func group(_ key: Int64) -> UInt32? {
        guard let byValue, key >= low, key <= high else { return nil }
        let entry = Int(key - low)
        guard byValue.bitmap.contains(entry) else { return nil }
        return byValue.codes.map { $0.code(entry) - 1 } ?? 0
    }

    /// Groups of text keys: `UInt32.max` where there is none.
    func groups(ofText values: Vector, count: Int) throws -> [UInt32] {
        guard let textKeys else { return [UInt32](repeating: .max, count: count) }
        var numbers = [UInt32](repeating: .max, count: max(count, 1))
        let probe = textKeys.makeProbe()
        try numbers.withUnsafeMutableBufferPointer {
            if let base = $0.baseAddress {
                try probe.find([values], count: count, into: base)
            }
        }
        return (0..<count).map { row in
            values.isNull(row) || numbers[row] == .max ? .max : textGroups[Int(numbers[row])]
        }
    }

    /// The look-up by the codes of a segment's dictionary, made once a segment.
    func lookup(
        _ segment: UInt64, _ dictionary: SegmentDictionary, _ type: SQLType
    ) throws -> StarLookup {
        if let known = bySegment.withLock({ $0[segment] }) { return known }
        let made = StarLookup(entryCount: dictionary.count, groupCount: groups?.count)
        if dictionary.isInteger {
            for code in 0..<dictionary.count {
                if let group = group(dictionary.integers[code]) { _ = made.set(code, group: group) }
            }
        } else {
            let values = dictionary.vector(0..<dictionary.count, type)
            for (code, group) in try groups(ofText: values, count: dictionary.count).enumerated()
            where group != .max {
                _ = made.set(code, group: group)
            }
        }
        bySegment.withLock { $0[segment] = made }
        return made
    }
}

extension Vector {
    /// The value of an integer-like row; for set-up loops.
    func integer(_ row: Int) -> Int64 {
        let at = row & rowMask
        switch physical {
        case .int16: return Int64(pointer(Int16.self)[at])
        case .int32: return Int64(pointer(Int32.self)[at])
        case .bool: return Int64(pointer(UInt8.self)[at])
        default: return pointer(Int64.self)[at]
        }
    }
}
