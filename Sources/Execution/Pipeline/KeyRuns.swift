import Vectors

/// Rows of equal keys that follow each other.
enum KeyRuns {
    /// Batches with fewer rows are not worth the look.
    private static let rowsMin = 64
    /// Rows a run, at least.
    private static let lengthMin = 3

    /// The first row of each run, where runs are long; texts are told apart by where they lie, so that
    /// equal rows may still be in two runs.
    static func heads(_ columns: [Vector], _ rows: Int) -> [UInt32]? {
        guard rows >= rowsMin else { return nil }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: rows) { buffer in
            guard let differs = buffer.baseAddress else { return nil }
            differs.initialize(repeating: 0, count: rows)
            for column in columns where !column.isConstant {
                switch column.physical {
                case .bytes: mark(column, StringView.self, rows, differs) {
                    $0.start != $1.start || $0.count != $1.count
                }
                case .bool: mark(column, UInt8.self, rows, differs) { $0 != $1 }
                case .int16: mark(column, Int16.self, rows, differs) { $0 != $1 }
                case .int32: mark(column, Int32.self, rows, differs) { $0 != $1 }
                case .int64: mark(column, Int64.self, rows, differs) { $0 != $1 }
                default: return nil
                }
            }
            differs[0] = 1
            var count = 0
            for row in 0..<rows { count &+= Int(differs[row]) }
            guard count * lengthMin <= rows else { return nil }
            var heads: [UInt32] = []
            heads.reserveCapacity(count)
            for row in 0..<rows where differs[row] != 0 {
                heads.append(UInt32(truncatingIfNeeded: row))
            }
            return heads
        }
    }

    @inline(__always)
    private static func mark<T>(
        _ column: Vector, _: T.Type, _ rows: Int, _ differs: UnsafeMutablePointer<UInt8>,
        _ isOther: (T, T) -> Bool
    ) {
        let data = column.pointer(T.self)
        for row in 1..<rows { differs[row] |= isOther(data[row - 1], data[row]) ? 1 : 0 }
        guard let validity = column.validity else { return }
        for row in 1..<rows { differs[row] |= validity[row - 1] ^ validity[row] }
    }
}
