import Basics
import SQLSyntax
import Vectors

/// CREATE TABLE.
extension CatalogEditor {
    mutating func createTable(_ create: CreateTable) throws -> String {
        let tag = "CREATE TABLE"
        let schema = try creationSchema(create.name, create.persistence)
        guard
            try claim(create.name.name, in: schema, ifNotExists: create.ifNotExists)
        else { return tag }
        var columns: [CatalogColumn] = []
        var made: [NewColumn] = []
        var primary: (columns: [Identifier], name: String?)?
        func append(_ new: NewColumn, at position: Int) throws {
            guard !columns.contains(where: { $0.name == new.column.name }) else {
                throw SQLError(
                    .duplicateColumn, "column \"\(new.column.name)\" specified more than once",
                    position: position)
            }
            columns.append(new.column)
            made.append(new)
        }
        var constraints: [TableConstraint] = []
        func take(_ like: TableLike) throws {
            let (taken, theirs) = try takeOver(like, after: columns.count)
            for new in taken { try append(new, at: like.table.position) }
            constraints += theirs
        }
        for (index, definition) in create.columns.enumerated() {
            for like in create.likes where like.place == index { try take(like) }
            let new = try column(definition, id: columns.count + 1)
            try append(new, at: definition.name.position)
            if new.isKey {
                guard primary == nil else { throw secondKey(create.name.name) }
                primary = ([definition.name], new.keyName)
            }
        }
        for like in create.likes where like.place == create.columns.count { try take(like) }
        constraints += create.constraints
        for constraint in constraints {
            switch constraint.kind {
            case .primaryKey(let names):
                guard primary == nil else { throw secondKey(create.name.name) }
                primary = (names, constraint.name?.text)
            case .unique, .check, .foreignKey: break
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
        table.onCommit = try onCommit(create.onCommit, schema)
        catalog.tables[oid] = table
        catalog.rebuildNames()
        for new in made {
            try complete(new, of: &table)
            catalog.tables[oid] = table
        }
        for constraint in made.flatMap(\.constraints) + constraints {
            try add(constraint, to: &table)
            catalog.tables[oid] = table
        }
        effects.append(.createTable(table))
        return tag
    }

    private func onCommit(
        _ written: OnCommit?, _ schema: CatalogSchema
    ) throws -> CatalogTable.OnCommitAction? {
        guard let written else { return nil }
        guard CatalogSnapshot.isTemporary(schema: schema.name) else {
            throw SQLError(
                .invalidTableDefinition, "ON COMMIT can only be used on temporary tables")
        }
        return written == .drop ? .drop : written == .deleteRows ? .deleteRows : nil
    }

    mutating func createTableAs(_ create: CreateTableAs) throws -> String {
        let tag = create.isMaterializedView ? "CREATE MATERIALIZED VIEW" : "CREATE TABLE AS"
        let schema = try creationSchema(create.name, create.persistence)
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
        table.onCommit = try onCommit(create.onCommit, schema)
        if create.isMaterializedView {
            table.materialized = .init(definition: analyzed.stored, isPopulated: create.withData)
        }
        catalog.tables[oid] = table
        effects.append(.createTable(table))
        if create.withData { effects.append(.populate(table: oid, query: create.query)) }
        return tag
    }

    private func secondKey(_ table: String) -> SQLError {
        SQLError(
            .invalidTableDefinition,
            "multiple primary keys for table \"\(table)\" are not allowed")
    }

    /// Columns of a query's outputs, with names given after the table's.
    func named(
        _ outputs: [QueryColumn], _ names: [Identifier], _ tooMany: String
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
            var column = CatalogColumn(id: index + 1, name: name, type: output.type)
            column.precision = output.type.precision(typeModifier: output.typeModifier)
            columns.append(column)
        }
        return columns
    }

    /// A column as defined, and what the table must do for it once it has a name.
    struct NewColumn {
        var column: CatalogColumn
        /// PRIMARY KEY behind the column.
        var isKey = false
        /// The name given to the primary key's constraint.
        var keyName: String?
        var constraints: [TableConstraint] = []
        /// serial or identity: the options of its sequence.
        var sequence: [Option]?
        var generated: Expr?
    }

    func column(_ definition: ColumnDefinition, id: Int) throws -> NewColumn {
        let serial = Self.serialType(definition.type.name.name)
        let type = try serial ?? context.analyzer.resolve(type: definition.type)
        if type.category == "P" || type == .unknown {
            throw SQLError(
                .invalidTableDefinition,
                "column \"\(definition.name.text)\" has pseudo-type \(type.familyName)",
                position: definition.type.position)
        }
        var new = NewColumn(column: CatalogColumn(id: id, name: definition.name.text, type: type))
        if type.takesPrecision { new.column.precision = definition.type.secondsPrecision }
        if serial != nil {
            new.column.notNull = true
            new.sequence = []
        }
        for constraint in definition.constraints {
            func table(_ kind: TableConstraint.Kind) {
                new.constraints.append(
                    TableConstraint(
                        name: constraint.name, kind: kind, position: constraint.position))
            }
            switch constraint.kind {
            case .notNull: new.column.notNull = true
            case .null: break
            case .default(let expr):
                new.column.defaultValue = try context.analyzer.analyze(
                    defaultValue: expr, type: type, column: new.column.name, catalog: catalog)
            case .primaryKey: (new.isKey, new.keyName) = (true, constraint.name?.text)
            case .unique: table(.unique([definition.name]))
            case .check(let condition): table(.check(condition))
            case .references(let reference): table(.foreignKey([definition.name], reference))
            case .identity(let always, let options):
                guard [.smallint, .integer, .bigint].contains(type) else {
                    throw SQLError(
                        .invalidParameterValue,
                        "identity column type must be smallint, integer, or bigint")
                }
                new.column.identity = always ? .always : .byDefault
                new.column.notNull = true
                new.sequence = options
            case .generated(let expr): new.generated = expr
            }
        }
        let values = [new.sequence != nil, new.column.defaultValue != nil, new.generated != nil]
        if values.count(where: { $0 }) > 1 {
            throw SQLError(
                .syntaxError,
                "both default and identity or generation expression specified for column "
                    + "\"\(new.column.name)\" of table", position: definition.name.position)
        }
        return new
    }

    private static func serialType(_ name: String) -> SQLType? {
        switch name {
        case "serial", "serial4": .integer
        case "bigserial", "serial8": .bigint
        case "smallserial", "serial2": .smallint
        default: nil
        }
    }

    /// Gives a column its sequence or its expression, which need the table.
    mutating func complete(_ new: NewColumn, of table: inout CatalogTable) throws {
        guard let index = table.columnIndex(id: new.column.id) else { return }
        if let options = new.sequence {
            table.columns[index].defaultValue = try ownSequence(
                of: table, column: table.columns[index], options)
        }
        if let expr = new.generated {
            table.columns[index].generated = try context.analyzer.analyze(
                generated: expr, column: table.columns[index], table: table, catalog: catalog)
        }
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
