import Basics
import Catalog
import Execution
import Planning
import PostgresProtocol
import SQLSyntax
import Storage
import Vectors

/// COPY … FROM: a parallel load.
///
/// 1. The session's thread takes the client's bytes, or a file's, and cuts them into blocks of whole
///    rows (`CopySplitter`). It reads no further while too many blocks are under way.
/// 2. The pool's threads make vectors of the blocks' fields (`CopyParser`, `CopyFields`).
/// 3. The session's thread takes the results in the order of the input, checks constraints and keys
///    and adds the rows to the change set (`TableWriter`).
/// 4. The change set sorts, encodes and writes them whenever there are enough for a segment, while
///    the load goes on (`StagedSegment`).
struct CopyIn {
    private let runner: StatementRunner
    init(_ runner: StatementRunner) { self.runner = runner }

    func run(_ copy: Copy) throws -> String {
        try runner.requireWritable(.copy(copy))
        let options = try CopyOptions(copy.options)
        let bound = try runner.security().secure(try runner.binder.bindCopyIn(copy)).copy
        let session = runner.session
        guard let table = try session.current().catalog.tables[bound.table] else {
            throw SQLError(.wrongObjectType, "the target is not a stored table")
        }
        let source: any CopyInSource =
            switch copy.endpoint {
            case .client:
                try runner.out.copyIn(
                    format: options.format == .binary ? .binary : .text,
                    columns: bound.input.count)
            case .file(let path): try CopyFile(reading: path, runner)
            case .program: throw CopyFile.noPrograms
            }
        var load = try CopyLoad(bound, table, options, runner)
        while let bytes = try source.next() {
            try runner.cancellation.check()
            try load.feed(bytes)
        }
        return "COPY \(try load.finish())"
    }
}

/// Rows on their way from the input into the change set.
private struct CopyLoad {
    private let session: Session
    private let cancellation: Cancellation
    private let parser: CopyParser
    private let checks: RowChecks
    private let watch: ConstraintWatch?
    private let writer: TableWriter
    private let pool: WorkerPool
    private var splitter: CopySplitter
    /// Blocks that are being parsed, in the order of the input.
    private var underWay: [WorkerPool.Pending<CopyParser.Rows>] = []
    private let underWayMax: Int
    /// Reads the binary format, which one thread does.
    private var binary: CopyBinary?
    private var changes: ChangeSet
    private var count = 0
    private var isDone = false

    init(
        _ bound: BoundCopyIn, _ table: CatalogTable, _ options: CopyOptions,
        _ runner: StatementRunner
    ) throws {
        session = runner.session
        cancellation = runner.cancellation
        let context = try session.queryContext(runner.cancellation)
        let whole = bound.items.map { ($0.id, $0.expression.type) }
        parser = CopyParser(
            options: options, table: table.name, names: bound.names,
            types: bound.input.map { $0.1 },
            items: try RowProgram(bound.items.map(\.expression), over: bound.input),
            filter: try bound.filter.map { try RowProgram([$0], over: whole) }, context: context)
        checks = try RowChecks(
            policies: bound.checks, constraints: bound.constraints, over: whole)
        watch = ConstraintWatch(table, try session.current().catalog, context)
        writer = TableWriter(table, context, watch: watch)
        pool = context.pool
        underWayMax = 2 * context.threads + 2
        splitter = CopySplitter(options)
        if options.format == .binary {
            binary = CopyBinary(
                table: table.name, types: bound.input.map { $0.1 }, names: bound.names)
        }
        changes = try session.current().changes
        // The transaction's copy would make every append copy the set's arrays.
        session.transaction?.changes = ChangeSet(basedOn: changes.basedOn)
    }

    mutating func feed(_ bytes: [UInt8]) throws {
        if isDone { return }
        if let batches = try binary?.feed(bytes) {
            for batch in batches {
                let rows = try parser.rows(of: batch)
                try writer.append(rows, checks: checks, to: &changes)
                count += rows.count
            }
            return
        }
        var blocks: [CopyBlock] = []
        try splitter.feed(bytes) { blocks.append($0) }
        for block in blocks {
            submit(block)
            while underWay.count > underWayMax { try take() }
        }
    }

    /// Takes what is left; the number of rows added.
    mutating func finish() throws -> Int {
        if let binary {
            try binary.finish()
        } else if !isDone {
            submit(splitter.finish())
        }
        while !underWay.isEmpty { try take() }
        try watch?.verify(&changes)
        try changes.settle { [cancellation] in try cancellation.check() }
        session.transaction?.changes = changes
        return count
    }

    private mutating func submit(_ block: CopyBlock) {
        let parser = parser
        underWay.append(pool.submit { parser.parse(block) })
    }

    /// Adds the rows of the oldest block.
    private mutating func take() throws {
        let rows = underWay.removeFirst().value()
        if isDone { return }
        for (batch, places) in zip(rows.batches, rows.places) {
            try cancellation.check()
            try writer.append(batch, checks: checks, to: &changes, isOwned: true) {
                places?.context($0)
            }
            count += batch.count
        }
        if let error = rows.error { throw error }
        isDone = rows.isEnd
    }
}
