import Basics
import Vectors

/// Reads new segments back and compares them with what they stand for.
enum SegmentCompare {
    static func check(
        _ run: [SegmentFile], equal old: SegmentFragment, spec: TableSpec, threads: Int
    ) throws {
        let new = run.map { SegmentFragment($0, spec: spec) }
        let digests = try ConcurrentMap.results(3, threads: threads) { part -> [UInt64] in
            switch part {
            case 0: return try verify(run)
            case 1: return try digest([old], spec)
            default: return try digest(new, spec)
            }
        }.map { try $0.get() }
        guard digests.count == 3, digests[1] == digests[2] else {
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
