import Basics
import Execution
import Vectors

/// Turns blocks of COPY's input into rows of the table; several threads use one.
struct CopyParser: Sendable {
    let options: CopyOptions
    let table: String
    /// Names and types of the columns in the input.
    let names: [String]
    let types: [SQLType]
    /// The table's columns from those of the input.
    let items: RowProgram
    let filter: RowProgram?
    let context: QueryContext

    /// The rows of a block, in order.
    struct Rows: Sendable {
        var batches: [Batch] = []
        /// What is wrong with the row behind them.
        var error: (any Error)?
        /// Whether the end mark followed.
        var isEnd = false
    }

    func parse(_ block: CopyBlock) -> Rows {
        var result = Rows()
        var fields = CopyFields(block, options, columns: types.count)
        do {
            while true {
                try context.cancellation.check()
                let count = fields.next()
                try parse(block, fields, count, into: &result)
                if count < CopyFields.rowsMax { break }
            }
            result.isEnd = fields.isEnd
        } catch {
            result.error = error
        }
        return result
    }

    /// Rows of the table made of the input's columns, without those that WHERE leaves out.
    func rows(of input: Batch) throws -> Batch {
        let batch = Batch(
            columns: try items.evaluate(input, context).map { $0.flattened() },
            count: input.count)
        return try filter?.filter(batch, context) ?? batch
    }

    private func parse(
        _ block: CopyBlock, _ fields: borrowing CopyFields, _ count: Int, into result: inout Rows
    ) throws {
        var rows = count
        var failure: (error: SQLError, line: Int32, column: Int?)?
        // Of a row that is too short the fields that it has are read first.
        var short = 0
        switch fields.problem {
        case .extraData?:
            failure = (
                SQLError(.badCopyFileFormat, "extra data after last expected column"),
                fields.lines[count], nil
            )
        case .missingData(let found)?:
            short = found
            failure = (
                SQLError(.badCopyFileFormat, "missing data for column \"\(names[found])\""),
                fields.lines[count], nil
            )
        case .unterminatedQuote?:
            failure = (SQLError(.badCopyFileFormat, "unterminated CSV quoted field"), 0, nil)
        case nil: break
        }
        let format = context.evaluation.formatSession
        var columns: [Vector] = []
        for (column, type) in types.enumerated() {
            let isShort = column < short && rows == count
            let vector = Vector(type, capacity: max(rows + (isShort ? 1 : 0), 1))
            let found = TextColumn.parse(
                fields.fields + column * CopyFields.rowsMax, count: rows + (isShort ? 1 : 0),
                of: UnsafePointer(block.bytes), into: vector, session: format)
            if let found {
                rows = found.row
                failure = (found.error, fields.lines[rows], column)
            }
            columns.append(vector)
        }
        for vector in columns { vector.count = rows }
        if rows > 0 {
            let batch = try self.rows(of: Batch(columns: columns, count: rows))
            if batch.count > 0 { result.batches.append(batch) }
        }
        guard case (var error, let line, let column)? = failure else { return }
        if error.detail == nil, line > 0 {
            let place = column.map { ", column \(names[$0])" } ?? ""
            error.detail = "COPY \(table), line \(line)\(place)"
        }
        throw error
    }
}
