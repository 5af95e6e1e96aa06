import Basics
import FoundationEssentials
import Synchronization

/// The catalog as bytes, for the manifest.
///
/// | bytes | content |
/// |---|---|
/// | 4 | `SHCT` |
/// | 4 | format version, little-endian: 1 |
/// | rest | JSON of `Image` |
///
/// Valid only if every reference inside leads to something that exists; `init(image:)` checks it.
extension CatalogSnapshot {
    private struct Image: Codable {
        var database: String
        var databaseGrants: [AccessEntry]
        var databaseComment: String?
        var nextOID: UInt32
        var version: UInt64
        var schemas: [CatalogSchema]
        var tables: [CatalogTable]
        var views: [CatalogView]
        @OrEmpty var sequences: [CatalogSequence]
        var roles: [CatalogRole]
    }

    // On disk: never change.
    private static let magic: [UInt8] = Array("SHCT".utf8)
    private static let formatVersion: UInt32 = 1

    /// The snapshot's bytes; equal snapshots give equal bytes.
    package func image() throws -> [UInt8] {
        let image = Image(
            database: database, databaseGrants: databaseGrants, databaseComment: databaseComment,
            nextOID: nextOID, version: version,
            schemas: schemas.values.sorted { $0.oid < $1.oid }, tables: [],
            views: views.values.sorted { $0.oid < $1.oid },
            sequences: sequences.values.sorted { $0.oid < $1.oid },
            roles: roles.values.sorted { $0.oid < $1.oid })
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        var writer = ByteWriter()
        writer.append(CatalogSnapshot.magic)
        writer.integer(CatalogSnapshot.formatVersion)
        let (before, after) = try Self.aroundTables(Array(try encoder.encode(image)))
        writer.append(before)
        for (index, table) in tables.values.sorted(by: { $0.oid < $1.oid }).enumerated() {
            if index > 0 { writer.append([UInt8(ascii: ",")]) }
            writer.append(try Self.json(of: table, encoder))
        }
        writer.append(after)
        Self.written.withLock { written in
            if written.count > 2 * tables.count + 64 {
                written = written.filter { tables[$0.key] != nil }
            }
        }
        return writer.bytes
    }

    /// What stands ahead of the tables of an image without any, and what stands behind them.
    private static func aroundTables(_ json: [UInt8]) throws -> ([UInt8], [UInt8]) {
        let mark = Array("\"tables\":[".utf8)
        var at = 0
        while at + mark.count <= json.count {
            if json[at..<(at + mark.count)].elementsEqual(mark) {
                return (Array(json[..<(at + mark.count)]), Array(json[(at + mark.count)...]))
            }
            at += 1
        }
        throw damaged("it has no place for tables")
    }

    /// The JSON of tables as they were when they were last written, by OID: one definition changes a
    /// table or two, and an image holds them all.
    private static let written = Mutex<[UInt32: (table: CatalogTable, json: [UInt8])]>([:])

    private static func json(of table: CatalogTable, _ encoder: JSONEncoder) throws -> [UInt8] {
        if let known = written.withLock({ $0[table.oid] }), known.table == table {
            return known.json
        }
        let json = Array(try encoder.encode(table))
        written.withLock { $0[table.oid] = (table, json) }
        return json
    }

    /// Reads an image; anything malformed is XX001.
    package init(image bytes: [UInt8]) throws {
        guard bytes.count > 8, Array(bytes[0..<4]) == CatalogSnapshot.magic else {
            throw CatalogSnapshot.damaged("it does not begin with SHCT")
        }
        let version = bytes[4..<8].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard version == CatalogSnapshot.formatVersion else {
            throw CatalogSnapshot.damaged("format version \(version) is unknown")
        }
        let image: Image
        do {
            image = try JSONDecoder().decode(Image.self, from: Data(bytes[8...]))
        } catch {
            throw CatalogSnapshot.damaged("\(error)")
        }
        self.init(
            database: image.database, databaseGrants: image.databaseGrants,
            databaseComment: image.databaseComment, nextOID: image.nextOID,
            schemas: try CatalogSnapshot.index(image.schemas, \.oid),
            tables: try CatalogSnapshot.index(image.tables, \.oid),
            views: try CatalogSnapshot.index(image.views, \.oid),
            roles: try CatalogSnapshot.index(image.roles, \.oid), version: image.version)
        sequences = try CatalogSnapshot.index(image.sequences, \.oid)
        try validate()
        rebuildNames()
    }

    private static func damaged(_ why: String) -> SQLError {
        SQLError(.dataCorrupted, "the catalog image is damaged: \(why)")
    }

    private static func index<Entry>(
        _ entries: [Entry], _ key: KeyPath<Entry, UInt32>
    ) throws -> [UInt32: Entry] {
        var result: [UInt32: Entry] = [:]
        for entry in entries {
            guard result.updateValue(entry, forKey: entry[keyPath: key]) == nil else {
                throw damaged("OID \(entry[keyPath: key]) occurs twice")
            }
        }
        return result
    }

    private func validate() throws {
        func check(_ holds: Bool, _ why: @autoclosure () -> String) throws {
            if !holds { throw CatalogSnapshot.damaged(why()) }
        }
        var names = Set<String>()
        for schema in schemas.values {
            try check(roles[schema.owner] != nil, "schema \(schema.name) has no owner")
            try check(names.insert(schema.name).inserted, "schema \(schema.name) occurs twice")
        }
        try check(
            Set(roles.values.map(\.name)).count == roles.count, "a role name occurs twice")
        try check(
            roles[CatalogSnapshot.bootstrapRoleOID]?.isSuperuser == true, "no bootstrap superuser")
        try check(schemas[CatalogSnapshot.pgCatalogOID] != nil, "no schema pg_catalog")
        for role in roles.values {
            try check(
                role.memberships.allSatisfy { roles[$0.role] != nil },
                "role \(role.name) is a member of nothing")
        }
        var relations = Set<String>()
        func checkRelation(
            _ oid: UInt32, _ schema: UInt32, _ name: String, _ owner: UInt32,
            _ columns: [CatalogColumn]
        ) throws {
            try check(
                relations.insert("\(schema) \(name)").inserted, "relation \(name) occurs twice")
            try check(schemas[schema] != nil, "relation \(name) has no schema")
            try check(roles[owner] != nil, "relation \(name) has no owner")
            try check(oid < nextOID, "relation \(name) has OID \(oid) of the future")
            try check(
                Set(columns.map(\.id)).count == columns.count
                    && Set(columns.map(\.name)).count == columns.count
                    && columns.allSatisfy { (1...32767).contains($0.id) },
                "relation \(name) has columns that clash")
        }
        for table in tables.values {
            try checkRelation(table.oid, table.schema, table.name, table.owner, table.columns)
            let ids = Set(table.columns.map(\.id))
            try check(
                table.sortKey.allSatisfy(ids.contains)
                    && (table.primaryKey?.columns ?? []).allSatisfy(ids.contains)
                    && ids.allSatisfy { $0 < table.nextColumnID },
                "keys of table \(table.name) name columns that do not exist")
        }
        for view in views.values {
            try checkRelation(view.oid, view.schema, view.name, view.owner, view.columns)
            try check(tables[view.oid] == nil, "OID \(view.oid) is a table and a view")
        }
        for sequence in sequences.values {
            try checkRelation(
                sequence.oid, sequence.schema, sequence.name, sequence.owner,
                CatalogSequence.columns)
            try check(
                sequence.ownedBy.map { tables[$0.table] != nil } ?? true,
                "sequence \(sequence.name) belongs to nothing")
        }
    }
}
