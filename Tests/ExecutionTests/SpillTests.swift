import Basics
import Disk
import Execution
import Planning
import TestSupport
import Testing
import Vectors

/// Temporary files: what comes back, what does not, and what damage does.
struct SpillTests {
    private func batch(_ count: Int) -> Batch {
        let numbers = Vector(.integer, capacity: count)
        let texts = Vector(.text, capacity: count)
        let arena = StringArena()
        texts.owners.append(arena)
        for row in 0..<count {
            numbers.pointer(Int32.self)[row] = Int32(row)
            if row % 5 == 0 { numbers.setNull(row) }
            texts.pointer(StringView.self)[row] = arena.copy(String(repeating: "ä", count: row % 17))
        }
        numbers.count = count
        texts.count = count
        let constant = Vector.constant(.bool(true), .boolean, count: count)
        return Batch(columns: [numbers, texts, constant], count: count)
    }

    private let types: [SQLType] = [.integer, .text, .boolean]

    @Test func rowsComeBackInOrder() throws {
        let area = try SpillArea(directory: "/spill", files: SimulatedDisk())
        let file = SpillFile(area: area, limit: 1 << 30, cancellation: Cancellation())
        let run = SpillRun(types, file)
        let counts = [1, 2048, 17, 4096, 2048, 3]
        for count in counts { try run.append(batch(count)) }
        try run.finish()
        let reader = run.makeReader()
        for count in counts {
            let found = try #require(try reader.next())
            let expected = batch(count)
            #expect(found.count == count)
            for (a, b) in zip(found.columns, expected.columns) {
                for row in 0..<count { #expect("\(a.datum(at: row))" == "\(b.datum(at: row))") }
            }
        }
        #expect(try reader.next() == nil)
    }

    @Test func theFileHasNoName() throws {
        let disk = SimulatedDisk()
        try disk.makeDirectory("/spill")
        _ = try disk.open("/spill/query-3", .create)
        let area = try SpillArea(directory: "/spill", files: disk)
        #expect(try disk.list("/spill").isEmpty)
        let file = SpillFile(area: area, limit: 1 << 20, cancellation: Cancellation())
        let run = SpillRun(types, file)
        try run.append(batch(4096))
        try run.finish()
        #expect(file.byteCount > 0)
        #expect(try disk.list("/spill").isEmpty)
    }

    @Test func theLimitIsAnErrorOfItsOwn() throws {
        let area = try SpillArea(directory: "/spill", files: SimulatedDisk())
        let file = SpillFile(area: area, limit: 1000, cancellation: Cancellation())
        let run = SpillRun(types, file)
        try run.append(batch(2048))
        #expect { try run.finish() } throws: { ($0 as? SQLError)?.state.code == "53400" }
    }

    @Test func cancellationEndsWriting() throws {
        let area = try SpillArea(directory: "/spill", files: SimulatedDisk())
        let cancellation = Cancellation()
        let file = SpillFile(area: area, limit: 1 << 30, cancellation: cancellation)
        let run = SpillRun(types, file)
        try run.append(batch(2048))
        cancellation.cancel(.request)
        #expect { try run.finish() } throws: { ($0 as? SQLError)?.state == .queryCanceled }
    }
}
