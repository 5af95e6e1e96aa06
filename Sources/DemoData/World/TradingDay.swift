/// How sales spread over the hours of a day and the days of a week.
enum TradingDay {
    /// Curve 1: Monday to Friday, 2: Saturday, 3: Sunday.
    static func curve(_ day: Int) -> Int {
        switch DemoCalendar.weekday(day) {
        case 0: 3
        case 6: 2
        default: 1
        }
    }

    /// Sales of each local hour; all demo stores trade between 6 and 23.
    static func hourWeights(_ curve: Int) -> [Double] {
        let closed = [Double](repeating: 0, count: 6)
        switch curve {
        case 2:
            return closed
                + [1, 2, 4, 7, 10, 12, 12, 10, 9, 9, 9, 9, 11, 10, 7, 4, 2] + [0]
        case 3:
            return closed
                + [0.5, 1, 3, 6, 10, 13, 13, 11, 10, 9, 8, 8, 10, 8, 5, 3, 1] + [0]
        default:
            return closed
                + [1, 2, 4, 6, 8, 11, 11.5, 8, 6.5, 6.5, 8, 10, 12.5, 11, 7, 4, 2] + [0]
        }
    }

    /// Shares × 10^8 that sum to exactly one.
    static func hourShares(_ curve: Int) -> [Int] {
        let weights = hourWeights(curve)
        let total = weights.reduce(0, +)
        var shares = weights.map { Int($0 / total * 100_000_000) }
        shares[18] += 100_000_000 - shares.reduce(0, +)
        return shares
    }

    static func weekdayFactor(_ day: Int) -> Double {
        [1.05, 0.88, 0.85, 0.90, 0.96, 1.12, 1.24][DemoCalendar.weekday(day)]
    }
}
