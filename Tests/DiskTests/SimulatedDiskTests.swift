import Basics
import Disk
import TestSupport
import Testing

/// The simulated disk loses what a real one may lose, and nothing else.
@Suite struct SimulatedDiskTests {
    static func disk() throws -> SimulatedDisk {
        let disk = SimulatedDisk()
        try disk.makeDirectory("/d")
        return disk
    }

    @Test func syncedBytesSurvive() throws {
        for seed in 0..<UInt64(50) {
            let disk = try Self.disk()
            let file = try disk.open("/d/a", .create)
            try file.write([UInt8](repeating: 1, count: 2000), at: 0)
            try file.syncData()
            try disk.syncDirectory("/d")
            try file.write([UInt8](repeating: 2, count: 1000), at: 1000)
            disk.crash(seed: seed)
            let bytes = try disk.contents("/d/a")
            #expect(bytes.count == 2000)
            #expect(bytes[..<1000].allSatisfy { $0 == 1 })
            #expect(bytes[1000...].allSatisfy { $0 == 1 || $0 == 2 })
            #expect(throws: SQLError.self) { try file.write([1], at: 0) }
        }
    }

    @Test func unsyncedNamesAndBytesMayGoEitherWay() throws {
        var names = Set<Bool>()
        var sizes = Set<Int>()
        var isTorn = false
        for seed in 0..<UInt64(200) {
            let disk = try Self.disk()
            let old = try disk.open("/d/old", .create)
            try old.syncData()
            try disk.syncDirectory("/d")
            _ = try disk.open("/d/new", .create)
            try old.write([UInt8](repeating: 5, count: 512 * 8), at: 0)
            disk.crash(seed: seed)
            names.insert(try disk.exists("/d/new"))
            let bytes = try disk.contents("/d/old")
            sizes.insert(bytes.count)
            if bytes.contains(0) && bytes.contains(5) { isTorn = true }
        }
        #expect(names == [true, false])
        #expect(sizes == [0, 4096])
        #expect(isTorn)
    }

    @Test func rulesDecideAboutCalls() throws {
        let disk = try Self.disk()
        disk.setRule { $0.index == 1 ? .shortWrite : nil }
        let file = try disk.open("/d/a", .create)
        #expect(throws: SQLError.self) { try file.write([1, 2, 3, 4], at: 0) }
        #expect(try file.size() == 2)
        try file.write([1, 2, 3, 4], at: 0)
        disk.setRule { $0.call == .syncData ? .crash : nil }
        #expect(throws: SQLError.self) { try file.syncData() }
        #expect(throws: SQLError.self) { try file.size() }
        disk.crash(seed: 0)
        _ = try disk.list("/d")
    }
}
