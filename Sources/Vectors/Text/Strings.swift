import Basics
import Glibc

/// Operations on UTF-8 bytes, counted in characters (code points) as PostgreSQL counts.
package enum Strings {
    package typealias Bytes = UnsafeBufferPointer<UInt8>

    @inline(__always)
    static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }

    @inline(__always)
    package static func isASCII(_ bytes: Bytes) -> Bool {
        guard let base = bytes.baseAddress else { return true }
        let raw = UnsafeRawPointer(base)
        var index = 0
        while index + 8 <= bytes.count {
            let word = raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            if word & 0x8080_8080_8080_8080 != 0 { return false }
            index += 8
        }
        while index < bytes.count {
            if base[index] >= 0x80 { return false }
            index += 1
        }
        return true
    }

    /// Throws 22021 unless the bytes are valid UTF-8 without NUL.
    package static func validate(_ bytes: Bytes) throws {
        guard let base = bytes.baseAddress else { return }
        if isASCII(bytes) {
            if memchr(base, 0, bytes.count) != nil { throw invalid([0]) }
            return
        }
        var index = 0
        while index < bytes.count {
            let lead = bytes[index]
            if lead == 0 { throw invalid([0]) }
            let length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
            let sequence = bytes[index..<min(index + length, bytes.count)]
            guard lead < 0x80 || isWellFormed(Bytes(rebasing: sequence), length) else {
                throw invalid(Array(sequence))
            }
            index += length
        }
    }

    private static func isWellFormed(_ s: Bytes, _ length: Int) -> Bool {
        guard s.count == length, s[0] >= 0xC2, s[0] <= 0xF4 else { return false }
        for index in 1..<length where !isContinuation(s[index]) { return false }
        switch s[0] {
        case 0xE0: return s[1] >= 0xA0
        case 0xED: return s[1] < 0xA0
        case 0xF0: return s[1] >= 0x90
        case 0xF4: return s[1] < 0x90
        default: return true
        }
    }

    private static func invalid(_ bytes: [UInt8]) -> SQLError {
        let hex = bytes.map { byte in
            let digits = String(byte, radix: 16)
            return "0x" + (digits.count == 1 ? "0" : "") + digits
        }
        return SQLError(
            .characterNotInRepertoire,
            "invalid byte sequence for encoding \"UTF8\": \(hex.joined(separator: " "))")
    }

    /// Characters in the bytes.
    @inline(__always)
    package static func count(_ bytes: Bytes) -> Int {
        var continuations = 0
        for byte in bytes { continuations += isContinuation(byte) ? 1 : 0 }
        return bytes.count - continuations
    }

    /// The byte offset at which character `index` starts, or the end.
    @inline(__always)
    package static func offset(_ bytes: Bytes, character index: Int) -> Int {
        if index <= 0 { return 0 }
        var (at, seen) = (0, 0)
        while at < bytes.count {
            if seen == index { return at }
            at += 1
            while at < bytes.count, isContinuation(bytes[at]) { at += 1 }
            seen += 1
        }
        return bytes.count
    }

    /// At most `limit` bytes, cut between characters.
    static func prefix(_ bytes: Bytes, bytes limit: Int) -> Bytes {
        guard bytes.count > limit else { return bytes }
        var end = limit
        while end > 0, isContinuation(bytes[end]) { end -= 1 }
        return Bytes(rebasing: bytes[..<end])
    }

    /// At most `limit` characters; without an explicit cast only blanks may be cut off.
    package static func truncated(
        _ bytes: Bytes, to limit: Int, type: SQLType, explicit: Bool
    ) throws -> Bytes {
        if bytes.count <= limit { return bytes }
        let end = offset(bytes, character: limit)
        if end == bytes.count { return bytes }
        if !explicit, bytes[end...].contains(where: { $0 != 0x20 }) {
            throw SQLError(
                .stringDataRightTruncation, "value too long for type \(type.name)")
        }
        return Bytes(rebasing: bytes[..<end])
    }

    /// Exactly `length` characters, padded with blanks.
    package static func padded(
        _ bytes: Bytes, to length: Int, arena: StringArena, explicit: Bool
    ) throws -> StringView {
        let kept = try truncated(bytes, to: length, type: .char(length), explicit: explicit)
        let missing = length - count(kept)
        guard missing > 0 else { return arena.copy(kept) }
        let out = arena.reserve(kept.count + missing)
        if let source = kept.baseAddress { out.update(from: source, count: kept.count) }
        (out + kept.count).update(repeating: 0x20, count: missing)
        return StringView(start: out, count: kept.count + missing)
    }

    /// The byte offset of the first occurrence at or after `from`; nil where there is none.
    @inline(__always)
    package static func find(_ needle: Bytes, in bytes: Bytes, from: Int = 0) -> Int? {
        guard let n = needle.baseAddress, needle.count > 0 else { return from }
        guard let base = bytes.baseAddress, bytes.count - from >= needle.count else { return nil }
        var at = from
        let last = bytes.count - needle.count
        while at <= last {
            guard let hit = memchr(base + at, Int32(n[0]), last - at + 1) else { return nil }
            at = UnsafeRawPointer(base).distance(to: UnsafeRawPointer(hit))
            if memcmp(base + at, n, needle.count) == 0 { return at }
            at += 1
        }
        return nil
    }
}
