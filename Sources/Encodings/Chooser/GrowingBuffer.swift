/// Elements in memory that grows by doubling; plain pointers, for loops that must not check bounds.
struct GrowingBuffer {
    private(set) var start: UnsafeMutableRawPointer
    /// Bytes used.
    private(set) var byteCount = 0
    private var capacity: Int

    init(bytes: Int = 4096) {
        capacity = max(bytes, 64)
        start = .allocate(byteCount: capacity, alignment: 64)
    }

    func deallocate() { start.deallocate() }

    /// Room for that many bytes more, counted as used; the caller fills them.
    mutating func extend(by bytes: Int) -> UnsafeMutableRawPointer {
        if byteCount + bytes > capacity {
            capacity = max(capacity * 2, byteCount + bytes)
            let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 64)
            larger.copyMemory(from: start, byteCount: byteCount)
            start.deallocate()
            start = larger
        }
        defer { byteCount += bytes }
        return start + byteCount
    }

    func pointer<T>(_: T.Type) -> UnsafeMutablePointer<T> { start.assumingMemoryBound(to: T.self) }
}
