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
        let checks = try checks(
            insert.table, insert.checkColumns,
            insert.returning == nil ? [.insert] : [.insert, .select],
            next: insert.source.nextColumn)
        if let conflict = insert.onConflict, conflict.update != nil,
            let table = catalog.tables[insert.table],
            catalog.rowSecurityApplies(to: table, role: context.role)
        {
            throw SQLError.unsupported("ON CONFLICT DO UPDATE under row-level security")
        }
        secured.checks += checks.expressions
        secured.source.nextColumn = checks.next
        return SecuredInsert(secured, source: try secure(secured.source))
    }

    /// Secures an UPDATE or DELETE and adds its WITH CHECK conditions.
    package func secure(_ modify: BoundModify) throws -> SecuredModify {
        var secured = modify
        if modify.isUpdate {
            let reads = modify.source.scanOrigins.values.contains {
                $0.commands.contains(.update) && $0.commands.contains(.select)
            }
            let checks = try checks(
                modify.table, modify.checkColumns, reads ? [.update, .select] : [.update],
                next: modify.source.nextColumn)
            secured.checks += checks.expressions
            secured.source.nextColumn = checks.next
        }
        return SecuredModify(secured, source: try secure(secured.source))
    }

    /// Secures a MERGE. What policies demand of each action is not worked out: where any apply to
    /// the target, it is refused.
    package func secure(_ merge: BoundMerge) throws -> SecuredMerge {
        if let table = catalog.tables[merge.table],
            catalog.rowSecurityApplies(to: table, role: context.role)
        {
            throw SQLError.unsupported("MERGE under row-level security")
        }
        return SecuredMerge(merge, source: try secure(merge.source))
    }

    /// Adds WITH CHECK conditions to COPY … FROM.
    package func secure(_ copy: BoundCopyIn) throws -> SecuredCopyIn {
        var secured = copy
        let checks = try checks(
            copy.table, copy.items.map(\.id), [.insert], next: copy.nextColumn)
        secured.checks += checks.expressions
        secured.nextColumn = checks.next
        return SecuredCopyIn(secured)
    }

    /// What a new row of the table must satisfy.
    private func checks(
        _ oid: UInt32, _ ids: [ColumnID], _ commands: [CatalogPolicy.Command], next: Int
    ) throws -> (expressions: [Expression], next: Int) {
        guard let table = catalog.tables[oid],
            catalog.rowSecurityApplies(to: table, role: context.role)
        else { return ([], next) }
        var work = PolicyBinding(catalog: catalog, context: context, next: next)
        let expressions = try work.predicates(
            table, ids, commands, role: context.role, forNewRow: true)
        return (expressions, work.nextColumn)
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
