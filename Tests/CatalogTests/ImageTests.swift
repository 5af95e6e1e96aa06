import Basics
import Catalog
import Testing

/// The catalog's bytes: a faithful round trip, and no trap on anything else.
struct ImageTests {
    @Test func roundTrip() throws {
        let catalog = CatalogSnapshot.initial(superuser: "admin", verifier: "x")
        let image = try catalog.image()
        let read = try CatalogSnapshot(image: image)
        #expect(read == catalog)
        #expect(try read.image() == image)
        #expect(read.role(named: "admin")?.isSuperuser == true)
        #expect(read.schema(named: "public") != nil)
    }

    @Test func everyTruncationIsAnError() throws {
        let image = try CatalogSnapshot.initial().image()
        for count in 0..<image.count {
            #expect(throws: SQLError.self) {
                try CatalogSnapshot(image: Array(image.prefix(count)))
            }
        }
    }

    @Test func flippedBytesNeverTrap() throws {
        let image = try CatalogSnapshot.initial().image()
        var generator = SplitMix64(seed: 7)
        for _ in 0..<500 {
            var copy = image
            let place = Int(generator.next() % UInt64(copy.count))
            copy[place] ^= UInt8(truncatingIfNeeded: generator.next() | 1)
            _ = try? CatalogSnapshot(image: copy)
        }
    }

    @Test(arguments: [
        ("\"owner\":10", "\"owner\":999"), ("\"oid\":2200", "\"oid\":11"),
        ("\"isSuperuser\":true", "\"isSuperuser\":false"), ("\"pg_catalog\"", "\"public\""),
    ])
    func danglingReferencesAreDamage(_ old: String, _ new: String) throws {
        let image = try CatalogSnapshot.initial().image()
        let text = String(decoding: image[8...], as: UTF8.self)
        #expect(text.contains(old))
        let changed = Array(image[0..<8]) + Array(text.replacing(old, with: new).utf8)
        do {
            _ = try CatalogSnapshot(image: changed)
            Issue.record("accepted")
        } catch let error as SQLError {
            #expect(error.state == .dataCorrupted)
        }
    }

    @Test func scramVerifier() throws {
        // The worked example of RFC 7677 gives these keys.
        let salt: [UInt8] = [
            0x5b, 0x6d, 0x99, 0x68, 0x9d, 0x12, 0x35, 0x8e, 0xec, 0xa0, 0x4b, 0x14, 0x12, 0x36,
            0xfa, 0x81,
        ]
        #expect(
            SCRAM.verifier(for: "pencil", salt: salt, iterations: 4096)
                == "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$"
                + "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
                + "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=")
        let once = try SCRAM.verifier(for: "pencil")
        #expect(try SCRAM.verifier(for: once) == once)
        #expect(try SCRAM.verifier(for: "pencil") != once)
        #expect(throws: SQLError.self) { try SCRAM.verifier(for: "") }
    }
}
