import Basics
import CKernels
import Glibc

/// Cuts COPY's input, fed piece by piece, into blocks of whole rows.
///
/// Runs alone and looks at each byte once or twice, many at a time: quotes are counted, since an even
/// number of them before a line's end tells that no quoted field is open there. Parsers do the rest.
struct CopySplitter {
    /// A single row may not be longer.
    static let rowBytesMax = 64 << 20
    static let blockBytes = 1 << 20

    private let options: CopyOptions
    private var block: CopyBlock
    private var lines = 0

    init(_ options: CopyOptions) {
        self.options = options
        block = CopyBlock(capacity: Self.blockBytes)
    }

    /// Takes bytes; hands out each block that is full.
    mutating func feed(_ bytes: [UInt8], _ ready: (CopyBlock) throws -> Void) throws {
        try bytes.withUnsafeBufferPointer { all in
            var start = 0
            while start < all.count {
                start += block.fill(UnsafeBufferPointer(rebasing: all[start...]))
                if block.count == block.capacity { try cut(ready) }
            }
        }
    }

    /// The rest of the input.
    mutating func finish() -> CopyBlock {
        block.isLast = true
        block.linesBefore = lines
        return block
    }

    private mutating func cut(_ ready: (CopyBlock) throws -> Void) throws {
        let full = block
        guard let end = rowEnd(full) else {
            guard full.capacity < Self.rowBytesMax else {
                throw SQLError(.programLimitExceeded, "a COPY row is longer than 64 MB")
            }
            block = CopyBlock(capacity: full.capacity * 2)
            _ = block.fill(UnsafeBufferPointer(start: full.bytes, count: full.count))
            return
        }
        block = CopyBlock(capacity: Self.blockBytes)
        let rest = UnsafeBufferPointer(start: full.bytes + end, count: full.count - end)
        if rest.count >= Self.blockBytes { block = CopyBlock(capacity: full.capacity) }
        _ = block.fill(rest)
        full.count = end
        full.linesBefore = lines
        lines += lineCount(full)
        try ready(full)
    }

    /// The place behind the last row that ends in the block; nil where none does.
    private func rowEnd(_ block: CopyBlock) -> Int? {
        switch options.format {
        // Binary rows are found by their lengths, not here.
        case .text, .binary: textEnd(block)
        case .csv where options.escape != options.quote: escapedEnd(block)
        case .csv: csvEnd(block)
        }
    }

    private func textEnd(_ block: CopyBlock) -> Int? {
        var at = block.count
        while at > 0 {
            at -= 1
            if block.bytes[at] != 10 { continue }
            // A newline behind a backslash that is not itself escaped belongs to its field.
            var slashes = 0
            while slashes < at, block.bytes[at - 1 - slashes] == 0x5C { slashes += 1 }
            if slashes & 1 == 0 { return at + 1 }
        }
        return nil
    }

    private func csvEnd(_ block: CopyBlock) -> Int? {
        let isOpenAtEnd = ByteCount.count(block.bytes, block.count, options.quote) & 1 == 1
        func find(_ isEnd: (Int) -> Bool) -> Int? {
            var isOpen = isOpenAtEnd
            var at = block.count
            while at > 0 {
                at -= 1
                if block.bytes[at] == options.quote {
                    isOpen.toggle()
                } else if !isOpen, isEnd(at) {
                    return at + 1
                }
            }
            return nil
        }
        let bytes = block.bytes
        let last = block.count - 1
        return find { bytes[$0] == 10 }
            // Files from old Macs; a newline may still follow the block's last byte.
            ?? find { bytes[$0] == 13 && $0 < last }
    }

    private func escapedEnd(_ block: CopyBlock) -> Int? {
        var isOpen = false
        var end: Int?
        var at = 0
        while at < block.count {
            let byte = block.bytes[at]
            if isOpen, byte == options.escape, at + 1 < block.count,
                block.bytes[at + 1] == options.quote || block.bytes[at + 1] == options.escape
            {
                at += 1
            } else if byte == options.quote {
                isOpen.toggle()
            } else if byte == 10, !isOpen {
                end = at + 1
            }
            at += 1
        }
        return end
    }

    /// Lines that end in the block: at newlines, and in CSV at carriage returns without one.
    private func lineCount(_ block: CopyBlock) -> Int {
        var count = ByteCount.count(block.bytes, block.count, 10)
        if options.format == .text { return count }
        var at = 0
        while at < block.count, let found = memchr(block.bytes + at, 13, block.count - at) {
            at =
                UnsafePointer(found.assumingMemoryBound(to: UInt8.self))
                - UnsafePointer(block.bytes) + 1
            if at == block.count || block.bytes[at] != 10 { count += 1 }
        }
        return count
    }
}

/// Counts bytes of one value, 64 at a time.
enum ByteCount {
    /// - Parameter bytes: up to 63 behind the last may be read.
    static func count(_ bytes: UnsafePointer<UInt8>, _ count: Int, _ value: UInt8) -> Int {
        var total = 0
        var at = 0
        while at < count {
            var found: UInt64 = 0
            sh_find4(bytes + at, value, value, value, value, &found)
            if count - at < 64 { found &= (1 << UInt64(count - at)) - 1 }
            total += found.nonzeroBitCount
            at += 64
        }
        return total
    }
}
