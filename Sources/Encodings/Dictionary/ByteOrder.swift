import Vectors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Order of byte strings: unsigned bytes first, then length.
enum ByteOrder {
    /// Negative, zero or positive.
    static func compare(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>) -> Int {
        if let left = a.baseAddress, let right = b.baseAddress {
            let order = memcmp(left, right, min(a.count, b.count))
            if order != 0 { return Int(order) }
        }
        return a.count - b.count
    }

    @inline(__always)
    static func isLess(_ a: StringView, _ b: StringView) -> Bool {
        a.prefix != b.prefix ? a.prefix < b.prefix : compare(a.buffer, b.buffer) < 0
    }

    @inline(__always)
    static func isEqual(_ a: StringView, _ b: StringView) -> Bool {
        a.prefix == b.prefix && a.count == b.count
            && memcmp(a.start, b.start, Int(a.count)) == 0
    }
}
