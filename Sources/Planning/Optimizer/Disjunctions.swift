import Vectors

// Conditions joined by OR that span several relations would otherwise stay where all of these meet.

extension Expression {
    /// The operands of AND, with what all branches of an OR have in common taken out of it:
    /// `(a AND b) OR (a AND c)` is `a AND (b OR c)`, for unknown values too.
    var factored: [Expression] {
        switch self {
        case .and(let terms): return terms.flatMap(\.factored)
        case .or(let branches):
            guard branches.count > 1, !isVolatile, !containsSubquery else { return [self] }
            let parts = branches.map(\.factored)
            let marks = parts.map { Set($0.map(\.fingerprint)) }
            let shared = marks.dropFirst().reduce(marks[0]) { $0.intersection($1) }
            if shared.isEmpty { return [self] }
            let common = parts[0].filter { shared.contains($0.fingerprint) }
            let rests = parts.map { part in part.filter { !shared.contains($0.fingerprint) } }
            // A branch that asks for nothing else holds wherever the common part does.
            if rests.contains(where: \.isEmpty) { return common }
            return common + [.or(rests.map(Self.all))]
        default: return [self]
        }
    }

    /// What an OR asks of some columns alone: true wherever the whole is, or nil when a branch asks
    /// nothing of them.
    func implied(on columns: ColumnSet) -> Expression? {
        guard case .or(let branches) = self, !isVolatile, !containsSubquery else { return nil }
        var kept: [Expression] = []
        for branch in branches {
            let own = branch.conjuncts.filter {
                let used = $0.referencedColumns
                return !used.isEmpty && used.isSubset(of: columns)
            }
            if own.isEmpty { return nil }
            kept.append(Self.all(own))
        }
        return .or(kept)
    }

    private static func all(_ terms: [Expression]) -> Expression {
        terms.count == 1 ? terms[0] : .and(terms)
    }
}
