import Basics
import Planning
import Vectors

/// Turns a frame clause into ranges of ordered rows.
final class WindowFrameBounds {
    private let frame: WindowFrame
    private let template: WindowCall
    private let partitions: WindowPartitions
    private let context: QueryContext

    init(
        _ frame: WindowFrame, _ template: WindowCall, _ partitions: WindowPartitions,
        _ context: QueryContext
    ) {
        self.frame = frame
        self.template = template
        self.partitions = partitions
        self.context = context
    }

    var excludesNothing: Bool { if case .noOthers = frame.exclusion { true } else { false } }

    /// Whether every row's frame is its whole partition.
    var isWholePartition: Bool {
        guard excludesNothing, case .unboundedPreceding = frame.start else { return false }
        if case .unboundedFollowing = frame.end { return true }
        guard case .currentRow = frame.end, template.order.isEmpty else { return false }
        if case .rows = frame.mode { return false }
        return true
    }

    /// The frame of a row before any exclusion.
    func range(_ row: Int, _ partition: Range<Int>) throws -> Range<Int> {
        let start = try bound(frame.start, row, partition, isStart: true)
        let end = try bound(frame.end, row, partition, isStart: false)
        let low = min(max(start, partition.lowerBound), partition.upperBound)
        let high = min(max(end, partition.lowerBound), partition.upperBound)
        return low..<max(low, high)
    }

    /// The frame of a row without what EXCLUDE leaves out.
    func rows(_ row: Int, _ partition: Range<Int>) throws -> FrameRows {
        let range = try range(row, partition)
        switch frame.exclusion {
        case .noOthers: return FrameRows(range)
        case .currentRow: return FrameRows(range, without: row..<(row + 1))
        case .group: return FrameRows(range, without: peers(row))
        case .ties: return FrameRows(range, without: peers(row), keeping: row)
        }
    }

    private func peers(_ row: Int) -> Range<Int> {
        partitions.peers.start[row]..<partitions.peers.end[row]
    }

    private func bound(
        _ bound: WindowFrame.Bound, _ row: Int, _ partition: Range<Int>, isStart: Bool
    ) throws -> Int {
        switch bound {
        case .unboundedPreceding: return partition.lowerBound
        case .unboundedFollowing: return partition.upperBound
        case .currentRow:
            if case .rows = frame.mode { return isStart ? row : row + 1 }
            return isStart ? partitions.peers.start[row] : partitions.peers.end[row]
        case .preceding(let offset, let shift):
            return try moved(offset, shift, -1, row, partition, isStart)
        case .following(let offset, let shift):
            return try moved(offset, shift, 1, row, partition, isStart)
        }
    }

    private var offsets: (start: Vector?, end: Vector?) = (nil, nil)

    /// An offset's value, computed once.
    private func value(_ offset: Expression, _ isStart: Bool) throws -> Vector {
        if let known = isStart ? offsets.start : offsets.end { return known }
        let made = try Compiled.compile(offset, Layout([], nil))
            .evaluate(Batch(columns: [], count: 1), context)
        if isStart { offsets.start = made } else { offsets.end = made }
        return made
    }

    private func moved(
        _ offset: Expression, _ shift: ScalarFunction?, _ sign: Int, _ row: Int,
        _ partition: Range<Int>, _ isStart: Bool
    ) throws -> Int {
        let value = try value(offset, isStart)
        if case .range = frame.mode {
            return try byValue(value, shift, row, partition, isStart)
        }
        let name = isStart ? "starting" : "ending"
        guard case .int(let amount) = value.datum(at: 0) else {
            throw SQLError(SQLState("22004"), "frame \(name) offset must not be null")
        }
        guard amount >= 0 else {
            throw SQLError(SQLState("22013"), "frame \(name) offset must not be negative")
        }
        let steps = Int(clamping: min(amount, Int64(partition.count + 1))) * sign
        if case .rows = frame.mode { return isStart ? row + steps : row + steps + 1 }
        return groupBound(row, steps, partition, isStart)
    }

    private func groupBound(
        _ row: Int, _ steps: Int, _ partition: Range<Int>, _ isStart: Bool
    ) -> Int {
        let (start, end) = partitions.peers
        var place = row
        var left = abs(steps)
        while left > 0 {
            if steps < 0 {
                let before = start[place] - 1
                if before < partition.lowerBound { return partition.lowerBound }
                place = before
            } else {
                let after = end[place]
                if after >= partition.upperBound { return partition.upperBound }
                place = after
            }
            left -= 1
        }
        return isStart ? start[place] : end[place]
    }

    /// RANGE with an offset: the key moved by it, found among the partition's keys.
    private func byValue(
        _ offset: Vector, _ shift: ScalarFunction?, _ row: Int,
        _ partition: Range<Int>, _ isStart: Bool
    ) throws -> Int {
        guard let shift, let column = partitions.orderColumns.first,
            let key = template.order.first
        else { throw SQLError(.windowingError, "RANGE with offset needs one ORDER BY column") }
        if column.isNull(row) {
            return isStart ? partitions.peers.start[row] : partitions.peers.end[row]
        }
        let current = Vector.constant(column.datum(at: row), column.type, count: 1)
        // The moved key may have another type (date + interval is a timestamp): compare in that one.
        let type = shift.resultType([column.type, offset.type])
        let limit = try shift.evaluate(
            context.evaluation, [current, offset], count: 1, result: type)
        let keys = try partitions.orderKeys(as: type)
        var (low, high) = (partition.lowerBound, partition.upperBound)
        while low < high {
            let middle = (low + high) / 2
            let before: Bool
            if column.isNull(middle) {
                before = key.nullsFirst
            } else {
                var order = Vector.compare(keys, middle, limit, 0)
                if key.descending { order = -order }
                before = isStart ? order < 0 : order <= 0
            }
            if before { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// The rows of one frame: what lies before a hole, perhaps one row in it, and what lies behind.
struct FrameRows {
    let before: Range<Int>
    let inside: Range<Int>
    let behind: Range<Int>

    init(_ range: Range<Int>) {
        before = range
        inside = range.upperBound..<range.upperBound
        behind = inside
    }

    init(_ range: Range<Int>, without hole: Range<Int>, keeping row: Int? = nil) {
        before = range.clamped(to: range.lowerBound..<max(range.lowerBound, hole.lowerBound))
        behind = range.clamped(to: min(range.upperBound, hole.upperBound)..<range.upperBound)
        if let row, range.contains(row) {
            inside = row..<(row + 1)
        } else {
            inside = hole.lowerBound..<hole.lowerBound
        }
    }

    var first: Int? {
        for part in [before, inside, behind] where !part.isEmpty { return part.lowerBound }
        return nil
    }
    var last: Int? {
        for part in [behind, inside, before] where !part.isEmpty { return part.upperBound - 1 }
        return nil
    }

    /// The n-th row, counted from 0.
    func place(_ n: Int) -> Int? {
        var left = n
        for part in [before, inside, behind] {
            if left < part.count { return part.lowerBound + left }
            left -= part.count
        }
        return nil
    }
}
