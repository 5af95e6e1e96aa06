import Vectors

/// Values of a system row by column name; what is left out is zero, empty or NULL.
///
/// A list and no dictionary: rows of one kind name their columns in the same order, so that a column
/// is found by one comparison where it was the last time.
struct SystemRow: ExpressibleByDictionaryLiteral {
    private(set) var fields: [(name: String, value: Datum)]

    init(dictionaryLiteral elements: (String, Datum)...) {
        fields = elements.map { (name: $0.0, value: $0.1) }
    }

    subscript(name: String) -> Datum? {
        get { fields.last { $0.name == name }?.value }
        set {
            let place = fields.firstIndex { $0.name == name }
            if let newValue {
                if let place {
                    fields[place].value = newValue
                } else {
                    fields.append((name: name, value: newValue))
                }
            } else if let place {
                fields.remove(at: place)
            }
        }
    }
}

/// Puts the fields of rows where their columns are.
struct SystemRowPlacing {
    private let places: [String: Int]
    private let blank: [Datum]
    /// Where the fields of the row before went.
    private var last: [(name: String, place: Int)] = []

    init(columns: [String], blank: [Datum]) {
        places = Dictionary(
            columns.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        self.blank = blank
    }

    /// The row's values, one a column. A field without a column is left out.
    mutating func values(_ row: SystemRow) -> [Datum] {
        var values = blank
        for (index, field) in row.fields.enumerated() {
            if index == last.count { last.append((name: "", place: -1)) }
            if last[index].name != field.name {
                last[index] = (field.name, places[field.name] ?? -1)
            }
            let place = last[index].place
            if place >= 0 { values[place] = field.value }
        }
        return values
    }
}

extension Batch {
    /// All rows of a system table as one batch.
    init(_ types: [SQLType], _ rows: [[Datum]]) {
        let builders = types.map { VectorBuilder($0, capacity: max(rows.count, 1)) }
        for row in rows {
            for (builder, value) in zip(builders, row) { builder.append(value) }
        }
        self.init(columns: builders.map { $0.single() }, count: rows.count)
    }
}

extension Datum {
    static func oid(_ value: UInt32) -> Datum { .int(Int64(value)) }
    static func names(_ values: [String]) -> Datum {
        .bytes(ArrayValue(.name, values.map { .text($0) }).encoded)
    }
    static func texts(_ values: [String]?) -> Datum {
        values.map { .bytes(ArrayValue(.text, $0.map { .text($0) }).encoded) } ?? .null
    }
    static func oids(_ values: [UInt32]) -> Datum {
        .bytes(ArrayValue(.oid, values.map { .oid($0) }).encoded)
    }
    /// An int2vector or oidvector, whose elements count from 0.
    static func vector(_ element: SQLType, _ values: [Int64]) -> Datum {
        let isEmpty = values.isEmpty
        return .bytes(
            ArrayValue(
                element, values.map { .int($0) }, lengths: isEmpty ? [] : [values.count],
                lowerBounds: isEmpty ? [] : [0]
            ).encoded)
    }
    static func smallints(_ values: [Int]) -> Datum {
        .bytes(ArrayValue(.smallint, values.map { .int(Int64($0)) }).encoded)
    }
    static func optional(_ text: String?) -> Datum { text.map { .text($0) } ?? .null }
}
