/// Tells where the rows of replaced fragments are now, for transactions that read the old ones.
struct Remap: Sendable {
    /// The segments of a run that replaced fragments.
    private struct Target: Sendable {
        let fragments: [UInt32]
        /// The run's row at which each begins.
        let starts: [Int]
        /// Keeps the targets' own remaps as long as this one.
        let pins: [FragmentPin]

        func locator(_ place: Int) -> Int64 {
            var low = 0
            var high = starts.count
            while low + 1 < high {
                let middle = (low + high) / 2
                if starts[middle] <= place { low = middle } else { high = middle }
            }
            return Locator.make(fragments[low], place - starts[low])
        }
    }

    private final class Entry: Sendable {
        /// Goes when no snapshot holds the old fragment.
        private let weakPin: WeakPin
        let map: RowMap
        let target: Target
        init(_ pin: FragmentPin, _ map: RowMap, _ target: Target) {
            weakPin = WeakPin(pin)
            self.map = map
            self.target = target
        }
        var isNeeded: Bool { weakPin.pin != nil }
    }

    private final class WeakPin: @unchecked Sendable {
        weak var pin: FragmentPin?
        init(_ pin: FragmentPin) { self.pin = pin }
    }

    private var entries: [UInt32: Entry] = [:]

    /// Notes that a run replaced fragments.
    mutating func add(
        _ old: [(id: UInt32, pin: FragmentPin)], maps: [RowMap], run: [SegmentFile]
    ) {
        var starts: [Int] = []
        var row = 0
        for file in run {
            starts.append(row)
            row += file.entry.rowCount
        }
        let target = Target(fragments: run.map(\.id), starts: starts, pins: run.map(\.pin))
        for (fragment, map) in zip(old, maps) {
            entries[fragment.id] = Entry(fragment.pin, map, target)
        }
    }

    /// Where a row is now; nil where it was deleted or its fragment was never replaced.
    func current(_ locator: Int64) -> Int64? {
        guard let entry = entries[Locator.fragment(locator)] else { return nil }
        let row = Locator.row(locator)
        guard row < entry.map.places.count else { return nil }
        let place = entry.map.places[row]
        return place == RowMap.dropped ? nil : entry.target.locator(Int(place))
    }

    /// Forgets what no transaction can ask for any more.
    mutating func prune() { entries = entries.filter { $0.value.isNeeded } }
}
