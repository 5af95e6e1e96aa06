import Basics
import Vectors

/// One row of one of several sources.
struct RowPick {
    var source: UInt32
    var row: UInt32
}

/// Flat vectors of one type from which rows are picked.
struct GatherSources {
    private let sources: [Vector]
    private let bases: [UnsafeMutableRawPointer]
    private let valid: [UnsafeMutablePointer<UInt8>?]
    private let hasNulls: Bool

    init(_ sources: [Vector]) {
        self.sources = sources
        bases = sources.map(\.data)
        valid = sources.map(\.validity)
        hasNulls = sources.contains(where: \.hasNulls)
    }

    /// Fills a flat vector; string views go on to point where they pointed.
    func gather(_ picks: UnsafeBufferPointer<RowPick>, into target: Vector) {
        switch target.physical.stride {
        case 1: gather(UInt8.self, picks, target)
        case 2: gather(UInt16.self, picks, target)
        case 4: gather(UInt32.self, picks, target)
        case 8: gather(UInt64.self, picks, target)
        case 16: gather(SIMD2<UInt64>.self, picks, target)
        default: gather(SIMD4<UInt64>.self, picks, target)
        }
        if hasNulls {
            let own = target.makeValidity()
            valid.withUnsafeBufferPointer { valid in
                for index in 0..<picks.count {
                    let pick = picks[index]
                    own[index] = valid[Int(pick.source)].map { $0[Int(pick.row)] } ?? 1
                }
            }
        }
        target.count = picks.count
        withExtendedLifetime(sources) {}
    }

    @inline(__always)
    private func gather<T>(
        _: T.Type, _ picks: UnsafeBufferPointer<RowPick>, _ target: Vector
    ) {
        let out = target.pointer(T.self)
        bases.withUnsafeBufferPointer { bases in
            for index in 0..<picks.count {
                let pick = picks[index]
                out[index] = bases[Int(pick.source)].assumingMemoryBound(to: T.self)[Int(pick.row)]
            }
        }
    }
}

/// Copies rows between vectors, strings into an arena of the target.
enum VectorCopy {
    /// Appends rows of a vector (constant or not) to a flat one of the same physical type.
    static func append(_ rows: Range<Int>, of source: Vector, to target: Vector) {
        let at = target.count
        let stride = source.physical.stride
        if source.isConstant {
            for offset in 0..<rows.count {
                (target.data + (at + offset) * stride).copyMemory(
                    from: source.data, byteCount: stride)
            }
        } else {
            (target.data + at * stride).copyMemory(
                from: source.data + rows.lowerBound * stride, byteCount: rows.count * stride)
        }
        if let valid = source.validity {
            let own = target.makeValidity()
            let mask = source.rowMask
            for offset in 0..<rows.count {
                own[at + offset] = valid[(rows.lowerBound + offset) & mask]
            }
        }
        if source.physical == .bytes { own(target, at..<(at + rows.count)) }
        target.count = at + rows.count
    }

    /// Fills a flat vector with picked rows; sources are flat.
    static func gather(
        _ sources: [Vector], _ picks: UnsafeBufferPointer<RowPick>, into target: Vector
    ) {
        GatherSources(sources).gather(picks, into: target)
        if target.physical == .bytes { own(target, 0..<picks.count) }
    }

    /// Moves the bytes of string views into one block that the vector owns.
    private static func own(_ vector: Vector, _ rows: Range<Int>) {
        let views = vector.pointer(StringView.self)
        var total = 0
        for row in rows { total += Int(views[row].count) }
        if total == 0 {
            for row in rows { views[row] = .empty }
            return
        }
        let arena = StringArena()
        var free = arena.reserve(total)
        for row in rows {
            let view = views[row]
            free.update(from: view.start, count: Int(view.count))
            views[row].start = UnsafePointer(free)
            free += Int(view.count)
        }
        vector.owners.append(arena)
    }

    /// Appends one value `count` times.
    static func fill(_ datum: Datum, count: Int, to vector: Vector) throws {
        let start = vector.count
        vector.count = start + count
        if datum.isNull {
            for row in start..<(start + count) { vector.setNull(row) }
            return
        }
        let rows = start..<(start + count)
        switch (vector.physical, datum) {
        case (.bool, .bool(let value)):
            for row in rows { vector.pointer(UInt8.self)[row] = value ? 1 : 0 }
        case (.int16, .int(let value)):
            for row in rows { vector.pointer(Int16.self)[row] = Int16(truncatingIfNeeded: value) }
        case (.int32, .int(let value)):
            for row in rows { vector.pointer(Int32.self)[row] = Int32(truncatingIfNeeded: value) }
        case (.int64, .int(let value)):
            for row in rows { vector.pointer(Int64.self)[row] = value }
        case (.int128, .int128(let value)):
            for row in rows { vector.pointer(Int128.self)[row] = value }
        case (.int128, .int(let value)):
            for row in rows { vector.pointer(Int128.self)[row] = Int128(value) }
        case (.float32, .double(let value)):
            for row in rows { vector.pointer(Float.self)[row] = Float(value) }
        case (.float64, .double(let value)):
            for row in rows { vector.pointer(Double.self)[row] = value }
        case (.bytes, .bytes(let bytes)):
            let arena = StringArena()
            let view = bytes.withUnsafeBufferPointer { arena.copy($0) }
            vector.owners.append(arena)
            for row in rows { vector.pointer(StringView.self)[row] = view }
        case (.uuid, .uuid(let value)):
            for row in rows { vector.pointer(UUIDBytes.self)[row] = value }
        case (.interval, .interval(let value)):
            for row in rows { vector.pointer(Interval.self)[row] = value }
        case (.decimal, .decimal(let value)):
            for row in rows { vector.pointer(Decimal.self)[row] = value }
        default:
            throw SQLError(.internalError, "a column's initial value has another type")
        }
    }
}
