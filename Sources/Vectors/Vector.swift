import Basics

/// Values of one column for up to `capacity` rows: the unit that operators pass on.
///
/// Memory is one 64-byte-aligned block of `capacity × stride` bytes. `validity` is nil while no row
/// is NULL; then a byte per row, 1 valid and 0 NULL. A NULL row's data is zeroed (strings empty), so
/// kernels may compute on it. Not safe to change from two threads; published vectors are not changed.
package final class Vector: @unchecked Sendable {
    /// Rows in a full vector; scans hand out at most this many.
    package static let standardCapacity = 2048

    package let type: SQLType
    package let physical: PhysicalType
    package let capacity: Int
    package var count: Int
    /// All `count` rows are equal and only row 0 is stored: read row r at `r & rowMask`.
    package var isConstant = false
    package let data: UnsafeMutableRawPointer
    package private(set) var validity: UnsafeMutablePointer<UInt8>?
    /// Keep alive the memory that this vector's string views point into.
    package var owners: [AnyObject] = []
    /// The owners hold strings of many vectors and would stay in memory anyway, as dictionaries of
    /// stored columns do: whoever keeps rows may share the strings instead of copying them.
    package var stringsLast = false

    /// Rows start uninitialised; `count` rows must be written before they are read.
    package init(_ type: SQLType, capacity: Int = Vector.standardCapacity) {
        self.type = type
        physical = type.physical
        self.capacity = max(capacity, 1)
        count = 0
        data = .allocate(byteCount: self.capacity * physical.stride, alignment: 64)
    }

    deinit {
        data.deallocate()
        validity?.deallocate()
    }

    package var hasNulls: Bool { validity != nil }

    /// -1, or 0 in a constant vector: what turns a row into the index where its value is stored.
    @inline(__always)
    package var rowMask: Int { isConstant ? 0 : -1 }

    @inline(__always)
    package func pointer<T>(_: T.Type) -> UnsafeMutablePointer<T> {
        data.assumingMemoryBound(to: T.self)
    }

    @inline(__always)
    package func isNull(_ row: Int) -> Bool {
        guard let validity else { return false }
        return validity[row & rowMask] == 0
    }

    /// The validity bytes, made (all valid over the capacity) if absent.
    package func makeValidity() -> UnsafeMutablePointer<UInt8> {
        if let validity { return validity }
        let made = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        made.initialize(repeating: 1, count: capacity)
        validity = made
        return made
    }

    package func dropValidity() {
        validity?.deallocate()
        validity = nil
    }

    /// Marks a row NULL and zeroes its data.
    package func setNull(_ row: Int) {
        makeValidity()[row] = 0
        zero(row)
    }

    /// Zeroes a row's data; a string becomes empty but stays a valid view.
    package func zero(_ row: Int) {
        if physical == .bytes {
            pointer(StringView.self)[row] = StringView.empty
        } else {
            (data + row * physical.stride).initializeMemory(
                as: UInt8.self, repeating: 0, count: physical.stride)
        }
    }
}

extension StringView {
    // Never written after it is made, so sharing the pointer is safe.
    nonisolated(unsafe) private static let emptyByte: UnsafePointer<UInt8> = {
        let byte = UnsafeMutablePointer<UInt8>.allocate(capacity: 8)
        byte.initialize(repeating: 0, count: 8)
        return UnsafePointer(byte)
    }()
    package static var empty: StringView { StringView(start: emptyByte, count: 0) }
}

extension StringView: @unchecked Sendable {}

/// Bytes that string views point into; grows by blocks that never move.
package final class StringArena: @unchecked Sendable {
    /// What a single string may take, as in PostgreSQL, and what the strings that a function makes
    /// for one vector may.
    package static let bytesMax = 1 << 30

    private var blocks: [UnsafeMutablePointer<UInt8>] = []
    private var free: UnsafeMutablePointer<UInt8>?
    private var freeBytes = 0
    /// Bytes taken from the system so far.
    package private(set) var byteCount = 0

    package init() {}
    deinit { for block in blocks { block.deallocate() } }

    /// Room for `count` bytes that the caller fills.
    package func reserve(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        if count > freeBytes || free == nil {
            let size = max(count, min(max(4096, byteCount), 1 << 20))
            let block = UnsafeMutablePointer<UInt8>.allocate(capacity: size)
            blocks.append(block)
            byteCount += size
            free = block
            freeBytes = size
        }
        guard let start = free else { preconditionFailure("arena block was just made") }
        free = start + count
        freeBytes -= count
        return start
    }

    package func copy(_ bytes: UnsafeBufferPointer<UInt8>) -> StringView {
        let start = reserve(bytes.count)
        if let source = bytes.baseAddress { start.update(from: source, count: bytes.count) }
        return StringView(start: start, count: bytes.count)
    }

    package func copy(_ view: StringView) -> StringView { copy(view.buffer) }
    package func copy(_ bytes: [UInt8]) -> StringView {
        bytes.withUnsafeBufferPointer { copy($0) }
    }
    package func copy(_ string: String) -> StringView {
        var text = string
        return text.withUTF8 { copy($0) }
    }
}

/// Vectors of equal count, one a column.
package struct Batch: @unchecked Sendable {
    package var columns: [Vector]
    package var count: Int
    package init(columns: [Vector], count: Int) {
        self.columns = columns
        self.count = count
    }
}
