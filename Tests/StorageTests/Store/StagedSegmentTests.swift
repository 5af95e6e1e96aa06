import Basics
import Storage
import TestSupport
import Testing
import Vectors

/// Rows that go to disk before the transaction that adds them commits.
@Suite struct StagedSegmentTests {
    typealias Basics = StoreBasicsTests

    /// Segments have 64 rows here.
    private static func loaded(
        _ disk: SimulatedDisk, _ keys: ClosedRange<Int>
    ) throws -> (Store, ChangeSet) {
        let store = try Basics.open(disk)
        try Basics.create(store)
        try Basics.append(store, 1...3)
        var changes = ChangeSet(basedOn: store.snapshot())
        for start in stride(from: keys.lowerBound, through: keys.upperBound, by: 50) {
            try changes.appendInBulk(
                7, Basics.batch(start...min(start + 49, keys.upperBound)))
        }
        return (store, changes)
    }

    private static func files(_ disk: SimulatedDisk) -> Int {
        disk.paths.filter { $0.hasSuffix(".seg") }.count
    }

    @Test func filesGoWithTheChangeSet() throws {
        let disk = SimulatedDisk()
        try Self.addAndForget(disk)
        #expect(Self.files(disk) == 0)
    }

    private static func addAndForget(_ disk: SimulatedDisk) throws {
        var (store, changes) = try Self.loaded(disk, 11...210)
        #expect(Self.files(disk) == 3)
        #expect(changes.table(7)?.rowCount == 203)
        #expect(try Basics.keys(store.snapshot()) == [1, 2, 3])
        // A savepoint's copy keeps them.
        let savepoint = changes
        try changes.truncateTable(7)
        #expect(Self.files(disk) == 3)
        changes = savepoint
        #expect(changes.table(7)?.rowCount == 203)
    }

    @Test func commitsTakeThem() throws {
        let disk = SimulatedDisk()
        var (store, changes) = try Self.loaded(disk, 11...210)
        let table = try #require(changes.table(7))
        let places = try table.lookup(keys: Basics.keyBatch([2, 11, 100, 210]))
        #expect(!places.contains(Locator.none))
        try changes.delete(7, places)
        #expect(changes.table(7)?.rowCount == 199)
        try store.commit(changes)
        let left = ([1, 3] + Array(11...210)).filter { ![11, 100, 210].contains($0) }.map(Int64.init)
        #expect(try Basics.keys(store.snapshot()) == left)
        changes = ChangeSet(basedOn: store.snapshot())
        store.close()
        store = try Basics.open(disk)
        #expect(try Basics.keys(store.snapshot()) == left)
        try store.flush()
        try store.compact(7)
        #expect(try Basics.keys(store.snapshot()) == left)
    }

    @Test func crashesLeaveNothing() throws {
        let disk = SimulatedDisk()
        let before = try Self.loaded(disk, 11...210)
        disk.crash(seed: 5)
        let store = try Basics.open(disk)
        #expect(try Basics.keys(store.snapshot()) == [1, 2, 3])
        #expect(Self.files(disk) == 0)
        withExtendedLifetime(before) {}
    }

    @Test func keysAreComparedWithAllRows() throws {
        let disk = SimulatedDisk()
        var (store, changes) = try Self.loaded(disk, 11...210)
        func first(_ keys: [Int]) throws -> Int? {
            try changes.firstTaken(7, keys: Basics.keyBatch(keys))
        }
        #expect(try first([300, 301]) == nil)
        #expect(try first([300, 2]) == 1)
        #expect(try first([300, 301, 11]) == 2)
        #expect(try first([300, 209, 11]) == 1)
        #expect(try first([300, 301, 300, 11]) == 2)
        let found = try #require(changes.table(7)).lookup(keys: Basics.keyBatch([11, 209]))
        try changes.delete(7, found)
        #expect(try first([11, 209]) == nil)
        // Keys that others commit meanwhile, in memory and in a segment.
        try Basics.append(store, [50])
        #expect(throws: SQLError.self) { try store.commit(changes) }
        try Basics.delete(store, [50])
        try Basics.append(store, 400...440)
        try Basics.append(store, [209, 11])
        try store.commit(changes)
        #expect(try Basics.keys(store.snapshot()).count == 3 + 198 + 41 + 2)
    }

    @Test func settlingMakesOneSortedRun() throws {
        let disk = SimulatedDisk()
        var (store, changes) = try Self.loaded(disk, 11...510)
        // Rows deleted in a segment, and one still in memory.
        let doomed = [11, 100, 200, 509]
        try changes.delete(
            7, try #require(changes.table(7)).lookup(keys: Basics.keyBatch(doomed)))
        try changes.settle()
        let left = ([1, 2, 3] + Array(11...510)).filter { !doomed.contains($0) }.map(Int64.init)
        #expect(changes.table(7)?.rowCount == left.count)
        // Later rows of the transaction are a run of their own; they see the keys of the first.
        #expect(try changes.firstTaken(7, keys: Basics.keyBatch([600, 11, 510])) == 2)
        try changes.appendInBulk(7, Basics.batch(600...700))
        let moved = try #require(changes.table(7)).lookup(keys: Basics.keyBatch([12, 510, 650]))
        #expect(!moved.contains(Locator.none))
        try changes.delete(7, moved)
        try changes.settle()
        try store.commit(changes)
        changes = ChangeSet(basedOn: store.snapshot())
        let expected = (left + Array(600...700)).filter { ![12, 510, 650].contains($0) }
        func check() throws {
            #expect(try Basics.keys(store.snapshot()) == expected.sorted())
            let infos = store.segments().filter { $0.rowCount > 0 }
            var ends: [Int64] = []
            for info in infos.prefix(8) {
                guard case .int(let low) = info.min, case .int(let high) = info.max else { continue }
                #expect(low <= high)
                if let last = ends.last { #expect(last <= low) }
                ends.append(high)
            }
            #expect(ends.count == 8)
        }
        try check()
        store.close()
        store = try Basics.open(disk)
        try check()
        #expect(Self.files(disk) == store.segments().count)
    }

    @Test func failuresReachTheStatement() throws {
        let disk = SimulatedDisk()
        let store = try Basics.open(disk)
        try Basics.create(store)
        disk.setRule { $0.path.hasSuffix(".seg") ? .diskFull : nil }
        var changes = ChangeSet(basedOn: store.snapshot())
        try changes.appendInBulk(7, Basics.batch(1...70))
        #expect(throws: SQLError.self) { try changes.settle() }
        #expect(changes.table(7)?.rowCount == 70)
        #expect(throws: SQLError.self) { try store.commit(changes) }
        disk.setRule(nil)
        #expect(try Basics.keys(store.snapshot()) == [])
    }
}
