import Basics
import SQLSyntax

/// GRANT, REVOKE and policies.
extension CatalogEditor {
    mutating func grant(_ grant: Grant) throws -> String {
        let tag = grant.isGrant ? "GRANT" : "REVOKE"
        let grantees = try grant.roles.map { try roleOID($0, allowPublic: true) }
        switch grant.object {
        case .tables(let names):
            for name in names { try change(grant, try find(name).oid, grantees) }
        case .allTables(let schemas):
            for name in schemas {
                let schema = try catalog.requireSchema(named: name.text, position: name.position)
                let tables = catalog.tables.values.filter { $0.schema == schema.oid }.map(\.oid)
                let views = catalog.views.values.filter { $0.schema == schema.oid }.map(\.oid)
                for oid in (tables + views).sorted() { try change(grant, oid, grantees) }
            }
        case .schemas(let names):
            for name in names {
                var schema = try catalog.requireSchema(named: name.text, position: name.position)
                let (privileges, _) = try privileges(grant, .allOnSchema, "schema")
                try check(
                    privileges, owner: schema.owner, schema.grants, "schema \(schema.name)")
                edit(&schema.grants, grant, privileges, grantees, owner: schema.owner)
                catalog.schemas[schema.oid] = schema
            }
        case .databases(let names):
            for name in names {
                guard name.text == catalog.database else {
                    throw SQLError(
                        .invalidCatalogName, "database \"\(name.text)\" does not exist")
                }
                let owner = CatalogSnapshot.bootstrapRoleOID
                let (privileges, _) = try privileges(grant, .allOnDatabase, "database")
                try check(
                    privileges, owner: owner, catalog.databaseGrants, "database \(name.text)")
                edit(&catalog.databaseGrants, grant, privileges, grantees, owner: owner)
            }
        case .sequences(let names):
            for name in names {
                let found = try find(name)
                guard case .sequence(let sequence) = found else {
                    throw SQLError(.wrongObjectType, "\"\(found.name)\" is not a sequence")
                }
                try changeSequence(grant, sequence, grantees)
            }
        case .allSequences(let schemas):
            for name in schemas {
                let schema = try catalog.requireSchema(named: name.text, position: name.position)
                for sequence in catalog.sequences.values where sequence.schema == schema.oid {
                    try changeSequence(grant, sequence, grantees)
                }
            }
        case .functions, .allFunctions: throw SQLError.unsupported("\(tag) on functions")
        }
        return tag
    }

    /// The privileges a statement names: on the whole object, and by column.
    private func privileges(
        _ grant: Grant, _ all: Privileges, _ kind: String
    ) throws -> (Privileges, [(Privileges, [Identifier])]) {
        var whole: Privileges = []
        var columns: [(Privileges, [Identifier])] = []
        if grant.privileges.isEmpty { whole = all }
        for entry in grant.privileges {
            let privilege: Privileges
            if let name = entry.name {
                guard let found = Privileges.named(name) else {
                    throw SQLError(
                        .syntaxError, "unrecognized privilege type \"\(name)\"",
                        position: entry.position)
                }
                guard all.contains(found) else {
                    throw SQLError(
                        SQLState("0LP01"),
                        "invalid privilege type \(name.uppercased()) for \(kind)")
                }
                privilege = found
            } else {
                privilege = entry.columns.isEmpty ? all : .allOnColumn
            }
            if entry.columns.isEmpty {
                whole.formUnion(privilege)
            } else {
                guard Privileges.allOnColumn.contains(privilege) else {
                    throw SQLError(
                        SQLState("0LP01"),
                        "invalid privilege type \(entry.name?.uppercased() ?? "") for column")
                }
                columns.append((privilege, entry.columns))
            }
        }
        return (whole, columns)
    }

    /// 42501 unless the current role may grant this.
    private func check(
        _ privileges: Privileges, owner: UInt32, _ entries: [AccessEntry], _ what: String
    ) throws {
        if catalog.owns(owner, role: context.role) { return }
        let mine = entries.grantable(by: catalog.effectiveRoles(of: context.role))
        guard !privileges.isEmpty, mine.isSuperset(of: privileges) else {
            throw SQLError(.insufficientPrivilege, "permission denied for \(what)")
        }
    }

    private func edit(
        _ entries: inout [AccessEntry], _ grant: Grant, _ privileges: Privileges,
        _ grantees: [UInt32], owner: UInt32
    ) {
        let grantor = catalog.owns(owner, role: context.role) ? owner : context.role
        for grantee in grantees {
            if grant.isGrant {
                entries.grant(
                    privileges, to: grantee, by: grantor, withOption: grant.grantOption)
            } else {
                entries.revoke(privileges, from: grantee, optionOnly: grant.grantOption)
            }
        }
    }

    private mutating func changeSequence(
        _ grant: Grant, _ sequence: CatalogSequence, _ grantees: [UInt32]
    ) throws {
        var changed = sequence
        let (privileges, _) = try privileges(grant, .allOnSequence, "sequence")
        try check(
            privileges, owner: sequence.owner, sequence.grants, "sequence \(sequence.name)")
        edit(&changed.grants, grant, privileges, grantees, owner: sequence.owner)
        catalog.sequences[sequence.oid] = changed
    }

    private mutating func change(_ grant: Grant, _ oid: UInt32, _ grantees: [UInt32]) throws {
        guard let relation = catalog.relation(oid) else { return }
        switch relation {
        case .system(let table):
            throw SQLError(
                .insufficientPrivilege, "permission denied for table \(table.name)")
        case .sequence(let sequence): return try changeSequence(grant, sequence, grantees)
        case .table, .view: break
        }
        let (whole, byColumn) = try privileges(grant, .allOnTable, "table")
        let what = "\(relation.kindName) \(relation.name)"
        func edited(_ columns: [CatalogColumn]) throws -> [CatalogColumn] {
            var result = columns
            for (privileges, names) in byColumn {
                for name in names {
                    guard let index = result.firstIndex(where: { $0.name == name.text }) else {
                        throw SQLError(
                            .undefinedColumn,
                            "column \"\(name.text)\" of relation \"\(relation.name)\" does not "
                                + "exist")
                    }
                    try check(
                        privileges, owner: relation.owner,
                        relation.grants + result[index].grants, what)
                    edit(
                        &result[index].grants, grant, privileges, grantees,
                        owner: relation.owner)
                }
            }
            // REVOKE on the table also takes the columns' grants away.
            if !grant.isGrant {
                for index in result.indices {
                    edit(
                        &result[index].grants, grant, whole.intersection(.allOnColumn), grantees,
                        owner: relation.owner)
                }
            }
            return result
        }
        if !whole.isEmpty || byColumn.isEmpty {
            try check(whole, owner: relation.owner, relation.grants, what)
        }
        switch relation {
        case .table(var table):
            table.columns = try edited(table.columns)
            edit(&table.grants, grant, whole, grantees, owner: table.owner)
            catalog.tables[oid] = table
        case .view(var view):
            view.columns = try edited(view.columns)
            edit(&view.grants, grant, whole, grantees, owner: view.owner)
            catalog.views[oid] = view
        case .system, .sequence: break
        }
    }

    // MARK: Policies

    func noPolicy(_ name: Identifier, _ table: CatalogTable) -> SQLError {
        SQLError(
            .undefinedObject, "policy \"\(name.text)\" for table \"\(table.name)\" does not exist")
    }

    mutating func createPolicy(_ create: CreatePolicy) throws -> String {
        var table = try findTable(create.table)
        guard !table.policies.contains(where: { $0.name == create.name.text }) else {
            throw SQLError(
                .duplicateObject,
                "policy \"\(create.name.text)\" for table \"\(table.name)\" already exists")
        }
        if create.command == .insert, create.using != nil {
            throw SQLError(
                .syntaxError, "only WITH CHECK expression allowed for INSERT")
        }
        if create.command == .select || create.command == .delete, create.withCheck != nil {
            throw SQLError(
                .syntaxError, "WITH CHECK cannot be applied to SELECT or DELETE")
        }
        let roles = try create.roles.map { try roleOID($0, allowPublic: true) }
        table.policies.append(
            CatalogPolicy(
                oid: try catalog.takeOID(), name: create.name.text,
                command: CatalogPolicy.Command(rawValue: create.command.rawValue) ?? .all,
                isPermissive: create.isPermissive, roles: roles.isEmpty ? [0] : roles,
                using: try create.using.map { try condition($0, table) },
                withCheck: try create.withCheck.map { try condition($0, table) }))
        catalog.tables[table.oid] = table
        return "CREATE POLICY"
    }

    private func condition(_ expr: Expr, _ table: CatalogTable) throws -> StoredExpression {
        try context.analyzer.analyze(condition: expr, table: table, catalog: catalog)
    }

    mutating func alterPolicy(_ alter: AlterPolicy) throws -> String {
        var table = try findTable(alter.table)
        guard let index = table.policies.firstIndex(where: { $0.name == alter.name.text }) else {
            throw noPolicy(alter.name, table)
        }
        if let name = alter.renameTo {
            guard !table.policies.contains(where: { $0.name == name.text }) else {
                throw SQLError(
                    .duplicateObject,
                    "policy \"\(name.text)\" for table \"\(table.name)\" already exists")
            }
            table.policies[index].name = name.text
        }
        if let roles = alter.roles {
            table.policies[index].roles = try roles.map { try roleOID($0, allowPublic: true) }
        }
        let command = table.policies[index].command
        if let using = alter.using {
            if command == .insert {
                throw SQLError(.syntaxError, "only WITH CHECK expression allowed for INSERT")
            }
            table.policies[index].using = try condition(using, table)
        }
        if let check = alter.withCheck {
            if command == .select || command == .delete {
                throw SQLError(
                    .syntaxError, "only USING expression allowed for SELECT, DELETE")
            }
            table.policies[index].withCheck = try condition(check, table)
        }
        catalog.tables[table.oid] = table
        return "ALTER POLICY"
    }

    mutating func dropPolicy(_ drop: DropPolicy) throws -> String {
        let table = try findTable(drop.table)
        guard let index = table.policies.firstIndex(where: { $0.name == drop.name.text }) else {
            let error = noPolicy(drop.name, table)
            guard drop.ifExists else { throw error }
            notices.append("\(error.message), skipping")
            return "DROP POLICY"
        }
        catalog.tables[table.oid]?.policies.remove(at: index)
        return "DROP POLICY"
    }
}
