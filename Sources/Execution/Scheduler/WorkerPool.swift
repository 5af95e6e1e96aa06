import Basics
import Glibc

/// A fixed set of threads that take tasks of running queries, first come first served.
///
/// Neither NIO's event loops nor Swift's cooperative pool: a query may compute or read from disk for
/// as long as it likes here. A task that itself asks for parallel work runs it inline, so the pool can
/// not wait for itself.
package final class WorkerPool: @unchecked Sendable {
    package let threadCount: Int
    private let monitor = Monitor()
    private var queue: [Task] = []
    private var head = 0
    private var isStopping = false

    private final class Task {
        let index: Int
        let job: Job
        init(index: Int, job: Job) {
            self.index = index
            self.job = job
        }
    }

    /// One call of `run`: counts its tasks down and keeps the first error.
    private final class Job: @unchecked Sendable {
        let body: @Sendable (Int) throws -> Void
        let done = Monitor()
        var remaining: Int
        var error: (any Error)?
        init(body: @escaping @Sendable (Int) throws -> Void, count: Int) {
            self.body = body
            remaining = count
        }

        func perform(_ index: Int) {
            var failure: (any Error)?
            do { try body(index) } catch { failure = error }
            done.withLock {
                if let failure, error == nil { error = failure }
                remaining -= 1
                if remaining == 0 { done.signalAll() }
            }
        }
    }

    /// - Parameter threadCount: workers; one a core is right for a server of its own.
    package init(threadCount: Int) {
        self.threadCount = max(1, threadCount)
        for _ in 0..<self.threadCount { startThread() }
    }

    /// Runs `body` with indices 0..<parallelism, at most one a thread at a time, and waits for all.
    /// The first error thrown is thrown here after all have ended.
    package func run(_ parallelism: Int, _ body: @escaping @Sendable (Int) throws -> Void) throws {
        if parallelism <= 1 || pthread_getspecific(Self.workerKey) != nil {
            for index in 0..<max(parallelism, 1) { try body(index) }
            return
        }
        let job = Job(body: body, count: parallelism)
        monitor.withLock {
            for index in 0..<parallelism { queue.append(Task(index: index, job: job)) }
            monitor.signalAll()
        }
        let error = job.done.withLock {
            while job.remaining > 0 { job.done.wait() }
            return job.error
        }
        if let error { throw error }
    }

    /// What a submitted body gives, once it has run.
    package final class Pending<Value: Sendable>: @unchecked Sendable {
        private let monitor = Monitor()
        private var result: Value?

        fileprivate init() {}

        fileprivate func set(_ value: Value) {
            monitor.withLock {
                result = value
                monitor.signalAll()
            }
        }

        /// The result, waiting for it.
        package func value() -> Value {
            monitor.withLock {
                while true {
                    if let result { return result }
                    monitor.wait()
                }
            }
        }
    }

    /// Runs a body on one of the threads when one is free. It must not wait for other tasks.
    package func submit<Value: Sendable>(
        _ body: @escaping @Sendable () -> Value
    ) -> Pending<Value> {
        let pending = Pending<Value>()
        let job = Job(body: { _ in pending.set(body()) }, count: 1)
        let isQueued = monitor.withLock {
            if isStopping { return false }
            queue.append(Task(index: 0, job: job))
            monitor.signalAll()
            return true
        }
        if !isQueued { job.perform(0) }
        return pending
    }

    /// Lets the threads end once the queue is empty.
    package func stop() {
        monitor.withLock {
            isStopping = true
            monitor.signalAll()
        }
    }

    private static let workerKey: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key, nil)
        return key
    }()

    private func startThread() {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        // As sessions have: expressions are as deep here.
        pthread_attr_setstacksize(&attributes, StackBounds.threadBytes)
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(self).toOpaque()
        pthread_create(
            &thread, &attributes,
            { raw in
                guard let raw else { return nil }
                let pool = Unmanaged<WorkerPool>.fromOpaque(raw).takeRetainedValue()
                pthread_setspecific(WorkerPool.workerKey, raw)
                pool.work()
                return nil
            }, argument)
        pthread_detach(thread)
        pthread_attr_destroy(&attributes)
    }

    private func work() {
        while let task = nextTask() { task.job.perform(task.index) }
    }

    private func nextTask() -> Task? {
        monitor.withLock {
            while head == queue.count {
                if isStopping { return nil }
                monitor.wait()
            }
            let task = queue[head]
            head += 1
            if head == queue.count {
                queue.removeAll(keepingCapacity: true)
                head = 0
            }
            return task
        }
    }
}
