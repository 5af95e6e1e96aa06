import Basics
import SQLSyntax
import Vectors

/// Views, schemas, DROP and COMMENT.
extension CatalogEditor {
    mutating func createView(_ create: CreateView) throws -> String {
        let tag = "CREATE VIEW"
        if create.checkOption != nil {
            throw SQLError.unsupported("WITH CHECK OPTION", position: create.name.position)
        }
        let analyzed = try context.analyzer.analyze(query: create.query, catalog: catalog)
        // A view over a temporary table is temporary itself.
        let isTemporary = create.isTemporary || readsTemporary(analyzed.stored)
        let schema = try creationSchema(create.name, isTemporary ? .temporary : .permanent)
        var columns = try named(
            analyzed.columns, create.columns,
            "CREATE VIEW specifies more column names than columns")
        if let existing = catalog.relation(named: create.name.name, in: schema.oid) {
            guard create.orReplace else {
                throw SQLError(
                    .duplicateTable, "relation \"\(create.name.name)\" already exists")
            }
            guard case .view(var view) = existing else {
                throw SQLError(
                    .wrongObjectType, "\"\(create.name.name)\" is not a view")
            }
            try catalog.requireOwner(of: existing, role: context.role)
            guard columns.count >= view.columns.count else {
                throw SQLError(.invalidTableDefinition, "cannot drop columns from view")
            }
            for (index, (old, new)) in zip(view.columns, columns).enumerated() {
                if old.name != new.name {
                    throw SQLError(
                        .invalidTableDefinition,
                        "cannot change name of view column \"\(old.name)\" to \"\(new.name)\"",
                        hint: "Use ALTER VIEW ... RENAME COLUMN ... to change name of view "
                            + "column instead.")
                }
                if old.type != new.type {
                    throw SQLError(
                        .invalidTableDefinition,
                        "cannot change data type of view column \"\(old.name)\" from "
                            + "\(old.type.name) to \(new.type.name)")
                }
                columns[index].grants = old.grants
                columns[index].comment = old.comment
            }
            guard !reaches(view.oid, from: analyzed.stored) else {
                throw SQLError(
                    SQLState("42P17"),
                    "infinite recursion detected in rules for relation \"\(view.name)\"")
            }
            view.columns = columns
            view.definition = analyzed.stored
            try setViewOptions(create.options, of: &view)
            catalog.views[view.oid] = view
            return tag
        }
        let oid = try catalog.takeOID()
        var view = CatalogView(
            oid: oid, schema: schema.oid, name: create.name.name, owner: context.role,
            columns: columns, definition: analyzed.stored)
        try setViewOptions(create.options, of: &view)
        catalog.views[oid] = view
        return tag
    }

    private func readsTemporary(_ stored: StoredExpression) -> Bool {
        stored.references.contains { reference in
            catalog.relation(reference.relation).map {
                CatalogSnapshot.isTemporary(schema: catalog.schemaName($0.schema))
            } ?? false
        }
    }

    /// Whether stored text reads a view, by way of others perhaps.
    private func reaches(_ view: UInt32, from stored: StoredExpression) -> Bool {
        var queue = stored.references.map(\.relation)
        var seen = Set<UInt32>()
        while let next = queue.popLast() {
            if next == view { return true }
            guard seen.insert(next).inserted, let other = catalog.views[next] else { continue }
            queue += other.definition.references.map(\.relation)
        }
        return false
    }

    func setViewOptions(_ options: [Option], of view: inout CatalogView) throws {
        for option in options {
            let value: String
            if case .text(let text)? = option.value { value = text } else { value = "true" }
            switch option.name {
            case "security_invoker":
                view.securityInvoker = ["true", "on", "yes", "1"].contains(value)
            case "security_barrier": view.options[option.name] = value
            default:
                throw SQLError(
                    .invalidParameterValue, "unrecognized parameter \"\(option.name)\"",
                    position: option.position)
            }
        }
    }

    // MARK: Schemas

    mutating func createSchema(_ create: CreateSchema) throws -> String {
        let tag = "CREATE SCHEMA"
        let owner = try create.owner.map { try roleOID($0) } ?? context.role
        let name = create.name?.text ?? catalog.roleName(owner)
        if catalog.schema(named: name) != nil {
            guard create.ifNotExists else {
                throw SQLError(.duplicateSchema, "schema \"\(name)\" already exists")
            }
            notices.append("schema \"\(name)\" already exists, skipping")
            return tag
        }
        guard !name.hasPrefix("pg_") else {
            throw SQLError(
                SQLState("42939"), "unacceptable schema name \"\(name)\"",
                detail: "The prefix \"pg_\" is reserved for system schemas.")
        }
        guard catalog.databasePrivileges(of: context.role).contains(.create) else {
            throw SQLError(
                .insufficientPrivilege, "permission denied for database \(catalog.database)")
        }
        let oid = try catalog.takeOID()
        catalog.schemas[oid] = CatalogSchema(oid: oid, name: name, owner: owner)
        return tag
    }

    mutating func alterSchema(_ alter: AlterSchema) throws -> String {
        var schema = try catalog.requireSchema(named: alter.name.text)
        guard catalog.owns(schema.owner, role: context.role) else {
            throw SQLError(.insufficientPrivilege, "must be owner of schema \(schema.name)")
        }
        switch alter.action {
        case .renameTo(let name):
            guard schema.oid >= CatalogSnapshot.firstUserOID else {
                throw SQLError(
                    .insufficientPrivilege, "permission denied to rename system schema")
            }
            guard catalog.schema(named: name.text) == nil else {
                throw SQLError(.duplicateSchema, "schema \"\(name.text)\" already exists")
            }
            schema.name = name.text
        case .ownerTo(let role): schema.owner = try roleOID(role)
        }
        catalog.schemas[schema.oid] = schema
        return "ALTER SCHEMA"
    }

    // MARK: DROP

    mutating func drop(_ drop: Drop) throws -> String {
        let word = drop.object.rawValue
        for name in drop.names {
            if drop.object == .schema {
                try dropSchema(name, drop)
                continue
            }
            if drop.object == .index, try dropIndex(name, cascade: drop.cascade) { continue }
            let found = try catalog.relation(
                named: name.parts, searchPath: context.searchPath, role: context.role)
            guard let found else {
                let message =
                    "\(word) \"\(name.parts.joined(separator: "."))\" does not exist"
                guard drop.ifExists else {
                    throw SQLError(
                        drop.object == .index ? .undefinedObject : .undefinedTable, message)
                }
                notices.append("\(message), skipping")
                continue
            }
            switch (found, drop.object) {
            case (.table(let table), .table) where table.materialized == nil,
                (.table(let table), .materializedView) where table.materialized != nil:
                try catalog.requireOwner(of: found, role: context.role)
                try dropTable(table, cascade: drop.cascade)
            case (.sequence(let sequence), .sequence):
                try catalog.requireOwner(of: found, role: context.role)
                try dropSequence(sequence, cascade: drop.cascade)
            case (.view(let view), .view):
                try catalog.requireOwner(of: found, role: context.role)
                try clear(
                    dependents(on: view.oid), of: "view \(view.name)", cascade: drop.cascade)
                catalog.views[view.oid] = nil
            case (.system(let table), _):
                throw SQLError(
                    .insufficientPrivilege,
                    "permission denied: \"\(table.name)\" is a system catalog")
            default:
                throw SQLError(
                    .wrongObjectType, "\"\(found.name)\" is not a \(word)",
                    hint: "Use DROP \(found.kindName.uppercased()) to remove a "
                        + "\(found.kindName).")
            }
            catalog.rebuildNames()
        }
        return "DROP \(word.uppercased())"
    }

    private mutating func dropTable(_ table: CatalogTable, cascade: Bool) throws {
        let kind = CatalogRelation.table(table).kindName
        try clear(dependents(on: table.oid), of: "\(kind) \(table.name)", cascade: cascade)
        let own = catalog.sequences.values.filter { $0.ownedBy?.table == table.oid }
        for sequence in own {
            let others = dependents(on: sequence.oid).filter {
                if case .defaultValue(_, let other) = $0 { other.oid != table.oid } else { true }
            }
            try clear(others, of: "sequence \(sequence.name)", cascade: cascade)
        }
        try remove(table)
    }

    /// Takes a table and its sequences out.
    mutating func remove(_ table: CatalogTable) throws {
        catalog.tables[table.oid] = nil
        dropSequences(of: table.oid)
        effects.append(.dropTable(table.oid))
    }

    private mutating func dropSequence(_ sequence: CatalogSequence, cascade: Bool) throws {
        if let owner = sequence.ownedBy, let table = catalog.tables[owner.table],
            let column = table.columns.first(where: { $0.id == owner.column }),
            column.identity != nil
        {
            throw SQLError(
                .dependentObjectsStillExist,
                "cannot drop sequence \(sequence.name) because column \(column.name) of table "
                    + "\(table.name) requires it",
                hint: "You can drop column \(column.name) of table \(table.name) instead.")
        }
        try clear(
            dependents(on: sequence.oid), of: "sequence \(sequence.name)", cascade: cascade)
        catalog.sequences[sequence.oid] = nil
    }

    private mutating func dropSchema(_ name: QualifiedName, _ drop: Drop) throws {
        guard let schema = catalog.schema(named: name.name) else {
            let message = "schema \"\(name.name)\" does not exist"
            guard drop.ifExists else { throw SQLError(.invalidSchemaName, message) }
            notices.append("\(message), skipping")
            return
        }
        guard catalog.owns(schema.owner, role: context.role) else {
            throw SQLError(.insufficientPrivilege, "must be owner of schema \(schema.name)")
        }
        guard schema.oid >= CatalogSnapshot.firstUserOID else {
            throw SQLError(
                .dependentObjectsStillExist,
                "cannot drop schema \(schema.name) because it is required by the database system")
        }
        let tables = catalog.tables.values.filter { $0.schema == schema.oid }
            .sorted { $0.oid < $1.oid }
        let views = catalog.views.values.filter { $0.schema == schema.oid }
            .sorted { $0.oid < $1.oid }
        let sequences = catalog.sequences.values
            .filter { $0.schema == schema.oid && $0.ownedBy == nil }.sorted { $0.oid < $1.oid }
        if !drop.cascade, !tables.isEmpty || !views.isEmpty || !sequences.isEmpty {
            let names =
                tables.map {
                    "\(CatalogRelation.table($0).kindName) \(schema.name).\($0.name)"
                } + sequences.map { "sequence \(schema.name).\($0.name)" }
                + views.map { "view \(schema.name).\($0.name)" }
            throw SQLError(
                .dependentObjectsStillExist,
                "cannot drop schema \(schema.name) because other objects depend on it",
                detail: names.map { "\($0) depends on schema \(schema.name)" }
                    .joined(separator: "\n"),
                hint: "Use DROP ... CASCADE to drop the dependent objects too.")
        }
        for view in views where catalog.views[view.oid] != nil {
            try clear([.view(view)], of: "schema \(schema.name)", cascade: true)
        }
        for table in tables where catalog.tables[table.oid] != nil {
            try dropTable(table, cascade: true)
        }
        for sequence in sequences { try dropSequence(sequence, cascade: true) }
        catalog.schemas[schema.oid] = nil
    }

    // MARK: COMMENT

    mutating func comment(_ comment: Comment) throws -> String {
        let text = comment.text == "" ? nil : comment.text
        switch comment.object {
        case .table(let name), .view(let name):
            let relation = try find(name)
            try catalog.requireOwner(of: relation, role: context.role)
            catalog.tables[relation.oid]?.comment = text
            catalog.views[relation.oid]?.comment = text
        case .column(let name, let column):
            let relation = try find(name)
            try catalog.requireOwner(of: relation, role: context.role)
            guard let index = relation.columns.firstIndex(where: { $0.name == column.text }) else {
                throw SQLError(
                    .undefinedColumn,
                    "column \"\(column.text)\" of relation \"\(relation.name)\" does not exist")
            }
            catalog.tables[relation.oid]?.columns[index].comment = text
            catalog.views[relation.oid]?.columns[index].comment = text
        case .schema(let name):
            let schema = try catalog.requireSchema(named: name.text)
            guard catalog.owns(schema.owner, role: context.role) else {
                throw SQLError(.insufficientPrivilege, "must be owner of schema \(schema.name)")
            }
            catalog.schemas[schema.oid]?.comment = text
        case .role(let name):
            let role = try catalog.requireRole(named: name.text)
            try requireRoleRights()
            catalog.roles[role.oid]?.comment = text
        case .database(let name):
            guard name.text == catalog.database else {
                throw SQLError(
                    .invalidCatalogName, "database \"\(name.text)\" does not exist")
            }
            guard catalog.isSuperuser(context.role) else {
                throw SQLError(.insufficientPrivilege, "must be owner of database \(name.text)")
            }
            catalog.databaseComment = text
        case .policy(let name, let on):
            let table = try findTable(on)
            guard let index = table.policies.firstIndex(where: { $0.name == name.text }) else {
                throw noPolicy(name, table)
            }
            catalog.tables[table.oid]?.policies[index].comment = text
        case .sequence(let name):
            let relation = try find(name)
            guard case .sequence = relation else {
                throw SQLError(.wrongObjectType, "\"\(relation.name)\" is not a sequence")
            }
            try catalog.requireOwner(of: relation, role: context.role)
            catalog.sequences[relation.oid]?.comment = text
        case .constraint(let name, let on):
            let table = try findTable(on)
            guard let index = table.constraints.firstIndex(where: { $0.name == name.text }) else {
                throw SQLError(
                    .undefinedObject,
                    "constraint \"\(name.text)\" for table \"\(table.name)\" does not exist")
            }
            catalog.tables[table.oid]?.constraints[index].comment = text
        case .index: throw SQLError.unsupported("COMMENT ON INDEX")
        }
        return "COMMENT"
    }
}
