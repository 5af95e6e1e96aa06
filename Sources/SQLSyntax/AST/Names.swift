/// A place in the statement text: 1-based, in Unicode scalars. All places compare equal, so that
/// two syntax trees are equal when they say the same thing.
@propertyWrapper
package struct SourcePosition: Sendable, Hashable {
    private var stored: Int32

    package init(wrappedValue: Int) { stored = Int32(clamping: wrappedValue) }

    /// The position as an integer.
    package var wrappedValue: Int {
        get { Int(stored) }
        set { stored = Int32(clamping: newValue) }
    }

    package static func == (left: Self, right: Self) -> Bool { true }
    package func hash(into hasher: inout Hasher) {}
}

/// One name as written (already folded to lower case unless it was quoted).
package struct Identifier: Sendable, Hashable {
    /// The name itself.
    package var text: String
    /// Where it stands.
    @SourcePosition package var position: Int

    package init(_ text: String, at position: Int = 0) {
        self.text = text
        self._position = SourcePosition(wrappedValue: position)
    }
}

/// A name with up to three parts: `catalog.schema.name`.
package struct QualifiedName: Sendable, Hashable {
    /// The parts from left to right; never empty.
    package var parts: [String]
    /// Where its first part stands.
    @SourcePosition package var position: Int

    package init(_ parts: [String], at position: Int = 0) {
        self.parts = parts
        self._position = SourcePosition(wrappedValue: position)
    }

    /// The last part.
    package var name: String { parts.last ?? "" }
    /// The part before the last one, if any.
    package var schema: String? { parts.count > 1 ? parts[parts.count - 2] : nil }
    /// The first of three parts, if any.
    package var catalog: String? { parts.count > 2 ? parts[parts.count - 3] : nil }
}

/// A type as written, with SQL's spellings turned into PostgreSQL's own names.
package struct TypeName: Sendable, Hashable {
    /// The name; SQL spellings are lowered as PostgreSQL does: `integer` is `pg_catalog.int4`,
    /// `timestamp with time zone` is `pg_catalog.timestamptz`, `char` is `pg_catalog.bpchar`.
    package var name: QualifiedName
    /// `(10, 2)` of `numeric(10, 2)`, `(3)` of `timestamp(3)`; expressions, nearly always literals.
    package var modifiers: [Expr] = []
    /// The fields of `interval day to second`.
    package var intervalFields: IntervalFields?
    /// One entry per `[]` or `[3]`; nil for an empty pair.
    package var arrayBounds: [Int?] = []
    /// True for `SETOF type`.
    package var isSet = false

    package init(
        _ name: QualifiedName, modifiers: [Expr] = [], intervalFields: IntervalFields? = nil,
        arrayBounds: [Int?] = []
    ) {
        self.name = name
        self.modifiers = modifiers
        self.intervalFields = intervalFields
        self.arrayBounds = arrayBounds
    }

    /// The digits of seconds in `timestamp(3)`; nil where none are given, or for another type.
    package var secondsPrecision: Int? {
        guard ["time", "timestamp", "timestamptz", "interval"].contains(name.name),
            case .integer(let text)? = modifiers.first?.kind, let digits = Int(text)
        else { return nil }
        return min(digits, 6)
    }

    /// Where the type's name stands.
    package var position: Int { name.position }
    /// True when the type is an array type.
    package var isArray: Bool { !arrayBounds.isEmpty }
}

/// The field restriction of an interval type.
package enum IntervalFields: String, Sendable, Hashable {
    case year, month, day, hour, minute, second
    case yearToMonth = "year to month"
    case dayToHour = "day to hour"
    case dayToMinute = "day to minute"
    case dayToSecond = "day to second"
    case hourToMinute = "hour to minute"
    case hourToSecond = "hour to second"
    case minuteToSecond = "minute to second"
}
