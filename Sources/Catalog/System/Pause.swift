#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Sleeping on the worker's own thread, in steps short enough to notice a cancellation.
enum Pause {
    static func briefly() { usleep(5_000) }
}
