import Basics
import Storage
import TestSupport
import Testing
import Vectors

/// The ways a store is used, one by one.
@Suite struct StoreBasicsTests {
    typealias Value = TableReader.Value

    static let spec = TableSpec(
        id: 7,
        columns: [
            ColumnSpec(id: 1, type: .bigint), ColumnSpec(id: 2, type: .integer),
            ColumnSpec(id: 3, type: .text),
        ], sortKey: [2], primaryKey: [1])

    static func rows(_ keys: some Sequence<Int>) -> [[Value]] {
        keys.map { [.int(Int64($0)), .int(Int64($0 * 7 % 100)), .text("row \($0)")] }
    }

    static func batch(_ keys: some Sequence<Int>) -> Batch {
        TableReader.batch([.bigint, .integer, .text], rows(keys))
    }

    static func keys(_ snapshot: StoreSnapshot, _ id: UInt32 = 7) throws -> [Int64] {
        guard let table = snapshot.table(id) else { return [] }
        return try TableReader.rows(table).compactMap {
            if case .int(let key) = $0.values[0] { key } else { nil }
        }.sorted()
    }

    static func open(_ disk: SimulatedDisk) throws -> Store {
        try Store.open(directory: "/data", fileSystem: disk, options: StoreWorkload.options)
    }

    static func create(_ store: Store) throws {
        var changes = ChangeSet(basedOn: store.snapshot())
        try changes.createTable(spec)
        changes.setCatalogImage([1, 2, 3])
        try store.commit(changes)
    }

    static func append(_ store: Store, _ keys: some Sequence<Int>) throws {
        var changes = ChangeSet(basedOn: store.snapshot())
        try changes.append(7, batch(keys))
        try store.commit(changes)
    }

    static func delete(_ store: Store, _ keys: Set<Int>) throws {
        var changes = ChangeSet(basedOn: store.snapshot())
        let found = try store.snapshot().table(7)?.lookup(keys: keyBatch(keys.sorted()))
        try changes.delete(7, found ?? [])
        try store.commit(changes)
    }

    static func keyBatch(_ keys: [Int]) -> Batch {
        TableReader.batch([.bigint], keys.map { [.int(Int64($0))] })
    }

    @Test func rowsSurviveReopening() throws {
        let disk = SimulatedDisk()
        var store = try Self.open(disk)
        try Self.create(store)
        try Self.append(store, 1...10)
        try Self.delete(store, [3, 4])
        #expect(try Self.keys(store.snapshot()) == [1, 2, 5, 6, 7, 8, 9, 10])
        store.close()
        store = try Self.open(disk)
        #expect(store.snapshot().commitNumber == 3)
        #expect(store.snapshot().catalogImage == [1, 2, 3])
        #expect(try Self.keys(store.snapshot()) == [1, 2, 5, 6, 7, 8, 9, 10])
    }

    @Test func flushAndCompactionKeepRows() throws {
        let disk = SimulatedDisk()
        var store = try Self.open(disk)
        try Self.create(store)
        for start in [0, 30, 60, 90] {
            try Self.append(store, (start + 1)...(start + 30))
            try store.flush()
        }
        try Self.delete(store, [5, 50, 100])
        let old = store.snapshot()
        #expect(store.segments().count == 4)
        try store.compact(7)
        #expect(store.segments().reduce(0) { $0 + $1.rowCount } == 117)
        #expect(try Self.keys(old).count == 117)
        let rows = try TableReader.rows(try #require(store.snapshot().table(7)))
        let order = rows.map { row -> Int64 in
            if case .int(let value) = row.values[1] { value } else { -1 }
        }
        #expect(order == order.sorted())
        store.close()
        store = try Self.open(disk)
        let left = (1...120).map(Int64.init).filter { ![5, 50, 100].contains($0) }
        #expect(try Self.keys(store.snapshot()) == left)
        #expect(try Self.keys(old).count == 117)
    }

    @Test func ageMovesWholeSegments() throws {
        let disk = SimulatedDisk()
        let store = try Self.open(disk)
        try Self.create(store)
        try Self.append(store, 1...130)
        try store.flush()
        try Self.delete(store, [1, 2])
        let report = try store.age(7, below: .int(60))
        #expect(report.segments == 1)
        #expect(report.rows > 0)
        #expect(store.segments().contains { $0.tier == .archive && $0.file.contains("/archive/") })
        #expect(try Self.keys(store.snapshot()).count == 128)
    }

    @Test func repeatedKeysAreRefused() throws {
        let store = try Self.open(SimulatedDisk())
        try Self.create(store)
        try Self.append(store, 1...5)
        #expect(throws: SQLError.self) { try Self.append(store, 5...6) }
        #expect(throws: SQLError.self) { try Self.append(store, [8, 9, 8]) }
        try store.flush()
        do {
            var changes = ChangeSet(basedOn: store.snapshot())
            changes.keyLabels[7] = KeyLabel(table: "t", constraint: "t_pkey", columns: "a")
            try changes.append(7, Self.batch(5...6))
            try store.commit(changes)
            Issue.record("key 5 was taken twice")
        } catch let error as SQLError {
            #expect(error.state == .uniqueViolation)
            #expect(error.detail == "Key (a)=(5) already exists.")
            #expect(error.message.contains("\"t_pkey\""))
        }
        // Deleting it in the same commit frees the key.
        var changes = ChangeSet(basedOn: store.snapshot())
        let place = try #require(store.snapshot().table(7)).lookup(keys: Self.keyBatch([5]))
        try changes.delete(7, place)
        try changes.append(7, Self.batch(5...6))
        try store.commit(changes)
        #expect(try Self.keys(store.snapshot()) == [1, 2, 3, 4, 5, 6])
    }

    @Test func firstCommitterWins() throws {
        let store = try Self.open(SimulatedDisk())
        try Self.create(store)
        try Self.append(store, 1...5)
        let base = store.snapshot()
        let place = try #require(base.table(7)).lookup(keys: Self.keyBatch([2]))
        try Self.delete(store, [2])
        var changes = ChangeSet(basedOn: base)
        try changes.delete(7, place)
        let error = #expect(throws: SQLError.self) { try store.commit(changes) }
        #expect(error?.state == .serializationFailure)
        var definition = ChangeSet(basedOn: base)
        definition.setCatalogImage([9])
        try store.commit(definition)
        var late = ChangeSet(basedOn: base)
        late.setCatalogImage([8])
        #expect(throws: SQLError.self) { try store.commit(late) }
    }

    @Test func locatorsFollowFlushAndCompaction() throws {
        let store = try Self.open(SimulatedDisk())
        try Self.create(store)
        try Self.append(store, 1...20)
        let base = store.snapshot()
        let places = try #require(base.table(7)).lookup(keys: Self.keyBatch([4, 17]))
        try store.flush()
        try Self.append(store, 21...40)
        try store.flush()
        try store.compact(7)
        var changes = ChangeSet(basedOn: base)
        try changes.delete(7, places)
        try store.commit(changes)
        let left = (1...40).map(Int64.init).filter { $0 != 4 && $0 != 17 }
        #expect(try Self.keys(store.snapshot()) == left)
    }

    @Test func transactionsSeeTheirOwnChanges() throws {
        let store = try Self.open(SimulatedDisk())
        try Self.create(store)
        try Self.append(store, 1...3)
        var changes = ChangeSet(basedOn: store.snapshot())
        try changes.append(7, Self.batch(4...6))
        var table = try #require(changes.table(7))
        #expect(table.rowCount == 6)
        let places = try table.lookup(keys: Self.keyBatch([2, 5, 99]))
        #expect(places[2] == Locator.none)
        try changes.delete(7, [places[0], places[1]])
        table = try #require(changes.table(7))
        #expect(try table.lookup(keys: Self.keyBatch([2, 5, 6]))[0] == Locator.none)
        #expect(table.rowCount == 4)
        try store.commit(changes)
        #expect(try Self.keys(store.snapshot()) == [1, 3, 4, 6])
    }

    @Test func alteredTablesReadInitialValues() throws {
        let disk = SimulatedDisk()
        var store = try Self.open(disk)
        try Self.create(store)
        try Self.append(store, 1...3)
        try store.flush()
        try Self.append(store, 4...5)
        var changes = ChangeSet(basedOn: store.snapshot())
        var spec = Self.spec
        spec.columns.remove(at: 2)
        spec.columns.append(ColumnSpec(id: 4, type: .bigint, initial: .int(42)))
        try changes.alterTable(spec)
        changes.setCatalogImage([5])
        try changes.append(
            7, TableReader.batch([.bigint, .integer, .bigint], [[.int(6), .int(1), .int(7)]]))
        try store.commit(changes)
        func sum() throws -> Int64 {
            try TableReader.rows(try #require(store.snapshot().table(7))).reduce(0) {
                if case .int(let value) = $1.values[2] { $0 + value } else { $0 }
            }
        }
        #expect(try sum() == 5 * 42 + 7)
        try store.flush()
        try store.compact(7)
        #expect(try sum() == 5 * 42 + 7)
        store.close()
        store = try Self.open(disk)
        #expect(try sum() == 5 * 42 + 7)
    }

    @Test func obsoleteFilesGoWithTheLastReader() throws {
        let disk = SimulatedDisk()
        let store = try Self.open(disk)
        try Self.create(store)
        try Self.append(store, 1...5)
        try store.flush()
        var reader: StoreSnapshot? = store.snapshot()
        try Self.append(store, 6...9)
        try store.flush()
        try store.compact(7)
        func files() -> Int { disk.paths.filter { $0.hasSuffix(".seg") }.count }
        #expect(try Self.keys(try #require(reader)) == [1, 2, 3, 4, 5])
        #expect(files() == 2)
        reader = nil
        #expect(files() == 1)
        #expect(disk.paths.filter { $0.contains("/wal-") }.count == 1)
    }

    @Test func oneProcessOnly() throws {
        let disk = SimulatedDisk()
        let store = try Self.open(disk)
        #expect(throws: SQLError.self) { try Self.open(disk) }
        store.close()
        _ = try Self.open(disk)
        #expect(throws: SQLError.self) { try Self.create(store) }
    }
}
