/// The registry of system tables.
package enum SystemTables {
    package static let all: [SystemTable] = []

    package static let byOID: [UInt32: SystemTable] = Dictionary(
        all.map { ($0.oid, $0) }, uniquingKeysWith: { first, _ in first })

    package static let byName: [UInt32: [String: SystemTable]] = all.reduce(into: [:]) {
        $0[$1.schema, default: [:]][$1.name] = $1
    }
}
