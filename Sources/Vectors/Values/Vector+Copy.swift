extension Vector {
    /// A constant vector of `count` logical rows; `datum` must fit the type's physical form.
    package static func constant(_ datum: Datum, _ type: SQLType, count: Int) -> Vector {
        let vector = Vector(type, capacity: 1)
        let arena = StringArena()
        vector.store(datum, at: 0, arena: arena)
        if vector.physical == .bytes { vector.owners.append(arena) }
        vector.isConstant = true
        vector.count = count
        return vector
    }

    /// A constant vector that is NULL in every row.
    package static func nulls(_ type: SQLType, count: Int) -> Vector {
        constant(.null, type, count: count)
    }

    /// Writes one value; bytes are copied into the arena, which the caller keeps among `owners`.
    package func store(_ datum: Datum, at row: Int, arena: StringArena) {
        switch (physical, datum) {
        case (.bool, .bool(let value)): pointer(UInt8.self)[row] = value ? 1 : 0
        case (.int16, .int(let value)):
            pointer(Int16.self)[row] = Int16(truncatingIfNeeded: value)
        case (.int32, .int(let value)):
            pointer(Int32.self)[row] = Int32(truncatingIfNeeded: value)
        case (.int64, .int(let value)): pointer(Int64.self)[row] = value
        case (.int64, .int128(let value)):
            pointer(Int64.self)[row] = Int64(truncatingIfNeeded: value)
        case (.int128, .int128(let value)): pointer(Int128.self)[row] = value
        case (.int128, .int(let value)): pointer(Int128.self)[row] = Int128(value)
        case (.float32, .double(let value)): pointer(Float.self)[row] = Float(value)
        case (.float64, .double(let value)): pointer(Double.self)[row] = value
        case (.bytes, .bytes(let value)):
            pointer(StringView.self)[row] = value.withUnsafeBufferPointer { arena.copy($0) }
        case (.uuid, .uuid(let value)): pointer(UUIDBytes.self)[row] = value
        case (.interval, .interval(let value)): pointer(Interval.self)[row] = value
        case (.decimal, .decimal(let value)): pointer(Decimal.self)[row] = value
        case (.decimal, .int(let value)):
            pointer(Decimal.self)[row] = Decimal(mantissa: Int128(value), scale: 0)
        default:
            setNull(row)
            return
        }
        if let validity { validity[row] = 1 }
    }

    /// The value of a row.
    package func datum(at row: Int) -> Datum {
        // The vector may be a temporary, which pointers into it do not keep.
        defer { withExtendedLifetime(self) {} }
        if isNull(row) { return .null }
        let row = row & rowMask
        switch physical {
        case .bool: return .bool(pointer(UInt8.self)[row] != 0)
        case .int16: return .int(Int64(pointer(Int16.self)[row]))
        case .int32:
            let value = pointer(Int32.self)[row]
            return .int(type.isObjectID ? Int64(UInt32(bitPattern: value)) : Int64(value))
        case .int64: return .int(pointer(Int64.self)[row])
        case .int128: return .int128(pointer(Int128.self)[row])
        case .float32: return .double(Double(pointer(Float.self)[row]))
        case .float64: return .double(pointer(Double.self)[row])
        case .bytes: return .bytes(Array(pointer(StringView.self)[row].buffer))
        case .uuid: return .uuid(pointer(UUIDBytes.self)[row])
        case .interval: return .interval(pointer(Interval.self)[row])
        case .decimal: return .decimal(pointer(Decimal.self)[row])
        }
    }

    /// This vector with every row stored; itself where it is not constant.
    package func flattened() -> Vector {
        guard isConstant else { return self }
        let flat = Vector(type, capacity: max(count, 1))
        flat.appendRows(of: self, from: 0, count: count)
        flat.owners = owners
        flat.stringsLast = stringsLast
        return flat
    }

    /// The rows at `positions`, in that order; strings are shared.
    package func gather(_ positions: UnsafePointer<UInt32>, count: Int) -> Vector {
        if isConstant { return constantCopy(count: count) }
        let result = Vector(type, capacity: count)
        result.count = count
        result.owners = owners
        result.stringsLast = stringsLast
        switch physical.stride {
        case 1: result.move(self, positions, count, UInt8.self)
        case 2: result.move(self, positions, count, UInt16.self)
        case 4: result.move(self, positions, count, UInt32.self)
        case 8: result.move(self, positions, count, UInt64.self)
        case 16: result.move(self, positions, count, UInt128.self)
        default: result.move(self, positions, count, Decimal.self)
        }
        if let validity {
            let target = result.makeValidity()
            for k in 0..<count { target[k] = validity[Int(positions[k])] }
        }
        return result
    }

    package func gather(_ positions: [UInt32]) -> Vector {
        positions.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return slice(0, count: 0) }
            return gather(base, count: buffer.count)
        }
    }

    /// As `gather`, where `UInt32.max` as a position gives NULL: the outer side of a join.
    package func gatherOuter(_ positions: UnsafePointer<UInt32>, count: Int) -> Vector {
        let result = Vector(type, capacity: count)
        result.count = count
        result.owners = owners
        result.stringsLast = stringsLast
        let stride = physical.stride
        for k in 0..<count {
            guard positions[k] != UInt32.max, !isNull(Int(positions[k])) else {
                result.setNull(k)
                continue
            }
            (result.data + k * stride).copyMemory(
                from: data + (Int(positions[k]) & rowMask) * stride, byteCount: stride)
        }
        return result
    }

    @inline(__always)
    private func move<T>(
        _ source: Vector, _ positions: UnsafePointer<UInt32>, _ count: Int, _: T.Type
    ) {
        let (from, to) = (source.pointer(T.self), pointer(T.self))
        for k in 0..<count { to[k] = from[Int(positions[k])] }
    }

    private func constantCopy(count: Int) -> Vector {
        let copy = Vector(type, capacity: 1)
        copy.data.copyMemory(from: data, byteCount: physical.stride)
        if let validity { copy.makeValidity()[0] = validity[0] }
        copy.owners = owners
        copy.stringsLast = stringsLast
        copy.isConstant = true
        copy.count = count
        return copy
    }

    /// `count` rows from `start` on; strings are shared.
    package func slice(_ start: Int, count: Int) -> Vector {
        if isConstant { return constantCopy(count: count) }
        let result = Vector(type, capacity: count)
        result.owners = owners
        result.stringsLast = stringsLast
        result.appendRows(of: self, from: start, count: count)
        return result
    }

    /// Appends rows of another vector of the same physical type; the caller sees to `owners` and room.
    package func appendRows(of other: Vector, from start: Int, count added: Int) {
        let stride = physical.stride
        if other.isConstant {
            for row in 0..<added {
                (data + (count + row) * stride).copyMemory(from: other.data, byteCount: stride)
            }
        } else {
            (data + count * stride).copyMemory(
                from: other.data + start * stride, byteCount: added * stride)
        }
        if let theirs = other.validity {
            let mine = makeValidity()
            let mask = other.rowMask
            for row in 0..<added { mine[count + row] = theirs[(start + row) & mask] }
        } else if let mine = validity {
            (mine + count).update(repeating: 1, count: added)
        }
        count += added
    }

    /// A copy that owns its strings: what outlives the buffers that this vector looks into.
    package func copiedStrings() -> Vector {
        guard physical == .bytes else { return self }
        let copy = isConstant ? constantCopy(count: count) : slice(0, count: count)
        let arena = StringArena()
        let views = copy.pointer(StringView.self)
        for row in 0..<(isConstant ? min(count, 1) : count) { views[row] = arena.copy(views[row]) }
        copy.owners = [arena]
        copy.stringsLast = false
        return copy
    }

    /// The same values under another type of the same physical form.
    package func retyped(_ type: SQLType) -> Vector {
        if type == self.type { return self }
        let copy = Vector(type, capacity: isConstant ? 1 : max(count, 1))
        let rows = isConstant ? 1 : count
        copy.data.copyMemory(from: data, byteCount: rows * physical.stride)
        if let validity { copy.makeValidity().update(from: validity, count: rows) }
        copy.owners = owners
        copy.stringsLast = stringsLast
        copy.isConstant = isConstant
        copy.count = count
        return copy
    }
}
