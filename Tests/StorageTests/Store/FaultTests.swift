import Basics
import Disk
import Storage
import TestSupport
import Testing

/// The nth call fails: a clean error, never a confirmation of what is not on disk.
@Suite struct FaultTests {
    static func open(_ disk: SimulatedDisk) throws -> Store {
        try Store.open(directory: "/data", fileSystem: disk, options: StoreWorkload.options)
    }

    @Test(
        arguments: [
            (SimulatedDisk.Fault.ioError, false), (.ioError, true), (.diskFull, false),
            (.diskFull, true), (.shortWrite, false), (.shortWrite, true),
        ])
    func everyFailingCall(fault: SimulatedDisk.Fault, isForEver: Bool) throws {
        for seed in 1...UInt64(CrashTests.scale) {
            var index = 0
            var isDone = false
            while !isDone {
                isDone = try Self.fail(fault, isForEver, seed: seed, at: index)
                index += 1
            }
            #expect(index > 50)
        }
    }

    /// One call of a workload fails; the store goes on or stops, then is opened again after a
    /// crash.
    static func fail(
        _ fault: SimulatedDisk.Fault, _ isForEver: Bool, seed: UInt64, at index: Int
    ) throws -> Bool {
        let disk = SimulatedDisk()
        var workload = StoreWorkload(seed: seed)
        disk.setRule { event in
            event.index == index || (isForEver && event.index > index) ? fault : nil
        }
        do {
            let store = try open(disk)
            for _ in 0..<25 {
                let before = workload.model
                do {
                    try workload.step(store)
                } catch let error as SQLError {
                    #expect(
                        [.ioError, .diskFull].contains(error.state),
                        "seed \(seed), call \(index): \(error)")
                    if store.failure == nil {
                        // The store lives on, so the change did not happen.
                        workload.model = before
                        let contents = try StoreModel.contents(store.snapshot())
                        #expect(
                            contents == before.current,
                            "seed \(seed), call \(index), \(workload.lastStep)")
                    } else {
                        // Reads go on.
                        let snapshot = store.snapshot()
                        let contents = try StoreModel.contents(snapshot)
                        #expect(contents == workload.model.history[Int(snapshot.commitNumber)])
                        break
                    }
                }
            }
        } catch let error as SQLError {
            #expect(
                [.ioError, .diskFull].contains(error.state), "seed \(seed), call \(index): \(error)"
            )
        }
        let isDone = disk.eventCount <= index
        disk.crash(seed: seed &* 77 &+ UInt64(index))
        try CrashTests.verify(
            disk, workload.model, "seed \(seed), call \(index), \(fault), \(workload.lastStep)")
        return isDone
    }

    @Test func failedSyncStopsCommitsNotReads() throws {
        let disk = SimulatedDisk()
        let store = try Self.open(disk)
        try StoreBasicsTests.create(store)
        try StoreBasicsTests.append(store, 1...3)
        disk.setRule { $0.call == .syncData ? .ioError : nil }
        let first = #expect(throws: SQLError.self) { try StoreBasicsTests.append(store, 4...5) }
        #expect(first?.state == .ioError)
        #expect(first?.hint?.contains("Restart") == true)
        disk.setRule(nil)
        // The disk is well again, but what it holds is unknown.
        #expect(throws: SQLError.self) { try StoreBasicsTests.append(store, 4...5) }
        #expect(throws: SQLError.self) { try store.flush() }
        #expect(try StoreBasicsTests.keys(store.snapshot()) == [1, 2, 3])
    }

    @Test func fullDiskIsSurvived() throws {
        let disk = SimulatedDisk()
        let store = try Self.open(disk)
        try StoreBasicsTests.create(store)
        try StoreBasicsTests.append(store, 1...3)
        disk.setRule { $0.call == .write ? .shortWrite : nil }
        let error = #expect(throws: SQLError.self) { try StoreBasicsTests.append(store, 4...5) }
        #expect(error?.state == .diskFull)
        #expect(error?.message.contains("/data/wal-") == true)
        #expect(throws: SQLError.self) { try store.flush() }
        disk.setRule(nil)
        try StoreBasicsTests.append(store, 6...7)
        try store.flush()
        store.close()
        disk.crash(seed: 1)
        #expect(try StoreBasicsTests.keys(Self.open(disk).snapshot()) == [1, 2, 3, 6, 7])
    }

    @Test func failingReadsAreErrors() throws {
        let disk = SimulatedDisk()
        var workload = StoreWorkload(seed: 9)
        try CrashTests.run(&workload, on: disk, steps: 30)
        for index in 0..<400 {
            let copy = disk.copy()
            copy.setReadRule { $0.index == index ? .ioError : nil }
            do {
                let store = try Self.open(copy)
                let contents = try StoreModel.contents(store.snapshot())
                #expect(contents == workload.model.current)
            } catch let error as SQLError {
                #expect(error.state == .ioError, "read \(index): \(error)")
            }
        }
    }
}
