import Vectors

/// information_schema's views of constraints and sequences.
extension Information {
    /// A constraint as these views see it: the primary key, one of the table's others, or NOT NULL.
    private struct Constraint {
        enum Kind { case primaryKey, unique, foreignKey, check, notNull }
        var kind: Kind
        var name: String
        var columns: [Int]
        var reference: CatalogConstraint.Reference?
        var condition: String?
    }

    private static func constraints(of table: CatalogTable) -> [Constraint] {
        var result: [Constraint] = []
        if let key = table.primaryKey {
            result.append(Constraint(kind: .primaryKey, name: key.name, columns: key.columns))
        }
        for constraint in table.constraints {
            let kind: Constraint.Kind
            switch constraint.kind {
            case .unique: kind = .unique
            case .foreignKey: kind = .foreignKey
            case .check: kind = .check
            case .index, .uniqueIndex: continue
            }
            result.append(
                Constraint(
                    kind: kind, name: constraint.name, columns: constraint.columns,
                    reference: constraint.reference, condition: constraint.condition?.text))
        }
        for column in table.columns
        where column.notNull || table.primaryKey?.columns.contains(column.id) == true {
            result.append(
                Constraint(
                    kind: .notNull, name: "\(table.schema)_\(table.oid)_\(column.id)_not_null",
                    columns: [column.id]))
        }
        return result
    }

    /// Every constraint of the tables that `isShown` lets through, with a row that names it and, as
    /// far as `target` tells one, the table that it is about.
    private static func everyConstraint(
        _ context: SystemContext, _ isShown: (CatalogTable, CatalogRelation) -> Bool,
        about target: (CatalogTable, Constraint) -> CatalogTable? = { table, _ in table }
    ) -> [(table: CatalogTable, constraint: Constraint, row: SystemRow)] {
        var result: [(table: CatalogTable, constraint: Constraint, row: SystemRow)] = []
        for relation in relations(context) {
            guard case .table(let table) = relation, isShown(table, relation) else { continue }
            for constraint in constraints(of: table) {
                guard let shown = target(table, constraint) else { continue }
                var row = head(.table(shown), context)
                name(constraint, of: table, context, in: &row)
                result.append((shown, constraint, row))
            }
        }
        return result
    }

    /// The table whose columns a constraint is about: of a foreign key the other one.
    private static func target(
        _ context: SystemContext
    ) -> (CatalogTable, Constraint) -> CatalogTable? {
        { table, constraint in
            guard let reference = constraint.reference else { return table }
            return context.catalog.tables[reference.table]
        }
    }

    private static func name(
        _ constraint: Constraint, of table: CatalogTable, _ context: SystemContext,
        in row: inout SystemRow
    ) {
        row["constraint_catalog"] = .text(context.catalog.database)
        row["constraint_schema"] = .text(context.catalog.schemaName(table.schema))
        row["constraint_name"] = .text(constraint.name)
    }

    /// Whether the role may do more with the table than read it.
    private static func mayChange(
        _ relation: CatalogRelation, _ context: SystemContext
    ) -> Bool {
        let roles = context.catalog.effectiveRoles(of: context.role)
        let held = relation.columns.reduce(
            context.catalog.privileges(on: relation, role: context.role)
        ) { $0.union($1.grants.privileges(of: roles)) }
        return !held.subtracting(.select).isEmpty
    }

    private static func owns(_ table: CatalogTable, _ context: SystemContext) -> Bool {
        context.catalog.owns(table.owner, role: context.role)
    }

    static func constraints(_ context: SystemContext) -> [SystemRow] {
        everyConstraint(context, { mayChange($1, context) }).map { table, constraint, row in
            var row = row
            let type =
                switch constraint.kind {
                case .primaryKey: "PRIMARY KEY"
                case .unique: "UNIQUE"
                case .foreignKey: "FOREIGN KEY"
                case .check, .notNull: "CHECK"
                }
            row["constraint_type"] = .text(type)
            row["is_deferrable"] = .text("NO")
            row["initially_deferred"] = .text("NO")
            row["enforced"] = .text("YES")
            if constraint.kind == .unique { row["nulls_distinct"] = .text("YES") }
            return row
        }
    }

    static func keyColumns(_ context: SystemContext) -> [SystemRow] {
        everyConstraint(context, { _, _ in true }).flatMap {
            table, constraint, row -> [SystemRow] in
            switch constraint.kind {
            case .check, .notNull: return []
            case .primaryKey, .unique, .foreignKey: break
            }
            let key = constraint.reference.flatMap { referencedKey($0, context)?.columns }
            return constraint.columns.enumerated().compactMap { place, id -> SystemRow? in
                guard let column = table.columns.first(where: { $0.id == id }) else { return nil }
                var row = row
                row["column_name"] = .text(column.name)
                row["ordinal_position"] = .int(Int64(place + 1))
                if let reference = constraint.reference,
                    reference.columns.indices.contains(place),
                    let position = key?.firstIndex(of: reference.columns[place])
                {
                    row["position_in_unique_constraint"] = .int(Int64(position + 1))
                }
                return row
            }
        }
    }

    /// The key that a foreign key refers to.
    private static func referencedKey(
        _ reference: CatalogConstraint.Reference, _ context: SystemContext
    ) -> (name: String, columns: [Int])? {
        guard let target = context.catalog.tables[reference.table] else { return nil }
        let wanted = Set(reference.columns)
        if let key = target.primaryKey, Set(key.columns) == wanted {
            return (key.name, key.columns)
        }
        return target.constraints.first { $0.isUnique && Set($0.columns) == wanted }
            .map { ($0.name, $0.columns) }
    }

    /// The columns that a constraint is about.
    static func constraintColumns(_ context: SystemContext) -> [SystemRow] {
        everyConstraint(context, { _, _ in true }, about: target(context)).flatMap {
            table, constraint, row -> [SystemRow] in
            guard constraint.kind != .notNull, owns(table, context) else { return [] }
            let ids = constraint.reference?.columns ?? constraint.columns
            return ids.compactMap { id -> SystemRow? in
                guard let column = table.columns.first(where: { $0.id == id }) else { return nil }
                var row = row
                row["column_name"] = .text(column.name)
                return row
            }
        }
    }

    /// The tables that keys are about.
    static func constraintTables(_ context: SystemContext) -> [SystemRow] {
        everyConstraint(context, { _, _ in true }, about: target(context)).compactMap {
            table, constraint, row -> SystemRow? in
            guard constraint.kind != .notNull, constraint.kind != .check, owns(table, context)
            else { return nil }
            return row
        }
    }

    static func references(_ context: SystemContext) -> [SystemRow] {
        everyConstraint(context, { mayChange($1, context) }).compactMap {
            _, constraint, row -> SystemRow? in
            guard let reference = constraint.reference,
                let target = context.catalog.tables[reference.table]
            else { return nil }
            var row = row
            if let key = referencedKey(reference, context) {
                row["unique_constraint_catalog"] = .text(context.catalog.database)
                row["unique_constraint_schema"] = .text(context.catalog.schemaName(target.schema))
                row["unique_constraint_name"] = .text(key.name)
            }
            row["match_option"] = .text("NONE")
            row["update_rule"] = .text("NO ACTION")
            let rule =
                switch reference.onDelete {
                case .noAction: "NO ACTION"
                case .restrict: "RESTRICT"
                case .cascade: "CASCADE"
                case .setNull: "SET NULL"
                }
            row["delete_rule"] = .text(rule)
            return row
        }
    }

    static func checks(_ context: SystemContext) -> [SystemRow] {
        everyConstraint(context, { table, _ in owns(table, context) }).compactMap {
            table, constraint, row -> SystemRow? in
            var row = row
            switch constraint.kind {
            case .check: row["check_clause"] = .text("((\(constraint.condition ?? "")))")
            case .notNull:
                let column = table.columns.first { $0.id == constraint.columns.first }
                row["check_clause"] = .text("\(column?.name ?? "") IS NOT NULL")
            case .primaryKey, .unique, .foreignKey: return nil
            }
            return row
        }
    }

    /// Sequences, without those of identity columns.
    static func sequences(_ context: SystemContext) -> [SystemRow] {
        context.catalog.sequences.values.sorted { $0.oid < $1.oid }.compactMap {
            sequence -> SystemRow? in
            let owner = sequence.ownedBy.flatMap { owned in
                context.catalog.tables[owned.table]?.columns.first { $0.id == owned.column }
            }
            guard owner?.identity == nil,
                !context.catalog.privileges(on: .sequence(sequence), role: context.role).isEmpty
            else { return nil }
            let type = SQLType.of(oid: sequence.type) ?? .bigint
            return [
                "sequence_catalog": .text(context.catalog.database),
                "sequence_schema": .text(context.catalog.schemaName(sequence.schema)),
                "sequence_name": .text(sequence.name),
                "data_type": .text(type.familyName),
                "numeric_precision": .int(Int64(type.size * 8)),
                "numeric_precision_radix": .int(2), "numeric_scale": .int(0),
                "start_value": .text(String(sequence.start)),
                "minimum_value": .text(String(sequence.minimum)),
                "maximum_value": .text(String(sequence.maximum)),
                "increment": .text(String(sequence.increment)),
                "cycle_option": .text(sequence.cycles ? "YES" : "NO"),
            ]
        }
    }

    /// What `columns` tells of identity and generated columns.
    static func describeSource(
        _ column: CatalogColumn, _ table: CatalogTable, _ row: inout SystemRow,
        _ context: SystemContext
    ) {
        if let generated = column.generated {
            row["is_generated"] = .text("ALWAYS")
            row["generation_expression"] = .text("(\(generated.text))")
        }
        guard let identity = column.identity else { return }
        row["column_default"] = .null
        row["is_identity"] = .text("YES")
        row["identity_generation"] = .text(identity == .always ? "ALWAYS" : "BY DEFAULT")
        let sequence = context.catalog.sequences.values.first {
            $0.ownedBy?.table == table.oid && $0.ownedBy?.column == column.id
        }
        guard let sequence else { return }
        row["identity_start"] = .text(String(sequence.start))
        row["identity_increment"] = .text(String(sequence.increment))
        row["identity_maximum"] = .text(String(sequence.maximum))
        row["identity_minimum"] = .text(String(sequence.minimum))
        row["identity_cycle"] = .text(sequence.cycles ? "YES" : "NO")
    }
}
