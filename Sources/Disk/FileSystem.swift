import Basics

/// How a file is opened.
package enum OpenMode: Sendable {
    /// An existing file, never written.
    case read
    /// An existing file, read and written.
    case update
    /// A new file; it is an error if the name is taken.
    case create
}

/// Everything the database asks of a disk; a real one, or a simulated one that crashes and fails.
///
/// Errors are `SQLError`: 53100 where space is short, 58030 otherwise, both naming the path.
package protocol FileSystem: Sendable {
    /// Opens a file; it is closed when the last reference goes.
    func open(_ path: String, _ mode: OpenMode) throws -> any File
    /// Replaces `target` atomically. Durable after `syncDirectory`.
    func rename(_ path: String, to target: String) throws
    /// Removes a file. Durable after `syncDirectory`.
    func remove(_ path: String) throws
    /// Names in a directory, sorted, without "." and "..".
    func list(_ directory: String) throws -> [String]
    func exists(_ path: String) throws -> Bool
    /// Makes a directory unless it is there.
    func makeDirectory(_ path: String) throws
    /// Makes creations, renames and removals in the directory durable.
    func syncDirectory(_ path: String) throws
    /// Holds a file's exclusive lock until the token goes; 55000 where another process has it.
    func lock(_ path: String) throws -> AnyObject & Sendable
}

/// An open file. Positions are explicit, so threads may share it.
package protocol File: AnyObject, Sendable {
    var path: String { get }
    func size() throws -> Int
    /// Fills the buffer from the offset; fewer bytes only at the end of the file.
    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws -> Int
    /// Writes all bytes at the offset.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws
    /// Makes the file's bytes and size durable. After a failure nothing is known: never retry.
    func syncData() throws
    func truncate(to size: Int) throws
}

extension FileSystem {
    /// The whole of a small file.
    package func contents(_ path: String) throws -> [UInt8] {
        let file = try open(path, .read)
        return try file.contents()
    }
}

extension File {
    /// Everything from the start to the end.
    package func contents() throws -> [UInt8] {
        let total = try size()
        var bytes = [UInt8](repeating: 0, count: total)
        let read = try bytes.withUnsafeMutableBytes { try self.read(at: 0, into: $0) }
        bytes.removeLast(total - read)
        return bytes
    }

    package func write(_ bytes: [UInt8], at offset: Int) throws {
        try bytes.withUnsafeBytes { try write($0, at: offset) }
    }
}
