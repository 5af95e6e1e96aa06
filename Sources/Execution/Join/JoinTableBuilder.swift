import Basics
import Synchronization
import Vectors

/// Makes the look-up part of a join table with all workers and without locks.
///
/// The rows are divided by the top bits of their slots: counted per task, given places by running
/// sums, copied there, and then every worker makes whole divisions, which are small enough for its
/// cache. Unique integer keys go straight into their array.
struct JoinTableBuilder {
    struct Made {
        var layout = JoinTable.Layout.empty
        var entryWords: UnsafeMutablePointer<UInt64>?
        var entryRows: UnsafeMutablePointer<UInt32>?
        var low: Int64 = 0
        var span = 0
        var nullCount = 0
        var entryCount = 0
        var isUnique = true
        var reserved = 0
    }

    /// Rows that one task looks at: a stretch of a worker's buffer.
    private struct Stretch: @unchecked Sendable {
        var buffer: WordBuffer
        var range: Range<Int>
        /// The table's row at `range.lowerBound`.
        var row: Int
    }

    private let form: JoinWords
    private let context: QueryContext
    private let stretches: [Stretch]
    private let rowCount: Int

    init(_ form: JoinWords, _ buffers: [WordBuffer], _ context: QueryContext) {
        self.form = form
        self.context = context
        var stretches: [Stretch] = []
        var row = 0
        for buffer in buffers {
            var start = 0
            while start < buffer.count {
                let end = min(buffer.count, start + 1 << 16)
                stretches.append(Stretch(buffer: buffer, range: start..<end, row: row))
                row += end - start
                start = end
            }
        }
        self.stretches = stretches
        rowCount = row
    }

    func build() throws -> Made {
        var made = Made()
        let bounds = try self.bounds()
        made.nullCount = rowCount - bounds.count
        made.entryCount = bounds.count
        guard bounds.count > 0 else { return made }
        if form.isInteger {
            let width = UInt64(bitPattern: bounds.high &- bounds.low)
            // At most three places of four stay empty, or the array is small all the same.
            if width < UInt64(bounds.count) * 4 + 1 << 18, width < UInt64(UInt32.max) - 1 {
                made.low = bounds.low
                made.span = Int(width) + 1
                if try fillUnique(&made) { return made }
                try divide(&made, slotCount: made.span)
                return made
            }
        }
        var slotCount = 1024
        while slotCount < bounds.count { slotCount *= 2 }
        try divide(&made, slotCount: slotCount)
        return made
    }

    /// Runs `body` for every index once, on as many workers as there are.
    private func each(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Void) throws {
        let next = SharedCounter()
        let context = self.context
        try context.pool.run(max(1, min(context.threads, count))) { _ in
            while true {
                let index = next.take()
                if index >= count { return }
                try context.cancellation.check()
                try body(index)
            }
        }
    }

    // MARK: Bounds

    private func bounds() throws -> (low: Int64, high: Int64, count: Int) {
        let found = Mutex<(low: Int64, high: Int64, count: Int)>((.max, .min, 0))
        try each(stretches.count) { [stretches] index in
            let stretch = stretches[index]
            let words = stretch.buffer.words
            var (low, high, count) = (Int64.max, Int64.min, 0)
            if let valid = stretch.buffer.valid {
                for row in stretch.range where valid[row] != 0 {
                    let value = Int64(bitPattern: words[row])
                    low = min(low, value)
                    high = max(high, value)
                    count += 1
                }
            } else {
                for row in stretch.range {
                    let value = Int64(bitPattern: words[row])
                    low = min(low, value)
                    high = max(high, value)
                }
                count = stretch.range.count
            }
            found.withLock { $0 = (min($0.low, low), max($0.high, high), $0.count + count) }
        }
        return found.withLock { $0 }
    }

    // MARK: Unique integers

    /// Puts every row at its key's place; false where two rows have one key.
    private func fillUnique(_ made: inout Made) throws -> Bool {
        let bytes = made.span * 4
        try context.memory.reserve(bytes)
        let array = UnsafeMutablePointer<UInt32>.allocate(capacity: made.span)
        array.initialize(repeating: .max, count: made.span)
        let places = UnsafeMutableRawPointer(array).assumingMemoryBound(to: Atomic<UInt32>.self)
        let low = UInt64(bitPattern: made.low)
        let repeated = SharedCounter()
        nonisolated(unsafe) let shared = places
        func visit(_ body: @escaping @Sendable (Int, UInt32) -> Void) throws {
            try each(stretches.count) { [stretches] index in
                let stretch = stretches[index]
                let words = stretch.buffer.words
                let valid = stretch.buffer.valid
                for row in stretch.range {
                    if let valid, valid[row] == 0 { continue }
                    body(
                        Int(truncatingIfNeeded: words[row] &- low),
                        UInt32(truncatingIfNeeded: stretch.row + row - stretch.range.lowerBound))
                }
            }
        }
        do {
            try visit { shared[$0].store($1, ordering: .relaxed) }
            // A row that another has overwritten shares its key.
            try visit {
                if shared[$0].load(ordering: .relaxed) != $1 { _ = repeated.take() }
            }
        } catch {
            array.deallocate()
            context.memory.release(bytes)
            throw error
        }
        if repeated.value > 0 {
            array.deallocate()
            context.memory.release(bytes)
            return false
        }
        made.layout = .unique(rowOf: array)
        made.reserved = bytes
        return true
    }

    // MARK: Divisions

    /// The slot of a word.
    private struct Slots: Sendable {
        let form: JoinWords
        let low: UInt64
        let isDirect: Bool
        let shift: UInt64
        @inline(__always)
        func slot(_ word: UInt64) -> Int {
            isDirect
                ? Int(truncatingIfNeeded: word &- low)
                : Int(truncatingIfNeeded: form.hash(word) >> shift)
        }
    }

    private func divide(_ made: inout Made, slotCount: Int) throws {
        let isDirect = made.span > 0
        let slotBits = Int.bitWidth - (slotCount - 1).leadingZeroBitCount
        let slots = Slots(
            form: form, low: UInt64(bitPattern: made.low), isDirect: isDirect,
            shift: UInt64(64 - max(slotBits, 1)))
        // About 16,384 slots a division, at most 512 divisions.
        let divisionShift = max(14, slotBits - 9)
        let divisionCount = (slotCount - 1) >> divisionShift + 1
        let count = made.entryCount
        let entryBytes = isDirect ? 4 : 12
        let directoryBytes = (slotCount + 1) * (isDirect ? 4 : 8)
        let scratchBytes = divisionCount > 1 ? count * 12 : 0
        try context.memory.reserve(count * entryBytes + directoryBytes + scratchBytes)
        made.reserved = count * entryBytes + directoryBytes
        let words = UnsafeMutablePointer<UInt64>.allocate(capacity: count)
        let rows = UnsafeMutablePointer<UInt32>.allocate(capacity: count)
        made.entryRows = .allocate(capacity: count)
        if !isDirect { made.entryWords = .allocate(capacity: count) }
        let directory = UnsafeMutableRawPointer.allocate(
            byteCount: directoryBytes, alignment: 64)
        if isDirect {
            made.layout = .ranges(
                starts: directory.bindMemory(to: UInt32.self, capacity: slotCount + 1))
        } else {
            made.layout = .slots(
                directory.bindMemory(to: UInt64.self, capacity: slotCount + 1),
                shift: slots.shift)
        }
        defer {
            words.deallocate()
            rows.deallocate()
            context.memory.release(scratchBytes)
        }
        let repeated = SharedCounter()
        do {
            let starts = try scatter(
                slots, divisionShift, divisionCount, words: words, rows: rows)
            nonisolated(unsafe) let target = made
            nonisolated(unsafe) let (words, rows) = (words, rows)
            try each(divisionCount) { division in
                let range = starts[division]..<starts[division + 1]
                let first = division << divisionShift
                let last = min(slotCount, (division + 1) << divisionShift)
                let division = JoinDivision(
                    words: words, rows: rows, range: range, firstSlot: first,
                    slotCount: last - first)
                if division.fill(target, slot: slots.slot, hash: slots.form.hash) {
                    _ = repeated.take()
                }
            }
        } catch {
            release(&made, directory)
            throw error
        }
        if isDirect {
            directory.assumingMemoryBound(to: UInt32.self)[slotCount] = UInt32(
                truncatingIfNeeded: count)
        } else {
            directory.assumingMemoryBound(to: UInt64.self)[slotCount] = UInt64(count) << 32
        }
        made.isUnique = !isDirect && repeated.value == 0
    }

    private func release(_ made: inout Made, _ directory: UnsafeMutableRawPointer) {
        directory.deallocate()
        made.entryRows?.deallocate()
        made.entryWords?.deallocate()
        context.memory.release(made.reserved)
    }

    /// Copies words and rows to their divisions, in the order of the rows; where each begins.
    private func scatter(
        _ slots: Slots, _ shift: Int, _ divisionCount: Int, words: UnsafeMutablePointer<UInt64>,
        rows: UnsafeMutablePointer<UInt32>
    ) throws -> [Int] {
        let places = UnsafeMutablePointer<Int>.allocate(
            capacity: stretches.count * divisionCount)
        defer { places.deallocate() }
        places.initialize(repeating: 0, count: stretches.count * divisionCount)
        nonisolated(unsafe) let (shared, outWords, outRows) = (places, words, rows)
        try each(stretches.count) { [stretches] index in
            let stretch = stretches[index]
            let words = stretch.buffer.words
            let own = shared + index * divisionCount
            let valid = stretch.buffer.valid
            for row in stretch.range {
                if let valid, valid[row] == 0 { continue }
                own[slots.slot(words[row]) >> shift] += 1
            }
        }
        var starts = [Int](repeating: 0, count: divisionCount + 1)
        var total = 0
        for division in 0..<divisionCount {
            starts[division] = total
            for index in stretches.indices {
                let place = index * divisionCount + division
                (places[place], total) = (total, total + places[place])
            }
        }
        starts[divisionCount] = total
        try each(stretches.count) { [stretches] index in
            let stretch = stretches[index]
            let words = stretch.buffer.words
            let own = shared + index * divisionCount
            let valid = stretch.buffer.valid
            for row in stretch.range {
                if let valid, valid[row] == 0 { continue }
                let word = words[row]
                let division = slots.slot(word) >> shift
                let place = own[division]
                own[division] = place + 1
                outWords[place] = word
                outRows[place] = UInt32(
                    truncatingIfNeeded: stretch.row + row - stretch.range.lowerBound)
            }
        }
        return starts
    }
}

/// A division of a join table: rows whose slots lie within a range.
private struct JoinDivision {
    let words: UnsafeMutablePointer<UInt64>
    let rows: UnsafeMutablePointer<UInt32>
    /// Its rows in `words` and `rows`, and its entries in the table.
    let range: Range<Int>
    let firstSlot: Int
    let slotCount: Int

    /// Orders the rows by slot and writes entries and directory; whether some word occurs twice.
    func fill(
        _ made: JoinTableBuilder.Made, slot: (UInt64) -> Int, hash: (UInt64) -> UInt64
    ) -> Bool {
        guard let entryRows = made.entryRows else { return false }
        let places = UnsafeMutablePointer<UInt32>.allocate(capacity: slotCount)
        defer { places.deallocate() }
        places.initialize(repeating: 0, count: slotCount)
        for index in range { places[slot(words[index]) - firstSlot] += 1 }
        var total = UInt32(truncatingIfNeeded: range.lowerBound)
        for index in 0..<slotCount {
            (places[index], total) = (total, total + places[index])
        }
        switch made.layout {
        case .empty, .unique: return false
        case .ranges(let starts):
            (starts + firstSlot).update(from: places, count: slotCount)
            for index in range {
                let place = slot(words[index]) - firstSlot
                entryRows[Int(places[place])] = rows[index]
                places[place] += 1
            }
            return true
        case .slots(let slots, _):
            guard let entryWords = made.entryWords else { return false }
            let own = slots + firstSlot
            for index in 0..<slotCount { own[index] = UInt64(places[index]) << 32 }
            for index in range {
                let word = words[index]
                let place = slot(word) - firstSlot
                own[place] |= JoinTable.tag(hash(word))
                let entry = Int(places[place])
                entryWords[entry] = word
                entryRows[entry] = rows[index]
                places[place] += 1
            }
            return order(own, places, entryWords, entryRows)
        }
    }

    /// Brings equal words of a slot together; whether there are any. `ends` holds each slot's end.
    private func order(
        _ slots: UnsafeMutablePointer<UInt64>, _ ends: UnsafeMutablePointer<UInt32>,
        _ words: UnsafeMutablePointer<UInt64>, _ rows: UnsafeMutablePointer<UInt32>
    ) -> Bool {
        var repeats = false
        for slot in 0..<slotCount {
            let start = Int(slots[slot] >> 32)
            let end = Int(ends[slot])
            guard end - start > 1 else { continue }
            var isOrdered = true
            for entry in (start + 1)..<end {
                if words[entry] == words[entry - 1] { repeats = true }
                if words[entry] < words[entry - 1] { isOrdered = false }
            }
            if isOrdered { continue }
            let sorted = (start..<end).map { (words[$0], rows[$0]) }.sorted { $0 < $1 }
            for (index, entry) in sorted.enumerated() {
                (words[start + index], rows[start + index]) = entry
                if index > 0, entry.0 == sorted[index - 1].0 { repeats = true }
            }
        }
        return repeats
    }
}
