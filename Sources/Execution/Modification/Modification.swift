import Basics
import Catalog
import Planning
import Storage
import Vectors

/// INSERT, UPDATE and DELETE on a change set. Rows for RETURNING go to `returned`, in batches.
package struct Modification {
    private let table: CatalogTable
    private let context: QueryContext
    private let lowering: Lowering
    private let returned: (Batch) throws -> Void

    package init(
        _ table: CatalogTable, _ context: QueryContext, _ lowering: Lowering,
        returned: @escaping (Batch) throws -> Void
    ) {
        self.table = table
        self.context = context
        self.lowering = lowering
        self.returned = returned
    }

    private func compile(_ list: [Expression], _ ids: [ColumnID]) throws -> [Compiled] {
        let layout = lowering.layout(Array(zip(ids, table.columns.map(\.type))))
        return try list.map { try Compiled.compile($0, layout) }
    }

    private func giveBack(
        _ batch: Batch, _ items: [ProjectItem]?, _ ids: [ColumnID]
    ) throws {
        guard let items else { return }
        let expressions = try compile(items.map(\.expression), ids)
        try returned(
            Batch(
                columns: try expressions.map { try $0.evaluate(batch, context) },
                count: batch.count))
    }

    // MARK: INSERT

    /// Rows inserted, and updated by ON CONFLICT.
    package func insert(
        _ secured: SecuredInsert, into changes: inout ChangeSet
    ) throws -> Int {
        let insert = secured.insert
        let source = try lowering.lower(secured.source)
        let checks = try compile(insert.checks, insert.checkColumns)
        let writer = TableWriter(table, context)
        var count = 0
        guard let conflict = insert.onConflict else {
            // The source reads the state before the statement, whatever is written meanwhile.
            var own = changes
            changes = ChangeSet(basedOn: own.basedOn)
            try source.run(context) { batch in
                let rows = Batch(
                    columns: batch.columns.map { $0.flattened() }, count: batch.count)
                try writer.append(rows, checks: checks, to: &own)
                try giveBack(rows, insert.returning, insert.checkColumns)
                count += batch.count
            }
            changes = own
            return count
        }
        var pending: [Batch] = []
        try source.run(context) { batch in
            pending.append(
                Batch(
                    columns: batch.columns.map { $0.flattened().copiedStrings() },
                    count: batch.count))
            try context.memory.reserve(batch.columns.reduce(0) { $0 + $1.physical.stride * batch.count })
        }
        for batch in pending {
            try context.cancellation.check()
            count += try upsert(batch, conflict, insert, checks, writer, &changes)
        }
        return count
    }

    private func upsert(
        _ batch: Batch, _ conflict: BoundInsert.OnConflict, _ insert: BoundInsert,
        _ checks: [Compiled], _ writer: TableWriter, _ changes: inout ChangeSet
    ) throws -> Int {
        try writer.checkNulls(batch)
        let keys = Batch(columns: conflict.key.map { batch.columns[$0] }, count: batch.count)
        guard let snapshot = changes.table(table.oid) else { return 0 }
        let locators = try snapshot.lookup(keys: keys)
        var fresh: [UInt32] = []
        var existing: [UInt32] = []
        let seen = KeyTable(keys.columns.map(\.type), memory: context.memory)
        var numbers = [UInt32](repeating: 0, count: max(batch.count, 1))
        try numbers.withUnsafeMutableBufferPointer {
            if let base = $0.baseAddress {
                try seen.findOrInsert(keys.columns, count: batch.count, into: base)
            }
        }
        var taken = [Bool](repeating: false, count: seen.count)
        for row in 0..<batch.count {
            let number = Int(numbers[row])
            if taken[number] {
                if conflict.update == nil { continue }
                throw SQLError(
                    .cardinalityViolation,
                    "ON CONFLICT DO UPDATE command cannot affect row a second time",
                    hint: "Ensure that no rows proposed for insertion within the same command"
                        + " have duplicate constrained values.")
            }
            taken[number] = true
            if locators[row] == Locator.none {
                fresh.append(UInt32(truncatingIfNeeded: row))
            } else {
                existing.append(UInt32(truncatingIfNeeded: row))
            }
        }
        var count = 0
        if !fresh.isEmpty {
            let rows = batch.gather(fresh, count: fresh.count)
            try writer.append(rows, checks: checks, to: &changes, isBulk: false)
            try giveBack(rows, insert.returning, insert.checkColumns)
            count += fresh.count
        }
        guard let update = conflict.update, !existing.isEmpty else { return count }
        let stored = try snapshot.rows(
            at: existing.map { locators[Int($0)] }, columns: table.columns)
        let proposed = batch.gather(existing, count: existing.count)
        var both = Batch(columns: stored.columns + proposed.columns, count: existing.count)
        var targets = existing.map { locators[Int($0)] }
        let layout = lowering.layout(
            Array(zip(conflict.existing, table.columns.map(\.type)))
                + Array(zip(conflict.excluded, table.columns.map(\.type))))
        if let condition = conflict.condition {
            var positions = [UInt32](repeating: 0, count: both.count)
            let compiled = try Compiled.compile(condition, layout)
            let found = try positions.withUnsafeMutableBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return 0 }
                return try compiled.select(both, context, into: base)
            }
            if found == 0 { return count }
            both = both.gather(positions, count: found)
            targets = (0..<found).map { targets[Int(positions[$0])] }
        }
        let values = try update.map { try Compiled.compile($0, layout).evaluate(both, context) }
        let rows = Batch(columns: values.map { $0.flattened() }, count: both.count)
        try changes.delete(table.oid, targets)
        try writer.append(rows, checks: checks, to: &changes, isBulk: false)
        try giveBack(rows, insert.returning, insert.checkColumns)
        return count + both.count
    }

    // MARK: UPDATE and DELETE

    /// Rows changed or deleted.
    package func modify(
        _ secured: SecuredModify, in changes: inout ChangeSet
    ) throws -> Int {
        let modify = secured.modify
        let source = try lowering.lower(secured.source)
        var seen = Set<Int64>()
        var locators: [Int64] = []
        var rows: [Batch] = []
        let keepsRows = modify.isUpdate || modify.returning != nil
        try source.run(context) { batch in
            let vector = batch.columns[0]
            var positions: [UInt32] = []
            for row in 0..<batch.count {
                let locator = vector.pointer(Int64.self)[row & vector.rowMask]
                if vector.isNull(row) || !seen.insert(locator).inserted { continue }
                locators.append(locator)
                positions.append(UInt32(truncatingIfNeeded: row))
            }
            try context.memory.reserve(positions.count * 32)
            guard keepsRows, !positions.isEmpty else { return }
            let part = Batch(columns: Array(batch.columns.dropFirst()), count: batch.count)
                .gather(positions, count: positions.count)
            rows.append(
                Batch(
                    columns: part.columns.map { $0.flattened().copiedStrings() },
                    count: part.count))
        }
        try changes.delete(table.oid, locators)
        if modify.isUpdate {
            let checks = try compile(modify.checks, modify.checkColumns)
            let writer = TableWriter(table, context)
            for batch in rows {
                try context.cancellation.check()
                try writer.append(batch, checks: checks, to: &changes)
            }
        }
        for batch in rows { try giveBack(batch, modify.returning, modify.checkColumns) }
        return locators.count
    }
}

extension TableSnapshot {
    /// Whole rows by locator, in the order given, with the columns of the catalog's table.
    package func rows(at locators: [Int64], columns: [CatalogColumn]) throws -> Batch {
        let builders = columns.map { VectorBuilder($0.type, capacity: max(locators.count, 1)) }
        for locator in locators {
            let (id, row) = (Locator.fragment(locator), Locator.row(locator))
            guard let fragment = fragments.first(where: { $0.id == id }) else {
                throw SQLError(.internalError, "fragment \(id) is not part of the snapshot")
            }
            for (builder, column) in zip(builders, columns) {
                try fragment.append(row: row, column: UInt32(column.id), to: builder)
            }
        }
        return Batch(columns: builders.map { $0.single() }, count: locators.count)
    }
}

extension Fragment {
    fileprivate func append(row: Int, column: UInt32, to builder: VectorBuilder) throws {
        switch self {
        case .tail(let tail):
            guard let index = tail.index(of: column) else {
                return builder.append(tail.defaultFor(column))
            }
            let batch = tail.batch(holding: row)
            builder.append(row: row - tail.starts[batch], of: tail.batches[batch].columns[index])
        case .segment(let segment):
            guard segment.segment.hasColumn(column) else {
                return builder.append(segment.defaultFor(column))
            }
            let chunk = try segment.segment.chunk(column: column, index: row >> 16)
            let vector = Vector(builder.type, capacity: 1)
            let place = row & 65_535
            chunk.decode(rows: place..<(place + 1), into: vector)
            builder.append(row: 0, of: vector)
        }
    }
}
