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
        do {
            try fill(UnsafeMutableRawBufferPointer(start: memory, count: count))
        } catch {
            memory.deallocate()
            throw error
        }
    }

    /// A copy of the given bytes.
    package convenience init(copying source: UnsafeRawBufferPointer) {
        self.init(count: source.count) { $0.copyMemory(from: source) }
    }

    deinit { memory.deallocate() }

    package var start: UnsafeRawPointer { UnsafeRawPointer(memory) }
    package var buffer: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: memory, count: count)
    }
}
