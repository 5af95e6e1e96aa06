import Glibc

/// The wall clock.
package enum SystemClock {
    /// Microseconds since 2000-01-01 UTC.
    package static func microseconds() -> Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return (Int64(now.tv_sec) - 946_684_800) * 1_000_000 + Int64(now.tv_nsec) / 1000
    }
}
