import Basics
import Catalog
import Engine
import Ingest
import Storage
import Vectors

/// A table of the star schema as one snapshot of the database has it.
struct BoundTable {
    let oid: UInt32
    let snapshot: TableSnapshot
    private let table: CatalogTable

    init(_ name: String, in schema: UInt32, _ database: Database, _ snapshot: StoreSnapshot) throws {
        let catalog = try database.catalog(snapshot)
        guard case .table(let table)? = catalog.relation(named: name, in: schema),
            let rows = snapshot.table(table.oid)
        else {
            throw SQLError(
                .undefinedTable,
                "table \"\(catalog.schemaName(schema)).\(name)\" does not exist; "
                    + "SQL/schema.sql makes the tables that events go to")
        }
        self.table = table
        oid = table.oid
        self.snapshot = rows
    }

    init(_ table: IngestTable, _ database: Database, _ snapshot: StoreSnapshot) throws {
        let schema = table.schema == "storehouse"
            ? CatalogSnapshot.storehouseOID : CatalogSnapshot.publicOID
        try self.init(table.rawValue, in: schema, database, snapshot)
    }

    /// A column that must be there and hold such values.
    func column(_ name: String, _ type: SQLType) throws -> ColumnSpec {
        guard let index = table.columnIndex(name),
            let place = snapshot.spec.index(of: UInt32(table.columns[index].id))
        else {
            throw SQLError(
                .undefinedColumn, "column \"\(name)\" of \"\(table.name)\" does not exist")
        }
        let spec = snapshot.spec.columns[place]
        guard Self.fits(spec.type, type) else {
            throw SQLError(
                .datatypeMismatch,
                "column \"\(name)\" of \"\(table.name)\" is not of the type in SQL/schema.sql")
        }
        return spec
    }

    func reader(_ columns: [(String, SQLType)]) throws -> TableReader {
        TableReader(
            snapshot: snapshot, columns: try columns.map { try column($0.0, $0.1) })
    }

    /// Texts of any length fit each other; a number must have the same scale.
    private static func fits(_ stored: SQLType, _ wanted: SQLType) -> Bool {
        stored == wanted
            || stored.physical == .bytes && wanted.physical == .bytes
    }

    /// Ingest's batches in the stored columns: by name, NULL where ingest knows no such column.
    func convert(_ rows: TableRows) throws -> [Batch] {
        let known = rows.table.columns
        for column in known { _ = try self.column(column.name, column.type) }
        let sources = snapshot.spec.columns.map { spec -> Int? in
            guard let name = table.columns.first(where: { UInt32($0.id) == spec.id })?.name
            else { return nil }
            return known.firstIndex { $0.name == name }
        }
        for (spec, source) in zip(snapshot.spec.columns, sources) where source == nil {
            guard let column = table.columns.first(where: { UInt32($0.id) == spec.id }),
                column.notNull
            else { continue }
            throw SQLError(
                .notNullViolation,
                "null value in column \"\(column.name)\" of relation \"\(table.name)\" violates "
                    + "not-null constraint")
        }
        return rows.batches.map { batch in
            let vectors = zip(snapshot.spec.columns, sources).map { spec, source in
                source.map { batch.columns[$0] } ?? Vector.nulls(spec.type, count: batch.count)
            }
            return Batch(columns: vectors, count: batch.count)
        }
    }

    /// The primary key's columns of a converted batch.
    func keys(_ batch: Batch) -> Batch {
        let places = snapshot.spec.primaryKey.compactMap { snapshot.spec.index(of: $0) }
        return Batch(columns: places.map { batch.columns[$0] }, count: batch.count)
    }
}
