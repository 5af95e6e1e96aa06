import Basics

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A connected TCP socket that blocks.
final class Socket: Sendable {
    private static let readBytes = 64 << 10
    private let descriptor: Int32

    init(host: String, port: Int) throws {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        #if canImport(Glibc)
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
            hints.ai_socktype = SOCK_STREAM
        #endif
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &found)
        guard code == 0, let first = found else {
            throw SQLError(
                .connectionFailure,
                "could not translate host name \"\(host)\": \(String(cString: gai_strerror(code)))")
        }
        defer { freeaddrinfo(first) }
        var candidate: UnsafeMutablePointer<addrinfo>? = first
        var problem = "no address"
        while let info = candidate?.pointee {
            let made = socket(info.ai_family, info.ai_socktype, info.ai_protocol)
            if made >= 0 {
                if connect(made, info.ai_addr, info.ai_addrlen) == 0 {
                    descriptor = made
                    var on: Int32 = 1
                    setsockopt(
                        made, Int32(IPPROTO_TCP), TCP_NODELAY, &on,
                        socklen_t(MemoryLayout<Int32>.size))
                    return
                }
                problem = String(cString: strerror(errno))
                _ = Self.closeDescriptor(made)
            }
            candidate = info.ai_next
        }
        throw SQLError(
            .connectionFailure,
            "connection to server at \"\(host)\", port \(port) failed: \(problem)")
    }

    func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { raw in
            var sent = 0
            while sent < raw.count {
                let count = send(
                    descriptor, raw.baseAddress.map { $0 + sent }, raw.count - sent,
                    Int32(truncatingIfNeeded: Int(MSG_NOSIGNAL)))
                if count < 0 {
                    if errno == EINTR { continue }
                    throw lost(errno)
                }
                sent += count
            }
        }
    }

    /// Reads what is there, waiting for some; 0 at the end.
    func read(_ body: (UnsafeRawBufferPointer) -> Void) throws -> Int {
        try withUnsafeTemporaryAllocation(byteCount: Self.readBytes, alignment: 16) { buffer in
            while true {
                let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
                if count < 0 {
                    if errno == EINTR { continue }
                    throw lost(errno)
                }
                body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                return count
            }
        }
    }

    func close() { _ = Self.closeDescriptor(descriptor) }

    private static func closeDescriptor(_ descriptor: Int32) -> Int32 {
        #if canImport(Glibc)
            Glibc.close(descriptor)
        #else
            Darwin.close(descriptor)
        #endif
    }

    private func lost(_ code: Int32) -> SQLError {
        SQLError(
            .connectionFailure, "connection to server was lost: \(String(cString: strerror(code)))")
    }
}
