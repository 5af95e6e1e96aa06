import Vectors

/// Schemas, the database, and the fixed objects that clients look up.
enum Namespaces {
    static func schemas(_ context: SystemContext) -> [SystemRow] {
        context.catalog.schemas.values.sorted { $0.oid < $1.oid }.map { schema in
            [
                "oid": .oid(schema.oid), "nspname": .text(schema.name),
                "nspowner": .oid(schema.owner),
                "nspacl": .texts(
                    Relations.accessList(
                        schema.grants, schema.owner, .allOnSchema, context.catalog)),
            ]
        }
    }

    static func databases(_ context: SystemContext) -> [SystemRow] {
        [
            [
                "oid": .oid(CatalogSnapshot.databaseOID),
                "datname": .text(context.catalog.database),
                "datdba": .oid(CatalogSnapshot.bootstrapRoleOID), "encoding": .int(6),
                "datlocprovider": .text("c"), "datallowconn": .bool(true),
                "datconnlimit": .int(-1), "dattablespace": .oid(1663),
                "datcollate": .text("C"), "datctype": .text("C.UTF-8"),
                "datacl": .texts(
                    Relations.accessList(
                        context.catalog.databaseGrants, CatalogSnapshot.bootstrapRoleOID,
                        .allOnDatabase, context.catalog)),
            ]
        ]
    }

    static func sharedDescriptions(_ context: SystemContext) -> [SystemRow] {
        var rows: [SystemRow] = []
        if let text = context.catalog.databaseComment {
            rows.append([
                "objoid": .oid(CatalogSnapshot.databaseOID), "classoid": .oid(1262),
                "description": .text(text),
            ])
        }
        for role in context.catalog.roles.values {
            guard let text = role.comment else { continue }
            rows.append([
                "objoid": .oid(role.oid), "classoid": .oid(1260), "description": .text(text),
            ])
        }
        return rows
    }

    static func accessMethods(_ context: SystemContext) -> [SystemRow] {
        [
            ["oid": .oid(2), "amname": .text("heap"), "amtype": .text("t")],
            ["oid": .oid(403), "amname": .text("btree"), "amtype": .text("i")],
        ]
    }

    static func collations(_ context: SystemContext) -> [SystemRow] {
        [(100, "default", "d"), (950, "C", "c"), (951, "POSIX", "c"), (962, "ucs_basic", "c")]
            .map { oid, name, provider in
                [
                    "oid": .oid(oid), "collname": .text(name),
                    "collnamespace": .oid(CatalogSnapshot.pgCatalogOID),
                    "collowner": .oid(CatalogSnapshot.bootstrapRoleOID),
                    "collprovider": .text(provider), "collisdeterministic": .bool(true),
                    "collencoding": .int(-1),
                ]
            }
    }

    static func languages(_ context: SystemContext) -> [SystemRow] {
        [(12, "internal"), (13, "c"), (14, "sql")].map { oid, name in
            [
                "oid": .oid(UInt32(oid)), "lanname": .text(name),
                "lanowner": .oid(CatalogSnapshot.bootstrapRoleOID),
            ]
        }
    }

    static func tablespaces(_ context: SystemContext) -> [SystemRow] {
        [(1663, "pg_default"), (1664, "pg_global")].map { oid, name in
            [
                "oid": .oid(UInt32(oid)), "spcname": .text(name),
                "spcowner": .oid(CatalogSnapshot.bootstrapRoleOID),
            ]
        }
    }

    static func extensions(_ context: SystemContext) -> [SystemRow] { [] }
}

/// Roles, without their verifiers except to superusers.
enum Roles {
    static func all(_ context: SystemContext) -> [SystemRow] {
        let shows = context.catalog.isSuperuser(context.role)
        return context.catalog.roles.values.sorted { $0.oid < $1.oid }.map { role in
            [
                "oid": .oid(role.oid), "rolname": .text(role.name),
                "rolsuper": .bool(role.isSuperuser), "rolinherit": .bool(role.inherits),
                "rolcreaterole": .bool(role.canCreateRole),
                "rolcreatedb": .bool(role.canCreateDatabase),
                "rolcanlogin": .bool(role.canLogin),
                "rolreplication": .bool(role.isReplication),
                "rolbypassrls": .bool(role.bypassesRowSecurity),
                "rolconnlimit": .int(Int64(role.connectionLimit)),
                "rolpassword": shows ? .text("********") : .null,
            ]
        }
    }

    static func logins(_ context: SystemContext) -> [SystemRow] {
        context.catalog.roles.values.filter(\.canLogin).sorted { $0.oid < $1.oid }.map { role in
            [
                "usename": .text(role.name), "usesysid": .oid(role.oid),
                "usecreatedb": .bool(role.canCreateDatabase),
                "usesuper": .bool(role.isSuperuser), "userepl": .bool(role.isReplication),
                "usebypassrls": .bool(role.bypassesRowSecurity), "passwd": .text("********"),
            ]
        }
    }

    static func groups(_ context: SystemContext) -> [SystemRow] {
        context.catalog.roles.values.filter { !$0.canLogin }.sorted { $0.oid < $1.oid }
            .map { role in
                let members = context.catalog.roles.values.filter {
                    $0.memberships.contains { $0.role == role.oid }
                }
                return [
                    "groname": .text(role.name), "grosysid": .oid(role.oid),
                    "grolist": .oids(members.map(\.oid).sorted()),
                ]
            }
    }

    static func memberships(_ context: SystemContext) -> [SystemRow] {
        context.catalog.roles.values.sorted { $0.oid < $1.oid }.flatMap { role in
            role.memberships.map { membership in
                [
                    "roleid": .oid(membership.role), "member": .oid(role.oid),
                    "grantor": .oid(membership.grantor),
                    "admin_option": .bool(membership.adminOption),
                ]
            }
        }
    }
}
