import Basics
import CLZ4
import CZstd

/// A general compressor around a chunk's or dictionary's body. Raw values are on disk, never change.
package enum ChunkCodec: UInt8, Sendable {
    case none = 0
    case lz4 = 1
    case zstd = 2

    /// Largest body that is read back: chunks hold at most 2 GB of strings and some lengths.
    package static let bodyBytesMax = 1 << 32

    private static let zstdLevel: Int32 = 6

    /// The compressed bytes, nil where they are not smaller than `limit`.
    func wrap(_ body: UnsafeRawBufferPointer, limit: Int) -> [UInt8]? {
        guard body.count > 0, limit > 0, let source = body.baseAddress else { return nil }
        switch self {
        case .none: return nil
        case .lz4:
            guard let count = Int32(exactly: body.count), let room = Int32(exactly: limit) else {
                return nil
            }
            let made = [UInt8](unsafeUninitializedCapacity: limit) { out, used in
                let written = LZ4_compress_default(
                    source.assumingMemoryBound(to: CChar.self),
                    UnsafeMutableRawPointer(out.baseAddress)?.assumingMemoryBound(to: CChar.self),
                    count, room)
                used = max(Int(written), 0)
            }
            return made.isEmpty || made.count >= limit ? nil : made
        case .zstd:
            let made = [UInt8](unsafeUninitializedCapacity: limit) { out, used in
                let written = ZSTD_compress(
                    out.baseAddress, limit, source, body.count, Self.zstdLevel)
                used = ZSTD_isError(written) == 0 ? written : 0
            }
            return made.isEmpty || made.count >= limit ? nil : made
        }
    }

    /// Undoes `wrap` on untrusted bytes.
    ///
    /// - Throws: `SQLError` with SQLSTATE XX001 where the result has not exactly `bodyBytes` bytes.
    package func unwrap(_ stored: UnsafeRawBufferPointer, bodyBytes: Int) throws -> AlignedBytes {
        guard bodyBytes >= 0, bodyBytes <= Self.bodyBytesMax else {
            throw Self.damage("size \(bodyBytes)")
        }
        switch self {
        case .none:
            guard stored.count == bodyBytes else { throw Self.damage("size") }
            return AlignedBytes(copying: stored)
        case .lz4:
            guard let count = Int32(exactly: stored.count), let room = Int32(exactly: bodyBytes),
                // LZ4 expands by 255 at most: do not allocate for a size that is a lie.
                bodyBytes <= stored.count * 255 + 64
            else { throw Self.damage("size") }
            return try AlignedBytes(count: bodyBytes) { out in
                let read = LZ4_decompress_safe(
                    stored.baseAddress?.assumingMemoryBound(to: CChar.self),
                    out.baseAddress?.assumingMemoryBound(to: CChar.self), count, room)
                guard Int(read) == bodyBytes else { throw Self.damage("LZ4") }
            }
        case .zstd:
            guard ZSTD_getFrameContentSize(stored.baseAddress, stored.count) == UInt64(bodyBytes)
            else { throw Self.damage("size") }
            return try AlignedBytes(count: bodyBytes) { out in
                let read = ZSTD_decompress(
                    out.baseAddress, bodyBytes, stored.baseAddress, stored.count)
                guard ZSTD_isError(read) == 0, read == bodyBytes else {
                    throw Self.damage("zstd")
                }
            }
        }
    }

    private static func damage(_ what: String) -> SQLError {
        SQLError(.dataCorrupted, "damaged compressed data: \(what)")
    }
}
