import Basics
import Catalog
import Vectors

/// A column that expressions can name.
struct ScopeColumn {
    var name: String
    var id: ColumnID
    var type: SQLType
    var info = ColumnInfo()
}

/// What clients and privilege checks want to know of a column.
struct ColumnInfo {
    var typeModifier: Int32 = -1
    var tableOID: UInt32 = 0
    var columnNumber: Int16 = 0
    /// Entries of `Binder.uses` with column indices to be noted when the column is named.
    var uses: [(use: Int, column: Int)] = []
    /// What a record consists of, where the function that made it tells.
    var fields: [(name: String, type: SQLType)] = []
}

/// One FROM item as qualified names see it.
struct ScopeRelation {
    var alias: String
    /// The schema's name while no alias hides it.
    var schema: String?
    var columns: [ScopeColumn]
    /// The primary key's columns: what they group, they determine.
    var key: [ColumnID] = []
    var position = 0

    /// Whether it is a table of the database, as opposed to a subquery or a view.
    var isStored: Bool {
        schema != nil || columns.contains { $0.info.tableOID != 0 }
    }
}

/// Everything FROM offers: `columns` in the order of `*`, merged ones once.
struct FromItems {
    var relations: [ScopeRelation] = []
    var columns: [ScopeColumn] = []
    /// Relations whose names a join's alias hides; their keys determine columns all the same.
    var hidden: [ScopeRelation] = []

    static func + (left: FromItems, right: FromItems) -> FromItems {
        FromItems(
            relations: left.relations + right.relations, columns: left.columns + right.columns,
            hidden: left.hidden + right.hidden)
    }
}

/// The clause an expression stands in: it decides what may be used, and words the error.
enum Clause {
    case targets, filter, having, groupBy, orderBy, distinctOn, joinCondition, limit, values
    case fromFunction, returning, assignment, insertValues, defaultValue, policy, windowDefinition
    case aggregateArgument, aggregateFilter, windowArgument, windowFilter, call
    case check, generated, mergeWhen

    /// PostgreSQL's wording in "… are not allowed in X".
    var name: String {
        switch self {
        case .targets: "SELECT"
        case .filter: "WHERE"
        case .having: "HAVING"
        case .groupBy: "GROUP BY"
        case .orderBy: "ORDER BY"
        case .distinctOn: "DISTINCT ON"
        case .joinCondition: "JOIN conditions"
        case .limit: "LIMIT"
        case .values, .insertValues: "VALUES"
        case .fromFunction: "functions in FROM"
        case .returning: "RETURNING"
        case .assignment: "UPDATE"
        case .defaultValue: "DEFAULT expressions"
        case .policy: "policy expressions"
        case .windowDefinition: "window definitions"
        case .aggregateArgument: "aggregate arguments"
        case .aggregateFilter, .windowFilter: "FILTER"
        case .windowArgument: "window functions"
        case .call: "CALL arguments"
        case .check: "check constraints"
        case .generated: "column generation expressions"
        case .mergeWhen: "MERGE WHEN conditions"
        }
    }

    var allowsAggregates: Bool {
        switch self {
        case .targets, .having, .orderBy, .distinctOn, .windowArgument, .windowDefinition,
            .windowFilter:
            true
        default: false
        }
    }

    var allowsWindows: Bool {
        switch self {
        case .targets, .orderBy, .distinctOn: true
        default: false
        }
    }

    var allowsSets: Bool {
        switch self {
        case .targets, .orderBy, .distinctOn, .groupBy: true
        default: false
        }
    }
}

/// A set-returning call taken out of the select list.
struct SetCall {
    var function: String
    var arguments: [Expression]
    var columns: [(ColumnID, SQLType)]
    var names: [String]
    var fingerprint: String
    var position: Int
}

/// A common table expression in force.
final class CommonTableEntry {
    let name: String
    let id: Int
    var columns: [ScopeColumn]
    let isMaterialized: Bool?
    var plan: Plan?
    /// Levels of the plan.
    var height = 0
    /// Columns of queries around the one that defines it.
    var outer: [(ColumnID, SQLType)] = []
    let owner: Scope
    var references = 0
    /// True while the recursive term is bound.
    var isBeingDefined = false
    var selfReferences = 0
    /// A statement that changes rows and returns none: it cannot be read.
    var returnsNothing = false

    init(name: String, id: Int, columns: [ScopeColumn], isMaterialized: Bool?, owner: Scope) {
        self.name = name
        self.id = id
        self.columns = columns
        self.isMaterialized = isMaterialized
        self.owner = owner
    }
}

/// One query level: what names mean in it, and what it takes from the levels around it.
final class Scope {
    let parent: Scope?
    var items = FromItems()
    var clause: Clause = .targets
    var commonTables: [String: CommonTableEntry] = [:]
    /// Columns of enclosing levels used in this level or below, each once.
    private(set) var outer: [(ColumnID, SQLType)] = []
    private var outerSet = ColumnSet()
    var setCalls: [SetCall] = []
    var namedWindows: [String: BoundWindow] = [:]
    /// Where columns were named outside aggregates, for errors about grouping.
    var mentions: [ColumnID: (name: String, position: Int)] = [:]
    /// Open aggregate calls.
    var aggregateDepth = 0
    /// Aliases to the left that a subquery without LATERAL cannot see, for the error.
    var unreachable: [String] = []

    init(parent: Scope?) { self.parent = parent }

    func noteOuter(_ id: ColumnID, _ type: SQLType) {
        guard !outerSet.contains(id) else { return }
        outerSet.insert(id)
        outer.append((id, type))
    }
}

/// A window definition whose expressions are bound.
struct BoundWindow {
    var partition: [Expression]
    var order: [SortKey]
    var frame: WindowFrame
    var hasFrame: Bool
}
