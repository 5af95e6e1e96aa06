import Basics
import Crypto
import FoundationEssentials

/// Password verifiers in PostgreSQL's text form.
///
/// `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`, the last three in Base64.
/// Source: RFC 5802 and RFC 7677.
package enum SCRAM {
    package static let iterations = 4096
    private static let saltBytes = 16

    /// The verifier of a password; one that is a verifier already is kept.
    package static func verifier(for password: String) throws -> String {
        if isVerifier(password) { return password }
        guard !password.isEmpty, password.utf8.count <= 1024 else {
            throw SQLError(
                .invalidParameterValue, "a password has 1 to 1024 bytes")
        }
        var generator = SystemRandomNumberGenerator()
        let salt = (0..<saltBytes).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return verifier(for: password, salt: salt, iterations: iterations)
    }

    /// The verifier with a given salt.
    package static func verifier(
        for password: String, salt: [UInt8], iterations: Int
    ) -> String {
        let salted = derive(Array(password.utf8), salt, iterations)
        let key = SymmetricKey(data: salted)
        let client = HMAC<SHA256>.authenticationCode(for: Array("Client Key".utf8), using: key)
        let stored = SHA256.hash(data: Array(client))
        let server = HMAC<SHA256>.authenticationCode(for: Array("Server Key".utf8), using: key)
        func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
        return "SCRAM-SHA-256$\(iterations):\(base64(salt))$\(base64(Array(stored))):"
            + base64(Array(server))
    }

    private static func isVerifier(_ text: String) -> Bool {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "SCRAM-SHA-256" else { return false }
        let first = parts[1].split(separator: ":", omittingEmptySubsequences: false)
        let keys = parts[2].split(separator: ":", omittingEmptySubsequences: false)
        return first.count == 2 && (Int(first[0]) ?? 0) > 0
            && Data(base64Encoded: String(first[1])) != nil && keys.count == 2
            && keys.allSatisfy { Data(base64Encoded: String($0))?.count == 32 }
    }

    /// PBKDF2 with HMAC-SHA-256, one block.
    private static func derive(
        _ password: [UInt8], _ salt: [UInt8], _ iterations: Int
    ) -> [UInt8] {
        let key = SymmetricKey(data: password)
        var block = Array(HMAC<SHA256>.authenticationCode(for: salt + [0, 0, 0, 1], using: key))
        var result = block
        for _ in 1..<max(iterations, 1) {
            block = Array(HMAC<SHA256>.authenticationCode(for: block, using: key))
            for index in result.indices { result[index] ^= block[index] }
        }
        return result
    }
}
