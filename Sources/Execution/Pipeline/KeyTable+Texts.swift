import Vectors

/// Fewer look-ups where texts are known by where they lie.
extension KeyTable {
    /// Looks up only texts that are not remembered.
    func matchText(
        _ column: Vector, _ rows: Int, _ known: UnsafePointer<UInt64>?, _ inserting: Bool,
        _ scratch: Probe, _ out: UnsafeMutablePointer<UInt32>
    ) throws {
        let (views, mask, cache) = (column.pointer(StringView.self), column.rowMask, scratch.cache)
        let validity = column.validity
        var unknown: [UInt32] = []
        swap(&unknown, &scratch.unknown)
        unknown.removeAll(keepingCapacity: true)
        var lastKey: UInt64 = 0
        var last: UInt32 = 0
        for row in 0..<rows {
            let isNull = validity.map { $0[row & mask] == 0 } ?? false
            let key = isNull ? 0 : TextCache.key(views[row & mask])
            if key != 0, key == lastKey {
                out[row] = last
            } else if key != 0, let word = cache.word(key) {
                (lastKey, last) = (key, UInt32(truncatingIfNeeded: word))
                out[row] = last
            } else {
                unknown.append(UInt32(truncatingIfNeeded: row))
            }
        }
        defer { swap(&unknown, &scratch.unknown) }
        guard !unknown.isEmpty else { return }
        if unknown.count == rows {
            try matchAll([column], rows, known, inserting, scratch, out)
        } else {
            try withUnsafeTemporaryAllocation(of: UInt64.self, capacity: unknown.count) { hashes in
                try withUnsafeTemporaryAllocation(of: UInt32.self, capacity: unknown.count) {
                    guard let numbers = $0.baseAddress else { return }
                    if let known {
                        for (index, row) in unknown.enumerated() { hashes[index] = known[Int(row)] }
                    }
                    try matchAll(
                        [column.gather(unknown)], unknown.count,
                        known == nil ? nil : UnsafePointer(hashes.baseAddress), inserting, scratch,
                        numbers)
                    for (index, row) in unknown.enumerated() { out[Int(row)] = numbers[index] }
                }
            }
        }
        for row in unknown where !column.isNull(Int(row)) {
            let key = TextCache.key(views[Int(row) & mask])
            // What is not found now may come later.
            if key != 0, out[Int(row)] != .max, cache.word(key) == nil { cache.remember(key, UInt64(out[Int(row)])) }
        }
    }

    /// Looks up the first row of each run only.
    func matchRuns(
        _ heads: [UInt32], _ columns: [Vector], _ rows: Int, _ known: UnsafePointer<UInt64>?,
        _ inserting: Bool, _ scratch: Probe, _ out: UnsafeMutablePointer<UInt32>
    ) throws {
        let count = heads.count
        let firsts = columns.map { $0.gather(heads) }
        try withUnsafeTemporaryAllocation(of: UInt64.self, capacity: count) { hashes in
            try withUnsafeTemporaryAllocation(of: UInt32.self, capacity: count) { numbers in
                guard let base = numbers.baseAddress else { return }
                if let known {
                    for index in 0..<count { hashes[index] = known[Int(heads[index])] }
                }
                try matchAll(
                    firsts, count, known == nil ? nil : UnsafePointer(hashes.baseAddress),
                    inserting, scratch, base)
                for index in 0..<count {
                    let start = Int(heads[index])
                    let end = index + 1 < count ? Int(heads[index + 1]) : rows
                    (out + start).update(repeating: base[index], count: end - start)
                }
            }
        }
    }
}
