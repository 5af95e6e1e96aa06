import Basics

/// The server's side of one SCRAM-SHA-256 exchange, without channel binding.
///
///     clientFirst → (serverFirst sent) → clientFinal → (serverFinal sent) or refused
package struct ScramServer: Sendable {
    private let verifier: ScramVerifier
    private let isMock: Bool
    private let nonce: String
    private var gs2Header = ""
    private var clientFirstBare = ""
    private var serverFirst = ""
    private var fullNonce = ""

    /// Without a usable verifier the exchange runs all the same, and fails at its end.
    package init(
        user: String, verifier text: String?, mockSecret: [UInt8], nonce: String? = nil
    ) {
        let known = text.flatMap { ScramVerifier($0) }
        isMock = known == nil
        verifier = known ?? ScramVerifier.mock(forUser: user, secret: mockSecret)
        self.nonce = nonce ?? Scram.nonce()
    }

    /// Takes client-first-message, gives server-first-message.
    package mutating func first(_ message: [UInt8]) throws -> [UInt8] {
        let text = try Self.text(message)
        var rest = text[...]
        switch rest.first {
        case "n", "y": break
        case "p":
            throw Self.malformed("The client selected SCRAM-SHA-256 with channel binding.")
        default: throw Self.malformed("Unexpected channel-binding flag.")
        }
        rest = rest.dropFirst()
        guard rest.hasPrefix(",") else { throw Self.malformed("Comma expected.") }
        rest = rest.dropFirst()
        guard rest.hasPrefix(",") else {
            throw SQLError(
                .featureNotSupported,
                "client uses authorization identity, but it is not supported")
        }
        rest = rest.dropFirst()
        gs2Header = String(text[..<rest.startIndex])
        clientFirstBare = String(rest)
        let fields = rest.split(separator: ",", omittingEmptySubsequences: false)
        guard fields.count >= 2, fields[0].hasPrefix("n="), fields[1].hasPrefix("r=") else {
            if fields.first?.hasPrefix("m=") == true {
                throw SQLError(
                    .featureNotSupported, "client requires an unsupported SCRAM extension")
            }
            throw Self.malformed("User name and nonce expected.")
        }
        let clientNonce = fields[1].dropFirst(2)
        guard !clientNonce.isEmpty, clientNonce.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw SQLError(.protocolViolation, "non-printable characters in SCRAM nonce") }
        fullNonce = clientNonce + nonce
        serverFirst = "r=\(fullNonce),s=\(Base64.encode(verifier.salt)),i=\(verifier.iterations)"
        return Array(serverFirst.utf8)
    }

    /// Takes client-final-message, gives server-final-message; nil if the proof is wrong.
    package func final(_ message: [UInt8]) throws -> [UInt8]? {
        let text = try Self.text(message)
        guard let proofStart = text.range(ofLast: ",p=") else {
            throw Self.malformed("Proof expected.")
        }
        let withoutProof = String(text[..<proofStart.lowerBound])
        let fields = withoutProof.split(separator: ",", omittingEmptySubsequences: false)
        guard fields.count >= 2, fields[0] == "c=\(Base64.encode(Array(gs2Header.utf8)))" else {
            throw SQLError(
                .invalidAuthorization, "unexpected SCRAM channel-binding attribute in "
                    + "client-final-message")
        }
        guard fields[1] == "r=\(fullNonce)" else {
            throw SQLError(
                .protocolViolation, "invalid SCRAM response", detail: "Nonce does not match.")
        }
        guard let proof = Base64.decode(text[proofStart.upperBound...]), proof.count == 32 else {
            throw Self.malformed("Malformed proof in client-final-message.")
        }
        let signed = Array("\(clientFirstBare),\(serverFirst),\(withoutProof)".utf8)
        let clientKey = Scram.xor(proof, Scram.hmac(verifier.storedKey, signed))
        let matches = Scram.equal(Scram.hash(clientKey), verifier.storedKey)
        let signature = Scram.hmac(verifier.serverKey, signed)
        guard matches, !isMock else { return nil }
        return Array("v=\(Base64.encode(signature))".utf8)
    }

    private static func text(_ message: [UInt8]) throws -> String {
        guard !message.contains(0), let text = String(validating: message, as: UTF8.self) else {
            throw malformed("The message is no text.")
        }
        return text
    }

    private static func malformed(_ detail: String) -> SQLError {
        SQLError(.protocolViolation, "malformed SCRAM message", detail: detail)
    }
}

extension String {
    /// The last place of an ASCII string within this one.
    fileprivate func range(ofLast needle: String) -> Range<String.Index>? {
        let bytes = Array(utf8)
        let wanted = Array(needle.utf8)
        guard bytes.count >= wanted.count else { return nil }
        var start = bytes.count - wanted.count
        while start >= 0 {
            if bytes[start..<(start + wanted.count)].elementsEqual(wanted) {
                let lower = utf8.index(startIndex, offsetBy: start)
                return lower..<utf8.index(lower, offsetBy: wanted.count)
            }
            start -= 1
        }
        return nil
    }
}
