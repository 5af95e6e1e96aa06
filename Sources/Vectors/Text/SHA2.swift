/// The digests sha224, sha256, sha384 and sha512.
///
/// Source: FIPS 180-4.
enum SHA2 {
    /// The first 64 bits behind the point of the roots of the first 80 primes: cube roots for the
    /// rounds, square roots for the start. SHA-256 takes their upper halves.
    private static let primes: [UInt64] = {
        var found: [UInt64] = []
        var candidate: UInt64 = 2
        while found.count < 80 {
            if found.allSatisfy({ candidate % $0 != 0 }) { found.append(candidate) }
            candidate += 1
        }
        return found
    }()
    private static let rounds = primes.map { fraction($0, power: 3) }
    private static let start512 = primes.prefix(8).map { fraction($0, power: 2) }
    private static let start384 = primes[8..<16].map { fraction($0, power: 2) }

    /// floor(root(prime) × 2^64) modulo 2^64, by bisection over numbers of 32-bit limbs.
    private static func fraction(_ prime: UInt64, power: Int) -> UInt64 {
        var target = [UInt32](repeating: 0, count: 2 * power)
        target.append(UInt32(truncatingIfNeeded: prime))
        // The whole part of the root is below 32, so that 69 bits hold it.
        var root: [UInt32] = [0, 0, 0]
        for bit in (0..<69).reversed() {
            root[bit / 32] |= 1 << UInt32(bit % 32)
            var product = root
            for _ in 1..<power { product = BigFixed.multiply(product, root) }
            if BigFixed.compare(product, target) > 0 { root[bit / 32] &= ~(1 << UInt32(bit % 32)) }
        }
        return UInt64(root[1]) << 32 | UInt64(root[0])
    }

    /// The digest of `bits` bits: 224, 256, 384 or 512.
    static func digest(_ bytes: UnsafeBufferPointer<UInt8>, bits: Int) -> [UInt8] {
        switch bits {
        case 224:
            let start = start384.map { UInt32(truncatingIfNeeded: $0) }
            return small(bytes, start, words: 7)
        case 256: return small(bytes, start512.map { UInt32($0 >> 32) }, words: 8)
        case 384: return large(bytes, Array(start384), words: 6)
        default: return large(bytes, start512, words: 8)
        }
    }

    /// The message with a one, zeros and its length, which takes an eighth of a block.
    private static func padded(_ bytes: UnsafeBufferPointer<UInt8>, block: Int) -> [UInt8] {
        var message = Array(bytes)
        let bits = UInt64(message.count) * 8
        message.append(0x80)
        while message.count % block != block - block / 8 { message.append(0) }
        message += [UInt8](repeating: 0, count: block / 8 - 8)
        for index in (0..<8).reversed() {
            message.append(UInt8(truncatingIfNeeded: bits >> UInt64(index * 8)))
        }
        return message
    }

    private static func small(
        _ bytes: UnsafeBufferPointer<UInt8>, _ start: [UInt32], words: Int
    ) -> [UInt8] {
        run(
            padded(bytes, block: 64), start, rounds.prefix(64).map { UInt32($0 >> 32) }, words,
            schedule: ((7, 18, 3), (17, 19, 10)), state: ((6, 11, 25), (2, 13, 22)))
    }

    private static func large(
        _ bytes: UnsafeBufferPointer<UInt8>, _ start: [UInt64], words: Int
    ) -> [UInt8] {
        run(
            padded(bytes, block: 128), start, rounds, words, schedule: ((1, 8, 7), (19, 61, 6)),
            state: ((14, 18, 41), (28, 34, 39)))
    }

    private typealias Turns = (Int, Int, Int)

    private static func turned<W: FixedWidthInteger>(_ word: W, _ by: Int) -> W {
        word >> W(by) | word << W(W.bitWidth - by)
    }

    private static func run<W: FixedWidthInteger & UnsignedInteger>(
        _ message: [UInt8], _ start: [W], _ constants: [W], _ words: Int,
        schedule: (Turns, Turns), state: (Turns, Turns)
    ) -> [UInt8] {
        func both(_ word: W, _ by: Turns) -> W {
            turned(word, by.0) ^ turned(word, by.1) ^ turned(word, by.2)
        }
        func bent(_ word: W, _ by: Turns) -> W {
            turned(word, by.0) ^ turned(word, by.1) ^ word >> W(by.2)
        }
        let size = W.bitWidth / 8
        var hash = start
        var w = [W](repeating: 0, count: constants.count)
        for block in stride(from: 0, to: message.count, by: 16 * size) {
            for index in 0..<16 {
                var word: W = 0
                for byte in 0..<size { word = word << 8 | W(message[block + index * size + byte]) }
                w[index] = word
            }
            for index in 16..<w.count {
                w[index] =
                    w[index - 16] &+ bent(w[index - 15], schedule.0) &+ w[index - 7]
                    &+ bent(w[index - 2], schedule.1)
            }
            var v = hash
            for index in 0..<w.count {
                let chosen = (v[4] & v[5]) ^ (~v[4] & v[6])
                let first = v[7] &+ both(v[4], state.0) &+ chosen &+ constants[index] &+ w[index]
                let most = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2])
                let second = both(v[0], state.1) &+ most
                v = [first &+ second, v[0], v[1], v[2], v[3] &+ first, v[4], v[5], v[6]]
            }
            for index in 0..<8 { hash[index] = hash[index] &+ v[index] }
        }
        var out: [UInt8] = []
        for word in hash.prefix(words) {
            for byte in (0..<size).reversed() {
                out.append(UInt8(truncatingIfNeeded: word >> W(byte * 8)))
            }
        }
        return out
    }
}
