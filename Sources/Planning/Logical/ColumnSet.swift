import Vectors

/// A set of columns, one bit each: a statement numbers its columns from zero, and planning asks
/// constantly which columns an expression names and a plan offers.
package struct ColumnSet: Sendable, Equatable {
    /// Columns 0 to 63: most statements have no others.
    private var first: UInt64 = 0
    /// Columns from 64 on, 64 to a word; the last word is not zero.
    private var words: [UInt64] = []

    package init() {}

    package init(_ columns: some Sequence<ColumnID>) { for column in columns { insert(column) } }

    package init(_ columns: [(ColumnID, SQLType)]) {
        for (column, _) in columns { insert(column) }
    }

    package var isEmpty: Bool { first == 0 && words.isEmpty }

    package var count: Int { words.reduce(first.nonzeroBitCount) { $0 + $1.nonzeroBitCount } }

    package func contains(_ column: ColumnID) -> Bool {
        let (word, bit) = Self.place(column)
        if word == 0 { return first & bit != 0 }
        return word <= words.count && words[word - 1] & bit != 0
    }

    package mutating func insert(_ column: ColumnID) {
        let (word, bit) = Self.place(column)
        if word == 0 {
            first |= bit
            return
        }
        while words.count < word { words.append(0) }
        words[word - 1] |= bit
    }

    private static func place(_ column: ColumnID) -> (word: Int, bit: UInt64) {
        (column.raw >> 6, 1 << UInt64(column.raw & 63))
    }

    // MARK: Sets with sets

    package mutating func formUnion(_ other: ColumnSet) {
        first |= other.first
        while words.count < other.words.count { words.append(0) }
        for (index, word) in other.words.enumerated() { words[index] |= word }
    }

    package func union(_ other: ColumnSet) -> ColumnSet {
        var result = self
        result.formUnion(other)
        return result
    }

    package mutating func subtract(_ other: ColumnSet) {
        first &= ~other.first
        for (index, word) in other.words.enumerated().prefix(words.count) { words[index] &= ~word }
        while words.last == 0 { words.removeLast() }
    }

    package func isDisjoint(with other: ColumnSet) -> Bool {
        first & other.first == 0 && zip(words, other.words).allSatisfy { $0 & $1 == 0 }
    }

    package func isSubset(of other: ColumnSet) -> Bool {
        first & ~other.first == 0 && words.count <= other.words.count
            && zip(words, other.words).allSatisfy { $0 & ~$1 == 0 }
    }
}

extension ColumnSet: ExpressibleByArrayLiteral {
    package init(arrayLiteral columns: ColumnID...) { self.init(columns) }
}

extension ColumnSet: Sequence {
    /// The columns by rising number.
    package struct Iterator: IteratorProtocol {
        fileprivate var open: UInt64
        fileprivate var word = 0
        fileprivate let words: [UInt64]

        package mutating func next() -> ColumnID? {
            while open == 0 {
                guard word < words.count else { return nil }
                open = words[word]
                word += 1
            }
            defer { open &= open &- 1 }
            return ColumnID(word << 6 | open.trailingZeroBitCount)
        }
    }

    package func makeIterator() -> Iterator { Iterator(open: first, words: words) }

    package var min: ColumnID? {
        var iterator = makeIterator()
        return iterator.next()
    }
}

extension Plan {
    /// Whether the column is among the output columns.
    func offers(_ column: ColumnID) -> Bool {
        switch self {
        case .scan(let node):
            node.columns.contains { $0.id == column } || node.locator == column
        case .filter(let input, _), .sort(let input, _), .limit(let input, _, _, _),
            .distinct(let input, _):
            input.offers(column)
        case .project(_, let items): items.contains { $0.id == column }
        default: columnSet.contains(column)
        }
    }

    /// Output columns as a set.
    package var columnSet: ColumnSet {
        switch self {
        case .filter(let input, _), .sort(let input, _), .limit(let input, _, _, _),
            .distinct(let input, _):
            return input.columnSet
        case .join(let node):
            var all = node.left.columnSet
            switch node.kind {
            case .semi, .anti, .nullAwareAnti: break
            default: all.formUnion(node.right.columnSet)
            }
            all.subtract(node.dropped)
            return all
        case .scan(let node):
            var all = ColumnSet(node.columns.lazy.map(\.id))
            if let locator = node.locator { all.insert(locator) }
            return all
        case .project(_, let items): return ColumnSet(items.lazy.map(\.id))
        default: return ColumnSet(columns)
        }
    }
}
