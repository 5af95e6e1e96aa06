import Crypto
import Foundation

/// What the server keeps of a password: enough to check a proof, too little to make one.
///
/// Text form, as in PostgreSQL's rolpassword, never to change:
/// `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`, binary parts in base 64.
/// Source: RFC 5802 (SCRAM) and RFC 7677 (with SHA-256).
package struct ScramVerifier: Sendable, Equatable {
    package static let mechanism = "SCRAM-SHA-256"
    package static let standardIterations = 4096
    /// A stored verifier of another person's making must not keep a core busy for minutes.
    private static let iterationsMax = 10_000_000

    package let iterations: Int
    package let salt: [UInt8]
    package let storedKey: [UInt8]
    package let serverKey: [UInt8]

    /// Reads the text form; nil if it is anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == Self.mechanism else { return nil }
        let first = parts[1].split(separator: ":", omittingEmptySubsequences: false)
        let keys = parts[2].split(separator: ":", omittingEmptySubsequences: false)
        guard first.count == 2, keys.count == 2,
            let iterations = Int(first[0]), (1...Self.iterationsMax).contains(iterations),
            let salt = Base64.decode(first[1]), !salt.isEmpty,
            let storedKey = Base64.decode(keys[0]), storedKey.count == 32,
            let serverKey = Base64.decode(keys[1]), serverKey.count == 32
        else { return nil }
        self.iterations = iterations
        self.salt = salt
        self.storedKey = storedKey
        self.serverKey = serverKey
    }

    /// The verifier of a password, with a random salt unless one is given.
    package init(
        password: String, salt: [UInt8]? = nil,
        iterations: Int = ScramVerifier.standardIterations
    ) {
        let salt = salt ?? Scram.randomBytes(16)
        let salted = Scram.saltedPassword(password, salt: salt, iterations: iterations)
        self.init(saltedPassword: salted, salt: salt, iterations: iterations)
    }

    init(saltedPassword: [UInt8], salt: [UInt8], iterations: Int) {
        self.iterations = iterations
        self.salt = salt
        storedKey = Scram.hash(Scram.clientKey(saltedPassword))
        serverKey = Scram.serverKey(saltedPassword)
    }

    /// What an unknown user gets: always the same salt, so that asking twice tells nothing, and keys
    /// that no password meets.
    static func mock(forUser user: String, secret: [UInt8]) -> ScramVerifier {
        let seed = Scram.hmac(secret, Array("salt:\(user)".utf8))
        let unreachable = Scram.hmac(secret, Array("key:\(user)".utf8))
        return ScramVerifier(
            saltedPassword: unreachable, salt: Array(seed.prefix(16)),
            iterations: standardIterations)
    }

    package var text: String {
        "\(Self.mechanism)$\(iterations):\(Base64.encode(salt))$"
            + "\(Base64.encode(storedKey)):\(Base64.encode(serverKey))"
    }
}

/// The functions of RFC 5802, with SHA-256.
enum Scram {
    static func hmac(_ key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: key)))
    }

    static func hash(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }

    static func clientKey(_ salted: [UInt8]) -> [UInt8] { hmac(salted, Array("Client Key".utf8)) }
    static func serverKey(_ salted: [UInt8]) -> [UInt8] { hmac(salted, Array("Server Key".utf8)) }

    /// `Hi` of the RFC: PBKDF2 with one block.
    static func saltedPassword(_ password: String, salt: [UInt8], iterations: Int) -> [UInt8] {
        let key = SymmetricKey(data: prepared(password))
        var keyed = HMAC<SHA256>(key: key)
        keyed.update(data: salt + [0, 0, 0, 1])
        var last = Array(keyed.finalize())
        var result = last
        var round = 1
        while round < iterations {
            last = Array(HMAC<SHA256>.authenticationCode(for: last, using: key))
            for index in result.indices { result[index] ^= last[index] }
            round += 1
        }
        return result
    }

    static func xor(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] { zip(a, b).map { $0 ^ $1 } }

    /// Compares without telling by its duration where the first difference lies.
    static func equal(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        guard a.count == b.count else { return false }
        var difference: UInt8 = 0
        for (x, y) in zip(a, b) { difference |= x ^ y }
        return difference == 0
    }

    static func randomBytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    /// A nonce of 144 random bits, printable and without comma.
    static func nonce() -> String { Base64.encode(randomBytes(18)) }

    /// SASLprep (RFC 4013) as far as passwords need it: other spaces become a space, soft hyphens
    /// and zero-width joiners vanish, the rest takes normal form KC. ASCII stays as it is.
    private static func prepared(_ password: String) -> [UInt8] {
        if password.utf8.allSatisfy({ $0 < 0x80 }) { return Array(password.utf8) }
        var mapped = String.UnicodeScalarView()
        for scalar in password.unicodeScalars {
            switch scalar.value {
            case 0xA0, 0x1680, 0x2000...0x200B, 0x202F, 0x205F, 0x3000: mapped.append(" ")
            case 0xAD, 0x34F, 0x1806, 0x180B...0x180D, 0x200C, 0x200D, 0x2060, 0xFE00...0xFE0F,
                0xFEFF:
                continue
            default: mapped.append(scalar)
            }
        }
        return Array(String(mapped).precomposedStringWithCompatibilityMapping.utf8)
    }
}
