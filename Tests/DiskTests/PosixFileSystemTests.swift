import Basics
import Disk
import Foundation
import TestSupport
import Testing

/// Real and simulated files keep the same promises.
@Suite struct FileSystemTests {
    static func temporary() throws -> String {
        let path = NSTemporaryDirectory() + "/storehouse-" + UUID().uuidString
        try PosixFileSystem().makeDirectory(path)
        return path
    }

    static func systems() throws -> [(any FileSystem, String)] {
        let disk = SimulatedDisk()
        try disk.makeDirectory("/d")
        return [(PosixFileSystem(), try temporary()), (disk, "/d")]
    }

    @Test func filesAreWrittenReadAndRenamed() throws {
        for (files, directory) in try Self.systems() {
            let path = directory + "/a"
            let file = try files.open(path, .create)
            try file.write([1, 2, 3, 4], at: 0)
            try file.write([9], at: 6)
            try file.syncData()
            #expect(try file.size() == 7)
            #expect(try files.contents(path) == [1, 2, 3, 4, 0, 0, 9])
            try file.truncate(to: 2)
            #expect(try files.contents(path) == [1, 2])
            #expect(throws: SQLError.self) { try files.open(path, .create) }
            try files.rename(path, to: directory + "/b")
            #expect(try files.list(directory) == ["b"])
            #expect(try !files.exists(path))
            #expect(try files.exists(directory + "/b"))
            try files.syncDirectory(directory)
            try files.remove(directory + "/b")
            #expect(try files.list(directory).isEmpty)
        }
    }

    @Test func errorsNameTheFile() throws {
        for (files, directory) in try Self.systems() {
            let error = #expect(throws: SQLError.self) {
                try files.open(directory + "/missing", .read)
            }
            #expect(error?.state == .ioError)
            #expect(error?.message.contains(directory + "/missing") == true)
            #expect(throws: SQLError.self) { try files.list(directory + "/none") }
            #expect(throws: SQLError.self) { try files.remove(directory + "/none") }
        }
        #expect(PosixFileSystem.failure(28, "write", "x").state == .diskFull)
        #expect(PosixFileSystem.failure(5, "write", "x").state == .ioError)
    }

    @Test func aFullDeviceIsReported() throws {
        let files = PosixFileSystem()
        guard try files.exists("/dev/full") else { return }
        let file = try files.open("/dev/full", .update)
        let error = #expect(throws: SQLError.self) { try file.write([1], at: 0) }
        #expect(error?.state == .diskFull)
    }

    @Test func oneHolderOfTheLock() throws {
        for (files, directory) in try Self.systems() {
            var first: (AnyObject & Sendable)? = try files.lock(directory + "/LOCK")
            let error = #expect(throws: SQLError.self) { try files.lock(directory + "/LOCK") }
            #expect(error?.state == .objectNotInPrerequisiteState)
            #expect(first != nil)
            first = nil
            _ = try files.lock(directory + "/LOCK")
        }
    }

    @Test func readsPastTheEndAreShort() throws {
        for (files, directory) in try Self.systems() {
            let file = try files.open(directory + "/short", .create)
            try file.write([1, 2, 3], at: 0)
            var bytes = [UInt8](repeating: 7, count: 8)
            let count = try bytes.withUnsafeMutableBytes { try file.read(at: 1, into: $0) }
            #expect(count == 2)
            #expect(bytes[..<3] == [2, 3, 7])
        }
    }
}
