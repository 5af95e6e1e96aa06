/// A role as named in a statement.
package struct RoleSpec: Sendable, Hashable {
    /// Which role.
    package enum Kind: Sendable, Hashable {
        case named(String)
        case `public`, currentUser, sessionUser, currentRole
    }
    package var kind: Kind
    @SourcePosition package var position: Int

    package init(_ kind: Kind, at position: Int = 0) {
        self.kind = kind
        self._position = SourcePosition(wrappedValue: position)
    }
}

/// An option of CREATE or ALTER ROLE.
package struct RoleOption: Sendable, Hashable {
    /// What it says.
    package enum Kind: Sendable, Hashable {
        case login(Bool), superuser(Bool), createDatabase(Bool), createRole(Bool)
        case inherit(Bool), replication(Bool), bypassRowSecurity(Bool)
        /// nil for PASSWORD NULL.
        case password(String?)
        case connectionLimit(Int)
        case validUntil(String)
        case inRoles([RoleSpec])
        case members([RoleSpec])
        case adminMembers([RoleSpec])
        case systemId(Int)
    }
    package var kind: Kind
    @SourcePosition package var position: Int
}

/// `CREATE ROLE|USER|GROUP`.
package struct CreateRole: Sendable, Hashable {
    /// Which word was said; USER implies LOGIN.
    package enum Word: String, Sendable, Hashable { case role, user, group }
    package var word: Word
    package var name: Identifier
    package var options: [RoleOption]
}

/// `ALTER ROLE name options`.
package struct AlterRole: Sendable, Hashable {
    package var role: RoleSpec
    package var options: [RoleOption]
}

/// `ALTER ROLE name|ALL [IN DATABASE d] SET|RESET …`.
package struct AlterRoleSetting: Sendable, Hashable {
    /// What is done.
    package enum Action: Sendable, Hashable {
        case set(SetStatement)
        case reset(SettingTarget)
    }
    /// nil for ALL.
    package var role: RoleSpec?
    package var database: Identifier?
    package var action: Action
}

/// `DROP ROLE|USER|GROUP`.
package struct DropRole: Sendable, Hashable {
    package var roles: [RoleSpec]
    package var ifExists: Bool
}

/// `GRANT` or `REVOKE` of privileges on objects.
package struct Grant: Sendable, Hashable {
    /// A privilege with the columns it is limited to; nil name is ALL.
    package struct Privilege: Sendable, Hashable {
        /// Lower case (`select`), nil for ALL [PRIVILEGES].
        package var name: String?
        package var columns: [Identifier]
        @SourcePosition package var position: Int
    }
    /// On what.
    package enum Object: Sendable, Hashable {
        case tables([QualifiedName]), sequences([QualifiedName])
        case schemas([Identifier]), databases([Identifier])
        case allTables(inSchemas: [Identifier]), allSequences(inSchemas: [Identifier])
        case functions([QualifiedName]), allFunctions(inSchemas: [Identifier])
    }
    /// False for REVOKE.
    package var isGrant: Bool
    package var privileges: [Privilege]
    package var object: Object
    package var roles: [RoleSpec]
    /// WITH GRANT OPTION, or REVOKE GRANT OPTION FOR.
    package var grantOption: Bool
    package var grantedBy: RoleSpec?
    /// REVOKE … CASCADE.
    package var cascade: Bool
}

/// `GRANT role TO role` or `REVOKE role FROM role`.
package struct GrantRole: Sendable, Hashable {
    /// False for REVOKE.
    package var isGrant: Bool
    package var granted: [Identifier]
    package var roles: [RoleSpec]
    /// WITH ADMIN OPTION, or REVOKE ADMIN OPTION FOR.
    package var adminOption: Bool
    package var grantedBy: RoleSpec?
    package var cascade: Bool
}

/// `CREATE POLICY`.
package struct CreatePolicy: Sendable, Hashable {
    /// What the policy is for.
    package enum Command: String, Sendable, Hashable { case all, select, insert, update, delete }
    package var name: Identifier
    package var table: QualifiedName
    /// False for AS RESTRICTIVE.
    package var isPermissive: Bool
    package var command: Command
    /// PUBLIC when TO is not said.
    package var roles: [RoleSpec]
    package var using: Expr?
    package var withCheck: Expr?
}

/// `ALTER POLICY`.
package struct AlterPolicy: Sendable, Hashable {
    package var name: Identifier
    package var table: QualifiedName
    package var renameTo: Identifier?
    /// nil leaves them as they are.
    package var roles: [RoleSpec]?
    package var using: Expr?
    package var withCheck: Expr?
}

/// `DROP POLICY [IF EXISTS] name ON table`.
package struct DropPolicy: Sendable, Hashable {
    package var name: Identifier
    package var table: QualifiedName
    package var ifExists: Bool
    package var cascade: Bool
}
