import Synchronization

/// A counter that workers share.
final class SharedCounter: Sendable {
    private let next = Atomic<Int>(0)
    func take() -> Int { next.wrappingAdd(1, ordering: .relaxed).oldValue }
    var value: Int { next.load(ordering: .relaxed) }
}
