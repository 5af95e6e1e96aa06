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
        SecuredPlan(query, plan: query.plan, nextColumn: query.nextColumn, hasPolicies: false)
    }

    /// Secures an INSERT and adds its WITH CHECK conditions.
    package func secure(_ insert: BoundInsert) throws -> SecuredInsert {
        SecuredInsert(insert, source: try secure(insert.source))
    }

    /// Secures an UPDATE or DELETE and adds its WITH CHECK conditions.
    package func secure(_ modify: BoundModify) throws -> SecuredModify {
        SecuredModify(modify, source: try secure(modify.source))
    }

    /// Adds WITH CHECK conditions to COPY … FROM.
    package func secure(_ copy: BoundCopyIn) throws -> SecuredCopyIn { SecuredCopyIn(copy) }
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
}

/// An UPDATE or DELETE that may be executed; `source` replaces `modify.source`.
package struct SecuredModify: Sendable {
    package let modify: BoundModify
    package let source: SecuredPlan
    fileprivate init(_ modify: BoundModify, source: SecuredPlan) {
        self.modify = modify
        self.source = source
    }
}

/// A COPY … FROM that may be executed.
package struct SecuredCopyIn: Sendable {
    package let copy: BoundCopyIn
    fileprivate init(_ copy: BoundCopyIn) { self.copy = copy }
}
