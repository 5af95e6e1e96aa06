import Basics
import PostgresProtocol
import Testing

@Suite("SCRAM-SHA-256")
struct ScramTests {
    private let secret = [UInt8](repeating: 9, count: 32)

    private func exchange(
        verifier: String?, password: String
    ) throws -> (accepted: Bool, verified: Bool) {
        var server = ScramServer(user: "u", verifier: verifier, mockSecret: secret)
        var client = ScramClient(password: password)
        let initial = client.initialResponse
        let first = Array(initial[(ScramVerifier.mechanism.utf8.count + 5)...])
        let final = try client.final(try server.first(first))
        guard let answer = try server.final(final) else { return (false, false) }
        return (true, client.verifies(answer))
    }

    /// The exchange of RFC 7677, section 3.
    @Test func publishedExchange() throws {
        let salt: [UInt8] = [
            0x5B, 0x6D, 0x99, 0x68, 0x9D, 0x12, 0x35, 0x8E, 0xEC, 0xA0, 0x4B, 0x14, 0x12, 0x36,
            0xFA, 0x81,
        ]
        let verifier = ScramVerifier(password: "pencil", salt: salt, iterations: 4096)
        var server = ScramServer(
            user: "user", verifier: verifier.text, mockSecret: secret,
            nonce: "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0")
        let first = try server.first(Array("n,,n=user,r=rOprNGfwEbeRWgbNEkqO".utf8))
        #expect(
            String(decoding: first, as: UTF8.self)
                == "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                + "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")
        let final = try server.final(
            Array(
                ("c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                    + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=").utf8))
        #expect(
            final.map { String(decoding: $0, as: UTF8.self) }
                == "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")
    }

    @Test func passwords() throws {
        let verifier = ScramVerifier(password: "pässwörd ①", iterations: 16)
        #expect(ScramVerifier(verifier.text) == verifier)
        #expect(try exchange(verifier: verifier.text, password: "pässwörd ①") == (true, true))
        // The same letters, written with combining marks and another space.
        let other = "pa\u{308}sswo\u{308}rd\u{A0}1"
        #expect(try exchange(verifier: verifier.text, password: other) == (true, true))
        #expect(try exchange(verifier: verifier.text, password: "password").accepted == false)
        #expect(try exchange(verifier: nil, password: "").accepted == false)
        #expect(try exchange(verifier: "md5abc", password: "abc").accepted == false)
    }

    @Test func malformedVerifiers() {
        let good = ScramVerifier(password: "x", iterations: 1).text
        #expect(ScramVerifier(good) != nil)
        for end in good.indices { #expect(ScramVerifier(String(good[..<end])) == nil) }
        #expect(ScramVerifier(good.replacing("$1:", with: "$0:")) == nil)
        #expect(ScramVerifier(good.replacing("$1:", with: "$99999999999:")) == nil)
    }

    @Test func malformedMessages() {
        let verifier = ScramVerifier(password: "x", iterations: 1).text
        for text in [
            "", "n", "n,", "n,,", "n,,n=", "n,,n=,x=1", "n,a=me,n=,r=abc", "p=tls-unique,,n=,r=a",
            "n,,m=1,n=,r=a", "n,,n=,r=", "n,,n=,r=a\u{7}b", "z,,n=,r=abc",
        ] {
            var server = ScramServer(user: "u", verifier: verifier, mockSecret: secret)
            #expect(throws: SQLError.self) { try server.first(Array(text.utf8)) }
        }
        var random = SplitMix64(seed: 3)
        for _ in 0..<2_000 {
            var server = ScramServer(
                user: "u", verifier: verifier, mockSecret: secret, nonce: "N")
            _ = try? server.first(Array("n,,n=,r=abc".utf8))
            var message = Array("c=biws,r=abcN,p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".utf8)
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let at = Int.random(in: 0..<message.count, using: &random)
                message[at] = UInt8.random(in: 0...255, using: &random)
            }
            message.removeLast(Int.random(in: 0...4, using: &random))
            #expect((try? server.final(message)) ?? nil == nil)
        }
    }
}
