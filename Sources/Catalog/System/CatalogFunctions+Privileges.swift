import Basics
import Vectors

/// has_table_privilege and its family: `f([user,] object [, column], privilege)`.
extension CatalogFunctions {
    func privilege(_ function: String, _ arguments: [Datum]) throws -> Datum {
        if function == "row_security_active" {
            let found = try object(arguments, 0)
            guard case .table(let table)? = found else { return .bool(false) }
            return .bool(context.catalog.rowSecurityApplies(to: table, role: context.role))
        }
        let isColumn = function == "has_column_privilege"
        let width = isColumn ? 3 : 2
        var rest = arguments
        var role = context.role
        if rest.count > width {
            role = try self.role(rest.removeFirst())
        }
        guard rest.count == width, let wanted = text(rest, width - 1) else { return .null }
        let catalog = context.catalog
        if function == "pg_has_role" {
            let group = try self.role(rest[0])
            return .bool(
                try any(wanted) { word in
                    switch word {
                    case "member": catalog.assumableRoles(of: role).contains(group)
                    case "usage": catalog.effectiveRoles(of: role).contains(group)
                    default: throw unrecognized(word)
                    }
                } || catalog.isSuperuser(role))
        }
        switch function {
        case "has_schema_privilege":
            let schema: CatalogSchema?
            if let name = text(rest, 0) {
                schema = try catalog.requireSchema(named: name)
            } else {
                schema = oid(rest, 0).flatMap { catalog.schemas[$0] }
            }
            guard let schema else { return .null }
            return .bool(
                try any(wanted) { catalog.has(try parse($0), onSchema: schema, role: role) })
        case "has_database_privilege":
            return .bool(
                try any(wanted) { catalog.databasePrivileges(of: role).contains(try parse($0)) })
        case "has_function_privilege", "has_type_privilege", "has_tablespace_privilege":
            return .bool(true)
        case "has_sequence_privilege":
            guard let sequence = try object(rest, 0) else { return .null }
            guard case .sequence = sequence else {
                throw SQLError(.wrongObjectType, "\"\(sequence.name)\" is not a sequence")
            }
            return .bool(
                try any(wanted) {
                    catalog.privileges(on: sequence, role: role).contains(try parse($0))
                })
        default: break
        }
        guard let relation = try object(rest, 0) else { return .null }
        switch function {
        case "has_table_privilege":
            return .bool(
                try any(wanted) {
                    catalog.privileges(on: relation, role: role).contains(try parse($0))
                })
        case "has_any_column_privilege":
            return .bool(
                try any(wanted) {
                    catalog.may(try parse($0), relation, columns: [], role: role)
                })
        case "has_column_privilege":
            let index: Int?
            if let name = text(rest, 1) {
                index = relation.columns.firstIndex { $0.name == name }
                if index == nil {
                    throw SQLError(
                        .undefinedColumn,
                        "column \"\(name)\" of relation \"\(relation.name)\" does not exist")
                }
            } else {
                index = relation.columns.firstIndex { UInt32($0.id) == oid(rest, 1) }
            }
            guard let index else { return .null }
            return .bool(
                try any(wanted) {
                    catalog.may(try parse($0), relation, columns: [index], role: role)
                })
        default: throw SQLError.unsupported("function \(function)")
        }
    }

    private func object(_ arguments: [Datum], _ index: Int) throws -> CatalogRelation? {
        if let name = text(arguments, index) { return try relation(named: name) }
        return oid(arguments, index).flatMap { context.catalog.relation($0) }
    }

    private func role(_ datum: Datum) throws -> UInt32 {
        switch datum {
        case .bytes(let bytes):
            let name = String(decoding: bytes, as: UTF8.self)
            if name == "public" { return 0 }
            return try context.catalog.requireRole(named: name).oid
        case .int(let value): return UInt32(truncatingIfNeeded: value)
        default: return 0
        }
    }

    /// `SELECT, INSERT WITH GRANT OPTION`: true where any of them holds.
    private func any(_ wanted: String, _ holds: (String) throws -> Bool) throws -> Bool {
        var result = false
        for part in wanted.split(separator: ",") {
            var word = part.lowercased().split(separator: " ").joined(separator: " ")
            for suffix in [" with grant option", " with admin option"]
            where word.hasSuffix(suffix) { word = String(word.dropLast(suffix.count)) }
            if try holds(word) { result = true }
        }
        return result
    }

    private func unrecognized(_ word: String) -> SQLError {
        SQLError(.invalidParameterValue, "unrecognized privilege type: \"\(word)\"")
    }

    private func parse(_ word: String) throws -> Privileges {
        guard let privilege = Privileges.named(word) else { throw unrecognized(word) }
        return privilege
    }
}
