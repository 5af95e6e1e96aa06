import Basics

/// Casts among dates, times, timestamps and intervals.
enum DateTimeCasts {
    static func between(_ source: SQLType, _ target: SQLType) -> CastTable.Entry? {
        switch (source, target) {
        case (.date, .timestamp):
            return CastTable.entry(source, target, .implicit) { _, a, n, type in
                try Kernels.tryMap(a[0], n, type) { (x: Int32) -> Int64 in
                    try DateTimeCast.timestamp(x)
                }
            }
        case (.date, .timestamptz):
            return CastTable.entry(source, target, .implicit, volatility: .stable) {
                context, a, n, type in
                try Kernels.tryMap(a[0], n, type) { (x: Int32) -> Int64 in
                    try context.timeZone.utc(fromLocal: DateTimeCast.timestamp(x))
                }
            }
        case (.timestamp, .date):
            return CastTable.entry(source, target, .assignment) { _, a, n, type in
                Kernels.map(a[0], n, type) { (x: Int64) -> Int32 in DateTimeCast.date(x) }
            }
        case (.timestamp, .time):
            return CastTable.entry(source, target, .assignment) { _, a, n, type in
                Kernels.rows(a, n, type) { row, out in
                    time(a[0].value(Int64.self, row), out, row)
                }
            }
        case (.timestamp, .timestamptz):
            return CastTable.entry(source, target, .implicit, volatility: .stable) {
                context, a, n, type in
                try Kernels.tryMap(a[0], n, type) { (x: Int64) -> Int64 in
                    try context.timeZone.utc(fromLocal: x)
                }
            }
        case (.timestamptz, .timestamp):
            return CastTable.entry(source, target, .assignment, volatility: .stable) {
                context, a, n, type in local(a[0], n, type, context.timeZone)
            }
        case (.timestamptz, .date):
            return CastTable.entry(source, target, .assignment, volatility: .stable) {
                context, a, n, type in
                let shifted = local(a[0], n, .timestamp, context.timeZone)
                return Kernels.map(shifted, n, type) { (x: Int64) -> Int32 in
                    DateTimeCast.date(x)
                }
            }
        case (.timestamptz, .time):
            return CastTable.entry(source, target, .assignment, volatility: .stable) {
                context, a, n, type in
                let shifted = local(a[0], n, .timestamp, context.timeZone)
                return Kernels.rows(a, n, type) { row, out in
                    time(shifted.value(Int64.self, row), out, row)
                }
            }
        case (.time, .interval):
            return CastTable.entry(source, target, .implicit) { _, a, n, type in
                Kernels.map(a[0], n, type) { (x: Int64) -> Interval in
                    Interval(microseconds: x)
                }
            }
        case (.interval, .time):
            return CastTable.entry(source, target, .assignment) { _, a, n, type in
                Kernels.map(a[0], n, type) { (x: Interval) -> Int64 in
                    let rest = x.microseconds % Calendar.microsecondsPerDay
                    return rest < 0 ? rest + Calendar.microsecondsPerDay : rest
                }
            }
        default: return nil
        }
    }

    /// The time of day; an infinite timestamp has none.
    private static func time(_ timestamp: Int64, _ out: Vector, _ row: Int) {
        guard Calendar.isFinite(timestamp) else { return out.setNull(row) }
        out.pointer(Int64.self)[row] = Calendar.split(timestamp).time
    }

    /// Local timestamps of instants, a whole vector at once.
    static func local(
        _ vector: Vector, _ count: Int, _ type: SQLType, _ zone: TimeZoneRules
    ) -> Vector {
        let out = Kernels.result(type, count)
        if vector.isConstant {
            let value = zone.local(fromUTC: vector.pointer(Int64.self)[0])
            out.pointer(Int64.self).update(repeating: value, count: count)
        } else {
            zone.local(
                fromUTC: vector.pointer(Int64.self), count: count, to: out.pointer(Int64.self))
        }
        return out
    }
}
