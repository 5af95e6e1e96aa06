/// What became of one event, as the sender is told.
package struct EventResult: Sendable, Equatable {
    package enum Status: String, Sendable, CaseIterable {
        case stored, duplicate, quarantined
    }
    package var key: EventKey?
    package var status: Status
    package var reason: String?
}

/// Why a whole request was not taken; nothing of it is stored.
package enum IngestRefusal: Error, Sendable, Equatable {
    /// Too much is waiting: come back later.
    case backlogFull
    /// The server is stopping.
    case stopping
    /// The warehouse could not commit; the events may be sent again.
    case commitFailed(String)
}
