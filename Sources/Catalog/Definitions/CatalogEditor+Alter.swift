import Basics
import SQLSyntax
import Vectors

/// ALTER TABLE and ALTER VIEW.
extension CatalogEditor {
    mutating func alterTable(_ alter: AlterTable) throws -> String {
        let tag = "ALTER \(alter.object.rawValue.uppercased())"
        let name = alter.table.name
        let found = try catalog.relation(
            named: name.parts, searchPath: context.searchPath, role: context.role)
        guard let found else {
            let error = SQLError(
                .undefinedTable,
                "relation \"\(name.parts.joined(separator: "."))\" does not exist")
            guard alter.ifExists else { throw error }
            notices.append("\(error.message), skipping")
            return tag
        }
        try catalog.requireOwner(of: found, role: context.role)
        switch found {
        case .system(let table):
            throw SQLError(
                .insufficientPrivilege,
                "permission denied: \"\(table.name)\" is a system catalog")
        case .view(var view):
            for action in alter.actions { try alterView(action, &view) }
            catalog.views[view.oid] = view
        case .sequence(var sequence):
            for action in alter.actions { try alterSequence(action, &sequence) }
            catalog.sequences[sequence.oid] = sequence
        case .table(var table):
            let isFitting =
                alter.object == .table
                || alter.object == .materializedView
                    && table.materialized != nil
            guard isFitting else {
                throw SQLError(
                    .wrongObjectType, "\"\(table.name)\" is not a \(alter.object.rawValue)")
            }
            if table.materialized != nil { try refuseForMaterialized(alter, table) }
            for action in alter.actions {
                try apply(action, &table)
                catalog.tables[table.oid] = table
            }
        }
        return tag
    }

    private mutating func alterView(_ action: AlterTableAction, _ view: inout CatalogView) throws {
        switch action {
        case .renameTo(let name):
            try checkFree(name.text, in: view.schema)
            view.name = name.text
        case .ownerTo(let role): view.owner = try newOwner(role)
        case .setSchema(let name): view.schema = try newSchema(name, for: view.name)
        case .setOptions(let options): try setViewOptions(options, of: &view)
        case .resetOptions(let options):
            for option in options where option.name == "security_invoker" {
                view.securityInvoker = false
            }
        default:
            throw SQLError(
                .wrongObjectType, "ALTER action cannot be performed on relation \"\(view.name)\"",
                detail: "This operation is not supported for views.")
        }
    }

    /// A materialized view is renamed and owned like a table; its columns are its query's.
    private func refuseForMaterialized(_ alter: AlterTable, _ table: CatalogTable) throws {
        for action in alter.actions {
            switch action {
            case .renameTo, .setSchema, .ownerTo, .setOptions, .resetOptions, .renameColumn: break
            default:
                throw SQLError(
                    .wrongObjectType,
                    "ALTER action cannot be performed on relation \"\(table.name)\"",
                    detail: "This operation is not supported for materialized views.")
            }
        }
    }

    private mutating func alterSequence(
        _ action: AlterTableAction, _ sequence: inout CatalogSequence
    ) throws {
        switch action {
        case .renameTo(let name):
            try checkFree(name.text, in: sequence.schema)
            sequence.name = name.text
        case .ownerTo(let role): sequence.owner = try newOwner(role)
        case .setSchema(let name): sequence.schema = try newSchema(name, for: sequence.name)
        default:
            throw SQLError(
                .wrongObjectType,
                "ALTER action cannot be performed on relation \"\(sequence.name)\"",
                detail: "This operation is not supported for sequences.")
        }
    }

    private func checkFree(_ name: String, in schema: UInt32) throws {
        guard catalog.relation(named: name, in: schema) == nil else {
            throw SQLError(.duplicateTable, "relation \"\(name)\" already exists")
        }
    }

    private func newOwner(_ role: RoleSpec) throws -> UInt32 {
        let owner = try roleOID(role)
        guard
            catalog.isSuperuser(context.role)
                || catalog.assumableRoles(of: context.role).contains(owner)
        else {
            throw SQLError(
                .insufficientPrivilege, "must be member of role \"\(catalog.roleName(owner))\"")
        }
        return owner
    }

    private func newSchema(_ name: Identifier, for relation: String) throws -> UInt32 {
        let schema = try catalog.requireSchema(named: name.text)
        try catalog.requireCreate(in: schema, role: context.role)
        try checkFree(relation, in: schema.oid)
        return schema.oid
    }

    private func index(_ name: Identifier, _ table: CatalogTable) throws -> Int {
        guard let index = table.columnIndex(name.text) else {
            throw SQLError(
                .undefinedColumn,
                "column \"\(name.text)\" of relation \"\(table.name)\" does not exist")
        }
        return index
    }

    private mutating func apply(_ action: AlterTableAction, _ table: inout CatalogTable) throws {
        switch action {
        case .addColumn(let definition, let ifNotExists):
            try addColumn(definition, ifNotExists, &table)
        case .dropColumn(let name, let ifExists, let cascade):
            try dropColumn(name, ifExists, cascade, &table)
        case .renameColumn(let from, let to):
            let index = try index(from, table)
            guard table.columnIndex(to.text) == nil else {
                throw SQLError(
                    .duplicateColumn,
                    "column \"\(to.text)\" of relation \"\(table.name)\" already exists")
            }
            try refuseDependents(of: table, column: table.columns[index].id, "rename")
            table.columns[index].name = to.text
        case .renameConstraint(let from, let to):
            if table.primaryKey?.name == from.text {
                table.primaryKey?.name = to.text
            } else if let index = table.constraints.firstIndex(where: { $0.name == from.text }) {
                table.constraints[index].name = to.text
            } else {
                throw noConstraint(from, table)
            }
        case .alterColumnType(let name, let type, let using):
            try alterType(name, type, using, &table)
        case .setDefault(let name, let expr):
            let index = try index(name, table)
            table.columns[index].defaultValue = try context.analyzer.analyze(
                defaultValue: expr, type: table.columns[index].type, column: name.text,
                catalog: catalog)
        case .dropDefault(let name):
            let index = try index(name, table)
            if table.columns[index].identity != nil {
                throw SQLError(
                    .syntaxError,
                    "column \"\(name.text)\" of relation \"\(table.name)\" is an identity column",
                    hint: "Use ALTER TABLE ... ALTER COLUMN ... DROP IDENTITY instead.")
            }
            table.columns[index].defaultValue = nil
        case .setNotNull(let name):
            let index = try index(name, table)
            guard !table.columns[index].notNull else { return }
            table.columns[index].notNull = true
            effects.append(.checkNotNull(table: table.oid, column: table.columns[index].id))
        case .dropNotNull(let name):
            let index = try index(name, table)
            if table.primaryKey?.columns.contains(table.columns[index].id) == true {
                throw SQLError(
                    .invalidTableDefinition, "column \"\(name.text)\" is in a primary key")
            }
            table.columns[index].notNull = false
        case .addConstraint(let constraint): try addConstraint(constraint, &table)
        case .dropConstraint(let name, let ifExists, let cascade):
            if let found = table.constraint(named: name.text) {
                if found.kind == .unique {
                    try clear(
                        referrers(to: table.oid, columns: found.columns),
                        of: "constraint \(name.text) on table \(table.name)", cascade: cascade)
                    table = catalog.tables[table.oid] ?? table
                }
                table.constraints.removeAll { $0.oid == found.oid }
                return
            }
            guard let key = table.primaryKey, key.name == name.text else {
                guard ifExists else { throw noConstraint(name, table) }
                notices.append(
                    "constraint \"\(name.text)\" of relation \"\(table.name)\" does not exist, "
                        + "skipping")
                return
            }
            try clear(
                referrers(to: table.oid, columns: key.columns),
                of: "constraint \(name.text) on table \(table.name)", cascade: cascade)
            table = catalog.tables[table.oid] ?? table
            table.primaryKey = nil
            effects.append(.dropPrimaryKey(table: table.oid))
        case .renameTo(let name):
            try checkFree(name.text, in: table.schema)
            table.name = name.text
        case .setSchema(let name): table.schema = try newSchema(name, for: table.name)
        case .ownerTo(let role): table.owner = try newOwner(role)
        case .enableRowSecurity: table.rowSecurity = true
        case .disableRowSecurity: table.rowSecurity = false
        case .forceRowSecurity: table.forceRowSecurity = true
        case .noForceRowSecurity: table.forceRowSecurity = false
        case .setOptions(let options):
            let before = (table.sortKey, table.options)
            try setOptions(options, of: &table)
            noteOptions(before, table)
        case .resetOptions(let options):
            let before = (table.sortKey, table.options)
            for option in options {
                if option.name == "sort_key" { table.sortKey = [] }
                table.options[option.name] = nil
            }
            noteOptions(before, table)
        }
    }

    private mutating func noteOptions(
        _ before: ([Int], [String: String]), _ table: CatalogTable
    ) {
        if table.sortKey != before.0 {
            effects.append(.setSortKey(table: table.oid, columns: table.sortKey))
        }
        if table.options != before.1 {
            effects.append(.setOptions(table: table.oid, options: table.options))
        }
    }

    private func noConstraint(_ name: Identifier, _ table: CatalogTable) -> SQLError {
        SQLError(
            .undefinedObject,
            "constraint \"\(name.text)\" of relation \"\(table.name)\" does not exist")
    }

    /// Stored text names columns; a change that would make it wrong is refused.
    private func refuseDependents(of table: CatalogTable, column: Int, _ verb: String) throws {
        var texts = dependents(on: table.oid, column: column).map(\.text)
        for policy in table.policies
        where [policy.using, policy.withCheck].contains(where: { stored in
            stored?.references.contains { $0.relation == table.oid && $0.used.contains(column) }
                ?? false
        }) {
            texts.append("policy \(policy.name) on table \(table.name)")
        }
        for constraint in table.constraints
        where constraint.kind == .check && constraint.columns.contains(column) {
            texts.append("constraint \(constraint.name) on table \(table.name)")
        }
        for other in table.columns
        where other.generated?.references.contains(where: { $0.used.contains(column) }) ?? false {
            texts.append("generated column \(other.name)")
        }
        guard let first = texts.first else { return }
        throw SQLError(
            .featureNotSupported, "cannot \(verb) a column used by a view, policy or constraint",
            detail: "\(first) uses it.")
    }

    private mutating func addColumn(
        _ definition: ColumnDefinition, _ ifNotExists: Bool, _ table: inout CatalogTable
    ) throws {
        guard table.columnIndex(definition.name.text) == nil else {
            let message =
                "column \"\(definition.name.text)\" of relation \"\(table.name)\" already exists"
            guard ifNotExists else { throw SQLError(.duplicateColumn, message) }
            notices.append("\(message), skipping")
            return
        }
        guard table.columns.count < 1600, table.nextColumnID <= 32767 else {
            throw SQLError(SQLState("54011"), "tables can have at most 1600 columns")
        }
        let new = try column(definition, id: table.nextColumnID)
        table.nextColumnID += 1
        table.columns.append(new.column)
        try complete(new, of: &table)
        catalog.tables[table.oid] = table
        guard let column = table.columns.last else { return }
        effects.append(.addColumn(table: table.oid, column: column))
        if column.notNull, column.defaultValue == nil {
            effects.append(.checkNotNull(table: table.oid, column: column.id))
        }
        if new.isKey { try addKey([definition.name], new.keyName, &table) }
        for constraint in new.constraints { try addConstraint(constraint, &table) }
    }

    private mutating func addKey(
        _ names: [Identifier], _ name: String?, _ table: inout CatalogTable
    ) throws {
        guard table.primaryKey == nil else {
            throw SQLError(
                .invalidTableDefinition,
                "multiple primary keys for table \"\(table.name)\" are not allowed")
        }
        let before = table
        let made = try key(names, name: name, of: &table)
        table.primaryKey = made
        for (old, new) in zip(before.columns, table.columns) where !old.notNull && new.notNull {
            effects.append(.checkNotNull(table: table.oid, column: new.id))
        }
        effects.append(.addPrimaryKey(table: table.oid, columns: made.columns))
    }

    private mutating func addConstraint(
        _ constraint: TableConstraint, _ table: inout CatalogTable
    ) throws {
        switch constraint.kind {
        case .primaryKey(let names): try addKey(names, constraint.name?.text, &table)
        case .unique, .check, .foreignKey:
            try add(constraint, to: &table)
            guard !constraint.notValid, let added = table.constraints.last else { return }
            effects.append(.checkConstraint(table: table.oid, constraint: added))
        }
    }

    private mutating func dropColumn(
        _ name: Identifier, _ ifExists: Bool, _ cascade: Bool, _ table: inout CatalogTable
    ) throws {
        guard let index = table.columnIndex(name.text) else {
            let message =
                "column \"\(name.text)\" of relation \"\(table.name)\" does not exist"
            guard ifExists else { throw SQLError(.undefinedColumn, message) }
            notices.append("\(message), skipping")
            return
        }
        let column = table.columns[index]
        let what = "column \(column.name) of table \(table.name)"
        try clear(dependents(on: table.oid, column: column.id), of: what, cascade: cascade)
        table = catalog.tables[table.oid] ?? table
        let using = table.policies.filter { policy in
            [policy.using, policy.withCheck].contains { stored in
                stored?.references.contains {
                    $0.relation == table.oid && $0.used.contains(column.id)
                } ?? false
            }
        }
        try clear(using.map { .policy($0, table) }, of: what, cascade: cascade)
        table = catalog.tables[table.oid] ?? table
        guard !table.sortKey.contains(column.id) else {
            throw SQLError(
                .objectNotInPrerequisiteState,
                "cannot drop column \"\(column.name)\" because it is part of the sort key",
                hint: "Change the table's sort_key first.")
        }
        for other in table.columns
        where other.generated?.references.contains(where: { $0.used.contains(column.id) }) ?? false
        {
            throw SQLError(
                .dependentObjectsStillExist,
                "cannot drop \(what) because other objects depend on it",
                detail: "column \(other.name) of table \(table.name) depends on \(what)")
        }
        table.constraints.removeAll { $0.columns.contains(column.id) }
        dropSequences(of: table.oid, column: column.id)
        if table.primaryKey?.columns.contains(column.id) == true {
            table.primaryKey = nil
            effects.append(.dropPrimaryKey(table: table.oid))
        }
        table.columns.remove(at: index)
        effects.append(.dropColumn(table: table.oid, column: column.id))
    }

    private mutating func alterType(
        _ name: Identifier, _ written: TypeName, _ using: Expr?, _ table: inout CatalogTable
    ) throws {
        let index = try index(name, table)
        let type = try context.analyzer.resolve(type: written)
        let column = table.columns[index]
        let precision = type.takesPrecision ? written.secondsPrecision : nil
        let isFiner = type == column.type && (precision ?? 6) >= (column.precision ?? 6)
        if isFiner, using == nil {
            table.columns[index].precision = precision
            return
        }
        guard type != column.type || precision != nil || column.precision != nil else { return }
        if using == nil, !context.analyzer.canAssign(from: column.type, to: type) {
            throw SQLError(
                .datatypeMismatch,
                "column \"\(name.text)\" cannot be cast automatically to type \(type.familyName)",
                hint: "You might need to specify \"USING \(name.text)::\(type.familyName)\".")
        }
        try refuseDependents(of: table, column: column.id, "alter the type of")
        table.columns[index].type = type
        table.columns[index].precision = precision
        // Values are rounded as a cast to the type as written does.
        let rounded = precision.map { _ in
            Expr(.cast(using ?? Expr(.column([column.name])), written))
        }
        effects.append(
            .alterType(table: table.oid, column: column.id, to: type, using: rounded ?? using))
    }
}
