import Basics
import Disk
import Storage
import TestSupport
import Testing
import Vectors

/// Key hashes are on disk: these numbers were computed by the words of FORMAT.md, not by the code.
@Suite struct KeyHashTests {
    private static let cases: [(type: SQLType, key: Datum, hash: UInt64)] = [
        (.boolean, .bool(true), 0x78C9_A257_48BA_D70F),
        (.smallint, .int(-2), 0xFF69_7A44_79C4_91AB),
        (.integer, .int(7), 0x990B_DE20_68C5_F93D),
        (.bigint, .int(.min), 0x9268_283D_9239_4B26),
        (.numeric(precision: 12, scale: 2), .int(12_345), 0xE8A2_B6C3_03E1_4FF5),
        (.numeric(precision: 30, scale: 4), .int128(-5), 0xD2D5_56A6_2603_2B8B),
        (.real, .double(1.5), 0xAE39_1391_931E_9CD4),
        (.double, .double(-0.0), 0x8BD2_4440_D191_789C),
        (.double, .double(-Double.nan), 0xD7DC_49A2_59E8_42D2),
        (.text, .text("täglich frisch"), 0xC15E_91DD_B9B1_1BD9),
        (.char(5), .text("ab   "), 0x0127_6FF7_5E6A_9171),
        (
            .uuid, .uuid(UUIDBytes(high: 0x0123_4567_89AB_CDEF, low: 0xFEDC_BA98_7654_3210)),
            0xD4B7_C310_FB0E_8F5F
        ),
        (
            .interval, .interval(Interval(months: 1, days: 2, microseconds: 3)),
            0xF52B_E2EA_B7BC_ABF7
        ),
        (.decimal, .decimal(Decimal(mantissa: 150, scale: 2)), 0x39D2_8FEF_7426_4531),
        (.decimal, .decimal(Decimal(mantissa: 0, scale: 0, isNaN: true)), 0x95B6_4E7A_A2C4_D0A9),
    ]

    @Test(arguments: cases.indices)
    func hashesNeverChange(index: Int) throws {
        let (type, key, hash) = Self.cases[index]
        let disk = SimulatedDisk()
        let store = try Store.open(
            directory: "/data", fileSystem: disk, options: StoreWorkload.options)
        var changes = ChangeSet(basedOn: store.snapshot())
        try changes.createTable(
            TableSpec(id: 1, columns: [ColumnSpec(id: 1, type: type)], primaryKey: [1]))
        let vector = Vector(type)
        let arena = StringArena()
        vector.store(key, at: 0, arena: arena)
        vector.owners = [arena]
        vector.count = 1
        try changes.append(1, Batch(columns: [vector], count: 1))
        try store.commit(changes)
        try store.flush()

        let file = try #require(store.segments().first?.file)
        let source = MemorySegment(bytes: try disk.contents(file))
        let segment = try Segment(id: 1, source: source, cache: ChunkCache(byteBudget: 1 << 20))
        let found = try [hash].withUnsafeBufferPointer { try segment.keyLookup(sorted: $0) }
        #expect(found.map(\.row) == [0], "\(type)")
    }
}
