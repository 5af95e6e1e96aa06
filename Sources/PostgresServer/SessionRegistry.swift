import PostgresProtocol
import Synchronization

/// A session as other threads reach it.
final class SessionControl: Sendable {
    private struct State {
        var session: (any SessionBackend)?
    }

    let inbox: Inbox
    let outbox: Outbox
    private let state = Mutex(State())

    init(inbox: Inbox, outbox: Outbox) {
        self.inbox = inbox
        self.outbox = outbox
    }

    func attach(_ session: any SessionBackend) { state.withLock { $0.session = session } }
    func detach() { state.withLock { $0.session = nil } }

    func cancel() { state.withLock { $0.session }?.cancel() }

    func disconnect() {
        outbox.close()
        if inbox.disconnect() { cancel() }
    }

    func shutDown() {
        inbox.shutDown()
        cancel()
    }
}

/// The open sessions, by process id, and how many there may be.
final class SessionRegistry: Sendable {
    private struct Entry {
        var secret: Int32
        var control: SessionControl
    }
    private struct State {
        var entries: [Int32: Entry] = [:]
        var lastProcessID: Int32 = 1000
        var isStopping = false
        /// Sessions whose threads still run; a thread outlives its entry by a moment.
        var threads = 0
    }

    enum Admission {
        case admitted(processID: Int32, secret: Int32)
        case full
        case stopping
    }

    private let sessionsMax: Int
    private let state = Monitor(State())

    init(sessionsMax: Int) { self.sessionsMax = sessionsMax }

    func admit(_ control: SessionControl) -> Admission {
        state.update { state in
            if state.isStopping { return .stopping }
            guard state.entries.count < sessionsMax else { return .full }
            repeat {
                state.lastProcessID = state.lastProcessID == .max ? 1 : state.lastProcessID + 1
            } while state.entries[state.lastProcessID] != nil
            var generator = SystemRandomNumberGenerator()
            let secret = Int32.random(in: .min ... .max, using: &generator)
            state.entries[state.lastProcessID] = Entry(secret: secret, control: control)
            state.threads += 1
            return .admitted(processID: state.lastProcessID, secret: secret)
        }
    }

    /// Gives the session's place to another.
    func remove(processID: Int32) { state.update { $0.entries[processID] = nil } }

    /// The session's thread does nothing more.
    func threadEnded() { state.update { $0.threads -= 1 } }

    /// Cancels the session's statement if the secret is right; tells whether it was.
    func cancel(processID: Int32, secret: Int32) -> Bool {
        let control = state.update { state in
            state.entries[processID].flatMap { $0.secret == secret ? $0.control : nil }
        }
        control?.cancel()
        return control != nil
    }

    /// Asks all sessions to end, and lets no new one in.
    func shutDown() {
        let controls = state.update { state in
            state.isStopping = true
            return state.entries.values.map(\.control)
        }
        for control in controls { control.shutDown() }
    }

    /// Cuts the connections of the sessions still there.
    func disconnectAll() {
        for control in state.update({ $0.entries.values.map(\.control) }) { control.disconnect() }
    }

    /// Waits until no session's thread is left; false if the time was too short.
    func waitUntilEnded(seconds: Int) -> Bool {
        state.wait(seconds: seconds) { $0.threads == 0 }
    }

    var count: Int { state.update { $0.entries.count } }
}
