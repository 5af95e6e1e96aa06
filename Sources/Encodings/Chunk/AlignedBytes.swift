import CKernels

/// Immutable bytes, 64-byte aligned, followed by zeroed slack that kernels may read.
package final class AlignedBytes: @unchecked Sendable {
    package let count: Int
    private let memory: UnsafeMutableRawPointer

    /// Allocates `count` bytes and lets `fill` write them all.
    package init(count: Int, fill: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows {
        self.count = count
        memory = .allocate(byteCount: count + Int(SH_SLACK), alignment: 64)
        (memory + count).initializeMemory(as: UInt8.self, repeating: 0, count: Int(SH_SLACK))
        // If this throws, deinit runs, since every property is set.
        try fill(UnsafeMutableRawBufferPointer(start: memory, count: count))
    }

    /// A copy of the given bytes.
    package convenience init(copying source: UnsafeRawBufferPointer) {
        self.init(count: source.count) { $0.copyMemory(from: source) }
    }

    deinit { memory.deallocate() }

    /// For holders of these bytes only: valid no longer than the object, which a local name alone does
    /// not keep alive.
    package var start: UnsafeRawPointer { UnsafeRawPointer(memory) }

    /// The bytes, alive throughout the call.
    package func withBytes<R>(_ use: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        defer { withExtendedLifetime(self) {} }
        return try use(UnsafeRawBufferPointer(start: memory, count: count))
    }
}
