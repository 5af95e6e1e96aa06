import Basics
import Glibc
import PostgresProtocol

/// A file of the server's machine that COPY reads or writes.
final class CopyFile: CopyInSource {
    private let descriptor: Int32
    private let path: String

    static let noPrograms = SQLError(
        .featureNotSupported, "COPY with a program is not supported",
        hint: "Use COPY … FROM STDIN or TO STDOUT with a pipe.")

    /// Opens a file for reading, where the role may.
    init(reading path: String, _ runner: StatementRunner) throws {
        try Self.require(runner, "pg_read_server_files", "from")
        self.path = path
        descriptor = try Self.open(
            path, O_RDONLY | O_CLOEXEC, "reading",
            hint: "COPY FROM instructs the PostgreSQL server process to read a file. You may want"
                + " a client-side facility such as psql's \\copy.")
        var status = stat()
        if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            throw SQLError(.wrongObjectType, "\"\(path)\" is a directory")
        }
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
    }

    /// Makes or replaces a file, where the role may.
    init(writing path: String, _ runner: StatementRunner) throws {
        try Self.require(runner, "pg_write_server_files", "to")
        guard path.hasPrefix("/") else {
            throw SQLError(.invalidName, "relative path not allowed for COPY to file")
        }
        self.path = path
        descriptor = try Self.open(
            path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, "writing",
            hint: "COPY TO instructs the PostgreSQL server process to write a file. You may want"
                + " a client-side facility such as psql's \\copy.")
    }

    deinit { close(descriptor) }

    private static func require(
        _ runner: StatementRunner, _ role: String, _ direction: String
    ) throws {
        let session = runner.session
        if try session.current().catalog.isSuperuser(session.role) { return }
        throw SQLError(
            .insufficientPrivilege,
            "must be superuser or have privileges of the \(role) role to COPY \(direction) a file",
            hint: "Anyone can COPY to stdout or from stdin. psql's \\copy command also works for"
                + " anyone.")
    }

    private static func open(
        _ path: String, _ flags: Int32, _ purpose: String, hint: String
    ) throws -> Int32 {
        while true {
            let descriptor = Glibc.open(path, flags, 0o644)
            if descriptor >= 0 { return descriptor }
            let code = errno
            if code == EINTR { continue }
            throw SQLError(
                code == ENOENT ? SQLState("58P01") : code == EACCES
                    ? .insufficientPrivilege : .ioError,
                "could not open file \"\(path)\" for \(purpose): \(String(cString: strerror(code)))",
                hint: code == ENOENT || code == EACCES ? hint : nil)
        }
    }

    private func failure(_ action: String) -> SQLError {
        SQLError(
            errno == ENOSPC ? .diskFull : .ioError,
            "could not \(action) COPY file \"\(path)\": \(String(cString: strerror(errno)))")
    }

    /// The next megabyte.
    func next() throws -> [UInt8]? {
        var got = 0
        let bytes = try [UInt8](unsafeUninitializedCapacity: 1 << 20) { buffer, used in
            got = read(descriptor, buffer.baseAddress, buffer.count)
            while got < 0, errno == EINTR { got = read(descriptor, buffer.baseAddress, buffer.count) }
            if got < 0 { throw failure("read from") }
            used = got
        }
        return got == 0 ? nil : bytes
    }

    func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { all in
            var done = 0
            while done < all.count {
                let put = Glibc.write(descriptor, all.baseAddress.map { $0 + done }, all.count - done)
                if put > 0 { done += put }
                if put == 0 || (put < 0 && errno != EINTR) { throw failure("write to") }
            }
        }
    }
}
