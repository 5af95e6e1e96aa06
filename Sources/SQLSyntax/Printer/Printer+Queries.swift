/// Queries.
extension Printer {
    mutating func query(_ query: Query) {
        if let with = query.with { self.with(with) }
        body(query.body)
        orderBy(query.orderBy)
        if let limit = query.limit, !limit.withTies {
            write(" LIMIT ")
            if let count = limit.count { expression(count) } else { write("ALL") }
        }
        if let offset = query.offset {
            write(" OFFSET ")
            expression(offset)
        }
        if let limit = query.limit, limit.withTies, let count = limit.count {
            write(" FETCH FIRST ")
            fetchCount(count)
            write(" ROWS WITH TIES")
        }
        for lock in query.locking {
            write(" FOR " + lock.strength.rawValue.uppercased())
            if !lock.tables.isEmpty {
                write(" OF ")
                list(lock.tables) { $0.name($1) }
            }
            if lock.wait != .block { write(" " + lock.wait.rawValue.uppercased()) }
        }
    }

    /// FETCH takes a number or an operand.
    private mutating func fetchCount(_ count: Expr) {
        switch count.kind {
        case .integer, .numeric, .parameter: expression(count)
        default: parens { $0.expression(count) }
        }
    }

    private mutating func with(_ with: WithClause) {
        write(with.isRecursive ? "WITH RECURSIVE " : "WITH ")
        list(with.tables) { printer, table in
            printer.name(table.name.text)
            printer.columns(table.columns)
            printer.write(" AS ")
            if let isMaterialized = table.isMaterialized {
                printer.write(isMaterialized ? "MATERIALIZED " : "NOT MATERIALIZED ")
            }
            printer.parens { printer in
                switch table.body {
                case .query(let query): printer.query(query)
                case .statement(let statement): printer.dataStatement(statement)
                }
            }
        }
        write(" ")
    }

    mutating func optionalWith(_ clause: WithClause?) {
        if let clause { with(clause) }
    }

    mutating func columns(_ columns: [Identifier]) {
        if columns.isEmpty { return }
        parens { $0.list(columns) { $0.name($1.text) } }
    }

    private mutating func body(_ body: QueryBody) {
        switch body {
        case .select(let select): self.select(select)
        case .values(let rows):
            write("VALUES ")
            list(rows) { printer, row in printer.parens { $0.expressions(row) } }
        case .table(let table):
            write("TABLE ")
            tableName(table)
        case .setOperations(let first, let rest):
            operand(first)
            for term in rest {
                write(" " + term.operation.rawValue.uppercased())
                if term.isAll { write(" ALL") }
                write(" ")
                operand(term.query)
            }
        }
    }

    /// An operand of a set operation; whatever is more than a plain body stands in parentheses.
    private mutating func operand(_ query: Query) {
        var isPlain =
            query.with == nil && query.orderBy.isEmpty && query.limit == nil
            && query.offset == nil && query.locking.isEmpty
        if case .setOperations = query.body { isPlain = false }
        if isPlain { self.query(query) } else { parens { $0.query(query) } }
    }

    private mutating func select(_ select: Select) {
        write("SELECT")
        switch select.distinct {
        case .all: break
        case .distinct: write(" DISTINCT")
        case .on(let keys):
            write(" DISTINCT ON ")
            parens { $0.expressions(keys) }
        }
        if !select.targets.isEmpty {
            write(" ")
            targets(select.targets)
        }
        if let into = select.into {
            write(into.isTemporary ? " INTO TEMPORARY " : " INTO ")
            name(into.name.name)
        }
        if !select.from.isEmpty {
            write(" FROM ")
            tables(select.from)
        }
        filter(select.filter)
        if !select.groupBy.isEmpty {
            write(select.groupByDistinct ? " GROUP BY DISTINCT " : " GROUP BY ")
            list(select.groupBy) { $0.groupItem($1) }
        }
        if let having = select.having {
            write(" HAVING ")
            expression(having)
        }
        if !select.windows.isEmpty {
            write(" WINDOW ")
            list(select.windows) { printer, window in
                printer.name(window.name.text)
                printer.write(" AS ")
                printer.window(window.spec)
            }
        }
    }

    mutating func filter(_ filter: Expr?) {
        guard let filter else { return }
        write(" WHERE ")
        expression(filter)
    }

    mutating func targets(_ targets: [Target]) {
        list(targets) { printer, target in
            printer.expression(target.expr)
            if let alias = target.alias {
                printer.write(" AS ")
                printer.name(alias.text)
            }
        }
    }

    private mutating func groupItem(_ item: GroupItem) {
        switch item {
        case .expr(let expr): groupExpression(expr)
        case .empty: write("()")
        case .rollup(let items):
            write("ROLLUP")
            parens { $0.expressions(items) }
        case .cube(let items):
            write("CUBE")
            parens { $0.expressions(items) }
        case .groupingSets(let items):
            write("GROUPING SETS ")
            parens { $0.list(items) { $0.groupItem($1) } }
        }
    }

    /// A function by the name of cube or rollup must not become the grouping form.
    private mutating func groupExpression(_ expr: Expr) {
        if case .function(let call) = expr.kind, call.name.parts.count == 1,
            ["cube", "rollup"].contains(call.name.name)
        {
            parens { $0.expression(expr) }
        } else {
            expression(expr)
        }
    }

    // MARK: FROM

    mutating func tables(_ tables: [TableRef]) { list(tables) { $0.table($1) } }

    mutating func tableName(_ table: TableName) {
        if table.only { write("ONLY ") }
        name(table.name)
    }

    private mutating func alias(_ alias: TableAlias?) {
        guard let alias else { return }
        write(" AS ")
        name(alias.name.text)
        columns(alias.columns)
    }

    private mutating func table(_ table: TableRef) {
        switch table {
        case .table(let name, let alias, let sample):
            tableName(name)
            self.alias(alias)
            if let sample { self.sample(sample) }
        case .subquery(let query, let lateral, let alias):
            if lateral { write("LATERAL ") }
            parens { $0.query(query) }
            self.alias(alias)
        case .function(let function, let alias):
            self.function(function, alias)
        case .join(let join):
            if let alias = join.alias {
                parens { $0.join(join) }
                self.alias(alias)
            } else {
                self.join(join)
            }
        }
    }

    private mutating func sample(_ sample: TableSample) {
        write(" TABLESAMPLE ")
        name(sample.method)
        parens { $0.expressions(sample.arguments) }
        if let seed = sample.seed {
            write(" REPEATABLE (")
            expression(seed)
            write(")")
        }
    }

    private mutating func function(_ function: TableFunction, _ alias: TableAlias?) {
        if function.isLateral { write("LATERAL ") }
        if function.isRowsFrom {
            write("ROWS FROM ")
            parens { $0.expressions(function.calls) }
        } else if let call = function.calls.first {
            if case .cast(let operand, let type) = call.kind {
                // Only the long form of a cast may stand here.
                write("CAST(")
                expression(operand)
                write(" AS ")
                self.type(type)
                write(")")
            } else {
                expression(call)
            }
        }
        if function.withOrdinality { write(" WITH ORDINALITY") }
        if function.columnDefinitions.isEmpty { return self.alias(alias) }
        write(" AS ")
        if let alias { name(alias.name.text) }
        parens { printer in
            printer.list(function.columnDefinitions) { printer, column in
                printer.name(column.name.text)
                printer.write(" ")
                printer.type(column.type)
            }
        }
    }

    private mutating func join(_ join: Join) {
        table(join.left)
        if case .natural = join.condition { write(" NATURAL") }
        switch join.kind {
        case .cross: write(" CROSS JOIN ")
        case .inner: write(" JOIN ")
        default: write(" \(join.kind.rawValue.uppercased()) JOIN ")
        }
        if case .join(let right) = join.right, right.alias == nil {
            parens { $0.join(right) }
        } else {
            table(join.right)
        }
        switch join.condition {
        case .none, .natural: break
        case .on(let condition):
            write(" ON ")
            expression(condition)
        case .using(let columns, let alias):
            write(" USING ")
            self.columns(columns)
            if let alias {
                write(" AS ")
                name(alias.text)
            }
        }
    }
}
