/// What `storehouse serve` is told.
package struct ServerConfiguration: Sendable {
    /// The data directory; made if it is missing.
    package var directory: String
    /// The address that both listeners bind.
    package var host = "127.0.0.1"
    package var port = 5432
    package var httpPort = 8080
    /// Threads that run queries; nil takes one a processor.
    package var threads: Int?
    package init(directory: String) { self.directory = directory }
}
