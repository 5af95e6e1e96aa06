import Basics
import CKernels
import Encodings
import Planning
import Storage
import Synchronization
import Vectors

/// Filters of one run of a scan, and what has been learnt per segment.
final class ScanFilters: @unchecked Sendable {
    /// Filters that the kernels decide on codes or values.
    let fast: [ScanFilter]
    /// The expression of each fast filter, for chunks whose encoding it does not suit.
    let sources: [Compiled]
    /// The rest, in order, over the scan's columns.
    let general: [Compiled]
    /// All of them, for rows that are not in chunks.
    let all: [Compiled]
    let columnIDs: [UInt32]
    let types: [SQLType]
    /// What joins above know of rows worth reading; answers do not depend on it.
    let runtime: [RuntimeFilter]
    /// What a sort above knows of them.
    let bounds: [SortBound]
    private let context: QueryContext
    private let bitmaps = Mutex<[BitmapKey: CodeBitmap]>([:])

    private struct BitmapKey: Hashable {
        var segment: UInt64
        var filter: Int
    }

    init(
        _ conditions: [ScanCondition], columnIDs: [UInt32], types: [SQLType],
        runtime: [RuntimeFilter] = [], bounds: [SortBound] = [], context: QueryContext
    ) throws {
        var fast: [ScanFilter] = []
        var sources: [Compiled] = []
        var general: [Compiled] = []
        for condition in conditions {
            let filter = try condition.prepare(types, context)
            if case .general(let compiled) = filter {
                general.append(compiled)
            } else {
                fast.append(filter)
                sources.append(condition.compiled)
            }
        }
        self.fast = fast
        self.sources = sources
        self.general = general
        all = conditions.map(\.compiled)
        self.columnIDs = columnIDs
        self.types = types
        self.runtime = runtime
        self.bounds = bounds
        self.context = context
    }

    /// Which of the values a predicate over them is true for.
    func bitmap(_ predicate: Compiled, of values: Vector) throws -> CodeBitmap {
        let bitmap = CodeBitmap(count: values.count)
        var rows = [UInt32](repeating: 0, count: values.count)
        let found = try rows.withUnsafeMutableBufferPointer { buffer in
            try buffer.baseAddress.map {
                try predicate.select(
                    Batch(columns: [values], count: values.count), context, into: $0)
            } ?? 0
        }
        for index in 0..<found { bitmap.set(Int(rows[index])) }
        return bitmap
    }

    /// Which dictionary codes of a segment satisfy a fast filter.
    fileprivate func bitmap(
        _ filter: Int, _ segment: UInt64, _ dictionary: SegmentDictionary
    ) throws -> CodeBitmap {
        let key = BitmapKey(segment: segment, filter: filter)
        if let known = bitmaps.withLock({ $0[key] }) { return known }
        let made = CodeBitmap(count: dictionary.count)
        switch fast[filter] {
        case .range(_, let low, let high):
            for code in 0..<dictionary.count {
                let value = dictionary.integers[code]
                if value >= low, value <= high { made.set(code) }
            }
        case .oneOf(_, let values):
            for value in values {
                if let code = dictionary.code(of: value) { made.set(Int(code)) }
            }
        case .single(_, let predicate):
            try evaluate(predicate, dictionary, types[filterColumn(filter)], into: made)
        case .general: break
        }
        bitmaps.withLock { $0[key] = made }
        return made
    }

    func filterColumn(_ filter: Int) -> Int {
        switch fast[filter] {
        case .range(let column, _, _), .oneOf(let column, _), .single(let column, _): column
        case .general: 0
        }
    }

    private func evaluate(
        _ predicate: Compiled, _ dictionary: SegmentDictionary, _ type: SQLType,
        into bitmap: CodeBitmap
    ) throws {
        var start = 0
        var rows = [UInt32](repeating: 0, count: Vector.standardCapacity)
        while start < dictionary.count {
            let count = min(Vector.standardCapacity, dictionary.count - start)
            let vector = dictionary.vector(start..<(start + count), type)
            let found = try rows.withUnsafeMutableBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return 0 }
                return try predicate.select(
                    Batch(columns: [vector], count: count), context, into: base)
            }
            for index in 0..<found { bitmap.set(start + Int(rows[index])) }
            start += count
        }
    }
}

/// A bit per dictionary code.
final class CodeBitmap: @unchecked Sendable {
    let bytes: UnsafeMutablePointer<UInt8>
    private(set) var setCount = 0
    let count: Int

    init(count: Int) {
        self.count = count
        let size = count / 8 + 1 + Int(SH_SLACK)
        bytes = .allocate(capacity: size)
        bytes.initialize(repeating: 0, count: size)
    }
    deinit { bytes.deallocate() }

    func set(_ code: Int) {
        bytes[code >> 3] |= 1 << UInt8(code & 7)
        setCount += 1
    }
    func contains(_ code: Int) -> Bool { bytes[code >> 3] >> UInt8(code & 7) & 1 == 1 }

    /// Whether some bit of the range is set.
    func containsAny(_ codes: ClosedRange<Int>) -> Bool {
        var code = codes.lowerBound
        while code <= codes.upperBound {
            if code & 7 == 0, bytes[code >> 3] == 0 {
                code += 8
            } else if contains(code) {
                return true
            } else {
                code += 1
            }
        }
        return false
    }
}

extension SegmentDictionary {
    /// Some of the values as a vector that shares their bytes.
    func vector(_ range: Range<Int>, _ type: SQLType) -> Vector {
        let vector = Vector(type, capacity: max(range.count, 1))
        vector.count = range.count
        if !isInteger {
            vector.pointer(StringView.self).update(
                from: views + range.lowerBound, count: range.count)
            vector.owners = [self]
            return vector
        }
        let arena = StringArena()
        for (row, code) in range.enumerated() {
            let value = integers[code]
            if vector.physical == .bool {
                vector.pointer(UInt8.self)[row] = value != 0 ? 1 : 0
            } else {
                vector.store(.int(value), at: row, arena: arena)
            }
        }
        return vector
    }
}

/// Applies the fast filters to the blocks of one chunk.
struct ChunkSelector {
    private enum Test {
        case codes(low: UInt32, high: UInt32)
        case bitmap(UnsafePointer<UInt8>)
        case values(low: Int64, high: Int64)
    }
    /// Plain pointers; `owners` keeps what they point into.
    private struct Step {
        let test: Test
        let codes: CodeBlocks?
        let chunk: Unmanaged<ColumnChunk>
        let hasNulls: Bool
    }
    private var steps: [Step] = []
    private var owners: [AnyObject] = []
    private var runtime: [(filter: RuntimeFilter, step: RuntimeFilter.Step, chunk: ColumnChunk)] = []
    private(set) var isEmpty = false
    /// Filters that this chunk's encoding leaves to the general evaluation.
    private(set) var leftover: [Compiled] = []
    private let deleted: UnsafePointer<UInt64>?
    private let codes: UnsafeMutablePointer<UInt32>
    private let wide: UnsafeMutablePointer<Int64>
    private let mask: UnsafeMutablePointer<UInt64>
    private let part: UnsafeMutablePointer<UInt64>

    init(
        _ filters: ScanFilters, _ fragment: SegmentFragment, chunk: Int, scratch: ScanScratch,
        load: (Int) throws -> ColumnChunk?
    ) throws {
        deleted = fragment.deleted?.words(chunk: chunk)
        codes = scratch.codes
        wide = scratch.wide
        mask = scratch.mask
        part = scratch.part
        for index in filters.fast.indices {
            let column = filters.filterColumn(index)
            guard let data = try load(column) else {
                leftover.append(filters.sources[index])
                continue
            }
            try add(filters, index, data, fragment.segment.id)
            if isEmpty { return }
        }
        for bound in filters.bounds {
            try narrow(bound, filters, fragment.segment, chunk, load)
            if isEmpty { return }
        }
        for filter in filters.runtime where filter.isWorthwhile {
            guard let data = try load(filter.column), let step = filter.step(data) else { continue }
            runtime.append((filter, step, data))
        }
    }

    /// Leaves rows that may still be among a sort's best.
    private mutating func narrow(
        _ bound: SortBound, _ filters: ScanFilters, _ segment: Segment, _ chunk: Int,
        _ load: (Int) throws -> ColumnChunk?
    ) throws {
        let zones = segment.integerZones(column: filters.columnIDs[bound.column])
        guard let zone = zones?.chunks[chunk],
            let range = bound.range(hasNulls: zone.nullCount > 0)
        else { return }
        if zone.excludes(range.lowerBound, range.upperBound) {
            isEmpty = true
        } else if let data = try load(bound.column), data.dictionary == nil {
            _ = addRange(range.lowerBound, range.upperBound, data)
        }
    }

    /// Tests a chunk without a dictionary for low…high; false where its encoding does not allow it.
    private mutating func addRange(_ low: Int64, _ high: Int64, _ chunk: ColumnChunk) -> Bool {
        guard low <= high else {
            isEmpty = true
            return true
        }
        if chunk.hasCodes {
            let first = Int128(low) - Int128(chunk.codeBase)
            let last = Int128(high) - Int128(chunk.codeBase)
            if last < 0 || first > Int128(chunk.codeMax) {
                isEmpty = true
            } else if first > 0 || last < Int128(chunk.codeMax) || chunk.hasNulls {
                add(.codes(low: UInt32(clamping: first), high: UInt32(clamping: last)), chunk)
            }
            return true
        }
        if chunk.hasValues { add(.values(low: low, high: high), chunk) }
        return chunk.hasValues
    }

    private mutating func add(
        _ filters: ScanFilters, _ index: Int, _ chunk: ColumnChunk, _ segment: UInt64
    ) throws {
        if chunk.nullCount == chunk.count {
            isEmpty = true
            return
        }
        if let dictionary = chunk.dictionary, chunk.hasCodes {
            let bitmap = try filters.bitmap(index, segment, dictionary)
            if bitmap.setCount == 0 {
                isEmpty = true
            } else if bitmap.setCount < dictionary.count || chunk.hasNulls {
                add(.bitmap(bitmap.bytes), chunk, bitmap)
            }
            return
        }
        switch filters.fast[index] {
        case .range(_, let low, let high):
            if !addRange(low, high, chunk) { leftover.append(filters.sources[index]) }
        case .oneOf(_, let values):
            guard chunk.hasCodes, chunk.codeMax < 1 << 22 else {
                leftover.append(filters.sources[index])
                return
            }
            let bitmap = CodeBitmap(count: Int(chunk.codeMax) + 1)
            for value in values {
                let code = Int128(value) - Int128(chunk.codeBase)
                if code >= 0, code <= Int128(chunk.codeMax) { bitmap.set(Int(code)) }
            }
            if bitmap.setCount == 0 { isEmpty = true } else { add(.bitmap(bitmap.bytes), chunk, bitmap) }
        case .single(let column, let predicate):
            // Few different values: ask the predicate about each of them once.
            guard chunk.hasCodes, chunk.codeMax < 4096,
                let values = Vector.consecutive(
                    filters.types[column], from: chunk.codeBase, count: Int(chunk.codeMax) + 1)
            else {
                leftover.append(filters.sources[index])
                return
            }
            let bitmap = try filters.bitmap(predicate, of: values)
            if bitmap.setCount == 0 {
                isEmpty = true
            } else if bitmap.setCount < values.count || chunk.hasNulls {
                add(.bitmap(bitmap.bytes), chunk, bitmap)
            }
        case .general: leftover.append(filters.sources[index])
        }
    }

    private mutating func add(_ test: Test, _ chunk: ColumnChunk, _ owner: AnyObject? = nil) {
        steps.append(
            Step(
                test: test, codes: chunk.hasCodes ? CodeBlocks(chunk) : nil,
                chunk: .passUnretained(chunk), hasNulls: chunk.hasNulls))
        owners.append(chunk)
        if let owner { owners.append(owner) }
    }

    /// Whether every row of the chunk passes, so that blocks need not be asked.
    var passesAll: Bool { steps.isEmpty && runtime.isEmpty && deleted == nil && !isEmpty }

    /// Positions (0…1023) of the block's rows that pass; returns how many. `out` has room for 1,040.
    func select(block: Int, rows: Int, into out: UnsafeMutablePointer<UInt16>) -> Int {
        if isEmpty || !fillMask(block: block, rows: rows) { return 0 }
        return sh_mask_select_u16(mask, rows, 0, out)
    }

    /// Leaves in the scratch's mask which of the block's rows pass; false where none does.
    func fillMask(block: Int, rows: Int) -> Bool {
        fillLive(block: block, rows: rows)
        return narrowMask(block: block, rows: rows)
    }

    /// Leaves in the scratch's mask which of the block's rows exist and are not deleted.
    func fillLive(block: Int, rows: Int) {
        fill(rows)
        guard let deleted else { return }
        for word in 0..<16 { mask[word] &= ~deleted[block * 16 + word] }
    }

    /// Applies the filters to the rows in the scratch's mask; false where none is left.
    func narrowMask(block: Int, rows: Int) -> Bool {
        guard passing(rows) > 0 else { return false }
        let passes = steps.withUnsafeBufferPointer { steps in
            for step in steps {
                switch (step.test, step.codes) {
                case (.codes(let low, let high), let codes?):
                    codes.rangeMask(
                        block: block, rows: rows, low: low, high: high, into: part,
                        scratch: self.codes)
                case (.bitmap(let bitmap), let codes?):
                    codes.bitmapMask(
                        block: block, rows: rows, bitmap: bitmap, into: part,
                        scratch: self.codes)
                case (.values(let low, let high), _):
                    step.chunk._withUnsafeGuaranteedRef { $0.values(block: block, into: wide) }
                    sh_range_mask_i64(wide, rows, low, high, part)
                default: continue
                }
                let isLeft = step.chunk._withUnsafeGuaranteedRef {
                    narrow(rows, $0, hasNulls: step.hasNulls, block)
                }
                if !isLeft { return false }
            }
            return true
        }
        if !passes || runtime.isEmpty { return passes }
        return fillByJoins(block: block, rows: rows)
    }

    /// Leaves rows that joins above may have a partner for.
    private func fillByJoins(block: Int, rows: Int) -> Bool {
        for (filter, step, chunk) in runtime {
            let before = passing(rows)
            filter.mask(step, block: block, rows: rows, codes: codes, values: wide, into: part)
            let isLeft = narrow(rows, chunk, hasNulls: chunk.hasNulls, block)
            filter.note(tested: before, passed: passing(rows))
            if !isLeft { return false }
        }
        return true
    }

    /// Keeps the rows that `part` has too and that are not NULL; false where none is left.
    @inline(__always)
    private func narrow(_ rows: Int, _ chunk: ColumnChunk, hasNulls: Bool, _ block: Int) -> Bool {
        let used = (rows + 63) >> 6
        var any: UInt64 = 0
        for word in 0..<used {
            mask[word] &= part[word]
            any |= mask[word]
        }
        if any != 0, hasNulls {
            chunk.validityMask(block: block, into: part)
            any = 0
            for word in 0..<used {
                mask[word] &= part[word]
                any |= mask[word]
            }
        }
        return any != 0
    }

    private func passing(_ rows: Int) -> Int {
        var count = 0
        for word in 0..<((rows + 63) >> 6) { count &+= mask[word].nonzeroBitCount }
        return count
    }

    private func fill(_ rows: Int) {
        for word in 0..<16 {
            let left = rows - word * 64
            mask[word] = left >= 64 ? .max : left <= 0 ? 0 : (1 << UInt64(left)) - 1
        }
    }
}

/// A worker's buffers for scanning.
final class ScanScratch {
    let codes: UnsafeMutablePointer<UInt32>
    let wide: UnsafeMutablePointer<Int64>
    let mask: UnsafeMutablePointer<UInt64>
    let part: UnsafeMutablePointer<UInt64>
    let positions: UnsafeMutablePointer<UInt16>

    init() {
        codes = .allocate(capacity: CodeBlocks.scratchCodes)
        wide = .allocate(capacity: 1024 + 32)
        mask = .allocate(capacity: 32)
        part = .allocate(capacity: 32)
        positions = .allocate(capacity: 1024 + 64)
        codes.initialize(repeating: 0, count: CodeBlocks.scratchCodes)
        wide.initialize(repeating: 0, count: 1024 + 32)
        mask.initialize(repeating: 0, count: 32)
        part.initialize(repeating: 0, count: 32)
        positions.initialize(repeating: 0, count: 1024 + 64)
    }

    deinit {
        codes.deallocate()
        wide.deallocate()
        mask.deallocate()
        part.deallocate()
        positions.deallocate()
    }
}

extension Vector {
    /// The integers from `first` on as values of a type that is an integer or a boolean in memory; nil
    /// for other types, and where not all of them fit.
    static func consecutive(_ type: SQLType, from first: Int64, count: Int) -> Vector? {
        let (end, overflow) = first.addingReportingOverflow(Int64(count) - 1)
        if overflow { return nil }
        let vector = Vector(type, capacity: count)
        vector.count = count
        func fill<T: FixedWidthInteger>(_: T.Type, _ limits: ClosedRange<Int64>) -> Vector? {
            guard limits.contains(first), limits.contains(end) else { return nil }
            let out = vector.pointer(T.self)
            for row in 0..<count { out[row] = T(truncatingIfNeeded: first + Int64(row)) }
            return vector
        }
        switch vector.physical {
        case .bool: return fill(UInt8.self, 0...1)
        case .int16: return fill(Int16.self, Int64(Int16.min)...Int64(Int16.max))
        case .int32: return fill(Int32.self, Int64(Int32.min)...Int64(Int32.max))
        case .int64: return fill(Int64.self, Int64.min...Int64.max)
        default: return nil
        }
    }
}
