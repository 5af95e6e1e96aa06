import Basics

/// An array outside a vector. In vectors arrays lie in PostgreSQL's binary array format:
///
///     int32 dimensions, int32 1 where any element is NULL, uint32 element type,
///     per dimension int32 length and int32 lower bound,
///     per element int32 byte count (-1 for NULL) and the element's binary form; all big-endian.
package struct ArrayValue: Sendable {
    package var element: SQLType
    package var lengths: [Int]
    package var lowerBounds: [Int]
    package var elements: [Datum]

    package static let elementsMax = 1 << 24
    package static let dimensionsMax = 6

    /// A one-dimensional array; without elements one of no dimensions.
    package init(_ element: SQLType, _ elements: [Datum]) {
        self.element = element
        self.elements = elements
        lengths = elements.isEmpty ? [] : [elements.count]
        lowerBounds = elements.isEmpty ? [] : [1]
    }

    package init(_ element: SQLType, _ elements: [Datum], lengths: [Int], lowerBounds: [Int]) {
        self.element = element
        self.elements = elements
        self.lengths = lengths
        self.lowerBounds = lowerBounds
    }

    /// The bytes of the array, as a vector holds them.
    package var encoded: [UInt8] {
        var out: [UInt8] = []
        out.write(bigEndian: Int32(truncatingIfNeeded: lengths.count))
        out.write(bigEndian: Int32(elements.contains { $0.isNull } ? 1 : 0))
        out.write(bigEndian: element.oid)
        for (length, lower) in zip(lengths, lowerBounds) {
            out.write(bigEndian: Int32(truncatingIfNeeded: length))
            out.write(bigEndian: Int32(truncatingIfNeeded: lower))
        }
        for value in elements {
            if value.isNull {
                out.write(bigEndian: Int32(-1))
                continue
            }
            let start = out.count
            out.write(bigEndian: Int32(0))
            BinaryFormat.append(value, element, to: &out)
            BinaryFormat.patchLength(&out, at: start)
        }
        return out
    }

    /// Reads the bytes of an array; throws 22P03 where they are malformed.
    package init(_ bytes: UnsafeBufferPointer<UInt8>, element expected: SQLType? = nil) throws {
        let header = try ArrayHeader(bytes)
        element = expected ?? header.element
        lengths = header.lengths
        lowerBounds = header.lowerBounds
        elements = []
        elements.reserveCapacity(header.count)
        let vector = Vector(element, capacity: 1)
        let arena = StringArena()
        var reader = header.body
        for _ in 0..<header.count {
            guard let value = try ArrayHeader.next(&reader) else {
                elements.append(.null)
                continue
            }
            try BinaryFormat.parse(value, element, into: vector, row: 0, arena: arena)
            vector.count = 1
            elements.append(vector.datum(at: 0))
        }
    }

    package init(_ view: StringView, element: SQLType? = nil) throws {
        try self.init(view.buffer, element: element)
    }

    /// PostgreSQL's order: elements first, then their number, then dimensions.
    package static func compare(_ a: StringView, _ b: StringView) -> Int {
        guard let x = try? ArrayValue(a), let y = try? ArrayValue(b) else {
            return StringView.compare(a, b)
        }
        return compare(x, y)
    }

    package static func compare(_ x: ArrayValue, _ y: ArrayValue) -> Int {
        for (left, right) in zip(x.elements, y.elements) {
            if left.isNull || right.isNull {
                if left.isNull && right.isNull { continue }
                return left.isNull ? 1 : -1
            }
            let order = Datum.compare(left, right, x.element)
            if order != 0 { return order }
        }
        if x.elements.count != y.elements.count {
            return x.elements.count < y.elements.count ? -1 : 1
        }
        if x.lengths.count != y.lengths.count { return x.lengths.count < y.lengths.count ? -1 : 1 }
        for (left, right) in zip(x.lengths + x.lowerBounds, y.lengths + y.lowerBounds)
        where left != right {
            return left < right ? -1 : 1
        }
        return 0
    }
}

/// The fixed part of an array's bytes, and a reader at its elements.
package struct ArrayHeader {
    package var element: SQLType
    package var lengths: [Int] = []
    package var lowerBounds: [Int] = []
    package var count: Int
    package var body: ByteReader

    static func malformed() -> SQLError {
        SQLError(.invalidBinaryRepresentation, "insufficient data left in message")
    }

    package init(_ bytes: UnsafeBufferPointer<UInt8>) throws {
        // A zeroed row (NULL, or an untouched one) reads as an empty array.
        var reader = ByteReader(UnsafeRawBufferPointer(bytes))
        element = .text
        count = 0
        body = reader
        guard bytes.count > 0 else { return }
        do {
            let dimensions = Int32(bigEndian: try reader.integer())
            guard dimensions >= 0, dimensions <= 6 else {
                throw SQLError(
                    .invalidBinaryRepresentation, "invalid number of dimensions: \(dimensions)")
            }
            _ = try reader.integer(Int32.self)
            let oid = UInt32(bigEndian: try reader.integer())
            guard let type = SQLType.of(oid: oid) else {
                throw SQLError(.invalidBinaryRepresentation, "wrong element type \(oid)")
            }
            element = type
            var total = dimensions == 0 ? 0 : 1
            for _ in 0..<dimensions {
                let length = Int(Int32(bigEndian: try reader.integer()))
                let lower = Int(Int32(bigEndian: try reader.integer()))
                guard length >= 0, length <= ArrayValue.elementsMax,
                    total * max(length, 1) <= ArrayValue.elementsMax
                else {
                    throw SQLError(.programLimitExceeded, "array size exceeds the maximum allowed")
                }
                total *= length
                lengths.append(length)
                lowerBounds.append(lower)
            }
            count = total
            guard count <= reader.remaining / 4 else { throw Self.malformed() }
            body = reader
        } catch is ByteReaderError {
            throw Self.malformed()
        }
    }

    /// The next element's bytes; nil for NULL.
    package static func next(_ reader: inout ByteReader) throws -> UnsafeRawBufferPointer? {
        do {
            let length = Int32(bigEndian: try reader.integer())
            if length == -1 { return nil }
            return try reader.slice(Int(length))
        } catch is ByteReaderError {
            throw malformed()
        }
    }
}

extension Datum {
    /// <0, 0 or >0 for two values of a type, neither NULL.
    package static func compare(_ a: Datum, _ b: Datum, _ type: SQLType) -> Int {
        switch (a, b) {
        case (.int(let x), .int(let y)): return x < y ? -1 : (x > y ? 1 : 0)
        case (.bytes(let x), .bytes(let y)) where !type.comparesSpecially:
            if x.lexicographicallyPrecedes(y) { return -1 }
            return y.lexicographicallyPrecedes(x) ? 1 : 0
        default:
            return Vector.compare(
                .constant(a, type, count: 1), 0, .constant(b, type, count: 1), 0)
        }
    }
}
