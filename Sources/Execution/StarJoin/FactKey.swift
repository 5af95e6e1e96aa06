import Basics
import CKernels
import Encodings
import Planning
import Storage
import Synchronization
import Vectors

/// Numbers the values of a fact column that is itself a grouping key.
///
/// Integers count from the column's smallest value; texts are numbered over all segments' dictionaries
/// and the tail. Either way the numbers are known before the scan starts.
final class FactKey: @unchecked Sendable {
    let column: Int
    let count: Int
    private let low: Int64
    private let texts: KeyTable?
    private let bySegment = Mutex<[UInt64: StarCodes]>([:])
    private let type: SQLType

    static let integersMax = 1 << 18
    static let textsMax = 1 << 16

    /// nil where values are too many, or some are NULL.
    init?(_ column: Int, _ columns: FactColumns, _ type: SQLType, _ context: QueryContext) throws {
        self.column = column
        self.type = type
        let id = columns.ids[column]
        var range: (Int64, Int64)?
        let table = KeyTable([type], memory: context.memory)
        func add(_ vector: Vector, _ rows: Int) throws -> Bool {
            if vector.hasNulls { return false }
            if type.isText {
                var numbers = [UInt32](repeating: 0, count: max(rows, 1))
                try numbers.withUnsafeMutableBufferPointer {
                    if let base = $0.baseAddress {
                        try table.findOrInsert([vector], count: rows, into: base)
                    }
                }
                return table.count <= Self.textsMax
            }
            for row in 0..<rows {
                let value = vector.integer(row)
                range = range.map { (min($0.0, value), max($0.1, value)) } ?? (value, value)
            }
            return true
        }
        for fragment in columns.fragments {
            switch fragment {
            case .segment(let segment):
                guard let zone = segment.segment.bounds(column: id), zone.nullCount == 0
                else { return nil }
                if type.isText {
                    guard let dictionary = try segment.segment.dictionary(column: id),
                        !dictionary.isInteger, dictionary.count <= Self.textsMax,
                        try add(dictionary.vector(0..<dictionary.count, type), dictionary.count)
                    else { return nil }
                } else {
                    guard case .int(let least) = zone.min, case .int(let most) = zone.max
                    else { return nil }
                    range = range.map { (min($0.0, least), max($0.1, most)) } ?? (least, most)
                }
            case .tail(let tail):
                guard let index = tail.index(of: id) else { return nil }
                for batch in tail.batches {
                    guard try add(batch.columns[index], batch.count) else { return nil }
                }
            }
        }
        if type.isText {
            texts = table
            low = 0
            count = table.count
        } else {
            let (least, most) = range ?? (0, -1)
            let span = Int128(most) - Int128(least) + 1
            guard span <= Int128(Self.integersMax) else { return nil }
            texts = nil
            low = least
            count = Int(span)
        }
    }

    /// Number of each value of a vector; all are known.
    func codes(_ vector: Vector, _ rows: Int, into out: UnsafeMutablePointer<UInt32>) throws {
        guard let texts else {
            for row in 0..<rows {
                out[row] = UInt32(truncatingIfNeeded: vector.integer(row) &- low)
            }
            return
        }
        try texts.makeProbe().find([vector], count: rows, into: out)
    }

    /// What the codes of a chunk become: added to, or looked up by dictionary code.
    enum Mapping {
        case offset(UInt32)
        case table(StarCodes)
    }

    func mapping(_ chunk: ColumnChunk, _ segment: UInt64) throws -> Mapping {
        guard let dictionary = chunk.dictionary else {
            return .offset(UInt32(truncatingIfNeeded: chunk.codeBase &- low))
        }
        if let known = bySegment.withLock({ $0[segment] }) { return .table(known) }
        let made = StarCodes(entryCount: max(dictionary.count, 1), groupCount: 1 << 17)
        if let texts {
            var numbers = [UInt32](repeating: 0, count: max(dictionary.count, 1))
            try numbers.withUnsafeMutableBufferPointer {
                if let base = $0.baseAddress {
                    try texts.makeProbe().find(
                        [dictionary.vector(0..<dictionary.count, type)],
                        count: dictionary.count, into: base)
                }
            }
            for code in 0..<dictionary.count { made.set(code, numbers[code]) }
        } else {
            for code in 0..<dictionary.count {
                made.set(code, UInt32(truncatingIfNeeded: dictionary.integers[code] &- low))
            }
        }
        bySegment.withLock { $0[segment] = made }
        return .table(made)
    }

    /// The values behind numbers.
    func values(_ codes: [UInt32], _ type: SQLType) throws -> Vector {
        if let texts { return texts.keys.columns[0].vector.gather(codes) }
        let builder = VectorBuilder(type, capacity: max(codes.count, 1))
        for code in codes { builder.append(.int(low + Int64(code))) }
        return builder.single()
    }
}
