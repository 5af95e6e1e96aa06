/// Some whole rows of COPY's input; written by the splitter, then read by one parser, which may
/// undo escapes in place.
final class CopyBlock: @unchecked Sendable {
    /// Bytes behind the rows that may be read.
    static let slack = 64

    let bytes: UnsafeMutablePointer<UInt8>
    let capacity: Int
    var count = 0
    /// Lines of the input before the block.
    var linesBefore = 0
    /// Whether the input ends here, perhaps without a line's end.
    var isLast = false

    init(capacity: Int) {
        self.capacity = capacity
        bytes = .allocate(capacity: capacity + Self.slack)
    }

    deinit { bytes.deallocate() }

    /// Takes as much as there is room for; how much that was.
    func fill(_ more: UnsafeBufferPointer<UInt8>) -> Int {
        let taken = min(more.count, capacity - count)
        if let source = more.baseAddress {
            (bytes + count).update(from: source, count: taken)
        }
        count += taken
        return taken
    }
}
