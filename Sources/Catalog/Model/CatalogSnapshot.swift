import Basics
import Vectors

/// The catalog at one moment: an immutable value; edits give a new one that shares what did not
/// change.
///
/// One statement's way through it: names are found by `relation(named:…)`
/// (`CatalogSnapshot+Lookup.swift`), rights are asked of `CatalogSnapshot+Rights.swift`, DDL is
/// applied by `Definitions/`, and `CatalogSnapshot+Image.swift` turns the result into the bytes that
/// the manifest keeps.
package struct CatalogSnapshot: Sendable, Equatable {
    /// The only database.
    package static let databaseOID: UInt32 = 16384
    package static let firstUserOID: UInt32 = 16385
    package static let bootstrapRoleOID: UInt32 = 10
    package static let pgCatalogOID: UInt32 = 11
    package static let publicOID: UInt32 = 2200
    package static let informationSchemaOID: UInt32 = 13_000
    package static let storehouseOID: UInt32 = 13_001

    package internal(set) var database: String
    package internal(set) var databaseGrants: [AccessEntry]
    package internal(set) var databaseComment: String?
    package internal(set) var nextOID: UInt32
    package internal(set) var schemas: [UInt32: CatalogSchema]
    package internal(set) var tables: [UInt32: CatalogTable]
    package internal(set) var views: [UInt32: CatalogView]
    package internal(set) var sequences: [UInt32: CatalogSequence] = [:]
    package internal(set) var roles: [UInt32: CatalogRole]
    /// Rises with every edit: prepared plans of another version are bound anew.
    package internal(set) var version: UInt64 { didSet { edition = Edition() } }
    /// What this content is known by in memory: no other content has the same object.
    package private(set) var edition = Edition()

    package final class Edition: Sendable, Equatable {
        /// Content decides whether snapshots are equal, not how they came about.
        package static func == (_: Edition, _: Edition) -> Bool { true }
    }

    /// schema → name → relation; derived.
    var relationNames: [UInt32: [String: UInt32]] = [:]
    /// index or constraint → its table; derived.
    var keyTables: [UInt32: UInt32] = [:]
    var schemaNames: [String: UInt32] = [:]
    var roleNames: [String: UInt32] = [:]

    /// A new database with one superuser.
    package static func initial(
        database: String = "storehouse", superuser: String = "storehouse",
        verifier: String? = nil
    ) -> CatalogSnapshot {
        let owner = bootstrapRoleOID
        let usage = AccessEntry(grantee: 0, grantor: owner, privileges: [.usage])
        let full = AccessEntry(grantee: owner, grantor: owner, privileges: .allOnSchema)
        var snapshot = CatalogSnapshot(
            database: database, databaseGrants: [], nextOID: firstUserOID,
            schemas: [
                pgCatalogOID: CatalogSchema(
                    oid: pgCatalogOID, name: "pg_catalog", owner: owner, grants: [full, usage]),
                publicOID: CatalogSchema(
                    oid: publicOID, name: "public", owner: owner, grants: [full, usage]),
                informationSchemaOID: CatalogSchema(
                    oid: informationSchemaOID, name: "information_schema", owner: owner,
                    grants: [full, usage]),
                storehouseOID: CatalogSchema(
                    oid: storehouseOID, name: "storehouse", owner: owner, grants: [full, usage]),
            ],
            tables: [:], views: [:],
            roles: [
                owner: CatalogRole(
                    oid: owner, name: superuser, canLogin: true, isSuperuser: true,
                    bypassesRowSecurity: true, canCreateRole: true, canCreateDatabase: true,
                    verifier: verifier)
            ], version: 1)
        snapshot.schemas[pgCatalogOID]?.comment = "system catalog schema"
        snapshot.schemas[publicOID]?.comment = "standard public schema"
        snapshot.rebuildNames()
        return snapshot
    }

    /// Puts a table's changed definition in place, for binding against what is being defined.
    package mutating func include(_ table: CatalogTable) {
        tables[table.oid] = table
        edition = Edition()
    }

    mutating func rebuildNames() {
        relationNames = [:]
        keyTables = [:]
        for table in tables.values {
            relationNames[table.schema, default: [:]][table.name] = table.oid
            for key in Relations.keys(table) {
                keyTables[key.index] = table.oid
                keyTables[key.constraint] = table.oid
            }
            for constraint in table.constraints { keyTables[constraint.oid] = table.oid }
        }
        for view in views.values { relationNames[view.schema, default: [:]][view.name] = view.oid }
        for sequence in sequences.values {
            relationNames[sequence.schema, default: [:]][sequence.name] = sequence.oid
        }
        // What is no constraint has the number 0.
        keyTables[0] = nil
        schemaNames = Dictionary(
            schemas.values.map { ($0.name, $0.oid) }, uniquingKeysWith: { first, _ in first })
        roleNames = Dictionary(
            roles.values.map { ($0.name, $0.oid) }, uniquingKeysWith: { first, _ in first })
    }

    mutating func takeOID() throws -> UInt32 {
        guard nextOID < UInt32.max else {
            throw SQLError(.programLimitExceeded, "out of object identifiers")
        }
        defer { nextOID += 1 }
        return nextOID
    }
}
