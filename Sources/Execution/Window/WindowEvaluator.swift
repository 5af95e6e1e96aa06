import Basics
import Planning
import Vectors

/// One window call over ordered rows.
struct WindowEvaluator {
    let call: WindowOperator.Call
    let partitions: WindowPartitions
    let frames: WindowFrameBounds
    let context: QueryContext
    let arguments: [Vector]
    let filter: Vector?

    init(
        _ call: WindowOperator.Call, _ partitions: WindowPartitions, _ template: WindowCall,
        _ context: QueryContext
    ) throws {
        self.call = call
        self.partitions = partitions
        self.context = context
        frames = WindowFrameBounds(call.call.frame, template, partitions, context)
        arguments = try call.arguments.map { try $0.evaluate(partitions.batch, context) }
        filter = try call.filter?.evaluate(partitions.batch, context)
    }

    var type: SQLType { call.call.type }
    var count: Int { partitions.count }

    func evaluate() throws -> Vector {
        switch call.call.function {
        case .rowNumber, .rank, .denseRank: return rank()
        case .percentRank, .cumeDist: return share()
        case .ntile: return try tile()
        case .lag, .lead: return try shifted()
        case .firstValue, .lastValue, .nthValue: return try framed()
        case .aggregate(let function): return try aggregate(function)
        }
    }

    private func rank() -> Vector {
        let result = Vector(type, capacity: count)
        result.count = count
        let out = result.pointer(Int64.self)
        if case .rowNumber = call.call.function {
            for partition in partitions.partitions {
                for row in partition { out[row] = Int64(row - partition.lowerBound + 1) }
            }
            return result
        }
        let isDense = if case .denseRank = call.call.function { true } else { false }
        let start = partitions.peers.start
        for partition in partitions.partitions {
            var dense: Int64 = 0
            for row in partition {
                dense &+= start[row] == row ? 1 : 0
                out[row] = isDense ? dense : Int64(start[row] - partition.lowerBound + 1)
            }
        }
        return result
    }

    private func share() -> Vector {
        let result = Vector(type, capacity: count)
        result.count = count
        let out = result.pointer(Double.self)
        let (start, end) = partitions.peers
        let isPercent = if case .percentRank = call.call.function { true } else { false }
        for partition in partitions.partitions {
            let rows = partition.count
            for row in partition {
                if !isPercent {
                    out[row] = Double(end[row] - partition.lowerBound) / Double(rows)
                } else if rows == 1 {
                    out[row] = 0
                } else {
                    out[row] = Double(start[row] - partition.lowerBound) / Double(rows - 1)
                }
            }
        }
        return result
    }

    private func tile() throws -> Vector {
        let builder = VectorBuilder(type, capacity: max(count, 1))
        for partition in partitions.partitions {
            let rows = partition.count
            for row in partition {
                guard let buckets = integer(0, row) else {
                    builder.append(.null)
                    continue
                }
                guard buckets > 0 else {
                    throw SQLError(
                        SQLState("22014"), "argument of ntile must be greater than zero")
                }
                let tiles = Int(min(buckets, Int64(rows)))
                let (size, extra) = (rows / tiles, rows % tiles)
                let cut = extra * (size + 1)
                let place = row - partition.lowerBound
                let tile = place < cut ? place / (size + 1) : extra + (place - cut) / size
                builder.append(.int(Int64(tile + 1)))
            }
        }
        return builder.single()
    }

    func integer(_ argument: Int, _ row: Int) -> Int64? {
        guard argument < arguments.count,
            case .int(let value) = arguments[argument].datum(at: row)
        else { return nil }
        return value
    }

    private func shifted() throws -> Vector {
        let isLag = if case .lag = call.call.function { true } else { false }
        var chosen = [UInt32](repeating: .max, count: count)
        var isOutside = [Bool](repeating: false, count: arguments.count > 2 ? count : 0)
        let hasConstantOffset = arguments.count < 2 || arguments[1].isConstant
        let fixed = hasConstantOffset && count > 0 ? integer(1, 0) ?? 1 : 1
        for partition in partitions.partitions {
            try context.cancellation.check()
            for row in partition {
                if arguments.count > 1, arguments[1].isNull(row) { continue }
                let offset = Int(clamping: hasConstantOffset ? fixed : integer(1, row) ?? 1)
                let (target, overflow) =
                    isLag
                    ? row.subtractingReportingOverflow(offset)
                    : row.addingReportingOverflow(offset)
                if !overflow, partition.contains(target) {
                    chosen[row] = UInt32(truncatingIfNeeded: target)
                } else if arguments.count > 2 {
                    isOutside[row] = true
                }
            }
        }
        guard arguments.count > 2 else { return pick(arguments[0], chosen) }
        let builder = VectorBuilder(type, capacity: max(count, 1))
        for row in 0..<count {
            if isOutside[row] {
                builder.append(arguments[2].datum(at: row))
            } else {
                builder.append(
                    chosen[row] == .max ? .null : arguments[0].datum(at: Int(chosen[row])))
            }
        }
        return builder.single()
    }

    private func framed() throws -> Vector {
        var chosen = [UInt32](repeating: .max, count: count)
        for partition in partitions.partitions {
            try context.cancellation.check()
            for row in partition {
                let rows = try frames.rows(row, partition)
                let place: Int?
                switch call.call.function {
                case .firstValue: place = rows.first
                case .lastValue: place = rows.last
                default:
                    guard let nth = integer(1, row) else { continue }
                    guard nth > 0 else {
                        throw SQLError(
                            SQLState("22016"), "argument of nth_value must be greater than zero")
                    }
                    place = rows.place(Int(clamping: nth) - 1)
                }
                if let place { chosen[row] = UInt32(truncatingIfNeeded: place) }
            }
        }
        return pick(arguments[0], chosen)
    }

    /// The argument's values at the given rows, NULL where there is none.
    func pick(_ source: Vector, _ rows: [UInt32]) -> Vector {
        if source.type == type {
            return rows.withUnsafeBufferPointer { buffer in
                buffer.baseAddress.map { source.gatherOuter($0, count: rows.count) }
                    ?? Vector(type, capacity: 1)
            }
        }
        let builder = VectorBuilder(type, capacity: max(rows.count, 1))
        for row in rows { builder.append(row == .max ? .null : source.datum(at: Int(row))) }
        return builder.single()
    }
}
