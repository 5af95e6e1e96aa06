import Basics
import Catalog
import SQLSyntax
import Vectors

/// Names of columns.
extension Binder {
    /// What a column name of one to four parts means.
    func bindColumn(_ parts: [String], at position: Int, in scope: Scope) throws -> Expression {
        guard let last = parts.last else {
            throw SQLError(.syntaxError, "empty column name", position: position)
        }
        var level: Scope? = scope
        if parts.count == 1 {
            while let current = level {
                let matches = current.items.columns.filter { $0.name == last }
                if matches.count > 1 {
                    throw SQLError(
                        .ambiguousColumn, "column reference \"\(last)\" is ambiguous",
                        position: position)
                }
                if let column = matches.first {
                    return use(
                        column, of: current, from: scope, named: last, at: position)
                }
                level = current.parent
            }
            // The name of a FROM item stands for its whole row.
            if let fields = try rowFields(Expr(.column(parts), at: position), scope) {
                return try record(fields.map(\.value), at: position)
            }
            throw unknownColumn(last, at: position, in: scope)
        }
        let qualifier = parts[parts.count - 2]
        let schema = parts.count > 2 ? parts[parts.count - 3] : nil
        while let current = level {
            let relations = current.items.relations.filter {
                $0.alias == qualifier && (schema == nil || $0.schema == schema)
            }
            if relations.count > 1 {
                throw SQLError(
                    .duplicateAlias, "table reference \"\(qualifier)\" is ambiguous",
                    position: position)
            }
            if let relation = relations.first {
                let matches = relation.columns.filter { $0.name == last }
                if matches.count > 1 {
                    throw SQLError(
                        .ambiguousColumn, "column reference \"\(last)\" is ambiguous",
                        position: position)
                }
                // Rows of a system table carry its own OID, as psql's \dd asks.
                if matches.isEmpty, last == "tableoid",
                    let oid = relation.columns.first?.info.tableOID, oid != 0,
                    oid < CatalogSnapshot.firstUserOID
                {
                    return .literal(.int(Int64(oid)), .oid)
                }
                guard let column = matches.first else {
                    if relation.isStored, Self.systemColumns.contains(last) {
                        throw systemColumn(last, at: position)
                    }
                    throw SQLError(
                        .undefinedColumn, "column \(qualifier).\(last) does not exist",
                        hint: nearest(last, among: [relation]), position: position)
                }
                return use(
                    column, of: current, from: scope, named: "\(qualifier).\(last)", at: position)
            }
            level = current.parent
        }
        throw missingRelation(qualifier, at: position, in: scope)
    }

    /// Marks the column as used, here and in every level between.
    private func use(
        _ column: ScopeColumn, of level: Scope, from scope: Scope, named name: String,
        at position: Int
    ) -> Expression {
        var passing: Scope? = scope
        while let current = passing, current !== level {
            current.noteOuter(column.id, column.type)
            passing = current.parent
        }
        for use in column.info.uses { uses[use.use].columns.insert(use.column) }
        if level.aggregateDepth == 0, level.mentions[column.id] == nil {
            let owner = level.items.relations.first {
                $0.columns.contains { $0.id == column.id }
            }
            let full = name.contains(".") ? name : (owner.map { "\($0.alias)." } ?? "") + name
            level.mentions[column.id] = (full, position)
        }
        columnInfo[column.id] = column.info
        return .column(column.id, column.type)
    }

    func missingRelation(_ name: String, at position: Int, in scope: Scope) -> SQLError {
        var level: Scope? = scope
        while let current = level {
            if current.unreachable.contains(name) {
                return SQLError(
                    .undefinedTable,
                    "invalid reference to FROM-clause entry for table \"\(name)\"",
                    hint: "There is an entry for table \"\(name)\", but it cannot be referenced "
                        + "from this part of the query.", position: position)
            }
            if let hidden = hiddenAliases[name],
                let relation = current.items.relations.first(
                    where: { $0.alias == hidden })
            {
                return SQLError(
                    .undefinedTable,
                    "invalid reference to FROM-clause entry for table \"\(name)\"",
                    hint: "Perhaps you meant to reference the table alias "
                        + "\"\(relation.alias)\".", position: position)
            }
            level = current.parent
        }
        return SQLError(
            .undefinedTable, "missing FROM-clause entry for table \"\(name)\"",
            position: position)
    }

    private static let systemColumns: Set<String> = ["ctid", "cmin", "cmax", "xmin", "xmax"]

    /// Rows have no place or transaction of their own that a statement could name.
    private func systemColumn(_ name: String, at position: Int) -> SQLError {
        SQLError(
            .featureNotSupported, "system column \"\(name)\" is not supported",
            hint: "Name rows by the table's primary key.", position: position)
    }

    private func unknownColumn(_ name: String, at position: Int, in scope: Scope) -> SQLError {
        if Self.systemColumns.contains(name),
            scope.items.relations.contains(where: { $0.isStored })
        {
            return systemColumn(name, at: position)
        }
        return SQLError(
            .undefinedColumn, "column \"\(name)\" does not exist",
            hint: nearest(name, among: scope.items.relations), position: position)
    }

    /// PostgreSQL's hint at a similar name: at most three edits, at most half the name.
    private func nearest(_ name: String, among relations: [ScopeRelation]) -> String? {
        let limit = min(3, name.unicodeScalars.count / 2)
        var best = limit + 1
        var found: [String] = []
        for relation in relations {
            for column in relation.columns {
                let distance = EditDistance.between(name, column.name, limit: limit)
                if distance > limit || distance > best { continue }
                if distance < best {
                    best = distance
                    found = []
                }
                found.append("\(relation.alias).\(column.name)")
            }
        }
        switch found.count {
        case 1: return "Perhaps you meant to reference the column \"\(found[0])\"."
        case 2:
            return "Perhaps you meant to reference the column \"\(found[0])\" or the column "
                + "\"\(found[1])\"."
        default: return nil
        }
    }
}

/// Levenshtein's distance.
enum EditDistance {
    static func between(_ left: String, _ right: String, limit: Int) -> Int {
        let a = Array(left.unicodeScalars)
        let b = Array(right.unicodeScalars)
        if abs(a.count - b.count) > limit { return limit + 1 }
        var row = Array(0...b.count)
        for (i, x) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, y) in b.enumerated() {
                let substitution = diagonal + (x == y ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substitution, min(row[j], row[j + 1]) + 1)
            }
        }
        return row[b.count]
    }
}
