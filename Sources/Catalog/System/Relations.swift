import Vectors

/// pg_class and what hangs on it.
enum Relations {
    static func classes(_ context: SystemContext) -> [SystemRow] {
        let catalog = context.catalog
        var rows: [SystemRow] = []
        func relation(
            _ oid: UInt32, _ name: String, _ schema: UInt32, _ owner: UInt32, kind: String,
            columns: Int
        ) -> SystemRow {
            [
                "oid": .oid(oid), "relname": .text(name), "relnamespace": .oid(schema),
                "relowner": .oid(owner), "relkind": .text(kind),
                "relpersistence": .text(
                    CatalogSnapshot.isTemporary(schema: catalog.schemaName(schema)) ? "t" : "p"),
                "relnatts": .int(Int64(columns)), "relispopulated": .bool(true),
                "relreplident": .text(kind == "r" ? "d" : "n"), "reltuples": .double(-1),
                "relfilenode": .oid(kind == "v" ? 0 : oid),
            ]
        }
        for table in catalog.tables.values.sorted(by: { $0.oid < $1.oid }) {
            var row = relation(
                table.oid, table.name, table.schema, table.owner,
                kind: table.materialized == nil ? "r" : "m", columns: table.columns.count)
            row["relam"] = .oid(2)
            row["relispopulated"] = .bool(table.materialized?.isPopulated ?? true)
            row["relhasrules"] = .bool(table.materialized != nil)
            row["relchecks"] = .int(Int64(table.constraints.count { $0.kind == .check }))
            row["relhastriggers"] = .bool(table.constraints.contains { $0.kind == .foreignKey })
            row["relhasindex"] = .bool(!keys(table).isEmpty)
            row["relrowsecurity"] = .bool(table.rowSecurity)
            row["relforcerowsecurity"] = .bool(table.forceRowSecurity)
            row["relacl"] = .texts(accessList(table.grants, table.owner, .allOnTable, catalog))
            var options = table.options.map { "\($0.key)=\($0.value)" }.sorted()
            if !table.sortKey.isEmpty { options.insert("sort_key=\(sortKey(table))", at: 0) }
            row["reloptions"] = .texts(options.isEmpty ? nil : options)
            rows.append(row)
            for key in keys(table) {
                var index = relation(
                    key.index, key.name, table.schema, table.owner, kind: "i",
                    columns: key.columns.count)
                index["relam"] = .oid(403)
                rows.append(index)
            }
        }
        for sequence in catalog.sequences.values.sorted(by: { $0.oid < $1.oid }) {
            var row = relation(
                sequence.oid, sequence.name, sequence.schema, sequence.owner, kind: "S",
                columns: CatalogSequence.columns.count)
            row["relacl"] = .texts(
                accessList(sequence.grants, sequence.owner, .allOnSequence, catalog))
            rows.append(row)
        }
        for view in catalog.views.values.sorted(by: { $0.oid < $1.oid }) {
            var row = relation(
                view.oid, view.name, view.schema, view.owner, kind: "v",
                columns: view.columns.count)
            row["relhasrules"] = .bool(true)
            row["relacl"] = .texts(accessList(view.grants, view.owner, .allOnTable, catalog))
            row["reloptions"] = .texts(view.securityInvoker ? ["security_invoker=true"] : nil)
            rows.append(row)
        }
        for table in SystemTables.all {
            var row = relation(
                table.oid, table.name, table.schema, CatalogSnapshot.bootstrapRoleOID,
                kind: systemKind(table), columns: table.columns.count)
            row["relam"] = .oid(systemKind(table) == "r" ? 2 : 0)
            rows.append(row)
        }
        return rows
    }

    /// The keys of a table, each with the index that it would have: the primary one first.
    static func keys(
        _ table: CatalogTable
    ) -> [Key] {
        let primary = table.primaryKey.map {
            Key(
                index: $0.oid, constraint: $0.constraint, name: $0.name, columns: $0.columns,
                isPrimary: true)
        }
        let others = table.constraints.filter { $0.index != 0 }.map {
            Key(
                index: $0.index, constraint: $0.kind == .unique ? $0.oid : 0, name: $0.name,
                columns: $0.columns, isUnique: $0.isUnique)
        }
        return (primary.map { [$0] } ?? []) + others
    }

    /// A key or index as clients see it.
    struct Key {
        var index: UInt32
        /// 0 for an index that is no constraint.
        var constraint: UInt32
        var name: String
        var columns: [Int]
        var isPrimary = false
        var isUnique = true
    }

    /// PostgreSQL's tables have OIDs below 10000; the rest are views there.
    static func systemKind(_ table: SystemTable) -> String { table.oid < 10_000 ? "r" : "v" }

    static func sortKey(_ table: CatalogTable) -> String {
        table.sortKey.compactMap { id in table.columns.first { $0.id == id }?.name }
            .joined(separator: ", ")
    }

    /// ACL items as PostgreSQL writes them; nil while nothing was granted.
    static func accessList(
        _ entries: [AccessEntry], _ owner: UInt32, _ all: Privileges, _ catalog: CatalogSnapshot
    ) -> [String]? {
        // Privileges on columns only leave an entry of the table with none.
        var full = entries.filter { !$0.privileges.isEmpty }
        guard !full.isEmpty else { return nil }
        if !full.contains(where: { $0.grantee == owner }), !all.isEmpty {
            full.insert(
                AccessEntry(grantee: owner, grantor: owner, privileges: all), at: 0)
        }
        return full.map { entry in
            let letters = Privileges.all.filter { entry.privileges.contains($0.privilege) }
                .map { String($0.letter) + (entry.grantable.contains($0.privilege) ? "*" : "") }
                .joined()
            let grantee = entry.grantee == 0 ? "" : catalog.roleName(entry.grantee)
            return "\(grantee)=\(letters)/\(catalog.roleName(entry.grantor))"
        }
    }

    private static func everyRelation(_ context: SystemContext) -> [CatalogRelation] {
        context.catalog.tables.values.sorted { $0.oid < $1.oid }.map { .table($0) }
            + context.catalog.views.values.sorted { $0.oid < $1.oid }.map { .view($0) }
            + context.catalog.sequences.values.sorted { $0.oid < $1.oid }.map { .sequence($0) }
            + SystemTables.all.map { .system($0) }
    }

    static func attributes(_ context: SystemContext) -> [SystemRow] {
        var rows: [SystemRow] = []
        func attribute(_ relation: UInt32, _ column: CatalogColumn, number: Int) -> SystemRow {
            let type = column.type
            return [
                "attrelid": .oid(relation), "attname": .text(column.name),
                "atttypid": .oid(type.oid), "atttypmod": .int(Int64(column.typeModifier)),
                "attstattarget": .int(-1), "attlen": .int(Int64(type.size)),
                "attnum": .int(Int64(number)), "attndims": .int(type.element == nil ? 0 : 1),
                "attcacheoff": .int(-1), "attbyval": .bool(type.size > 0 && type.size <= 8),
                "attalign": .text(alignment(type)), "attstorage": .text(storage(type)),
                "attnotnull": .bool(column.notNull),
                "atthasdef": .bool(
                    column.generated != nil
                        || column.defaultValue != nil && column.identity == nil),
                "attidentity": .text(
                    column.identity == .always ? "a" : column.identity == .byDefault ? "d" : ""),
                "attgenerated": .text(column.generated == nil ? "" : "s"),
                "attislocal": .bool(true),
                "attcollation": .oid(collation(type)),
                "attacl": .texts(accessList(column.grants, 0, [], context.catalog)),
            ]
        }
        for relation in everyRelation(context) {
            for column in relation.columns {
                rows.append(attribute(relation.oid, column, number: column.id))
            }
            guard case .table(let table) = relation else { continue }
            for key in keys(table) {
                for (place, id) in key.columns.enumerated() {
                    guard var column = table.columns.first(where: { $0.id == id }) else { continue }
                    column.defaultValue = nil
                    column.identity = nil
                    column.generated = nil
                    column.notNull = false
                    rows.append(attribute(key.index, column, number: place + 1))
                }
            }
        }
        return rows
    }

    static func collation(_ type: SQLType) -> UInt32 {
        switch type {
        case .name: 950
        case .text, .varchar, .char: 100
        case .array(let element): collation(element)
        default: 0
        }
    }

    static func alignment(_ type: SQLType) -> String {
        switch type.size {
        case 1, 64, -2: "c"
        case 2: "s"
        case 8: "d"
        case 16: type == .uuid ? "c" : "d"
        default: "i"
        }
    }

    static func storage(_ type: SQLType) -> String {
        if type.isNumericFamily { return "m" }
        return type.size == -1 ? "x" : "p"
    }

    static func defaults(_ context: SystemContext) -> [SystemRow] {
        context.catalog.tables.values.flatMap { table in
            table.columns.compactMap { column in
                (column.identity == nil ? column.generated ?? column.defaultValue : nil).map {
                    stored in
                    [
                        "oid": .oid(table.oid &* 1000 &+ UInt32(column.id)),
                        "adrelid": .oid(table.oid), "adnum": .int(Int64(column.id)),
                        "adbin": .text(stored.text),
                    ]
                }
            }
        }
    }

    static func sequences(_ context: SystemContext) -> [SystemRow] {
        context.catalog.sequences.values.map { sequence in
            [
                "seqrelid": .oid(sequence.oid), "seqtypid": .oid(sequence.type),
                "seqstart": .int(sequence.start), "seqincrement": .int(sequence.increment),
                "seqmax": .int(sequence.maximum), "seqmin": .int(sequence.minimum),
                "seqcache": .int(sequence.cache), "seqcycle": .bool(sequence.cycles),
            ]
        }
    }

    static func indexes(_ context: SystemContext) -> [SystemRow] {
        context.catalog.tables.values.flatMap { table in
            keys(table).map { key in
                let count = key.columns.count
                let types = key.columns.compactMap { id in
                    table.columns.first { $0.id == id }?.type
                }
                return [
                    "indexrelid": .oid(key.index), "indrelid": .oid(table.oid),
                    "indnatts": .int(Int64(count)), "indnkeyatts": .int(Int64(count)),
                    "indisunique": .bool(key.isUnique), "indisprimary": .bool(key.isPrimary),
                    "indimmediate": .bool(true), "indisvalid": .bool(true),
                    "indisready": .bool(true), "indislive": .bool(true),
                    "indkey": .vector(.smallint, key.columns.map { Int64($0) }),
                    "indcollation": .vector(.oid, types.map { Int64(collation($0)) }),
                    "indclass": .vector(.oid, types.map { Int64(OperatorClasses.oid($0)) }),
                    "indoption": .vector(.smallint, [Int64](repeating: 0, count: count)),
                ]
            }
        }
    }

    static func constraints(_ context: SystemContext) -> [SystemRow] {
        context.catalog.tables.values.flatMap { table -> [SystemRow] in
            func row(
                _ oid: UInt32, _ name: String, _ kind: String, _ columns: [Int], index: UInt32
            ) -> SystemRow {
                [
                    "oid": .oid(oid), "conname": .text(name), "connamespace": .oid(table.schema),
                    "contype": .text(kind), "convalidated": .bool(true),
                    "conrelid": .oid(table.oid), "conindid": .oid(index),
                    "confupdtype": .text(" "), "confdeltype": .text(" "),
                    "confmatchtype": .text(" "), "conislocal": .bool(true),
                    "connoinherit": .bool(kind != "c"), "conkey": .smallints(columns),
                ]
            }
            let keys = keys(table).filter { $0.constraint != 0 }.map {
                row($0.constraint, $0.name, $0.isPrimary ? "p" : "u", $0.columns, index: $0.index)
            }
            let others = table.constraints.compactMap { constraint -> SystemRow? in
                switch constraint.kind {
                case .unique, .index, .uniqueIndex: return nil
                case .check:
                    return row(constraint.oid, constraint.name, "c", constraint.columns, index: 0)
                case .foreignKey:
                    guard let reference = constraint.reference else { return nil }
                    var entry = row(
                        constraint.oid, constraint.name, "f", constraint.columns, index: 0)
                    entry["confrelid"] = .oid(reference.table)
                    entry["confkey"] = .smallints(reference.columns)
                    entry["confupdtype"] = .text("a")
                    entry["confmatchtype"] = .text("s")
                    let letter =
                        switch reference.onDelete {
                        case .noAction: "a"
                        case .restrict: "r"
                        case .cascade: "c"
                        case .setNull: "n"
                        }
                    entry["confdeltype"] = .text(letter)
                    return entry
                }
            }
            return keys + others
        }
    }

    static func policies(_ context: SystemContext) -> [SystemRow] {
        context.catalog.tables.values.flatMap { table in
            table.policies.map { policy in
                let letter =
                    switch policy.command {
                    case .all: "*"
                    case .select: "r"
                    case .insert: "a"
                    case .update: "w"
                    case .delete: "d"
                    }
                return [
                    "oid": .oid(policy.oid), "polname": .text(policy.name),
                    "polrelid": .oid(table.oid), "polcmd": .text(letter),
                    "polpermissive": .bool(policy.isPermissive), "polroles": .oids(policy.roles),
                    "polqual": .optional(policy.using.map { ObjectText.condition($0.text) }),
                    "polwithcheck": .optional(
                        policy.withCheck.map { ObjectText.condition($0.text) }),
                ]
            }
        }
    }

    static func rules(_ context: SystemContext) -> [SystemRow] {
        context.catalog.views.values.map { view in
            [
                "oid": .oid(view.oid), "rulename": .text("_RETURN"), "ev_class": .oid(view.oid),
                "ev_type": .text("1"), "ev_enabled": .text("O"), "is_instead": .bool(true),
            ]
        }
    }

    static func descriptions(_ context: SystemContext) -> [SystemRow] {
        var rows: [SystemRow] = []
        func add(_ object: UInt32, _ kind: UInt32, _ part: Int, _ text: String?) {
            guard let text else { return }
            rows.append([
                "objoid": .oid(object), "classoid": .oid(kind), "objsubid": .int(Int64(part)),
                "description": .text(text),
            ])
        }
        for table in context.catalog.tables.values {
            add(table.oid, 1259, 0, table.comment)
            for column in table.columns { add(table.oid, 1259, column.id, column.comment) }
            for policy in table.policies { add(policy.oid, 3256, 0, policy.comment) }
        }
        for sequence in context.catalog.sequences.values {
            add(sequence.oid, 1259, 0, sequence.comment)
        }
        for table in context.catalog.tables.values {
            for constraint in table.constraints {
                add(constraint.oid, 2606, 0, constraint.comment)
            }
        }
        for view in context.catalog.views.values {
            add(view.oid, 1259, 0, view.comment)
            for column in view.columns { add(view.oid, 1259, column.id, column.comment) }
        }
        for schema in context.catalog.schemas.values { add(schema.oid, 2615, 0, schema.comment) }
        return rows
    }
}
