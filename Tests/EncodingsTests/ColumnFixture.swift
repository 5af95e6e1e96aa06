import Basics
import Encodings
import Vectors

/// Shapes of data, each the best case of some encoding or the worst of all.
enum Pattern: CaseIterable {
    case constant, sequence, descending, runs, shortRuns, small, wide, extremes, fewDistinct

    func value(_ row: Int, _ random: inout SplitMix64) -> Int64 {
        switch self {
        case .constant: return 42
        case .sequence: return 1_000_000 + Int64(row) * 3 + Int64(random.next() % 3)
        case .descending: return 9_000_000_000 - Int64(row) * 7
        case .runs: return Int64(row / 97) * 11
        case .shortRuns: return Int64(row / 4) &* 7919 % 100_003
        case .small: return Int64(random.next() % 1000) - 500
        case .wide: return Int64(bitPattern: random.next())
        case .extremes: return row % 3 == 0 ? Int64.min : row % 3 == 1 ? Int64.max : 0
        case .fewDistinct: return Int64(random.next() % 5) &* 0x1234_5678_9ABC_DEF
        }
    }
}

enum Nulls: CaseIterable {
    case none, some, first, all

    func isNull(_ row: Int, _ random: inout SplitMix64) -> Bool {
        switch self {
        case .none: false
        case .some: random.next() % 5 == 0
        case .first: row < 3
        case .all: true
        }
    }
}

/// A column of test data in vectors of at most 2,048 rows.
struct ColumnFixture {
    static let types: [SQLType] = [
        .boolean, .smallint, .integer, .bigint, .date, .numeric(precision: 12, scale: 2),
        .numeric(precision: 30, scale: 4), .real, .double, .text, .uuid, .interval, .decimal,
    ]

    let type: SQLType
    let count: Int
    var vectors: [Vector] = []

    init(_ type: SQLType, _ pattern: Pattern, _ nulls: Nulls, count: Int, seed: UInt64 = 7) {
        self.type = type
        self.count = count
        var random = SplitMix64(seed: seed)
        var row = 0
        while row < count {
            let vector = Vector(type)
            let arena = StringArena()
            vector.owners = [arena]
            vector.count = min(Vector.standardCapacity, count - row)
            for at in 0..<vector.count {
                let value = pattern.value(row + at, &random)
                if nulls.isNull(row + at, &random) {
                    vector.setNull(at)
                } else {
                    Self.set(vector, at, value, pattern, arena)
                }
            }
            vectors.append(vector)
            row += vector.count
        }
    }

    static func set(
        _ vector: Vector, _ at: Int, _ value: Int64, _ pattern: Pattern, _ arena: StringArena
    ) {
        switch vector.physical {
        case .bool: vector.pointer(UInt8.self)[at] = UInt8(truncatingIfNeeded: value & 1)
        case .int16: vector.pointer(Int16.self)[at] = Int16(truncatingIfNeeded: value)
        case .int32: vector.pointer(Int32.self)[at] = Int32(truncatingIfNeeded: value)
        case .int64: vector.pointer(Int64.self)[at] = value
        case .int128:
            vector.pointer(Int128.self)[at] =
                pattern == .wide ? Int128(value) << 40 : Int128(value)
        case .float32:
            vector.pointer(Float.self)[at] =
                pattern == .extremes ? [-0.0, .nan, .infinity][at % 3] : Float(value % 10_000) / 4
        case .float64:
            vector.pointer(Double.self)[at] =
                pattern == .extremes
                ? [-0.0, .nan, -.infinity][at % 3]
                : pattern == .wide ? Double(bitPattern: UInt64(bitPattern: value))
                : Double(value % 100_000_000) / 100
        case .bytes:
            let text =
                pattern == .extremes && at % 3 == 0
                ? "" : String(repeating: "é", count: Int(value.magnitude % 50)) + "-\(value)"
            vector.pointer(StringView.self)[at] = arena.copy(text)
        case .uuid:
            vector.pointer(UUIDBytes.self)[at] = UUIDBytes(
                high: UInt64(bitPattern: value), low: UInt64(at))
        case .interval:
            vector.pointer(Interval.self)[at] = Interval(
                months: Int32(truncatingIfNeeded: value), days: Int32(at), microseconds: value)
        case .decimal:
            vector.pointer(Decimal.self)[at] =
                pattern == .extremes
                ? Decimal(mantissa: Int128(value) << 60, scale: at % 39, isNaN: at % 3 == 2)
                : Decimal(mantissa: Int128(value), scale: pattern == .wide ? at % 5 : 2)
        }
    }

    /// Encodes the column and opens every chunk again.
    func chunks(policy: CodecPolicy = .hot) throws -> [ColumnChunk] {
        try Self.open(try encoded(policy: policy), type)
    }

    func encoded(policy: CodecPolicy) throws -> EncodedColumn {
        let builder = ColumnBuilder(type: type)
        for vector in vectors { try builder.append(vector, count: vector.count) }
        return try builder.finish(policy: policy)
    }

    static func open(_ column: EncodedColumn, _ type: SQLType) throws -> [ColumnChunk] {
        let dictionary = try column.dictionary.map {
            try SegmentDictionary.open(try body($0), type: type)
        }
        return try column.chunks.map {
            try ColumnChunk.open(try body($0), type: type, dictionary: dictionary)
        }
    }

    static func body(_ bytes: EncodedBytes) throws -> AlignedBytes {
        try bytes.withStored { try bytes.codec.unwrap($0, bodyBytes: bytes.bodyBytes) }
    }

    /// Whether a vector's row equals a row of the fixture, bit for bit.
    func isEqual(_ vector: Vector, _ at: Int, toRow row: Int) -> Bool {
        let mine = vectors[row / Vector.standardCapacity]
        let place = row % Vector.standardCapacity
        guard vector.isNull(at) == mine.isNull(place) else { return false }
        if vector.physical == .bytes {
            let a = vector.pointer(StringView.self)[at]
            let b = mine.pointer(StringView.self)[place]
            return a.prefix == b.prefix && a.buffer.elementsEqual(b.buffer)
        }
        if vector.physical == .decimal {
            let a = vector.pointer(Decimal.self)[at]
            let b = mine.pointer(Decimal.self)[place]
            if a.isNaN || b.isNaN { return a.isNaN && b.isNaN }
            return a.mantissa == b.mantissa && a.scale == b.scale
        }
        let stride = vector.physical.stride
        let a = UnsafeRawBufferPointer(start: vector.data + at * stride, count: stride)
        let b = UnsafeRawBufferPointer(start: mine.data + place * stride, count: stride)
        return a.elementsEqual(b)
    }
}
