import Glibc

/// One keep-alive connection that posts bodies and reads the answers; blocking, HTTP/1.1.
final class HTTPPoster {
    struct Answer {
        var status: Int
        var retryAfter: Int?
        var body: [UInt8]
    }

    enum Failure: Error {
        case connection(String)
        case malformedAnswer
    }

    private let host: String
    private let port: Int
    private let head: [UInt8]
    private var socket: Int32 = -1
    private var pending: [UInt8] = []

    init(host: String, port: Int, path: String, token: String?, contentType: String) {
        self.host = host
        self.port = port
        var text = "POST \(path) HTTP/1.1\r\nHost: \(host):\(port)\r\nContent-Type: \(contentType)\r\n"
        if let token { text += "Authorization: Bearer \(token)\r\n" }
        head = Array(text.utf8)
    }

    deinit { disconnect() }

    func disconnect() {
        if socket >= 0 { close(socket) }
        socket = -1
        pending = []
    }

    /// Sends one body and waits for the whole answer; any failure closes the connection.
    func post(_ body: [UInt8]) throws -> Answer {
        do {
            if socket < 0 { try connect() }
            try send(head + Array("Content-Length: \(body.count)\r\n\r\n".utf8))
            try send(body)
            return try receive()
        } catch {
            disconnect()
            throw error
        }
    }

    private func connect() throws {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &list) == 0 else {
            throw Failure.connection("unknown host \(host)")
        }
        defer { freeaddrinfo(list) }
        var next = list
        while let address = next {
            let info = address.pointee
            let made = Glibc.socket(
                info.ai_family, info.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), info.ai_protocol)
            if made >= 0 {
                if Glibc.connect(made, info.ai_addr, info.ai_addrlen) == 0 {
                    socket = made
                    configure()
                    return
                }
                close(made)
            }
            next = info.ai_next
        }
        throw Failure.connection(String(cString: strerror(errno)))
    }

    private func configure() {
        var on: Int32 = 1
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        var limit = timeval(tv_sec: 30, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
    }

    private func send(_ bytes: [UInt8]) throws {
        var start = 0
        while start < bytes.count {
            let count = bytes.withUnsafeBytes { raw in
                Glibc.send(
                    socket, raw.baseAddress.map { $0 + start }, bytes.count - start,
                    Int32(truncatingIfNeeded: MSG_NOSIGNAL))
            }
            if count > 0 {
                start += count
            } else if errno != EINTR {
                throw Failure.connection(String(cString: strerror(errno)))
            }
        }
    }

    private func receive() throws -> Answer {
        var headEnd: Int?
        var searched = 0
        while headEnd == nil {
            guard pending.count < 1 << 16 else { throw Failure.malformedAnswer }
            try fill()
            var index = max(searched - 3, 0)
            while index + 3 < pending.count {
                if pending[index] == 13, pending[index + 1] == 10, pending[index + 2] == 13,
                    pending[index + 3] == 10
                {
                    headEnd = index + 4
                    break
                }
                index += 1
            }
            searched = pending.count
        }
        let bodyStart = headEnd ?? 0
        let lines = String(decoding: pending[..<bodyStart], as: UTF8.self).split(separator: "\r\n")
        guard let first = lines.first, first.utf8.count >= 12,
            let status = Int(first.split(separator: " ").dropFirst().first ?? "")
        else { throw Failure.malformedAnswer }
        var length = 0
        var retryAfter: Int?
        var closes = false
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let name = line[..<colon].lowercased()
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            switch name {
            case "content-length": length = Int(value) ?? 0
            case "retry-after": retryAfter = Int(value)
            case "connection": closes = value.lowercased() == "close"
            default: break
            }
        }
        guard length >= 0, length < 1 << 28 else { throw Failure.malformedAnswer }
        while pending.count < bodyStart + length { try fill() }
        let body = Array(pending[bodyStart..<(bodyStart + length)])
        pending.removeFirst(bodyStart + length)
        if closes { disconnect() }
        return Answer(status: status, retryAfter: retryAfter, body: body)
    }

    private func fill() throws {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = recv(socket, &buffer, buffer.count, 0)
            if count > 0 {
                pending.append(contentsOf: buffer[..<count])
                return
            }
            if count < 0, errno == EINTR { continue }
            throw Failure.connection(count == 0 ? "closed" : String(cString: strerror(errno)))
        }
    }
}
