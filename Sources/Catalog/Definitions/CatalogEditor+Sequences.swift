import Basics
import SQLSyntax
import Vectors

/// Sequences, and REFRESH of materialized views.
extension CatalogEditor {
    mutating func createSequence(_ create: CreateSequence) throws -> String {
        let tag = "CREATE SEQUENCE"
        let schema = try creationSchema(create.name, create.persistence)
        guard try claim(create.name.name, in: schema, ifNotExists: create.ifNotExists) else {
            return tag
        }
        var sequence = try newSequence(
            create.name.name, in: schema.oid, type: .bigint, create.options)
        sequence.ownedBy = try create.owner.map { try owner($0) }
        catalog.sequences[sequence.oid] = sequence
        return tag
    }

    private func owner(_ written: SequenceOwner) throws -> CatalogSequence.Owner {
        let table = try findTable(written.table)
        guard let index = table.columnIndex(written.column.text) else {
            throw SQLError(
                .undefinedColumn,
                "column \"\(written.column.text)\" of relation \"\(table.name)\" does not exist")
        }
        return .init(table: table.oid, column: table.columns[index].id)
    }

    private mutating func newSequence(
        _ name: String, in schema: UInt32, type: SQLType, _ options: [Option]
    ) throws -> CatalogSequence {
        var sequence = CatalogSequence(
            oid: try catalog.takeOID(), birth: UInt64.random(in: .min ... .max), schema: schema,
            name: name, owner: context.role, type: type.oid, start: 0, increment: 1, minimum: 0,
            maximum: 0, cache: 1, cycles: false, ownedBy: nil, grants: [], comment: nil)
        _ = try set(options, of: &sequence, isNew: true)
        return sequence
    }

    /// Applies options; the value to restart with, where RESTART is one of them.
    private func set(
        _ options: [Option], of sequence: inout CatalogSequence, isNew: Bool
    ) throws -> Int64? {
        func number(_ option: Option) throws -> Int64? {
            guard case .number(let text)? = option.value else { return nil }
            guard let value = Int64(text.hasPrefix("+") ? String(text.dropFirst()) : text) else {
                throw SQLError(
                    .numericValueOutOfRange, "value \"\(text)\" is out of range for type bigint",
                    position: option.position)
            }
            return value
        }
        var given: [String: Option] = [:]
        for option in options {
            guard given.updateValue(option, forKey: option.name) == nil else {
                throw SQLError(
                    .syntaxError, "conflicting or redundant options", position: option.position)
            }
        }
        if case .text(let name)? = given["as"]?.value {
            guard let type = try SQLType.named(name, modifiers: []),
                [.smallint, .integer, .bigint].contains(type)
            else {
                throw SQLError(
                    .invalidParameterValue,
                    "sequence type must be smallint, integer, or bigint")
            }
            sequence.type = type.oid
        }
        if let value = try given["increment"].flatMap({ try number($0) }) {
            guard value != 0 else {
                throw SQLError(.invalidParameterValue, "INCREMENT must not be zero")
            }
            sequence.increment = value
        }
        let most: Int64 =
            sequence.type == SQLType.smallint.oid
            ? Int64(Int16.max) : sequence.type == SQLType.integer.oid ? Int64(Int32.max) : .max
        let ascends = sequence.increment > 0
        if isNew || given["no minvalue"] != nil { sequence.minimum = ascends ? 1 : -most - 1 }
        if isNew || given["no maxvalue"] != nil { sequence.maximum = ascends ? most : -1 }
        if let value = try given["minvalue"].flatMap({ try number($0) }) {
            sequence.minimum = value
        }
        if let value = try given["maxvalue"].flatMap({ try number($0) }) {
            sequence.maximum = value
        }
        guard sequence.minimum < sequence.maximum else {
            throw SQLError(
                .invalidParameterValue,
                "MINVALUE (\(sequence.minimum)) must be less than MAXVALUE (\(sequence.maximum))")
        }
        if isNew { sequence.start = ascends ? sequence.minimum : sequence.maximum }
        if let value = try given["start"].flatMap({ try number($0) }) { sequence.start = value }
        try check(sequence.start, "START", sequence)
        if let value = try given["cache"].flatMap({ try number($0) }) {
            guard value > 0 else {
                throw SQLError(
                    .invalidParameterValue, "CACHE (\(value)) must be greater than zero")
            }
            sequence.cache = value
        }
        if given["cycle"] != nil { sequence.cycles = true }
        if given["no cycle"] != nil { sequence.cycles = false }
        if given["owned by none"] != nil { sequence.ownedBy = nil }
        guard let restart = given["restart"] else { return nil }
        let value = try number(restart) ?? sequence.start
        try check(value, "RESTART", sequence)
        return value
    }

    private func check(_ value: Int64, _ what: String, _ sequence: CatalogSequence) throws {
        if value < sequence.minimum {
            throw SQLError(
                .invalidParameterValue,
                "\(what) value (\(value)) cannot be less than MINVALUE (\(sequence.minimum))")
        }
        if value > sequence.maximum {
            throw SQLError(
                .invalidParameterValue,
                "\(what) value (\(value)) cannot be greater than MAXVALUE (\(sequence.maximum))")
        }
    }

    mutating func alterSequence(_ alter: AlterSequence) throws -> String {
        let tag = "ALTER SEQUENCE"
        let found = try catalog.relation(
            named: alter.name.parts, searchPath: context.searchPath, role: context.role)
        guard let found else {
            let message =
                "relation \"\(alter.name.parts.joined(separator: "."))\" does not exist"
            guard alter.ifExists else { throw SQLError(.undefinedTable, message) }
            notices.append("\(message), skipping")
            return tag
        }
        guard case .sequence(var sequence) = found else {
            throw SQLError(.wrongObjectType, "\"\(found.name)\" is not a sequence")
        }
        try catalog.requireOwner(of: found, role: context.role)
        let restart = try set(alter.options, of: &sequence, isNew: false)
        if let owner = alter.owner { sequence.ownedBy = try self.owner(owner) }
        catalog.sequences[sequence.oid] = sequence
        effects.append(.setSequence(sequence, restart: restart))
        return tag
    }

    /// Makes the sequence of a serial or identity column; the column's default.
    mutating func ownSequence(
        of table: CatalogTable, column: CatalogColumn, _ options: [Option]
    ) throws -> StoredExpression {
        let name = freeName("\(table.name)_\(column.name)", "seq") {
            catalog.relation(named: $0, in: table.schema) == nil
        }
        var sequence = try newSequence(name, in: table.schema, type: column.type, options)
        sequence.owner = table.owner
        sequence.ownedBy = .init(table: table.oid, column: column.id)
        catalog.sequences[sequence.oid] = sequence
        catalog.rebuildNames()
        return StoredExpression(
            "nextval('\(Printer.quoted(name))'::regclass)",
            references: [
                .init(position: 1, relation: sequence.oid, columns: [], used: [])
            ])
    }

    /// Drops the sequences that belong to a table, or to one column of it.
    mutating func dropSequences(of table: UInt32, column: Int? = nil) {
        for sequence in catalog.sequences.values {
            guard let owner = sequence.ownedBy, owner.table == table,
                column == nil || owner.column == column
            else { continue }
            catalog.sequences[sequence.oid] = nil
        }
    }

    mutating func refresh(_ refresh: Refresh) throws -> String {
        let found = try find(refresh.name)
        guard case .table(let table) = found, table.materialized != nil else {
            throw SQLError(
                .featureNotSupported, "\"\(found.name)\" is not a materialized view")
        }
        try catalog.requireOwner(of: found, role: context.role)
        if refresh.isConcurrent {
            if !refresh.withData {
                throw SQLError(
                    .syntaxError,
                    "CONCURRENTLY and WITH NO DATA options cannot be used together")
            }
            // Readers go on with their snapshots in any case.
            guard table.constraints.contains(where: \.isUnique) else {
                throw SQLError(
                    .objectNotInPrerequisiteState,
                    "cannot refresh materialized view "
                        + "\"\(catalog.schemaName(table.schema)).\(table.name)\" concurrently",
                    hint: "Create a unique index with no WHERE clause on one or more columns of "
                        + "the materialized view.")
            }
        }
        catalog.tables[table.oid]?.materialized?.isPopulated = refresh.withData
        effects.append(
            refresh.withData ? .refill(table: table.oid) : .truncate([table.oid]))
        return "REFRESH MATERIALIZED VIEW"
    }
}
