import Basics
import Planning
import Vectors

final class HashJoinStage: Stage, @unchecked Sendable {
    private let state: JoinState
    init(_ owner: Operator, _ state: JoinState) {
        self.state = state
        super.init(owner)
    }

    override func makeLocal(_ context: QueryContext) throws -> LocalStage {
        HashJoinProbe(state, context)
    }
}

/// One worker's probing: words of a whole batch, look-ups of all, then output.
final class HashJoinProbe: LocalStage {
    private let state: JoinState
    private let join: HashJoinOperator
    private let table: JoinTable
    private let context: QueryContext
    /// Whether a look-up is the answer: no keys to compare and no further conditions.
    private let isDecisive: Bool
    private let scratch: JoinTexts.Scratch?
    private let words: UnsafeMutablePointer<UInt64>
    private let first: UnsafeMutablePointer<UInt32>
    private let counts: UnsafeMutablePointer<UInt32>
    private let probeRows: UnsafeMutablePointer<UInt32>
    private let buildRows: UnsafeMutablePointer<UInt32>
    private let hit: UnsafeMutablePointer<UInt8>
    private static let capacity = Vector.standardCapacity

    init(_ state: JoinState, _ context: QueryContext) {
        self.state = state
        self.context = context
        join = state.join
        table = state.table
        isDecisive = table.form.isExact && join.residual.isEmpty
        scratch = table.form.texts?.makeScratch()
        words = .allocate(capacity: Self.capacity)
        first = .allocate(capacity: Self.capacity)
        counts = .allocate(capacity: Self.capacity)
        probeRows = .allocate(capacity: Self.capacity)
        buildRows = .allocate(capacity: Self.capacity)
        hit = .allocate(capacity: Self.capacity)
    }

    deinit {
        words.deallocate()
        first.deallocate()
        counts.deallocate()
        probeRows.deallocate()
        buildRows.deallocate()
        hit.deallocate()
    }

    override func process(_ batch: Batch, _ emit: (Batch) throws -> Void) throws {
        guard batch.count > Self.capacity else { return try part(batch, emit) }
        var start = 0
        while start < batch.count {
            let count = min(Self.capacity, batch.count - start)
            try part(
                Batch(columns: batch.columns.map { $0.slice(start, count: count) }, count: count),
                emit)
            start += count
        }
    }

    private func part(_ batch: Batch, _ emit: (Batch) throws -> Void) throws {
        try context.cancellation.check()
        let keys = try join.probeKeys.map { try $0.evaluate(batch, context) }
        table.form.write(keys, count: batch.count, to: words, scratch)
        let valid = JoinWords.validity(keys, count: batch.count)
        if table.isUnique, isDecisive {
            table.findUnique(words, count: batch.count, into: first)
            if let valid {
                for row in 0..<batch.count where valid[row] == 0 { first[row] = .max }
            }
            return try unique(batch, valid, emit)
        }
        table.findRanges(words, count: batch.count, first: first, counts: counts)
        if table.isUnique {
            table.findUnique(words, count: batch.count, into: first)
            for row in 0..<batch.count { counts[row] = first[row] == .max ? 0 : 1 }
        }
        if let valid {
            for row in 0..<batch.count where valid[row] == 0 { counts[row] = 0 }
        }
        switch join.shape.probing {
        case .pairs(let keepsAll): try pairs(batch, keys, keepsAll, emit)
        case .filter(let matched):
            if isDecisive {
                for row in 0..<batch.count { hit[row] = counts[row] == 0 ? 0 : 1 }
            } else {
                hit.update(repeating: 0, count: batch.count)
                try forEachPairs(batch, keys, skipsHits: true) { count in
                    for index in 0..<count { hit[Int(probeRows[index])] = 1 }
                }
            }
            try emitRows(batch, matched, valid, emit)
        case .marks:
            try forEachPairs(batch, keys, skipsHits: false) { count in
                for index in 0..<count { state.mark(buildRows[index]) }
            }
        }
    }

    // MARK: At most one partner a row

    /// `first[row]` is the partner or `UInt32.max`.
    private func unique(
        _ batch: Batch, _ valid: [UInt8]?, _ emit: (Batch) throws -> Void
    ) throws {
        let marks = join.shape.emitsBuild != nil
        if marks {
            for row in 0..<batch.count where first[row] != .max { state.mark(first[row]) }
        }
        switch join.shape.probing {
        case .marks: return
        case .filter(let matched):
            for row in 0..<batch.count { hit[row] = first[row] == .max ? 0 : 1 }
            try emitRows(batch, matched, valid, emit)
        case .pairs(let keepsAll):
            var found = 0
            for row in 0..<batch.count {
                probeRows[found] = UInt32(truncatingIfNeeded: row)
                buildRows[found] = first[row]
                found &+= first[row] == .max ? 0 : 1
            }
            if keepsAll || found == batch.count {
                try emit(
                    state.output(
                        batch.columns, build: first, count: batch.count,
                        hasMissing: found < batch.count))
            } else if found > 0 {
                try emitPairs(batch, found, hasMissing: false, emit)
            }
        }
    }

    // MARK: Pairs

    private func pairs(
        _ batch: Batch, _ keys: [Vector], _ keepsAll: Bool, _ emit: (Batch) throws -> Void
    ) throws {
        let marks = join.shape.emitsBuild != nil
        let isSingle = join.shape.isSingle
        let tracks = keepsAll || isSingle
        if tracks { hit.update(repeating: 0, count: batch.count) }
        try forEachPairs(batch, keys, skipsHits: false) { count in
            if tracks {
                for index in 0..<count {
                    let row = Int(probeRows[index])
                    if isSingle, hit[row] != 0 { throw PairFilter.tooManyRows }
                    hit[row] = 1
                }
            }
            if marks { for index in 0..<count { state.mark(buildRows[index]) } }
            try emitPairs(batch, count, hasMissing: false, emit)
        }
        guard keepsAll else { return }
        var rest = 0
        for row in 0..<batch.count where hit[row] == 0 {
            probeRows[rest] = UInt32(truncatingIfNeeded: row)
            buildRows[rest] = .max
            rest += 1
        }
        if rest > 0 { try emitPairs(batch, rest, hasMissing: true, emit) }
    }

    /// Emits the pairs in `probeRows` and `buildRows`.
    private func emitPairs(
        _ batch: Batch, _ count: Int, hasMissing: Bool, _ emit: (Batch) throws -> Void
    ) throws {
        var probe = [Vector](repeating: PairFilter.standIn, count: batch.columns.count)
        for output in join.outputs {
            if case .probe(let index) = output {
                probe[index] = batch.columns[index].gather(probeRows, count: count)
            }
        }
        try emit(state.output(probe, build: buildRows, count: count, hasMissing: hasMissing))
    }

    /// Calls `body` with how many pairs that satisfy all conditions lie in `probeRows` and
    /// `buildRows`, again and again. With `skipsHits` rows that `hit` knows need no more partners.
    private func forEachPairs(
        _ batch: Batch, _ keys: [Vector], skipsHits: Bool, _ body: (Int) throws -> Void
    ) throws {
        var found = 0
        func flush() throws {
            let kept = isDecisive ? found : try check(batch, keys, found)
            found = 0
            if kept > 0 { try body(kept) }
        }
        for row in 0..<batch.count where counts[row] != 0 {
            var entry = Int(first[row])
            let end = entry + Int(counts[row])
            if table.isUnique {
                probeRows[found] = UInt32(truncatingIfNeeded: row)
                buildRows[found] = first[row]
                found += 1
                if found == Self.capacity { try flush() }
                continue
            }
            guard let entryRows = table.entryRows else { return }
            while entry < end {
                if skipsHits, hit[row] != 0 { break }
                let stretch = min(end - entry, Self.capacity - found)
                (probeRows + found).update(
                    repeating: UInt32(truncatingIfNeeded: row), count: stretch)
                (buildRows + found).update(from: entryRows + entry, count: stretch)
                entry += stretch
                found += stretch
                if found == Self.capacity {
                    try context.cancellation.check()
                    try flush()
                }
            }
        }
        if found > 0 { try flush() }
    }

    /// Keeps the pairs whose keys are equal and that satisfy the further conditions.
    private func check(_ batch: Batch, _ keys: [Vector], _ count: Int) throws -> Int {
        var found = count
        if !table.form.isExact {
            var keep = [UInt8](repeating: 1, count: count)
            keep.withUnsafeMutableBufferPointer { flags in
                guard let base = flags.baseAddress else { return }
                for (key, place) in zip(keys, join.keyPlaces) {
                    Vector.equalRows(
                        key, probeRows, table.rows.columns[place].vector, buildRows,
                        count: count, keep: base)
                }
            }
            found = 0
            for index in 0..<count {
                probeRows[found] = probeRows[index]
                buildRows[found] = buildRows[index]
                found &+= Int(keep[index])
            }
        }
        if found == 0 || join.residual.isEmpty { return found }
        let width = batch.columns.count
        var columns = [Vector](
            repeating: PairFilter.standIn, count: width + join.children[1].columns.count)
        for index in join.residual.columnsUsed {
            columns[index] =
                index < width
                ? batch.columns[index].gather(probeRows, count: found)
                : table.rows.columns[index - width].gather(buildRows, count: found)
        }
        let kept = try join.residual.select(Batch(columns: columns, count: found), context)
        if kept.count == found { return found }
        for (index, place) in kept.enumerated() {
            probeRows[index] = probeRows[Int(place)]
            buildRows[index] = buildRows[Int(place)]
        }
        return kept.count
    }

    // MARK: Semi and anti joins

    /// Emits the rows whose `hit` is as wanted.
    private func emitRows(
        _ batch: Batch, _ matched: Bool, _ valid: [UInt8]?, _ emit: (Batch) throws -> Void
    ) throws {
        if join.shape.isNullAware, !state.isEmpty {
            for row in 0..<batch.count where state.hasNullKey || valid?[row] == 0 { hit[row] = 1 }
        }
        let wanted: UInt8 = matched ? 1 : 0
        var found = 0
        for row in 0..<batch.count {
            probeRows[found] = UInt32(truncatingIfNeeded: row)
            found &+= hit[row] == wanted ? 1 : 0
        }
        if found == 0 { return }
        if found == batch.count {
            return try emit(
                state.output(batch.columns, build: buildRows, count: found, hasMissing: false))
        }
        try emitPairs(batch, found, hasMissing: false, emit)
    }
}
