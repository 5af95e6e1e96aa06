import Basics
import SQLSyntax
import Vectors

/// CREATE TABLE.
extension CatalogEditor {
    mutating func createTable(_ create: CreateTable) throws -> String {
        let tag = "CREATE TABLE"
        let schema = try creationSchema(create.name)
        try refuse(create.persistence, at: create.name.position)
        guard
            try claim(create.name.name, in: schema, ifNotExists: create.ifNotExists)
        else { return tag }
        var columns: [CatalogColumn] = []
        var primary: (columns: [Identifier], name: String?)?
        for definition in create.columns {
            guard !columns.contains(where: { $0.name == definition.name.text }) else {
                throw SQLError(
                    .duplicateColumn,
                    "column \"\(definition.name.text)\" specified more than once",
                    position: definition.name.position)
            }
            let (column, isKey, keyName) = try column(definition, id: columns.count + 1)
            columns.append(column)
            if isKey {
                guard primary == nil else { throw secondKey(create.name.name) }
                primary = ([definition.name], keyName)
            }
        }
        for constraint in create.constraints {
            switch constraint.kind {
            case .primaryKey(let names):
                guard primary == nil else { throw secondKey(create.name.name) }
                primary = (names, constraint.name?.text)
            case .unique: throw unsupported("UNIQUE", constraint.position)
            case .check: throw unsupported("CHECK", constraint.position)
            case .foreignKey: throw unsupported("FOREIGN KEY", constraint.position)
            }
        }
        guard columns.count <= 1600 else {
            throw SQLError(
                SQLState("54011"), "tables can have at most 1600 columns")
        }
        let oid = try catalog.takeOID()
        var table = CatalogTable(
            oid: oid, schema: schema.oid, name: create.name.name, owner: context.role,
            columns: columns)
        if let primary {
            table.primaryKey = try key(primary.columns, name: primary.name, of: &table)
        }
        try setOptions(create.options, of: &table)
        catalog.tables[oid] = table
        effects.append(.createTable(table))
        return tag
    }

    mutating func createTableAs(_ create: CreateTableAs) throws -> String {
        let tag = "CREATE TABLE AS"
        let schema = try creationSchema(create.name)
        try refuse(create.persistence, at: create.name.position)
        guard
            try claim(create.name.name, in: schema, ifNotExists: create.ifNotExists)
        else { return tag }
        let analyzed = try context.analyzer.analyze(query: create.query, catalog: catalog)
        let columns = try named(
            analyzed.columns, create.columns, "CREATE TABLE AS specifies too many column names")
        let oid = try catalog.takeOID()
        var table = CatalogTable(
            oid: oid, schema: schema.oid, name: create.name.name, owner: context.role,
            columns: columns)
        try setOptions(create.options, of: &table)
        catalog.tables[oid] = table
        effects.append(.createTable(table))
        if create.withData { effects.append(.populate(table: oid, query: create.query)) }
        return tag
    }

    private func refuse(_ persistence: Persistence, at position: Int) throws {
        guard persistence == .permanent else {
            throw SQLError.unsupported(
                "CREATE \(persistence.rawValue.uppercased()) TABLE", position: position)
        }
    }

    private func secondKey(_ table: String) -> SQLError {
        SQLError(
            .invalidTableDefinition,
            "multiple primary keys for table \"\(table)\" are not allowed")
    }

    func unsupported(_ what: String, _ position: Int) -> SQLError {
        SQLError.unsupported("a \(what) constraint", position: position)
    }

    /// Columns of a query's outputs, with names given after the table's.
    func named(
        _ outputs: [(name: String, type: SQLType)], _ names: [Identifier], _ tooMany: String
    ) throws -> [CatalogColumn] {
        guard names.count <= outputs.count else {
            throw SQLError(.syntaxError, tooMany, position: names[outputs.count].position)
        }
        var columns: [CatalogColumn] = []
        for (index, output) in outputs.enumerated() {
            let name = names.indices.contains(index) ? names[index].text : output.name
            guard !columns.contains(where: { $0.name == name }) else {
                throw SQLError(
                    .duplicateColumn, "column \"\(name)\" specified more than once")
            }
            columns.append(CatalogColumn(id: index + 1, name: name, type: output.type))
        }
        return columns
    }

    /// A column definition; whether it says PRIMARY KEY.
    func column(
        _ definition: ColumnDefinition, id: Int
    ) throws -> (CatalogColumn, isKey: Bool, keyName: String?) {
        let type = try context.analyzer.resolve(type: definition.type)
        switch definition.type.name.name {
        case "serial", "serial4", "bigserial", "serial8", "smallserial", "serial2":
            throw SQLError.unsupported(
                "type \(definition.type.name.name)", position: definition.type.position)
        default: break
        }
        if type.category == "P" || type == .unknown {
            throw SQLError(
                .invalidTableDefinition,
                "column \"\(definition.name.text)\" has pseudo-type \(type.familyName)",
                position: definition.type.position)
        }
        var column = CatalogColumn(id: id, name: definition.name.text, type: type)
        var isKey = false
        var keyName: String?
        for constraint in definition.constraints {
            switch constraint.kind {
            case .notNull: column.notNull = true
            case .null: break
            case .default(let expr):
                column.defaultValue = try context.analyzer.analyze(
                    defaultValue: expr, type: type, column: column.name, catalog: catalog)
            case .primaryKey:
                isKey = true
                keyName = constraint.name?.text
            case .unique: throw unsupported("UNIQUE", constraint.position)
            case .check: throw unsupported("CHECK", constraint.position)
            case .references: throw unsupported("FOREIGN KEY", constraint.position)
            case .identity:
                throw SQLError.unsupported("an identity column", position: constraint.position)
            case .generated:
                throw SQLError.unsupported("a generated column", position: constraint.position)
            }
        }
        return (column, isKey, keyName)
    }

    /// Makes the key's columns NOT NULL and gives it its OIDs.
    mutating func key(
        _ names: [Identifier], name: String?, of table: inout CatalogTable
    ) throws -> CatalogTable.PrimaryKey {
        var ids: [Int] = []
        for column in names {
            guard let index = table.columnIndex(column.text) else {
                throw SQLError(
                    .undefinedColumn, "column \"\(column.text)\" named in key does not exist",
                    position: column.position)
            }
            guard !ids.contains(table.columns[index].id) else {
                throw SQLError(
                    .duplicateColumn,
                    "column \"\(column.text)\" appears twice in primary key constraint",
                    position: column.position)
            }
            table.columns[index].notNull = true
            ids.append(table.columns[index].id)
        }
        return CatalogTable.PrimaryKey(
            oid: try catalog.takeOID(), constraint: try catalog.takeOID(),
            name: name ?? "\(table.name)_pkey", columns: ids)
    }

    /// `WITH (sort_key = 'a, b', …)`.
    func setOptions(_ options: [Option], of table: inout CatalogTable) throws {
        for option in options {
            let value: String
            switch option.value {
            case .text(let text), .number(let text): value = text
            case nil: value = "true"
            default:
                throw SQLError(
                    .invalidParameterValue, "invalid value for option \"\(option.name)\"",
                    position: option.position)
            }
            switch option.name {
            case "sort_key": table.sortKey = try sortKey(value, of: table, at: option.position)
            case "fillfactor", "autovacuum_enabled", "toast_tuple_target", "parallel_workers":
                table.options[option.name] = value
            default:
                throw SQLError(
                    .invalidParameterValue, "unrecognized parameter \"\(option.name)\"",
                    position: option.position)
            }
        }
    }

    private func sortKey(
        _ text: String, of table: CatalogTable, at position: Int
    ) throws -> [Int] {
        var ids: [Int] = []
        for part in text.split(separator: ",") {
            let name = part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
            guard let index = table.columnIndex(String(name)) else {
                throw SQLError(
                    .undefinedColumn,
                    "column \"\(String(name))\" named in sort_key does not exist",
                    position: position)
            }
            guard !ids.contains(table.columns[index].id) else {
                throw SQLError(
                    .duplicateColumn, "column \"\(String(name))\" appears twice in sort_key",
                    position: position)
            }
            ids.append(table.columns[index].id)
        }
        return ids
    }
}
