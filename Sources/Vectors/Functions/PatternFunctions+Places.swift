import Basics

/// regexp_substr and regexp_instr: the N-th match, or a group of it.
extension FunctionRegistry {
    /// What the arguments behind text and pattern say.
    private struct Wanted {
        var start = 1
        var occurrence = 1
        var atEnd = false
        var flags = ""
        var group = 0
    }

    mutating func addPatternPlaces() {
        let substr: [SQLType] = [.integer, .integer, .text, .integer]
        for count in 0...substr.count {
            add("regexp_substr", [.text, .text] + substr.prefix(count), .text) { _, a, n, type in
                var cache = RegexCache()
                return try Kernels.strings(a, n, type) { row, arena in
                    var wanted = Wanted()
                    if count > 0 { wanted.start = Int(a[2].value(Int32.self, row)) }
                    if count > 1 { wanted.occurrence = Int(a[3].value(Int32.self, row)) }
                    if count > 2 { wanted.flags = a[4].view(row).string }
                    if count > 3 { wanted.group = Int(a[5].value(Int32.self, row)) }
                    let text = Regex.scalars(a[0].view(row))
                    let found = try Self.place(text, a[1].view(row), wanted, &cache)
                    return found.map { arena.copy(RegexFunctions.string(text, $0)) }
                }
            }
        }
        let instr: [SQLType] = [.integer, .integer, .integer, .text, .integer]
        for count in 0...instr.count {
            add("regexp_instr", [.text, .text] + instr.prefix(count), .integer) { _, a, n, type in
                var cache = RegexCache()
                return try Kernels.rows(a, n, type) { row, out in
                    var wanted = Wanted()
                    if count > 0 { wanted.start = Int(a[2].value(Int32.self, row)) }
                    if count > 1 { wanted.occurrence = Int(a[3].value(Int32.self, row)) }
                    if count > 2 {
                        let end = a[4].value(Int32.self, row)
                        guard end == 0 || end == 1 else {
                            throw SQLError(
                                .invalidParameterValue,
                                "invalid value for parameter \"endoption\": \(end)")
                        }
                        wanted.atEnd = end == 1
                    }
                    if count > 3 { wanted.flags = a[5].view(row).string }
                    if count > 4 { wanted.group = Int(a[6].value(Int32.self, row)) }
                    let text = Regex.scalars(a[0].view(row))
                    let found = try Self.place(text, a[1].view(row), wanted, &cache)
                    out.pointer(Int32.self)[row] = Int32(
                        truncatingIfNeeded: found.map {
                            (wanted.atEnd ? $0.upperBound : $0.lowerBound) + 1
                        } ?? 0)
                }
            }
        }
    }

    private static func place(
        _ text: [UInt32], _ pattern: StringView, _ wanted: Wanted, _ cache: inout RegexCache
    ) throws -> Range<Int>? {
        func check(_ value: Int, _ name: String, least: Int) throws {
            guard value >= least else {
                throw SQLError(
                    .invalidParameterValue, "invalid value for parameter \"\(name)\": \(value)")
            }
        }
        try check(wanted.start, "start", least: 1)
        try check(wanted.occurrence, "n", least: 1)
        try check(wanted.group, "subexpr", least: 0)
        let regex = try cache.regex(pattern, wanted.flags)
        guard wanted.start - 1 <= text.count else { return nil }
        let ranges = regex.allRanges(in: text, from: wanted.start - 1)
        guard ranges.indices.contains(wanted.occurrence - 1) else { return nil }
        let range = ranges[wanted.occurrence - 1]
        if wanted.group == 0 { return range }
        let captures = regex.captures(in: text, range)
        return captures.indices.contains(wanted.group) ? captures[wanted.group] : nil
    }
}
