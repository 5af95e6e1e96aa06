/// The MD5 digest, for md5(); not for security.
///
/// Source: RFC 1321.
enum MD5 {
    private static let shifts: [UInt32] = [
        7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21,
    ]
    private static let constants: [UInt32] = (0..<64).map { index in
        var angle = Double(index + 1)
        angle = sine(angle).magnitude
        return UInt32(angle * 4_294_967_296)
    }

    static func hex(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        var message = Array(bytes)
        let bits = UInt64(message.count) * 8
        message.append(0x80)
        while message.count % 64 != 56 { message.append(0) }
        for index in 0..<8 { message.append(UInt8(truncatingIfNeeded: bits >> UInt64(index * 8))) }
        var state: (UInt32, UInt32, UInt32, UInt32) = (
            0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476
        )
        message.withUnsafeBytes { raw in
            for block in stride(from: 0, to: raw.count, by: 64) {
                var (a, b, c, d) = state
                for index in 0..<64 {
                    let mixed: UInt32
                    let word: Int
                    switch index / 16 {
                    case 0: (mixed, word) = ((b & c) | (~b & d), index)
                    case 1: (mixed, word) = ((d & b) | (~d & c), (5 * index + 1) % 16)
                    case 2: (mixed, word) = (b ^ c ^ d, (3 * index + 5) % 16)
                    default: (mixed, word) = (c ^ (b | ~d), (7 * index) % 16)
                    }
                    let value = UInt32(
                        littleEndian: raw.loadUnaligned(
                            fromByteOffset: block + word * 4, as: UInt32.self))
                    let sum = a &+ mixed &+ constants[index] &+ value
                    let shift = shifts[index / 16 * 4 + index % 4]
                    (a, d, c, b) = (d, c, b, b &+ (sum << shift | sum >> (32 - shift)))
                }
                state = (state.0 &+ a, state.1 &+ b, state.2 &+ c, state.3 &+ d)
            }
        }
        var out: [UInt8] = []
        for word in [state.0, state.1, state.2, state.3] {
            for index in 0..<4 {
                let byte = UInt8(truncatingIfNeeded: word >> UInt32(index * 8))
                out.append(TextFormat.hexDigit(byte >> 4))
                out.append(TextFormat.hexDigit(byte & 15))
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
