import Basics
import Disk
import Vectors

final class StoreCore: Sendable {
    static func open(directory: String, files: any FileSystem, options: StoreOptions) throws -> StoreCore {
        throw SQLError(.internalError, "follows")
    }
    func snapshot() -> StoreSnapshot {
        StoreSnapshot(version: Version(commit: 0, catalogImage: [], catalogCommit: 0, notes: [:], tables: [:]))
    }
    func commit(_ changes: ChangeSet) throws -> CommitNumber { throw SQLError(.internalError, "follows") }
    func flush() throws {}
    func compact(_ table: UInt32) throws {}
    func age(_ table: UInt32, below bound: Datum) throws -> AgeReport { AgeReport() }
    func segments() -> [SegmentInfo] { [] }
    var tailBytes: Int { 0 }
    var failure: SQLError? { nil }
    func close() {}
}
