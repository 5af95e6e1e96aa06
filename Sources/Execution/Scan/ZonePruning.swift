import Planning
import Storage

/// A test that the bounds of chunks and segments may fail.
struct ZoneTest {
    /// The column's number in segments.
    let column: UInt32
    /// Whether no row can pass where the column's values are within the zone.
    let excludes: (IntegerZone) -> Bool

    /// What fast filters tell of the bounds.
    static func filters(_ filters: ScanFilters) -> [ZoneTest] {
        filters.fast.compactMap { filter in
            switch filter {
            case .range(let column, let low, let high):
                return ZoneTest(column: filters.columnIDs[column]) {
                    low > high || $0.excludes(low, high)
                }
            case .oneOf(let column, let values):
                return ZoneTest(column: filters.columnIDs[column]) { zone in
                    if zone.isAllNull || values.isEmpty { return true }
                    return zone.hasBounds
                        && !values.contains { $0 >= zone.low && $0 <= zone.high }
                }
            case .single, .general: return nil
            }
        }
    }
}

extension ScanFilters {
    /// What joins above tell of the bounds.
    var runtimeTests: [ZoneTest] {
        runtime.map { ZoneTest(column: columnIDs[$0.column], excludes: $0.excludes) }
    }
}

/// Some tests over one segment.
struct ZonePruning {
    private let tests: [(zones: IntegerZones, excludes: (IntegerZone) -> Bool)]

    init(_ tests: [ZoneTest], _ segment: Segment) {
        self.tests = tests.compactMap { test in
            segment.integerZones(column: test.column).map { ($0, test.excludes) }
        }
    }

    /// Whether the segment's bounds rule out every row.
    var excludesAll: Bool { tests.contains { $0.excludes($0.zones.whole) } }

    /// Whether the chunk's bounds rule out every row.
    func excludes(chunk: Int) -> Bool {
        tests.contains { $0.excludes($0.zones.chunks[chunk]) }
    }
}
