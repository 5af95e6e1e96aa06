import Basics
import Vectors

/// PostgreSQL's choice among overloads (documentation, sections 10.2 and 10.3).
enum FunctionResolution {
    enum Failure: Error { case none, ambiguous }

    /// A candidate with its parameter types spread to the number of arguments.
    struct Match<Candidate> {
        var candidate: Candidate
        var parameters: [SQLType]
    }

    /// The best of `candidates` for arguments of these types; throws where there is none or several.
    static func choose<Candidate>(
        _ candidates: [Match<Candidate>], arguments: [SQLType]
    ) throws(Failure) -> Match<Candidate> {
        let types = arguments.map(\.family)
        let fitting = candidates.filter { $0.parameters.count == types.count }
        if let exact = fitting.first(where: { match in
            zip(match.parameters, types).allSatisfy { $0.family == $1 && $1 != .unknown }
        }) {
            return exact
        }
        var left = fitting.filter { match in
            zip(types, match.parameters).allSatisfy { CastRules.canCoerce($0, $1, .implicit) }
                && polymorphicAgree(types, match.parameters)
        }
        guard left.count > 1 else {
            guard let only = left.first else { throw .none }
            return only
        }
        left = best(left) { match in
            zip(types, match.parameters).filter { $0 != .unknown && $0 == $1.family }.count
        }
        if left.count == 1 { return left[0] }
        left = best(left) { match in
            zip(types, match.parameters).filter {
                $0 != .unknown
                    && ($0 == $1.family || ($1.isPreferred && $0.category == $1.category))
            }.count
        }
        if left.count == 1 { return left[0] }
        left = try narrowUnknown(left, types)
        if left.count == 1 { return left[0] }
        // Unknowns are taken to be what all the known ones are.
        let known = Set(types.filter { $0 != .unknown })
        if known.count == 1, types.contains(.unknown), let assumed = known.first {
            let assuming = left.filter { match in
                match.parameters.allSatisfy { CastRules.canCoerce(assumed, $0, .implicit) }
            }
            if assuming.count == 1 { return assuming[0] }
        }
        throw .ambiguous
    }

    /// Rule 4e: categories of the candidates at the places of untyped arguments.
    private static func narrowUnknown<Candidate>(
        _ candidates: [Match<Candidate>], _ types: [SQLType]
    ) throws(Failure) -> [Match<Candidate>] {
        var left = candidates
        var chosen: [Int: (category: Character, preferred: Bool)] = [:]
        for (index, type) in types.enumerated() where type == .unknown {
            let categories = Set(left.map { $0.parameters[index].category })
            if categories.contains("S") {
                chosen[index] = ("S", left.contains {
                    $0.parameters[index].category == "S" && $0.parameters[index].isPreferred
                })
            } else if categories.count == 1, let only = categories.first {
                chosen[index] = (only, left.contains { $0.parameters[index].isPreferred })
            } else {
                return left
            }
        }
        guard !chosen.isEmpty else { return left }
        let fitting = left.filter { match in
            chosen.allSatisfy { index, wanted in
                let parameter = match.parameters[index]
                return parameter.category == wanted.category
                    && (!wanted.preferred || parameter.isPreferred)
            }
        }
        if !fitting.isEmpty { left = fitting }
        return left
    }

    private static func best<Candidate>(
        _ candidates: [Match<Candidate>], _ score: (Match<Candidate>) -> Int
    ) -> [Match<Candidate>] {
        let scores = candidates.map(score)
        let top = scores.max() ?? 0
        return zip(candidates, scores).filter { $0.1 == top }.map(\.0)
    }

    /// Whether polymorphic parameters can stand for one element type.
    private static func polymorphicAgree(_ types: [SQLType], _ parameters: [SQLType]) -> Bool {
        var element: SQLType?
        for (type, parameter) in zip(types, parameters) {
            let found: SQLType?
            switch parameter {
            case .anyElement: found = type == .unknown ? nil : type
            case .anyArray:
                if type == .unknown { continue }
                guard let inner = type.element else { return false }
                found = inner
            default: continue
            }
            guard let found else { continue }
            if let element, element.family != found.family {
                // int2vector and oidvector count as arrays of their elements.
                return false
            }
            element = found
        }
        return true
    }

    /// The function's parameters. Where it takes a common type, polymorphic ones are arrays and
    /// elements of the one type that different arguments have in common; as they are where the
    /// arguments agree, or have none.
    static func common(
        _ parameters: [SQLType], of function: ScalarFunction, arguments: [SQLType]
    ) -> [SQLType] {
        guard function.takesCommonType, parameters.count == arguments.count,
            parameters.contains(.anyArray)
        else { return parameters }
        var elements: [SQLType] = []
        for (type, parameter) in zip(arguments, parameters) where type != .unknown {
            switch parameter {
            case .anyElement: elements.append(type)
            case .anyArray:
                guard let element = type.element else { return parameters }
                elements.append(element)
            default: break
            }
        }
        var clash: (SQLType, SQLType, index: Int)?
        guard Set(elements.map(\.family)).count > 1, !elements.contains(.unknown),
            let type = CastRules.common(elements, clash: &clash)
        else { return parameters }
        return parameters.map { parameter in
            switch parameter {
            case .anyElement: type
            case .anyArray: .array(type)
            default: parameter
            }
        }
    }

    /// What polymorphic parameters stand for, given the arguments.
    static func concrete(_ parameters: [SQLType], arguments: [SQLType]) -> [SQLType] {
        var element: SQLType?
        for (type, parameter) in zip(arguments, parameters) where type != .unknown {
            switch parameter {
            case .anyElement: element = element ?? type
            case .anyArray: element = element ?? type.element
            default: break
            }
        }
        return zip(parameters, arguments).map { parameter, argument in
            switch parameter {
            case .anyElement: element ?? .text
            case .anyArray:
                argument.element != nil ? argument : element.map { .array($0) } ?? .array(.text)
            default: parameter
            }
        }
    }
}
