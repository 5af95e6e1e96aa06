import Basics
import Engine
import Logging
import PostgresProtocol
import PostgresServer

/// A data directory opened for one console: a listener on a free port of this machine that lets in
/// one user, with a password nobody else knows.
package final class LocalServer: Sendable {
    package let port: Int
    package let password: String
    private let database: Database
    private let server: PostgresServer

    package init(directory: DataDirectory, user: String, threads: Int?, logger: Logger) throws {
        password = DataDirectory.randomText()
        database = try directory.open(threads: threads)
        var settings = PostgresServer.Configuration()
        settings.port = 0
        server = PostgresServer(
            configuration: settings,
            backend: OneUser(
                database: database, user: user, password: ScramVerifier(password: password).text),
            logger: logger)
        do {
            port = try server.start()
        } catch {
            database.close()
            throw error
        }
    }

    package func stop() {
        server.stop()
        database.close()
    }
}

/// The database with another password for one user, and none for the rest.
private struct OneUser: DatabaseBackend {
    let database: Database
    let user: String
    let password: String

    func verifier(forUser name: String) -> String? {
        guard name == user, let catalog = try? database.catalog(database.store.snapshot()),
            catalog.role(named: name)?.canLogin == true
        else { return nil }
        return password
    }

    func openSession(
        user: String, database name: String, parameters: [(String, String)], processID: Int32,
        address: String?
    ) throws -> any SessionBackend {
        try database.openSession(
            user: user, database: name, parameters: parameters, processID: processID,
            address: address)
    }

    var statusParameters: [(String, String)] { database.statusParameters }
}
