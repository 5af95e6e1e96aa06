import Basics

extension CatalogSnapshot {
    /// The role and every role whose privileges it has by inheritance.
    package func effectiveRoles(of role: UInt32) -> Set<UInt32> {
        collect(from: role) { $0.inherits }
    }

    /// The role and every role it may become by SET ROLE.
    package func assumableRoles(of role: UInt32) -> Set<UInt32> {
        collect(from: role) { _ in true }
    }

    private func collect(
        from role: UInt32, where follows: (CatalogRole) -> Bool
    ) -> Set<UInt32> {
        var seen: Set<UInt32> = [role]
        var queue = [role]
        while let next = queue.popLast() {
            guard let entry = roles[next], follows(entry) else { continue }
            for membership in entry.memberships where seen.insert(membership.role).inserted {
                queue.append(membership.role)
            }
        }
        return seen
    }

    package func isSuperuser(_ role: UInt32) -> Bool { roles[role]?.isSuperuser ?? false }

    /// Whether `role` is the owner, a member of it, or a superuser.
    package func owns(_ owner: UInt32, role: UInt32) -> Bool {
        isSuperuser(role) || effectiveRoles(of: role).contains(owner)
    }

    /// Privileges on the whole of a relation.
    package func privileges(on relation: CatalogRelation, role: UInt32) -> Privileges {
        if case .system(let table) = relation {
            if isSuperuser(role) || !table.isRestricted { return [.select] }
            return []
        }
        if owns(relation.owner, role: role) {
            if case .sequence = relation { return .allOnSequence }
            return .allOnTable
        }
        return relation.grants.privileges(of: effectiveRoles(of: role))
    }

    /// Whether `role` may do this with the given columns (indices; empty: with any one of them).
    package func may(
        _ privilege: Privileges, _ relation: CatalogRelation, columns: [Int], role: UInt32
    ) -> Bool {
        if privileges(on: relation, role: role).contains(privilege) { return true }
        let effective = effectiveRoles(of: role)
        let all = relation.columns
        func granted(_ column: CatalogColumn) -> Bool {
            column.grants.privileges(of: effective).contains(privilege)
        }
        if columns.isEmpty { return all.contains(where: granted) }
        return columns.allSatisfy { all.indices.contains($0) && granted(all[$0]) }
    }

    package func has(_ privilege: Privileges, onSchema schema: CatalogSchema, role: UInt32) -> Bool
    {
        owns(schema.owner, role: role)
            || schema.grants.privileges(of: effectiveRoles(of: role)).contains(privilege)
    }

    /// What `role` may do with the database.
    package func databasePrivileges(of role: UInt32) -> Privileges {
        if owns(CatalogSnapshot.bootstrapRoleOID, role: role) { return .allOnDatabase }
        return databaseGrants.privileges(of: effectiveRoles(of: role))
            .union([.connect, .temporary])
    }

    /// Whether row security is checked when `role` reads or writes the table.
    package func rowSecurityApplies(to table: CatalogTable, role: UInt32) -> Bool {
        guard table.rowSecurity, let entry = roles[role] else { return table.rowSecurity }
        if entry.isSuperuser || entry.bypassesRowSecurity { return false }
        if effectiveRoles(of: role).contains(table.owner) { return table.forceRowSecurity }
        return true
    }

    /// 42501 unless `role` may act as the relation's owner.
    package func requireOwner(of relation: CatalogRelation, role: UInt32) throws {
        guard owns(relation.owner, role: role) else {
            throw SQLError(
                .insufficientPrivilege,
                "must be owner of \(relation.kindName) \(relation.name)")
        }
    }

    /// 42501 unless `role` may create objects in the schema.
    package func requireCreate(in schema: CatalogSchema, role: UInt32) throws {
        if schema.oid == CatalogSnapshot.pgCatalogOID
            || schema.oid == CatalogSnapshot.informationSchemaOID
        {
            throw SQLError(
                .insufficientPrivilege, "permission denied for schema \(schema.name)",
                detail: "System catalog modifications are currently disallowed.")
        }
        guard has(.create, onSchema: schema, role: role) else {
            throw SQLError(
                .insufficientPrivilege, "permission denied for schema \(schema.name)")
        }
    }
}
