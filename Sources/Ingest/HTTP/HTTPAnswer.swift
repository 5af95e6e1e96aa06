import HTTPTypes
import Hummingbird

/// An error answer: a status and a JSON body `{"error":{"status","message",…}}`.
struct HTTPAnswer: Error {
    var status: HTTPResponse.Status
    var message: String
    var retryAfter: Int?
    var allow: String?
    var place: JSONError?

    init(
        _ status: HTTPResponse.Status, _ message: String, retryAfter: Int? = nil,
        allow: String? = nil, at place: JSONError? = nil
    ) {
        self.status = status
        self.message = message
        self.retryAfter = retryAfter
        self.allow = allow
        self.place = place
    }

    var response: Response {
        var bytes: [UInt8] = []
        JSONWriter.raw("{\"error\":{\"status\":", into: &bytes)
        bytes.append(contentsOf: String(status.code).utf8)
        JSONWriter.raw(",\"message\":", into: &bytes)
        JSONWriter.string(message, into: &bytes)
        if let place {
            let text = ",\"offset\":\(place.offset),\"line\":\(place.line),\"column\":\(place.column)"
            bytes.append(contentsOf: text.utf8)
        }
        JSONWriter.raw("}}", into: &bytes)
        var response = HTTPAnswer.json(status, bytes)
        if let retryAfter { response.headers[.retryAfter] = String(retryAfter) }
        if let allow { response.headers[.allow] = allow }
        if status == .unauthorized { response.headers[.wwwAuthenticate] = "Bearer" }
        return response
    }

    static func json(_ status: HTTPResponse.Status, _ bytes: [UInt8]) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
