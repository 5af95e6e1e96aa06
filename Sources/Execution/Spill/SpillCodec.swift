import Basics
import Vectors

/// Bytes of a batch in a temporary file: the vectors' memory as it is, strings as lengths and bytes.
///
///     UInt32 rows, then for each column:
///     UInt8  1 if a validity byte a row follows
///     data   rows × stride; strings: rows × UInt32 lengths, then their bytes
///
/// Only the process that wrote them reads them, with the types at hand.
enum SpillCodec {
    static func write(_ batch: Batch, to out: inout ByteWriter) {
        out.integer(UInt32(truncatingIfNeeded: batch.count))
        for column in batch.columns { write(column.flattened(), batch.count, to: &out) }
    }

    private static func write(_ vector: Vector, _ count: Int, to out: inout ByteWriter) {
        out.integer(UInt8(vector.hasNulls ? 1 : 0))
        if let validity = vector.validity {
            out.append(UnsafeRawBufferPointer(start: validity, count: count))
        }
        guard vector.physical == .bytes else {
            out.append(
                UnsafeRawBufferPointer(start: vector.data, count: count * vector.physical.stride))
            return
        }
        let views = vector.pointer(StringView.self)
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: max(count, 1)) { lengths in
            for row in 0..<count { lengths[row] = UInt32(truncatingIfNeeded: views[row].count) }
            out.append(
                UnsafeRawBufferPointer(start: lengths.baseAddress, count: count * 4))
        }
        for row in 0..<count { out.append(UnsafeRawBufferPointer(views[row].buffer)) }
    }

    static func read(_ types: [SQLType], from reader: inout ByteReader) throws -> Batch {
        let count = Int(try reader.integer(UInt32.self))
        let columns = try types.map { try readVector($0, count, &reader) }
        return Batch(columns: columns, count: count)
    }

    private static func readVector(
        _ type: SQLType, _ count: Int, _ reader: inout ByteReader
    ) throws -> Vector {
        let hasNulls = try reader.integer(UInt8.self) != 0
        let validity = try reader.slice(hasNulls ? count : 0)
        let vector = Vector(type, capacity: max(count, 1))
        vector.count = count
        if let base = validity.baseAddress, hasNulls {
            UnsafeMutableRawPointer(vector.makeValidity()).copyMemory(
                from: base, byteCount: count)
        }
        guard vector.physical == .bytes else {
            let raw = try reader.slice(count * vector.physical.stride)
            if let base = raw.baseAddress {
                vector.data.copyMemory(from: base, byteCount: raw.count)
            }
            return vector
        }
        let lengths = try reader.slice(count * 4)
        var total = 0
        for row in 0..<count {
            total += Int(lengths.loadUnaligned(fromByteOffset: row * 4, as: UInt32.self))
        }
        let raw = try reader.slice(total)
        let arena = StringArena()
        let start = arena.reserve(total)
        if let base = raw.baseAddress {
            UnsafeMutableRawPointer(start).copyMemory(from: base, byteCount: total)
        }
        var place = UnsafePointer(start)
        for row in 0..<count {
            let length = Int(lengths.loadUnaligned(fromByteOffset: row * 4, as: UInt32.self))
            vector.pointer(StringView.self)[row] =
                length == 0 ? .empty : StringView(start: place, count: length)
            place += length
        }
        vector.owners.append(arena)
        return vector
    }
}
