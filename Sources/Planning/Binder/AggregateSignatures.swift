import Vectors

/// The aggregates and window functions by name, with their overloads as PostgreSQL has them.
struct AggregateSignature: Sendable {
    let function: AggregateFunction
    let parameters: [SQLType]
    let result: @Sendable ([SQLType]) -> SQLType
    /// Direct arguments come first, ORDER BY of WITHIN GROUP gives the rest.
    let directArguments: Int?

    init(
        _ function: AggregateFunction, _ parameters: [SQLType], direct: Int? = nil,
        _ result: @escaping @Sendable ([SQLType]) -> SQLType
    ) {
        self.function = function
        self.parameters = parameters
        self.result = result
        directArguments = direct
    }

    static func overloads(_ name: String) -> [AggregateSignature]? { byName[name] }
    static var names: [String] { byName.keys.sorted() }

    private static let exact: [SQLType] = [.smallint, .integer, .bigint, .decimal]
    private static let floating: [SQLType] = [.real, .double]

    private static func same(
        _ function: AggregateFunction, _ types: [SQLType]
    ) -> [AggregateSignature] {
        types.map { type in
            AggregateSignature(function, [type]) { type == .text ? .text : $0.first ?? type }
        }
    }

    /// Sums of exact numbers keep their scale and have room for 38 digits.
    private static func sumType(_ type: SQLType) -> SQLType {
        switch type {
        case .smallint, .integer: .bigint
        case .bigint: .numeric(precision: 38, scale: 0)
        case .numeric(_, let scale): .numeric(precision: 38, scale: scale)
        default: type
        }
    }

    private static func statistics(_ function: AggregateFunction) -> [AggregateSignature] {
        exact.map { AggregateSignature(function, [$0]) { _ in .decimal } }
            + floating.map { AggregateSignature(function, [$0]) { _ in .double } }
    }

    private static func pair(_ function: AggregateFunction) -> [AggregateSignature] {
        [
            AggregateSignature(function, [.double, .double]) { _ in
                function == .regrCount ? .bigint : .double
            }
        ]
    }

    private static let ordered: [SQLType] =
        exact + floating + [
            .date, .time, .timestamp, .timestamptz, .interval, .text, .char(0), .oid, .anyArray,
        ]

    private static let byName: [String: [AggregateSignature]] = [
        "count": [AggregateSignature(.count, [.anyElement]) { _ in .bigint }],
        "sum": (exact + floating + [.interval]).map { type in
            AggregateSignature(.sum, [type]) { sumType($0.first ?? type) }
        },
        "avg": exact.map { AggregateSignature(.avg, [$0]) { _ in .decimal } }
            + floating.map { AggregateSignature(.avg, [$0]) { _ in .double } }
            + [AggregateSignature(.avg, [.interval]) { _ in .interval }],
        "min": same(.min, ordered), "max": same(.max, ordered),
        "bool_and": same(.boolAnd, [.boolean]), "every": same(.boolAnd, [.boolean]),
        "bool_or": same(.boolOr, [.boolean]),
        "bit_and": same(.bitAnd, [.smallint, .integer, .bigint]),
        "bit_or": same(.bitOr, [.smallint, .integer, .bigint]),
        "bit_xor": same(.bitXor, [.smallint, .integer, .bigint]),
        "stddev": statistics(.stddevSamp), "stddev_samp": statistics(.stddevSamp),
        "stddev_pop": statistics(.stddevPop),
        "variance": statistics(.varSamp), "var_samp": statistics(.varSamp),
        "var_pop": statistics(.varPop),
        "corr": pair(.corr), "covar_samp": pair(.covarSamp), "covar_pop": pair(.covarPop),
        "regr_slope": pair(.regrSlope), "regr_intercept": pair(.regrIntercept),
        "regr_count": pair(.regrCount), "regr_r2": pair(.regrR2), "regr_avgx": pair(.regrAvgX),
        "regr_avgy": pair(.regrAvgY), "regr_sxx": pair(.regrSxx), "regr_syy": pair(.regrSyy),
        "regr_sxy": pair(.regrSxy),
        "string_agg": [AggregateSignature(.stringAgg, [.text, .text]) { _ in .text }],
        "array_agg": [
            AggregateSignature(.arrayAgg, [.anyElement]) { types in
                // Arrays gather into one of a further dimension.
                let type = types.first ?? .text
                return type.element == nil ? .array(type) : type
            }
        ],
        "json_agg": [AggregateSignature(.jsonAgg, [.anyElement]) { _ in .json }],
        "jsonb_agg": [AggregateSignature(.jsonbAgg, [.anyElement]) { _ in .jsonb }],
        "json_object_agg": [
            AggregateSignature(.jsonObjectAgg, [.anyElement, .anyElement]) { _ in .json }
        ],
        "jsonb_object_agg": [
            AggregateSignature(.jsonbObjectAgg, [.anyElement, .anyElement]) { _ in .jsonb }
        ],
        "approx_count_distinct": [
            AggregateSignature(.approxCountDistinct, [.anyElement]) { _ in .bigint }
        ],
        "approx_quantile": [
            AggregateSignature(.approxQuantile, [.double, .double]) { _ in .double }
        ],
        "approx_percentile": [
            AggregateSignature(.approxQuantile, [.double, .double]) { _ in .double }
        ],
        "percentile_cont": [
            AggregateSignature(.percentileCont, [.double, .double], direct: 1) { _ in .double },
            AggregateSignature(.percentileCont, [.double, .interval], direct: 1) { _ in .interval },
            AggregateSignature(.percentileCont, [.array(.double), .double], direct: 1) { _ in
                .array(.double)
            },
            AggregateSignature(.percentileCont, [.array(.double), .interval], direct: 1) { _ in
                .array(.interval)
            },
        ],
        "percentile_disc": [
            AggregateSignature(.percentileDisc, [.double, .anyElement], direct: 1) {
                $0.last ?? .text
            },
            AggregateSignature(.percentileDisc, [.array(.double), .anyElement], direct: 1) {
                .array($0.last ?? .text)
            },
        ],
        "mode": [AggregateSignature(.mode, [.anyElement], direct: 0) { $0.last ?? .text }],
    ]

    /// Window functions that WITHIN GROUP turns into aggregates.
    static let hypothetical: [String: AggregateFunction] = [
        "rank": .hypotheticalRank, "dense_rank": .hypotheticalDenseRank,
        "percent_rank": .hypotheticalPercentRank, "cume_dist": .hypotheticalCumeDist,
    ]

    /// Functions that exist only with OVER.
    static let windowNames: [String: WindowFunction] = [
        "row_number": .rowNumber, "rank": .rank, "dense_rank": .denseRank,
        "percent_rank": .percentRank, "cume_dist": .cumeDist, "ntile": .ntile, "lag": .lag,
        "lead": .lead, "first_value": .firstValue, "last_value": .lastValue,
        "nth_value": .nthValue,
    ]
}
