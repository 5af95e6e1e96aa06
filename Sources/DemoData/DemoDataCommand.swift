import Basics
import Glibc

/// `storehouse generate`: a directory of demo data with its ground truth.
///
/// One CSV file a table (`COPY table FROM 'table.csv' WITH (FORMAT csv, HEADER)`), `events.ndjson`
/// with live events as stores send them, and `ground-truth.json`.
package enum DemoDataCommand {
    package struct Options: Sendable {
        package var directory: String
        package var seed: UInt64 = 1
        package var stores = 100
        package var products = 2000
        /// Business days of history, the running one included.
        package var days = 91
        /// Sales lines of history, at least.
        package var salesLines = 1_000_000
        /// Live events in `events.ndjson`.
        package var events = 20_000
        /// The moment the history ends, in microseconds since 2000-01-01 UTC; nil is the clock.
        package var now: Int64?
        package init(directory: String) { self.directory = directory }
    }

    /// The tables written, in an order that loads.
    package static let tables = [
        "dim_store", "dim_store_history", "dim_product", "dim_product_history", "dim_calendar",
        "dim_member", "dim_hour_share", "dim_store_sku", "bridge_manager_store", "fact_target",
        "fact_sales", "fact_inventory_snapshot", "fact_inventory_movement", "fact_loyalty_event",
    ]

    package static func clock() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return (Int64(time.tv_sec) - DemoCalendar.unixOffsetSeconds) * 1_000_000
            + Int64(time.tv_nsec) / 1000
    }

    /// The world that a run with these options describes; simulators share it with the history.
    package static func world(_ options: Options, now: Int64) -> DemoWorld {
        let local = now / 1_000_000 + Int64(DemoZone.eastern.offset(at: now)) - 4 * 3600
        return DemoWorld(
            seed: options.seed, stores: options.stores, products: options.products,
            today: Int(local / 86_400), days: options.days)
    }

    /// Writes everything; `progress` gets the fraction done and the sales lines so far.
    @discardableResult
    package static func run(
        _ options: Options, progress: (_ fraction: Double, _ lines: Int) -> Void = { _, _ in }
    ) throws -> GroundTruth {
        let now = options.now ?? clock()
        if mkdir(options.directory, 0o755) != 0, errno != EEXIST {
            throw SQLError(
                .ioError,
                "could not create \"\(options.directory)\": \(String(cString: strerror(errno)))")
        }
        let world = world(options, now: now)
        var truth = try withoutActuallyEscaping(progress) { progress in
            try HistoryGenerator(
                world, directory: options.directory, now: now, lines: options.salesLines,
                progress: progress
            ).run()
        }
        truth.events = try writeEvents(options, world, now: now)
        try write(try truth.json(), to: "\(options.directory)/ground-truth.json")
        return truth
    }

    /// Events over the last hour before `now`.
    private static func writeEvents(
        _ options: Options, _ world: DemoWorld, now: Int64
    ) throws -> GroundTruth.Events {
        var live = LiveEvents(
            world, stores: [], seed: options.seed ^ 0x6C69_7665, sequenceBase: 100_000)
        var tally = LiveEventTally()
        var bytes: [UInt8] = []
        let step = 3_600_000_000 / Int64(max(options.events, 1))
        for number in 0..<max(options.events, 0) {
            let time = now - 3_600_000_000 + Int64(number) * step
            tally.add(live.next(at: time, into: &bytes))
            bytes.append(UInt8(ascii: "\n"))
        }
        try write(bytes, to: "\(options.directory)/events.ndjson")
        return tally.truth(world)
    }

    private static func write(_ bytes: [UInt8], to path: String) throws {
        guard let file = fopen(path, "wb") else {
            throw SQLError(
                .ioError, "could not create \"\(path)\": \(String(cString: strerror(errno)))")
        }
        let written = fwrite(bytes, 1, bytes.count, file)
        guard fclose(file) == 0, written == bytes.count else {
            throw SQLError(
                .ioError, "could not write \"\(path)\": \(String(cString: strerror(errno)))")
        }
    }
}
