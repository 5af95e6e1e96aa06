import Basics
import Encodings
import Testing
import Vectors

@Suite struct DictionaryTests {
    private func dictionary(_ texts: [String]) throws -> SegmentDictionary {
        let vector = Vector(.text)
        let arena = StringArena()
        vector.owners = [arena]
        vector.count = texts.count * 4
        for row in 0..<vector.count {
            vector.pointer(StringView.self)[row] = arena.copy(texts[row % texts.count])
        }
        let builder = ColumnBuilder(type: .text)
        try builder.append(vector, count: vector.count)
        let column = try builder.finish(policy: .hot)
        return try SegmentDictionary.open(
            try ColumnFixture.body(try #require(column.dictionary)), type: .text)
    }

    @Test func valuesAreSortedBytewise() throws {
        let texts = ["pear", "apple", "", "apples", "é", "z", "appl", "Zebra", "a\u{0}b"]
        let dictionary = try dictionary(texts)
        let sorted = texts.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
        #expect((0..<UInt32(dictionary.count)).map { dictionary.view($0).string } == sorted)
        for (code, text) in sorted.enumerated() {
            #expect(dictionary.code(of: .text(text)) == UInt32(code))
        }
        #expect(dictionary.code(of: .text("apricot")) == nil)
        #expect(dictionary.code(of: .int(3)) == nil)
    }

    @Test func boundsFrameARange() throws {
        let dictionary = try dictionary(["b", "d", "f"])
        func bounds(_ text: String) -> (Int, Int) {
            Array(text.utf8).withUnsafeBufferPointer {
                (dictionary.lowerBound(of: $0), dictionary.upperBound(of: $0))
            }
        }
        #expect(bounds("a") == (0, 0))
        #expect(bounds("b") == (0, 1))
        #expect(bounds("c") == (1, 1))
        #expect(bounds("f") == (2, 3))
        #expect(bounds("g") == (3, 3))
    }

    @Test func integersHaveDictionariesWhereFewAreDistinct() throws {
        let chunk = try #require(
            try ColumnFixture(.bigint, .fewDistinct, .some, count: 5000).chunks().first)
        let dictionary = try #require(chunk.dictionary)
        #expect(dictionary.isInteger && dictionary.count == 5)
        for code in 0..<UInt32(5) {
            #expect(dictionary.code(of: dictionary.integer(code)) == code)
        }
        #expect(dictionary.code(of: Int64(17)) == nil)
        #expect(dictionary.lowerBound(of: Int64.max) == 5)
    }

    @Test func mostlyDistinctStringsGiveUpTheDictionary() throws {
        let chunks = try ColumnFixture(.text, .wide, .some, count: 70_000).chunks()
        #expect(chunks.allSatisfy { $0.encoding == .strings && !$0.isDictionaryCoded })
    }
}
