/// Where text and binary forms are appended.
package protocol ByteSink {
    mutating func write(byte: UInt8)
    mutating func write(_ bytes: UnsafeBufferPointer<UInt8>)
}

extension Array: ByteSink where Element == UInt8 {
    @inline(__always)
    package mutating func write(byte: UInt8) { append(byte) }
    @inline(__always)
    package mutating func write(_ bytes: UnsafeBufferPointer<UInt8>) { append(contentsOf: bytes) }
}

extension ByteSink {
    @inline(__always)
    package mutating func write(_ start: UnsafePointer<UInt8>, _ count: Int) {
        write(UnsafeBufferPointer(start: start, count: count))
    }
    package mutating func write(_ text: StaticString) {
        write(text.utf8Start, text.utf8CodeUnitCount)
    }
    package mutating func write(string: String) {
        var copy = string
        copy.withUTF8 { write($0) }
    }
    /// A number in network byte order.
    @inline(__always)
    package mutating func write<T: FixedWidthInteger>(bigEndian value: T) {
        var swapped = value.bigEndian
        withUnsafeBytes(of: &swapped) { raw in
            write(raw.assumingMemoryBound(to: UInt8.self))
        }
    }
}

/// A growing buffer of raw memory: the sink for bulk output.
package final class RawSink: ByteSink {
    package private(set) var start: UnsafeMutablePointer<UInt8>
    package private(set) var count = 0
    private var capacity: Int

    package init(capacity: Int = 65_536) {
        self.capacity = max(capacity, 64)
        start = .allocate(capacity: self.capacity)
    }
    deinit { start.deallocate() }

    package var bytes: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: start, count: count)
    }
    package func removeAll() { count = 0 }

    /// Overwrites four bytes at an offset with a number in network byte order: a length known late.
    package func patch(bigEndian value: Int32, at offset: Int) {
        guard offset >= 0, offset + 4 <= count else { return }
        UnsafeMutableRawPointer(start).storeBytes(
            of: value.bigEndian, toByteOffset: offset, as: Int32.self)
    }

    @inline(__always)
    private func reserve(_ extra: Int) {
        if count + extra > capacity { grow(count + extra) }
    }
    private func grow(_ needed: Int) {
        let larger = max(needed, capacity * 2)
        let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        moved.update(from: start, count: count)
        start.deallocate()
        start = moved
        capacity = larger
    }

    @inline(__always)
    package func write(byte: UInt8) {
        reserve(1)
        start[count] = byte
        count += 1
    }
    @inline(__always)
    package func write(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        reserve(bytes.count)
        (start + count).update(from: source, count: bytes.count)
        count += bytes.count
    }
}

/// What text forms depend on besides the value.
package struct FormatSession: Sendable {
    package var timeZone: TimeZoneRules
    /// Microseconds since 2000-01-01 UTC: what 'now' and 'today' mean.
    package var now: Int64
    package var catalog: (any CatalogLookup)?

    package init(
        timeZone: TimeZoneRules = .utc, now: Int64 = 0, catalog: (any CatalogLookup)? = nil
    ) {
        self.timeZone = timeZone
        self.now = now
        self.catalog = catalog
    }
}

extension EvaluationContext {
    package var formatSession: FormatSession {
        FormatSession(timeZone: timeZone, now: transactionTime, catalog: catalog)
    }
}
