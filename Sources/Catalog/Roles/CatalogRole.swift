/// A role: user or group.
package struct CatalogRole: Sendable, Codable, Equatable {
    package struct Membership: Sendable, Codable, Equatable {
        /// The role this one belongs to.
        package var role: UInt32
        package var grantor: UInt32
        package var adminOption: Bool
        package init(role: UInt32, grantor: UInt32, adminOption: Bool) {
            self.role = role
            self.grantor = grantor
            self.adminOption = adminOption
        }
    }
    package var oid: UInt32
    package var name: String
    package var canLogin: Bool
    package var isSuperuser: Bool
    package var bypassesRowSecurity: Bool
    package var canCreateRole: Bool
    package var canCreateDatabase: Bool
    package var inherits: Bool
    package var isReplication: Bool
    package var connectionLimit: Int
    package var validUntil: String?
    /// `SCRAM-SHA-256$…`, nil without a password.
    package var verifier: String?
    package var memberships: [Membership]
    /// Settings of ALTER ROLE … SET.
    package var settings: [String: String]
    package var comment: String?

    package init(
        oid: UInt32, name: String, canLogin: Bool = false, isSuperuser: Bool = false,
        bypassesRowSecurity: Bool = false, canCreateRole: Bool = false,
        canCreateDatabase: Bool = false, verifier: String? = nil
    ) {
        self.oid = oid
        self.name = name
        self.canLogin = canLogin
        self.isSuperuser = isSuperuser
        self.bypassesRowSecurity = bypassesRowSecurity
        self.canCreateRole = canCreateRole
        self.canCreateDatabase = canCreateDatabase
        inherits = true
        isReplication = false
        connectionLimit = -1
        self.verifier = verifier
        memberships = []
        settings = [:]
    }
}
