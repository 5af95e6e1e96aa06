import Basics
import Disk
import Foundation
import Storage
import TestSupport
import Testing

/// Crashes at every call, with every kind of loss: recovery yields a prefix of the commits that
/// holds every confirmed one.
@Suite struct CrashTests {
    /// A store that has lost, doubled or made up something.
    struct Violation: Error, CustomStringConvertible {
        var description: String
    }

    /// How many times as many seeds to run: 1 for a quick run.
    static let scale =
        Int(ProcessInfo.processInfo.environment["STOREHOUSE_CRASH_SCALE"] ?? "1") ?? 1

    static func open(_ disk: SimulatedDisk) throws -> Store {
        try Store.open(directory: "/data", fileSystem: disk, options: StoreWorkload.options)
    }

    /// Runs steps until the disk fails or all are done.
    static func run(
        _ workload: inout StoreWorkload, on disk: SimulatedDisk, steps: Int
    ) throws {
        let store = try open(disk)
        for _ in 0..<steps {
            try workload.step(store)
            if let failure = store.failure { throw failure }
        }
    }

    /// Opens what the crash has left and compares it with the model.
    static func verify(_ disk: SimulatedDisk, _ model: StoreModel, _ place: String) throws {
        let store: Store
        do {
            store = try open(disk)
        } catch {
            throw Violation(description: "\(place): does not open: \(error)")
        }
        let snapshot = store.snapshot()
        let number = Int(snapshot.commitNumber)
        guard number >= model.confirmed, number < model.history.count else {
            throw Violation(
                description: "\(place): commit \(number), confirmed \(model.confirmed), tried "
                    + "\(model.history.count - 1)")
        }
        let contents = try StoreModel.contents(snapshot)
        guard contents == model.history[number] else {
            throw Violation(description: "\(place): contents of commit \(number) differ")
        }
        store.close()
    }

    /// Crashes at one call of a workload, then maybe again during recovery, then goes on working.
    static func crash(
        seed: UInt64, at index: Int, steps: Int,
        rule extra: (@Sendable (SimulatedDisk.Event) -> SimulatedDisk.Fault?)? = nil
    ) throws -> Bool {
        let disk = SimulatedDisk()
        var workload = StoreWorkload(seed: seed)
        disk.setRule { event in event.index == index ? .crash : extra?(event) }
        _ = try? run(&workload, on: disk, steps: steps)
        let isDone = disk.eventCount <= index
        let place = "seed \(seed), call \(index), \(workload.lastStep)"
        var random = SplitMix64(seed: seed &* 1_000_003 &+ UInt64(index))
        disk.crash(seed: random.next())
        // Recovery itself may crash, more than once.
        for _ in 0..<(random.next() % 3) {
            let second = Int(random.next() % 8)
            disk.setRule { event in event.index == second ? .crash : extra?(event) }
            _ = try? open(disk)
            disk.crash(seed: random.next())
        }
        disk.setRule(extra)
        try verify(disk, workload.model, place)
        if extra == nil {
            let problems = StoreCheck.check(
                "/data", fileSystem: disk, options: StoreWorkload.options)
            if let problem = problems.first {
                throw Violation(description: "\(place): \(problem)")
            }
        }
        return isDone
    }

    @Test func everyCrashKeepsConfirmedCommits() throws {
        var recoveries = 0
        for seed in 1...UInt64(3 * Self.scale) {
            var index = 0
            while try !Self.crash(seed: seed, at: index, steps: 30) {
                index += 1
                recoveries += 1
            }
        }
        #expect(recoveries > 300)
    }

    @Test func workGoesOnAfterManyCrashes() throws {
        for seed in 1...UInt64(5 * Self.scale) {
            let disk = SimulatedDisk()
            var workload = StoreWorkload(seed: seed &+ 500)
            var random = SplitMix64(seed: seed)
            for round in 0..<12 {
                let index = 5 + Int(random.next() % 60)
                disk.setRule { $0.index == index ? .crash : nil }
                _ = try? Self.run(&workload, on: disk, steps: 12)
                disk.crash(seed: random.next())
                let store = try Self.open(disk)
                let number = Int(store.snapshot().commitNumber)
                try #require(number >= workload.model.confirmed, "seed \(seed), round \(round)")
                try #require(number < workload.model.history.count)
                let contents = try StoreModel.contents(store.snapshot())
                try #require(
                    contents == workload.model.history[number], "seed \(seed), round \(round)")
                // What was tried and lost never happened.
                workload.model.history.removeLast(workload.model.history.count - number - 1)
                workload.model.confirmed = number
                store.close()
            }
        }
    }

    /// Each kind of sync, left out, must lose something that the checks above notice.
    @Test(arguments: ["wal", "segment", "manifest", "current", "directory", "hot"])
    func everyKindOfSyncMatters(kind: String) throws {
        let isMine: @Sendable (SimulatedDisk.Event) -> Bool = { event in
            switch kind {
            case "wal": event.call == .syncData && event.path.contains("/wal-")
            case "segment": event.call == .syncData && event.path.hasSuffix(".seg")
            case "manifest": event.call == .syncData && event.path.contains("/manifest-")
            case "current": event.call == .syncData && event.path.contains("/CURRENT")
            case "directory": event.call == .syncDirectory && event.path == "/data"
            default: event.call == .syncDirectory && event.path.hasSuffix("/hot")
            }
        }
        var caught = 0
        for seed in 1...UInt64(6) where caught == 0 {
            for index in stride(from: 0, to: 400, by: 3) where caught == 0 {
                do {
                    let isDone = try Self.crash(seed: seed, at: index, steps: 30) {
                        isMine($0) ? .ignoreSync : nil
                    }
                    if isDone { break }
                } catch {
                    caught += 1
                }
            }
        }
        #expect(caught > 0, "nothing noticed that syncs of \(kind) were missing")
    }
}
