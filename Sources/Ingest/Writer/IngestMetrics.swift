import Synchronization

/// Counters of the listener and its writer, rendered as Prometheus text.
package final class IngestMetrics: Sendable {
    private struct Counts {
        var outcomes: [EventResult.Status: UInt64] = [:]
        var requests: [Int: UInt64] = [:]
        var salesRows: UInt64 = 0
        var commits: UInt64 = 0
        var commitFailures: UInt64 = 0
        var latencySum: Int64 = 0
        var latencyBuckets = [UInt64](repeating: 0, count: IngestMetrics.bounds.count)
        var backlogEvents = 0
        var backlogBytes = 0
    }

    /// Upper bounds of the latency buckets, in microseconds.
    private static let bounds: [Int64] = [
        1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
        2_500_000, 10_000_000,
    ]

    private let counts = Mutex(Counts())

    package init() {}

    package func setBacklog(events: Int, bytes: Int) {
        counts.withLock {
            $0.backlogEvents = events
            $0.backlogBytes = bytes
        }
    }

    package func request(status: Int) {
        counts.withLock { $0.requests[status, default: 0] += 1 }
    }

    package func commitFailed() {
        counts.withLock { $0.commitFailures += 1 }
    }

    package func committed(_ results: [EventResult], rows: Int, microseconds: Int64) {
        counts.withLock { counts in
            for result in results { counts.outcomes[result.status, default: 0] += 1 }
            counts.salesRows += UInt64(rows)
            counts.commits += 1
            counts.latencySum += microseconds
            for (index, bound) in IngestMetrics.bounds.enumerated() where microseconds <= bound {
                counts.latencyBuckets[index] += 1
            }
        }
    }

    /// Events that got each result since the start.
    package var outcomes: [EventResult.Status: UInt64] { counts.withLock { $0.outcomes } }

    /// Prometheus text format 0.0.4.
    package func render() -> String {
        let counts = counts.withLock { $0 }
        var text = """
            # HELP storehouse_ingest_events_total Events by what became of them.
            # TYPE storehouse_ingest_events_total counter\n
            """
        for status in EventResult.Status.allCases {
            let count = counts.outcomes[status] ?? 0
            text += "storehouse_ingest_events_total{outcome=\"\(status.rawValue)\"} \(count)\n"
        }
        text += """
            # HELP storehouse_http_requests_total HTTP requests by status.
            # TYPE storehouse_http_requests_total counter\n
            """
        for (status, count) in counts.requests.sorted(by: { $0.key < $1.key }) {
            text += "storehouse_http_requests_total{status=\"\(status)\"} \(count)\n"
        }
        text += """
            # HELP storehouse_ingest_sales_rows_total Sales lines committed.
            # TYPE storehouse_ingest_sales_rows_total counter
            storehouse_ingest_sales_rows_total \(counts.salesRows)
            # HELP storehouse_ingest_backlog_events Events waiting for a commit.
            # TYPE storehouse_ingest_backlog_events gauge
            storehouse_ingest_backlog_events \(counts.backlogEvents)
            # HELP storehouse_ingest_backlog_bytes Bytes waiting for a commit.
            # TYPE storehouse_ingest_backlog_bytes gauge
            storehouse_ingest_backlog_bytes \(counts.backlogBytes)
            # HELP storehouse_ingest_commit_failures_total Group commits that failed.
            # TYPE storehouse_ingest_commit_failures_total counter
            storehouse_ingest_commit_failures_total \(counts.commitFailures)
            # HELP storehouse_ingest_commit_seconds Time from building rows to durable.
            # TYPE storehouse_ingest_commit_seconds histogram\n
            """
        for (bound, count) in zip(IngestMetrics.bounds, counts.latencyBuckets) {
            let label = IngestMetrics.seconds(bound)
            text += "storehouse_ingest_commit_seconds_bucket{le=\"\(label)\"} \(count)\n"
        }
        text += """
            storehouse_ingest_commit_seconds_bucket{le="+Inf"} \(counts.commits)
            storehouse_ingest_commit_seconds_sum \(IngestMetrics.seconds(counts.latencySum))
            storehouse_ingest_commit_seconds_count \(counts.commits)\n
            """
        return text
    }

    private static func seconds(_ microseconds: Int64) -> String {
        String(Double(microseconds) / 1_000_000)
    }
}
