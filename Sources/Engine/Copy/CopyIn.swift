import Basics
import Catalog
import Execution
import Planning
import PostgresProtocol
import SQLSyntax
import Storage
import Vectors

/// COPY … FROM STDIN.
struct CopyIn {
    private let runner: StatementRunner
    init(_ runner: StatementRunner) { self.runner = runner }

    func run(_ copy: Copy) throws -> String {
        try runner.requireWritable(.copy(copy))
        guard case .client = copy.endpoint else {
            throw SQLError(
                .featureNotSupported, "COPY from a file on the server is not supported",
                hint: "Use COPY … FROM STDIN, or \\copy in the client.")
        }
        let options = try CopyOptions(copy.options)
        let bound = try runner.security().secure(try runner.binder.bindCopyIn(copy)).copy
        let session = runner.session
        guard let table = try session.current().catalog.tables[bound.table] else {
            throw SQLError(.wrongObjectType, "the target is not a stored table")
        }
        let source = try runner.out.copyIn(format: .text, columns: bound.input.count)
        var load = try CopyLoad(bound, table, options, runner)
        while let bytes = try source.next() {
            try runner.cancellation.check()
            try load.feed(bytes)
        }
        let count = try load.finish()
        return "COPY \(count)"
    }
}

/// Rows on their way from text into the change set.
private struct CopyLoad {
    private let bound: BoundCopyIn
    private let table: CatalogTable
    private let options: CopyOptions
    private let session: Session
    private let context: QueryContext
    private let items: RowProgram
    private let checks: RowProgram
    private let filter: RowProgram?
    private let writer: TableWriter
    private let format: FormatSession
    private var reader: CopyReader
    private var builders: [VectorBuilder]
    private var pending = 0
    private var count = 0
    private var isDone = false
    private var changes: ChangeSet

    private static let batchRows = 2048

    init(
        _ bound: BoundCopyIn, _ table: CatalogTable, _ options: CopyOptions,
        _ runner: StatementRunner
    ) throws {
        self.bound = bound
        self.table = table
        self.options = options
        session = runner.session
        context = try session.queryContext(runner.cancellation)
        items = try RowProgram(bound.items.map(\.expression), over: bound.input)
        let whole = bound.items.map { ($0.id, $0.expression.type) }
        checks = try RowProgram(bound.checks, over: whole)
        filter = try bound.filter.map { try RowProgram([$0], over: whole) }
        writer = TableWriter(table, context)
        format = context.evaluation.formatSession
        reader = CopyReader(options)
        builders = bound.input.map { VectorBuilder($0.1, capacity: Self.batchRows) }
        changes = try session.current().changes
        // The transaction's copy would make every append copy the set's arrays.
        session.transaction?.changes = ChangeSet(basedOn: changes.basedOn)
    }

    mutating func feed(_ bytes: [UInt8]) throws {
        if isDone { return }
        try reader.feed(bytes)
        try take()
    }

    mutating func finish() throws -> Int {
        if !isDone {
            reader.finish()
            try take()
        }
        try flush()
        session.transaction?.changes = changes
        return count
    }

    private mutating func take() throws {
        while !isDone, try reader.next() {
            if reader.line == 1, options.hasHeader { continue }
            if reader.isEndMark {
                isDone = true
                return
            }
            try row()
        }
    }

    private mutating func row() throws {
        let fields = reader.fields
        if fields.count != builders.count {
            if fields.count < builders.count {
                throw SQLError(
                    .badCopyFileFormat,
                    "missing data for column \"\(bound.names[fields.count])\"",
                    detail: "COPY \(table.name), line \(reader.line)")
            }
            throw SQLError(
                .badCopyFileFormat, "extra data after last expected column",
                detail: "COPY \(table.name), line \(reader.line)")
        }
        let scratch = reader.scratch
        try scratch.withUnsafeBufferPointer { bytes in
            for (index, field) in fields.enumerated() {
                if field.isNull {
                    builders[index].appendNull()
                    continue
                }
                do {
                    try builders[index].append(
                        text: UnsafeBufferPointer(
                            rebasing: bytes[field.start..<(field.start + field.count)]),
                        session: format)
                } catch var error as SQLError {
                    if error.detail == nil {
                        error.detail =
                            "COPY \(table.name), line \(reader.line), column \(bound.names[index])"
                    }
                    throw error
                }
            }
        }
        pending += 1
        if pending == Self.batchRows { try flush() }
    }

    private mutating func flush() throws {
        guard pending > 0 else { return }
        try context.cancellation.check()
        let columns = builders.map { builder in
            builder.finish().first ?? Vector(builder.type, capacity: 1)
        }
        let input = Batch(columns: columns, count: pending)
        pending = 0
        var rows = Batch(
            columns: try items.evaluate(input, context).map { $0.flattened() }, count: input.count)
        if let filter { rows = try filter.filter(rows, context) }
        try writer.append(rows, checks: checks.expressions, to: &changes)
        count += rows.count
    }
}
