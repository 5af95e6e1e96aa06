import Planning
import Vectors

/// What a hash join does with the rows of its two inputs: the one that streams by is the probe
/// side, the one kept in a table the build side. Any kind but NOT IN and scalar subqueries can
/// have its sides either way.
struct JoinShape: Sendable {
    enum Probing: Sendable {
        /// Pairs come out; with `keepsAll`, rows without a partner too, beside NULLs.
        case pairs(keepsAll: Bool)
        /// Rows that have a partner come out, or those that have none.
        case filter(matched: Bool)
        /// Rows only mark their partners.
        case marks
    }
    let probing: Probing
    /// Whether build rows come out at the end, with NULLs where they have no probe row beside
    /// them: those that found a partner (true) or did not (false).
    let emitsBuild: Bool?
    /// Whether a row with two partners is an error.
    let isSingle: Bool
    /// Whether a NULL on either side makes the answer unknown, as NOT IN asks.
    let isNullAware: Bool

    init(_ kind: JoinNode.Kind, buildsLeft: Bool) {
        isSingle = kind == .single
        isNullAware = kind == .nullAwareAnti
        switch kind {
        case .inner: (probing, emitsBuild) = (.pairs(keepsAll: false), nil)
        case .full: (probing, emitsBuild) = (.pairs(keepsAll: true), false)
        case .single: (probing, emitsBuild) = (.pairs(keepsAll: true), nil)
        case .left where buildsLeft, .right where !buildsLeft:
            (probing, emitsBuild) = (.pairs(keepsAll: false), false)
        case .left, .right: (probing, emitsBuild) = (.pairs(keepsAll: true), nil)
        case .semi where buildsLeft: (probing, emitsBuild) = (.marks, true)
        case .anti where buildsLeft: (probing, emitsBuild) = (.marks, false)
        case .semi: (probing, emitsBuild) = (.filter(matched: true), nil)
        case .anti, .nullAwareAnti: (probing, emitsBuild) = (.filter(matched: false), nil)
        }
    }

    /// Whether the left input may be the build side.
    static func canBuildLeft(_ kind: JoinNode.Kind) -> Bool {
        kind != .single && kind != .nullAwareAnti
    }

    /// Whether a probe row without a partner leaves no trace, so that it need not come at all.
    var ignoresUnmatchedProbe: Bool {
        switch probing {
        case .pairs(let keepsAll): !keepsAll
        case .filter(let matched): matched
        case .marks: true
        }
    }
}

/// Where an output column of a join comes from.
enum JoinOutput: Sendable {
    case probe(Int)
    case build(Int)
}
