import Foundation
import Ingest
import Testing
import Vectors

@Suite struct SchemaTests {
    /// Rows are committed by position, so the columns must stand as `SQL/schema.sql` has them.
    @Test func columnsStandAsInTheSchema() throws {
        let root = URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "SQL/schema.sql"), encoding: .utf8)
        for table in IngestTable.allCases {
            let name = (table.schema == "public" ? "" : "\(table.schema).") + table.rawValue
            let start = try #require(text.range(of: "CREATE TABLE \(name) (\n")?.upperBound)
            let end = try #require(text.range(of: "\n)", range: start..<text.endIndex)?.lowerBound)
            let columns = text[start..<end].split(separator: "\n")
                .map { $0.split(separator: " ") }.filter { $0[0] != "PRIMARY" }
            #expect(columns.map { String($0[0]) } == table.columns.map(\.name), "\(name)")
            for (written, column) in zip(columns, table.columns) {
                #expect(written[1].trimmingSuffix(",") == spelling(column.type), "\(name)")
            }
        }
    }

    private func spelling(_ type: SQLType) -> String {
        switch type {
        case .numeric(let precision, let scale): "numeric(\(precision),\(scale))"
        case .varchar(let length): "varchar(\(length ?? 0))"
        case .char(let length): "char(\(length))"
        default: "\(type)"
        }
    }
}

extension Substring {
    fileprivate func trimmingSuffix(_ suffix: String) -> String {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : String(self)
    }
}
