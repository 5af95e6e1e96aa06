import Hummingbird

/// Answers every HTTP request: events, health, metrics, and JSON errors for the rest.
package struct EventsResponder: HTTPResponder {
    package typealias Context = BasicRequestContext

    let writer: IngestWriter
    let metrics: IngestMetrics
    let limits: IngestLimits
    /// Nil: no authorisation is asked for.
    let token: String?
    let now: @Sendable () -> Int64

    package init(
        writer: IngestWriter, metrics: IngestMetrics, limits: IngestLimits, token: String?,
        now: @escaping @Sendable () -> Int64 = Timestamps.now
    ) {
        self.writer = writer
        self.metrics = metrics
        self.limits = limits
        self.token = token
        self.now = now
    }

    package func respond(to request: Request, context: Context) async throws -> Response {
        let response: Response
        do {
            response = try await route(request)
        } catch let error as HTTPAnswer {
            response = error.response
        }
        metrics.request(status: response.status.code)
        return response
    }

    private func route(_ request: Request) async throws -> Response {
        switch (request.uri.path, request.method) {
        case ("/v1/events", .post):
            try authorise(request)
            return try await takeEvents(request)
        case ("/v1/health", .get), ("/v1/health", .head):
            if writer.isStopping { throw HTTPAnswer(.serviceUnavailable, "the server is stopping") }
            return HTTPAnswer.json(.ok, Array("{\"status\":\"ok\"}".utf8))
        case ("/metrics", .get):
            return Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: metrics.render())))
        case ("/v1/events", _):
            throw HTTPAnswer(.methodNotAllowed, "POST events here", allow: "POST")
        case ("/v1/health", _), ("/metrics", _):
            throw HTTPAnswer(.methodNotAllowed, "only GET is answered here", allow: "GET")
        default:
            throw HTTPAnswer(.notFound, "there is nothing at this path")
        }
    }

    private func authorise(_ request: Request) throws {
        guard let token else { return }
        let expected = Array("Bearer \(token)".utf8)
        let given = Array((request.headers[.authorization] ?? "").utf8)
        // The time of comparing does not tell how much of the token was right.
        var difference = expected.count ^ given.count
        for (index, byte) in expected.enumerated() {
            difference |= Int(byte ^ (index < given.count ? given[index] : 0))
        }
        guard difference == 0 else {
            throw HTTPAnswer(.unauthorized, "a valid bearer token is required")
        }
    }

    private func takeEvents(_ request: Request) async throws -> Response {
        let isLines = try contentIsLines(request)
        let bytes = try await body(of: request)
        let document: JSONDocument
        do {
            document = try isLines
                ? JSONDocument(parsingLines: bytes) : JSONDocument(parsing: bytes)
        } catch let error as JSONError {
            throw HTTPAnswer(.badRequest, "malformed JSON: \(error.message)", at: error)
        }
        let receivedAt = now()
        let events = EventValidator(document, receivedAt: receivedAt).validateAll()
        switch await writer.submit(events, of: document, receivedAt: receivedAt) {
        case .success(let results):
            return HTTPAnswer.json(.ok, EventsResponder.render(results))
        case .failure(.backlogFull):
            throw HTTPAnswer(
                .tooManyRequests, "the backlog is full", retryAfter: limits.retryAfterSeconds)
        case .failure(.stopping):
            throw HTTPAnswer(
                .serviceUnavailable, "the server is stopping", retryAfter: limits.retryAfterSeconds)
        case .failure(.commitFailed(let why)):
            throw HTTPAnswer(
                .serviceUnavailable, "the events could not be stored: \(why)",
                retryAfter: limits.retryAfterSeconds)
        }
    }

    private func contentIsLines(_ request: Request) throws -> Bool {
        if let encoding = request.headers[.contentEncoding], encoding != "identity" {
            throw HTTPAnswer(.unsupportedMediaType, "content encoding is not supported")
        }
        let full = request.headers[.contentType] ?? ""
        let type = full.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
        switch type {
        case "application/cloudevents+json", "application/cloudevents-batch+json",
            "application/json":
            return false
        case "application/x-ndjson":
            return true
        default:
            throw HTTPAnswer(
                .unsupportedMediaType,
                "send application/cloudevents+json, application/cloudevents-batch+json, "
                    + "application/json or application/x-ndjson")
        }
    }

    private func body(of request: Request) async throws -> [UInt8] {
        if let length = request.headers[.contentLength].flatMap({ Int($0) }),
            length > limits.bodyBytesMax
        {
            throw HTTPAnswer(
                .contentTooLarge, "the body is longer than \(limits.bodyBytesMax) bytes")
        }
        let deadline = ContinuousClock.now + .seconds(limits.bodySeconds)
        var bytes: [UInt8] = []
        for try await part in request.body {
            guard bytes.count + part.readableBytes <= limits.bodyBytesMax else {
                throw HTTPAnswer(
                    .contentTooLarge, "the body is longer than \(limits.bodyBytesMax) bytes")
            }
            guard ContinuousClock.now < deadline else {
                throw HTTPAnswer(.requestTimeout, "the body took too long")
            }
            bytes.append(contentsOf: part.readableBytesView)
        }
        return bytes
    }

    static func render(_ results: [EventResult]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(results.count * 96 + 16)
        JSONWriter.raw("{\"results\":[", into: &bytes)
        for (place, result) in results.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            JSONWriter.raw("{", into: &bytes)
            if let key = result.key {
                JSONWriter.raw("\"id\":", into: &bytes)
                JSONWriter.string(key.id, into: &bytes)
                JSONWriter.raw(",\"source\":", into: &bytes)
                JSONWriter.string(key.source, into: &bytes)
                JSONWriter.raw(",", into: &bytes)
            }
            JSONWriter.raw("\"status\":", into: &bytes)
            JSONWriter.string(result.status.rawValue, into: &bytes)
            if let reason = result.reason {
                JSONWriter.raw(",\"reason\":", into: &bytes)
                JSONWriter.string(reason, into: &bytes)
            }
            JSONWriter.raw("}", into: &bytes)
        }
        JSONWriter.raw("]}", into: &bytes)
        return bytes
    }
}
