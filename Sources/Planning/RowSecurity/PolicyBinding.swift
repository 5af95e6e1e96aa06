import Basics
import Catalog
import SQLSyntax
import Vectors

/// Binds policies for the scans of one statement.
///
/// Policies are taken from the catalog each time, so a change acts on the next statement. Their
/// names are read with the rights of the table's owner; row security inside them is that of the
/// role whose query it is.
struct PolicyBinding {
    let catalog: CatalogSnapshot
    let context: BindContext
    private(set) var nextColumn: Int
    private(set) var hasPolicies = false
    /// Tables whose policies are being bound, to notice one that reads its own table.
    private var open: [UInt32] = []

    init(catalog: CatalogSnapshot, context: BindContext, next: Int) {
        self.catalog = catalog
        self.context = context
        nextColumn = next
    }

    /// Gives every scan the predicates that apply to its role.
    mutating func secure(_ plan: Plan, _ origins: [ColumnID: ScanOrigin]) throws -> Plan {
        var work = self
        defer { self = work }
        return try plan.rewriteNodes { node in
            guard case .scan(var scan) = node, let table = work.catalog.tables[scan.table] else {
                return node
            }
            let key = scan.columns.first?.id ?? scan.locator
            let origin = key.flatMap { origins[$0] } ?? ScanOrigin(role: work.context.role)
            guard work.catalog.rowSecurityApplies(to: table, role: origin.role) else {
                return node
            }
            scan.security += try work.predicates(
                table, scan.columns.map(\.id), origin.commands, role: origin.role,
                forNewRow: false)
            return .scan(scan)
        }
    }

    /// The conjunction of what the commands' policies demand of a row whose columns are `ids`.
    mutating func predicates(
        _ table: CatalogTable, _ ids: [ColumnID], _ commands: [CatalogPolicy.Command],
        role: UInt32, forNewRow: Bool
    ) throws -> [Expression] {
        if context.rowSecurityOff {
            throw SQLError(
                .insufficientPrivilege,
                "query would be affected by row-level security policy for table \"\(table.name)\"")
        }
        guard !open.contains(table.oid) else {
            throw SQLError(
                SQLState("42P17"),
                "infinite recursion detected in policy for relation \"\(table.name)\"")
        }
        hasPolicies = true
        open.append(table.oid)
        defer { open.removeLast() }
        let roles = catalog.effectiveRoles(of: role)
        var result: [Expression] = []
        for command in commands {
            let applying = table.policies.filter { policy in
                (policy.command == .all || policy.command == command)
                    && policy.roles.contains { $0 == 0 || roles.contains($0) }
            }
            var permissive: [Expression] = []
            var restrictive: [Expression] = []
            for policy in applying.sorted(by: { $0.name < $1.name }) {
                let checksNew = forNewRow && command != .select
                guard let stored = checksNew ? policy.withCheck ?? policy.using : policy.using
                else {
                    // A policy without condition of this kind lets every row pass.
                    if policy.isPermissive { permissive.append(.boolean(true)) }
                    continue
                }
                let bound = try bind(stored, table, ids, role: role)
                if policy.isPermissive {
                    permissive.append(bound)
                } else {
                    restrictive.append(bound)
                }
            }
            result += restrictive
            switch permissive.count {
            case 0: result.append(.boolean(false))
            case 1: result.append(permissive[0])
            default: result.append(.or(permissive))
            }
        }
        return result
    }

    private mutating func bind(
        _ stored: StoredExpression, _ table: CatalogTable, _ ids: [ColumnID], role: UInt32
    ) throws -> Expression {
        var owner = context
        owner.role = table.owner
        owner.forbidsParameters = true
        let binder = Binder(catalog: catalog, context: owner, firstColumn: nextColumn)
        binder.policyRole = role
        let bound = try binder.bindPolicy(stored, over: table, ids: ids)
        nextColumn = binder.nextColumn
        return try secure(bound, binder.scanOrigins)
    }

    /// Secures the subqueries of a policy itself.
    private mutating func secure(
        _ expression: Expression, _ origins: [ColumnID: ScanOrigin]
    ) throws -> Expression {
        var work = self
        defer { self = work }
        func visit(_ input: Expression) throws -> Expression {
            let mapped = try input.mapOperands(visit)
            guard case .subquery(let subquery) = mapped else { return mapped }
            return .subquery(
                Subquery(
                    kind: subquery.kind, plan: try work.secure(subquery.plan, origins),
                    outer: subquery.outer, type: subquery.type, position: subquery.position,
                    id: subquery.id))
        }
        return try visit(expression)
    }
}

extension Binder {
    /// A policy's condition over the table's columns.
    func bindPolicy(
        _ stored: StoredExpression, over table: CatalogTable, ids: [ColumnID]
    ) throws -> Expression {
        pins = Dictionary(
            stored.references.map { ($0.position, $0) }, uniquingKeysWith: { first, _ in first })
        let scope = rowScope(table, ids)
        let expr = try StoredText.expression(stored)
        let bound = try bindCondition(expr, "POLICY", clause: .policy, scope)
        try checkPrivileges()
        return bound
    }
}
