import Planning
import Vectors

/// EXPLAIN (FORMAT JSON): the tree in the shape of PostgreSQL's, for programs.
///
/// Beyond PostgreSQL's keys there are "Self Time", "Rows In", "Details" and what operators count.
package struct ExplainJSON {
    private let analyze: Bool
    private let costs: Bool
    private let hidesCounts: Bool

    package init(analyze: Bool, costs: Bool = true, hidesCounts: Bool) {
        self.costs = costs
        self.analyze = analyze
        self.hidesCounts = hidesCounts
    }

    /// The whole document; `summary` holds names and values that are JSON already.
    package func text(_ root: Operator, summary: [(String, String)]) -> String {
        let fields = [("Plan", node(root, 2))] + summary
        return "[\n  \(object(fields, 1))\n]"
    }

    private func node(_ node: Operator, _ depth: Int) -> String {
        var fields: [(String, String)] = [("Node Type", Self.quoted(node.title))]
        if costs {
            let rows = Explain.estimate(node, hidesCounts)
            fields += [
                ("Startup Cost", "0.00"), ("Total Cost", "\(rows).00"), ("Plan Rows", "\(rows)"),
                ("Plan Width", "\(Explain.width(node))"),
            ]
        }
        let statistics = node.statistics
        if analyze {
            fields += [
                ("Actual Startup Time", "0.000"),
                ("Actual Total Time", Explain.milliseconds(node.totalNanoseconds)),
                ("Self Time", Explain.milliseconds(statistics.nanoseconds)),
                ("Actual Rows", "\(statistics.rows)"),
                ("Actual Loops", "\(max(1, statistics.runs))"),
            ]
        }
        let details = node.details
        if !details.isEmpty { fields.append(("Details", list(details.map(Self.quoted), depth))) }
        if analyze, !hidesCounts {
            if !node.children.isEmpty {
                fields.append(
                    ("Rows In", list(node.children.map { "\($0.statistics.rows)" }, depth)))
            }
            for (name, amount) in statistics.notes where amount > 0 {
                fields.append((Self.title(name), "\(amount)"))
            }
        }
        if !node.children.isEmpty {
            fields.append(("Plans", list(node.children.map { self.node($0, depth + 2) }, depth)))
        }
        return object(fields, depth)
    }

    private func object(_ fields: [(String, String)], _ depth: Int) -> String {
        let inner = String(repeating: "  ", count: depth + 1)
        let lines = fields.map { "\(inner)\(Self.quoted($0.0)): \($0.1)" }
        return "{\n\(lines.joined(separator: ",\n"))\n\(String(repeating: "  ", count: depth))}"
    }

    private func list(_ elements: [String], _ depth: Int) -> String {
        let inner = String(repeating: "  ", count: depth + 2)
        let lines = elements.map { inner + $0 }
        let close = String(repeating: "  ", count: depth + 1)
        return "[\n\(lines.joined(separator: ",\n"))\n\(close)]"
    }

    private static func title(_ name: String) -> String {
        name.split(separator: " ").map { $0.prefix(1).uppercased() + $0.dropFirst() }
            .joined(separator: " ")
    }

    /// A JSON string.
    package static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\t": out += "\\t"
            case "\r": out += "\\r"
            default:
                if scalar.value < 0x20 {
                    let digits = String(scalar.value, radix: 16)
                    out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                } else {
                    out.unicodeScalars.append(scalar)
                }
            }
        }
        return out + "\""
    }
}
