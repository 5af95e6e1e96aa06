import Basics
import Disk
import Storage
import TestSupport
import Testing

/// Rot in any file is an error that names the file, or harmless; never another answer.
@Suite struct DamageTests {
    /// A closed store with all kinds of files, and what it holds.
    static func made() throws -> (SimulatedDisk, StoreModel.Contents) {
        let disk = SimulatedDisk()
        var workload = StoreWorkload(seed: 4)
        let store = try CrashTests.open(disk)
        while disk.eventCount < 300 { try workload.step(store) }
        for id in store.snapshot().tableIDs { _ = try store.age(id, below: .int(45)) }
        try StoreBasicsTests.create(store)
        try StoreBasicsTests.append(store, 1...50)
        try store.flush()
        try StoreBasicsTests.append(store, 60...70)
        let contents = try StoreModel.contents(store.snapshot())
        store.close()
        return (disk, contents)
    }

    /// Opens a damaged store and reads everything.
    static func examine(
        _ disk: SimulatedDisk, _ path: String, _ contents: StoreModel.Contents, _ what: String
    ) {
        let problems = StoreCheck.check("/data", fileSystem: disk, options: StoreWorkload.options)
        var isRefused = false
        do {
            let store = try CrashTests.open(disk)
            let found = try StoreModel.contents(store.snapshot())
            #expect(found == contents, "\(path), \(what): another answer")
        } catch let error as SQLError {
            isRefused = true
            #expect(
                [.dataCorrupted, .featureNotSupported].contains(error.state),
                "\(path), \(what): \(error)")
            #expect(error.message.contains("/data/"), "\(path), \(what): \(error)")
        } catch {
            Issue.record("\(path), \(what): \(error)")
        }
        if isRefused {
            #expect(!problems.isEmpty, "\(path), \(what): the check sees nothing")
            #expect(problems.first?.description.contains("/data/") == true)
        }
    }

    @Test func flippedBits() throws {
        let (disk, contents) = try Self.made()
        var random = SplitMix64(seed: 3)
        for path in disk.paths where !path.hasSuffix("LOCK") {
            for _ in 0..<60 {
                let copy = disk.copy()
                var place = 0
                copy.damage(path) { bytes in
                    if bytes.isEmpty { return }
                    place = Int(random.next() % UInt64(bytes.count))
                    bytes[place] ^= 1 << UInt8(random.next() % 8)
                }
                Self.examine(copy, path, contents, "bit at \(place)")
            }
        }
    }

    @Test func zeroedAndSwappedSectors() throws {
        let (disk, contents) = try Self.made()
        for path in disk.paths where !path.hasSuffix("LOCK") {
            let size = try disk.contents(path).count
            for start in stride(from: 0, to: size, by: 512) {
                let zeroed = disk.copy()
                zeroed.damage(path) { bytes in
                    for index in start..<min(start + 512, bytes.count) { bytes[index] = 0 }
                }
                Self.examine(zeroed, path, contents, "zeroed at \(start)")
                if start + 1024 <= size {
                    let swapped = disk.copy()
                    swapped.damage(path) { bytes in
                        for index in start..<(start + 512) { bytes.swapAt(index, index + 512) }
                    }
                    Self.examine(swapped, path, contents, "swapped at \(start)")
                }
            }
        }
    }

    @Test func truncation() throws {
        let (disk, contents) = try Self.made()
        for path in disk.paths where !path.hasSuffix("LOCK") {
            let size = try disk.contents(path).count
            // The last frame of a log without its seal looks like a torn write: that alone may go.
            let isLog = path.contains("/wal-") || path.contains("/manifest-")
            for length in stride(from: 0, to: size - (isLog ? 600 : 1), by: 7) {
                let copy = disk.copy()
                copy.damage(path) { $0.removeLast($0.count - length) }
                if isLog {
                    // A shorter log is only refused where something proves that there was more.
                    _ = try? CrashTests.open(copy)
                } else {
                    Self.examine(copy, path, contents, "cut to \(length)")
                }
            }
        }
    }

    @Test func missingFiles() throws {
        let (disk, contents) = try Self.made()
        for path in disk.paths where !path.hasSuffix("LOCK") {
            let copy = disk.copy()
            try copy.remove(path)
            do {
                let store = try CrashTests.open(copy)
                #expect(try StoreModel.contents(store.snapshot()) == contents, "\(path)")
            } catch let error as SQLError {
                #expect(error.message.contains(path), "\(path): \(error)")
            }
        }
    }

    @Test func rotInTheMiddleOfTheLogIsNotATornWrite() throws {
        let disk = SimulatedDisk()
        let store = try CrashTests.open(disk)
        try StoreBasicsTests.create(store)
        for key in 1...5 { try StoreBasicsTests.append(store, [key]) }
        store.close()
        let path = try #require(disk.paths.first { $0.contains("/wal-") })
        disk.damage(path) { $0[$0.count / 2] ^= 4 }
        let error = #expect(throws: SQLError.self) { try CrashTests.open(disk) }
        #expect(error?.state == .dataCorrupted)
        #expect(error?.message.contains("\(path)\" is damaged at offset") == true)
    }
}
