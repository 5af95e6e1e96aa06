import Vectors

/// Functions of pg_proc that are no scalar functions here: aggregates, window functions, functions
/// that return sets, and the ones that read and write a type's values. OIDs are PostgreSQL 15's.
struct ListedFunction: Sendable {
    let oid: UInt32
    let name: String
    /// f, a or w, as pg_proc.prokind says it.
    let kind: String
    let returnsSet: Bool
    let arguments: [UInt32]
    let result: UInt32

    /// Pseudo-types that only these functions take, by OID.
    static let pseudoTypes: [(oid: UInt32, name: String, size: Int64)] = [
        (2275, "cstring", -2), (2276, "any", 4), (2281, "internal", 8), (2776, "anynonarray", 4),
        (5077, "anycompatible", 4), (5078, "anycompatiblearray", -1),
    ]

    static let all: [ListedFunction] = calls + typeFunctions

    /// The types that the catalog shows of a scalar function's arguments.
    static func argumentTypes(_ function: ScalarFunction) -> [UInt32] {
        function.arguments.map { shown($0, function) }
    }

    static func resultType(_ function: ScalarFunction) -> UInt32 {
        switch function.result {
        case .fixed(let type): type.oid
        case .derived(let derive): shown(derive(function.arguments), function)
        }
    }

    /// Polymorphic types of functions whose arguments are cast to a common type have other names.
    private static func shown(_ type: SQLType, _ function: ScalarFunction) -> UInt32 {
        guard function.takesCommonType, function.arguments.contains(.anyArray) else {
            return type.oid
        }
        switch type {
        case .anyElement: return 5077
        case .anyArray: return 5078
        default: return type.oid
        }
    }

    /// Names by OID and OIDs by name, scalar functions included.
    static let nameOfOID: [UInt32: String] = {
        var names: [UInt32: String] = [:]
        for function in all { names[function.oid] = function.name }
        for (name, overloads) in FunctionTable.shared.functions where !Types.isOperator(name) {
            for function in overloads where function.oid != 0 { names[function.oid] = name }
        }
        return names
    }()
    static let oidOfName: [String: UInt32] = Dictionary(
        nameOfOID.sorted { $0.key < $1.key }.map { ($0.value, $0.key) },
        uniquingKeysWith: { first, _ in first })

    /// OIDs of a type's input, output, receive, send, modifier input and output functions.
    static let ofType: [UInt32: [UInt32]] = typeWords.mapValues { words in
        words.map { word in word.split(separator: "=").last.flatMap { UInt32($0) } ?? 0 }
    }

    private static let typeWords: [UInt32: [Substring]] = {
        var result: [UInt32: [Substring]] = [:]
        for line in typeListing.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard let oid = words.first.flatMap({ UInt32($0) }) else { continue }
            result[oid, default: []] += words.dropFirst()
        }
        return result
    }()

    private static let typeFunctions: [ListedFunction] = {
        let cstring: UInt32 = 2275
        let internalType: UInt32 = 2281
        let bytea: UInt32 = 17
        var seen = Set<UInt32>()
        var result: [ListedFunction] = []
        for (type, words) in typeWords.sorted(by: { $0.key < $1.key }) {
            for (place, word) in words.enumerated() {
                let parts = word.split(separator: "=")
                guard parts.count == 2, let oid = UInt32(parts[1]), seen.insert(oid).inserted else {
                    continue
                }
                let (arguments, returned): ([UInt32], UInt32) =
                    switch place {
                    case 0: ([cstring], type)
                    case 1: ([type], cstring)
                    case 2: ([internalType], type)
                    case 3: ([type], bytea)
                    case 4: ([1263], 23)
                    default: ([23], cstring)
                    }
                result.append(
                    ListedFunction(
                        oid: oid, name: String(parts[0]), kind: "f", returnsSet: false,
                        arguments: arguments, result: returned))
            }
        }
        // anyarray's functions serve all arrays: its own listing has no receive function.
        let arrays: [(UInt32, String, [UInt32], UInt32)] = [
            (750, "array_in", [cstring, 26, 23], 2277), (751, "array_out", [2277], cstring),
            (2400, "array_recv", [internalType, 26, 23], 2277),
            (2401, "array_send", [2277], bytea),
        ]
        for (oid, name, arguments, returned) in arrays where seen.insert(oid).inserted {
            result.append(
                ListedFunction(
                    oid: oid, name: name, kind: "f", returnsSet: false, arguments: arguments,
                    result: returned))
        }
        return result
    }()

    private static let calls: [ListedFunction] = listing.split(separator: "\n").flatMap { line in
        let words = line.split(separator: " ")
        guard words.count > 2 else { return [ListedFunction]() }
        return words.dropFirst(2).compactMap { word in
            let parts = word.split(whereSeparator: { $0 == ":" || $0 == ">" })
            guard parts.count == 3, let oid = UInt32(parts[0]), let result = UInt32(parts[2]) else {
                return nil
            }
            return ListedFunction(
                oid: oid, name: String(words[0]), kind: words[1] == "s" ? "f" : String(words[1]),
                returnsSet: words[1] == "s",
                arguments: parts[1].split(separator: ",").compactMap { UInt32($0) },
                result: result)
        }
    }

    /// Name, kind (a: aggregate, w: window, s: returns a set), then `OID:arguments>result` of each
    /// overload, types by OID.
    private static let listing = """
        aclexplode s 1689:1034>2249
        array_agg a 4053:2277>2277
        array_agg a 2335:2776>2277
        avg a 2100:20>1700 2101:23>1700 2102:21>1700 2103:1700>1700 2104:700>701 2105:701>701
        avg a 2106:1186>1186
        bit_and a 2236:21>21 2238:23>23 2240:20>20
        bit_or a 2237:21>21 2239:23>23 2241:20>20
        bit_xor a 6164:21>21 6165:23>23 6166:20>20
        bool_and a 2517:16>16
        bool_or a 2518:16>16
        corr a 2829:701,701>701
        count a 2147:2276>20 2803:->20
        covar_pop a 2827:701,701>701
        covar_samp a 2828:701,701>701
        cume_dist a 3990:2276>701
        cume_dist w 3104:->701
        dense_rank a 3992:2276>20
        dense_rank w 3102:->20
        every a 2519:16>16
        first_value w 3112:2283>2283
        generate_series s 938:1114,1114,1186>1114 939:1184,1184,1186>1184 1066:23,23,23>23
        generate_series s 1067:23,23>23 1068:20,20,20>20 1069:20,20>20 3259:1700,1700,1700>1700
        generate_series s 3260:1700,1700>1700
        generate_subscripts s 1191:2277,23,16>23 1192:2277,23>23
        json_agg a 3175:2283>114
        json_array_elements s 3955:114>114
        json_array_elements_text s 3969:114>25
        json_each s 3958:114>2249
        json_each_text s 3959:114>2249
        json_object_agg a 3197:2276,2276>114
        json_object_keys s 3957:114>25
        json_to_recordset s 3205:114>2249
        jsonb_agg a 3267:2283>3802
        jsonb_array_elements s 3219:3802>3802
        jsonb_array_elements_text s 3465:3802>25
        jsonb_each s 3208:3802>2249
        jsonb_each_text s 3932:3802>2249
        jsonb_object_agg a 3270:2276,2276>3802
        jsonb_object_keys s 3931:3802>25
        jsonb_to_recordset s 3491:3802>2249
        lag w 3106:2283>2283 3107:2283,23>2283
        lag w 3108:5077,23,5077>5077
        last_value w 3113:2283>2283
        lead w 3109:2283>2283 3110:2283,23>2283
        lead w 3111:5077,23,5077>5077
        max a 2050:2277>2277 2115:20>20 2116:23>23 2117:21>21 2118:26>26 2119:700>700
        max a 2120:701>701 2122:1082>1082 2123:1083>1083 2126:1114>1114 2127:1184>1184
        max a 2128:1186>1186 2129:25>25 2130:1700>1700 2244:1042>1042
        min a 2051:2277>2277 2131:20>20 2132:23>23 2133:21>21 2134:26>26 2135:700>700
        min a 2136:701>701 2138:1082>1082 2139:1083>1083 2142:1114>1114 2143:1184>1184
        min a 2144:1186>1186 2145:25>25 2146:1700>1700 2245:1042>1042
        mode a 3984:2283>2283
        nth_value w 3114:2283,23>2283
        ntile w 3105:23>23
        percent_rank a 3988:2276>701
        percent_rank w 3103:->701
        percentile_cont a 3974:701,701>701 3976:701,1186>1186 3980:1022,701>1022
        percentile_cont a 3982:1022,1186>1187
        percentile_disc a 3972:701,2283>2283 3978:1022,2283>2277
        pg_get_keywords s 1686:->2249
        pg_options_to_table s 2289:1009>2249
        pg_partition_tree s 3423:2205>2249
        rank a 3986:2276>20
        rank w 3101:->20
        regexp_matches s 2763:25,25>1009 2764:25,25,25>1009
        regexp_split_to_table s 2765:25,25>25 2766:25,25,25>25
        regr_avgx a 2822:701,701>701
        regr_avgy a 2823:701,701>701
        regr_count a 2818:701,701>20
        regr_intercept a 2826:701,701>701
        regr_r2 a 2824:701,701>701
        regr_slope a 2825:701,701>701
        regr_sxx a 2819:701,701>701
        regr_sxy a 2821:701,701>701
        regr_syy a 2820:701,701>701
        row_number w 3100:->20
        stddev a 2154:20>1700 2155:23>1700 2156:21>1700 2157:700>701 2158:701>701 2159:1700>1700
        stddev_pop a 2724:20>1700 2725:23>1700 2726:21>1700 2727:700>701 2728:701>701
        stddev_pop a 2729:1700>1700
        stddev_samp a 2712:20>1700 2713:23>1700 2714:21>1700 2715:700>701 2716:701>701
        stddev_samp a 2717:1700>1700
        string_agg a 3538:25,25>25 3545:17,17>17
        string_to_table s 6160:25,25>25 6161:25,25,25>25
        sum a 2107:20>1700 2108:23>20 2109:21>20 2110:700>700 2111:701>701 2113:1186>1186
        sum a 2114:1700>1700
        unnest s 2331:2277>2283
        var_pop a 2718:20>1700 2719:23>1700 2720:21>1700 2721:700>701 2722:701>701
        var_pop a 2723:1700>1700
        var_samp a 2641:20>1700 2642:23>1700 2643:21>1700 2644:700>701 2645:701>701
        var_samp a 2646:1700>1700
        variance a 2148:20>1700 2149:23>1700 2150:21>1700 2151:700>701 2152:701>701
        variance a 2153:1700>1700
        """

    /// A type's OID and its functions: input, output, receive, send, modifier input and output.
    private static let typeListing = """
        16 boolin=1242 boolout=1243 boolrecv=2436 boolsend=2437 - -
        17 byteain=1244 byteaout=31 bytearecv=2412 byteasend=2413 - -
        18 charin=1245 charout=33 charrecv=2434 charsend=2435 - -
        19 namein=34 nameout=35 namerecv=2422 namesend=2423 - -
        20 int8in=460 int8out=461 int8recv=2408 int8send=2409 - -
        21 int2in=38 int2out=39 int2recv=2404 int2send=2405 - -
        22 int2vectorin=40 int2vectorout=41 int2vectorrecv=2410 int2vectorsend=2411 - -
        23 int4in=42 int4out=43 int4recv=2406 int4send=2407 - -
        24 regprocin=44 regprocout=45 regprocrecv=2444 regprocsend=2445 - -
        25 textin=46 textout=47 textrecv=2414 textsend=2415 - -
        26 oidin=1798 oidout=1799 oidrecv=2418 oidsend=2419 - -
        30 oidvectorin=54 oidvectorout=55 oidvectorrecv=2420 oidvectorsend=2421 - -
        114 json_in=321 json_out=322 json_recv=323 json_send=324 - -
        700 float4in=200 float4out=201 float4recv=2424 float4send=2425 - -
        701 float8in=214 float8out=215 float8recv=2426 float8send=2427 - -
        705 unknownin=109 unknownout=110 unknownrecv=2416 unknownsend=2417 - -
        1042 bpcharin=1044 bpcharout=1045 bpcharrecv=2430 bpcharsend=2431 bpchartypmodin=2913
        1042 bpchartypmodout=2914
        1043 varcharin=1046 varcharout=1047 varcharrecv=2432 varcharsend=2433
        1043 varchartypmodin=2915 varchartypmodout=2916
        1082 date_in=1084 date_out=1085 date_recv=2468 date_send=2469 - -
        1083 time_in=1143 time_out=1144 time_recv=2470 time_send=2471 timetypmodin=2909
        1083 timetypmodout=2910
        1114 timestamp_in=1312 timestamp_out=1313 timestamp_recv=2474 timestamp_send=2475
        1114 timestamptypmodin=2905 timestamptypmodout=2906
        1184 timestamptz_in=1150 timestamptz_out=1151 timestamptz_recv=2476
        1184 timestamptz_send=2477 timestamptztypmodin=2907 timestamptztypmodout=2908
        1186 interval_in=1160 interval_out=1161 interval_recv=2478 interval_send=2479
        1186 intervaltypmodin=2903 intervaltypmodout=2904
        1700 numeric_in=1701 numeric_out=1702 numeric_recv=2460 numeric_send=2461
        1700 numerictypmodin=2917 numerictypmodout=2918
        2205 regclassin=2218 regclassout=2219 regclassrecv=2452 regclasssend=2453 - -
        2206 regtypein=2220 regtypeout=2221 regtyperecv=2454 regtypesend=2455 - -
        2249 record_in=2290 record_out=2291 record_recv=2402 record_send=2403 - -
        2275 cstring_in=2292 cstring_out=2293 cstring_recv=2500 cstring_send=2501 - -
        2276 any_in=2294 any_out=2295 - - - -
        2277 anyarray_in=2296 anyarray_out=2297 anyarray_recv=2502 anyarray_send=2503 - -
        2278 void_in=2298 void_out=2299 void_recv=3120 void_send=3121 - -
        2279 trigger_in=2300 trigger_out=2301 - - - -
        2281 internal_in=2304 internal_out=2305 - - - -
        2283 anyelement_in=2312 anyelement_out=2313 - - - -
        2950 uuid_in=2952 uuid_out=2953 uuid_recv=2961 uuid_send=2962 - -
        3802 jsonb_in=3806 jsonb_out=3804 jsonb_recv=3805 jsonb_send=3803 - -
        4089 regnamespacein=4084 regnamespaceout=4085 regnamespacerecv=4087
        4089 regnamespacesend=4088 - -
        4096 regrolein=4098 regroleout=4092 regrolerecv=4094 regrolesend=4095 - -
        """
}
