import CKernels
import Encodings
import Vectors

/// The same numbers in every run.
struct Numbers {
    private var state: UInt64 = 1

    mutating func next(below bound: UInt32) -> UInt32 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt32(truncatingIfNeeded: (state >> 33) % UInt64(bound))
    }
}

/// Memory that the kernels may read past its end, as they ask for.
func buffer<T>(_ type: T.Type, _ count: Int, _ value: (Int) -> T) -> UnsafeMutablePointer<T> {
    let made = UnsafeMutablePointer<T>.allocate(capacity: count + Int(SH_SLACK))
    for index in 0..<count + Int(SH_SLACK) {
        (made + index).initialize(to: value(min(index, count - 1)))
    }
    return made
}

/// A chunk's worth of rows.
struct Column {
    static let rows = 65_536
    let name: String
    let type: SQLType
    let vectors: [Vector]

    init(_ name: String, integers: (Int) -> Int) {
        self.init(name, .integer) { builder, row in
            builder.append(.int(Int64(integers(row))))
        }
    }

    init(_ name: String, texts: (Int) -> String) {
        self.init(name, .text) { builder, row in builder.append(.text(texts(row))) }
    }

    private init(_ name: String, _ type: SQLType, _ append: (VectorBuilder, Int) -> Void) {
        self.name = name
        self.type = type
        let builder = VectorBuilder(type)
        for row in 0..<Self.rows { append(builder, row) }
        vectors = builder.finish()
    }

    func encoded(_ policy: CodecPolicy) throws -> EncodedColumn {
        let builder = ColumnBuilder(type: type)
        for vector in vectors { try builder.append(vector, count: vector.count) }
        return try builder.finish(policy: policy)
    }

    func open(_ column: EncodedColumn) throws -> ColumnChunk {
        func body(_ part: EncodedBytes) throws -> AlignedBytes {
            try part.withStored { try part.codec.unwrap($0, bodyBytes: part.bodyBytes) }
        }
        let dictionary = try column.dictionary.map {
            try SegmentDictionary.open(try body($0), type: type)
        }
        return try ColumnChunk.open(try body(column.chunks[0]), type: type, dictionary: dictionary)
    }
}

/// Columns as the Star Schema Benchmark and a retailer have them: one for each encoding at least.
func columns() -> [Column] {
    var numbers = Numbers()
    func random(_ bound: UInt32) -> Int { Int(numbers.next(below: bound)) }
    let towns = (0..<250).map { "TOWN NUMBER \($0)" }
    return [
        Column("constant") { _ in 7 },
        Column("bit-packed, 6 bits") { _ in random(50) },
        Column("bit-packed, 20 bits") { _ in random(1_000_000) },
        Column("run length") { row in 20_260_101 + row / 500 },
        Column("delta") { row in row * 32 + random(8) },
        Column("dictionary of 250 texts", texts: { _ in towns[random(250)] }),
        Column("distinct texts", texts: { row in "customer#\(row)-\(random(1_000_000))" }),
    ]
}
