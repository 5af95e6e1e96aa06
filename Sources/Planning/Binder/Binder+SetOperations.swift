import Basics
import Catalog
import SQLSyntax
import Vectors

/// UNION, INTERSECT and EXCEPT.
extension Binder {
    func bindSetOperations(
        _ first: Query, _ rest: [SetTerm], _ scope: Scope
    ) throws -> BoundSelect {
        if rest.allSatisfy({ $0.operation == .union && $0.isAll }) {
            return try bindUnionAll(first, rest, scope)
        }
        var result = try bindArm(first, scope)
        for term in rest {
            let word = term.operation.rawValue.uppercased()
            let right = try bindArm(term.query, scope)
            try grow(at: term.position)
            result = try combine(result, right, term, word)
        }
        return result
    }

    /// A chain of UNION ALL. The order in which two are put together makes no difference, so that
    /// the tree is as low as it can be.
    private func bindUnionAll(
        _ first: Query, _ rest: [SetTerm], _ scope: Scope
    ) throws -> BoundSelect {
        var arms = [try bindArm(first, scope)]
        var types = arms[0].columns.map(\.type)
        for term in rest {
            let arm = try bindArm(term.query, scope)
            guard arm.columns.count == types.count else {
                throw SQLError(
                    .syntaxError, "each UNION query must have the same number of columns",
                    position: outputPosition(term.query, 0))
            }
            for (index, column) in arm.columns.enumerated() {
                types[index] = try commonType(
                    types[index], column.type, term, index, word: "UNION")
            }
            arms.append(arm)
        }
        // Halves of halves: as many levels as the number of arms has bits.
        try grow(arms.count.bitWidth - arms.count.leadingZeroBitCount, at: first.position)
        let names = arms[0].columns
        let places = [first.position] + rest.map(\.position)
        func join(_ range: Range<Int>) throws -> BoundSelect {
            guard range.count > 1 else {
                return try cast(
                    arms[range.lowerBound], to: types, .implicit, at: places[range.lowerBound])
            }
            let middle = range.lowerBound + range.count / 2
            let left = try join(range.lowerBound..<middle)
            let right = try join(middle..<range.upperBound)
            return united(left, right, names, types, kind: .union, all: true)
        }
        return try join(0..<arms.count)
    }

    /// The type that a column of two queries has together.
    private func commonType(
        _ left: SQLType, _ right: SQLType, _ term: SetTerm, _ index: Int, word: String
    ) throws -> SQLType {
        var clash: (SQLType, SQLType, index: Int)?
        guard let type = CastRules.common([left, right], clash: &clash) else {
            throw SQLError(
                .datatypeMismatch,
                "\(word) types \(left.familyName) and \(right.familyName) cannot be matched",
                position: outputPosition(term.query, index))
        }
        return type == .unknown ? .text : type
    }

    /// The node of two queries whose columns have their final types already.
    private func united(
        _ a: BoundSelect, _ b: BoundSelect, _ named: [ScopeColumn], _ types: [SQLType],
        kind: SetOperationNode.Kind, all: Bool
    ) -> BoundSelect {
        let columns = zip(named, types).map { column, type in
            var copy = ScopeColumn(name: column.name, id: newColumn(), type: type)
            if a.columns.first(where: { $0.name == column.name })?.type == type {
                copy.info.typeModifier =
                    column.type == type ? column.info.typeModifier : -1
            }
            return copy
        }
        return BoundSelect(
            plan: .setOperation(
                SetOperationNode(
                    kind: kind, all: all, left: a.plan, right: b.plan,
                    columns: columns.map { ($0.id, $0.type) })), columns: columns)
    }

    /// Where a query's output is written; the query's own place where that is not one expression.
    func outputPosition(_ query: Query, _ index: Int) -> Int {
        switch query.body {
        case .select(let select):
            select.targets.indices.contains(index)
                ? leftmost(select.targets[index].expr) : query.position
        case .values(let rows):
            rows.first.flatMap { $0.indices.contains(index) ? leftmost($0[index]) : nil }
                ?? query.position
        default: query.position
        }
    }

    private func bindArm(_ query: Query, _ scope: Scope) throws -> BoundSelect {
        try bindBody(query, Scope(parent: scope), keepUnknown: true)
    }

    private func combine(
        _ left: BoundSelect, _ right: BoundSelect, _ term: SetTerm, _ word: String
    ) throws -> BoundSelect {
        guard left.columns.count == right.columns.count else {
            throw SQLError(
                .syntaxError, "each \(word) query must have the same number of columns",
                position: outputPosition(term.query, 0))
        }
        var types: [SQLType] = []
        for (index, (a, b)) in zip(left.columns, right.columns).enumerated() {
            let final = try commonType(a.type, b.type, term, index, word: word)
            if !(term.isAll && term.operation == .union) {
                try requireEquality(final, at: term.query.position)
            }
            types.append(final)
        }
        let a = try cast(left, to: types, .implicit, at: term.position)
        let b = try cast(right, to: types, .implicit, at: term.position)
        let kind: SetOperationNode.Kind =
            switch term.operation {
            case .union: .union
            case .intersect: .intersect
            case .except: .except
            }
        return united(a, b, left.columns, types, kind: kind, all: term.isAll)
    }
}
