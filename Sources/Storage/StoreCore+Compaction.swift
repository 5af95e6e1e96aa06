import Basics
import Encodings
import Vectors

extension StoreCore {
    /// Merges all hot segments of a table that are small, overlap, or hold dead rows or columns.
    func compact(_ id: UInt32) throws {
        try compacting.withLock { _ in
            guard let table = snapshot().version.tables[id] else { return }
            let inputs = CompactionPlan.forced(table, rowsMax: shop.rowsMax)
            if !inputs.isEmpty { try merge(inputs, of: id, threads: shop.threads) }
        }
    }

    /// One round of compaction over all tables; true where something was done.
    private func compactDue() throws -> Bool {
        try compacting.withLock { _ in
            var isDone = false
            for (id, table) in snapshot().version.tables {
                let inputs = CompactionPlan.due(table, rowsMax: shop.rowsMax)
                if inputs.isEmpty { continue }
                // Queries go first: the background takes one thread.
                try merge(inputs, of: id, threads: 1)
                isDone = true
            }
            return isDone
        }
    }

    private func merge(_ inputs: [SegmentFragment], of id: UInt32, threads: Int) throws {
        guard let spec = snapshot().version.tables[id]?.spec else { return }
        let made = try SegmentMerge.write(
            inputs, spec: spec, tier: .hot, shop: shop, threads: threads, check: checkOpen)
        try replace(inputs.map(Fragment.segment), of: id, maps: made.maps, run: made.files)
    }

    private func checkOpen() throws {
        if work.read({ $0.isClosed }) {
            throw SQLError(.adminShutdown, "the store is closing")
        }
    }

    /// Rewrites segments into the archive, each read back before the hot file goes.
    func age(_ id: UInt32, below bound: Datum) throws -> AgeReport {
        try compacting.withLock { _ in
            var report = AgeReport()
            guard let table = snapshot().version.tables[id] else {
                throw SQLError(.undefinedTable, "table number \(id) does not exist")
            }
            guard let column = table.spec.sortKey.first else {
                throw SQLError(
                    .objectNotInPrerequisiteState, "a table without a sort key cannot be aged")
            }
            for segment in table.segments where segment.tier == .hot {
                guard let zone = segment.segment.bounds(column: column), zone.nullCount == 0,
                    zone.hasBounds, RowCompare.isBelow(zone.max, bound)
                else { continue }
                try age(segment, of: id, spec: table.spec, &report)
            }
            return report
        }
    }

    private func age(
        _ segment: SegmentFragment, of id: UInt32, spec: TableSpec, _ report: inout AgeReport
    ) throws {
        let made = try SegmentMerge.write(
            [segment], spec: spec, tier: .archive, shop: shop, threads: shop.threads,
            check: checkOpen)
        let run = made.files
        do {
            try SegmentCompare.check(
                run, equal: segment, spec: spec, threads: shop.threads)
        } catch {
            for file in run { file.markObsolete() }
            throw error
        }
        guard try replace([.segment(segment)], of: id, maps: made.maps, run: run) else { return }
        report.segments += 1
        report.rows += segment.rowCount - (segment.deleted?.count ?? 0)
        report.bytesBefore += segment.byteCount
        report.bytesAfter += run.reduce(0) { $0 + $1.entry.byteCount }
    }

    static func runCompaction(_ core: () -> StoreCore?) {
        guard let work = core()?.work else { return }
        while true {
            let isClosed = work.wait(until: { $0.compact || $0.isClosed }) { work in
                work.compact = false
                return work.isClosed
            }
            if isClosed { return }
            core()?.attempt { core in
                while try core.compactDue() {
                    if core.work.read({ $0.isClosed }) { return }
                }
            }
        }
    }
}
