import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A line on the terminal that tells how long a statement has been running, once it has for a second.
final class ProgressLine: Sendable {
    private static let beginsAfter: Duration = .seconds(1)
    private static let stepMicroseconds: UInt32 = 100_000

    private struct State {
        var isOver = false
        var isShown = false
    }
    private let state = Mutex(State())
    private let start = ContinuousClock.now

    /// Begins to wait on a thread of its own.
    init() {
        let line = Unmanaged.passRetained(self)
        #if canImport(Darwin)
            var id: pthread_t?
            let code = pthread_create(&id, nil, { argument in
                Unmanaged<ProgressLine>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, line.toOpaque())
            if code == 0, let id { pthread_detach(id) }
        #else
            var id = pthread_t()
            let code = pthread_create(&id, nil, { argument in
                guard let argument else { return nil }
                Unmanaged<ProgressLine>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, line.toOpaque())
            if code == 0 { pthread_detach(id) }
        #endif
        if code != 0 { line.release() }
    }

    private func run() {
        var shown = 0
        while !state.withLock({ $0.isOver }) {
            usleep(Self.stepMicroseconds)
            let elapsed = ContinuousClock.now - start
            let seconds = Int(elapsed.components.seconds)
            guard elapsed >= Self.beginsAfter, seconds != shown else { continue }
            shown = seconds
            state.withLock { state in
                if state.isOver { return }
                state.isShown = true
                Self.show(Self.text(seconds: seconds))
            }
        }
    }

    static func text(seconds: Int) -> String {
        let time =
            seconds < 60 ? "\(seconds) s" : "\(seconds / 60) min \(seconds % 60) s"
        return "running for \(time); Ctrl-C cancels"
    }

    /// Takes the line away; nothing is shown afterwards. May be called more than once.
    func end() {
        state.withLock { state in
            state.isOver = true
            if state.isShown { Self.show("") }
            state.isShown = false
        }
    }

    private static func show(_ text: String) {
        StandardOutput().writeError("\r\u{1B}[2K" + text)
    }
}
