import Vectors

/// Types, functions, operators and casts.
enum Types {
    static func types(_ context: SystemContext) -> [SystemRow] {
        var rows: [SystemRow] = []
        func add(_ type: SQLType, element: SQLType? = nil) {
            let isArray = element != nil
            let functions =
                isArray
                ? [750, 751, 2400, 2401] + modifierFunctions(element)
                : ListedFunction.ofType[type.oid] ?? [UInt32](repeating: 0, count: 6)
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
                "typinput": .oid(functions[0]), "typoutput": .oid(functions[1]),
                "typreceive": .oid(functions[2]), "typsend": .oid(functions[3]),
                "typmodin": .oid(functions[4]), "typmodout": .oid(functions[5]),
                "typsubscript": .oid(isArray ? 6179 : 0),
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
        for (oid, name, size) in ListedFunction.pseudoTypes {
            let functions = ListedFunction.ofType[oid] ?? [UInt32](repeating: 0, count: 6)
            rows.append([
                "oid": .oid(oid), "typname": .text(name),
                "typnamespace": .oid(CatalogSnapshot.pgCatalogOID),
                "typowner": .oid(CatalogSnapshot.bootstrapRoleOID), "typlen": .int(size),
                "typbyval": .bool(size > 0), "typtype": .text("p"), "typcategory": .text("P"),
                "typisdefined": .bool(true), "typdelim": .text(","),
                "typinput": .oid(functions[0]), "typoutput": .oid(functions[1]),
                "typreceive": .oid(functions[2]), "typsend": .oid(functions[3]),
                "typalign": .text(size == 8 ? "d" : size == -2 ? "c" : "i"),
                "typstorage": .text("p"), "typtypmod": .int(-1),
            ])
        }
        return rows
    }

    /// An array has the modifiers of its elements.
    private static func modifierFunctions(_ element: SQLType?) -> [UInt32] {
        let functions = element.flatMap { ListedFunction.ofType[$0.oid] } ?? []
        return functions.count == 6 ? [functions[4], functions[5]] : [0, 0]
    }

    static func isOperator(_ name: String) -> Bool {
        name.first.map { "+-*/<>=~!@#%^&|`?".contains($0) } ?? false
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
                    "prorettype": .oid(ListedFunction.resultType(function)),
                    "proargtypes": .vector(
                        .oid, ListedFunction.argumentTypes(function).map(Int64.init)),
                    "prosrc": .text(name),
                ])
            }
        }
        for function in ListedFunction.all {
            let isFunction = function.kind == "f"
            rows.append([
                "oid": .oid(function.oid), "proname": .text(function.name),
                "pronamespace": .oid(CatalogSnapshot.pgCatalogOID),
                "proowner": .oid(CatalogSnapshot.bootstrapRoleOID), "prolang": .oid(12),
                "procost": .double(1), "prorows": .double(function.returnsSet ? 1000 : 0),
                "prokind": .text(function.kind), "proisstrict": .bool(isFunction),
                "proretset": .bool(function.returnsSet), "provolatile": .text("i"),
                "proparallel": .text("s"), "pronargs": .int(Int64(function.arguments.count)),
                "prorettype": .oid(function.result),
                "proargtypes": .vector(.oid, function.arguments.map(Int64.init)),
                "prosrc": .text(isFunction ? function.name : "aggregate_dummy"),
            ])
        }
        return rows
    }

    static func operators(_ context: SystemContext) -> [SystemRow] {
        var rows: [SystemRow] = []
        for (name, overloads) in FunctionTable.shared.functions where isOperator(name) {
            for function in overloads where function.oid != 0 {
                let types = ListedFunction.argumentTypes(function)
                rows.append([
                    "oid": .oid(function.oid), "oprname": .text(name),
                    "oprnamespace": .oid(CatalogSnapshot.pgCatalogOID),
                    "oprowner": .oid(CatalogSnapshot.bootstrapRoleOID),
                    "oprkind": .text(types.count == 2 ? "b" : "l"),
                    "oprleft": .oid(types.count == 2 ? types[0] : 0),
                    "oprright": .oid(types.last ?? 0),
                    "oprresult": .oid(ListedFunction.resultType(function)),
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

    static func aggregates(_ context: SystemContext) -> [SystemRow] {
        ListedFunction.all.filter { $0.kind == "a" }.map { function in
            let isOrdered = ["percentile_cont", "percentile_disc", "mode"].contains(function.name)
            return [
                "aggfnoid": .oid(function.oid), "aggkind": .text(isOrdered ? "o" : "n"),
                "aggnumdirectargs": .int(isOrdered && function.name != "mode" ? 1 : 0),
                "aggfinalmodify": .text("r"), "aggmfinalmodify": .text("r"),
            ]
        }
    }
}
