import Basics
import Planning
import Vectors

/// Aggregates over a group's rows in order: percentiles, hypothetical ranks, JSON, nested arrays.
extension CollectState {
    // MARK: Percentiles

    /// The ordered values lie in the first order column; the fraction, or an array of fractions, is
    /// the argument.
    func percentile(_ members: [UInt32]) throws -> Datum {
        let values = rows.columns[1 + argumentCount].vector
        let present = members.filter { !values.isNull(Int($0)) }
        guard let first = present.first else { return .null }
        switch rows.columns[1].vector.datum(at: Int(first)) {
        case .double(let fraction): return try percentile(fraction, values, present)
        case .bytes(let bytes):
            var array = try bytes.withUnsafeBufferPointer { try ArrayValue($0, element: .double) }
            array.elements = try array.elements.map { element in
                guard case .double(let fraction) = element else { return .null }
                return try percentile(fraction, values, present)
            }
            array.element = call.type.element ?? .double
            return .bytes(array.encoded)
        default: return .null
        }
    }

    private func percentile(
        _ fraction: Double, _ values: Vector, _ present: [UInt32]
    ) throws -> Datum {
        guard fraction >= 0, fraction <= 1 else {
            throw SQLError(
                .numericValueOutOfRange,
                "percentile value \(TextFormat.string(.double(fraction), .double) ?? "") is not "
                    + "between 0 and 1")
        }
        if call.function == .percentileDisc {
            let index = max(0, Int((fraction * Double(present.count)).rounded(.up)) - 1)
            return values.datum(at: Int(present[min(index, present.count - 1)]))
        }
        let place = fraction * Double(present.count - 1)
        let (low, high) = (Int(place.rounded(.down)), Int(place.rounded(.up)))
        let (a, b) = (
            values.datum(at: Int(present[low])), values.datum(at: Int(present[high]))
        )
        if low == high { return a }
        switch (a, b) {
        case (.double(let x), .double(let y)): return .double(x + (place - Double(low)) * (y - x))
        case (.interval, .interval): return try between(a, b, place - Double(low))
        default: return .null
        }
    }

    /// a + (b - a) × share, for intervals.
    private func between(_ a: Datum, _ b: Datum, _ share: Double) throws -> Datum {
        func apply(_ symbol: String, _ x: Datum, _ y: Datum, _ type: SQLType) throws -> Datum {
            guard
                let function = FunctionTable.shared[symbol].first(where: {
                    $0.arguments == [.interval, type]
                })
            else { return .null }
            return try function.evaluate(
                context.evaluation,
                [
                    Vector.constant(x, .interval, count: 1), Vector.constant(y, type, count: 1),
                ], count: 1, result: .interval
            ).datum(at: 0)
        }
        let difference = try apply("-", b, a, .interval)
        return try apply("+", a, try apply("*", difference, .double(share), .double), .interval)
    }

    // MARK: Hypothetical ranks

    /// Where a row with the arguments would stand among the group's.
    func hypothetical(_ members: [UInt32]) -> Datum {
        var before = 0
        var distinct = 0
        var notAfter = 0
        var last: Int?
        for member in members {
            let row = Int(member)
            let verdict = compareToArguments(row)
            if verdict <= 0 { notAfter += 1 }
            guard verdict < 0 else { continue }
            before += 1
            if last.map({ !sameKeys($0, row) }) ?? true { distinct += 1 }
            last = row
        }
        switch call.function {
        case .hypotheticalRank: return .int(Int64(before + 1))
        case .hypotheticalDenseRank: return .int(Int64(distinct + 1))
        case .hypotheticalPercentRank:
            return .double(members.isEmpty ? 0 : Double(before) / Double(members.count))
        default: return .double(Double(notAfter + 1) / Double(members.count + 1))
        }
    }

    /// <0 where the row comes before one with the arguments as keys.
    private func compareToArguments(_ row: Int) -> Int {
        for (index, key) in call.order.enumerated() {
            let own = rows.columns[1 + argumentCount + index].vector
            let given = rows.columns[1 + index].vector
            switch (own.isNull(row), given.isNull(row)) {
            case (true, true): continue
            case (true, false): return key.nullsFirst ? -1 : 1
            case (false, true): return key.nullsFirst ? 1 : -1
            case (false, false):
                let verdict = Vector.compare(own, row, given, row)
                if verdict != 0 { return key.descending ? -verdict : verdict }
            }
        }
        return 0
    }

    private func sameKeys(_ a: Int, _ b: Int) -> Bool {
        call.order.indices.allSatisfy { index in
            let keys = rows.columns[1 + argumentCount + index].vector
            if keys.isNull(a) || keys.isNull(b) { return keys.isNull(a) && keys.isNull(b) }
            return Vector.compare(keys, a, keys, b) == 0
        }
    }

    // MARK: JSON and arrays

    func json(_ members: [UInt32]) throws -> Datum {
        if members.isEmpty { return .null }
        let session = context.evaluation.formatSession
        let isObject = call.function == .jsonObjectAgg || call.function == .jsonbObjectAgg
        let values = rows.columns[isObject ? 2 : 1].vector
        let keys = rows.columns[1].vector
        var out = JSONBuilder(isObject: isObject)
        for member in members {
            let row = Int(member)
            let value = values.datum(at: row)
            guard isObject else {
                out.append(value, values.type, session)
                continue
            }
            guard !keys.isNull(row) else {
                throw SQLError(
                    call.function == .jsonObjectAgg ? .invalidParameterValue : .nullValueNotAllowed,
                    "field name must not be null")
            }
            out.append(key: keys.datum(at: row), keys.type, value, values.type, session)
        }
        let isBinary = call.function == .jsonbAgg || call.function == .jsonbObjectAgg
        return .bytes(isBinary ? try out.canonical() : out.finish())
    }

    /// Arrays of one shape as an array of one dimension more.
    func nested(_ values: Vector) throws -> Datum {
        var result: ArrayValue?
        for row in 0..<values.count {
            guard case .bytes(let bytes) = values.datum(at: row) else {
                throw SQLError(.nullValueNotAllowed, "cannot accumulate null arrays")
            }
            let array = try bytes.withUnsafeBufferPointer {
                try ArrayValue($0, element: call.type.element)
            }
            guard !array.lengths.isEmpty else {
                throw SQLError(SQLState("2202E"), "cannot accumulate empty arrays")
            }
            guard var whole = result else {
                result = ArrayValue(
                    array.element, array.elements, lengths: [1] + array.lengths,
                    lowerBounds: [1] + array.lowerBounds)
                continue
            }
            guard whole.lengths.dropFirst().elementsEqual(array.lengths) else {
                throw SQLError(
                    SQLState("2202E"), "cannot accumulate arrays of different dimensionality")
            }
            whole.elements += array.elements
            whole.lengths[0] += 1
            result = whole
        }
        return result.map { .bytes($0.encoded) } ?? .null
    }
}
