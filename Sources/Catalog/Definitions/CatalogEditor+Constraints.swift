import Basics
import SQLSyntax
import Vectors

/// CHECK, UNIQUE and FOREIGN KEY.
extension CatalogEditor {
    mutating func add(_ written: TableConstraint, to table: inout CatalogTable) throws {
        var constraint = CatalogConstraint(
            oid: 0, index: 0, name: "", kind: .check, columns: [], condition: nil,
            reference: nil, comment: nil)
        var suffix = "check"
        var named: [String] = []
        switch written.kind {
        case .primaryKey: return
        case .check(let condition):
            let analyzed = try context.analyzer.analyze(
                check: condition, table: table, catalog: catalog)
            constraint.condition = analyzed.stored
            constraint.columns = analyzed.columns
            if analyzed.columns.count == 1 { named = names(analyzed.columns, table) }
        case .unique(let columns):
            constraint.kind = .unique
            constraint.columns = try ids(columns, table, "unique constraint")
            constraint.index = try catalog.takeOID()
            named = columns.map(\.text)
            suffix = "key"
        case .foreignKey(let columns, let reference):
            constraint.kind = .foreignKey
            constraint.columns = try ids(columns, table, "foreign key constraint")
            constraint.reference = try self.reference(
                reference, constraint.columns, of: table, at: written.position)
            named = columns.map(\.text)
            suffix = "fkey"
        }
        constraint.oid = try catalog.takeOID()
        if let name = written.name?.text {
            guard isFree(name, table) else {
                throw SQLError(
                    .duplicateObject,
                    "constraint \"\(name)\" for relation \"\(table.name)\" already exists")
            }
            constraint.name = name
        } else {
            constraint.name = freeName(([table.name] + named).joined(separator: "_"), suffix) {
                isFree($0, table)
            }
        }
        table.constraints.append(constraint)
    }

    private func isFree(_ name: String, _ table: CatalogTable) -> Bool {
        table.primaryKey?.name != name && !table.constraints.contains { $0.name == name }
    }

    /// The table of a schema that has an index of this name, with the index.
    private func index(
        named name: String, in schema: UInt32
    ) -> (table: CatalogTable, index: CatalogConstraint?)? {
        for table in catalog.tables.values where table.schema == schema {
            if table.primaryKey?.name == name { return (table, nil) }
            if let found = table.constraints.first(where: { $0.name == name && $0.index != 0 }) {
                return (table, found)
            }
        }
        return nil
    }

    mutating func createIndex(_ create: CreateIndex) throws -> String {
        let tag = "CREATE INDEX"
        var table = try catalog.requireTable(
            named: create.table.parts, searchPath: context.searchPath, role: context.role,
            position: create.table.position)
        try catalog.requireOwner(of: .table(table), role: context.role)
        let columns = try ids(create.columns, table, "index")
        let names = create.columns.map(\.text).joined(separator: "_")
        func isTaken(_ name: String) -> Bool {
            catalog.relation(named: name, in: table.schema) != nil
                || self.index(named: name, in: table.schema) != nil
        }
        let name =
            create.name?.text ?? freeName("\(table.name)_\(names)", "idx") { !isTaken($0) }
        if isTaken(name) {
            guard create.ifNotExists else {
                throw SQLError(.duplicateTable, "relation \"\(name)\" already exists")
            }
            notices.append("relation \"\(name)\" already exists, skipping")
            return tag
        }
        let index = CatalogConstraint(
            oid: try catalog.takeOID(), index: try catalog.takeOID(), name: name,
            kind: create.isUnique ? .uniqueIndex : .index, columns: columns, condition: nil,
            reference: nil, comment: nil)
        table.constraints.append(index)
        catalog.tables[table.oid] = table
        if create.isUnique {
            effects.append(.checkConstraint(table: table.oid, constraint: index))
        }
        return tag
    }

    /// DROP INDEX of one name; false where there is none.
    mutating func dropIndex(_ name: QualifiedName, cascade: Bool) throws -> Bool {
        let schemas =
            name.schema.map { [catalog.resolved($0, context.searchPath)] }
            ?? catalog.searchSchemas(context.searchPath, role: context.role).map(\.name)
        for schema in schemas.compactMap({ catalog.schema(named: $0) }) {
            guard let (table, index) = self.index(named: name.name, in: schema.oid) else {
                continue
            }
            try catalog.requireOwner(of: .table(table), role: context.role)
            guard let index, index.kind != .unique else {
                throw SQLError(
                    .dependentObjectsStillExist,
                    "cannot drop index \(name.name) because constraint \(name.name) on table "
                        + "\(table.name) requires it",
                    hint: "You can drop constraint \(name.name) on table \(table.name) instead.")
            }
            try clear(
                index.isUnique && !isKeyWithout(index, table)
                    ? referrers(to: table.oid, columns: index.columns) : [],
                of: "index \(name.name)", cascade: cascade)
            catalog.tables[table.oid]?.constraints.removeAll { $0.oid == index.oid }
            return true
        }
        return false
    }

    /// Whether the columns of an index are a key even if it goes.
    private func isKeyWithout(_ index: CatalogConstraint, _ table: CatalogTable) -> Bool {
        var rest = table
        rest.constraints.removeAll { $0.oid == index.oid }
        return rest.isKey(index.columns)
    }

    /// `stem_suffix`, with a number behind it where that is taken.
    func freeName(_ stem: String, _ suffix: String, _ isFree: (String) -> Bool) -> String {
        let plain = "\(stem)_\(suffix)"
        if isFree(plain) { return plain }
        var number = 1
        while !isFree("\(plain)\(number)") { number += 1 }
        return "\(plain)\(number)"
    }

    private func names(_ ids: [Int], _ table: CatalogTable) -> [String] {
        ids.compactMap { table.columnIndex(id: $0) }.map { table.columns[$0].name }
    }

    private func ids(
        _ names: [Identifier], _ table: CatalogTable, _ what: String
    ) throws -> [Int] {
        var ids: [Int] = []
        for name in names {
            guard let index = table.columnIndex(name.text) else {
                throw SQLError(
                    .undefinedColumn,
                    what == "foreign key constraint"
                        ? "column \"\(name.text)\" referenced in foreign key constraint does not "
                            + "exist"
                        : what == "index"
                            ? "column \"\(name.text)\" does not exist"
                            : "column \"\(name.text)\" named in key does not exist",
                    position: name.position)
            }
            guard !ids.contains(table.columns[index].id) else {
                throw SQLError(
                    .duplicateColumn,
                    "column \"\(name.text)\" appears twice in \(what)", position: name.position)
            }
            ids.append(table.columns[index].id)
        }
        return ids
    }

    private func reference(
        _ written: ForeignReference, _ own: [Int], of table: CatalogTable, at position: Int
    ) throws -> CatalogConstraint.Reference {
        let target =
            try catalog.relation(
                named: written.table.parts, searchPath: context.searchPath, role: context.role
            )
            .map(\.oid) == table.oid
            ? table
            : try catalog.requireTable(
                named: written.table.parts, searchPath: context.searchPath, role: context.role)
        guard catalog.may(.references, .table(target), columns: [], role: context.role) else {
            throw SQLError(
                .insufficientPrivilege, "permission denied for table \(target.name)")
        }
        var columns: [Int]
        if written.columns.isEmpty {
            guard let key = target.primaryKey else {
                throw SQLError(
                    .undefinedObject,
                    "there is no primary key for referenced table \"\(target.name)\"")
            }
            columns = key.columns
        } else {
            columns = try ids(written.columns, target, "foreign key constraint")
            guard target.isKey(columns) else {
                throw SQLError(
                    SQLState("42830"),
                    "there is no unique constraint matching given keys for referenced table "
                        + "\"\(target.name)\"")
            }
        }
        guard columns.count == own.count else {
            throw SQLError(
                SQLState("42830"),
                "number of referencing and referenced columns for foreign key disagree")
        }
        for (mine, theirs) in zip(own, columns) {
            guard let a = table.columnIndex(id: mine).map({ table.columns[$0] }),
                let b = target.columnIndex(id: theirs).map({ target.columns[$0] })
            else { continue }
            guard
                a.type.family == b.type.family
                    || context.analyzer.canAssign(from: a.type, to: b.type)
            else {
                throw SQLError(
                    .datatypeMismatch, "foreign key constraint cannot be implemented",
                    detail: "Key columns \"\(a.name)\" and \"\(b.name)\" are of incompatible "
                        + "types: \(a.type.familyName) and \(b.type.familyName).")
            }
        }
        guard written.onUpdate == .noAction || written.onUpdate == .restrict else {
            throw SQLError.unsupported(
                "ON UPDATE \(written.onUpdate.rawValue.uppercased())", position: position)
        }
        let onDelete: CatalogConstraint.Action
        switch written.onDelete {
        case .noAction: onDelete = .noAction
        case .restrict: onDelete = .restrict
        case .cascade: onDelete = .cascade
        case .setNull: onDelete = .setNull
        case .setDefault:
            throw SQLError.unsupported("ON DELETE SET DEFAULT", position: position)
        }
        return .init(table: target.oid, columns: columns, onDelete: onDelete)
    }

    /// Constraints of other tables that rest on a key of this one.
    func referrers(to table: UInt32, columns: [Int]) -> [Dependent] {
        catalog.tables.values.sorted { $0.oid < $1.oid }.flatMap { other in
            other.constraints.filter {
                $0.reference?.table == table && Set($0.reference?.columns ?? []) == Set(columns)
            }.map { Dependent.constraint($0, other) }
        }
    }
}
