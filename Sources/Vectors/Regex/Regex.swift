import Basics

/// A compiled regular expression: a nondeterministic automaton that is run over all its states at
/// once, so the time is at most text × pattern.
///
/// Source: Ken Thompson, "Regular Expression Search Algorithm", CACM 1968; Rob Pike's variant for
/// captures. Of all matches the leftmost is taken, then the longest (or the shortest, where the
/// pattern prefers it), as POSIX wants.
package final class Regex: Sendable {
    private enum Operation: Sendable {
        case character(UInt32)
        case set(Int)
        case split(Int, Int)
        case jump(Int)
        case save(Int)
        case assertion(RegexNode.Assertion)
        case match
    }

    private let program: [Operation]
    private let sets: [RegexSet]
    private let isInsensitive: Bool
    private let prefersLongest: Bool
    /// Parenthesised groups.
    package let groups: Int
    private static let programMax = 20_000

    init(_ pattern: String, flags: RegexFlags) throws {
        var parser = RegexParser(pattern, flags)
        let (node, merged) = try parser.parse()
        var builder = Builder()
        try builder.add(node)
        builder.program.append(.match)
        program = builder.program
        sets = builder.sets
        isInsensitive = merged.isInsensitive
        prefersLongest = node.preference ?? true
        groups = parser.groups
    }

    private struct Builder {
        var program: [Operation] = []
        var sets: [RegexSet] = []

        mutating func add(_ node: RegexNode) throws {
            guard program.count < Regex.programMax else {
                throw RegexError.invalid("regular expression is too complex")
            }
            switch node {
            case .empty: break
            case .character(let scalar): program.append(.character(scalar))
            case .set(let set):
                program.append(.set(sets.count))
                sets.append(set)
            case .assertion(let kind): program.append(.assertion(kind))
            case .group(let index, let inner):
                if let index { program.append(.save(index * 2)) }
                try add(inner)
                if let index { program.append(.save(index * 2 + 1)) }
            case .sequence(let parts): for part in parts { try add(part) }
            case .alternatives(let branches): try add(branches)
            case .repetition(let inner, let least, let most, let isGreedy):
                for _ in 0..<least { try add(inner) }
                if let most {
                    try add(optional: inner, times: most - least, isGreedy)
                } else {
                    try add(star: inner, isGreedy)
                }
            }
        }

        private mutating func add(_ branches: [RegexNode]) throws {
            var ends: [Int] = []
            for (index, branch) in branches.enumerated() {
                guard index < branches.count - 1 else {
                    try add(branch)
                    break
                }
                let split = program.count
                program.append(.jump(0))
                try add(branch)
                ends.append(program.count)
                program.append(.jump(0))
                program[split] = .split(split + 1, program.count)
            }
            for end in ends { program[end] = .jump(program.count) }
        }

        private mutating func add(star inner: RegexNode, _ isGreedy: Bool) throws {
            let split = program.count
            program.append(.jump(0))
            try add(inner)
            program.append(.jump(split))
            program[split] =
                isGreedy ? .split(split + 1, program.count) : .split(program.count, split + 1)
        }

        private mutating func add(
            optional inner: RegexNode, times: Int, _ isGreedy: Bool
        ) throws {
            var splits: [Int] = []
            for _ in 0..<times {
                splits.append(program.count)
                program.append(.jump(0))
                try add(inner)
            }
            for split in splits {
                program[split] =
                    isGreedy ? .split(split + 1, program.count) : .split(program.count, split + 1)
            }
        }
    }

    /// Scalars of a text, as matching takes them.
    package static func scalars(_ view: StringView) -> [UInt32] {
        if Strings.isASCII(view.buffer) { return view.buffer.map { UInt32($0) } }
        return view.string.unicodeScalars.map(\.value)
    }

    private func holds(_ kind: RegexNode.Assertion, _ text: [UInt32], _ at: Int) -> Bool {
        func isWord(_ index: Int) -> Bool {
            guard text.indices.contains(index), let scalar = Unicode.Scalar(text[index]) else {
                return false
            }
            return scalar == "_" || scalar.properties.isAlphabetic
                || scalar.properties.numericType == .decimal
        }
        switch kind {
        case .start: return at == 0
        case .end: return at == text.count
        case .lineStart: return at == 0 || text[at - 1] == 0x0A
        case .lineEnd: return at == text.count || text[at] == 0x0A
        case .wordStart: return !isWord(at - 1) && isWord(at)
        case .wordEnd: return isWord(at - 1) && !isWord(at)
        case .boundary: return isWord(at - 1) != isWord(at)
        case .inside: return isWord(at - 1) == isWord(at)
        }
    }

    private func accepts(_ operation: Operation, _ scalar: UInt32, _ folded: (UInt32, UInt32))
        -> Bool
    {
        switch operation {
        case .character(let wanted):
            return isInsensitive
                ? wanted == scalar || wanted == folded.0 || wanted == folded.1 : wanted == scalar
        case .set(let index):
            let set = sets[index]
            guard isInsensitive else { return set.contains(scalar) }
            if set.excludesNewline, scalar == 0x0A { return false }
            let found = set.lists(scalar) || set.lists(folded.0) || set.lists(folded.1)
            return found != set.isNegated
        default: return false
        }
    }

    private func fold(_ scalar: UInt32) -> (UInt32, UInt32) {
        guard isInsensitive, let value = Unicode.Scalar(scalar) else { return (scalar, scalar) }
        return (CaseMapping.lower(value).value, CaseMapping.upper(value).value)
    }

    /// States in order of priority, each at most once.
    private struct Threads {
        var states: [Int] = []
        var starts: [Int] = []
        var marks: [Int]
        var round = 0
        init(_ count: Int) { marks = [Int](repeating: -1, count: count) }
        mutating func clear() {
            states.removeAll(keepingCapacity: true)
            starts.removeAll(keepingCapacity: true)
            round += 1
        }
    }

    /// Adds a state and all it reaches without consuming; iterative, so depth is no concern.
    private func add(
        _ state: Int, start: Int, _ at: Int, _ text: [UInt32], _ threads: inout Threads
    ) {
        var stack = [state]
        while let next = stack.popLast() {
            guard threads.marks[next] != threads.round else { continue }
            threads.marks[next] = threads.round
            switch program[next] {
            case .jump(let target): stack.append(target)
            case .split(let first, let second):
                stack.append(second)
                stack.append(first)
            case .save: stack.append(next + 1)
            case .assertion(let kind):
                if holds(kind, text, at) { stack.append(next + 1) }
            default:
                threads.states.append(next)
                threads.starts.append(start)
            }
        }
    }

    /// The range of the match at or after `from`; nil where there is none.
    package func firstRange(in text: [UInt32], from: Int = 0) -> Range<Int>? {
        var current = Threads(program.count)
        var next = Threads(program.count)
        var best: Range<Int>?
        var at = from
        current.clear()
        while true {
            if best == nil { add(0, start: at, at, text, &current) }
            next.clear()
            let scalar = at < text.count ? text[at] : 0
            let folded = fold(scalar)
            for (index, state) in current.states.enumerated() {
                let start = current.starts[index]
                if let best, start > best.lowerBound { continue }
                if case .match = program[state] {
                    if best.map({ start < $0.lowerBound || prefersLongest }) ?? true {
                        best = start..<at
                    }
                    continue
                }
                if !prefersLongest, let best, start == best.lowerBound { continue }
                if at < text.count, accepts(program[state], scalar, folded) {
                    add(state + 1, start: start, at + 1, text, &next)
                }
            }
            swap(&current, &next)
            if at >= text.count || (current.states.isEmpty && best != nil) { break }
            at += 1
        }
        return best
    }

    package func matches(_ view: StringView) -> Bool {
        firstRange(in: Self.scalars(view)) != nil
    }

    /// Ranges of the groups within a match that `firstRange` found; index 0 is the match.
    package func captures(in text: [UInt32], _ range: Range<Int>) -> [Range<Int>?] {
        guard groups > 0 else { return [range] }
        let slots = (groups + 1) * 2
        var marks = [Int](repeating: -1, count: program.count)
        var current: [(state: Int, saved: [Int])] = []
        func reach(
            _ state: Int, _ saved: [Int], _ at: Int, _ round: Int,
            _ list: inout [(state: Int, saved: [Int])]
        ) {
            var stack = [(state, saved)]
            while let (next, saved) = stack.popLast() {
                guard marks[next] != round else { continue }
                marks[next] = round
                switch program[next] {
                case .jump(let target): stack.append((target, saved))
                case .split(let first, let second):
                    stack.append((second, saved))
                    stack.append((first, saved))
                case .save(let slot):
                    var copy = saved
                    copy[slot] = at
                    stack.append((next + 1, copy))
                case .assertion(let kind):
                    if holds(kind, text, at) { stack.append((next + 1, saved)) }
                default: list.append((next, saved))
                }
            }
        }
        reach(0, [Int](repeating: -1, count: slots), range.lowerBound, 0, &current)
        for at in range.lowerBound..<range.upperBound {
            var following: [(state: Int, saved: [Int])] = []
            let folded = fold(text[at])
            for thread in current where accepts(program[thread.state], text[at], folded) {
                reach(
                    thread.state + 1, thread.saved, at + 1, at - range.lowerBound + 1, &following)
            }
            current = following
        }
        let saved = current.first { if case .match = program[$0.state] { true } else { false } }?
            .saved
        return (0...groups).map { group in
            guard group > 0 else { return range }
            guard let saved, saved[group * 2] >= 0, saved[group * 2 + 1] >= saved[group * 2]
            else { return nil }
            return saved[group * 2]..<saved[group * 2 + 1]
        }
    }

    /// All matches, left to right, not overlapping.
    package func allRanges(in text: [UInt32], from: Int = 0) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var at = from
        while at <= text.count, let range = firstRange(in: text, from: at) {
            found.append(range)
            at = range.isEmpty ? range.upperBound + 1 : range.upperBound
        }
        return found
    }
}
