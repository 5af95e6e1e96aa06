import Basics
import SQLSyntax

/// Roles and their memberships.
extension CatalogEditor {
    func requireRoleRights() throws {
        let role = catalog.roles[context.role]
        guard role?.isSuperuser == true || role?.canCreateRole == true else {
            throw SQLError(.insufficientPrivilege, "permission denied to create role")
        }
    }

    mutating func createRole(_ create: CreateRole) throws -> String {
        try requireRoleRights()
        let name = create.name.text
        guard catalog.role(named: name) == nil else {
            throw SQLError(.duplicateObject, "role \"\(name)\" already exists")
        }
        guard !name.hasPrefix("pg_"), name != "public", name != "none" else {
            throw SQLError(
                SQLState("42939"), "role name \"\(name)\" is reserved",
                position: create.name.position)
        }
        var role = CatalogRole(
            oid: try catalog.takeOID(), name: name, canLogin: create.word == .user)
        try apply(create.options, to: &role)
        catalog.roles[role.oid] = role
        catalog.rebuildNames()
        try applyMembers(create.options, role.oid)
        return "CREATE ROLE"
    }

    mutating func alterRole(_ alter: AlterRole) throws -> String {
        let oid = try roleOID(alter.role)
        guard var role = catalog.roles[oid] else { return "ALTER ROLE" }
        let onlyPassword = alter.options.allSatisfy {
            if case .password = $0.kind { true } else { false }
        }
        if !(onlyPassword && oid == context.role) {
            let mine = catalog.roles[context.role]
            guard
                mine?.isSuperuser == true || (mine?.canCreateRole == true && !role.isSuperuser)
            else { throw SQLError(.insufficientPrivilege, "permission denied") }
        }
        try apply(alter.options, to: &role)
        if oid == CatalogSnapshot.bootstrapRoleOID, !role.isSuperuser {
            throw SQLError(
                .insufficientPrivilege, "permission denied to alter role",
                detail: "The bootstrap user must have the SUPERUSER attribute.")
        }
        catalog.roles[oid] = role
        try applyMembers(alter.options, oid)
        return "ALTER ROLE"
    }

    private func apply(_ options: [RoleOption], to role: inout CatalogRole) throws {
        let isSuperuser = catalog.isSuperuser(context.role)
        func needsSuperuser(_ what: String) throws {
            guard isSuperuser else {
                throw SQLError(
                    .insufficientPrivilege, "must be superuser to change \(what) attribute")
            }
        }
        for option in options {
            switch option.kind {
            case .login(let value): role.canLogin = value
            case .superuser(let value):
                if value != role.isSuperuser { try needsSuperuser("superuser") }
                role.isSuperuser = value
            case .createDatabase(let value): role.canCreateDatabase = value
            case .createRole(let value): role.canCreateRole = value
            case .inherit(let value): role.inherits = value
            case .replication(let value):
                if value != role.isReplication { try needsSuperuser("replication") }
                role.isReplication = value
            case .bypassRowSecurity(let value):
                if value != role.bypassesRowSecurity { try needsSuperuser("bypassrls") }
                role.bypassesRowSecurity = value
            case .password(let text): role.verifier = try text.map { try SCRAM.verifier(for: $0) }
            case .connectionLimit(let limit): role.connectionLimit = limit
            case .validUntil(let text): role.validUntil = text
            case .inRoles, .members, .adminMembers, .systemId: break
            }
        }
    }

    private mutating func applyMembers(_ options: [RoleOption], _ role: UInt32) throws {
        for option in options {
            switch option.kind {
            case .inRoles(let groups):
                for group in groups {
                    try join(role, to: try roleOID(group), admin: false)
                }
            case .members(let members):
                for member in members { try join(try roleOID(member), to: role, admin: false) }
            case .adminMembers(let members):
                for member in members { try join(try roleOID(member), to: role, admin: true) }
            default: break
            }
        }
    }

    private mutating func join(_ member: UInt32, to group: UInt32, admin: Bool) throws {
        guard member != group, !catalog.assumableRoles(of: group).contains(member) else {
            throw SQLError(
                SQLState("0LP01"),
                "role \"\(catalog.roleName(group))\" is a member of role "
                    + "\"\(catalog.roleName(member))\"")
        }
        guard var role = catalog.roles[member] else { return }
        if let index = role.memberships.firstIndex(where: { $0.role == group }) {
            role.memberships[index].adminOption = role.memberships[index].adminOption || admin
        } else {
            role.memberships.append(
                .init(role: group, grantor: context.role, adminOption: admin))
        }
        catalog.roles[member] = role
    }

    mutating func grantRole(_ grant: GrantRole) throws -> String {
        for name in grant.granted {
            let group = try catalog.requireRole(named: name.text, position: name.position)
            let mine = catalog.roles[context.role]
            let isAdmin =
                mine?.isSuperuser == true || (mine?.canCreateRole == true && !group.isSuperuser)
                || mine?.memberships.contains { $0.role == group.oid && $0.adminOption } == true
            guard isAdmin else {
                throw SQLError(
                    .insufficientPrivilege, "must have admin option on role \"\(group.name)\"")
            }
            for spec in grant.roles {
                let member = try roleOID(spec)
                if grant.isGrant {
                    try join(member, to: group.oid, admin: grant.adminOption)
                } else if grant.adminOption {
                    guard let index = catalog.roles[member]?.memberships.firstIndex(where: {
                        $0.role == group.oid
                    }) else { continue }
                    catalog.roles[member]?.memberships[index].adminOption = false
                } else {
                    catalog.roles[member]?.memberships.removeAll { $0.role == group.oid }
                }
            }
        }
        return grant.isGrant ? "GRANT ROLE" : "REVOKE ROLE"
    }

    mutating func alterRoleSetting(_ alter: AlterRoleSetting) throws -> String {
        guard let spec = alter.role else {
            throw SQLError.unsupported("ALTER ROLE ALL SET")
        }
        let oid = try roleOID(spec)
        if oid != context.role { try requireRoleRights() }
        switch alter.action {
        case .set(let statement):
            guard case .variable(let name, let values) = statement.action else {
                throw SQLError.unsupported("this form of ALTER ROLE SET")
            }
            catalog.roles[oid]?.settings[name] = values.map { values in
                values.map { value in
                    switch value {
                    case .text(let text), .number(let text): text
                    case .interval(_, let text): text
                    }
                }.joined(separator: ", ")
            }
        case .reset(.all): catalog.roles[oid]?.settings = [:]
        case .reset(.named(let name)): catalog.roles[oid]?.settings[name] = nil
        }
        return "ALTER ROLE"
    }

    mutating func renameRole(_ from: Identifier, _ to: Identifier) throws -> String {
        try requireRoleRights()
        let role = try catalog.requireRole(named: from.text, position: from.position)
        guard catalog.role(named: to.text) == nil else {
            throw SQLError(.duplicateObject, "role \"\(to.text)\" already exists")
        }
        if role.isSuperuser, !catalog.isSuperuser(context.role) {
            throw SQLError(.insufficientPrivilege, "must be superuser to rename superusers")
        }
        catalog.roles[role.oid]?.name = to.text
        return "ALTER ROLE"
    }

    mutating func dropRole(_ drop: DropRole) throws -> String {
        let mine = catalog.roles[context.role]
        guard mine?.isSuperuser == true || mine?.canCreateRole == true else {
            throw SQLError(.insufficientPrivilege, "permission denied to drop role")
        }
        for spec in drop.roles {
            guard case .named(let name) = spec.kind else {
                throw SQLError(.syntaxError, "cannot use special role specifier in DROP ROLE")
            }
            guard let role = catalog.role(named: name) else {
                let message = "role \"\(name)\" does not exist"
                guard drop.ifExists else { throw SQLError(.undefinedObject, message) }
                notices.append("\(message), skipping")
                continue
            }
            if role.oid == context.role {
                throw SQLError(SQLState("55006"), "current user cannot be dropped")
            }
            if role.oid == context.sessionRole {
                throw SQLError(SQLState("55006"), "session user cannot be dropped")
            }
            if role.isSuperuser, mine?.isSuperuser != true {
                throw SQLError(.insufficientPrivilege, "must be superuser to drop superusers")
            }
            let reasons = holdings(of: role.oid)
            guard reasons.isEmpty else {
                throw SQLError(
                    .dependentObjectsStillExist,
                    "role \"\(name)\" cannot be dropped because some objects depend on it",
                    detail: reasons.joined(separator: "\n"))
            }
            catalog.roles[role.oid] = nil
            for oid in catalog.roles.keys {
                catalog.roles[oid]?.memberships.removeAll { $0.role == role.oid }
            }
            catalog.rebuildNames()
        }
        return "DROP ROLE"
    }

    /// What a role owns, was granted, or is named in.
    private func holdings(of role: UInt32) -> [String] {
        var reasons: [String] = []
        if role == CatalogSnapshot.bootstrapRoleOID {
            reasons.append("it is required by the database system")
        }
        for schema in catalog.schemas.values {
            if schema.owner == role { reasons.append("owner of schema \(schema.name)") }
            if schema.grants.contains(where: { $0.grantee == role }) {
                reasons.append("privileges for schema \(schema.name)")
            }
        }
        for table in catalog.tables.values {
            if table.owner == role { reasons.append("owner of table \(table.name)") }
            let columnGrants = table.columns.flatMap(\.grants)
            if (table.grants + columnGrants).contains(where: { $0.grantee == role }) {
                reasons.append("privileges for table \(table.name)")
            }
            for policy in table.policies where policy.roles.contains(role) {
                reasons.append("target of policy \(policy.name) on table \(table.name)")
            }
        }
        for view in catalog.views.values {
            if view.owner == role { reasons.append("owner of view \(view.name)") }
            if view.grants.contains(where: { $0.grantee == role }) {
                reasons.append("privileges for view \(view.name)")
            }
        }
        return reasons.sorted()
    }
}
