import Basics
import Encodings
import Storage
import Synchronization
import Testing
import Vectors

/// Counts the reads that reach it.
final class CountingSource: SegmentSource {
    let segment: MemorySegment
    let reads = Mutex(0)
    init(_ segment: MemorySegment) { self.segment = segment }
    var byteCount: Int { segment.byteCount }
    func read(offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        reads.withLock { $0 += 1 }
        try segment.read(offset: offset, into: buffer)
    }
}

@Suite struct ChunkCacheTests {
    @Test func chunksAreReadOnceAndDroppedOverBudget() throws {
        let (bytes, _) = try SegmentTests.write(rows: 66_000)
        let source = CountingSource(bytes)
        let cache = ChunkCache(byteBudget: 1 << 26)
        let segment = try Segment(id: 3, source: source, cache: cache)
        let opened = source.reads.withLock { $0 }
        for _ in 0..<5 { _ = try segment.chunk(column: 2, index: 0) }
        #expect(source.reads.withLock { $0 } == opened + 1)
        #expect(cache.statistics.hits == 4)
        let held = cache.byteCount
        #expect(held > 0)
        cache.remove(segment: 4)
        #expect(cache.byteCount == held)
        cache.remove(segment: 3)
        #expect(cache.byteCount == 0)

        let small = ChunkCache(byteBudget: held + held / 2)
        let tight = try Segment(id: 3, source: source, cache: small)
        for _ in 0..<3 {
            for column in [UInt32(1), 2, 5, 7, 9] {
                for index in 0..<2 { _ = try tight.chunk(column: column, index: index) }
                #expect(small.byteCount <= held + held / 2)
            }
        }
        small.removeAll()
        #expect(small.byteCount == 0)
    }

    @Test func manyThreadsShareIt() async throws {
        let (bytes, _) = try SegmentTests.write(rows: 66_000)
        let cache = ChunkCache(byteBudget: 300_000)
        let segment = try Segment(id: 3, source: bytes, cache: cache)
        try await withThrowingTaskGroup(of: Int.self) { group in
            for task in 0..<8 {
                group.addTask {
                    var rows = 0
                    let vector = Vector(.bigint)
                    for round in 0..<40 {
                        let index = (task + round) % 2
                        let chunk = try segment.chunk(column: 2, index: index)
                        chunk.decode(rows: 0..<min(chunk.count, 2000), into: vector)
                        rows += vector.pointer(Int64.self)[1] == Int64(index * 65_536 + 1) * 3 ? 1 : 0
                    }
                    return rows
                }
            }
            for try await rows in group { #expect(rows == 40) }
        }
    }
}
