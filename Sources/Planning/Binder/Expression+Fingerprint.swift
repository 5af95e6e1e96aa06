import Vectors

extension Expression {
    /// A text that two expressions share exactly when they are the same computation.
    var fingerprint: String {
        var text = ""
        write(to: &text)
        return text
    }

    private func write(to text: inout String) {
        switch self {
        case .literal(let datum, let type):
            text += "L"
            datum.write(to: &text)
            text += ":" + type.name
        case .column(let id, _): text += "#\(id.raw)"
        case .parameter(let index, let type): text += "$\(index):" + type.name
        case .call(let function, _, let type, _):
            function.write(to: &text)
            text += ":" + type.name
        case .and: text += "and"
        case .or: text += "or"
        case .not: text += "not"
        case .isNull(_, let negated): text += negated ? "notnull" : "isnull"
        case .isTruth(_, let value, let negated):
            text += "is\(value.map { $0 ? 1 : 0 } ?? 2)\(negated)"
        case .isDistinct(_, _, _, let negated): text += "distinct\(negated)"
        case .caseWhen(_, let otherwise, let type): text += "case\(otherwise == nil):" + type.name
        case .coalesce(_, let type): text += "coalesce:" + type.name
        case .extremum(_, let greatest, _, _): text += greatest ? "greatest" : "least"
        case .inList: text += "in"
        case .quantified(_, let function, _, let all, _):
            text += "quant\(all)"
            function.write(to: &text)
        case .array(_, let type): text += "array:" + type.name
        case .subquery(let subquery): text += "sub\(ObjectIdentifier(subquery).hashValue)"
        case .aggregate(let call):
            text += "agg" + call.function.rawValue + "\(call.isDistinct)\(call.filter != nil)"
            text += call.order.map { "\($0.descending)\($0.nullsFirst)" }.joined()
        case .window(let call):
            text += "win\(call.function)\(call.filter != nil)\(call.partition.count)"
            text += call.order.map { "\($0.descending)\($0.nullsFirst)" }.joined()
            text += "\(call.frame.mode)\(call.frame.exclusion)"
            text += call.frame.start.label + call.frame.end.label
        case .grouping: text += "grouping"
        }
        text += "("
        if case .subquery = self {
        } else {
            forEachOperand { operand in
                operand.write(to: &text)
                text += ","
            }
        }
        text += ")"
    }
}

extension ScalarFunction {
    /// Its name and the types it takes, which tell overloads apart.
    fileprivate func write(to text: inout String) {
        text += name
        for argument in arguments { text += "," + argument.name }
    }
}

extension Datum {
    /// A text of its own for each value.
    fileprivate func write(to text: inout String) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .int(let value): text += "\(value)"
        case .double(let value): text += "\(value.bitPattern)"
        case .bytes(let bytes):
            text += "\(bytes.count):"
            for byte in bytes { text.unicodeScalars.append(Unicode.Scalar(byte)) }
        case .int128, .uuid, .interval, .decimal: text += "\(self)"
        }
    }
}
