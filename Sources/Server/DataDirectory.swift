import Basics
import Catalog
import Engine
import Glibc
import PostgresProtocol
import Storage

/// A data directory and the secrets beside the store: files that only their owner reads.
package struct DataDirectory: Sendable {
    package static let superuser = "admin"
    private static let passwordFile = "admin.password"
    private static let tokenFile = "ingest.token"

    package let path: String

    package init(_ path: String) { self.path = path }

    /// Opens the database. A new one gets a superuser with a random password, kept in `admin.password`.
    package func open(threads: Int?) throws -> Database {
        try make()
        var options = Database.Options()
        options.threads = max(1, threads ?? sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        options.superuser = Self.superuser
        // Used only while the store has no catalog, which a start that was cut short may leave.
        let isNew = access("\(path)/CURRENT", F_OK) != 0
        let password = isNew ? try secret(Self.passwordFile) : try adminPassword()
        options.superuserVerifier = password.map { ScramVerifier(password: $0).text }
        return try Database(directory: path, options: options)
    }

    /// What senders of events present; made at the first start.
    package func ingestToken() throws -> String { try secret(Self.tokenFile) }

    /// The superuser's first password; nil where the file was taken away.
    package func adminPassword() throws -> String? { try read(Self.passwordFile) }

    /// Everything that is wrong with the directory, in words.
    package func problems() -> [String] {
        var problems = StoreCheck.check(path).map(\.description)
        guard problems.isEmpty else { return problems }
        do {
            let image = try StoreCheck.catalogImage(path)
            if !image.isEmpty { _ = try CatalogSnapshot(image: image) }
        } catch {
            problems.append("catalog: \((error as? SQLError)?.message ?? "\(error)")")
        }
        return problems
    }

    private func make() throws {
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            made += part + "/"
            if mkdir(made, 0o700) != 0, errno != EEXIST {
                throw Self.failure("could not create \"\(made)\"")
            }
        }
    }

    /// The secret in the file, which is made with a random one if it is missing.
    private func secret(_ name: String) throws -> String {
        if let known = try read(name) { return known }
        let made = Self.randomText()
        let file = Glibc.open("\(path)/\(name)", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Self.failure("could not create \"\(path)/\(name)\"") }
        defer { Glibc.close(file) }
        let bytes = Array("\(made)\n".utf8)
        guard write(file, bytes, bytes.count) == bytes.count, fsync(file) == 0 else {
            let error = Self.failure("could not write \"\(path)/\(name)\"")
            unlink("\(path)/\(name)")
            throw error
        }
        return made
    }

    private func read(_ name: String) throws -> String? {
        let file = Glibc.open("\(path)/\(name)", O_RDONLY | O_CLOEXEC)
        if file < 0 {
            if errno == ENOENT { return nil }
            throw Self.failure("could not open \"\(path)/\(name)\"")
        }
        defer { Glibc.close(file) }
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = Glibc.read(file, &bytes, bytes.count)
        let line = bytes.prefix(max(count, 0)).prefix { $0 != 0x0A && $0 != 0x0D }
        guard !line.isEmpty else {
            throw SQLError(.invalidPassword, "\"\(path)/\(name)\" is empty")
        }
        return String(decoding: line, as: UTF8.self)
    }

    /// 32 characters of 62: 190 bits.
    package static func randomText() -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
        var generator = SystemRandomNumberGenerator()
        return String(
            (0..<32).map { _ in letters[Int.random(in: 0..<letters.count, using: &generator)] })
    }

    private static func failure(_ what: String) -> SQLError {
        SQLError(.ioError, "\(what): \(String(cString: strerror(errno)))")
    }
}
