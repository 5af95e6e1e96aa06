import Basics
import Vectors

/// Rows of one side of a join in temporary files, divided by bits of their words' hashes. One
/// writer.
final class JoinPartitions {
    /// Bits of the hash that one division uses, from the middle: a table made of a partition takes
    /// its slots from the top and its tags from the bottom.
    static let bits = 4
    static let count = 1 << bits
    /// After so many bits a partition is not divided again: its rows have few keys.
    static let bitsMax = 16
    private static let firstBit = 12

    let runs: [SpillRun]
    private let usedBits: Int
    private let form: JoinWords
    private var positions = [[UInt32]](repeating: [], count: count)

    init(
        _ types: [SQLType], _ form: JoinWords, usedBits: Int, _ context: QueryContext,
        _ statistics: OperatorStatistics
    ) {
        self.form = form
        self.usedBits = usedBits
        runs = (0..<Self.count).map { _ in SpillRun(types, context.spill, statistics) }
    }

    func append(_ columns: [Vector], _ words: UnsafePointer<UInt64>, count: Int) throws {
        for index in 0..<Self.count { positions[index].removeAll(keepingCapacity: true) }
        let shift = UInt64(Self.firstBit + usedBits)
        for row in 0..<count {
            let index = Int(form.hash(words[row]) >> shift) & (Self.count - 1)
            positions[index].append(UInt32(truncatingIfNeeded: row))
        }
        let batch = Batch(columns: columns, count: count)
        for index in 0..<Self.count where !positions[index].isEmpty {
            try runs[index].append(
                batch.gather(positions[index], count: positions[index].count))
        }
    }

    func finish() throws { for run in runs { try run.finish() } }
}
