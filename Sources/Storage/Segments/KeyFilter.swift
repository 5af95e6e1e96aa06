import Encodings

/// A split-block Bloom filter over key hashes: one cache line a lookup, about 1 % false positives.
///
/// Blocks of eight 64-bit words; a hash picks the block by its upper half and one bit in each word by the
/// rest, as in Putze, Sanders, Singler, "Cache-, Hash- and Space-Efficient Bloom Filters" (2007). The
/// bits are on disk, never change.
struct KeyFilter {
    static let bitsPerKey = 12
    static let blockBytes = 64

    let bytes: AlignedBytes

    static func byteCount(keys: Int) -> Int {
        max((keys * bitsPerKey + blockBytes * 8 - 1) / (blockBytes * 8), 1) * blockBytes
    }

    /// Takes over stored bytes; any bits make a filter.
    init(_ bytes: AlignedBytes) throws {
        guard bytes.count > 0, bytes.count % Self.blockBytes == 0 else {
            throw SegmentFormat.damage("size of key filter")
        }
        self.bytes = bytes
    }

    /// Builds the filter's bytes.
    static func build(_ hashes: UnsafePointer<UInt64>, count: Int) -> AlignedBytes {
        AlignedBytes(count: byteCount(keys: count)) { raw in
            raw.initializeMemory(as: UInt8.self, repeating: 0)
            guard let start = raw.baseAddress else { return }
            let words = start.assumingMemoryBound(to: UInt64.self)
            let blocks = UInt64(raw.count / blockBytes)
            for index in 0..<count {
                let block = block(hashes[index], blocks)
                var bits = spread(hashes[index])
                for word in 0..<8 {
                    words[block + word] |= 1 << (bits & 63)
                    bits >>= 6
                }
            }
        }
    }

    func mayContain(_ hash: UInt64) -> Bool {
        defer { withExtendedLifetime(bytes) {} }
        let words = bytes.start.assumingMemoryBound(to: UInt64.self)
        let block = Self.block(hash, UInt64(bytes.count / Self.blockBytes))
        var bits = Self.spread(hash)
        var all: UInt64 = 1
        for word in 0..<8 {
            all &= words[block + word] >> (bits & 63)
            bits >>= 6
        }
        return all & 1 == 1
    }

    /// Index of the block's first word.
    @inline(__always)
    private static func block(_ hash: UInt64, _ blocks: UInt64) -> Int {
        Int(truncatingIfNeeded: (hash >> 32 &* blocks) >> 32) &* 8
    }

    @inline(__always)
    private static func spread(_ hash: UInt64) -> UInt64 {
        let mixed = (hash ^ hash >> 29) &* 0x9E37_79B9_7F4A_7C15
        return mixed ^ mixed >> 32
    }
}
