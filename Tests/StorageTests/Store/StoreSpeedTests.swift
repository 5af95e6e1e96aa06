import Foundation
import Storage
import TestSupport
import Testing
import Vectors

/// Times of the paths that ingest and upserts wait for; printed, with bounds that only a broken
/// build misses.
@Suite struct StoreSpeedTests {
    static let isOptimised = { () -> Bool in
        #if DEBUG
            false
        #else
            true
        #endif
    }()

    static func seconds(_ body: () throws -> Void) rethrows -> Double {
        let start = ContinuousClock.now
        try body()
        let time = ContinuousClock.now - start
        return Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18
    }

    static func batch(_ keys: [Int64]) -> Batch {
        let id = Vector(.bigint, capacity: keys.count)
        let value = Vector(.integer, capacity: keys.count)
        let text = Vector(.text, capacity: keys.count)
        let arena = StringArena()
        for (row, key) in keys.enumerated() {
            id.pointer(Int64.self)[row] = key
            value.pointer(Int32.self)[row] = Int32(truncatingIfNeeded: key % 1000)
            text.pointer(StringView.self)[row] = arena.copy("row \(key % 5000)")
        }
        text.owners = [arena]
        for vector in [id, value, text] { vector.count = keys.count }
        return Batch(columns: [id, value, text], count: keys.count)
    }

    @Test func lookupsOverTwentySegments() throws {
        let disk = SimulatedDisk()
        var options = StoreOptions()
        options.usesThreads = false
        let store = try Store.open(directory: "/data", fileSystem: disk, options: options)
        try StoreBasicsTests.create(store)
        let rows = Self.isOptimised ? 100_000 : 2000
        for segment in 0..<20 {
            var changes = ChangeSet(basedOn: store.snapshot())
            let keys = (0..<rows).map { Int64($0 * 20 + segment) &* 7_919 }
            try changes.append(7, Self.batch(keys))
            try store.commit(changes)
            try store.flush()
        }
        let table = try #require(store.snapshot().table(7))
        #expect(table.fragments.count == 20)
        var random = SystemRandomNumberGenerator()
        var total = 0
        let batches = (0..<(Self.isOptimised ? 200 : 5)).map { _ in
            (0..<2048).map { _ in Int64.random(in: 0..<Int64(rows * 20), using: &random) &* 7_919 }
        }
        let keys = batches.map { TableReader.batch([.bigint], $0.map { [.int($0)] }) }
        _ = try table.lookup(keys: keys[0])
        let time = try Self.seconds {
            for key in keys {
                total += try table.lookup(keys: key).count { $0 != Locator.none }
            }
        }
        #expect(total == keys.count * 2048)
        print("lookups a second: \(Int(Double(total) / time))")
        if Self.isOptimised { #expect(Double(total) / time > 50_000) }
    }

    @Test func commitsAndFlushes() throws {
        let disk = SimulatedDisk()
        var options = StoreOptions()
        options.usesThreads = false
        let store = try Store.open(directory: "/data", fileSystem: disk, options: options)
        try StoreBasicsTests.create(store)
        let count = Self.isOptimised ? 200 : 10
        let batches = (0..<count).map { index in
            Self.batch((0..<2000).map { Int64(index * 2000 + $0) })
        }
        let time = try Self.seconds {
            for batch in batches {
                var changes = ChangeSet(basedOn: store.snapshot())
                try changes.append(7, batch)
                try store.commit(changes)
            }
        }
        print("rows committed a second: \(Int(Double(count * 2000) / time))")
        let flush = try Self.seconds { try store.flush() }
        print("rows flushed a second: \(Int(Double(count * 2000) / flush))")
        let single = try Self.seconds {
            for key in 0..<count {
                var changes = ChangeSet(basedOn: store.snapshot())
                try changes.append(7, Self.batch([Int64(10_000_000 + key)]))
                try store.commit(changes)
            }
        }
        print("commits of one row a second: \(Int(Double(count) / single))")
        let bulk = Self.batch(
            (0..<(Self.isOptimised ? 1_000_000 : 1000)).map { Int64(20_000_000 + $0) })
        let load = try Self.seconds {
            var changes = ChangeSet(basedOn: store.snapshot())
            try changes.append(7, bulk)
            try store.commit(changes)
        }
        print("bulk rows a second: \(Int(Double(bulk.count) / load))")
        let merge = try Self.seconds { try store.compact(7) }
        print("compaction: \(merge) s")
    }
}
