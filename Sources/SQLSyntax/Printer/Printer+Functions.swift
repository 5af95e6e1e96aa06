/// Function calls, sort items and windows.
extension Printer {
    mutating func call(_ call: FunctionCall) {
        if call.usesKeywordSyntax, keywordForm(call) { return }
        functionName(call.name)
        parens { printer in
            if call.isStar { return printer.write("*") }
            if call.isDistinct { printer.write("DISTINCT ") }
            let last = call.arguments.count - 1
            printer.list(Array(call.arguments.enumerated())) { printer, item in
                if call.isVariadic, item.offset == last { printer.write("VARIADIC ") }
                if let name = item.element.name {
                    printer.name(name.text)
                    printer.write(" => ")
                }
                printer.expression(item.element.value)
            }
            if !call.withinGroup { printer.orderBy(call.orderBy) }
        }
        if call.withinGroup {
            write(" WITHIN GROUP (")
            orderBy(call.orderBy, leadingBlank: false)
            write(")")
        }
        if let filter = call.filter {
            write(" FILTER (WHERE ")
            expression(filter)
            write(")")
        }
        switch call.over {
        case nil: break
        case .named(let window):
            write(" OVER ")
            name(window.text)
        case .inline(let spec):
            write(" OVER ")
            window(spec)
        }
    }

    /// Special forms that are read by their key word keep it; any other name is quoted as needed.
    private mutating func functionName(_ name: QualifiedName) {
        guard name.parts.count == 1 else { return self.name(name) }
        let entry = Array(name.name.utf8).withUnsafeBufferPointer {
            KeywordTable.shared.find($0)
        }
        if entry?.category == .typeOrFunction {
            write(name.name)
        } else if entry?.category == .columnName,
            ["substring", "overlay"].contains(name.name)
        {
            write(name.name)
        } else {
            self.name(name)
        }
    }

    /// Writes a call in SQL's special syntax; false when it has none.
    private mutating func keywordForm(_ call: FunctionCall) -> Bool {
        let values = call.arguments.map(\.value)
        switch (call.name.name, values.count) {
        case ("timezone", 2):
            expression(values[1], binding: Precedence.atTimeZone)
            write(" AT TIME ZONE ")
            expression(values[0], binding: Precedence.atTimeZone + 1)
        case ("extract", 2):
            write("EXTRACT(")
            expression(values[0])
            write(" FROM ")
            expression(values[1])
            write(")")
        case ("position", 2):
            write("POSITION(")
            expression(values[1], binding: Precedence.other)
            write(" IN ")
            expression(values[0], binding: Precedence.other)
            write(")")
        case ("substring", 2): wordForm("SUBSTRING", values, [" FROM "])
        case ("substring", 3): wordForm("SUBSTRING", values, [" FROM ", " FOR "])
        case ("overlay", 3): wordForm("OVERLAY", values, [" PLACING ", " FROM "])
        case ("overlay", 4): wordForm("OVERLAY", values, [" PLACING ", " FROM ", " FOR "])
        case ("btrim", 1...): trim("BOTH", values)
        case ("ltrim", 1...): trim("LEADING", values)
        case ("rtrim", 1...): trim("TRAILING", values)
        default: return false
        }
        return true
    }

    private mutating func wordForm(_ word: String, _ values: [Expr], _ between: [String]) {
        write(word + "(")
        for (index, value) in values.enumerated() {
            if index > 0 { write(between[index - 1]) }
            expression(value)
        }
        write(")")
    }

    private mutating func trim(_ side: String, _ values: [Expr]) {
        write("TRIM(\(side) FROM ")
        expressions(values)
        write(")")
    }

    // MARK: Order and windows

    mutating func orderBy(_ items: [SortItem], leadingBlank: Bool = true) {
        if items.isEmpty { return }
        write(leadingBlank ? " ORDER BY " : "ORDER BY ")
        list(items) { $0.sortItem($1) }
    }

    private mutating func sortItem(_ item: SortItem) {
        expression(item.expr)
        if let op = item.usingOperator {
            write(" USING ")
            if let schema = op.schema {
                write("OPERATOR(\(Self.quoted(schema)).\(op.symbol))")
            } else {
                write(op.symbol)
            }
        }
        if item.descending { write(" DESC") }
        if let nullsFirst = item.nullsFirst {
            write(nullsFirst ? " NULLS FIRST" : " NULLS LAST")
        }
    }

    mutating func window(_ spec: WindowSpec) {
        var pieces = 0
        func blank() -> String {
            pieces += 1
            return pieces > 1 ? " " : ""
        }
        write("(")
        if let base = spec.base {
            write(blank())
            name(base.text)
        }
        if !spec.partitionBy.isEmpty {
            write(blank() + "PARTITION BY ")
            expressions(spec.partitionBy)
        }
        if !spec.orderBy.isEmpty {
            write(blank())
            orderBy(spec.orderBy, leadingBlank: false)
        }
        if let frame = spec.frame {
            write(blank() + frame.unit.rawValue.uppercased() + " BETWEEN ")
            bound(frame.start)
            write(" AND ")
            bound(frame.end)
            if let exclusion = frame.exclusion {
                write(" EXCLUDE " + exclusion.rawValue.uppercased())
            }
        }
        write(")")
    }

    private mutating func bound(_ bound: WindowFrame.Bound) {
        switch bound {
        case .unboundedPreceding: write("UNBOUNDED PRECEDING")
        case .unboundedFollowing: write("UNBOUNDED FOLLOWING")
        case .currentRow: write("CURRENT ROW")
        case .preceding(let distance):
            expression(distance)
            write(" PRECEDING")
        case .following(let distance):
            expression(distance)
            write(" FOLLOWING")
        }
    }
}
