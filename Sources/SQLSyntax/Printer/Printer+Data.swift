/// INSERT, UPDATE and DELETE, as they may stand within WITH.
extension Printer {
    mutating func dataStatement(_ statement: Statement) {
        switch statement {
        case .query(let query): self.query(query)
        case .insert(let insert): self.insert(insert)
        case .update(let update): self.update(update)
        case .delete(let delete): self.delete(delete)
        case .merge(let merge): self.merge(merge)
        default: break
        }
    }

    private mutating func insert(_ insert: Insert) {
        optionalWith(insert.with)
        write("INSERT INTO ")
        name(insert.table)
        if let alias = insert.alias { aliased(alias) }
        if !insert.columns.isEmpty {
            write(" ")
            parens { $0.list(insert.columns) { $0.column($1) } }
        }
        if let overriding = insert.overriding {
            write(" OVERRIDING \(overriding.rawValue.uppercased()) VALUE")
        }
        switch insert.source {
        case .defaultValues: write(" DEFAULT VALUES")
        case .query(let query):
            write(" ")
            self.query(query)
        }
        if let conflict = insert.onConflict { onConflict(conflict) }
        returning(insert.returning)
    }

    private mutating func onConflict(_ conflict: OnConflict) {
        write(" ON CONFLICT")
        switch conflict.target {
        case nil: break
        case .columns(let items, let filter):
            write(" ")
            parens { printer in
                printer.list(items) { $0.conflictItem($1.expr) }
            }
            self.filter(filter)
        case .constraint(let constraint):
            write(" ON CONSTRAINT ")
            name(constraint.text)
        }
        switch conflict.action {
        case .nothing: write(" DO NOTHING")
        case .update(let assignments, let filter):
            write(" DO UPDATE SET ")
            list(assignments) { $0.assignment($1) }
            self.filter(filter)
        }
    }

    private mutating func conflictItem(_ expr: Expr) {
        switch expr.kind {
        case .column, .function, .collate: expression(expr)
        default: parens { $0.expression(expr) }
        }
    }

    private mutating func update(_ update: Update) {
        optionalWith(update.with)
        write("UPDATE ")
        tableName(update.table)
        if let alias = update.alias { aliased(alias) }
        write(" SET ")
        list(update.assignments) { $0.assignment($1) }
        if !update.from.isEmpty {
            write(" FROM ")
            tables(update.from)
        }
        filter(update.filter)
        returning(update.returning)
    }

    private mutating func delete(_ delete: Delete) {
        optionalWith(delete.with)
        write("DELETE FROM ")
        tableName(delete.table)
        if let alias = delete.alias { aliased(alias) }
        if !delete.using.isEmpty {
            write(" USING ")
            tables(delete.using)
        }
        filter(delete.filter)
        returning(delete.returning)
    }

    private mutating func merge(_ merge: Merge) {
        optionalWith(merge.with)
        write("MERGE INTO ")
        tableName(merge.table)
        if let alias = merge.alias { aliased(alias) }
        write(" USING ")
        tables([merge.source])
        write(" ON ")
        expression(merge.condition)
        for clause in merge.clauses {
            write(clause.isMatched ? " WHEN MATCHED" : " WHEN NOT MATCHED")
            if let condition = clause.condition {
                write(" AND ")
                expression(condition)
            }
            write(" THEN ")
            switch clause.action {
            case .nothing: write("DO NOTHING")
            case .delete: write("DELETE")
            case .update(let assignments):
                write("UPDATE SET ")
                list(assignments) { $0.assignment($1) }
            case .insert(let columns, let overriding, let values):
                write("INSERT")
                if !columns.isEmpty {
                    write(" ")
                    parens { $0.list(columns) { $0.column($1) } }
                }
                if let overriding {
                    write(" OVERRIDING \(overriding.rawValue.uppercased()) VALUE")
                }
                if let values {
                    write(" VALUES ")
                    parens { $0.list(values) { $0.expression($1) } }
                } else {
                    write(" DEFAULT VALUES")
                }
            }
        }
    }

    private mutating func aliased(_ alias: Identifier) {
        write(" AS ")
        name(alias.text)
    }

    private mutating func returning(_ targets: [Target]) {
        if targets.isEmpty { return }
        write(" RETURNING ")
        self.targets(targets)
    }

    private mutating func column(_ column: InsertColumn) {
        names([column.name.text] + column.fields)
        if let index = column.index {
            write("[")
            expression(index)
            write("]")
        }
    }

    private mutating func assignment(_ assignment: Assignment) {
        if assignment.isRow {
            parens { $0.list(assignment.columns) { $0.column($1) } }
        } else {
            list(assignment.columns) { $0.column($1) }
        }
        write(" = ")
        expression(assignment.value)
    }
}
