import Basics
import Vectors

/// Text keys of a join, numbered column by column: together the numbers make one integer, so that
/// rows meet by an array or a table of integers, and a text is hashed and compared once a dictionary
/// entry.
final class JoinTexts: @unchecked Sendable {
    private let tables: [TextNumbers]
    /// What the number of each column counts for.
    private let strides: [UInt64]
    /// Numbers come from one thread, which is worth it for so many build rows.
    private static let rowsMax = 1 << 18
    private static let keysMax = 3
    /// Marks words that no build row has.
    private static let missing: UInt64 = 1 << 63

    /// nil where some key is no plain text, or the rows are many.
    /// - Parameter places: where the keys lie among the columns of the rows.
    init?(_ types: [SQLType], _ rows: RowSet, places: [Int], _ context: QueryContext) throws {
        guard types.allSatisfy(\.isPlainBytes), types.count <= Self.keysMax,
            rows.count > 0, rows.count <= Self.rowsMax
        else { return nil }
        let tables = types.map { _ in TextNumbers(memory: context.memory) }
        try withUnsafeTemporaryAllocation(
            of: UInt32.self, capacity: Vector.standardCapacity
        ) { buffer in
            guard let numbers = buffer.baseAddress else { return }
            var start = 0
            while start < rows.count {
                try context.cancellation.check()
                let range = start..<min(rows.count, start + Vector.standardCapacity)
                for (table, place) in zip(tables, places) {
                    try table.findOrInsert(
                        rows.columns[place].slice(range), count: range.count, into: numbers)
                }
                start = range.upperBound
            }
        }
        var strides: [UInt64] = []
        var product: UInt64 = 1
        for table in tables {
            strides.append(product)
            product *= UInt64(table.count)
        }
        self.tables = tables
        self.strides = strides
    }

    /// What one worker knows of texts by where they lie.
    final class Scratch {
        fileprivate let caches: [TextCache]
        fileprivate init(_ count: Int) { caches = (0..<count).map { _ in TextCache() } }
    }

    func makeScratch() -> Scratch { Scratch(tables.count) }

    /// The word of each row; none of a build row where a key is NULL or unknown.
    func write(
        _ keys: [Vector], count: Int, to out: UnsafeMutablePointer<UInt64>, _ scratch: Scratch
    ) {
        out.initialize(repeating: 0, count: count)
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: max(count, 1)) { buffer in
            guard let numbers = buffer.baseAddress else { return }
            for (index, key) in keys.enumerated() {
                let table = tables[index]
                table.find(key, count: count, scratch.caches[index], into: numbers)
                let (stride, limit) = (strides[index], UInt32(truncatingIfNeeded: table.count - 1))
                for row in 0..<count {
                    let number = numbers[row] &- 1
                    if number < limit {
                        out[row] &+= UInt64(number) &* stride
                    } else {
                        out[row] |= Self.missing
                    }
                }
            }
        }
    }

    /// The words of the rows themselves.
    func words(of rows: RowSet, places: [Int], _ form: JoinWords, _ context: QueryContext) throws
        -> WordBuffer
    {
        let buffer = WordBuffer(context.memory)
        let scratch = makeScratch()
        var start = 0
        while start < rows.count {
            let range = start..<min(rows.count, start + Vector.standardCapacity)
            let keys = places.map { rows.columns[$0].slice(range) }
            try buffer.append(keys, count: range.count, form, scratch)
            start = range.upperBound
        }
        return buffer
    }
}
