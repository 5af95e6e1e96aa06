/// Which rows of a fragment are deleted. Immutable: a change makes a new one that shares pages.
package final class DeleteBitmap: Sendable {
    /// Rows of a page: those of one column chunk.
    package static let pageRows = 65_536

    /// One bit a row, set where it is deleted.
    final class Page: @unchecked Sendable {
        let words: UnsafeMutablePointer<UInt64>
        init() {
            words = .allocate(capacity: 1024)
            words.initialize(repeating: 0, count: 1024)
        }
        init(copying other: Page) {
            words = .allocate(capacity: 1024)
            words.initialize(from: other.words, count: 1024)
        }
        deinit { words.deallocate() }
    }

    /// Deleted rows.
    package let count: Int
    let pages: [Page?]

    init(count: Int, pages: [Page?]) {
        self.count = count
        self.pages = pages
    }

    /// 1,024 words for the 65,536 rows of a chunk; nil where none of them is deleted.
    @inline(__always)
    package func words(chunk: Int) -> UnsafePointer<UInt64>? {
        guard chunk < pages.count, let page = pages[chunk] else { return nil }
        return UnsafePointer(page.words)
    }

    package func contains(_ row: Int) -> Bool {
        guard let words = words(chunk: row >> 16) else { return false }
        return words[(row & 65_535) >> 6] >> UInt64(row & 63) & 1 == 1
    }

    /// Adds rows to a bitmap, nil standing for none; rows already in it are counted in `repeated`.
    static func adding(
        _ rows: some Sequence<Int>, to base: DeleteBitmap?, repeated: inout Int
    ) -> DeleteBitmap {
        var pages = base?.pages ?? []
        var fresh = Set<Int>()
        var count = base?.count ?? 0
        for row in rows {
            let chunk = row >> 16
            while pages.count <= chunk { pages.append(nil) }
            let page: Page
            if let old = pages[chunk] {
                page = fresh.contains(chunk) ? old : Page(copying: old)
            } else {
                page = Page()
            }
            fresh.insert(chunk)
            pages[chunk] = page
            let bit = UInt64(1) << UInt64(row & 63)
            let word = (row & 65_535) >> 6
            if page.words[word] & bit != 0 {
                repeated += 1
            } else {
                page.words[word] |= bit
                count += 1
            }
        }
        return DeleteBitmap(count: count, pages: pages)
    }

    static func adding(_ rows: some Sequence<Int>, to base: DeleteBitmap?) -> DeleteBitmap {
        var repeated = 0
        return adding(rows, to: base, repeated: &repeated)
    }

    /// Calls `body` for every deleted row that `base` does not hold, ascending.
    func forEach(notIn base: DeleteBitmap? = nil, _ body: (Int) throws -> Void) rethrows {
        for (chunk, page) in pages.enumerated() {
            guard let page else { continue }
            let old = base?.words(chunk: chunk)
            for word in 0..<1024 {
                var bits = page.words[word] & ~(old?[word] ?? 0)
                while bits != 0 {
                    try body(chunk << 16 | word << 6 | bits.trailingZeroBitCount)
                    bits &= bits - 1
                }
            }
        }
    }

    /// The greatest deleted row.
    var lastRow: Int? {
        var last: Int?
        forEach { last = $0 }
        return last
    }
}
