import Basics

/// Grows vectors row by row; a full one moves to `full` and a new one begins.
package final class VectorBuilder {
    package let type: SQLType
    package let capacity: Int
    /// Vectors of exactly `capacity` rows that wait to be taken.
    package private(set) var full: [Vector] = []
    private var current: Vector
    private var arena = StringArena()

    package init(_ type: SQLType, capacity: Int = Vector.standardCapacity) {
        self.type = type
        self.capacity = capacity
        current = Vector(type, capacity: capacity)
    }

    /// Rows in the vector that is being filled.
    package var count: Int { current.count }

    /// The vector being filled, with room for one row more.
    @inline(__always)
    private func room() -> Vector {
        if current.count == capacity { roll() }
        return current
    }

    private func roll() {
        if current.physical == .bytes { current.owners.append(arena) }
        full.append(current)
        current = Vector(type, capacity: capacity)
        arena = StringArena()
    }

    package func appendNull() {
        let vector = room()
        vector.setNull(vector.count)
        vector.count += 1
    }

    package func append(_ datum: Datum) {
        let vector = room()
        vector.store(datum, at: vector.count, arena: arena)
        vector.count += 1
    }

    /// Appends bytes as they are, to a vector of strings.
    package func append(bytes: UnsafeBufferPointer<UInt8>) {
        let vector = room()
        guard vector.physical == .bytes else { return appendNull() }
        vector.pointer(StringView.self)[vector.count] = arena.copy(bytes)
        vector.count += 1
    }

    /// Appends the value of a text form; nothing is appended when it throws.
    package func append(
        text: UnsafeBufferPointer<UInt8>, session: FormatSession = FormatSession()
    ) throws {
        let vector = room()
        try TextParse.parse(
            text, type, into: vector, row: vector.count, arena: arena, session: session)
        vector.count += 1
    }

    /// Appends the value of a binary form; nothing is appended when it throws.
    package func append(binary: UnsafeRawBufferPointer) throws {
        let vector = room()
        try BinaryFormat.parse(binary, type, into: vector, row: vector.count, arena: arena)
        vector.count += 1
    }

    /// Appends a row of another vector of the same type; its strings are copied.
    package func append(row: Int, of other: Vector) {
        let vector = room()
        if other.isNull(row) { return appendNull() }
        let at = row & other.rowMask
        if vector.physical == .bytes {
            vector.pointer(StringView.self)[vector.count] = arena.copy(
                other.pointer(StringView.self)[at])
        } else {
            let stride = vector.physical.stride
            (vector.data + vector.count * stride).copyMemory(
                from: other.data + at * stride, byteCount: stride)
        }
        vector.count += 1
    }

    /// What was built as one vector; the capacity must have sufficed.
    package func single() -> Vector { finish().first ?? Vector(type, capacity: 1) }

    /// All vectors built so far, the last one perhaps short; the builder is empty afterwards.
    package func finish() -> [Vector] {
        if current.count > 0 { roll() }
        defer { full = [] }
        return full
    }
}
