import Basics
import Catalog
import Storage
import Synchronization

/// Where every sequence stands, for all sessions: values are handed out without regard to
/// transactions.
///
/// A position ahead of what has been handed out is kept on disk, in a note of the store, so that a
/// crash skips values but never repeats one.
final class SequenceStates: Sendable {
    struct Position: Sendable {
        var last: Int64
        var isCalled: Bool
        /// Values that may be handed out before the disk must know.
        var ahead: Int64 = 0
        /// Values that the disk is told of at a time: more while they are wanted in bulk.
        var step = stepLeast
        static let stepLeast: Int64 = 32
    }

    private struct Key: Hashable {
        let oid: UInt32
        let birth: UInt64
        init(_ sequence: CatalogSequence) { (oid, birth) = (sequence.oid, sequence.birth) }
        var note: String { "sequence.\(oid).\(birth)" }
    }

    /// What a crash may skip.
    private static let stepMost: Int64 = 1024
    private let store: Store
    private let positions = Mutex<[Key: Position]>([:])

    init(_ store: Store) { self.store = store }

    func next(_ sequence: CatalogSequence) throws -> Int64 {
        let key = Key(sequence)
        return try positions.withLock { positions in
            var position = positions[key] ?? read(sequence)
            var value = position.last
            if position.isCalled { value = try Self.following(value, sequence) }
            (position.last, position.isCalled) = (value, true)
            if position.ahead > 0 {
                position.ahead -= 1
            } else {
                position.ahead = try reserve(from: position, sequence)
                position.step = min(2 * position.step, Self.stepMost)
            }
            positions[key] = position
            return value
        }
    }

    func position(_ sequence: CatalogSequence) -> Position {
        positions.withLock { $0[Key(sequence)] ?? read(sequence) }
    }

    func set(_ sequence: CatalogSequence, to value: Int64, isCalled: Bool) throws {
        try positions.withLock { positions in
            let position = Position(last: value, isCalled: isCalled)
            try keep([(Key(sequence), position)])
            positions[Key(sequence)] = position
        }
    }

    /// Keeps the exact positions, before an orderly stop.
    func settle() {
        positions.withLock { positions in
            let open = positions.filter { $0.value.ahead > 0 }
            if open.isEmpty { return }
            // Without it values are skipped, no more.
            try? keep(open.map { ($0.key, $0.value) })
        }
    }

    private static func following(_ value: Int64, _ sequence: CatalogSequence) throws -> Int64 {
        let (next, overflow) = value.addingReportingOverflow(sequence.increment)
        let ascends = sequence.increment > 0
        if !overflow, ascends ? next <= sequence.maximum : next >= sequence.minimum { return next }
        guard sequence.cycles else {
            throw SQLError(
                .sequenceLimitExceeded,
                "nextval: reached \(ascends ? "maximum" : "minimum") value of sequence "
                    + "\"\(sequence.name)\" (\(ascends ? sequence.maximum : sequence.minimum))")
        }
        return ascends ? sequence.minimum : sequence.maximum
    }

    /// Tells the disk of a position ahead; how far ahead it is. Near its end a sequence goes by few
    /// values, and then by one.
    private func reserve(from position: Position, _ sequence: CatalogSequence) throws -> Int64 {
        for step in [position.step, Position.stepLeast, 0] {
            guard let last = Self.ahead(of: position.last, by: step, sequence) else { continue }
            try keep([(Key(sequence), Position(last: last, isCalled: true))])
            return step
        }
        return 0
    }

    /// nil where the sequence has no value there.
    private static func ahead(
        of value: Int64, by steps: Int64, _ sequence: CatalogSequence
    ) -> Int64? {
        let (distance, tooFar) = sequence.increment.multipliedReportingOverflow(by: steps)
        let (last, overflow) = value.addingReportingOverflow(distance)
        let isInside = last <= sequence.maximum && last >= sequence.minimum
        return isInside && !tooFar && !overflow ? last : nil
    }

    private func read(_ sequence: CatalogSequence) -> Position {
        guard let bytes = store.snapshot().note(Key(sequence).note), bytes.count == 9 else {
            return Position(last: sequence.start, isCalled: false)
        }
        let raw = bytes[1...].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Position(last: Int64(bitPattern: raw), isCalled: bytes[0] != 0)
    }

    /// Writes positions: a byte that tells whether the value has been handed out, then the value,
    /// big-endian.
    private func keep(_ positions: [(Key, Position)]) throws {
        var changes = ChangeSet(basedOn: store.snapshot())
        for (key, position) in positions {
            let raw = UInt64(bitPattern: position.last)
            changes.notes[key.note] =
                [position.isCalled ? 1 : 0]
                + (0..<8).map { UInt8(truncatingIfNeeded: raw >> (56 - 8 * $0)) }
        }
        try store.commit(changes)
    }
}

/// The values that one session has taken from sequences.
final class SequenceMemory: Sendable {
    private struct State {
        var values: [UInt32: Int64] = [:]
        var last: UInt32?
    }
    private let state = Mutex(State())

    func note(_ oid: UInt32, _ value: Int64, isLast: Bool) {
        state.withLock { state in
            state.values[oid] = value
            if isLast { state.last = oid }
        }
    }

    func value(_ oid: UInt32) -> Int64? { state.withLock { $0.values[oid] } }
    var last: UInt32? { state.withLock { $0.last } }
    func forget() { state.withLock { $0 = State() } }
}
