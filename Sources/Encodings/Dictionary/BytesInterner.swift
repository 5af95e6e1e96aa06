import Vectors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Numbers distinct byte strings in order of first sight. Open addressing, hashes kept beside.
struct BytesInterner {
    private(set) var values: [StringView] = []
    private(set) var byteCount = 0
    private let arena: StringArena
    private var slots: [UInt64] = Array(repeating: 0, count: 1024)
    private var mask = 1023

    /// Values are copied into the arena.
    init(arena: StringArena) { self.arena = arena }

    /// Wyhash-like folding of 8 bytes at a time; only has to spread, not to resist.
    @inline(__always)
    static func hash(_ view: StringView) -> UInt64 {
        var hash = UInt64(view.count) &* 0x9E37_79B9_7F4A_7C15
        var left = Int(view.count)
        var at = UnsafeRawPointer(view.start)
        while left >= 8 {
            hash = fold(hash ^ at.loadUnaligned(as: UInt64.self))
            at += 8
            left -= 8
        }
        if left >= 4 {
            hash = fold(hash ^ UInt64(at.loadUnaligned(as: UInt32.self)))
            at += 4
            left -= 4
        }
        while left > 0 {
            hash = fold(hash ^ UInt64(at.load(as: UInt8.self)) &+ 0x51)
            at += 1
            left -= 1
        }
        return hash
    }

    @inline(__always)
    private static func fold(_ value: UInt64) -> UInt64 {
        let product = (value ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(
            by: 0xE703_7ED1_A0B4_28DB)
        return product.high ^ product.low
    }

    /// The number of the value; a new one is copied.
    mutating func intern(_ view: StringView) -> UInt32 {
        let hash = Self.hash(view)
        let tag = hash & 0xFFFF_FFFF_0000_0000
        var at = Int(truncatingIfNeeded: hash) & mask
        while true {
            let slot = slots[at]
            if slot & 0xFFFF_FFFF == 0 { break }
            if slot & 0xFFFF_FFFF_0000_0000 == tag {
                let index = Int(slot & 0xFFFF_FFFF) - 1
                if ByteOrder.isEqual(values[index], view) {
                    return UInt32(truncatingIfNeeded: index)
                }
            }
            at = (at + 1) & mask
        }
        let index = values.count
        values.append(arena.copy(view))
        byteCount += Int(view.count)
        slots[at] = tag | UInt64(index + 1)
        if values.count * 2 > mask { grow() }
        return UInt32(truncatingIfNeeded: index)
    }

    private mutating func grow() {
        mask = mask * 4 + 3
        slots = Array(repeating: 0, count: mask + 1)
        for (index, value) in values.enumerated() {
            let hash = Self.hash(value)
            var at = Int(truncatingIfNeeded: hash) & mask
            while slots[at] & 0xFFFF_FFFF != 0 { at = (at + 1) & mask }
            slots[at] = hash & 0xFFFF_FFFF_0000_0000 | UInt64(index + 1)
        }
    }
}

/// Numbers distinct integers in order of first sight, up to a limit.
struct IntegerInterner {
    private(set) var values: [Int64] = []
    private var slots: [UInt32]
    private let mask: Int
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
        let size = (limit * 2).nextPowerOfTwo
        mask = size - 1
        slots = Array(repeating: 0, count: size)
    }

    /// The number of the value; nil once the limit is passed.
    @inline(__always)
    mutating func intern(_ value: Int64) -> UInt32? {
        var hash = UInt64(bitPattern: value) &* 0x9E37_79B9_7F4A_7C15
        hash ^= hash >> 32
        var at = Int(truncatingIfNeeded: hash) & mask
        while slots[at] != 0 {
            let index = slots[at] - 1
            if values[Int(index)] == value { return index }
            at = (at + 1) & mask
        }
        guard values.count < limit else { return nil }
        values.append(value)
        slots[at] = UInt32(truncatingIfNeeded: values.count)
        return UInt32(truncatingIfNeeded: values.count - 1)
    }
}

extension Int {
    fileprivate var nextPowerOfTwo: Int {
        self <= 1 ? 1 : 1 << (Int.bitWidth - (self - 1).leadingZeroBitCount)
    }
}
