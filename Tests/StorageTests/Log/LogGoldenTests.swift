import Basics
import CKernels
import Disk
import Storage
import TestSupport
import Testing
import Vectors

/// The bytes of log and manifest. Where this fails, stores already on disk can no longer be read.
@Suite struct LogGoldenTests {
    private struct Frame {
        var sequence: UInt64
        var payload: [UInt8]
    }

    private static func number<T: FixedWidthInteger>(
        _ bytes: [UInt8], _ offset: Int, _: T.Type
    ) -> T {
        var value: T = 0
        for byte in 0..<T.bitWidth / 8 { value |= T(bytes[offset + byte]) << T(byte * 8) }
        return value
    }

    private static func crc(_ bytes: some Sequence<UInt8>, _ seed: UInt32 = 0) -> UInt32 {
        let bytes = Array(bytes)
        return sh_crc32c(seed, bytes, bytes.count)
    }

    /// Reads a file by the words of FORMAT.md, apart from the code under test.
    private static func frames(_ bytes: [UInt8], kind: String) -> [Frame] {
        #expect(hex(bytes[..<16]) == kind + "01000000" + "0100000000000000")
        #expect(number(bytes, 36, UInt32.self) == crc(bytes[..<36]))
        var frames: [Frame] = []
        var at = 40
        while bytes.count - at >= 24, hex(bytes[at..<at + 4]) == "5346524d" {
            let size = Int(number(bytes, at + 4, UInt32.self))
            let place = (0..<8).map { UInt8(at >> ($0 * 8) & 255) }
            let seed = crc(bytes[..<4] + bytes[8..<24] + place)
            let payload = Array(bytes[at + 24..<at + 24 + size])
            #expect(number(bytes, at + 16, UInt32.self) == crc(payload, seed))
            #expect(number(bytes, at + 20, UInt32.self) == crc(bytes[at..<at + 20], seed))
            frames.append(
                Frame(sequence: number(bytes, at + 8, UInt64.self), payload: payload))
            at += 24 + size
        }
        #expect(hex(bytes.dropFirst(at).prefix(8)) == "5345414c00000000")
        return frames
    }

    private static func open(_ disk: SimulatedDisk) throws -> Store {
        var options = StoreOptions()
        options.usesThreads = false
        return try Store.open(directory: "/data", fileSystem: disk, options: options)
    }

    private static func commit(
        _ store: Store, _ body: (inout ChangeSet) throws -> Void
    ) throws {
        var changes = ChangeSet(basedOn: store.snapshot())
        try body(&changes)
        try store.commit(changes)
    }

    private static func batch(_ types: [SQLType], _ rows: [[Datum]]) -> Batch {
        let vectors = types.indices.map { column in
            let vector = Vector(types[column])
            let arena = StringArena()
            for row in rows.indices { vector.store(rows[row][column], at: row, arena: arena) }
            vector.count = rows.count
            vector.owners = [arena]
            return vector
        }
        return Batch(columns: vectors, count: rows.count)
    }

    /// Every type has a code of its own.
    private static let types: [SQLType] = [
        .boolean, .smallint, .integer, .bigint, .numeric(precision: 12, scale: 2), .decimal, .real,
        .double, .date, .time, .timestamp, .timestamptz, .interval, .text, .varchar(20),
        .varchar(nil), .char(5), .bytea, .uuid, .json, .jsonb, .name, .singleChar, .oid, .regclass,
        .regtype, .regproc, .regnamespace, .regrole, .int2vector, .oidvector, .array(.array(.date)),
    ]

    @Test func theBytesOfCommitsNeverChange() throws {
        let disk = SimulatedDisk()
        let store = try Self.open(disk)
        try Self.commit(store) {
            let columns = Self.types.enumerated().map {
                ColumnSpec(id: UInt32($0.offset + 1), type: $0.element)
            }
            try $0.createTable(TableSpec(id: 9, columns: columns))
        }
        let types: [SQLType] = [.bigint, .smallint, .text, .boolean, .decimal]
        try Self.commit(store) {
            let columns = types.enumerated().map {
                ColumnSpec(
                    id: UInt32($0.offset + 1), type: $0.element,
                    initial: $0.offset == 2 ? .text("x") : .null)
            }
            try $0.createTable(TableSpec(id: 7, columns: columns, sortKey: [2], primaryKey: [1]))
            $0.setCatalogImage([1, 2, 3])
            $0.notes["position"] = [4, 5]
        }
        try Self.commit(store) {
            let minus = Datum.decimal(Decimal(mantissa: -15, scale: 1))
            let seven = Datum.decimal(Decimal(mantissa: 7, scale: 0))
            let rows: [[Datum]] = [
                [.int(70_000), .int(-1), .text("milk"), .bool(true), .null],
                [.int(5), .null, .text(""), .bool(false), minus],
                [.int(6), .int(3), .text("bread"), .bool(true), seven],
            ]
            try $0.append(7, Self.batch(types, rows))
        }
        try Self.commit(store) {
            let keys = Self.batch([.bigint], [[.int(70_000)], [.int(6)]])
            try $0.delete(7, try #require(store.snapshot().table(7)).lookup(keys: keys))
        }
        try Self.commit(store) { try $0.truncateTable(7) }
        try Self.commit(store) { try $0.dropTable(9) }
        let frames = Self.frames(try disk.contents("/data/wal-0000000001"), kind: "5357414c")
        #expect(frames.map(\.sequence) == [1, 2, 3, 4, 5, 6])
        for frame in frames {
            try expectGolden("log.\(frame.sequence)", hex(frame.payload))
        }
    }

    @Test func theBytesOfEditsNeverChange() throws {
        let disk = SimulatedDisk()
        let store = try Self.open(disk)
        let columns = [ColumnSpec(id: 1, type: .bigint), ColumnSpec(id: 2, type: .integer)]
        func append(_ keys: ClosedRange<Int64>) throws {
            try Self.commit(store) {
                let rows = keys.map { [Datum.int($0), .int($0 * 7 % 5)] }
                try $0.append(7, Self.batch([.bigint, .integer], rows))
            }
        }
        try Self.commit(store) {
            try $0.createTable(TableSpec(id: 7, columns: columns, sortKey: [2], primaryKey: [1]))
            $0.setCatalogImage([1, 2, 3])
            $0.notes["position"] = [4, 5]
        }
        try append(1...10)
        try store.flush()
        try Self.commit(store) {
            let keys = Self.batch([.bigint], [[.int(3)], [.int(10)]])
            try $0.delete(7, try #require(store.snapshot().table(7)).lookup(keys: keys))
        }
        try append(11...12)
        try store.flush()
        let frames = Self.frames(try disk.contents("/data/manifest-0000000001"), kind: "53574d4e")
        // Each flush makes an edit with its segment, and one that drops the log.
        #expect(frames.count == 5)
        for frame in frames {
            try expectGolden("manifest.\(frame.sequence)", hex(frame.payload))
        }
        // CURRENT, but for the store's identity and the checksum over it.
        let current = try disk.contents("/data/CURRENT")
        #expect(hex(current[..<16]) == "53435552" + "01000000" + "0100000000000000")
        #expect(current.count == 28)
        #expect(Self.number(current, 24, UInt32.self) == Self.crc(current[..<24]))
    }
}
