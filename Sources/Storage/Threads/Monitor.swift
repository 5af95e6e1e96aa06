#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// State behind a lock that threads can wait on until it changes.
final class Monitor<State>: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var state: State

    init(_ state: sending State) {
        self.state = state
        mutex = .allocate(capacity: 1)
        condition = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Runs the body alone; wakes all waiters afterwards.
    func withLock<R>(_ body: (inout State) throws -> R) rethrows -> R {
        pthread_mutex_lock(mutex)
        defer {
            pthread_cond_broadcast(condition)
            pthread_mutex_unlock(mutex)
        }
        return try body(&state)
    }

    /// Runs the body, which must not change the state, alone.
    func read<R>(_ body: (State) throws -> R) rethrows -> R {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(state)
    }

    /// Waits until the condition holds, then runs the body alone.
    func wait<R>(until holds: (State) -> Bool, _ body: (inout State) throws -> R) rethrows -> R {
        pthread_mutex_lock(mutex)
        defer {
            pthread_cond_broadcast(condition)
            pthread_mutex_unlock(mutex)
        }
        while !holds(state) { pthread_cond_wait(condition, mutex) }
        return try body(&state)
    }

    /// Waits until the condition holds or the time is over; tells which.
    func wait(seconds: Double, until holds: (State) -> Bool) -> Bool {
        var deadline = timespec()
        clock_gettime(CLOCK_REALTIME, &deadline)
        let total = Double(deadline.tv_nsec) + seconds * 1e9
        deadline.tv_sec += Int(total / 1e9)
        deadline.tv_nsec = Int(total.truncatingRemainder(dividingBy: 1e9))
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while !holds(state) {
            if pthread_cond_timedwait(condition, mutex, &deadline) == ETIMEDOUT {
                return holds(state)
            }
        }
        return true
    }
}

/// A thread of the store's own.
final class StoreThread: Sendable {
    private final class Body: Sendable {
        let run: @Sendable () -> Void
        let isLowPriority: Bool
        init(_ run: @escaping @Sendable () -> Void, _ low: Bool) {
            self.run = run
            isLowPriority = low
        }
    }

    private let done = Monitor(false)

    init(isLowPriority: Bool = false, _ run: @escaping @Sendable () -> Void) {
        let done = done
        let body = Body(
            {
                run()
                done.withLock { $0 = true }
            }, isLowPriority)
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(&attributes, 1 << 20)
        #if canImport(Glibc)
            var thread = pthread_t()
        #else
            var thread: pthread_t?
        #endif
        let result = pthread_create(
            &thread, &attributes,
            { argument in
                #if canImport(Glibc)
                    guard let argument else { return nil }
                #endif
                let body = Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
                #if canImport(Glibc)
                    // On Linux the priority belongs to the calling thread, not the process.
                    if body.isLowPriority {
                        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
                    }
                #endif
                body.run()
                return nil
            }, Unmanaged.passRetained(body).toOpaque())
        precondition(result == 0, "no thread for the store")
        pthread_attr_destroy(&attributes)
    }

    func join() { done.wait(until: { $0 }, { _ in }) }
}
