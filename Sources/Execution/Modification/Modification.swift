import Basics
import Catalog
import Planning
import Storage
import Vectors

/// INSERT, UPDATE and DELETE on a change set. Rows for RETURNING go to `returned`, in batches.
package struct Modification {
    let table: CatalogTable
    let context: QueryContext
    let lowering: Lowering
    let watch: ConstraintWatch?
    private let returned: (Batch) throws -> Void

    package init(
        _ table: CatalogTable, _ context: QueryContext, _ lowering: Lowering,
        watch: ConstraintWatch?, returned: @escaping (Batch) throws -> Void
    ) {
        self.table = table
        self.context = context
        self.lowering = lowering
        self.watch = watch
        self.returned = returned
    }

    func checks(
        _ policies: [Expression], _ constraints: [BoundCheck], _ ids: [ColumnID]
    ) throws -> RowChecks {
        try RowChecks(
            policies: policies, constraints: constraints,
            over: Array(zip(ids, table.columns.map(\.type))), lowering)
    }

    /// Refuses stored rows that policies keep from being changed; `what` names one in the error.
    func require(
        _ policies: [Expression], of rows: Batch, _ ids: [ColumnID], what: String
    ) throws {
        guard !policies.isEmpty else { return }
        let checks = try RowChecks(
            policies: policies, over: Array(zip(ids, table.columns.map(\.type))), lowering,
            refusal: "\(what) violates row-level security policy (USING expression)")
        try TableWriter(table, context).check(rows, checks)
    }

    func giveBack(
        _ batch: Batch, _ items: [ProjectItem]?, _ ids: [ColumnID]
    ) throws {
        try giveBack(batch, items, over: Array(zip(ids, table.columns.map(\.type))))
    }

    private func giveBack(
        _ batch: Batch, _ items: [ProjectItem]?, over columns: [(ColumnID, SQLType)]
    ) throws {
        guard let items else { return }
        let layout = lowering.layout(columns)
        let expressions = try items.map { try Compiled.compile($0.expression, layout) }
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
        let checks = try checks(insert.checks, insert.constraints, insert.checkColumns)
        let writer = TableWriter(table, context, watch: watch)
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
        let writes = try UpsertChecks(
            proposed: checks, changed: self.checks(
                conflict.checks, insert.constraints, insert.checkColumns))
        var pending: [Batch] = []
        try source.run(context) { batch in
            pending.append(
                Batch(
                    columns: batch.columns.map { $0.flattened().copiedStrings() },
                    count: batch.count))
            try context.memory.reserve(
                batch.columns.reduce(0) { $0 + $1.physical.stride * batch.count })
        }
        for batch in pending {
            try context.cancellation.check()
            count += try upsert(batch, conflict, insert, writes, writer, &changes)
        }
        return count
    }

    /// Some rows of a batch that outlive it, by the columns from one on.
    private static func kept(_ batch: Batch, from column: Int, _ rows: [UInt32]) -> Batch {
        let part = Batch(columns: Array(batch.columns.dropFirst(column)), count: batch.count)
            .gather(rows, count: rows.count)
        return Batch(
            columns: part.columns.map { $0.flattened().copiedStrings() }, count: part.count)
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
            rows.append(Self.kept(batch, from: 1, positions))
        }
        if let watch, let snapshot = changes.table(table.oid) {
            try watch.remove(locators, of: snapshot)
        }
        try changes.delete(table.oid, locators)
        if modify.isUpdate {
            let checks = try checks(modify.checks, modify.constraints, modify.checkColumns)
            let writer = TableWriter(table, context, watch: watch)
            for batch in rows {
                try context.cancellation.check()
                // Columns of other tables follow the row's, for RETURNING.
                let row = Batch(
                    columns: Array(batch.columns.prefix(table.columns.count)), count: batch.count)
                try writer.append(row, checks: checks, to: &changes)
            }
        }
        let carried = Array(source.columns.dropFirst())
        for batch in rows { try giveBack(batch, modify.returning, over: carried) }
        return locators.count
    }

    // MARK: MERGE

    /// Rows inserted, changed and deleted.
    package func merge(_ secured: SecuredMerge, in changes: inout ChangeSet) throws -> Int {
        let merge = secured.merge
        let source = try lowering.lower(secured.source)
        var seen = Set<Int64>()
        var locators: [BoundMerge.Action: [Int64]] = [:]
        var rows: [(action: BoundMerge.Action, batch: Batch)] = []
        var count = 0
        try source.run(context) { batch in
            let (actions, places) = (batch.columns[0], batch.columns[1])
            var kept: [BoundMerge.Action: [UInt32]] = [:]
            for row in 0..<batch.count {
                let code = actions.pointer(Int64.self)[row & actions.rowMask]
                let action = BoundMerge.Action(rawValue: code) ?? .nothing
                if action == .nothing { continue }
                count += 1
                if action != .insert {
                    let locator = places.pointer(Int64.self)[row & places.rowMask]
                    guard seen.insert(locator).inserted else {
                        throw SQLError(
                            .cardinalityViolation,
                            "MERGE command cannot affect row a second time",
                            hint: "Ensure that not more than one source row matches any one "
                                + "target row.")
                    }
                    locators[action, default: []].append(locator)
                }
                if action != .delete {
                    kept[action, default: []].append(UInt32(truncatingIfNeeded: row))
                }
            }
            try context.memory.reserve(batch.count * 32)
            for action in [BoundMerge.Action.insert, .update] {
                guard let positions = kept[action] else { continue }
                rows.append((action, Self.kept(batch, from: 2, positions)))
            }
        }
        for action in [BoundMerge.Action.update, .delete] {
            try removeMerged(locators[action] ?? [], merge.visible[action] ?? [], merge, &changes)
        }
        let writer = TableWriter(table, context, watch: watch)
        for action in [BoundMerge.Action.insert, .update] {
            let checks = try checks(
                merge.checks[action] ?? [], merge.constraints, merge.checkColumns)
            for row in rows where row.action == action {
                try context.cancellation.check()
                try writer.append(row.batch, checks: checks, to: &changes)
            }
        }
        return count
    }

    /// Takes away rows that one action of a MERGE deletes or replaces.
    private func removeMerged(
        _ locators: [Int64], _ visible: [Expression], _ merge: BoundMerge,
        _ changes: inout ChangeSet
    ) throws {
        guard !locators.isEmpty, let snapshot = changes.table(table.oid) else { return }
        if !visible.isEmpty {
            for start in stride(from: 0, to: locators.count, by: 2048) {
                let part = Array(locators[start..<min(start + 2048, locators.count)])
                try require(
                    visible, of: try snapshot.rows(at: part, columns: table.columns),
                    merge.checkColumns, what: "target row")
            }
        }
        try watch?.remove(locators, of: snapshot)
        try changes.delete(table.oid, locators)
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
