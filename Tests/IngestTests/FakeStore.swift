import Basics
import Ingest
import Synchronization
import Vectors

/// A warehouse in memory: enough to see what ingest commits.
final class FakeStore: IngestStore {
    typealias Row = [String: String]

    struct State {
        var dimensions: IngestDimensions
        var rows: [IngestTable: [Row]] = [:]
        var receipts = Set<EventKey>()
        var commits = 0
        var failures: [SQLError] = []
        var onCommit: (@Sendable () -> Void)?
    }

    let state: Mutex<State>

    init(_ dimensions: IngestDimensions) {
        state = Mutex(State(dimensions: dimensions))
    }

    func rows(_ table: IngestTable) -> [Row] { state.withLock { $0.rows[table] ?? [] } }

    func dimensionsVersion() -> UInt64 { 1 }
    func dimensions() -> IngestDimensions { state.withLock { $0.dimensions } }

    func seen(_ keys: [EventKey]) -> [Bool] {
        state.withLock { state in keys.map { state.receipts.contains($0) } }
    }

    func basketVersions(_ baskets: [BasketReference]) -> [Int32?] {
        state.withLock { state in
            baskets.map { basket in
                (state.rows[.sales] ?? []).filter { $0["basket_id"] == basket.basketID }
                    .compactMap { $0["version"].flatMap { Int32($0) } }.max()
            }
        }
    }

    func unitCosts(_ lines: [BasketLineReference]) -> [Int64?] {
        state.withLock { state in
            lines.map { line in
                (state.rows[.sales] ?? []).first {
                    $0["basket_id"] == line.basket.basketID
                        && $0["line_no"] == String(line.lineNumber)
                }?["unit_cost"].flatMap { Int64($0) }
            }
        }
    }

    func commit(_ changes: IngestChanges) throws -> UInt64 {
        let hook = state.withLock { $0.onCommit }
        hook?()
        return try state.withLock { state in
            if let failure = state.failures.popLast() { throw failure }
            state.commits += 1
            for basket in changes.supersededBaskets {
                state.rows[.sales]?.removeAll { $0["basket_id"] == basket.basketID }
            }
            for rows in changes.upserts + changes.appends {
                state.rows[rows.table, default: []] += FakeStore.decode(rows)
            }
            for row in changes.appends.filter({ $0.table == .receipt }).flatMap(FakeStore.decode) {
                let key = EventKey(source: row["source"] ?? "", id: row["id"] ?? "")
                guard state.receipts.insert(key).inserted else {
                    throw SQLError(.uniqueViolation, "receipt stored twice: \(key)")
                }
            }
            return 1
        }
    }

    /// Scaled integers, days and microseconds as they are stored; a NULL has no entry.
    static func decode(_ rows: TableRows) -> [Row] {
        let columns = rows.table.columns
        return rows.batches.flatMap { batch in
            (0..<batch.count).map { row in
                var values: Row = [:]
                for (column, vector) in zip(columns, batch.columns) where !vector.isNull(row) {
                    values[column.name] = switch vector.physical {
                    case .bool: String(vector.pointer(UInt8.self)[row] == 1)
                    case .int16: String(vector.pointer(Int16.self)[row])
                    case .int32: String(vector.pointer(Int32.self)[row])
                    case .int64: String(vector.pointer(Int64.self)[row])
                    case .bytes: vector.pointer(StringView.self)[row].string
                    default: "?"
                    }
                }
                return values
            }
        }
    }
}

/// A writer over a fake store with one store, "0048" in New York with a cut-off at 4, and two products.
struct Bench {
    let store: FakeStore
    let writer: IngestWriter
    let metrics = IngestMetrics()
    /// 2026-03-02T20:00:00Z
    static let now = Int64(9_557) * 86_400_000_000 + 20 * 3_600_000_000

    init(limits: IngestLimits = IngestLimits()) {
        store = FakeStore(
            IngestDimensions(
                version: 1,
                stores: [
                    StoreVersion(
                        storeID: "0048", key: 1, zone: "America/New_York", currency: "USD",
                        cutoffHour: 4, inferred: false, validFrom: 0)
                ],
                products: [
                    ProductVersion(sku: "A17", key: 1, cost: 31_000, inferred: false, validFrom: 0),
                    ProductVersion(sku: "B02", key: 2, cost: 20_000, inferred: false, validFrom: 0),
                ],
                storeSKUs: [
                    (
                        StoreSKUKey(storeID: "0048", sku: "A17"),
                        StoreSKU(reorderPoint: 5_000, maxStock: 50_000)
                    )
                ]))
        writer = IngestWriter(
            store: store, zones: ZoneDirectory(), limits: limits, metrics: metrics)
    }

    /// Sends events as one NDJSON request.
    @discardableResult
    func send(_ events: String...) async throws -> [EventResult] {
        let document = try JSONDocument(parsingLines: Array(events.joined(separator: "\n").utf8))
        let valid = EventValidator(document, receivedAt: Bench.now).validateAll()
        return try await writer.submit(valid, of: document, receivedAt: Bench.now).get()
    }
}

/// A receipt's event; `lines` is the JSON of its lines.
func receipt(
    _ id: String, seq: Int = 73, version: Int = 1, status: String = "COMPLETED",
    time: String = "2026-03-02T19:20:14Z", store: String = "0048", extra: String = "",
    lines: String =
        #"{"line_no":1,"kind":"SALE","sku":"A17","qty":"2","net_amount":"9.08","tax":"0.54"}"#
) -> String {
    #"{"specversion":"1.0","type":"com.storehouse.pos.transaction.v1","source":"/reg/6","id":""#
        + id + #"","time":""# + time + #"","data":{"store_id":""# + store
        + #"","register_id":"6","seq":"# + String(seq) + #","status":""# + status
        + #"","version":"# + String(version) + #",\#(extra)"lines":["# + lines + "]}}"
}
