import DemoData
import Foundation
import Glibc
import Ingest
import Logging
import Synchronization
import Testing

/// The listener over real sockets.
@Suite(.serialized) struct HTTPTests {
    /// Runs a server on a free port for the length of a test.
    private func withServer(
        token: String? = nil, limits: IngestLimits = IngestLimits(),
        _ body: @Sendable @escaping (Int, FakeStore, IngestServer) async throws -> Void
    ) async throws {
        let store = Bench().store
        let server = IngestServer(
            store: store, port: 0, token: token, limits: limits,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        let (ports, found) = AsyncStream.makeStream(of: Int.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await server.run { found.yield($0) } }
            var iterator = ports.makeAsyncIterator()
            let port = try #require(await iterator.next())
            try await body(port, store, server)
            await server.stop()
            group.cancelAll()
        }
    }

    /// Sends raw bytes, reads until the server closes, returns the whole answer.
    private func exchange(_ port: Int, _ text: String) -> String {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { return "" }
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let bytes = Array(text.utf8)
        _ = send(descriptor, bytes, bytes.count, Int32(truncatingIfNeeded: MSG_NOSIGNAL))
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = recv(descriptor, &buffer, buffer.count, 0), count > 0 {
            answer += buffer[..<count]
        }
        return String(decoding: answer, as: UTF8.self)
    }

    private func post(
        _ port: Int, _ body: String, type: String = "application/cloudevents+json",
        headers: String = "", path: String = "/v1/events", method: String = "POST"
    ) -> String {
        exchange(
            port,
            "\(method) \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: \(type)\r\n"
                + "\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    @Test func answersEveryKindOfBody() async throws {
        try await withServer { port, store, _ in
            let one = post(port, receipt("e1"))
            #expect(one.hasPrefix("HTTP/1.1 200"))
            #expect(
                one.hasSuffix(
                    #"{"results":[{"id":"e1","source":"/reg/6","status":"stored"}]}"#))
            let batch = post(
                port, "[\(receipt("e1")),\(receipt("e2", seq: 74))]",
                type: "application/cloudevents-batch+json; charset=utf-8")
            #expect(batch.contains(#""status":"duplicate"},{"id":"e2""#))
            let lines = post(
                port, receipt("e3", seq: 75) + "\n\n" + receipt("e4", lines: "") + "\n",
                type: "application/x-ndjson")
            #expect(lines.contains(#""status":"quarantined","reason":"no_lines: "#))
            #expect(store.rows(.sales).count == 3)
            let metrics = post(port, "", path: "/metrics", method: "GET")
            #expect(metrics.contains("storehouse_ingest_events_total{outcome=\"stored\"} 3\n"))
            #expect(metrics.contains("storehouse_ingest_commit_seconds_count 3\n"))
        }
    }

    @Test func refusesWhatItMust() async throws {
        var limits = IngestLimits()
        limits.bodyBytesMax = 1000
        try await withServer(token: "secret", limits: limits) { port, store, _ in
            let key = "Authorization: Bearer secret\r\n"
            #expect(post(port, receipt("e1")).hasPrefix("HTTP/1.1 401"))
            #expect(
                post(port, receipt("e1"), headers: "Authorization: Bearer secreT\r\n")
                    .hasPrefix("HTTP/1.1 401"))
            let malformed = post(port, "{\n \"a\":}", headers: key)
            #expect(malformed.hasPrefix("HTTP/1.1 400"))
            #expect(malformed.contains(#""offset":7,"line":2,"column":6"#))
            #expect(post(port, receipt("e1"), type: "text/plain", headers: key).contains(" 415 "))
            #expect(
                post(port, receipt("e1"), headers: key + "Content-Encoding: gzip\r\n")
                    .contains(" 415 "))
            let long = String(repeating: " ", count: 1001)
            #expect(post(port, long, headers: key).hasPrefix("HTTP/1.1 413"))
            #expect(
                exchange(
                    port,
                    "POST /v1/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\(key)"
                        + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + "3E9\r\n\(long)\r\n0\r\n\r\n"
                ).hasPrefix("HTTP/1.1 413"))
            #expect(post(port, "", headers: key, path: "/nothing").contains(" 404 "))
            let method = post(port, "", headers: key, method: "PUT")
            #expect(method.contains(" 405 ") && method.lowercased().contains("allow: post"))
            #expect(store.rows(.sales).isEmpty && store.rows(.quarantine).isEmpty)
            #expect(post(port, "", path: "/v1/health", method: "GET").contains(#"{"status":"ok"}"#))
            let header = "X: \(String(repeating: "y", count: 100_000))\r\n"
            #expect(!post(port, receipt("e1"), headers: key + header).contains(" 200 "))
            #expect(!exchange(port, "\u{1}\u{2} nonsense\r\n\r\n").contains(" 200 "))
            #expect(post(port, receipt("e1"), headers: key).hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test func asksToWaitWhenTheBacklogIsFull() async throws {
        var limits = IngestLimits()
        limits.backlogEventsMax = 1
        try await withServer(limits: limits) { port, store, _ in
            // The first commit takes long: one request waits behind it, a third is too many.
            store.state.withLock { $0.onCommit = { usleep(700_000) } }
            let answers = await withTaskGroup(of: String.self) { group in
                for number in 0..<3 {
                    group.addTask {
                        try? await Task.sleep(for: .milliseconds(number * 150))
                        return await self.inBackground(port, receipt("e\(number)", seq: number))
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.filter { $0.hasPrefix("HTTP/1.1 200") }.count == 2)
            let refused = answers.filter { $0.hasPrefix("HTTP/1.1 429") }
            #expect(refused.count == 1)
            #expect(refused.first?.lowercased().contains("retry-after: 1") == true)
        }
    }

    /// A blocking exchange that leaves the cooperative pool alone.
    private func inBackground(_ port: Int, _ body: String) async -> String {
        await withCheckedContinuation { done in
            let thread = Thread { done.resume(returning: self.post(port, body)) }
            thread.start()
        }
    }

    @Test func takesASimulatorsLoad() async throws {
        try await withServer { port, store, _ in
            var options = Simulator.Options()
            options.port = port
            options.eventsPerSecond = 1000
            options.connections = 2
            let world = DemoWorld(seed: 3, stores: 4, products: 100, today: 9_700, days: 3)
            let keys = Mutex<Set<EventKey>>([])
            let simulator = Simulator(world, options) { events in
                keys.withLock { known in
                    for event in events {
                        known.insert(EventKey(source: event.source, id: event.id))
                    }
                }
            }
            let progress = await withCheckedContinuation { done in
                Thread { done.resume(returning: simulator.run(seconds: 1)) }.start()
            }
            #expect(progress.acknowledged > 300)
            #expect(progress.refused == 0)
            let receipts = store.state.withLock { $0.receipts }
            #expect(keys.withLock { $0 }.isSubset(of: receipts))
        }
    }
}
