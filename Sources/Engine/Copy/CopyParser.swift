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
        /// Where the rows of each batch stand; nil where WHERE has left some out.
        var places: [CopyRowPlaces?] = []
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
        var failure: (error: SQLError, context: String?)?
        func rowPlace(_ row: Int) -> String {
            CopyRowPlaces.context(
                table, fields.lines[row], CopyRowPlaces.text(of: block, fields.spans[row]))
        }
        // Of a row that is too short the fields that it has are read first.
        var short = 0
        switch fields.problem {
        case .extraData?:
            failure = (
                SQLError(.badCopyFileFormat, "extra data after last expected column"),
                rowPlace(count)
            )
        case .missingData(let found)?:
            short = found
            failure = (
                SQLError(.badCopyFileFormat, "missing data for column \"\(names[found])\""),
                rowPlace(count)
            )
        case .unterminatedQuote?:
            failure = (SQLError(.badCopyFileFormat, "unterminated CSV quoted field"), nil)
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
                failure = (found.error, place(fields, found.row, column, block))
            }
            columns.append(vector)
        }
        for vector in columns { vector.count = rows }
        if rows > 0 {
            let batch = try self.rows(of: Batch(columns: columns, count: rows))
            if batch.count > 0 {
                result.batches.append(batch)
                result.places.append(
                    filter == nil
                        ? CopyRowPlaces(
                            table: table, block: block,
                            lines: Array(UnsafeBufferPointer(start: fields.lines, count: rows)),
                            spans: Array(UnsafeBufferPointer(start: fields.spans, count: rows)))
                        : nil)
            }
        }
        if let failure { throw failure.error.within(failure.context) }
    }

    /// `COPY t, line 3, column n: "x"`.
    private func place(
        _ fields: borrowing CopyFields, _ row: Int, _ column: Int, _ block: CopyBlock
    ) -> String {
        let field = fields.fields[column * CopyFields.rowsMax + row]
        let start = "COPY \(table), line \(fields.lines[row]), column \(names[column])"
        guard !field.isNull else { return "\(start): null input" }
        let bytes = UnsafeBufferPointer(
            start: UnsafePointer(block.bytes) + Int(field.start), count: Int(field.count))
        return "\(start): \"\(CopyRowPlaces.shown(bytes))\""
    }
}
