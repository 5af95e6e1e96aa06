import Basics
import Dispatch
import Synchronization
import Vectors

/// Reads new segments back and compares them with what they stand for.
enum SegmentCompare {
    static func check(
        _ run: [SegmentFile], equal old: SegmentFragment, spec: TableSpec, threads: Int
    ) throws {
        let new = run.map { SegmentFragment($0, spec: spec) }
        let results = Mutex([Result<[UInt64], any Error>?](repeating: nil, count: 3))
        @Sendable func part(_ index: Int) {
            let result = Result { () throws -> [UInt64] in
                switch index {
                case 0: try digest([old], spec)
                case 1: try digest(new, spec)
                default: try verify(run)
                }
            }
            results.withLock { $0[index] = result }
        }
        if threads > 1 {
            DispatchQueue.concurrentPerform(iterations: 3, execute: part)
        } else {
            for index in 0..<3 { part(index) }
        }
        let digests = try results.withLock { $0 }.compactMap { try $0?.get() }
        guard digests.count == 3, digests[0] == digests[1] else {
            throw SQLError(
                .dataCorrupted,
                "the archive of file \"\(old.file.path)\" differs from it and was removed")
        }
    }

    private static func verify(_ run: [SegmentFile]) throws -> [UInt64] {
        for file in run {
            if let problem = file.segment.verify().first {
                throw SQLError(
                    .dataCorrupted, "file \"\(file.path)\" is damaged after writing: \(problem)")
            }
        }
        return []
    }

    /// Row count and a hash over all values, NULLs included, in order.
    static func digest(
        _ segments: [SegmentFragment], _ spec: TableSpec
    ) throws -> [UInt64] {
        var rows: UInt64 = 0
        var sum: UInt64 = 0
        for segment in segments {
            var cursor = SegmentCursor(segment, columns: spec.columns)
            while try cursor.advance() {
                let batch = cursor.batch
                rows += UInt64(batch.count)
                for hash in KeyHash.hashes(batch.columns, count: batch.count) {
                    sum = (sum &* 0x9E37_79B9_7F4A_7C15) ^ hash
                }
                for vector in batch.columns where vector.hasNulls {
                    for row in 0..<batch.count {
                        sum = (sum &* 0x9E37_79B9_7F4A_7C15) ^ (vector.isNull(row) ? 1 : 0)
                    }
                }
            }
        }
        return [rows, sum]
    }
}
