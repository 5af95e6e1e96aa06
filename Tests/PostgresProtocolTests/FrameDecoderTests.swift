import Basics
import NIOCore
import PostgresProtocol
import Testing

@Suite("Frames and messages")
struct FrameDecoderTests {
    private let messages: [FrontendMessage] = [
        .query("SELECT 'ü'"), .parse(name: "s", sql: "SELECT $1", parameterTypes: [23, 0]),
        .bind(
            .init(
                portal: "p", statement: "s", parameterFormats: [0, 1],
                parameters: [nil, [1, 2], []], resultFormats: [1])),
        .describe(.portal, "p"), .execute(portal: "p", maxRows: 7), .close(.statement, "s"),
        .flush, .sync, .copyData([0, 1, 2]), .copyDone, .copyFail("why"), .functionCall,
        .terminate,
    ]

    private func sessionDecoder() throws -> FrameDecoder {
        var decoder = FrameDecoder()
        decoder.startupEnded()
        decoder.authenticated()
        return decoder
    }

    @Test func messagesSurviveAnyCut() throws {
        let bytes = messages.flatMap(\.bytes)
        for size in [1, 2, 3, 7, 64, bytes.count] {
            var decoder = try sessionDecoder()
            var seen: [FrontendMessage] = []
            var at = 0
            while at < bytes.count {
                let end = min(at + size, bytes.count)
                decoder.append(ByteBuffer(bytes: bytes[at..<end]))
                at = end
                while case .message(let code, let body) = try decoder.next() {
                    seen.append(try FrontendMessage(code: code, body: body))
                }
            }
            #expect(seen == messages)
            #expect(decoder.bufferedBytes == 0)
        }
    }

    @Test func backendMessagesRoundTrip() throws {
        var error = SQLError(.syntaxError, "m", detail: "d", hint: "h", position: 3)
        let sent: [BackendMessage] = [
            .authenticationOK, .authenticationSASL(["SCRAM-SHA-256"]),
            .authenticationSASLContinue([1]), .authenticationSASLFinal([2]),
            .negotiateProtocolVersion(newest: 3 << 16, unknownOptions: ["_pq_.x"]),
            .backendKeyData(processID: 1, secret: -2), .parameterStatus("a", "b"),
            .readyForQuery(.failed), .dataRow([nil, [], [1]]), .commandComplete("SELECT 1"),
            .emptyQueryResponse, .errorResponse(error, severity: "ERROR"),
            .noticeResponse(error, severity: "NOTICE"), .parseComplete, .bindComplete,
            .closeComplete, .noData, .portalSuspended, .parameterDescription([20, 25]),
            .copyInResponse(.text, columns: 2), .copyOutResponse(.binary, columns: 1),
            .copyData([1, 2]), .copyDone,
            .rowDescription([
                ResultColumn(
                    name: "n", type: .unknown, typeOID: 20, typeModifier: 4, typeSize: 8,
                    tableOID: 1, columnNumber: 2, format: 1)
            ]),
            .notification(processID: 1, channel: "c", payload: "p"),
        ]
        var buffer = ByteBuffer()
        for message in sent { message.encode(into: &buffer) }
        var decoder = BackendDecoder()
        buffer.withUnsafeReadableBytes { decoder.append($0) }
        for message in sent { #expect(try decoder.next() == message) }
        #expect(try decoder.next() == nil)
        error.message = "other"
        #expect(sent[11] != .errorResponse(error, severity: "ERROR"))
    }

    @Test func startupPackets() throws {
        let packets: [StartupPacket] = [
            .sslRequest, .gssRequest, .cancel(processID: 5, secret: -6),
            .startup(.init(minorVersion: 2, parameters: [("user", "a"), ("_pq_.x", "y")])),
        ]
        for packet in packets {
            let body = ByteBuffer(bytes: packet.bytes.dropFirst(4))
            #expect(try StartupPacket(body: body) == packet)
            for count in 0..<body.readableBytes {
                _ = try? StartupPacket(body: ByteBuffer(bytes: packet.bytes[4..<(4 + count)]))
            }
        }
    }

    @Test func limits() throws {
        func startup(_ length: [UInt8]) throws {
            var decoder = FrameDecoder()
            decoder.append(ByteBuffer(bytes: length))
            _ = try decoder.next()
        }
        #expect(throws: SQLError.self) { try startup([0x7F, 0xFF, 0xFF, 0xFF]) }
        #expect(throws: SQLError.self) { try startup([0, 0, 0x27, 0x11]) }
        #expect(throws: SQLError.self) { try startup([0, 0, 0, 7]) }
        #expect(throws: SQLError.self) { try startup([0xFF, 0xFF, 0xFF, 0xFF]) }
        try startup([0, 0, 0x27, 0x10])

        func session(_ bytes: [UInt8], limit: Int = 1_000_000) throws -> FrameDecoder.Frame? {
            var limits = FrameDecoder.Limits()
            limits.frameBytesMax = limit
            var decoder = FrameDecoder(limits: limits)
            decoder.startupEnded()
            decoder.authenticated()
            decoder.append(ByteBuffer(bytes: bytes))
            return try decoder.next()
        }
        #expect(throws: SQLError.self) { try session([0x51, 0x7F, 0xFF, 0xFF, 0xFF]) }
        #expect(throws: SQLError.self) { try session([0x51, 0, 0, 0, 3]) }
        #expect(throws: SQLError.self) { try session([0x00]) }
        // Sync carries nothing: a megabyte of it is a fault, of Query it is not.
        #expect(throws: SQLError.self) { try session([0x53, 0, 0x0F, 0, 0]) }
        #expect(try session([0x51, 0, 0x0F, 0, 0]) == nil)

        var early = FrameDecoder()
        early.startupEnded()
        early.append(ByteBuffer(bytes: FrontendMessage.query("SELECT 1").bytes))
        #expect(throws: SQLError.self) { try early.next() }
    }

    @Test func malformedBodiesThrow() {
        for message in messages {
            let bytes = message.bytes
            guard let code = FrontendCode(rawValue: bytes[0]) else { continue }
            for count in 5..<max(bytes.count, 6) {
                _ = try? FrontendMessage(code: code, body: ByteBuffer(bytes: bytes[5..<min(count, bytes.count)]))
            }
        }
        let tooMany: [UInt8] = [0, 0, 0, 0, 0xFF, 0xFF]
        #expect(throws: SQLError.self) {
            try FrontendMessage(code: .bind, body: ByteBuffer(bytes: tooMany))
        }
        let negative: [UInt8] = [0, 0, 0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFE, 0, 0]
        #expect(throws: SQLError.self) {
            try FrontendMessage(code: .bind, body: ByteBuffer(bytes: negative))
        }
        #expect(throws: SQLError.self) {
            try FrontendMessage(code: .query, body: ByteBuffer(bytes: [0x41, 0, 0x42]))
        }
    }

    @Test func startupOptions() throws {
        let parsed = try StartupOptions.parse(
            " -c search_path=a,b  -cwork_mem=4MB --statement-timeout=5s -c x=a\\ b\\\\c -c y= ")
        #expect(parsed.map(\.0) == ["search_path", "work_mem", "statement_timeout", "x", "y"])
        #expect(parsed.map(\.1) == ["a,b", "4MB", "5s", "a b\\c", ""])
        for text in ["-c", "-c novalue", "-x", "-c =1", "word"] {
            #expect(throws: SQLError.self) { try StartupOptions.parse(text) }
        }
    }
}
