import Basics
import CKernels
import Planning
import Vectors

/// Texts for people: EXPLAIN's tree and the expressions in it.
///
/// Times are summed over workers. A node's "actual time=a..b" is its own time, then that of its
/// subtree; rows are those of all loops together. "rows in" has a number for each input.
package enum Explain {
    /// The tree, one line an operator, details below it; with `analyze` what each of them did.
    /// Where row security took part, counts that hidden rows could move are left out.
    package static func lines(
        _ root: Operator, analyze: Bool, costs: Bool = true, hidesCounts: Bool = false
    ) -> [String] {
        var lines: [String] = []
        write(root, 0, analyze, costs, hidesCounts, &lines)
        return lines
    }

    private static func write(
        _ node: Operator, _ depth: Int, _ analyze: Bool, _ costs: Bool, _ hidesCounts: Bool,
        _ lines: inout [String]
    ) {
        let indent = depth == 0 ? "" : String(repeating: "  ", count: depth * 2 - 1) + "->  "
        var line = indent + node.title
        if costs {
            let rows = estimate(node, hidesCounts)
            line += "  (cost=0.00..\(rows).00 rows=\(rows) width=\(width(node)))"
        }
        let statistics = node.statistics
        if analyze {
            line +=
                " (actual time=\(milliseconds(statistics.nanoseconds))"
                + "..\(milliseconds(node.totalNanoseconds)) rows=\(statistics.rows)"
                + " loops=\(max(1, statistics.runs)))"
        }
        lines.append(line)
        let inner = String(repeating: "  ", count: depth * 2 + 1)
        for detail in node.details { lines.append(inner + detail) }
        if analyze, !hidesCounts {
            var notes = statistics.notes.filter { $0.1 > 0 }.map { "\($0.0): \($0.1)" }
            if !node.children.isEmpty {
                let counts = node.children.map { "\($0.statistics.rows)" }
                notes.insert("rows in: " + counts.joined(separator: " + "), at: 0)
            }
            if !notes.isEmpty { lines.append(inner + notes.joined(separator: ", ")) }
        }
        for child in node.children {
            write(child, depth + 1, analyze, costs, hidesCounts, &lines)
        }
    }

    static func estimate(_ node: Operator, _ hidesCounts: Bool) -> Int {
        hidesCounts ? 0 : Int(min(node.estimatedRows.rounded(), 1e15))
    }

    static func milliseconds(_ nanoseconds: Int) -> String { fixed(Double(nanoseconds) / 1e6) }

    static func width(_ node: Operator) -> Int {
        node.columns.reduce(0) { $0 + $1.1.physical.stride }
    }

    /// The set of kernels that this machine runs.
    package static var kernelLevel: String {
        switch sh_active_level() {
        case SH_AVX512: "avx512"
        case SH_AVX2: "avx2"
        default: "portable"
        }
    }

    package static func fixed(_ value: Double) -> String {
        let scaled = Int((value * 1000).rounded())
        let fraction = String(scaled % 1000)
        return "\(scaled / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
    }

    /// PARTITION BY and ORDER BY of a call: calls with one key share a sort.
    static func windowKey(_ call: WindowCall) -> String {
        call.partition.map(\.identity).joined(separator: ",") + "|"
            + call.order.map { "\($0.expression.identity)\($0.descending)\($0.nullsFirst)" }
            .joined(separator: ",")
    }

    /// An expression in short.
    static func text(_ expression: Expression, _ names: ColumnNames) -> String {
        text(expression) { names[$0] }
    }

    static func text(_ expression: Expression, name: (ColumnID) -> String) -> String {
        func text(_ inner: Expression) -> String { Self.text(inner, name: name) }
        switch expression {
        case .literal(let datum, let type): return literal(datum, type)
        case .column(let id, _): return name(id)
        case .parameter(let index, _): return "$\(index + 1)"
        case .call(let function, let arguments, _, _):
            if arguments.count == 2, function.name.first.map({ !$0.isLetter && $0 != "_" }) == true {
                return "(\(text(arguments[0])) \(function.name) \(text(arguments[1])))"
            }
            return "\(function.name)(\(arguments.map { text($0) }.joined(separator: ", ")))"
        case .and(let terms): return "(" + terms.map { text($0) }.joined(separator: " AND ") + ")"
        case .or(let terms): return "(" + terms.map { text($0) }.joined(separator: " OR ") + ")"
        case .not(let inner): return "NOT \(text(inner))"
        case .isNull(let inner, let negated): return "\(text(inner)) IS \(negated ? "NOT " : "")NULL"
        case .isTruth(let inner, let value, let negated):
            let word = value.map { $0 ? "TRUE" : "FALSE" } ?? "UNKNOWN"
            return "\(text(inner)) IS \(negated ? "NOT " : "")\(word)"
        case .isDistinct(let left, let right, _, let negated):
            return "\(text(left)) IS \(negated ? "NOT " : "")DISTINCT FROM \(text(right))"
        case .caseWhen: return "CASE … END"
        case .coalesce(let terms, _):
            return "COALESCE(\(terms.map { text($0) }.joined(separator: ", ")))"
        case .extremum(let terms, let greatest, _, _):
            return
                "\(greatest ? "GREATEST" : "LEAST")(\(terms.map { text($0) }.joined(separator: ", ")))"
        case .inList(let left, let elements, _):
            let shown = elements.prefix(8).map { text($0) } + (elements.count > 8 ? ["…"] : [])
            return "\(text(left)) IN (\(shown.joined(separator: ", ")))"
        case .quantified(let left, let function, let array, let all, _):
            return "\(text(left)) \(function.name) \(all ? "ALL" : "ANY") (\(text(array)))"
        case .array(let elements, _): return "ARRAY[\(elements.map { text($0) }.joined(separator: ", "))]"
        case .subquery: return "(subquery)"
        case .aggregate(let call):
            return "\(call.function.rawValue)(\(call.arguments.map { text($0) }.joined(separator: ", ")))"
        case .window: return "window(…)"
        case .grouping: return "GROUPING(…)"
        }
    }

    private static func literal(_ datum: Datum, _ type: SQLType) -> String {
        guard let text = TextFormat.string(datum, type) else { return "NULL" }
        switch type {
        case .smallint, .integer, .bigint, .numeric, .decimal, .real, .double, .boolean:
            return text
        default: return "'\(text)'"
        }
    }
}
