import Basics
import Disk
import Encodings
import Vectors

/// One thing that is wrong with a store.
package struct StoreProblem: Sendable, CustomStringConvertible {
    package var description: String
}

/// Verifies a store that no process has open, without changing it.
package enum StoreCheck {
    /// Every checksum and invariant: manifest and log against files, row counts, order, bounds,
    /// keys.
    ///
    /// A torn write at the end of the log is no problem: recovery handles it.
    package static func check(
        _ directory: String, fileSystem: any FileSystem = PosixFileSystem(),
        options: StoreOptions = StoreOptions()
    ) -> [StoreProblem] {
        let paths = StorePaths(directory: directory, archive: options.archiveDirectory)
        let shop = SegmentShop(
            files: fileSystem, paths: paths, cache: ChunkCache(byteBudget: options.cacheBytes),
            rowsMax: SegmentWriter.rowsMax, threads: 1, nextFile: { 0 })
        var problems: [StoreProblem] = []
        do {
            guard let store = try RecoveredStore.read(paths, files: fileSystem, shop: shop) else {
                return [StoreProblem(description: "no store in \"\(directory)\"")]
            }
            for (id, table) in store.state.tables.sorted(by: { $0.key < $1.key }) {
                check(table, id, &problems)
            }
        } catch {
            problems.append(StoreProblem(description: text(error)))
        }
        return problems
    }

    private static func text(_ error: any Error) -> String {
        (error as? SQLError)?.message ?? "\(error)"
    }

    private static func check(
        _ table: TableVersion, _ id: UInt32, _ problems: inout [StoreProblem]
    ) {
        var fragments = Set<UInt32>()
        for fragment in table.fragments {
            if !fragments.insert(fragment.id).inserted {
                problems.append(
                    StoreProblem(description: "table \(id): fragment \(fragment.id) is there twice")
                )
            }
            if let last = fragment.deleted?.lastRow, last >= fragment.rowCount {
                problems.append(
                    StoreProblem(
                        description: "table \(id), fragment \(fragment.id): deleted row \(last) of "
                            + "\(fragment.rowCount)"))
            }
        }
        for segment in table.segments {
            for line in segment.segment.verify() {
                problems.append(
                    StoreProblem(description: "file \"\(segment.file.path)\": \(line)"))
            }
            do {
                try checkOrder(segment, &problems)
            } catch {
                problems.append(
                    StoreProblem(description: "file \"\(segment.file.path)\": \(text(error))"))
            }
        }
        do {
            try checkKeys(table, id, &problems)
        } catch {
            problems.append(StoreProblem(description: "table \(id): \(text(error))"))
        }
    }

    /// Rows lie by the segment's own sort key.
    private static func checkOrder(
        _ segment: SegmentFragment, _ problems: inout [StoreProblem]
    ) throws {
        let stored = segment.segment.columns
        let columns = segment.segment.footer.sortKey.compactMap { id in
            stored.first { $0.id == id }.map { ColumnSpec(id: $0.id, type: $0.type) }
        }
        if columns.isEmpty { return }
        let whole = SegmentFragment(segment.file, spec: segment.spec)
        var cursor = SegmentCursor(whole, columns: columns)
        var last: Batch?
        while try cursor.advance() {
            let batch = cursor.batch
            for row in 0..<batch.count {
                let (before, place) =
                    row > 0 ? (batch, row - 1) : (last ?? batch, (last?.count ?? 1) - 1)
                for column in columns.indices {
                    let order = RowCompare.order(
                        before.columns[column], place, batch.columns[column], row)
                    if order < 0 { break }
                    if order > 0 {
                        problems.append(
                            StoreProblem(
                                description: "file \"\(segment.file.path)\": row "
                                    + "\(cursor.rows[row]) is out of order"))
                        return
                    }
                }
            }
            last = batch
        }
    }

    /// Every live row is found by its key, at its own place: so no key is there twice, and the
    /// hashes are right.
    private static func checkKeys(
        _ table: TableVersion, _ id: UInt32, _ problems: inout [StoreProblem]
    ) throws {
        let columns = table.spec.primaryKey.compactMap { key in
            table.spec.columns.first { $0.id == key }
        }
        if columns.isEmpty { return }
        let snapshot = TableSnapshot(table)
        func check(_ keys: Batch, _ locators: [Int64]) throws {
            let found = try snapshot.lookup(keys: keys)
            for (row, locator) in locators.enumerated() where found[row] != locator {
                let key = KeyLookup(
                    keys: keys.columns, count: keys.count, columns: table.spec.primaryKey)
                problems.append(
                    StoreProblem(
                        description: "table \(id): key (\(key.text(row))) of \(place(locator)) is "
                            + "found at \(place(found[row]))"))
            }
        }
        func place(_ locator: Int64) -> String {
            "fragment \(Locator.fragment(locator)), row \(Locator.row(locator))"
        }
        for segment in table.segments {
            var cursor = SegmentCursor(segment, columns: columns)
            while try cursor.advance() {
                try check(cursor.batch, cursor.rows.map { Locator.make(segment.id, Int($0)) })
            }
        }
        for tail in table.tails {
            for (batch, start) in zip(tail.batches, tail.starts) {
                let rows = (0..<batch.count).filter { tail.deleted?.contains(start + $0) != true }
                let picks = rows.map { RowPick(source: 0, row: UInt32($0)) }
                let live = picks.withUnsafeBufferPointer {
                    TailBatches.gather([batch], columns: tail.columns, picks: $0)
                }
                let keys = columns.compactMap { tail.index(of: $0.id) }.map { live.columns[$0] }
                try check(
                    Batch(columns: keys, count: live.count),
                    rows.map { Locator.make(tail.id, start + $0) })
            }
        }
    }
}
