import Basics
import Catalog
import SQLSyntax
import Vectors

/// Calls of functions, aggregates and window functions.
extension Binder {
    func bindCall(_ written: FunctionCall, _ scope: Scope) throws -> Expression {
        let place = written.name.position
        let name = try functionName(written.name)
        let call = try spread(ordered(written, name))
        if let row = try jsonOfRow(call, name, scope) { return row }
        if call.withinGroup, let function = AggregateSignature.hypothetical[name] {
            return .aggregate(try bindHypothetical(function, call, scope))
        }
        if let window = AggregateSignature.windowNames[name] {
            guard call.over != nil else {
                throw SQLError(
                    .wrongObjectType, "window function \(name) requires an OVER clause",
                    position: place)
            }
            return try bindWindowCall(window, call, scope)
        }
        if let overloads = AggregateSignature.overloads(name) {
            return call.over == nil
                ? .aggregate(try bindAggregate(name, overloads, call, scope))
                : try bindWindowAggregate(name, overloads, call, scope)
        }
        try refuseAggregateSyntax(call, name)
        if SetFunction.overloads(name) != nil {
            let set = try bindSetCall(call, name, scope)
            guard let column = set.columns.first else {
                throw SQLError.unsupported("a row as a value", position: place)
            }
            if set.columns.count == 1 { return .column(column.0, column.1) }
            recordFields[column.0] = zip(set.names, set.columns).map { ($0, $1.1) }
            return try record(set.columns.map { .column($0.0, $0.1) }, at: place)
        }
        var arguments = try call.arguments.map { try bindArgument($0.value, of: name, scope) }
        if ["nextval", "currval", "setval"].contains(name), !arguments.isEmpty {
            arguments[0] = try sequence(arguments[0], at: place)
        }
        return try resolveCall(
            name, arguments, positions: call.arguments.map { leftmost($0.value) }, at: place,
            written: call.name.parts.joined(separator: "."))
    }

    /// The plain name; other schemas than the system's hold no functions.
    func functionName(_ name: QualifiedName) throws -> String {
        guard let schema = name.schema else { return name.name }
        switch schema {
        case "pg_catalog": return name.name
        case "information_schema" where name.name == "_pg_expandarray": return name.name
        default: return name.parts.joined(separator: ".")
        }
    }

    private func refuseAggregateSyntax(_ call: FunctionCall, _ name: String) throws {
        let place = call.name.position
        func refuse(_ what: String) -> SQLError {
            SQLError(.wrongObjectType, what, position: place)
        }
        let exists =
            !Builtins.functions(name).isEmpty || SetFunction.overloads(name) != nil
        guard exists else { return }
        if call.isStar {
            throw refuse("\(name)(*) specified, but \(name) is not an aggregate function")
        }
        if call.isDistinct {
            throw refuse("DISTINCT specified, but \(name) is not an aggregate function")
        }
        if call.withinGroup {
            throw refuse("WITHIN GROUP specified, but \(name) is not an aggregate function")
        }
        if !call.orderBy.isEmpty {
            throw refuse("ORDER BY specified, but \(name) is not an aggregate function")
        }
        if call.filter != nil {
            throw refuse("FILTER specified, but \(name) is not an aggregate function")
        }
        if call.over != nil {
            throw refuse(
                "OVER specified, but \(name) is not a window function nor an aggregate function")
        }
    }

    /// A scalar function by name.
    func resolveCall(
        _ name: String, _ arguments: [Expression], positions: [Int], at position: Int,
        written: String? = nil
    ) throws -> Expression {
        // A parameter declared void stands for nothing: JDBC's place for a call's result.
        let kept = arguments.indices.filter { index in
            if case .parameter(_, .void) = arguments[index] { false } else { true }
        }
        if kept.count < arguments.count {
            return try resolveCall(
                name, kept.map { arguments[$0] }, positions: kept.map { positions[$0] },
                at: position, written: written)
        }
        let types = arguments.map(\.type)
        let candidates = Builtins.functions(name).compactMap {
            Binder.spread($0, over: types)
        }
        do {
            let match = try FunctionResolution.choose(candidates, arguments: types)
            return try call(
                match.candidate,
                FunctionResolution.concrete(match.parameters, arguments: types), arguments,
                positions: positions, at: position)
        } catch let failure as FunctionResolution.Failure {
            if let cast = try castCall(name, arguments, at: position) { return cast }
            let signature =
                "\(written ?? name)(\(types.map(\.familyName).joined(separator: ", ")))"
            switch failure {
            case .none:
                throw SQLError(
                    .undefinedFunction, "function \(signature) does not exist",
                    hint: "No function matches the given name and argument types. You might need "
                        + "to add explicit type casts.", position: position)
            case .ambiguous:
                throw SQLError(
                    .ambiguousFunction, "function \(signature) is not unique",
                    hint: "Could not choose a best candidate function. You might need to add "
                        + "explicit type casts.", position: position)
            }
        }
    }

    /// A variadic function's parameters for these arguments; `VARIADIC "any"` takes each as it is.
    static func spread(
        _ function: ScalarFunction, over types: [SQLType]
    ) -> FunctionResolution.Match<ScalarFunction>? {
        let count = types.count
        var parameters = function.arguments
        if function.isVariadic, let last = parameters.last {
            guard count >= parameters.count - 1 else { return nil }
            let fixed = parameters.count - 1
            parameters = Array(parameters.prefix(fixed))
            for type in types.dropFirst(fixed) {
                if case .anyElement = last {
                    parameters.append(type == .unknown ? .text : type)
                } else {
                    parameters.append(last)
                }
            }
        }
        guard parameters.count == count else { return nil }
        return .init(
            candidate: function,
            parameters: FunctionResolution.common(parameters, of: function, arguments: types))
    }

    /// `date('2024-01-01')`: a type's name as a function is a cast.
    private func castCall(
        _ name: String, _ arguments: [Expression], at position: Int
    ) throws -> Expression? {
        guard arguments.count == 1, let type = try SQLType.named(name, modifiers: []),
            type.category != "P"
        else { return nil }
        let source = arguments[0].type
        let viaText = type.category == "S" || source.category == "S"
        guard source == .unknown || CastRules.canCoerce(source, type, .explicit),
            source == .unknown
                || !viaText || CastRules.canCoerce(source, type, .assignment)
        else { return nil }
        return try coerce(arguments[0], to: type, .explicit, at: position)
    }

    // MARK: Aggregates

    private func bindAggregate(
        _ name: String, _ overloads: [AggregateSignature], _ call: FunctionCall, _ scope: Scope
    ) throws -> AggregateCall {
        let place = call.name.position
        if scope.aggregateDepth > 0 || scope.clause == .aggregateArgument
            || scope.clause == .aggregateFilter
        {
            throw SQLError(
                .groupingError,
                scope.clause == .aggregateFilter
                    ? "aggregate functions are not allowed in FILTER"
                    : "aggregate function calls cannot be nested", position: place)
        }
        guard scope.clause.allowsAggregates else {
            throw SQLError(
                .groupingError, "aggregate functions are not allowed in \(scope.clause.name)",
                position: place)
        }
        return try aggregateCall(
            name, overloads, call, scope, arguments: .aggregateArgument, filter: .aggregateFilter,
            depth: 1)
    }

    /// `rank(values…) WITHIN GROUP (ORDER BY keys…)`: the values are cast to the keys' types.
    private func bindHypothetical(
        _ function: AggregateFunction, _ call: FunctionCall, _ scope: Scope
    ) throws -> AggregateCall {
        let place = call.name.position
        guard scope.clause.allowsAggregates, scope.aggregateDepth == 0 else {
            throw SQLError(
                .groupingError, "aggregate functions are not allowed in \(scope.clause.name)",
                position: place)
        }
        let saved = scope.clause
        scope.clause = .aggregateArgument
        scope.aggregateDepth += 1
        defer {
            scope.clause = saved
            scope.aggregateDepth -= 1
        }
        let values = try call.arguments.map { try bind($0.value, scope) }
        let order = try call.orderBy.map { try sortKey($0, scope) }
        guard values.count == order.count else {
            let types = (values.map(\.type) + order.map(\.expression.type)).map(\.familyName)
            throw SQLError(
                .undefinedFunction,
                "function \(call.name.name)(\(types.joined(separator: ", "))) does not exist",
                hint: "To use the hypothetical-set aggregate \(call.name.name), the number of "
                    + "hypothetical direct arguments (here \(values.count)) must match the number "
                    + "of ordering columns (here \(order.count)).", position: place)
        }
        var direct: [Expression] = []
        var keys = order
        for (index, value) in values.enumerated() {
            let position = leftmost(call.arguments[index].value)
            let (cast, _) = try unify(
                [value, order[index].expression], "WITHIN GROUP", positions: [position, position])
            direct.append(cast[0])
            keys[index].expression = cast[1]
        }
        let filter = try call.filter.map {
            try bindCondition($0, "FILTER", clause: .aggregateFilter, scope)
        }
        let isCount = function == .hypotheticalRank || function == .hypotheticalDenseRank
        return AggregateCall(
            function: function, arguments: direct, filter: filter, order: keys,
            type: isCount ? .bigint : .double, position: place)
    }

    /// Binds an aggregate's parts, in clauses that say what may stand in them.
    private func aggregateCall(
        _ name: String, _ overloads: [AggregateSignature], _ call: FunctionCall, _ scope: Scope,
        arguments clause: Clause, filter filterClause: Clause, depth: Int
    ) throws -> AggregateCall {
        let place = call.name.position
        let saved = scope.clause
        scope.clause = clause
        scope.aggregateDepth += depth
        defer {
            scope.clause = saved
            scope.aggregateDepth -= depth
        }
        var filter: Expression?
        if call.isStar {
            guard name == "count" else {
                throw SQLError(
                    .undefinedFunction, "function \(name)() does not exist",
                    hint: "No function matches the given name and argument types. You might need "
                        + "to add explicit type casts.", position: place)
            }
            filter = try call.filter.map {
                try bindCondition($0, "FILTER", clause: filterClause, scope)
            }
            return AggregateCall(
                function: .countStar, arguments: [], filter: filter, type: .bigint,
                position: place)
        }
        if call.arguments.isEmpty, name == "count" {
            throw SQLError(
                .wrongObjectType,
                "\(name)(*) must be used to call a parameterless aggregate function",
                position: place)
        }
        let direct = try call.arguments.map { try bindArgument($0.value, of: name, scope) }
        var order = try call.orderBy.map { try sortKey($0, scope) }
        let isOrderedSet = overloads.first?.directArguments != nil
        if isOrderedSet != call.withinGroup {
            if isOrderedSet, overloads.allSatisfy({ $0.parameters.count != direct.count }) {
                _ = try chooseAggregate(name, overloads, direct.map(\.type), at: place)
            }
            throw SQLError(
                .wrongObjectType,
                isOrderedSet
                    ? "WITHIN GROUP is required for ordered-set aggregate \(name)"
                    : "\(name) is not an ordered-set aggregate, so it cannot have WITHIN GROUP",
                position: place)
        }
        let all = isOrderedSet ? direct + order.map(\.expression) : direct
        let match = try chooseAggregate(name, overloads, all.map(\.type), at: place)
        let concrete = FunctionResolution.concrete(match.parameters, arguments: all.map(\.type))
        var cast: [Expression] = []
        for (index, argument) in all.enumerated() {
            let position =
                call.arguments.indices.contains(index)
                ? leftmost(call.arguments[index].value) : place
            let parameter = match.parameters[index]
            var value = try coerceArgument(argument, to: concrete[index], at: position)
            if case .anyElement = parameter {
                value = try resolveUnknown(argument, at: position)
            }
            cast.append(value)
        }
        let type = match.candidate.result(cast.map(\.type))
        if isOrderedSet {
            for (index, value) in cast.dropFirst(direct.count).enumerated() {
                order[index].expression = value
            }
            cast = Array(cast.prefix(direct.count))
        }
        if call.isDistinct, !order.isEmpty {
            let known = Set(cast.map(\.fingerprint))
            guard order.allSatisfy({ known.contains($0.expression.fingerprint) }) else {
                throw SQLError(
                    .invalidColumnReference,
                    "in an aggregate with DISTINCT, ORDER BY expressions must appear in argument "
                        + "list", position: call.orderBy.first?.expr.position)
            }
        }
        filter = try call.filter.map {
            try bindCondition($0, "FILTER", clause: filterClause, scope)
        }
        return AggregateCall(
            function: match.candidate.function, arguments: cast, isDistinct: call.isDistinct,
            filter: filter, order: order, type: type, position: place)
    }

    private func chooseAggregate(
        _ name: String, _ overloads: [AggregateSignature], _ types: [SQLType], at position: Int
    ) throws -> FunctionResolution.Match<AggregateSignature> {
        do {
            return try FunctionResolution.choose(
                overloads.map { signature in
                    // Where everything goes, the arguments need not be of one type.
                    let isAny =
                        signature.parameters.count > 1
                        && signature.parameters.count == types.count
                        && signature.parameters.allSatisfy {
                            if case .anyElement = $0 { true } else { false }
                        }
                    return .init(
                        candidate: signature,
                        parameters: isAny
                            ? types.map { $0 == .unknown ? .text : $0 } : signature.parameters)
                }, arguments: types)
        } catch {
            let signature = "\(name)(\(types.map(\.familyName).joined(separator: ", ")))"
            throw error == .none
                ? SQLError(
                    .undefinedFunction, "function \(signature) does not exist",
                    hint: "No function matches the given name and argument types. You might need "
                        + "to add explicit type casts.", position: position)
                : SQLError(
                    .ambiguousFunction, "function \(signature) is not unique",
                    hint: "Could not choose a best candidate function. You might need to add "
                        + "explicit type casts.", position: position)
        }
    }

    // MARK: Windows

    private func checkWindow(_ call: FunctionCall, _ scope: Scope) throws {
        let place = call.name.position
        switch scope.clause {
        case .windowArgument, .windowFilter:
            throw SQLError(
                .windowingError, "window function calls cannot be nested", position: place)
        case .aggregateArgument, .aggregateFilter:
            throw SQLError(
                .groupingError, "aggregate function calls cannot contain window function calls",
                position: place)
        default: break
        }
        guard scope.clause.allowsWindows else {
            throw SQLError(
                .windowingError, "window functions are not allowed in \(scope.clause.name)",
                position: place)
        }
        if call.isDistinct {
            throw SQLError(
                .featureNotSupported, "DISTINCT is not implemented for window functions",
                position: place)
        }
        if !call.orderBy.isEmpty {
            throw SQLError(
                .featureNotSupported,
                "aggregate ORDER BY is not implemented for window functions", position: place)
        }
    }

    private func bindWindowAggregate(
        _ name: String, _ overloads: [AggregateSignature], _ call: FunctionCall, _ scope: Scope
    ) throws -> Expression {
        try checkWindow(call, scope)
        let aggregate = try aggregateCall(
            name, overloads, call, scope, arguments: .windowArgument, filter: .windowFilter,
            depth: 0)
        let window = try boundWindow(call, scope)
        return .window(
            WindowCall(
                function: .aggregate(aggregate.function), arguments: aggregate.arguments,
                filter: aggregate.filter, partition: window.partition, order: window.order,
                frame: window.frame, type: aggregate.type, position: call.name.position))
    }

    private func bindWindowCall(
        _ function: WindowFunction, _ call: FunctionCall, _ scope: Scope
    ) throws -> Expression {
        try checkWindow(call, scope)
        let place = call.name.position
        if call.filter != nil {
            throw SQLError(
                .featureNotSupported,
                "FILTER is not implemented for non-aggregate window functions", position: place)
        }
        let saved = scope.clause
        scope.clause = .windowArgument
        var arguments = try call.arguments.map { try bind($0.value, scope) }
        scope.clause = saved
        func missing() -> SQLError {
            let types = arguments.map(\.type.familyName).joined(separator: ", ")
            return SQLError(
                .undefinedFunction, "function \(call.name.name)(\(types)) does not exist",
                hint: "No function matches the given name and argument types. You might need to "
                    + "add explicit type casts.", position: place)
        }
        func integerArgument(_ index: Int) throws {
            guard let cast = try coerce(arguments[index], to: .integer, .implicit, at: place) else {
                throw missing()
            }
            arguments[index] = cast
        }
        var type = SQLType.bigint
        switch function {
        case .rowNumber, .rank, .denseRank:
            guard arguments.isEmpty else { throw missing() }
        case .percentRank, .cumeDist:
            guard arguments.isEmpty else { throw missing() }
            type = .double
        case .ntile:
            guard arguments.count == 1 else { throw missing() }
            try integerArgument(0)
            type = .integer
        case .lag, .lead:
            guard (1...3).contains(arguments.count) else { throw missing() }
            if arguments.count > 1 { try integerArgument(1) }
            if arguments.count == 3 {
                let (cast, common) = try unify(
                    [arguments[0], arguments[2]], call.name.name, positions: [place, place])
                arguments[0] = cast[0]
                arguments[2] = cast[1]
                type = common
            }
            arguments[0] = try resolveUnknown(arguments[0], at: place)
            type = arguments[0].type
        case .firstValue, .lastValue:
            guard arguments.count == 1 else { throw missing() }
            arguments[0] = try resolveUnknown(arguments[0], at: place)
            type = arguments[0].type
        case .nthValue:
            guard arguments.count == 2 else { throw missing() }
            try integerArgument(1)
            arguments[0] = try resolveUnknown(arguments[0], at: place)
            type = arguments[0].type
        case .aggregate: throw missing()
        }
        let window = try boundWindow(call, scope)
        return .window(
            WindowCall(
                function: function, arguments: arguments, partition: window.partition,
                order: window.order, frame: window.frame, type: type, position: place))
    }
}
