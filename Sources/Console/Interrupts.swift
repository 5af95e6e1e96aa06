import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The write end of the pipe that SIGINT's handler uses: a handler may do little else.
private let interruptPipe = Atomic<Int32>(-1)
private let interruptCount = Atomic<Int>(0)

/// Ctrl-C: cancels the statement that runs, else does what `whenIdle` says.
final class Interrupts: Sendable {
    private struct State {
        var running: (any SQLConnection)?
        var whenIdle: (@Sendable () -> Void)?
    }
    private let state = Mutex(State())

    init(whenIdle: (@Sendable () -> Void)?) {
        state.withLock { $0.whenIdle = whenIdle }
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return }
        interruptPipe.store(ends[1], ordering: .relaxed)
        let readEnd = ends[0]
        let thread = Unmanaged.passRetained(Waiter(readEnd: readEnd, interrupts: self))
        #if canImport(Darwin)
            var id: pthread_t?
            let code = pthread_create(&id, nil, { argument in
                Unmanaged<Waiter>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, thread.toOpaque())
        #else
            var id = pthread_t()
            let code = pthread_create(&id, nil, { argument in
                guard let argument else { return nil }
                Unmanaged<Waiter>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, thread.toOpaque())
        #endif
        guard code == 0 else {
            thread.release()
            return
        }
        signal(SIGINT) { _ in
            let saved = errno
            interruptCount.add(1, ordering: .relaxed)
            var byte: UInt8 = 1
            _ = write(interruptPipe.load(ordering: .relaxed), &byte, 1)
            errno = saved
        }
    }

    /// How often Ctrl-C was typed.
    static var count: Int { interruptCount.load(ordering: .relaxed) }

    /// Runs `body`, during which Ctrl-C cancels on `connection`.
    func cancelling<T>(_ connection: any SQLConnection, _ body: () throws -> T) rethrows -> T {
        state.withLock { $0.running = connection }
        defer { state.withLock { $0.running = nil } }
        return try body()
    }

    fileprivate func interrupted() {
        let (running, whenIdle) = state.withLock { ($0.running, $0.whenIdle) }
        if let running { running.cancel() } else { whenIdle?() }
    }

    private final class Waiter {
        let readEnd: Int32
        let interrupts: Interrupts
        init(readEnd: Int32, interrupts: Interrupts) {
            self.readEnd = readEnd
            self.interrupts = interrupts
        }
        func run() {
            var byte: UInt8 = 0
            while true {
                let count = read(readEnd, &byte, 1)
                if count == 1 { interrupts.interrupted() }
                if count == 0 || (count < 0 && errno != EINTR) { return }
            }
        }
    }
}
