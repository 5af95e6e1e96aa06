/// Transaction control.
package enum Transaction: Sendable, Hashable {
    case begin(TransactionModes)
    case commit(chain: Bool)
    case rollback(chain: Bool)
    case savepoint(Identifier)
    case release(Identifier)
    case rollbackTo(Identifier)
}

/// `ISOLATION LEVEL …, READ ONLY, DEFERRABLE`.
package struct TransactionModes: Sendable, Hashable {
    /// Isolation levels.
    package enum Isolation: String, Sendable, Hashable {
        case serializable
        case repeatableRead = "repeatable read"
        case readCommitted = "read committed"
        case readUncommitted = "read uncommitted"
    }
    package var isolation: Isolation?
    package var readOnly: Bool?
    package var deferrable: Bool?

    package init() {}
}

/// How long a SET lasts.
package enum SetScope: String, Sendable, Hashable { case session, local }

/// `SET …`.
package struct SetStatement: Sendable, Hashable {
    /// What is set.
    package enum Action: Sendable, Hashable {
        /// `SET name = value, …`; nil values for DEFAULT. `SET TIME ZONE x` sets `timezone`,
        /// `SET ROLE x` sets `role`, `SET NAMES x` sets `client_encoding`, `SET SCHEMA x` sets
        /// `search_path`, `SET SESSION AUTHORIZATION x` sets `session_authorization`.
        case variable(name: String, values: [SettingValue]?)
        case fromCurrent(name: String)
        case transaction(TransactionModes)
        case sessionCharacteristics(TransactionModes)
    }
    package var scope: SetScope
    package var action: Action
    @SourcePosition package var position: Int
}

/// A value of SET.
package enum SettingValue: Sendable, Hashable {
    /// A word (folded) or a string.
    case text(String)
    /// A number as text, with sign.
    case number(String)
    /// `INTERVAL '1' HOUR` of SET TIME ZONE.
    case interval(TypeName, String)
}

/// The subject of RESET and SHOW.
package enum SettingTarget: Sendable, Hashable {
    case all
    case named(String)
}

/// `PREPARE name (types) AS statement`.
package struct Prepare: Sendable, Hashable {
    package var name: Identifier
    package var types: [TypeName]
    package var statement: Statement
    /// The text of the inner statement.
    package var text: String
    package var parameterCount: Int
}

/// `EXECUTE name (arguments)`.
package struct Execute: Sendable, Hashable {
    package var name: Identifier
    package var arguments: [Expr]
}

/// `DECLARE name … CURSOR … FOR query`.
package struct DeclareCursor: Sendable, Hashable {
    package var name: Identifier
    package var isBinary: Bool
    /// nil when not said.
    package var isScrollable: Bool?
    package var isHold: Bool
    /// nil when not said; true for INSENSITIVE.
    package var isInsensitive: Bool?
    package var query: Query
}

/// `FETCH` or `MOVE`.
package struct Fetch: Sendable, Hashable {
    /// Which rows. NEXT is forward 1, PRIOR backward 1, FIRST absolute 1, LAST absolute −1; a nil
    /// count is ALL.
    package enum Direction: Sendable, Hashable {
        case forward(Int?), backward(Int?), absolute(Int), relative(Int)
    }
    package var cursor: Identifier
    package var direction: Direction
    package var isMove: Bool
}

/// What DISCARD forgets.
package enum DiscardTarget: String, Sendable, Hashable { case all, plans, sequences, temporary }
