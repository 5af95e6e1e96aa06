import Basics
import Catalog
import SQLSyntax
import Vectors

/// Set-returning functions of the select list.
extension Binder {
    /// Binds a set-returning call of the select list and leaves it to the node built for it.
    func bindSetCall(_ call: FunctionCall, _ name: String, _ scope: Scope) throws -> SetCall {
        let place = call.name.position
        guard scope.clause.allowsSets, scope.aggregateDepth == 0 else {
            throw SQLError(
                .featureNotSupported,
                "set-returning functions are not allowed in \(scope.clause.name)",
                position: place)
        }
        let (arguments, columns) = try setFunction(call, name, scope)
        let mark = name + arguments.map(\.fingerprint).joined(separator: ",")
        if let known = scope.setCalls.first(where: { $0.fingerprint == mark }),
            !arguments.contains(where: \.isVolatile)
        {
            return known
        }
        let set = SetCall(
            function: name, arguments: arguments,
            columns: columns.map { (newColumn(), $0.type) },
            names: columns.map { $0.name ?? name }, fingerprint: mark, position: place)
        scope.setCalls.append(set)
        return set
    }

    /// Resolves a set-returning function: its cast arguments and the columns it gives.
    func setFunction(
        _ call: FunctionCall, _ name: String, _ scope: Scope
    ) throws -> ([Expression], [(name: String?, type: SQLType)]) {
        let place = call.name.position
        let arguments = try call.arguments.map { try bind($0.value, scope) }
        let types = arguments.map(\.type)
        let overloads = SetFunction.overloads(name) ?? []
        do {
            let match = try FunctionResolution.choose(
                overloads.map {
                    FunctionResolution.Match(candidate: $0, parameters: $0.parameters)
                }, arguments: types)
            let concrete = FunctionResolution.concrete(match.parameters, arguments: types)
            var cast: [Expression] = []
            for (index, argument) in arguments.enumerated() {
                let position = leftmost(call.arguments[index].value)
                cast.append(
                    concrete[index] == .decimal
                        ? try require(argument, as: .decimal, .implicit, at: position)
                        : try coerceArgument(argument, to: concrete[index], at: position))
            }
            return (cast, match.candidate.columns(cast.map(\.type)))
        } catch let failure as FunctionResolution.Failure {
            let signature = "\(name)(\(types.map(\.familyName).joined(separator: ", ")))"
            throw failure == .none
                ? SQLError(
                    .undefinedFunction, "function \(signature) does not exist",
                    hint: "No function matches the given name and argument types. You might need "
                        + "to add explicit type casts.", position: place)
                : SQLError(
                    .ambiguousFunction, "function \(signature) is not unique",
                    hint: "Could not choose a best candidate function. You might need to add "
                        + "explicit type casts.", position: place)
        }
    }

    /// `(f(x)).name` of a set-returning function with several columns.
    func bindField(_ operand: Expr, _ field: String, _ scope: Scope) throws -> Expression {
        if let fields = try rowFields(operand, scope) {
            guard let found = fields.first(where: { $0.name == field }) else {
                throw SQLError(
                    .undefinedColumn, "column \"\(field)\" not found in data type record",
                    position: operand.position)
            }
            return found.value
        }
        if case .column = operand.kind,
            case .column(let id, .record) = try bind(operand, scope),
            let fields = columnInfo[id]?.fields, !fields.isEmpty
        {
            guard let index = fields.firstIndex(where: { $0.name == field }) else {
                throw SQLError(
                    .undefinedColumn, "column \"\(field)\" not found in data type record",
                    position: operand.position)
            }
            let text = try resolveCall(
                "storehouse_record_field",
                [.column(id, .record), .literal(.int(Int64(index)), .integer)], positions: [],
                at: operand.position)
            return try require(text, as: fields[index].type, .explicit, at: operand.position)
        }
        guard case .function(let call) = operand.kind,
            SetFunction.overloads(try functionName(call.name)) != nil
        else { throw SQLError.unsupported("a field of a row", position: operand.position) }
        let set = try bindSetCall(call, try functionName(call.name), scope)
        guard let index = set.names.firstIndex(of: field) else {
            throw SQLError(
                .undefinedColumn, "column \"\(field)\" not found in data type record",
                position: operand.position)
        }
        return .column(set.columns[index].0, set.columns[index].1)
    }
}
