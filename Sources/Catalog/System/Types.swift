import Vectors

/// Types, functions, operators and casts.
enum Types {
    static func types(_ context: SystemContext) -> [SystemRow] {
        var rows: [SystemRow] = []
        func add(_ type: SQLType, element: SQLType? = nil) {
            let isArray = element != nil
            let kind = type.category == "P" || type == .unknown ? "p" : "b"
            rows.append([
                "oid": .oid(type.oid), "typname": .text(type.typname),
                "typnamespace": .oid(CatalogSnapshot.pgCatalogOID),
                "typowner": .oid(CatalogSnapshot.bootstrapRoleOID),
                "typlen": .int(Int64(type.size)),
                "typbyval": .bool(type.size > 0 && type.size <= 8),
                "typtype": .text(kind), "typcategory": .text(String(type.category)),
                "typispreferred": .bool(type.isPreferred), "typisdefined": .bool(true),
                "typdelim": .text(","),
                "typelem": .oid(isArray ? element?.oid ?? 0 : type.element?.oid ?? 0),
                "typarray": .oid(isArray ? 0 : type.arrayOID),
                "typinput": .int(isArray ? 750 : 0),
                "typalign": .text(Relations.alignment(type)),
                "typstorage": .text(Relations.storage(type)), "typtypmod": .int(-1),
                "typcollation": .oid(Relations.collation(type)),
            ])
        }
        let all = SQLType.scalars + [
            .int2vector, .oidvector, .unknown, .record, .void, .trigger, .anyElement, .anyArray,
        ]
        for type in all {
            add(type)
            if type.arrayOID != 0, type != .record { add(.array(type), element: type) }
        }
        return rows
    }

    static func isOperator(_ name: String) -> Bool {
        name.first.map { "+-*/<>=~!@#%^&|`?".contains($0) } ?? false
    }

    private static func result(_ function: ScalarFunction) -> SQLType {
        switch function.result {
        case .fixed(let type): type
        case .derived(let derive): derive(function.arguments)
        }
    }

    static func functions(_ context: SystemContext) -> [SystemRow] {
        var rows: [SystemRow] = []
        for (name, overloads) in FunctionTable.shared.functions where !isOperator(name) {
            for function in overloads where function.oid != 0 {
                rows.append([
                    "oid": .oid(function.oid), "proname": .text(name),
                    "pronamespace": .oid(CatalogSnapshot.pgCatalogOID),
                    "proowner": .oid(CatalogSnapshot.bootstrapRoleOID), "prolang": .oid(12),
                    "procost": .double(1), "prokind": .text("f"),
                    "proleakproof": .bool(function.isLeakproof),
                    "proisstrict": .bool(function.isStrict),
                    "provolatile": .text(
                        function.volatility == .immutable
                            ? "i" : function.volatility == .stable ? "s" : "v"),
                    "proparallel": .text("s"),
                    "pronargs": .int(Int64(function.arguments.count)),
                    "prorettype": .oid(result(function).oid),
                    "proargtypes": .oids(function.arguments.map(\.oid)), "prosrc": .text(name),
                ])
            }
        }
        return rows
    }

    static func operators(_ context: SystemContext) -> [SystemRow] {
        var rows: [SystemRow] = []
        for (name, overloads) in FunctionTable.shared.functions where isOperator(name) {
            for function in overloads where function.oid != 0 {
                let types = function.arguments
                rows.append([
                    "oid": .oid(function.oid), "oprname": .text(name),
                    "oprnamespace": .oid(CatalogSnapshot.pgCatalogOID),
                    "oprowner": .oid(CatalogSnapshot.bootstrapRoleOID),
                    "oprkind": .text(types.count == 2 ? "b" : "l"),
                    "oprleft": .oid(types.count == 2 ? types[0].oid : 0),
                    "oprright": .oid(types.last?.oid ?? 0),
                    "oprresult": .oid(result(function).oid),
                ])
            }
        }
        return rows
    }

    static func casts(_ context: SystemContext) -> [SystemRow] {
        var rows: [SystemRow] = []
        for source in SQLType.scalars {
            for target in SQLType.scalars where source != target {
                guard let entry = CastTable.cast(from: source, to: target),
                    !(source.isString || target.isString) || entry.context == .implicit
                else { continue }
                let letter =
                    switch entry.context {
                    case .implicit: "i"
                    case .assignment: "a"
                    case .explicit: "e"
                    }
                rows.append([
                    "oid": .int(Int64(10_000 + rows.count)), "castsource": .oid(source.oid),
                    "casttarget": .oid(target.oid), "castcontext": .text(letter),
                    "castmethod": .text("f"),
                ])
            }
        }
        return rows
    }

    static func aggregates(_ context: SystemContext) -> [SystemRow] { [] }
}
