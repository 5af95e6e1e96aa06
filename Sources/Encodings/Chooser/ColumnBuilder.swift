import Basics
import Vectors

/// Collects the rows of one column of a segment, then encodes them as a whole.
///
/// Integers are held as Int64, strings as numbers of distinct values while few are distinct, everything
/// else as in vectors. Used by one thread at a time; different columns may be encoded concurrently.
package final class ColumnBuilder: @unchecked Sendable {
    /// More distinct strings than this are not worth a dictionary.
    static let distinctMax = 524_288
    /// Rows after which a column of mostly distinct strings stops counting them.
    static let distinctTrial = 65_536

    package let type: SQLType
    let physical: PhysicalType
    package private(set) var rowCount = 0
    private(set) var nullCount = 0
    /// Int64, numbers of distinct strings (UInt32) or string views, or raw values.
    private(set) var values = GrowingBuffer()
    /// A byte per row once some row is NULL.
    private(set) var validity: GrowingBuffer?
    let arena = StringArena()
    /// nil once the strings proved too distinct; `values` holds views from then on.
    private(set) var interner: BytesInterner?
    /// Bytes of all strings, repeated ones counted each time.
    private(set) var stringBytes = 0

    package init(type: SQLType) {
        self.type = type
        physical = type.physical
        if physical == .bytes { interner = BytesInterner(arena: arena) }
    }

    deinit {
        values.deallocate()
        validity?.deallocate()
    }

    /// Lets the memory go; the builder is of no use afterwards.
    package func release() {
        values.deallocate()
        values = GrowingBuffer(bytes: 0)
        validity?.deallocate()
        validity = nil
        interner = nil
    }

    /// Makes room for that many rows, so that the buffer need not grow.
    package func reserve(rows: Int) {
        guard rowCount == 0, physical != .bytes else { return }
        let stride =
            switch physical {
            case .bool, .int16, .int32, .int64: 8
            default: physical.stride
            }
        values.deallocate()
        values = GrowingBuffer(bytes: rows * stride)
    }

    /// Estimate of the memory held.
    package var byteCount: Int {
        values.byteCount + arena.byteCount + (validity?.byteCount ?? 0)
            + (interner.map { $0.values.count * 40 } ?? 0)
    }

    /// Copies the vector's first `count` rows; its physical type is the column's.
    package func append(_ vector: Vector, count: Int) throws {
        guard vector.physical == physical, count <= vector.count else {
            throw SQLError(.internalError, "column of \(vector.type) where \(type) is expected")
        }
        if physical == .decimal { try checkScales(vector, count) }
        appendValidity(vector.validity, count)
        switch physical {
        case .bool: widen(vector.pointer(UInt8.self), count)
        case .int16: widen(vector.pointer(Int16.self), count)
        case .int32: widen(vector.pointer(Int32.self), count)
        case .int64, .int128, .float32, .float64, .uuid, .interval, .decimal:
            let bytes = count * physical.stride
            values.extend(by: bytes).copyMemory(from: vector.data, byteCount: bytes)
        case .bytes: appendStrings(vector.pointer(StringView.self), vector.validity, count)
        }
        rowCount += count
    }

    /// Appends integers none of which is NULL; the type is physically int32 or int64, and they fit it.
    package func append(integers: UnsafePointer<Int64>, count: Int) {
        appendValidity(nil, count)
        values.extend(by: count * 8).copyMemory(from: integers, byteCount: count * 8)
        rowCount += count
    }

    private func widen<T: FixedWidthInteger>(_ from: UnsafeMutablePointer<T>, _ count: Int) {
        let to = values.extend(by: count * 8).assumingMemoryBound(to: Int64.self)
        for row in 0..<count { to[row] = Int64(truncatingIfNeeded: from[row]) }
    }

    private func appendValidity(_ bytes: UnsafeMutablePointer<UInt8>?, _ count: Int) {
        var nulls = 0
        if let bytes {
            for row in 0..<count { nulls += bytes[row] == 0 ? 1 : 0 }
        }
        if nulls == 0, validity == nil { return }
        nullCount += nulls
        var buffer = validity ?? GrowingBuffer()
        if validity == nil {
            buffer.extend(by: rowCount).initializeMemory(
                as: UInt8.self, repeating: 1, count: rowCount)
        }
        let to = buffer.extend(by: count).assumingMemoryBound(to: UInt8.self)
        for row in 0..<count { to[row] = bytes.map { $0[row] == 0 ? 0 : 1 } ?? 1 }
        validity = buffer
    }

    private func checkScales(_ vector: Vector, _ count: Int) throws {
        let decimals = vector.pointer(Decimal.self)
        for row in 0..<count where !vector.isNull(row) && !decimals[row].isNaN {
            guard (0...Int16(PlainValues.scaleMax)).contains(decimals[row].scale) else {
                throw SQLError(
                    .numericValueOutOfRange, "numeric with \(decimals[row].scale) decimal places")
            }
        }
    }

    private func appendStrings(
        _ views: UnsafeMutablePointer<StringView>, _ valid: UnsafeMutablePointer<UInt8>?,
        _ count: Int
    ) {
        var row = 0
        if interner != nil {
            while row < count, interner != nil { row = intern(views, valid, from: row, to: count) }
        }
        let left = count - row
        guard left > 0 else { return }
        let stride = MemoryLayout<StringView>.stride
        let to = values.extend(by: left * stride).assumingMemoryBound(to: StringView.self)
        for index in 0..<left {
            let isValid = valid.map { $0[row + index] != 0 } ?? true
            to[index] = isValid ? arena.copy(views[row + index]) : StringView.empty
            stringBytes += Int(to[index].count)
        }
    }

    /// Interns rows until done or until the values are too distinct; returns the next row.
    private func intern(
        _ views: UnsafeMutablePointer<StringView>, _ valid: UnsafeMutablePointer<UInt8>?,
        from: Int, to: Int
    ) -> Int {
        guard var table = interner.take() else { return from }
        let numbers = values.extend(by: (to - from) * 4).assumingMemoryBound(to: UInt32.self)
        var lastNumber: UInt32 = 0
        var lastView = StringView.empty
        var hasLast = false
        for row in from..<to {
            guard valid.map({ $0[row] != 0 }) ?? true else {
                numbers[row - from] = 0
                continue
            }
            let view = views[row]
            // Sorted and clustered columns repeat: a comparison is cheaper than a hash.
            if !hasLast || !ByteOrder.isEqual(view, lastView) {
                lastNumber = table.intern(view)
                lastView = table.values[Int(lastNumber)]
                hasLast = true
            }
            numbers[row - from] = lastNumber
            stringBytes += Int(view.count)
        }
        interner = table
        let seen = rowCount + to
        let distinct = table.values.count
        if distinct > Self.distinctMax || (seen >= Self.distinctTrial && distinct > seen / 4 * 3) {
            giveUpInterning(rows: values.byteCount / 4)
        }
        return to
    }

    /// Turns the numbers into views.
    private func giveUpInterning(rows: Int) {
        guard let table = interner.take() else { return }
        let numbers = values.pointer(UInt32.self)
        var views = GrowingBuffer()
        let to = views.extend(by: rows * MemoryLayout<StringView>.stride)
            .assumingMemoryBound(to: StringView.self)
        let valid = validity?.pointer(UInt8.self)
        for row in 0..<rows {
            let isValid = valid.map { $0[row] != 0 } ?? true
            to[row] = isValid ? table.values[Int(numbers[row])] : StringView.empty
        }
        values.deallocate()
        values = views
        interner = nil
    }
}

extension Optional {
    /// The value, leaving nil: the holder is unique while it is changed.
    fileprivate mutating func take() -> Wrapped? {
        defer { self = nil }
        return self
    }
}
