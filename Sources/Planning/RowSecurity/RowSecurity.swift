import Basics
import Catalog
import SQLSyntax
import Vectors

/// The one gate between binding and execution: puts policies into plans.
package struct RowSecurity {
    let catalog: CatalogSnapshot
    let context: BindContext

    package init(catalog: CatalogSnapshot, context: BindContext) {
        self.catalog = catalog
        self.context = context
    }

    /// Secures a query.
    package func secure(_ query: BoundQuery) throws -> SecuredPlan {
        var work = PolicyBinding(catalog: catalog, context: context, next: query.nextColumn)
        let plan = try work.secure(query.plan, query.scanOrigins)
        return SecuredPlan(
            query, plan: plan, nextColumn: work.nextColumn, hasPolicies: work.hasPolicies)
    }

    /// Secures an INSERT and adds its WITH CHECK conditions.
    package func secure(_ insert: BoundInsert) throws -> SecuredInsert {
        var secured = insert
        var next = insert.source.nextColumn
        let reads = insert.returning != nil || insert.onConflict?.namesKey == true
        secured.checks += try predicates(
            insert.table, insert.checkColumns, reads ? [.insert, .select] : [.insert],
            forNewRow: true, &next)
        if let conflict = insert.onConflict, conflict.update != nil {
            // A stored row that may not be changed is an error rather than left out.
            secured.onConflict?.visible = try predicates(
                insert.table, conflict.existing, [.update, .select], forNewRow: false, &next)
            secured.onConflict?.checks = try predicates(
                insert.table, insert.checkColumns, [.update, .select], forNewRow: true, &next)
        }
        secured.source.nextColumn = next
        return SecuredInsert(secured, source: try secure(secured.source))
    }

    /// Secures an UPDATE or DELETE and adds its WITH CHECK conditions.
    package func secure(_ modify: BoundModify) throws -> SecuredModify {
        var secured = modify
        if modify.isUpdate {
            let reads = modify.source.scanOrigins.values.contains {
                $0.commands.contains(.update) && $0.commands.contains(.select)
            }
            secured.checks += try predicates(
                modify.table, modify.checkColumns, reads ? [.update, .select] : [.update],
                forNewRow: true, &secured.source.nextColumn)
        }
        return SecuredModify(secured, source: try secure(secured.source))
    }

    /// Secures a MERGE. Rows that may not be seen match nothing; of those that match, one that its
    /// action may not touch is an error.
    package func secure(_ merge: BoundMerge) throws -> SecuredMerge {
        var secured = merge
        let demands: [(BoundMerge.Action, [CatalogPolicy.Command], forNewRow: Bool)] = [
            (.insert, [.insert], true), (.update, [.update, .select], true),
            (.update, [.update], false), (.delete, [.delete], false),
        ]
        for (action, commands, forNewRow) in demands where merge.actions.contains(action) {
            let conditions = try predicates(
                merge.table, merge.checkColumns, commands, forNewRow: forNewRow,
                &secured.source.nextColumn)
            if forNewRow {
                secured.checks[action] = conditions
            } else {
                secured.visible[action] = conditions
            }
        }
        return SecuredMerge(secured, source: try secure(secured.source))
    }

    /// Adds WITH CHECK conditions to COPY … FROM.
    package func secure(_ copy: BoundCopyIn) throws -> SecuredCopyIn {
        var secured = copy
        secured.checks += try predicates(
            copy.table, copy.items.map(\.id), [.insert], forNewRow: true, &secured.nextColumn)
        return SecuredCopyIn(secured)
    }

    /// What a row of the table must satisfy, a new one or one that is stored.
    private func predicates(
        _ oid: UInt32, _ ids: [ColumnID], _ commands: [CatalogPolicy.Command], forNewRow: Bool,
        _ next: inout Int
    ) throws -> [Expression] {
        guard let table = catalog.tables[oid],
            catalog.rowSecurityApplies(to: table, role: context.role)
        else { return [] }
        var work = PolicyBinding(catalog: catalog, context: context, next: next)
        let expressions = try work.predicates(
            table, ids, commands, role: context.role, forNewRow: forNewRow)
        next = work.nextColumn
        return expressions
    }
}

/// A plan that may be executed: its scans carry the row-security predicates that apply.
///
/// Only this file makes one.
package struct SecuredPlan: Sendable {
    package let plan: Plan
    package let outputs: [OutputColumn]
    package let parameterTypes: [SQLType]
    package let nextColumn: Int
    package let uses: [RelationUse]
    /// True when a policy took part: the plan depends on the role and on tables that policies read.
    package let hasPolicies: Bool

    fileprivate init(_ query: BoundQuery, plan: Plan, nextColumn: Int, hasPolicies: Bool) {
        self.plan = plan
        outputs = query.outputs
        parameterTypes = query.parameterTypes
        self.nextColumn = nextColumn
        uses = query.uses
        self.hasPolicies = hasPolicies
    }

    private init(_ original: SecuredPlan, plan: Plan, nextColumn: Int) {
        self.plan = plan
        outputs = original.outputs
        parameterTypes = original.parameterTypes
        self.nextColumn = nextColumn
        uses = original.uses
        hasPolicies = original.hasPolicies
    }

    /// The same plan in another shape, for the optimizer, which keeps every scan's `security`.
    package func rewritten(
        _ rewrite: (Plan, inout Int) throws -> Plan
    ) rethrows -> SecuredPlan {
        var next = nextColumn
        let plan = try rewrite(plan, &next)
        return SecuredPlan(self, plan: plan, nextColumn: next)
    }
}

/// An INSERT that may be executed; `source` replaces `insert.source`.
package struct SecuredInsert: Sendable {
    package let insert: BoundInsert
    package let source: SecuredPlan
    fileprivate init(_ insert: BoundInsert, source: SecuredPlan) {
        self.insert = insert
        self.source = source
    }

    /// The same change with its source in another shape, for the optimizer.
    package func withSource(_ rewrite: (SecuredPlan) throws -> SecuredPlan) rethrows -> Self {
        Self(insert, source: try rewrite(source))
    }
}

/// An UPDATE or DELETE that may be executed; `source` replaces `modify.source`.
package struct SecuredModify: Sendable {
    package let modify: BoundModify
    package let source: SecuredPlan
    fileprivate init(_ modify: BoundModify, source: SecuredPlan) {
        self.modify = modify
        self.source = source
    }

    /// The same change with its source in another shape, for the optimizer.
    package func withSource(_ rewrite: (SecuredPlan) throws -> SecuredPlan) rethrows -> Self {
        Self(modify, source: try rewrite(source))
    }
}

/// A MERGE that may be executed; `source` replaces `merge.source`.
package struct SecuredMerge: Sendable {
    package let merge: BoundMerge
    package let source: SecuredPlan
    fileprivate init(_ merge: BoundMerge, source: SecuredPlan) {
        self.merge = merge
        self.source = source
    }

    /// The same change with its source in another shape, for the optimizer.
    package func withSource(_ rewrite: (SecuredPlan) throws -> SecuredPlan) rethrows -> Self {
        Self(merge, source: try rewrite(source))
    }
}

/// A COPY … FROM that may be executed.
package struct SecuredCopyIn: Sendable {
    package let copy: BoundCopyIn
    fileprivate init(_ copy: BoundCopyIn) { self.copy = copy }
}
