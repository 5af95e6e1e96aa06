import Basics
import Catalog
import Storage
import Vectors

/// What system tables and functions see of the server, from one session.
struct SessionState: SystemState {
    private let session: Session
    init(_ session: Session) { self.session = session }

    func setting(_ name: String) -> String? { session.setting(name) }
    func settings() -> [SystemSetting] { session.settings.all }

    func setSetting(_ name: String, to value: String, local: Bool) throws -> String {
        if name.lowercased() == "role" {
            throw SQLError(
                .featureNotSupported, "set_config cannot change the role", hint: "Use SET ROLE.")
        }
        return try session.setSetting(name, value, local: local)
    }

    func nextValue(of sequence: CatalogSequence) throws -> Int64 {
        guard try !session.current().isReadOnly else {
            throw SQLError(
                .readOnlyTransaction, "cannot execute nextval() in a read-only transaction")
        }
        let value = try session.database.sequences.next(sequence)
        session.sequenceValues.note(sequence.oid, value, isLast: true)
        return value
    }

    func currentValue(of sequence: CatalogSequence) throws -> Int64 {
        guard let value = session.sequenceValues.value(sequence.oid) else {
            throw SQLError(
                .objectNotInPrerequisiteState,
                "currval of sequence \"\(sequence.name)\" is not yet defined in this session")
        }
        return value
    }

    func setValue(of sequence: CatalogSequence, to value: Int64, isCalled: Bool) throws {
        guard try !session.current().isReadOnly else {
            throw SQLError(
                .readOnlyTransaction, "cannot execute setval() in a read-only transaction")
        }
        try session.database.sequences.set(sequence, to: value, isCalled: isCalled)
        if isCalled { session.sequenceValues.note(sequence.oid, value, isLast: false) }
    }

    func lastSequence() -> UInt32? { session.sequenceValues.last }

    func sequenceState(of sequence: CatalogSequence) -> (last: Int64, isCalled: Bool) {
        let position = session.database.sequences.position(sequence)
        return (position.last, position.isCalled)
    }

    func sessions() -> [SystemSession] { session.database.sessions.all.map(\.activity) }

    func storageSegments() -> [SystemSegment] {
        session.database.store.segments().map { segment in
            let type = sortType(segment.table)
            return SystemSegment(
                table: segment.table, segment: Int64(segment.fragment),
                rows: Int64(segment.rowCount), deletedRows: Int64(segment.deletedCount),
                bytes: Int64(segment.byteCount),
                tier: segment.tier == .hot ? "hot" : "archive", file: segment.file,
                minimum: text(segment.min, type), maximum: text(segment.max, type))
        }
    }

    private func sortType(_ table: UInt32) -> SQLType? {
        guard let catalog = session.transaction?.catalog, let info = catalog.tables[table],
            let first = info.sortKey.first, let index = info.columnIndex(id: first)
        else { return nil }
        return info.columns[index].type
    }

    private func text(_ datum: Datum, _ type: SQLType?) -> String? {
        type.flatMap { TextFormat.string(datum, $0) }
    }

    func tableSize(_ table: UInt32) -> (rows: Int64, bytes: Int64) {
        guard let snapshot = session.database.store.snapshot().table(table) else { return (0, 0) }
        let bytes = snapshot.segments.reduce(0) { $0 + $1.byteCount }
        return (Int64(snapshot.rowCount), Int64(bytes))
    }

    private var identity: ObjectIdentifier { ObjectIdentifier(session) }

    func advisoryLock(_ key: AdvisoryKey, isShared: Bool, endsWithTransaction: Bool) -> Bool {
        session.database.advisoryLocks.take(
            key, isShared: isShared, endsWithTransaction: endsWithTransaction, by: identity)
    }

    func advisoryUnlock(_ key: AdvisoryKey, isShared: Bool) -> Bool {
        session.database.advisoryLocks.give(key, isShared: isShared, by: identity)
    }

    func advisoryUnlockAll() {
        session.database.advisoryLocks.giveAll(by: identity, endingWithTransaction: false)
    }

    func preparedStatements() -> [SystemPreparedStatement] {
        session.statements.filter { !$0.key.isEmpty }.sorted { $0.key < $1.key }.map {
            SystemPreparedStatement(
                name: $0.key, statement: $0.value.parsed?.text ?? "",
                parameterTypes: $0.value.parameterTypes.map(\.oid), isFromSQL: false)
        }
    }

    func cursors() -> [SystemCursor] {
        session.portals.filter { !$0.key.isEmpty }.sorted { $0.key < $1.key }.map {
            SystemCursor(
                name: $0.key, statement: $0.value.statement.parsed?.text ?? "",
                isHoldable: $0.value.isHeld, isBinary: $0.value.format(0) == 1)
        }
    }

    func serverStart() -> Int64 { session.database.startTime }

    func backendProcessID() -> Int32 { session.processID }

    func signal(processID: Int32, terminate: Bool) throws -> Bool {
        guard let target = session.database.sessions.all.first(where: { $0.processID == processID })
        else { return false }
        let catalog = try session.current().catalog
        guard catalog.isSuperuser(session.role) || target.sessionRole == session.sessionRole else {
            throw SQLError(
                .insufficientPrivilege,
                "must be a member of the role whose query is being canceled")
        }
        target.stop(terminate ? .shutdown : .request)
        return true
    }
}
