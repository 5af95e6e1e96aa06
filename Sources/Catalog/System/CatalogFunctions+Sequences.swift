import Basics
import SQLSyntax
import Vectors

/// nextval and its like.
extension CatalogFunctions {
    func sequences(_ function: String, _ arguments: [Datum]) throws -> Datum? {
        switch function {
        case "nextval":
            let sequence = try self.sequence(arguments, [.usage, .update])
            return .int(try context.state.nextValue(of: sequence))
        case "currval":
            let sequence = try self.sequence(arguments, [.usage, .select])
            return .int(try context.state.currentValue(of: sequence))
        case "setval":
            let sequence = try self.sequence(arguments, [.update])
            guard arguments.count > 1, case .int(let value) = arguments[1] else { return .null }
            var isCalled = true
            if arguments.count > 2, case .bool(let given) = arguments[2] { isCalled = given }
            guard sequence.minimum <= value, value <= sequence.maximum else {
                throw SQLError(
                    .numericValueOutOfRange,
                    "setval: value \(value) is out of bounds for sequence \"\(sequence.name)\" "
                        + "(\(sequence.minimum)..\(sequence.maximum))")
            }
            try context.state.setValue(of: sequence, to: value, isCalled: isCalled)
            return .int(value)
        case "lastval":
            guard let oid = try context.state.lastSequence() else {
                throw SQLError(
                    .objectNotInPrerequisiteState, "lastval is not yet defined in this session")
            }
            let sequence = try self.sequence([.int(Int64(oid))], [.usage, .select])
            return .int(try context.state.currentValue(of: sequence))
        case "pg_sequence_last_value":
            let state = try context.state.sequenceState(
                of: self.sequence(arguments, [.usage, .select]))
            return state.isCalled ? .int(state.last) : .null
        case "storehouse_sequence_value":
            return .int(
                try context.state.sequenceState(of: self.sequence(arguments, [.select])).last)
        case "storehouse_sequence_is_called":
            return .bool(
                try context.state.sequenceState(of: self.sequence(arguments, [.select]))
                    .isCalled)
        case "pg_get_serial_sequence": return try serialSequence(arguments)
        default: return nil
        }
    }

    private func sequence(
        _ arguments: [Datum], _ anyOf: Privileges
    ) throws -> CatalogSequence {
        guard let oid = oid(arguments, 0), let found = context.catalog.relation(oid) else {
            throw SQLError(.undefinedTable, "the sequence does not exist")
        }
        guard case .sequence(let sequence) = found else {
            throw SQLError(.wrongObjectType, "\"\(found.name)\" is not a sequence")
        }
        let granted = context.catalog.privileges(on: found, role: context.role)
        // Who may insert into a table may take the values of its own sequences.
        let isOwn =
            sequence.ownedBy.flatMap { context.catalog.tables[$0.table] }.map { table in
                context.catalog.may(.insert, .table(table), columns: [], role: context.role)
            } ?? false
        guard
            isOwn || context.catalog.owns(sequence.owner, role: context.role)
                || !granted.isDisjoint(with: anyOf)
        else {
            throw SQLError(
                .insufficientPrivilege, "permission denied for sequence \(sequence.name)")
        }
        return sequence
    }

    private func serialSequence(_ arguments: [Datum]) throws -> Datum {
        guard let name = text(arguments, 0), let column = text(arguments, 1) else { return .null }
        let found = try relation(named: name)
        guard let id = found.columns.first(where: { $0.name == column })?.id else {
            throw SQLError(
                .undefinedColumn,
                "column \"\(column)\" of relation \"\(found.name)\" does not exist")
        }
        let owned = context.catalog.sequences.values.first {
            $0.ownedBy?.table == found.oid && $0.ownedBy?.column == id
        }
        return .optional(
            owned.map { sequence in
                let schema = context.catalog.schemaName(sequence.schema)
                return "\(Printer.quoted(schema)).\(Printer.quoted(sequence.name))"
            })
    }
}
