import Basics
import Vectors

/// The first 64 bytes of a chunk's body; the byte table is in `Storage/FORMAT.md`. Never change.
struct ChunkHeader {
    static let byteCount = 64

    struct Flags: OptionSet {
        let rawValue: UInt8
        /// A validity bitmap follows the header.
        static let validity = Flags(rawValue: 1)
        /// The integers are codes of the column's dictionary.
        static let dictionary = Flags(rawValue: 2)
        /// The integers are floats or decimals times 10^scale.
        static let scaled = Flags(rawValue: 4)
        static let all: Flags = [.validity, .dictionary, .scaled]
    }

    var encoding: ChunkEncoding
    var flags: Flags = []
    var physical: PhysicalType
    /// Bits of a packed code, delta or string length, or of a run's value (8, 16, 32, 64).
    var width = 0
    var count: Int
    var nullCount = 0
    /// Smallest value; strings: the smallest length.
    var base: Int64 = 0
    /// Largest value - base; strings: bytes of all strings.
    var range: UInt64 = 0
    var deltaMin: Int64 = 0
    var runs = 0
    var scale = 0

    var blockCount: Int { (count + 1023) >> 10 }
    /// Bytes of the validity bitmap: whole 64-bit words.
    var validityBytes: Int { flags.contains(.validity) ? (count + 63) / 64 * 8 : 0 }

    func write(to out: UnsafeMutableRawPointer) {
        out.initializeMemory(as: UInt8.self, repeating: 0, count: Self.byteCount)
        out.storeBytes(of: encoding.rawValue, as: UInt8.self)
        out.storeBytes(of: flags.rawValue, toByteOffset: 1, as: UInt8.self)
        out.storeBytes(of: physical.rawValue, toByteOffset: 2, as: UInt8.self)
        out.storeBytes(of: UInt8(truncatingIfNeeded: width), toByteOffset: 3, as: UInt8.self)
        out.storeBytes(
            of: UInt32(truncatingIfNeeded: count).littleEndian, toByteOffset: 4, as: UInt32.self)
        out.storeBytes(
            of: UInt32(truncatingIfNeeded: nullCount).littleEndian, toByteOffset: 8,
            as: UInt32.self)
        out.storeBytes(
            of: UInt32(truncatingIfNeeded: runs).littleEndian, toByteOffset: 12, as: UInt32.self)
        out.storeBytes(of: base.littleEndian, toByteOffset: 16, as: Int64.self)
        out.storeBytes(of: range.littleEndian, toByteOffset: 24, as: UInt64.self)
        out.storeBytes(of: deltaMin.littleEndian, toByteOffset: 32, as: Int64.self)
        out.storeBytes(
            of: UInt32(truncatingIfNeeded: scale).littleEndian, toByteOffset: 40, as: UInt32.self)
    }
}

extension ChunkHeader {
    /// Reads untrusted bytes and checks what can be told from the header alone.
    init(_ body: UnsafeRawBufferPointer) throws {
        guard body.count >= Self.byteCount, body.count & 7 == 0 else {
            throw ChunkDamage.error("chunk of \(body.count) bytes")
        }
        guard let encoding = ChunkEncoding(rawValue: body[0]) else {
            throw ChunkDamage.error("unknown encoding \(body[0])")
        }
        guard let physical = PhysicalType(rawValue: body[2]) else {
            throw ChunkDamage.error("unknown physical type \(body[2])")
        }
        func field<T: FixedWidthInteger>(_ offset: Int, _: T.Type) -> T {
            T(littleEndian: body.loadUnaligned(fromByteOffset: offset, as: T.self))
        }
        self.encoding = encoding
        self.physical = physical
        flags = Flags(rawValue: body[1])
        width = Int(body[3])
        count = Int(field(4, UInt32.self))
        nullCount = Int(field(8, UInt32.self))
        runs = Int(field(12, UInt32.self))
        base = field(16, Int64.self)
        range = field(24, UInt64.self)
        deltaMin = field(32, Int64.self)
        scale = Int(field(40, UInt32.self))
        guard flags.isSubset(of: .all), width <= 64, count <= ColumnChunk.rowsMax,
            nullCount <= count, runs <= count, scale <= 38,
            body[44..<Self.byteCount].allSatisfy({ $0 == 0 })
        else { throw ChunkDamage.error("chunk header out of range") }
        // Some NULLs and some not: exactly then a bitmap is stored.
        guard flags.contains(.validity) == (nullCount > 0 && nullCount < count),
            encoding != .allNull || nullCount == count,
            encoding == .allNull || nullCount < count
        else { throw ChunkDamage.error("chunk header contradicts its NULL count") }
    }
}

/// Makes the errors for bytes that do not hold together.
enum ChunkDamage {
    static func error(_ what: String) -> SQLError {
        SQLError(.dataCorrupted, "damaged column chunk: \(what)")
    }
}
