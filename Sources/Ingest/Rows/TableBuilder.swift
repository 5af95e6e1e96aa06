import Vectors

/// Collects rows of one table, column by column, into batches of `Vector.standardCapacity` rows.
///
/// A row is written by one call a column, in order, and closed by `endRow()`.
struct TableBuilder {
    let table: IngestTable
    private let types: [SQLType]
    private var columns: [Vector] = []
    private var arena = StringArena()
    private var row = 0
    private var column = 0
    private var finished: [Batch] = []

    init(_ table: IngestTable) {
        self.table = table
        types = table.columns.map(\.type)
    }

    var isEmpty: Bool { row == 0 && finished.isEmpty }

    /// The rows so far; the builder starts over.
    mutating func finish() -> TableRows {
        flush()
        defer { finished = [] }
        return TableRows(table: table, batches: finished)
    }

    private mutating func flush() {
        guard row > 0 else { return }
        for vector in columns {
            vector.count = row
            if vector.physical == .bytes { vector.owners = [arena] }
        }
        finished.append(Batch(columns: columns, count: row))
        columns = []
        arena = StringArena()
        row = 0
    }

    @inline(__always)
    private mutating func nextColumn() -> Vector {
        if columns.isEmpty { columns = types.map { Vector($0) } }
        precondition(column < columns.count, "more values than columns")
        let vector = columns[column]
        column += 1
        return vector
    }

    mutating func endRow() {
        precondition(column == types.count, "a row needs a value for every column")
        column = 0
        row += 1
        if row == Vector.standardCapacity { flush() }
    }

    mutating func text(_ value: String) {
        let vector = nextColumn()
        vector.pointer(StringView.self)[row] = arena.copy(value)
    }

    mutating func text(_ value: String?) {
        guard let value else { return null() }
        text(value)
    }

    mutating func text(bytes: [UInt8]) {
        let vector = nextColumn()
        vector.pointer(StringView.self)[row] = bytes.withUnsafeBufferPointer { arena.copy($0) }
    }

    mutating func int64(_ value: Int64) {
        let vector = nextColumn()
        precondition(vector.physical == .int64)
        vector.pointer(Int64.self)[row] = value
    }

    mutating func int64(_ value: Int64?) {
        guard let value else { return null() }
        int64(value)
    }

    mutating func int32(_ value: Int32) {
        let vector = nextColumn()
        precondition(vector.physical == .int32)
        vector.pointer(Int32.self)[row] = value
    }

    mutating func int32(_ value: Int32?) {
        guard let value else { return null() }
        int32(value)
    }

    mutating func int16(_ value: Int16) {
        let vector = nextColumn()
        precondition(vector.physical == .int16)
        vector.pointer(Int16.self)[row] = value
    }

    mutating func bool(_ value: Bool) {
        let vector = nextColumn()
        precondition(vector.physical == .bool)
        vector.pointer(UInt8.self)[row] = value ? 1 : 0
    }

    mutating func null() {
        nextColumn().setNull(row)
    }
}
