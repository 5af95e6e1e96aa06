import Vectors

/// The orders that keys of each type have, under PostgreSQL's names and OIDs: all of them btree's
/// default ones.
enum OperatorClasses {
    private struct Entry {
        let oid: UInt32
        let name: String
        let family: UInt32
        let familyName: String
        let type: UInt32
    }

    private static let entries: [Entry] = [
        ("int4_ops", 1978, "integer_ops", 1976, 23), ("int2_ops", 1979, "integer_ops", 1976, 21),
        ("int8_ops", 3124, "integer_ops", 1976, 20), ("oid_ops", 1981, "oid_ops", 1989, 26),
        ("date_ops", 3122, "datetime_ops", 434, 1082),
        ("timestamp_ops", 3128, "datetime_ops", 434, 1114),
        ("timestamptz_ops", 3127, "datetime_ops", 434, 1184),
        ("float8_ops", 3123, "float_ops", 1970, 701),
        ("float4_ops", 10_012, "float_ops", 1970, 700),
        ("numeric_ops", 3125, "numeric_ops", 1988, 1700),
        ("text_ops", 3126, "text_ops", 1994, 25), ("name_ops", 10_028, "text_ops", 1994, 19),
        ("bpchar_ops", 10_004, "bpchar_ops", 426, 1042),
        ("array_ops", 10_000, "array_ops", 397, 2277), ("bool_ops", 10_003, "bool_ops", 424, 16),
        ("bytea_ops", 10_006, "bytea_ops", 428, 17), ("char_ops", 10_007, "char_ops", 429, 18),
        ("interval_ops", 10_022, "interval_ops", 1982, 1186),
        ("oidvector_ops", 10_032, "oidvector_ops", 1991, 30),
        ("time_ops", 10_038, "time_ops", 1996, 1083),
        ("uuid_ops", 10_065, "uuid_ops", 2968, 2950),
        ("jsonb_ops", 10_088, "jsonb_ops", 4033, 3802),
    ].map { Entry(oid: $0.1, name: $0.0, family: $0.3, familyName: $0.2, type: $0.4) }

    /// The class that orders values of a type; 0 where none does.
    static func oid(_ type: SQLType) -> UInt32 {
        let wanted: UInt32 =
            switch type.family {
            case .varchar: SQLType.text.oid
            case .array: SQLType.anyArray.oid
            default: type.oid
            }
        return entries.first { $0.type == wanted }?.oid ?? 0
    }

    static func classes(_ context: SystemContext) -> [SystemRow] {
        entries.map { entry in
            [
                "oid": .oid(entry.oid), "opcmethod": .oid(403), "opcname": .text(entry.name),
                "opcnamespace": .oid(CatalogSnapshot.pgCatalogOID),
                "opcowner": .oid(CatalogSnapshot.bootstrapRoleOID), "opcfamily": .oid(entry.family),
                "opcintype": .oid(entry.type), "opcdefault": .bool(true),
            ]
        }
    }

    static func families(_ context: SystemContext) -> [SystemRow] {
        var seen = Set<UInt32>()
        return entries.filter { seen.insert($0.family).inserted }.map { entry in
            [
                "oid": .oid(entry.family), "opfmethod": .oid(403),
                "opfname": .text(entry.familyName),
                "opfnamespace": .oid(CatalogSnapshot.pgCatalogOID),
                "opfowner": .oid(CatalogSnapshot.bootstrapRoleOID),
            ]
        }
    }
}
