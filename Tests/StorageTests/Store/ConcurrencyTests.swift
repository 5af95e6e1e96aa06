import Basics
import Foundation
import Storage
import Synchronization
import TestSupport
import Testing
import Vectors

/// Writers, readers and background work at the same time.
@Suite struct ConcurrencyTests {
    static var options: StoreOptions {
        var options = StoreOptions()
        options.tailRowsMax = 500
        options.walFileBytesMax = 50_000
        options.bulkRowsMin = 300
        options.segmentRowsMax = 2000
        options.cacheBytes = 4 << 20
        return options
    }

    /// Runs the body in threads of their own, however few cores there are.
    static func inThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
        let done = DispatchSemaphore(value: 0)
        for index in 0..<count {
            Thread.detachNewThread {
                body(index)
                done.signal()
            }
        }
        for _ in 0..<count { done.wait() }
    }

    /// What the threads of a test count.
    final class Tally: Sendable {
        let stop = Atomic<Bool>(false)
        let nextKey = Atomic<Int>(1)
        let conflicts = Atomic<Int>(0)
        let checks = Atomic<Int>(0)
        let failure = Mutex<String?>(nil)
        var isStopped: Bool { stop.load(ordering: .relaxed) }
    }

    /// Rows come in pairs whose values add up to zero: so does every snapshot.
    @Test func sumsStayConsistent() throws {
        let disk = SimulatedDisk()
        let store = try Store.open(directory: "/data", fileSystem: disk, options: Self.options)
        try StoreBasicsTests.create(store)
        let tally = Tally()
        Self.inThreads(7) { worker in
            do {
                switch worker {
                case 0...2:
                    var random = SplitMix64(seed: UInt64(worker))
                    for round in 0..<120 {
                        try Self.write(store, &random, round: round, tally)
                    }
                    tally.stop.store(true, ordering: .relaxed)
                case 3...4:
                    while !tally.isStopped {
                        let snapshot = store.snapshot()
                        for _ in 0..<2 {
                            let rows = try TableReader.rows(try #require(snapshot.table(7)))
                            let sum = rows.reduce(Int64(0)) {
                                if case .int(let value) = $1.values[1] { $0 + value } else { $0 }
                            }
                            if sum != 0 { tally.failure.withLock { $0 = "sum \(sum)" } }
                        }
                        tally.checks.wrappingAdd(1, ordering: .relaxed)
                    }
                case 5:
                    while !tally.isStopped {
                        try store.compact(7)
                        usleep(2000)
                    }
                default:
                    while !tally.isStopped {
                        try store.flush()
                        _ = try store.age(7, below: .int(-40))
                        usleep(2000)
                    }
                }
            } catch {
                tally.failure.withLock { $0 = "worker \(worker): \(error)" }
                tally.stop.store(true, ordering: .relaxed)
            }
        }
        #expect(tally.failure.withLock { $0 } == nil)
        #expect(tally.checks.load(ordering: .relaxed) > 0)
        let contents = try StoreModel.contents(store.snapshot())
        store.close()
        #expect(StoreCheck.check("/data", fileSystem: disk, options: Self.options).isEmpty)
        disk.crash(seed: 1)
        let again = try Store.open(directory: "/data", fileSystem: disk, options: Self.options)
        #expect(try StoreModel.contents(again.snapshot()) == contents)
    }

    static func write(
        _ store: Store, _ random: inout SplitMix64, round: Int, _ tally: Tally
    ) throws {
        let isBulk = round % 40 == 39
        let count = isBulk ? 400 : 2 * (1 + Int(random.next() % 10))
        let first = tally.nextKey.wrappingAdd(count, ordering: .relaxed).oldValue
        var rows: [[TableReader.Value]] = []
        for offset in 0..<count {
            let value = Int64((first + offset / 2 * 2) % 50)
            rows.append([
                .int(Int64(first + offset)), .int(offset % 2 == 0 ? value : -value), .text("r"),
            ])
        }
        var changes = ChangeSet(basedOn: store.snapshot())
        try changes.append(7, TableReader.batch([.bigint, .integer, .text], rows))
        // Pairs go together: by their keys, out of what the snapshot has.
        if random.next() % 2 == 0, first > 20 {
            let pair = 1 + Int(random.next() % UInt64(first / 2 - 1)) * 2
            let table = try #require(changes.basedOn.table(7))
            let found = try table.lookup(keys: StoreBasicsTests.keyBatch([pair, pair + 1]))
            if found[0] != Locator.none && found[1] != Locator.none {
                let sum = try sum(table, found)
                if sum == 0 { try changes.delete(7, found) }
            }
        }
        do {
            try store.commit(changes)
        } catch let error as SQLError where error.state == .serializationFailure {
            tally.conflicts.wrappingAdd(1, ordering: .relaxed)
        }
    }

    /// Whether two rows cancel out: neighbours may belong to different commits.
    static func sum(_ table: TableSnapshot, _ locators: [Int64]) throws -> Int64 {
        try TableReader.rows(table).reduce(0) { sum, row in
            guard locators.contains(row.locator), case .int(let value) = row.values[1] else {
                return sum
            }
            return sum + value
        }
    }

    @Test func commitsShareSyncs() throws {
        let disk = SimulatedDisk()
        let store = try Store.open(directory: "/data", fileSystem: disk, options: Self.options)
        try StoreBasicsTests.create(store)
        Self.inThreads(8) { worker in
            for round in 0..<50 {
                try? StoreBasicsTests.append(store, [worker * 1000 + round])
            }
        }
        #expect(try StoreBasicsTests.keys(store.snapshot()).count == 400)
        #expect(store.snapshot().commitNumber == 401)
        store.close()
    }

    @Test func realFilesKeepCommits() throws {
        let directory = NSTemporaryDirectory() + "/storehouse-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var store = try Store.open(directory: directory, options: Self.options)
        try StoreBasicsTests.create(store)
        let shared = store
        Self.inThreads(4) { worker in
            for round in 0..<25 {
                let first = worker * 10_000 + round * 40
                try? StoreBasicsTests.append(shared, first..<(first + 40))
            }
        }
        let contents = try StoreModel.contents(store.snapshot())
        #expect(contents.tables[7]?.rows.count == 4000)
        #expect(throws: SQLError.self) { try Store.open(directory: directory) }
        store.close()
        #expect(StoreCheck.check(directory, options: Self.options).isEmpty)
        store = try Store.open(directory: directory, options: Self.options)
        #expect(try StoreModel.contents(store.snapshot()) == contents)
        try store.flush()
        try store.compact(7)
        _ = try store.age(7, below: .int(1000))
        #expect(try StoreModel.contents(store.snapshot()) == contents)
        store.close()
        #expect(StoreCheck.check(directory, options: Self.options).isEmpty)
    }

    @Test func fullTailsMakeCommitsWait() throws {
        let disk = SimulatedDisk()
        var options = Self.options
        options.tailBudgetBytes = 10_000
        options.tailWaitSeconds = 0.3
        let store = try Store.open(directory: "/data", fileSystem: disk, options: options)
        try StoreBasicsTests.create(store)
        disk.setRule { $0.path.hasSuffix(".seg") ? .diskFull : nil }
        var refused: SQLError?
        for start in stride(from: 0, to: 20_000, by: 100) {
            do {
                try StoreBasicsTests.append(store, start..<(start + 100))
            } catch let error as SQLError {
                refused = error
                break
            }
        }
        #expect(refused?.state == .outOfMemory)
        // With room on the disk again, work goes on.
        disk.setRule(nil)
        try store.flush()
        try StoreBasicsTests.append(store, 100_000..<100_010)
        store.close()
    }
}
