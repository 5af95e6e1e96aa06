import Basics

/// The client's side of one SCRAM-SHA-256 exchange, without channel binding.
package struct ScramClient: Sendable {
    private let password: String
    private let nonce: String
    private let firstBare: String
    private var expectedSignature: [UInt8] = []

    package init(password: String, nonce: String? = nil) {
        self.password = password
        let nonce = nonce ?? Scram.nonce()
        self.nonce = nonce
        // The user's name is that of the start-up packet: PostgreSQL ignores the one sent here.
        firstBare = "n=,r=\(nonce)"
    }

    /// SASLInitialResponse: the mechanism and client-first-message.
    package var initialResponse: [UInt8] {
        let first = Array("n,,\(firstBare)".utf8)
        let count = UInt32(truncatingIfNeeded: first.count)
        let length = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) }
        return Array(ScramVerifier.mechanism.utf8) + [0] + length + first
    }

    /// Takes server-first-message, gives client-final-message.
    package mutating func final(_ serverFirst: [UInt8]) throws -> [UInt8] {
        let text = String(decoding: serverFirst, as: UTF8.self)
        let fields = text.split(separator: ",", omittingEmptySubsequences: false)
        guard fields.count >= 3, fields[0].hasPrefix("r=\(nonce)"), fields[1].hasPrefix("s="),
            fields[2].hasPrefix("i="), let salt = Base64.decode(fields[1].dropFirst(2)),
            let iterations = Int(fields[2].dropFirst(2)), (1...10_000_000).contains(iterations)
        else { throw SQLError(.protocolViolation, "malformed SCRAM message from the server") }
        let salted = Scram.saltedPassword(password, salt: salt, iterations: iterations)
        let clientKey = Scram.clientKey(salted)
        let withoutProof = "c=biws,\(fields[0])"
        let signed = Array("\(firstBare),\(text),\(withoutProof)".utf8)
        let proof = Scram.xor(clientKey, Scram.hmac(Scram.hash(clientKey), signed))
        expectedSignature = Scram.hmac(Scram.serverKey(salted), signed)
        return Array("\(withoutProof),p=\(Base64.encode(proof))".utf8)
    }

    /// Whether server-final-message proves that the server knows the verifier.
    package func verifies(_ serverFinal: [UInt8]) -> Bool {
        let text = String(decoding: serverFinal, as: UTF8.self)
        guard text.hasPrefix("v="), let signature = Base64.decode(text.dropFirst(2)) else {
            return false
        }
        return !expectedSignature.isEmpty && Scram.equal(signature, expectedSignature)
    }
}
