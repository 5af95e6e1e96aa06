#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// How deep the current thread's stack may get. Stacks grow downwards on all machines we know.
package enum StackBounds {
    /// The stack of threads that plan and run statements: address space only, pages come when they
    /// are used. The deepest trees that binding lets through are walked and freed on it.
    package static let threadBytes = 128 << 20

    /// What a thread that has not said its size is taken to have.
    private static let usualBytes = 8 << 20
    /// Left alone at the end of the stack.
    private static let reserveBytes = 64 << 10

    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key, nil)
        return key
    }()

    /// Where the stack is now.
    @inline(never)
    package static func address() -> UInt {
        var marker: UInt8 = 0
        return withUnsafeMutablePointer(to: &marker) { UInt(bitPattern: $0) }
    }

    /// To be called first by a thread whose stack has this size.
    package static func begin(bytes: Int) {
        let here = address()
        let size = UInt(max(bytes - reserveBytes, 0))
        pthread_setspecific(key, UnsafeRawPointer(bitPattern: here > size ? here - size : 1))
    }

    /// Bytes between here and the end of the thread's stack.
    package static var remaining: Int {
        guard let low = pthread_getspecific(key) else { return usualBytes }
        let (here, end) = (address(), UInt(bitPattern: low))
        return here > end ? Int(here - end) : 0
    }
}
