import CKernels
import Vectors

/// A body as it goes to disk.
package struct EncodedBytes: Sendable {
    package var codec: ChunkCodec
    /// Bytes once the codec is undone.
    package var bodyBytes: Int
    package var checksum: UInt32
    private let body: AlignedBytes
    private let wrapped: [UInt8]?

    /// A body that is never wrapped.
    package init(plain body: AlignedBytes) { self.init(body, policy: .none, isPacked: true) }

    /// Wraps the body where the policy allows and it pays.
    init(_ body: AlignedBytes, policy: CodecPolicy, isPacked: Bool) {
        self.body = body
        bodyBytes = body.count
        codec = .none
        let choice = policy.choice(bodyBytes: body.count, isPacked: isPacked)
        wrapped = body.withBytes { choice.codec.wrap($0, limit: choice.limit) }
        if wrapped != nil { codec = choice.codec }
        checksum = 0
        checksum = withStored { sh_crc32c(0, $0.baseAddress, $0.count) }
    }

    /// Bytes on disk.
    package var storedBytes: Int { wrapped?.count ?? bodyBytes }

    /// The bytes on disk.
    package func withStored<R>(_ use: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        if let wrapped { return try wrapped.withUnsafeBytes(use) }
        return try body.withBytes(use)
    }
}

/// When bodies are wrapped by a general codec.
package enum CodecPolicy: Sendable {
    /// Never.
    case none
    /// LZ4 over strings and plain values, where it saves 20 % or more; packed bodies stay as they are.
    case hot
    /// zstd over everything that it makes smaller; encodings are chosen by size alone.
    case cold

    /// The codec to try, and the size that it must stay below.
    func choice(bodyBytes: Int, isPacked: Bool) -> (codec: ChunkCodec, limit: Int) {
        switch self {
        case .none: (.none, 0)
        case .hot: isPacked ? (.none, 0) : (.lz4, bodyBytes / 5 * 4)
        case .cold: (.zstd, bodyBytes)
        }
    }
}

/// One column of a segment, encoded.
package struct EncodedColumn: Sendable {
    package var dictionary: EncodedBytes?
    package var chunks: [EncodedBytes] = []
    package var zones: [ChunkZone] = []
    /// Bounds over all chunks.
    package var bounds: ChunkZone
}
