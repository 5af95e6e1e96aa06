import Encodings
import Vectors

/// Chooses segments to merge.
///
/// Size-tiered: runs of similar size are merged four at a time, so a row is rewritten a logarithmic
/// number of times; runs of many full segments stay as they are.
enum CompactionPlan {
    /// Runs of one size class that make a merge due.
    static let runsMin = 4
    /// Rows of a merge at most: bounds its time and the memory of its row maps.
    static let rowsMax = 16 << 20

    static func due(_ table: TableVersion, rowsMax segmentRows: Int) -> [SegmentFragment] {
        var runs: [UInt32: [SegmentFragment]] = [:]
        for segment in table.segments where segment.tier == .hot {
            // A segment that is mostly dead is rewritten alone.
            if (segment.deleted?.count ?? 0) * 3 > segment.rowCount { return [segment] }
            runs[segment.file.entry.run, default: []].append(segment)
        }
        var classes: [Int: [[SegmentFragment]]] = [:]
        for (_, run) in runs.sorted(by: { $0.key < $1.key }) {
            let rows = run.reduce(0) { $0 + $1.rowCount }
            // Full segments side by side gain nothing from a merge.
            if rows >= 8 * segmentRows { continue }
            classes[(rows.bitWidth - rows.leadingZeroBitCount) / 2, default: []].append(run)
        }
        for (_, group) in classes.sorted(by: { $0.key < $1.key }) where group.count >= runsMin {
            let chosen = group.flatMap { $0 }
            let rows = chosen.reduce(0) { $0 + $1.rowCount }
            if rows > rowsMax { continue }
            if isOrdered(chosen, table.spec), chosen.allSatisfy({ $0.rowCount * 2 > segmentRows }) {
                continue
            }
            return chosen
        }
        return []
    }

    /// Everything that is not a full, clean segment that overlaps no other.
    static func forced(_ table: TableVersion, rowsMax: Int) -> [SegmentFragment] {
        let hot = table.segments.filter { $0.tier == .hot }
        var chosen: [SegmentFragment] = []
        for segment in hot {
            let isClean =
                segment.deleted == nil
                && segment.segment.columns.map(\.id) == table.spec.columns.map(\.id)
                && segment.segment.footer.sortKey == table.spec.sortKey
            let isFull = segment.rowCount * 10 >= rowsMax * 9
            let others = hot.filter { $0.id != segment.id }
            if !isClean || !isFull || others.contains(where: { overlap($0, segment, table.spec) }) {
                chosen.append(segment)
            }
        }
        // One small clean segment alone stays small.
        if chosen.count == 1, let only = chosen.first, only.deleted == nil,
            only.segment.columns.map(\.id) == table.spec.columns.map(\.id),
            only.segment.footer.sortKey == table.spec.sortKey
        {
            return []
        }
        return chosen
    }

    private static func isOrdered(_ segments: [SegmentFragment], _ spec: TableSpec) -> Bool {
        for (place, segment) in segments.enumerated() {
            for other in segments[..<place] where overlap(segment, other, spec) { return false }
        }
        return true
    }

    /// Whether the ranges of the sort key's first column have more than an end in common.
    private static func overlap(
        _ a: SegmentFragment, _ b: SegmentFragment, _ spec: TableSpec
    ) -> Bool {
        guard let column = spec.sortKey.first, let x = a.segment.bounds(column: column),
            let y = b.segment.bounds(column: column), x.hasBounds, y.hasBounds
        else { return false }
        return RowCompare.isBelow(x.min, y.max) && RowCompare.isBelow(y.min, x.max)
    }
}
