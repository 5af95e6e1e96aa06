import Basics
import Planning
import Vectors

/// Aggregates over frames. One that is the whole partition is a group; sums and counts of integers are
/// differences of running totals; extremes of frames that only move forward keep a queue of
/// candidates. Everything else is computed frame by frame, going on where the last frame ended.
extension WindowEvaluator {
    func aggregate(_ function: AggregateFunction) throws -> Vector {
        if frames.isWholePartition { return try wholePartitions(function) }
        if frames.excludesNothing {
            switch function {
            case .countStar, .count, .sum, .avg:
                if let totals = try runningTotals(function) { return totals }
            case .min, .max:
                if let extremes = try movingExtremes(function == .max) { return extremes }
            default: break
            }
        }
        return try frameByFrame(function)
    }

    private func isCounted(_ row: Int) -> Bool {
        guard let filter else { return true }
        return !filter.isNull(row) && filter.pointer(UInt8.self)[row & filter.rowMask] != 0
    }

    private func wholePartitions(_ function: AggregateFunction) throws -> Vector {
        var groups = [UInt32](repeating: 0, count: count)
        for (number, partition) in partitions.partitions.enumerated() {
            for row in partition { groups[row] = UInt32(truncatingIfNeeded: number) }
        }
        let state = try makeState(function)
        state.resize(partitions.partitions.count)
        var rows: [UInt32]?
        if filter != nil {
            rows = (0..<count).filter(isCounted).map { UInt32(truncatingIfNeeded: $0) }
        }
        let inputs = rows.map { rows in arguments.map { $0.gather(rows) } } ?? arguments
        let places = rows.map { rows in rows.map { groups[Int($0)] } } ?? groups
        try places.withUnsafeBufferPointer {
            if let base = $0.baseAddress { try state.update(base, inputs, places.count) }
        }
        return try state.result(0..<partitions.partitions.count, type).gather(groups)
    }

    /// nil where the argument is not an integer in memory.
    private func runningTotals(_ function: AggregateFunction) throws -> Vector? {
        var sums: [Int128] = []
        let isSum = function == .sum || function == .avg
        if isSum {
            guard let argument = arguments.first, !argument.type.isObjectID,
                try makeState(function) is IntegerSumState
            else { return nil }
            switch argument.physical {
            case .int16: sums = running(argument, Int16.self)
            case .int32: sums = running(argument, Int32.self)
            case .int64: sums = running(argument, Int64.self)
            default: return nil
            }
        }
        var counts = [Int64](repeating: 0, count: count + 1)
        for row in 0..<count {
            let isNull = arguments.first?.isNull(row) ?? false
            counts[row + 1] = counts[row] + (!isNull && isCounted(row) ? 1 : 0)
        }
        var totals: [(sum: Int128, count: Int64)] = []
        totals.reserveCapacity(count)
        for partition in partitions.partitions {
            try context.cancellation.check()
            for row in partition {
                let range = try frames.range(row, partition)
                let number = counts[range.upperBound] - counts[range.lowerBound]
                totals.append(
                    (isSum ? sums[range.upperBound] - sums[range.lowerBound] : 0, number))
            }
        }
        if isSum, let argument = arguments.first {
            return try IntegerSumState.result(
                totals, scale: max(argument.type.unitScale, 0), isAverage: function == .avg, type)
        }
        let result = Vector(type, capacity: count)
        result.count = count
        let out = result.pointer(Int64.self)
        for row in 0..<count { out[row] = totals[row].count }
        return result
    }

    private func running<T: FixedWidthInteger & SignedInteger>(
        _ argument: Vector, _: T.Type
    ) -> [Int128] {
        let values = argument.pointer(T.self)
        let mask = argument.rowMask
        var sums = [Int128](repeating: 0, count: count + 1)
        for row in 0..<count {
            let isCounted = !argument.isNull(row) && isCounted(row)
            sums[row + 1] = sums[row] + (isCounted ? Int128(values[row & mask]) : 0)
        }
        return sums
    }

    /// nil where frames move backwards or the result has another type than the argument.
    private func movingExtremes(_ isMaximum: Bool) throws -> Vector? {
        guard let argument = arguments.first, argument.type == type else { return nil }
        var chosen = [UInt32](repeating: .max, count: count)
        for partition in partitions.partitions {
            try context.cancellation.check()
            // Candidates in order of rows, each strictly better than all behind it.
            var queue: [Int] = []
            var head = 0
            var taken = partition.lowerBound..<partition.lowerBound
            for row in partition {
                let range = try frames.range(row, partition)
                guard range.lowerBound >= taken.lowerBound, range.upperBound >= taken.upperBound
                else { return nil }
                for next in max(taken.upperBound, range.lowerBound)..<max(
                    taken.upperBound, range.upperBound)
                where !argument.isNull(next) && isCounted(next) {
                    while queue.count > head {
                        let order = Vector.compare(argument, queue[queue.count - 1], argument, next)
                        if isMaximum ? order > 0 : order < 0 { break }
                        queue.removeLast()
                    }
                    queue.append(next)
                }
                while head < queue.count, queue[head] < range.lowerBound { head += 1 }
                if head < queue.count { chosen[row] = UInt32(truncatingIfNeeded: queue[head]) }
                taken = range
            }
        }
        return pick(argument, chosen)
    }

    private func frameByFrame(_ function: AggregateFunction) throws -> Vector {
        let builder = VectorBuilder(type, capacity: max(count, 1))
        var held = 0
        defer { context.memory.release(held) }
        for partition in partitions.partitions {
            var state = try makeState(function)
            var taken = partition.lowerBound..<partition.lowerBound
            var last: Datum?
            for row in partition {
                try context.cancellation.check()
                if frames.excludesNothing {
                    let range = try frames.range(row, partition)
                    if range == taken, let last {
                        builder.append(last)
                        continue
                    }
                    if range.upperBound >= taken.upperBound, range.lowerBound >= taken.lowerBound,
                        try leave(state, taken.lowerBound..<range.lowerBound, of: taken)
                    {
                        try feed(state, taken.upperBound..<range.upperBound)
                    } else {
                        state = try makeState(function)
                        try feed(state, range)
                    }
                    taken = range
                } else {
                    let rows = try frames.rows(row, partition)
                    state = try makeState(function)
                    for part in [rows.before, rows.inside, rows.behind] { try feed(state, part) }
                }
                let value = try state.result(0..<1, type).datum(at: 0)
                if case .bytes(let bytes) = value {
                    try context.memory.reserve(bytes.count)
                    held += bytes.count
                }
                last = value
                builder.append(value)
            }
        }
        return builder.single()
    }

    private func makeState(_ function: AggregateFunction) throws -> AggregateState {
        let state =
            try AggregateState.make(function, call.call.arguments.map(\.type), type)
            ?? CollectState(
                AggregateCall(
                    function: function, arguments: call.call.arguments, type: type), context)
        state.resize(1)
        return state
    }

    private func feed(_ state: AggregateState, _ rows: Range<Int>) throws {
        try inPieces(rows) { groups, inputs, count in
            try state.update(groups, inputs, count)
            return true
        }
    }

    /// Takes the frame's first rows out of the state again; false where it has to start anew.
    private func leave(
        _ state: AggregateState, _ rows: Range<Int>, of frame: Range<Int>
    ) throws -> Bool {
        if rows.isEmpty { return true }
        // More leaves than stays: quicker anew.
        guard rows.count < frame.count - rows.count else { return false }
        return try inPieces(rows) { try state.remove($0, $1, $2) }
    }

    /// Hands rows to a state of one group; false as soon as `take` says so.
    @discardableResult
    private func inPieces(
        _ rows: Range<Int>,
        _ take: (UnsafePointer<UInt32>, [Vector], Int) throws -> Bool
    ) throws -> Bool {
        var start = rows.lowerBound
        while start < rows.upperBound {
            try context.cancellation.check()
            let end = min(start + 8192, rows.upperBound)
            let chosen = (start..<end).filter(isCounted).map { UInt32(truncatingIfNeeded: $0) }
            start = end
            if chosen.isEmpty { continue }
            let zeros = [UInt32](repeating: 0, count: chosen.count)
            let inputs = arguments.map { $0.gather(chosen) }
            let isTaken = try withExtendedLifetime(inputs) {
                try zeros.withUnsafeBufferPointer { groups in
                    try groups.baseAddress.map { try take($0, inputs, chosen.count) } ?? true
                }
            }
            if !isTaken { return false }
        }
        return true
    }
}
