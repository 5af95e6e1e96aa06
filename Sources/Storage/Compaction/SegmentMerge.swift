import Vectors

/// Merges sorted segments into one run, without deleted rows and dropped columns.
///
/// Holds one batch per input and the segment being written.
enum SegmentMerge {
    /// Merges; the result has a map for every input.
    static func write(
        _ inputs: [SegmentFragment], spec: TableSpec, into writer: inout RunWriter
    ) throws -> [RowMap] {
        var merge = Merge(inputs, spec: spec)
        try merge.run(into: &writer)
        return merge.maps
    }

    private struct Merge {
        var cursors: [SegmentCursor]
        /// Row of each cursor's batch that is next.
        var positions: [Int]
        /// Cursors that have rows, as a binary heap, least row first.
        var heap: [Int] = []
        var picks: [RowPick] = []
        var maps: [RowMap]
        var written = 0
        let spec: TableSpec
        let key: [Int]

        init(_ inputs: [SegmentFragment], spec: TableSpec) {
            self.spec = spec
            key = spec.sortKey.compactMap { spec.index(of: $0) }
            cursors = inputs.map { SegmentCursor($0, columns: spec.columns) }
            positions = Array(repeating: 0, count: inputs.count)
            maps = inputs.map {
                RowMap(places: Array(repeating: RowMap.dropped, count: $0.rowCount))
            }
        }

        mutating func run(into writer: inout RunWriter) throws {
            for index in cursors.indices where try cursors[index].advance() {
                heap.append(index)
                siftUp(heap.count - 1)
            }
            while let cursor = heap.first {
                picks.append(RowPick(source: UInt32(cursor), row: UInt32(positions[cursor])))
                maps[cursor].places[Int(cursors[cursor].rows[positions[cursor]])] =
                    UInt32(written + picks.count - 1)
                positions[cursor] += 1
                let isSpent = positions[cursor] == cursors[cursor].batch.count
                if isSpent || picks.count == TailBatches.rowsMax { try drain(into: &writer) }
                if isSpent {
                    positions[cursor] = 0
                    if try !cursors[cursor].advance() {
                        heap[0] = heap[heap.count - 1]
                        heap.removeLast()
                    }
                }
                siftDown()
            }
        }

        mutating func drain(into writer: inout RunWriter) throws {
            // Sources are compacted to the cursors that were picked: others may have no batch.
            var place = [UInt32](repeating: .max, count: cursors.count)
            var batches: [Batch] = []
            for index in picks.indices {
                let cursor = Int(picks[index].source)
                if place[cursor] == .max {
                    place[cursor] = UInt32(batches.count)
                    batches.append(cursors[cursor].batch)
                }
                picks[index].source = place[cursor]
            }
            try picks.withUnsafeBufferPointer {
                try writer.append(TailBatches.gather(batches, columns: spec.columns, picks: $0))
            }
            written += picks.count
            picks.removeAll(keepingCapacity: true)
        }

        func precedes(_ a: Int, _ b: Int) -> Bool {
            for column in key {
                let order = RowCompare.order(
                    cursors[a].batch.columns[column], positions[a],
                    cursors[b].batch.columns[column], positions[b])
                if order != 0 { return order < 0 }
            }
            return a < b
        }

        mutating func siftUp(_ start: Int) {
            var at = start
            while at > 0, precedes(heap[at], heap[(at - 1) / 2]) {
                heap.swapAt(at, (at - 1) / 2)
                at = (at - 1) / 2
            }
        }

        mutating func siftDown() {
            var at = 0
            while true {
                var least = at
                for child in [2 * at + 1, 2 * at + 2]
                where child < heap.count && precedes(heap[child], heap[least]) { least = child }
                if least == at { return }
                heap.swapAt(at, least)
                at = least
            }
        }
    }
}
