import Basics
import Disk
import Synchronization

/// The directory of a database's temporary files, emptied when the database opens.
///
/// A file loses its name as soon as it is open, so whatever ends a query, an error, a cancellation
/// or the whole process, leaves nothing behind.
package final class SpillArea: Sendable {
    private let directory: String
    private let files: any FileSystem
    private let next = Atomic<Int>(0)

    package init(directory: String, files: any FileSystem = PosixFileSystem()) throws {
        self.directory = directory
        self.files = files
        try files.makeDirectory(directory)
        for name in try files.list(directory) { try files.remove("\(directory)/\(name)") }
    }

    func makeFile() throws -> any File {
        let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
        let path = "\(directory)/query-\(number)"
        let file = try files.open(path, .create)
        try files.remove(path)
        return file
    }
}
